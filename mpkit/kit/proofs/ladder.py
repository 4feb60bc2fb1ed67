"""A picture of one code comes in; how coarse and how blurred it may become and still be read goes out.

Done once for each design of a file: what decoding alone cannot see (contrast, quiet zone) is measured for every code.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import zxingcpp
from PIL import Image, ImageFilter

from mpkit.kit.proofs.grading import Pixels

FINEST = 12  # pixels a module the picture is brought to before it is made worse
_STEPS = (3.0, 2.5, 2.0, 1.7, 1.5)  # pixels a module, coarser and coarser
_BLURS = (0.2, 0.3, 0.4, 0.45)  # sigma in modules
_PHASES = ((0.0, 0.0), (0.3, 0.15), (0.15, 0.4), (0.65, 0.8))  # of a pixel: where the sensor's grid falls on the code
_ENOUGH = 3  # of the phases: a telephone takes thirty pictures a second, and one grid in a hundred fits no reader
_RUNGS = (("A", 1.7, 0.4), ("B", 2.0, 0.3), ("C", 3.0, 0.2))  # pixels a module and blur that each grade stands
_QR: Any = zxingcpp.BarcodeFormat.QRCode


def climbed(cut: Pixels, modules: int, content: bytes) -> dict[str, Any]:
    """The fewest pixels a module and the strongest blur at which the code still says `content`, and their grade."""
    picture = Image.fromarray(cut[:, :, ::-1]).convert("L")
    even = picture.resize((modules * FINEST, modules * FINEST), Image.Resampling.BOX)
    pixels = _last(
        _STEPS, lambda step: sum(_reads(_coarse(even, modules, step, at), content) for at in _PHASES) >= _ENOUGH
    )
    half = even.reduce(2)
    blur = _last(_BLURS, lambda sigma: _reads(half.filter(ImageFilter.GaussianBlur(sigma * FINEST / 2)), content))
    held = (letter for letter, most, least in _RUNGS if pixels and blur and pixels <= most and blur >= least)
    return {"pixels": pixels, "blur": blur, "grade": next(held, "F")}


def _last(steps: tuple[float, ...], holds: Any) -> float | None:  # noqa: ANN401 - a test of one number
    """The last of the steps before the first that does not hold."""
    last = None
    for step in steps:
        if not holds(step):
            break
        last = step
    return last


def _coarse(even: Image.Image, modules: int, step: float, at: tuple[float, float]) -> Image.Image:
    """The picture as a sensor with so many pixels a module sees it, its grid moved by parts of a pixel."""
    side = round(modules * step)
    edge = modules * FINEST
    shifted = Image.new("L", (edge, edge), 255)
    shifted.paste(even, (round(at[0] * FINEST / step), round(at[1] * FINEST / step)))
    return shifted.resize((side, side), Image.Resampling.BOX)


def _reads(picture: Image.Image, content: bytes) -> bool:
    read = zxingcpp.read_barcodes(
        np.asarray(picture), formats=_QR, try_rotate=False, try_downscale=False, try_invert=False
    )
    return len(read) == 1 and read[0].bytes == content
