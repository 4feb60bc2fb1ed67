"""What a design is made of: boxes in millimetres from the upper left corner of the trimmed face, checked on reading.

Colours are roles, not inks: the mood and the brand say which ink a role has, or that what has it is not drawn.
"""

from __future__ import annotations

import string
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

STATIC = (
    "verb",
    "accept",
    "wallets",
    "step1",
    "step2",
    "step3",
    "payee_says",
    "help",
    "rehearsal",
    "tagline",
    "footnote",
)
VARIABLE = ("payee", "store", "register", "address", "external_id", "serial", "check")

Role = Literal[
    "page", "head", "stripe", "card", "foot",  # fields
    "verb", "under", "body", "number", "picture", "strong", "soft", "rule",  # what stands on them
    "alert", "paper", "ink",
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)
Quarter = Literal[0, 90, 180, 270]
# When a box is drawn: every condition named has to hold.
Condition = Literal[
    "rehearsal", "real", "address", "noaddress",  # said by the register
    "logo", "nologo", "tagline", "notagline", "footnote", "nofootnote",  # said by the brand
]  # fmt: skip


class Side(StrEnum):
    """Where a colour field runs over the edge into the bleed."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


class Strict(BaseModel):
    """A frozen part of a file, in which nothing unknown stands."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Millimetres = Annotated[float, Field(ge=-20, le=1500)]
Length = Annotated[float, Field(gt=0, le=1500)]
Points = Annotated[float, Field(ge=4, le=600)]
Stroke = Annotated[float, Field(gt=0, le=20)]
Part = Annotated[float, Field(ge=0, le=1)]  # of an ink


class Area(Strict):
    """A rectangle on the face."""

    x: Millimetres
    y: Millimetres
    width: Length
    height: Length

    def meets(self, other: Area) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.x < other.x + other.width
            and self.x + self.width > other.x
            and self.y < other.y + other.height
            and self.y + self.height > other.y
        )


class FieldBox(Area):
    """A plain field of colour, round corners where `radius` says so."""

    kind: Literal["field"]
    colour: Role
    bleed: tuple[Side, ...] = ()
    radius: Annotated[float, Field(ge=0, le=50)] = 0
    only: tuple[Condition, ...] = ()


class TextBox(Area):
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
    turn: Literal[0, 90, 180, 270] = 0  # degrees anticlockwise
    colour: Role = "body"
    inks: Annotated[tuple[Part, Part, Part, Part] | None, Field(exclude_if=lambda inks: inks is None)] = None  # its own
    only: tuple[Condition, ...] = ()

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

    @cached_property
    def names(self) -> set[str]:
        """The words it is filled in with."""
        return {name for _, name, _, _ in string.Formatter().parse(self.text) if name is not None}

    @cached_property
    def variable(self) -> bool:
        """Whether it differs from sign to sign."""
        return bool(self.names & set(VARIABLE))


class PictogramBox(Area):
    """The drawn picture of a step, or of a telephone reading a code; one stroke width (points)."""

    kind: Literal["pictogram"]
    step: Literal["step1", "step2", "step3", "scan"]
    stroke: Stroke
    colour: Role = "picture"
    only: tuple[Condition, ...] = ()


class LineBox(Strict):
    """A straight line of `stroke` points."""

    kind: Literal["line"]
    x: Millimetres
    y: Millimetres
    to_x: Millimetres
    to_y: Millimetres
    stroke: Stroke
    colour: Role = "rule"
    only: tuple[Condition, ...] = ()


class LogoBox(Area):
    """Where the merchant's logo goes, as large as it fits; nothing where there is none."""

    kind: Literal["logo"]
    align: Literal["left", "center", "right"] = "left"
    only: tuple[Condition, ...] = ("logo",)


class CodeBox(Strict):
    """The white square the code stands in, quiet zone included; the code fills it as far as its modules allow."""

    kind: Literal["code"]
    x: Millimetres
    y: Millimetres
    side: Length
    turn: Annotated[Quarter, Field(exclude_if=lambda turn: not turn)] = 0  # degrees clockwise

    @property
    def area(self) -> Area:
        """The square."""
        return Area(x=self.x, y=self.y, width=self.side, height=self.side)


Box = Annotated[FieldBox | TextBox | PictogramBox | LineBox | LogoBox | CodeBox, Field(discriminator="kind")]


class Panel(Strict):
    """Where a face lies on the flat sheet: its upper left corner as printed, and how it is turned there."""

    x: Millimetres = 0
    y: Millimetres = 0
    turn: Literal[0, 180] = 0


class Fold(Strict):
    """Where the flat sheet is creased."""

    x: Millimetres
    y: Millimetres
    to_x: Millimetres
    to_y: Millimetres
