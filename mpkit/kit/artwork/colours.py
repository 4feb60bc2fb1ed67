"""The operators of a stranger's drawing come in; what a print shop would ask about goes out: fonts, pictures, lines.

Forms inside forms are followed as often as they are shown, up to a bound: a few lines can ask for a thousand million.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from mpkit.errors import Refused

_MOST = 1_000_000  # operators of a drawing, those of its forms counted each time they are shown
_PIXELS = 200_000_000  # of one picture: A2 at 600 dots an inch
_DEEPEST = 24  # forms inside each other
_LIGHT = {"rg", "RG"}
_TEXTS = {"Tj", "TJ", "'", '"'}
_STROKES = {"S", "s", "B", "B*", "b", "b*"}
_EMBEDDED = ("/FontFile", "/FontFile2", "/FontFile3")
_SMALL = 16  # pixels: a picture so small is a trick of the program, not a photograph
Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class Looked:
    """What was seen: fonts that are not in the file, the coarsest picture, the thinnest line (points)."""

    fonts: set[str] = field(default_factory=set)
    dots: float = 0.0  # of an inch, of the coarsest picture; 0 where there is none
    thinnest: float = 0.0  # of a line that is drawn; 0 where there is none, -1 for "as thin as can be"
    light: bool = False  # red, green and blue
    clear: bool = False  # something shines through
    inks: set[str] = field(default_factory=set)  # named ones


@dataclass(slots=True)
class _State:
    matrix: Matrix
    width: float = 1.0
    font: Any = None


def look(page: pikepdf.Page, resources: Any, matrix: Matrix) -> Looked:  # noqa: ANN401 - pikepdf's own
    """Everything the page draws; raises `Refused` for a drawing that shows itself or never ends."""
    looker = _Looker(Looked())
    looker.follow(page, resources, matrix, ())
    return looker.seen


@dataclass(slots=True)
class _Looker:
    seen: Looked
    count: int = 0
    read: dict[tuple[int, int], Any] = field(default_factory=dict)

    def follow(self, content: Any, resources: Any, matrix: Matrix, above: tuple[tuple[int, int], ...]) -> None:  # noqa: ANN401
        """One stream of operators, drawn with this matrix, inside the forms `above`."""
        states = [_State(matrix)]
        for operands, operator in self._parsed(content):
            self.count += 1
            if self.count > _MOST:
                raise Refused("artwork_heavy")
            name = str(operator)
            if name == "q":
                states.append(replace(states[-1]))
            elif name == "Q" and len(states) > 1:
                states.pop()
            elif name == "cm":
                states[-1].matrix = joined(_numbers(operands), states[-1].matrix)
            elif name == "w":
                states[-1].width = float(operands[0])
            elif name == "Do":
                self._shown(_named(resources, "/XObject", operands[0]), resources, states[-1], above)
            else:
                self._noted(name, operands, resources, states[-1])

    def _parsed(self, content: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - pikepdf's own
        key = content.objgen if isinstance(content, pikepdf.Object) else (0, 0)
        if key == (0, 0) or key not in self.read:
            try:
                self.read[key] = [(one.operands, one.operator) for one in pikepdf.parse_content_stream(content)]
            except (pikepdf.PdfError, pikepdf.DataDecodingError, TypeError, ValueError) as error:
                raise Refused("artwork_unreadable", why=str(error)[:120]) from error
        return iter(self.read[key])

    def _shown(self, one: Any, outer: Any, state: _State, above: tuple[tuple[int, int], ...]) -> None:  # noqa: ANN401
        if not isinstance(one, pikepdf.Stream):
            return
        kind = one.get("/Subtype")
        if kind == Name.Image:
            self._picture(one, state.matrix)
        elif kind == Name.PS:
            raise Refused("artwork_scripts")
        elif kind == Name.Form:
            if one.objgen in above or len(above) >= _DEEPEST:
                raise Refused("artwork_endless")
            self._group(one)
            matrix = joined(_numbers(one.get("/Matrix", (1, 0, 0, 1, 0, 0))), state.matrix)
            self.follow(one, one.get("/Resources", outer), matrix, (*above, one.objgen))

    def _noted(self, name: str, operands: Any, resources: Any, state: _State) -> None:  # noqa: ANN401 - pikepdf's own
        if name in _LIGHT:
            self.seen.light = True
        elif name in {"cs", "CS"}:
            self._space(_named(resources, "/ColorSpace", operands[0]) or operands[0])
        elif name in {"scn", "SCN"} and operands and isinstance(operands[-1], pikepdf.Name):
            self._pattern(_named(resources, "/Pattern", operands[-1]))
        elif name == "sh":
            self._pattern(_named(resources, "/Shading", operands[0]))
        elif name in _STROKES:
            wide = state.width * scale(state.matrix) or -1.0
            self.seen.thinnest = min(self.seen.thinnest or wide, wide)
        elif name == "gs":
            self._state(_named(resources, "/ExtGState", operands[0]))
        elif name == "Tf":
            state.font = _named(resources, "/Font", operands[0])
        elif name in _TEXTS:
            self._font(state.font)
        elif name == "INLINE IMAGE":
            image = operands[0]
            self._dots(int(image.width), int(image.height), state.matrix)
            self.seen.light |= str(getattr(image, "colorspace", "")) in {"/DeviceRGB", "/RGB"}

    def _picture(self, one: Any, matrix: Matrix) -> None:  # noqa: ANN401 - pikepdf's own
        wide, high = int(one.get("/Width", 0)), int(one.get("/Height", 0))
        if wide * high > _PIXELS:
            raise Refused("artwork_heavy")
        self._dots(wide, high, matrix)
        if "/ColorSpace" in one:
            self._space(one.ColorSpace)
        self.seen.clear |= "/SMask" in one

    def _dots(self, wide: int, high: int, matrix: Matrix) -> None:
        across, up = math.hypot(matrix[0], matrix[1]), math.hypot(matrix[2], matrix[3])
        if wide < _SMALL or high < _SMALL or not across or not up:
            return
        dots = 72 * min(wide / across, high / up)
        self.seen.dots = min(self.seen.dots or dots, dots)

    def _space(self, space: Any) -> None:  # noqa: ANN401 - pikepdf's own
        if isinstance(space, Array) and len(space) > 1:
            if space[0] == "/Separation":
                self.seen.inks.add(str(space[1]).lstrip("/"))
            elif space[0] == "/DeviceN":
                self.seen.inks |= {str(one).lstrip("/") for one in space[1]}
            elif space[0] == "/Indexed":
                self._space(space[1])
        self.seen.light |= space in ("/DeviceRGB", "/RGB")

    def _pattern(self, one: Any) -> None:  # noqa: ANN401 - pikepdf's own
        shading = one.get("/Shading", one) if isinstance(one, Dictionary | pikepdf.Stream) else None
        if isinstance(shading, Dictionary | pikepdf.Stream) and "/ColorSpace" in shading:
            self._space(shading.ColorSpace)

    def _state(self, one: Any) -> None:  # noqa: ANN401 - pikepdf's own
        if not isinstance(one, Dictionary):
            return
        veiled = any(float(one.get(name, 1)) < 1 for name in ("/ca", "/CA"))
        mixed = one.get("/BM", Name.Normal) not in {Name.Normal, Name.Compatible}
        self.seen.clear |= veiled or mixed or isinstance(one.get("/SMask"), Dictionary)

    def _group(self, one: Any) -> None:  # noqa: ANN401 - pikepdf's own
        group = one.get("/Group")
        if isinstance(group, Dictionary) and "/CS" in group:
            self._space(group.CS)

    def _font(self, one: Any) -> None:  # noqa: ANN401 - pikepdf's own
        if not embedded(one):
            name = one.get("/BaseFont", "?") if isinstance(one, Dictionary) else "?"
            self.seen.fonts.add(str(name).lstrip("/").rpartition("+")[2])


def embedded(font: Any) -> bool:  # noqa: ANN401 - pikepdf's own
    """Whether a font's letters are in the file."""
    if not isinstance(font, Dictionary):
        return False
    if font.get("/Subtype") == Name.Type3:  # its letters are drawings
        return True
    inner = font.get("/DescendantFonts")
    held = inner[0] if isinstance(inner, Array) and len(inner) and isinstance(inner[0], Dictionary) else font
    described = held.get("/FontDescriptor")
    return isinstance(described, Dictionary) and any(name in described for name in _EMBEDDED)


def _named(resources: Any, kind: str, name: Any) -> Any:  # noqa: ANN401 - pikepdf's own
    shelf = resources.get(kind) if isinstance(resources, Dictionary) else None
    return shelf.get(str(name)) if isinstance(shelf, Dictionary) and str(name).startswith("/") else None


def _numbers(parts: Any) -> Matrix:  # noqa: ANN401 - pikepdf's own
    a, b, c, d, e, f = (float(part) for part in list(parts)[:6])
    return a, b, c, d, e, f


def joined(first: Matrix, then: Matrix) -> Matrix:
    """One matrix for two, the first applied first."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def scale(matrix: Matrix) -> float:
    """How much wider a line becomes."""
    return math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))
