"""The name of a step comes in; its picture goes out as strokes of one width in a square of 48 units, y down.

Our own drawings: open the app, scan the code, type the amount, compare the amount.
"""

from __future__ import annotations

GRID = 48.0
_ROUND = 0.5523  # how far a Bézier's handles reach for a quarter of a circle


def strokes(name: str) -> str:
    """The path of a picture, as PDF operators without the final stroke."""
    return " ".join(_PICTURES[name]())


def _line(*points: tuple[float, float]) -> str:
    first, *rest = points
    return " ".join([f"{first[0]:g} {first[1]:g} m", *(f"{x:g} {y:g} l" for x, y in rest)])


def _box(x: float, y: float, width: float, height: float, radius: float) -> str:
    right, bottom, reach = x + width, y + height, radius * (1 - _ROUND)
    return (
        f"{x + radius:g} {y:g} m {right - radius:g} {y:g} l "
        f"{right - reach:g} {y:g} {right:g} {y + reach:g} {right:g} {y + radius:g} c "
        f"{right:g} {bottom - radius:g} l "
        f"{right:g} {bottom - reach:g} {right - reach:g} {bottom:g} {right - radius:g} {bottom:g} c "
        f"{x + radius:g} {bottom:g} l "
        f"{x + reach:g} {bottom:g} {x:g} {bottom - reach:g} {x:g} {bottom - radius:g} c "
        f"{x:g} {y + radius:g} l {x:g} {y + reach:g} {x + reach:g} {y:g} {x + radius:g} {y:g} c h"
    )


def _circle(x: float, y: float, radius: float) -> str:
    return _box(x - radius, y - radius, 2 * radius, 2 * radius, radius)


def _corner(x: float, y: float, across: float, down: float, radius: float) -> str:
    """A rounded corner at (x, y) with arms reaching `across` and `down` (signed)."""
    sign_x, sign_y = (1 if across > 0 else -1), (1 if down > 0 else -1)
    reach = radius * (1 - _ROUND)
    return (
        f"{x:g} {y + down:g} m {x:g} {y + sign_y * radius:g} l "
        f"{x:g} {y + sign_y * reach:g} {x + sign_x * reach:g} {y:g} {x + sign_x * radius:g} {y:g} c "
        f"{x + across:g} {y:g} l"
    )


def _phone() -> list[str]:
    return [_box(12, 3, 24, 42, 5), _line((21.5, 39), (26.5, 39))]


def _open() -> list[str]:
    """A telephone with the tiles of its apps."""
    return [*_phone(), *(_box(x, y, 5, 5, 1.2) for y in (11.5, 20.5) for x in (17, 26)), _line((17, 31), (31, 31))]


def _scan() -> list[str]:
    """The frame of a camera around three finders and a few modules."""
    frame = [_corner(4, 4, 9, 9, 4), _corner(44, 4, -9, 9, 4), _corner(4, 44, 9, -9, 4), _corner(44, 44, -9, -9, 4)]
    finders = [_box(12, 12, 8.5, 8.5, 1.5), _box(27.5, 12, 8.5, 8.5, 1.5), _box(12, 27.5, 8.5, 8.5, 1.5)]
    return [*frame, *finders, _line((27.5, 28), (31, 28)), _line((36, 28), (36, 31.5)), _line((28, 36), (36, 36))]


def _type() -> list[str]:
    """A telephone with an amount being typed on its keys."""
    keys = [_line((x, y), (x, y)) for y in (23.5, 29, 34.5) for x in (18.5, 24, 29.5)]
    return [_box(12, 3, 24, 42, 5), _box(17, 9.5, 14, 7.5, 2), *keys, _line((22.5, 40), (25.5, 40))]


def _compare() -> list[str]:
    """A telephone and a tick: the amount shown is the amount asked."""
    return [*_phone(), _line((17.5, 22.5), (22.2, 27.2), (30.5, 17.5))]


_PICTURES = {"open": _open, "scan": _scan, "type": _type, "compare": _compare}
