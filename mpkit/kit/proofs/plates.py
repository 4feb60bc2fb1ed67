"""A page of a PDF and a square on it come in; the inks the square is printed with go out, read from the operators.

A renderer shows what the eye sees, where rich black and black alone look the same; a press prints plates. What is
painted white over the whole square hides what lay below it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pikepdf

BLACK = "Black"
_FOUR = ("Cyan", "Magenta", "Yellow", BLACK)
_LIGHT = "red, green and blue"
_ANY = frozenset(("a colour that is no ink",))
_DEEPEST = 8  # forms in forms
_EDGE = 0.05  # points by which what touches the square from outside is not in it
Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]  # points: left, low, right, top
_PATHS = frozenset(("re", "m", "l", "c", "v", "y"))
_FILLS, _STROKES = frozenset(("f", "F", "f*", "B", "B*", "b", "b*")), frozenset(("S", "s", "B", "B*", "b", "b*"))
_TEXTS = frozenset(("Tj", "TJ", "'", '"'))


@dataclass(frozen=True, slots=True)
class _Pen:
    """What a graphics state holds that matters here: where it paints, with which inks, whether over others."""

    matrix: Matrix = (1, 0, 0, 1, 0, 0)
    fill: frozenset[str] = frozenset((BLACK,))
    stroke: frozenset[str] = frozenset((BLACK,))
    over: bool = False


@dataclass(slots=True)
class _Path:
    """A path that is being made: its lines, each through its points, and whether it is one rectangle."""

    lines: list[list[tuple[float, float]]] = field(default_factory=list)
    rectangle: bool = False

    def add(self, operator: str, points: list[tuple[float, float]]) -> None:
        """The next piece of it."""
        self.rectangle = operator == "re" and not self.lines
        if operator in {"re", "m"} or not self.lines:
            self.lines.append(points)
        else:
            self.lines[-1] += points


@dataclass(slots=True)
class _Look:
    """The square that is looked at, and what was painted on it so far."""

    square: Box
    inks: set[str] = field(default_factory=set)

    def painted(self, box: Box | None, inks: frozenset[str], *, whole: bool = False) -> None:
        """Something was painted within `box`, or nobody knows where; `whole` where it fills the box."""
        left, low, right, top = self.square
        if box is not None:
            x, y, to_x, to_y = box
            if x > right - _EDGE or to_x < left + _EDGE or y > top - _EDGE or to_y < low + _EDGE:
                return
            covers = x <= left + _EDGE and y <= low + _EDGE and to_x >= right - _EDGE and to_y >= top - _EDGE
            if whole and covers and not inks:
                self.inks.clear()
        self.inks |= inks


def inks(page: pikepdf.Page, square: Sequence[float]) -> list[str]:
    """The names of the inks on a square (points, as the page is written); `Black` alone is what a code should have."""
    left, low, right, top = square
    look = _Look((left, low, right, top))
    _read(look, page.obj, page.obj.get("/Resources", pikepdf.Dictionary()), _Pen(), 0)
    return sorted(look.inks)


def _read(look: _Look, content: Any, resources: Any, pen: _Pen, depth: int) -> None:  # noqa: ANN401 - pikepdf's own
    kept: list[_Pen] = []
    path, origin = _Path(), (0.0, 0.0)
    for one in pikepdf.parse_content_stream(content):
        operator = str(one.operator)
        if isinstance(one, pikepdf.ContentStreamInlineImage):
            _picture(look, one.iimage.obj, pen, resources)
        elif operator == "q":
            kept.append(pen)
        elif operator == "Q":
            pen = kept.pop() if kept else pen
        elif operator in _PATHS:
            path.add(operator, _points(operator, [float(part) for part in one.operands], pen.matrix))
        elif operator in _FILLS | _STROKES or operator == "n":
            _inked(look, path, operator, pen)
            path = _Path()
        elif operator in {"Tm", "Td", "TD"}:
            origin = _at(pen.matrix, *(float(part) for part in one.operands[-2:]))
        elif operator in _TEXTS or operator == "sh":
            look.painted((*origin, *origin), pen.fill) if operator != "sh" else look.painted(None, _ANY)
        elif operator == "Do":
            _shown(look, resources.get("/XObject", {}).get(str(one.operands[0])), resources, pen, depth)
        else:
            pen = _coloured(pen, operator, list(one.operands), resources)


def _points(operator: str, numbers: list[float], matrix: Matrix) -> list[tuple[float, float]]:
    """The points an operator of a path leads through; a rectangle's come back to where they began."""
    if operator == "re":
        x, y, wide, high = numbers
        corners = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y))
        return [_at(matrix, *corner) for corner in corners]
    return [_at(matrix, *numbers[at : at + 2]) for at in range(0, len(numbers), 2)]


def _inked(look: _Look, path: _Path, operator: str, pen: _Pen) -> None:
    """A path that is filled, drawn along its lines, or both."""
    if operator in _FILLS and path.lines:
        around = _around([point for line in path.lines for point in line])
        look.painted(around, pen.fill, whole=path.rectangle and not pen.over)
    if operator in _STROKES:
        for line in path.lines:
            for ends in pairwise(line):
                look.painted(_around(ends), pen.stroke)


def _shown(look: _Look, named: Any, resources: Any, pen: _Pen, depth: int) -> None:  # noqa: ANN401 - pikepdf's own
    """A form or a picture put on the page."""
    if named is None:
        return
    if named.get("/Subtype") != "/Form":
        _picture(look, named, pen, resources)
    elif depth < _DEEPEST:
        matrix = _times([float(part) for part in named.get("/Matrix", (1, 0, 0, 1, 0, 0))], pen.matrix)
        _read(look, named, named.get("/Resources", resources), replace(pen, matrix=matrix), depth + 1)
    else:
        look.painted(None, _ANY)


def _picture(look: _Look, picture: Any, pen: _Pen, resources: Any) -> None:  # noqa: ANN401 - pikepdf's own
    """A mask is painted in the colour of the pen; a picture in its own, wherever it is."""
    box = _around([_at(pen.matrix, x, y) for x in (0, 1) for y in (0, 1)])
    if picture.get("/ImageMask", picture.get("/IM", False)):
        look.painted(box, pen.fill)
        return
    space = picture.get("/ColorSpace", picture.get("/CS", None))
    look.painted(box, _inks_of(_named(space, resources)))


def _coloured(pen: _Pen, operator: str, operands: Sequence[Any], resources: Any) -> _Pen:  # noqa: ANN401 - pikepdf
    """The pen after an operator that chooses a colour; unchanged by any other."""
    if operator == "cm":
        return replace(pen, matrix=_times([float(part) for part in operands], pen.matrix))
    if operator == "gs":
        state = resources.get("/ExtGState", pikepdf.Dictionary()).get(str(operands[0]), pikepdf.Dictionary())
        over = bool(state.get("/op", state.get("/OP", pen.over))) or state.get("/BM", "/Normal") != "/Normal"
        return replace(pen, over=over)
    found = _CHOSEN.get(operator.lower())
    if found is None:
        return pen
    inks = found(pen, operator, operands, resources)
    return replace(pen, fill=inks) if operator.islower() else replace(pen, stroke=inks)


def _device(_pen: _Pen, operator: str, operands: Sequence[Any], _resources: Any) -> frozenset[str]:  # noqa: ANN401
    values = [float(part) for part in operands]
    if operator in "gG":
        return frozenset(() if values[0] >= 1 else (BLACK,))
    if operator in "kK":
        return frozenset(name for name, value in zip(_FOUR, values, strict=False) if value > 0)
    if len(set(values)) == 1:  # a level of grey, as offices print it
        return frozenset(() if values[0] >= 1 else (BLACK,))
    return frozenset((_LIGHT,))


def _space(_pen: _Pen, _operator: str, operands: Sequence[Any], resources: Any) -> frozenset[str]:  # noqa: ANN401
    return _inks_of(_named(operands[0], resources))


def _tint(pen: _Pen, operator: str, operands: Sequence[Any], _resources: Any) -> frozenset[str]:  # noqa: ANN401
    """A tint of the space chosen before: none of it is no ink."""
    before = pen.fill if operator.islower() else pen.stroke
    values = [part for part in operands if not isinstance(part, pikepdf.Name)]
    return before if not values or any(float(part) > 0 for part in values) else frozenset()


_CHOSEN: dict[str, Callable[..., frozenset[str]]] = {
    "g": _device, "rg": _device, "k": _device, "cs": _space, "sc": _tint, "scn": _tint,
}  # fmt: skip


def _named(space: Any, resources: Any) -> Any:  # noqa: ANN401 - pikepdf's own
    """A colour space by its name among the resources, itself where it has none."""
    held = resources.get("/ColorSpace", pikepdf.Dictionary())
    return held.get(str(space), space) if isinstance(space, pikepdf.Name) else space


def _inks_of(space: Any) -> frozenset[str]:  # noqa: ANN401 - pikepdf's own
    """The inks a colour space may put down; one that looks like the paper itself is white and puts down nothing."""
    kind = str(space[0] if isinstance(space, pikepdf.Array) else space)
    if kind in _DEVICES:
        return _DEVICES[kind]
    if kind == "/ICCBased":
        return {1: _DEVICES["/G"], 4: _DEVICES["/CMYK"]}.get(int(space[1].get("/N", 3)), _DEVICES["/RGB"])
    if kind == "/Indexed":
        return _inks_of(space[1])
    if kind == "/Separation":
        looks = space[3].get("/C1", (1,)) if isinstance(space[3], pikepdf.Dictionary) else (1,)
        white = str(space[2]) == "/DeviceCMYK" and not any(float(part) for part in looks)
        return frozenset() if white else frozenset((str(space[1]).lstrip("/"),))
    return _ANY


_DEVICES = {
    **dict.fromkeys(("/DeviceGray", "/G", "/CalGray"), frozenset((BLACK,))),
    **dict.fromkeys(("/DeviceCMYK", "/CMYK"), frozenset(_FOUR)),
    **dict.fromkeys(("/DeviceRGB", "/RGB", "/CalRGB", "/Lab"), frozenset((_LIGHT,))),
}


def _times(one: Sequence[float], other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _at(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _around(points: Sequence[tuple[float, float]]) -> Box:
    across, up = zip(*points, strict=True)
    return min(across), min(up), max(across), max(up)
