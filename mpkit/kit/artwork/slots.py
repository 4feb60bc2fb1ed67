"""A clean drawing comes in, inside the limited child; it is rendered, and every code on it is measured in millimetres.

A placeholder is a code that says MPKIT:SLOT:QR1: any design program can place, scale and turn it. It is read roughly
on the whole page, then drawn again closely and measured by the edges of its dark modules.
"""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import zxingcpp
from PIL import ImageDraw

from mpkit.errors import Refused

POINT = 25.4 / 72
QUIET = 4  # modules
SLOT = re.compile(r"MPKIT:SLOT:QR([1-9])")
_QR: Any = zxingcpp.BarcodeFormat.QRCode
_FORMATS: Any = (
    _QR,
    zxingcpp.BarcodeFormat.MicroQRCode,
    zxingcpp.BarcodeFormat.Aztec,
    zxingcpp.BarcodeFormat.DataMatrix,
)
_COARSE = (300.0, 150.0, 600.0)  # dots an inch, tried until something is found
_PIXELS = 24_000_000  # of a page at once
_CLOSE = 0.02  # mm of a pixel when a code is measured
_WIDEST = 2400  # pixels of a code when it is measured
_ROUND = 6.0  # modules around a code that are looked at
_STRAIGHT = 0.4  # degrees a code may be off its quarter turn: what measuring cannot tell from none
_FRINGE = 0.2  # of a module at the edge of the quiet zone: half-covered pixels
_WHITE = 244  # of 255: what paper is at least
_SAME = 14  # levels two places may differ and be one colour
_SHOWN = 1100  # pixels of the longer side of the picture for people
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Code:
    """A code on the artwork: its white field (mm from the upper left corner of the cut), and what is around it."""

    content: bytes
    x: float
    y: float
    side: float  # of the field: the code with its quiet zone
    turn: int  # degrees clockwise, in quarters
    askew: float  # degrees it is off that
    version: int
    level: str
    mirrored: bool
    ground: str  # "white", "coloured" or "touched": what its quiet zone is
    unused: float  # error correction that is left


def seen(form: bytes, size: tuple[float, float], bleed: float) -> tuple[list[Code], bytes]:
    """Every code of a drawing whose cut is `size` mm large, and the drawing as a PNG with the codes framed."""
    document = pdfium.PdfDocument(form)
    page = document[0]
    found: list[Code] = []
    for dots in _COARSE:
        scale = min(dots / 72, math.sqrt(_PIXELS / (page.get_width() * page.get_height())))
        grey = page.render(scale=scale, grayscale=True).to_numpy()
        grey = np.ascontiguousarray(grey.reshape(grey.shape[:2]))
        codes = zxingcpp.read_barcodes(grey, formats=_FORMATS)
        if codes:
            found = [_measured(page, code, scale, bleed) for code in codes]
            break
    return found, _picture(page, found, size, bleed)


def _corners(code: Any, pixel: float, left: float, top: float) -> npt.NDArray[np.float64]:  # noqa: ANN401 - no types
    """The corners of a code: upper left, upper right, lower right, lower left, as it says itself; points."""
    where = code.position
    ends = (where.top_left, where.top_right, where.bottom_right, where.bottom_left)
    return np.array([(left + end.x * pixel, top + end.y * pixel) for end in ends])


def _measured(page: Any, code: Any, scale: float, bleed: float) -> Code:  # noqa: ANN401
    version = str(code.extra.get("Version", ""))
    if code.format != _QR or not version.isdigit():
        raise Refused("artwork_other_code", said=code.text[:60])
    modules = 17 + 4 * int(version)
    corners = _corners(code, 1 / scale, 0, 0)
    side = max(math.dist(corners[at], corners[at - 1]) for at in range(4))
    middle = corners.mean(axis=0)
    reach = side * (math.sqrt(2) / 2 if abs(_angle(corners)[1]) > 1 else 0.5) + side / modules * _ROUND
    fine = min(1 / (_CLOSE / POINT), _WIDEST / (2 * reach))
    cut, left, top = _cut(page, middle, reach, fine)
    near = [one for one in zxingcpp.read_barcodes(np.ascontiguousarray(cut), formats=_QR) if one.bytes == code.bytes]
    if near:
        corners, code = _corners(near[0], 1 / fine, left, top), near[0]
    turn, askew = _angle(corners)
    box = _edges(cut, (corners - (left, top)) * fine, modules) if abs(askew) <= _STRAIGHT else None
    if box is None:
        x, y = corners.min(axis=0)
        inner = sum(math.dist(corners[at], corners[at - 1]) for at in range(4)) / 4
    else:
        x, y, inner = left + box[0] / fine, top + box[1] / fine, (box[2] - box[0] + box[3] - box[1]) / 2 / fine
    module = inner / modules
    ground = _ground(cut, box, (box[2] - box[0]) / modules) if box is not None else "touched"
    mirrored = box is not None and _mirrored(cut, box, modules, turn, code)
    over = bleed / POINT
    return Code(
        bytes(code.bytes),
        round((x - QUIET * module - over) * POINT, 3),
        round((y - QUIET * module - over) * POINT, 3),
        round((inner + 2 * QUIET * module) * POINT, 3),
        turn,
        round(askew, 2),
        int(version),
        str(code.ec_level),
        mirrored,
        ground,
        float(code.extra.get("UEC", 1.0)),
    )


def _angle(corners: npt.NDArray[np.float64]) -> tuple[int, float]:
    """How a code is turned: quarters clockwise in degrees, and what is left; from two opposite sides."""
    across = (corners[1] - corners[0]) + (corners[2] - corners[3])
    angle = math.degrees(math.atan2(across[1], across[0]))
    quarters = round(angle / 90)
    return quarters % 4 * 90, angle - 90 * quarters


def _cut(page: Any, middle: Any, reach: float, scale: float) -> tuple[Pixels, float, float]:  # noqa: ANN401 - no types
    """The pixels of a square of the page, and where they begin (points from its upper left corner)."""
    wide, high = page.get_size()
    left, top = max(0.0, middle[0] - reach), max(0.0, middle[1] - reach)
    right, low = max(0.0, wide - middle[0] - reach), max(0.0, high - middle[1] - reach)
    whole = (math.ceil(wide * scale), math.ceil(high * scale))  # the renderer counts in whole pixels of the page
    left, top = (math.floor(part * scale) / scale for part in (left, top))
    crop = (left, min(low, high - top - 1 / scale), min(right, wide - left - 1 / scale), top)
    drawn: Pixels = page.render(scale=scale, crop=crop).to_numpy()
    return drawn[: whole[1], : whole[0], :3], left, top


def _edges(cut: Pixels, corners: npt.NDArray[np.float64], modules: int) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of the dark modules in pixels, parts of a pixel by how dark it is."""
    (left, top), (right, low) = corners.min(axis=0), corners.max(axis=0)
    module = (right - left) / modules
    near = 0.7 * module
    begin_x, begin_y = max(0, int(left - near)), max(0, int(top - near))
    part = _dark(cut[begin_y : int(low + near) + 1, begin_x : int(right + near) + 1])
    darkest = int(6 * module)  # pixels of a line that are a finder's, or as many
    if min(part.shape) < max(modules, darkest):
        return None
    full = float(np.percentile(part, 90)) or 1.0
    columns = np.partition(part, -darkest, axis=0)[-darkest:].mean(axis=0) / full
    rows = np.partition(part, -darkest, axis=1)[:, -darkest:].mean(axis=1) / full
    across, down = _run(columns), _run(rows)
    if across is None or down is None:
        return None
    return begin_x + across[0], begin_y + down[0], begin_x + across[1], begin_y + down[1]


def _dark(cut: Pixels) -> npt.NDArray[np.uint16]:
    """How dark each pixel is: what its three colours lack of white; a sum over planes is quicker than over pixels."""
    dark: npt.NDArray[np.uint16] = 765 - (cut[..., 0].astype(np.uint16) + cut[..., 1] + cut[..., 2])
    return dark


def _run(values: npt.NDArray[np.float64]) -> tuple[float, float] | None:
    """Where a line of pixels becomes dark and where it ends."""
    over = np.flatnonzero(values >= 0.5)  # noqa: PLR2004 - half covered
    if not len(over):
        return None
    first, last = int(over[0]), int(over[-1])
    before = values[first - 1] if first else 0.0
    after = values[last + 1] if last + 1 < len(values) else 0.0
    begin = first - (before if before > 0.05 else 0.0) + (1 - min(1.0, values[first]))  # noqa: PLR2004 - a trace
    end = last + 1 + (after if after > 0.05 else 0.0) - (1 - min(1.0, values[last]))  # noqa: PLR2004 - a trace
    return float(begin), float(end)


def _ground(cut: Pixels, box: tuple[float, float, float, float], module: float) -> str:
    """What the quiet zone stands on."""
    left, top, right, low = box
    reach = (QUIET - _FRINGE) * module
    ends = [round(left - reach), round(top - reach), round(right + reach), round(low + reach)]
    ring = np.ones(cut.shape[:2], dtype=bool)
    inside = round(0.3 * module)
    ring[max(0, round(top) - inside) : round(low) + inside, max(0, round(left) - inside) : round(right) + inside] = (
        False
    )
    part = np.s_[max(0, ends[1]) : ends[3], max(0, ends[0]) : ends[2]]
    if not ring[part].any():
        return "touched"
    darkest = np.minimum(np.minimum(cut[part][..., 0], cut[part][..., 1]), cut[part][..., 2])
    if np.quantile(darkest[ring[part]], 0.002) >= _WHITE:
        return "white"
    around = cut[part][ring[part]]
    usual = np.median(around, axis=0)
    alike = np.abs(around.astype(np.int16) - usual).max(axis=1) <= _SAME
    return "coloured" if alike.mean() > 0.995 and usual.min() < _WHITE else "touched"  # noqa: PLR2004 - but for traces


def _mirrored(cut: Pixels, box: tuple[float, float, float, float], modules: int, turn: int, code: Any) -> bool:  # noqa: ANN401
    """Whether a code stands the wrong way round: read by its format, which only one of two ways can be."""
    left, top, right, low = box
    at = (np.arange(modules) + 0.5) / modules
    rows = (top + at * (low - top)).astype(int).clip(0, cut.shape[0] - 1)
    columns = (left + at * (right - left)).astype(int).clip(0, cut.shape[1] - 1)
    dark = np.rot90(cut[np.ix_(rows, columns)].mean(axis=2) < 128, turn // 90)  # noqa: PLR2004 - half
    bits = _format(str(code.ec_level), int(code.extra.get("DataMask", 0)))
    wrong = [sum(bool(way[_bit_at(i, modules)]) != bool(bits >> i & 1) for i in range(15)) for way in (dark, dark.T)]
    return wrong[1] < wrong[0]


def _bit_at(bit: int, modules: int) -> tuple[int, int]:
    """Row and column of a bit of the format beside the left finders (ISO/IEC 18004, 7.9)."""
    return (bit if bit < 6 else bit + 1 if bit < 8 else modules - 15 + bit), 8  # noqa: PLR2004 - as the standard


def _format(level: str, mask: int) -> int:
    """The fifteen bits that say level and mask."""
    data = {"L": 1, "M": 0, "Q": 3, "H": 2}.get(level, 0) << 3 | mask
    rest = data << 10
    while rest.bit_length() > 10:  # noqa: PLR2004 - the degree of the generator
        rest ^= 0x537 << (rest.bit_length() - 11)
    return (data << 10 | rest) ^ 0x5412


def _picture(page: Any, codes: list[Code], size: tuple[float, float], bleed: float) -> bytes:  # noqa: ANN401 - no types
    """The drawing as people look at it: its cut as a thin line, each code's field framed."""
    wide, high = size[0] + 2 * bleed, size[1] + 2 * bleed
    dots = _SHOWN / max(wide, high)
    image = page.render(scale=dots * POINT).to_pil().convert("RGB")
    pen = ImageDraw.Draw(image)
    if bleed:
        pen.rectangle(
            [bleed * dots, bleed * dots, (bleed + size[0]) * dots, (bleed + size[1]) * dots], outline="#B9B3A4"
        )
    for code in codes:
        x, y = (bleed + code.x) * dots, (bleed + code.y) * dots
        pen.rectangle([x, y, x + code.side * dots, y + code.side * dots], outline="#D9480F", width=4)
    content = BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def coded(content: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(content).decode()
