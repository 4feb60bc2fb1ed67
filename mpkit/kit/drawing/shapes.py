"""Fields of colour come in, in millimetres; their paths go out, as PDF operators in points."""

from __future__ import annotations

from mpkit.kit.drawing.boxes import FieldBox, Side
from mpkit.kit.drawing.type import POINT

_ROUND = 0.5523  # how far a Bézier's handles reach for a quarter of a circle


def field(box: FieldBox, height: float, over: float) -> str:
    """The outline of a field on a face `height` mm high; it runs `over` mm beyond the edges it bleeds from."""
    left = box.x - (over if Side.LEFT in box.bleed else 0)
    right = box.x + box.width + (over if Side.RIGHT in box.bleed else 0)
    top = box.y - (over if Side.TOP in box.bleed else 0)
    bottom = box.y + box.height + (over if Side.BOTTOM in box.bleed else 0)
    x, y = left / POINT, (height - bottom) / POINT
    wide, high = (right - left) / POINT, (bottom - top) / POINT
    return f"{x:.3f} {y:.3f} {wide:.3f} {high:.3f} re" if not box.radius else rounded(x, y, wide, high, box.radius)


def rounded(x: float, y: float, wide: float, high: float, radius: float) -> str:
    """A rectangle in points with round corners of `radius` millimetres."""
    r = radius / POINT
    h = r * (1 - _ROUND)
    right, top = x + wide, y + high
    return (
        f"{x + r:.3f} {y:.3f} m {right - r:.3f} {y:.3f} l "
        f"{right - h:.3f} {y:.3f} {right:.3f} {y + h:.3f} {right:.3f} {y + r:.3f} c {right:.3f} {top - r:.3f} l "
        f"{right:.3f} {top - h:.3f} {right - h:.3f} {top:.3f} {right - r:.3f} {top:.3f} c {x + r:.3f} {top:.3f} l "
        f"{x + h:.3f} {top:.3f} {x:.3f} {top - h:.3f} {x:.3f} {top - r:.3f} c {x:.3f} {y + r:.3f} l "
        f"{x:.3f} {y + h:.3f} {x + h:.3f} {y:.3f} {x + r:.3f} {y:.3f} c h"
    )
