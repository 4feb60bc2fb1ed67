"""Design files (boxes in millimetres) come in; checked, frozen designs go out. A new sign needs a file, no code.

`templates/signs/<name>/design.json` ships with mpkit; the same path in the data folder (MPKIT_DATA) is laid over it.
Positions count from the upper left corner of the trimmed face, in millimetres; type sizes are points. A face is the
whole sign, or one of the panels of a piece that is folded.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, PrivateAttr, model_validator

from mpkit.errors import Refused
from mpkit.kit.drawing.boxes import Area, Box, CodeBox, FieldBox, Fold, Length, LineBox, Panel, Quarter, Strict, TextBox
from mpkit.kit.drawing.shelves import read, shelves

_NAME = r"^[a-z0-9][a-z0-9-]{0,40}$"
_FOLD_CLEAR = 8.0  # mm between a code's white field and a crease: a bent code does not read
_TELLS = {"external_id", "serial", "check"}  # what tells a sign from all others
_ALWAYS = {"verb", "register", *_TELLS}  # what a sign with a code has to say
_QUARTERS: tuple[Quarter, ...] = (0, 90, 180, 270)
_LEAST_MARGIN = 0.06  # of the short side


class Artwork(Strict):
    """A merchant's own drawing under everything else: a PDF or SVG file beside the design's, and its hash."""

    file: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}\.(pdf|svg)$")]
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""  # said: a file that was exchanged is refused


class Place(NamedTuple):
    """A code on the flat piece: its lower left corner and side (mm), how it is turned, and the corner of its face."""

    x: float
    y: float
    side: float
    turn: Quarter  # degrees clockwise, as seen on the flat piece
    face: tuple[float, float]


class Design(Strict):
    """One sign: its size, boxes in the order they are drawn, panels, and what its code needs."""

    name: Annotated[str, Field(pattern=_NAME)]
    title: dict[Literal["es", "pt", "en", "es_MX", "es_CO", "es_PE", "es_CL"], str]
    kind: Literal["sticker", "tent", "poster", "decal", "card", "door", "own"] = "sticker"
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
    artwork: Annotated[Artwork | None, Field(exclude_if=lambda artwork: artwork is None)] = None
    boxes: tuple[Box, ...]
    untouched: Annotated[bool, Field(exclude_if=lambda untouched: not untouched)] = False  # each register's own artwork
    _file: bytes = PrivateAttr(b"")  # the artwork as it was handed in
    _form: bytes = PrivateAttr(b"")  # and as it is laid under signs

    @model_validator(mode="after")
    def _sound(self) -> Self:
        """At most one code, nothing on it, texts inside the margins."""
        for problem in _problems(self):
            raise ValueError(problem)
        return self

    @cached_property
    def code_boxes(self) -> tuple[CodeBox, ...]:
        """The boxes of the code: one on a face of ours, as many as its artwork has room for on a merchant's."""
        return tuple(box for box in self.boxes if isinstance(box, CodeBox))

    @property
    def code(self) -> CodeBox | None:
        """The smallest box of the code, which decides its modules; a door sign has none."""
        return min(self.code_boxes, key=lambda box: box.side, default=None)

    @property
    def code_side(self) -> float:
        """Millimetres of the white field of the code, 0 where there is none."""
        return self.code.side if self.code else 0.0

    @cached_property
    def above(self) -> float:
        """Millimetres above the cut that are printed: what tells a sign apart, where its artwork has no room for it."""
        return max(0.0, -min((box.y for box in self.texts), default=0.0)) if self.artwork else 0.0

    def drawing(self) -> bytes:
        """The artwork as one form in a PDF of its own, read in a limited child at the first call; empty without one."""
        if self.artwork is not None and not self.untouched and not self._form:
            from mpkit.kit.artwork import form_of  # noqa: PLC0415 - only designs with artwork need its reader

            self._form = form_of(self._file)
        return self._form

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
    def codes(self) -> tuple[Place, ...]:
        """Where each code lies on the flat piece, from its lower left corner."""
        wide, high = self.flat
        found = []
        for panel, face in zip(self.panels, self.faces, strict=True):
            for code in self.code_boxes:
                x, y = code.x, code.y
                if panel.turn:
                    x, y = self.width - code.x - code.side, self.height - code.y - code.side
                left, turn = panel.x + x, _QUARTERS[(panel.turn + code.turn) // 90 % 4]
                if self.mirror:
                    left, turn = wide - left - code.side, _QUARTERS[-turn // 90 % 4]
                found.append(Place(left, high - panel.y - y - code.side, code.side, turn, face))
        return tuple(found)


def _problems(design: Design) -> Iterator[str]:
    codes = design.code_boxes
    if (len(codes) > 1 and not design.artwork) or (codes and design.boxes[-len(codes) :] != codes):
        yield "a face has one code at most, and it is the last box"
        return
    if not design.panels:
        yield "a design has at least one panel"
        return
    for box in design.boxes:
        if not isinstance(box, CodeBox | FieldBox | LineBox) and any(box.meets(code.area) for code in codes):
            yield f"a {box.kind} touches the white field of the code"
    said = {name for box in design.texts for name in box.names}
    missing = ((_TELLS if design.artwork else _ALWAYS) if codes else set() if design.artwork else {"accept"}) - said
    if missing:
        yield f"no text says {', '.join(sorted(missing))}"
    if design.least_module > design.module or not design.levels:
        yield "the least module is larger than the wanted one, or no level is named"
    yield from _drawn_by_others(design) if design.artwork else _margins(design)
    yield from _creased(design)


def _margins(design: Design) -> Iterator[str]:
    """On a face of ours what is said stays away from the cut."""
    if design.margin < _LEAST_MARGIN * min(design.width, design.height) - 0.01:
        yield "the margin is less than 6 % of the short side"
    for box in design.boxes:
        if not isinstance(box, CodeBox | FieldBox | LineBox):
            yield from _outside(design, box)


def _drawn_by_others(design: Design) -> Iterator[str]:
    """On artwork the merchant decides; but no code crosses the cut, and no two codes each other."""
    codes = [code.area for code in design.code_boxes]
    for at, code in enumerate(codes):
        if code.x < 0 or code.y < 0 or code.x + code.width > design.width or code.y + code.height > design.height:
            yield "a code crosses the cut"
        if any(code.meets(other) for other in codes[:at]):
            yield "two codes lie on each other"


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
        for x, y, side, *_ in design.codes:
            upper = high - y - side
            near = Area(
                x=min(fold.x, fold.to_x) - _FOLD_CLEAR,
                y=min(fold.y, fold.to_y) - _FOLD_CLEAR,
                width=abs(fold.to_x - fold.x) + 2 * _FOLD_CLEAR,
                height=abs(fold.to_y - fold.y) + 2 * _FOLD_CLEAR,
            )
            if near.meets(Area(x=x, y=upper, width=side, height=side)):
                yield "a fold runs less than 8 mm beside a code"


def designs(overlay: Path | None = None, account: str = "") -> tuple[Design, ...]:
    """All designs by name; those of `overlay` (the data folder) and the account's own replace ours of the same name."""
    folders = _shelves(overlay, account)
    names = {path.parent.name for folder in folders for path in folder.glob("*/design.json")}
    return tuple(design(name, overlay, account) for name in sorted(names))


def design(name: str, overlay: Path | None = None, account: str = "") -> Design:
    """The design of that name; `Refused` where there is none or its file is not right."""
    folders = _shelves(overlay, account)
    for folder in folders:
        path = folder / name / "design.json"
        if path.parent.parent == folder and path.is_file():
            return _read(path)
    known = sorted({path.parent.name for folder in folders for path in folder.glob("*/design.json")})
    raise Refused("kit_no_design", name=name, known=", ".join(known))


def own(data: Path, account: str) -> Path:
    """Where the designs made of an account's own artwork are kept."""
    return data / "artwork" / account


def _shelves(overlay: Path | None, account: str) -> tuple[Path, ...]:
    mine = (own(overlay, account),) if overlay is not None and account else ()
    return (*mine, *shelves("signs", overlay))


def _read(path: Path) -> Design:
    found = read(path, Design)
    if found.name != path.parent.name:
        raise Refused("kit_design_wrong", where=str(path), why=f"name: {found.name} is not the folder's name")
    return drawn_on(found, path.parent) if found.artwork else found


def drawn_on(found: Design, folder: Path) -> Design:
    """A design with the bytes of its artwork's file; `Refused` where they are not those it was made for."""
    artwork = found.artwork
    if artwork is None:
        return found
    path = folder / artwork.file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused("kit_design_wrong", where=str(path), why=error.strerror or str(error)) from error
    digest = sha256(content).hexdigest()
    if artwork.sha256 not in {"", digest}:
        raise Refused("artwork_changed", file=str(path))
    whole = found.model_copy(update={"artwork": Artwork(file=artwork.file, sha256=digest)})
    whole._file = content  # noqa: SLF001 - of this file
    return whole
