"""A line of text comes in; the outlines of its letters go out, as PDF operators: for presses that take no fonts.

The outlines are read from the family's own `glyf` table (OpenType 1.9, glyf): contours of points on and off the curve,
and letters put together from others.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from reportlab.pdfbase import pdfmetrics

_ON, _X_SHORT, _Y_SHORT, _REPEAT, _X_SAME, _Y_SAME = 1, 2, 4, 8, 16, 32
_WORDS, _OFFSETS, _SCALE, _MORE, _TWO_SCALES, _TWO_BY_TWO = 1, 2, 8, 32, 64, 128


class Point(NamedTuple):
    """A point of a contour in units of the font; off the curve it is the handle of a quadratic arc."""

    x: float
    y: float
    on: bool


@cache
def outline(font: str, character: str) -> str:
    """Operators that lay the letter's path at the origin, thousandths of an em; empty for a blank."""
    face: Any = pdfmetrics.getFont(font)
    face = face.face
    scale = 1000 / face.unitsPerEm
    glyph = face.charToGlyph[ord(character)]
    return " ".join(part for contour in _contours(face, glyph) for part in _drawn(contour, scale))


def reach(font: str, character: str) -> tuple[float, float]:
    """How far a letter reaches from the base line, down (negative) and up, in ems."""
    face: Any = pdfmetrics.getFont(font)
    face = face.face
    heights = [point.y for contour in _contours(face, face.charToGlyph[ord(character)]) for point in contour]
    return (min(heights) / face.unitsPerEm, max(heights) / face.unitsPerEm) if heights else (0.0, 0.0)


def line(font: str, text: str, gaps: list[float], *, size: float, x: float, y: float) -> str:
    """Operators that fill a line with its base line at (x, y) points; `gaps` (em/1000) follow each letter."""
    face: Any = pdfmetrics.getFont(font)
    drawn, at = [f"q {size / 1000:.6f} 0 0 {size / 1000:.6f} {x:.3f} {y:.3f} cm"], 0.0
    moved = 0.0
    for character, gap in zip(text, gaps, strict=True):
        if path := outline(font, character):
            drawn.append(f"1 0 0 1 {at - moved:g} 0 cm {path} f" if at != moved else f"{path} f")
            moved = at
        at = round(at + face.face.charWidths[ord(character)] + gap, 3)
    return "\n".join([*drawn, "Q"])


def _contours(face: Any, glyph: int) -> Iterator[list[Point]]:  # noqa: ANN401 - the library's reader of a font file
    content = _glyph(face, glyph)
    if not content:
        return
    (count,) = struct.unpack_from(">h", content)
    if count < 0:
        yield from _composed(face, content)
        return
    ends = struct.unpack_from(f">{count}H", content, 10)
    (hints,) = struct.unpack_from(">H", content, 10 + 2 * count)
    points = _points(content, 12 + 2 * count + hints, ends[-1] + 1)
    first = 0
    for end in ends:
        yield points[first : end + 1]
        first = end + 1


def _glyph(face: Any, glyph: int) -> bytes:  # noqa: ANN401 - as above
    """The bytes of one glyph; none for a blank."""
    long = struct.unpack_from(">h", face.get_table("head"), 50)[0]
    loca = face.get_table("loca")
    if long:
        begin, end = struct.unpack_from(">2L", loca, 4 * glyph)
    else:
        begin, end = (2 * part for part in struct.unpack_from(">2H", loca, 2 * glyph))
    content: bytes = face.get_table("glyf")[begin:end]
    return content


def _points(content: bytes, at: int, count: int) -> list[Point]:
    flags: list[int] = []
    while len(flags) < count:
        flag = content[at]
        at += 1
        times = 1
        if flag & _REPEAT:
            times += content[at]
            at += 1
        flags += [flag] * times
    xs, at = _steps(content, at, flags, _X_SHORT, _X_SAME)
    ys, _ = _steps(content, at, flags, _Y_SHORT, _Y_SAME)
    return [Point(x, y, bool(flag & _ON)) for x, y, flag in zip(xs, ys, flags, strict=True)]


def _steps(content: bytes, at: int, flags: list[int], short: int, same: int) -> tuple[list[int], int]:
    """The coordinates of one axis, each the step from the one before; and where the next thing begins."""
    found, value = [], 0
    for flag in flags:
        if flag & short:
            value += content[at] if flag & same else -content[at]
            at += 1
        elif not flag & same:
            value += struct.unpack_from(">h", content, at)[0]
            at += 2
        found.append(value)
    return found, at


def _composed(face: Any, content: bytes) -> Iterator[list[Point]]:  # noqa: ANN401 - as above
    """A letter made of others, such as one with an accent: each part scaled and moved."""
    at, flags = 10, _MORE
    while flags & _MORE:
        flags, part = struct.unpack_from(">2H", content, at)
        at += 4
        dx, dy = struct.unpack_from(">2h" if flags & _WORDS else ">2b", content, at)
        at += 4 if flags & _WORDS else 2
        if not flags & _OFFSETS:
            message = "a letter whose parts are laid on each other by points"
            raise ValueError(message)
        matrix = (1.0, 0.0, 0.0, 1.0)
        parts = 1 if flags & _SCALE else 2 if flags & _TWO_SCALES else 4 if flags & _TWO_BY_TWO else 0
        numbers = [value / 16384 for value in struct.unpack_from(f">{parts}h", content, at)]
        at += 2 * parts
        if parts == 4:  # noqa: PLR2004 - a matrix
            matrix = (numbers[0], numbers[1], numbers[2], numbers[3])
        elif parts:
            matrix = (numbers[0], 0.0, 0.0, numbers[-1])
        a, b, c, d = matrix
        for contour in _contours(face, part):
            yield [Point(a * x + c * y + dx, b * x + d * y + dy, on) for x, y, on in contour]


def _drawn(contour: list[Point], scale: float) -> Iterator[str]:
    """One closed contour as moves, lines and cubic curves; between two handles lies a point nobody wrote down."""
    whole: list[Point] = []
    for at, point in enumerate(contour):
        before = contour[at - 1]
        if not point.on and not before.on:
            whole.append(Point((point.x + before.x) / 2, (point.y + before.y) / 2, on=True))
        whole.append(point)
    first = next(at for at, point in enumerate(whole) if point.on)
    whole = [*whole[first:], *whole[: first + 1]]
    last, handle = whole[0], None
    yield f"{last.x * scale:.4g} {last.y * scale:.4g} m"
    for point in whole[1:]:
        if not point.on:
            handle = point
            continue
        if handle is None:
            yield f"{point.x * scale:.4g} {point.y * scale:.4g} l"
        else:
            numbers = [
                last.x + 2 / 3 * (handle.x - last.x),
                last.y + 2 / 3 * (handle.y - last.y),
                point.x + 2 / 3 * (handle.x - point.x),
                point.y + 2 / 3 * (handle.y - point.y),
                point.x,
                point.y,
            ]
            yield " ".join(f"{value * scale:.4g}" for value in numbers) + " c"
        last, handle = point, None
    yield "h"
