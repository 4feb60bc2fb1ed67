"""Design files (boxes in millimetres) come in; checked, frozen designs go out. A new sign needs a file, no code.

`templates/signs/<name>/design.json` ships with mpkit; the same path in the data folder (MPKIT_DATA) is laid over it.
Positions count from the upper left corner of the trimmed face, in millimetres; type sizes are points. A face is the
whole sign, or one of the panels of a piece that is folded.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mpkit.errors import Refused
from mpkit.kit.boxes import Area, Box, CodeBox, FieldBox, Fold, Length, LineBox, Panel, Strict, TextBox
from mpkit.kit.shelves import read, shelves

_NAME = r"^[a-z0-9][a-z0-9-]{0,40}$"
_FOLD_CLEAR = 8.0  # mm between a code's white field and a crease: a bent code does not read
_ALWAYS = {"verb", "register", "external_id", "serial", "check"}  # what a sign with a code has to say
_LEAST_MARGIN = 0.06  # of the short side


class Design(Strict):
    """One sign: its size, boxes in the order they are drawn, panels, and what its code needs."""

    name: Annotated[str, Field(pattern=_NAME)]
    title: dict[Literal["es", "pt", "en", "es_MX", "es_CO", "es_PE", "es_CL"], str]
    kind: Literal["sticker", "tent", "poster", "decal", "card", "door"] = "sticker"
    width: Length  # of the face
    height: Length
    bleed: Annotated[float, Field(ge=0, le=10)]
    margin: Annotated[float, Field(ge=0, le=50)]
    distance: Annotated[float, Field(gt=0, le=5000)] = 300  # mm the telephone is away
    levels: tuple[Literal["M", "Q", "H"], ...] = ("M",)  # the first whose modules are `module` wide at least is taken
    module: Annotated[float, Field(ge=0.4, le=10)] = 0.5
    least_module: Annotated[float, Field(ge=0.4, le=10)] = 0.4
    panels: tuple[Panel, ...] = (Panel(),)
    folds: tuple[Fold, ...] = ()
    mirror: bool = False  # printed reversed, to be read through the glass it sticks to
    per: Literal["register", "store"] = "register"
    boxes: tuple[Box, ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        """At most one code, nothing on it, texts inside the margins."""
        for problem in _problems(self):
            raise ValueError(problem)
        return self

    @cached_property
    def code(self) -> CodeBox | None:
        """The box of the code; a door sign has none."""
        return next((box for box in self.boxes if isinstance(box, CodeBox)), None)

    @property
    def code_side(self) -> float:
        """Millimetres of the white field of the code, 0 where there is none."""
        return self.code.side if self.code else 0.0

    @cached_property
    def texts(self) -> tuple[TextBox, ...]:
        """The boxes of text, in the order they are drawn."""
        return tuple(box for box in self.boxes if isinstance(box, TextBox))

    @cached_property
    def flat(self) -> tuple[float, float]:
        """Width and height of the piece as it is printed and cut, all its panels laid out."""
        return (
            max(panel.x for panel in self.panels) + self.width,
            max(panel.y for panel in self.panels) + self.height,
        )

    @property
    def face(self) -> tuple[float, float]:
        """Width and height of one panel."""
        return self.width, self.height

    @cached_property
    def faces(self) -> tuple[tuple[float, float], ...]:
        """The lower left corner of each panel on the flat piece, from its lower left corner."""
        wide, high = self.flat
        lefts = [wide - panel.x - self.width if self.mirror else panel.x for panel in self.panels]
        return tuple((left, high - panel.y - self.height) for left, panel in zip(lefts, self.panels, strict=True))

    @cached_property
    def codes(self) -> tuple[tuple[float, float, int], ...]:
        """Each code's lower left corner on the flat piece (mm, from its lower left corner), and how it is turned."""
        code, (wide, high) = self.code, self.flat
        if code is None:
            return ()
        found = []
        for panel in self.panels:
            x, y = code.x, code.y
            if panel.turn:
                x, y = self.width - code.x - code.side, self.height - code.y - code.side
            left = panel.x + x
            found.append((wide - left - code.side if self.mirror else left, high - panel.y - y - code.side, panel.turn))
        return tuple(found)


def _problems(design: Design) -> Iterator[str]:
    codes = [box for box in design.boxes if isinstance(box, CodeBox)]
    if len(codes) > 1 or (codes and design.boxes[-1] is not codes[0]):
        yield "a face has one code at most, and it is the last box"
        return
    if not design.panels:
        yield "a design has at least one panel"
        return
    if design.margin < _LEAST_MARGIN * min(design.width, design.height) - 0.01:
        yield "the margin is less than 6 % of the short side"
    code = codes[0].area if codes else None
    for box in design.boxes:
        if not isinstance(box, CodeBox | FieldBox | LineBox):
            if code is not None and box.meets(code):
                yield f"a {box.kind} touches the white field of the code"
            yield from _outside(design, box)
    said = {name for box in design.texts for name in box.names}
    missing = (_ALWAYS if codes else {"accept"}) - said
    if missing:
        yield f"no text says {', '.join(sorted(missing))}"
    if design.least_module > design.module or not design.levels:
        yield "the least module is larger than the wanted one, or no level is named"
    yield from _creased(design)


def _outside(design: Design, box: Area) -> Iterator[str]:
    kind = getattr(box, "kind", "box")
    if box.x < design.margin or box.y < design.margin:
        yield f"a {kind} begins inside the margin"
    if box.x + box.width > design.width - design.margin or box.y + box.height > design.height - design.margin:
        yield f"a {kind} runs into the margin"


def _creased(design: Design) -> Iterator[str]:
    """Folds that come too near to a code; measured on the flat piece."""
    _, high = design.flat
    for fold in design.folds:
        for x, y, _ in design.codes:
            upper = high - y - design.code_side
            near = Area(
                x=min(fold.x, fold.to_x) - _FOLD_CLEAR,
                y=min(fold.y, fold.to_y) - _FOLD_CLEAR,
                width=abs(fold.to_x - fold.x) + 2 * _FOLD_CLEAR,
                height=abs(fold.to_y - fold.y) + 2 * _FOLD_CLEAR,
            )
            if near.meets(Area(x=x, y=upper, width=design.code_side, height=design.code_side)):
                yield "a fold runs less than 8 mm beside a code"


def designs(overlay: Path | None = None) -> tuple[Design, ...]:
    """All designs by name; those of `overlay` (the data folder) replace ours of the same name."""
    names = {path.parent.name for folder in shelves("signs", overlay) for path in folder.glob("*/design.json")}
    return tuple(design(name, overlay) for name in sorted(names))


def design(name: str, overlay: Path | None = None) -> Design:
    """The design of that name; `Refused` where there is none or its file is not right."""
    for folder in shelves("signs", overlay):
        path = folder / name / "design.json"
        if path.parent.parent == folder and path.is_file():
            return _read(path)
    known = sorted({path.parent.name for folder in shelves("signs", overlay) for path in folder.glob("*/design.json")})
    raise Refused("kit_no_design", name=name, known=", ".join(known))


def _read(path: Path) -> Design:
    found = read(path, Design)
    if found.name != path.parent.name:
        raise Refused("kit_design_wrong", where=str(path), why=f"name: {found.name} is not the folder's name")
    return found
