"""Design files (boxes in millimetres) come in; checked, frozen designs go out. A new sign needs a file, no code.

`templates/signs/<name>/design.json` ships with mpkit; the same path in the data folder (MPKIT_DATA) is laid over it.
Positions count from the upper left corner of the trimmed sign, in millimetres; type sizes are points.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mpkit.errors import Refused
from mpkit.kit.shelves import read, shelves

STATIC = ("verb", "wallets", "step1", "step2", "step3", "payee_says", "help", "rehearsal")
VARIABLE = ("payee", "store", "register", "external_id", "serial", "check")
DRAWN = ("step1", "step2", "step3")
_NAME = r"^[a-z0-9][a-z0-9-]{0,40}$"


class Side(StrEnum):
    """Where a colour field runs over the edge into the bleed."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Millimetres = Annotated[float, Field(ge=-20, le=1000)]
Length = Annotated[float, Field(gt=0, le=1000)]
Points = Annotated[float, Field(ge=4, le=400)]
Ink = Annotated[float, Field(ge=0, le=1)]
Only = Literal["", "rehearsal", "real"]
Colour = tuple[Ink, Ink, Ink, Ink]


class _Box(_Strict):
    x: Millimetres
    y: Millimetres
    width: Length
    height: Length


class FieldBox(_Box):
    """A plain field of colour, round corners where `radius` says so; `only` keeps it to rehearsals or real signs."""

    kind: Literal["field"]
    colour: str
    bleed: tuple[Side, ...] = ()
    radius: Annotated[float, Field(ge=0, le=50)] = 0
    only: Only = ""


class TextBox(_Box):
    """Text that begins at `size`, shrinks to `least`, wraps into `lines`, and is refused before it is cut."""

    kind: Literal["text"]
    text: str
    size: Points
    least: Points
    lines: Annotated[int, Field(ge=1, le=4)] = 1
    weight: Literal["regular", "semibold"] = "regular"
    align: Literal["left", "center", "right"] = "left"
    valign: Literal["top", "middle", "bottom"] = "top"
    leading: Annotated[float, Field(ge=0.9, le=2)] = 1.18
    spacing: Annotated[float, Field(ge=-50, le=200)] = 0  # thousandths of an em between letters
    turn: Literal[0, 90, 270] = 0  # degrees anticlockwise
    colour: str = "ink"
    only: Only = ""

    @model_validator(mode="after")
    def _known(self) -> Self:
        unknown = self.names - {*STATIC, *VARIABLE}
        if unknown:
            message = f"unknown words {', '.join(sorted(unknown))}: {', '.join((*STATIC, *VARIABLE))} are known"
            raise ValueError(message)
        if self.least > self.size:
            message = "the least size is larger than the size"
            raise ValueError(message)
        return self

    @property
    def names(self) -> set[str]:
        """The words it is filled in with."""
        return {name for _, name, _, _ in string.Formatter().parse(self.text) if name is not None}

    @property
    def variable(self) -> bool:
        """Whether it differs from sign to sign."""
        return bool(self.names & set(VARIABLE))


class PictogramBox(_Box):
    """The drawn picture of a step, one stroke width (points)."""

    kind: Literal["pictogram"]
    step: Literal["step1", "step2", "step3"]
    stroke: Annotated[float, Field(gt=0, le=20)]
    colour: str = "accent"


class LineBox(_Strict):
    """A straight line of `stroke` points."""

    kind: Literal["line"]
    x: Millimetres
    y: Millimetres
    to_x: Millimetres
    to_y: Millimetres
    stroke: Annotated[float, Field(gt=0, le=20)]
    colour: str


class CodeBox(_Strict):
    """The white square the code stands in, quiet zone included; the code fills it as far as its modules allow."""

    kind: Literal["code"]
    x: Millimetres
    y: Millimetres
    side: Length


Box = Annotated[FieldBox | TextBox | PictogramBox | LineBox | CodeBox, Field(discriminator="kind")]


class Design(_Strict):
    """One sign: its size, colours, boxes in the order they are drawn, and what its code needs."""

    name: Annotated[str, Field(pattern=_NAME)]
    title: dict[Literal["es", "pt", "en", "es_MX", "es_CO", "es_PE", "es_CL"], str]
    width: Length
    height: Length
    bleed: Annotated[float, Field(ge=0, le=10)]
    margin: Annotated[float, Field(ge=0, le=50)]
    levels: tuple[Literal["M", "Q", "H"], ...]  # the first whose modules are `module` wide at least is taken
    module: Annotated[float, Field(ge=0.4, le=10)]
    least_module: Annotated[float, Field(ge=0.4, le=10)]
    colours: dict[str, Colour]
    boxes: tuple[Box, ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        """One code, known colours, nothing on the code, texts inside the margins."""
        for problem in _problems(self):
            raise ValueError(problem)
        return self

    @property
    def code(self) -> CodeBox:
        """The box of the code."""
        return next(box for box in self.boxes if isinstance(box, CodeBox))

    @property
    def texts(self) -> tuple[TextBox, ...]:
        """The boxes of text, in the order they are drawn."""
        return tuple(box for box in self.boxes if isinstance(box, TextBox))


def _problems(design: Design) -> Iterator[str]:
    codes = [box for box in design.boxes if isinstance(box, CodeBox)]
    if len(codes) != 1 or design.boxes[-1] is not codes[0]:
        yield "a design has one code, and it is the last box"
        return
    known = {"paper", "ink", *design.colours}
    for box in design.boxes:
        if not isinstance(box, CodeBox) and box.colour not in known:
            yield f"unknown colour {box.colour}"
        if isinstance(box, TextBox | PictogramBox):
            if _meets(box, codes[0]):
                yield f"a {box.kind} touches the white field of the code"
            if box.x < design.margin or box.y < design.margin:
                yield f"a {box.kind} begins inside the margin"
            if box.x + box.width > design.width - design.margin or box.y + box.height > design.height - design.margin:
                yield f"a {box.kind} runs into the margin"
    missing = {"verb", "payee", "external_id", "serial", "check", "store", "register"} - {
        name for box in design.texts for name in box.names
    }
    if missing:
        yield f"no text says {', '.join(sorted(missing))}"
    if design.least_module > design.module or not design.levels:
        yield "the least module is larger than the wanted one, or no level is named"


def _meets(box: _Box, code: CodeBox) -> bool:
    return (
        box.x < code.x + code.side
        and box.x + box.width > code.x
        and box.y < code.y + code.side
        and box.y + box.height > code.y
    )


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
