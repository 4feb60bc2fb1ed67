"""Paper files and a design come in; the grid of a sheet goes out: where each sign lies, bleed, marks and their order.

`templates/paper/<name>.json` ships with mpkit; the same path in the data folder is laid over it. Millimetres; positions
of slots count from the lower left corner of the sheet, as in a PDF.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mpkit.errors import Refused
from mpkit.kit.drawing.boxes import Length, Strict
from mpkit.kit.signs.design import Design
from mpkit.kit.signs.sign import Space
from mpkit.kit.symbols.ink import Manner

MOST_PAGES = 500  # of one file: what print shops' programs open without trouble
_SMALL = 0.01  # mm, below which two measures are the same
_WITHIN = 0.5  # mm by which a sign may be larger than its label: makers and tables differ by that much

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
Gap = Annotated[float, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=1, le=100)]
Spot = Annotated[str, Field(pattern=r"^[A-Za-z0-9_ -]{0,40}$")]  # a named ink; "" where it is not printed


class Layout(Strict):
    """How signs of one size lie on this paper; everything else is laid out by what fits."""

    piece: tuple[Length, Length]
    landscape: bool = False
    columns: Count
    rows: Count
    gutter: tuple[Gap, Gap]
    bleed: bool
    marks: bool


class Labels(Strict):
    """The labels of a die-cut sheet: their size, how often, from where (its upper left corner) and how far apart."""

    width: Length
    height: Length
    columns: Count
    rows: Count
    left: Gap
    top: Gap
    pitch: tuple[Length, Length]
    round: bool = False  # a circle as wide as the label
    radius: Gap = 0

    def cells(self, high: float) -> tuple[tuple[float, float], ...]:
        """The lower left corner of each label on a sheet `high` mm high, row by row from the top."""
        return tuple(
            (self.left + column * self.pitch[0], high - self.top - row * self.pitch[1] - self.height)
            for row in range(self.rows)
            for column in range(self.columns)
        )

    def holds(self, piece: tuple[float, float]) -> bool:
        """Whether a piece of that size lies on one label."""
        wide, high = piece
        if self.round:
            return wide * wide + high * high <= (self.width + _WITHIN) ** 2
        return wide <= self.width + _WITHIN and high <= self.height + _WITHIN


class Paper(Strict):
    """A sheet and how it is printed; without a size it is the sign itself, its bleed and the margin around it."""

    name: Name
    title: dict[Literal["es", "pt", "en"], str]
    size: tuple[Length, Length] | None = None
    margin: Gap = 5
    gutter: Gap = 8
    bleed: Annotated[float, Field(ge=0, le=10)] = 3
    marks: bool = True
    slug: bool = True  # what the sheet or the sign is of, outside every sign
    covers: bool = False  # a page or a place between branches that says whose signs come next
    duplex: bool = False  # the same signs on the back, turned over the long edge
    order: Literal["store", "stack"] = "store"  # stack: piles stay sorted when the whole stack is cut
    pages: Annotated[int, Field(ge=1, le=MOST_PAGES)] = MOST_PAGES  # of one file
    symbol: Manner = "mask"  # presses take a path; office and label printers swell one by half a dot a side
    space: Space = "cmyk"
    standard: Literal["", "pdfx4"] = ""
    profile: str = ""  # file of the merchant's press under templates/profiles; ours where none is named
    condition: Annotated[str, Field(max_length=80)] = ""  # what that press is called, as its shop writes it
    curves: bool = False  # texts as outlines
    cut: Spot = ""
    crease: Spot = ""
    white: Spot = ""
    radius: Gap = 0  # of the corners of the cut
    layouts: tuple[Layout, ...] = ()
    labels: Labels | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        """What does not go together."""
        if self.space == "rgb" and (self.standard or self.cut or self.crease or self.white):
            message = "red, green and blue have no named inks and no press standard"
            raise ValueError(message)
        if self.labels is not None and self.size is None:
            message = "labels need the size of their sheet"
            raise ValueError(message)
        if self.duplex and (self.size is None or self.labels is not None):
            message = "the back is printed on cut sheets only"
            raise ValueError(message)
        if self.profile and not self.standard:
            message = "a profile is written into files of a press standard only"
            raise ValueError(message)
        return self


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its size, the lower left trimmed corner of each slot (row by row from the top), what is drawn."""

    width: float
    height: float
    slots: tuple[tuple[float, float], ...]
    bleed: float  # mm fields run over the edge of a sign
    marks: bool
    order: Literal["store", "stack"]
    alone: bool
    duplex: bool = False
    labels: bool = False
    turned: bool = False  # signs lie on their side, a quarter anticlockwise; a slot's corner is that of what lies there

    def lying(self, piece: tuple[float, float]) -> tuple[float, float]:
        """Width and height of a piece of that size as it lies."""
        return (piece[1], piece[0]) if self.turned else piece

    def back(self, piece: tuple[float, float]) -> Grid:
        """The other side, the sheet turned over its long edge: each sign behind its own front."""
        return Grid(
            self.width,
            self.height,
            tuple((self.width - x - piece[0], y) for x, y in self.slots),
            self.bleed,
            self.marks,
            self.order,
            self.alone,
        )


def grid(paper: Paper, design: Design) -> Grid:
    """Where signs of this design lie on this paper; `Refused` where not even one fits."""
    over = _bleed(paper, design)
    if paper.size is None:
        around = max(over + (paper.margin if paper.slug or paper.marks else 0.0), design.above)
        wide, high = design.flat
        size = (wide + 2 * around, high + 2 * around)
        return Grid(*size, ((around, around),), over, marks=paper.marks, order="store", alone=True)
    if paper.labels is not None:
        return _on_labels(paper, paper.labels, paper.size, design)
    for layout in paper.layouts:
        if layout.piece == design.flat and not design.above and not (paper.duplex and layout.landscape):
            return _laid(paper, paper.size, design, layout)
    turns = (False,) if paper.duplex else (False, True)  # turned over the long edge, a landscape back is upside down
    best = max((_fitting(paper, design, landscape=turned) for turned in turns), key=_count)
    if best is None:
        raise Refused("kit_paper_small", paper=paper.name, sign=design.name)
    return _laid(paper, paper.size, design, best)


def fitting(papers: Iterable[Paper], design: Design) -> tuple[Paper, ...]:
    """Those papers on which at least one sign of the design lies."""
    found = []
    for paper in papers:
        try:
            grid(paper, design)
        except Refused:
            continue
        found.append(paper)
    return tuple(found)


def _bleed(paper: Paper, design: Design) -> float:
    """Millimetres fields run over the edge: as far as the paper says, and artwork as far as it was drawn."""
    if design.artwork is not None:
        return min(paper.bleed, design.bleed)
    return paper.bleed if design.bleed else 0.0


def _on_labels(paper: Paper, labels: Labels, size: tuple[float, float], design: Design) -> Grid:
    """A sign in the middle of each label, on its side where it lies on it only so.

    Labels that touch cannot bleed into each other, so nothing bleeds.
    """
    room = labels.pitch[1] - labels.height if labels.rows > 1 else labels.top
    wide, high = design.flat
    turned = not labels.holds((wide, high)) and labels.holds((high, wide)) and not design.above
    if turned:
        wide, high = high, wide
    if not labels.holds((wide, high)) or design.above > min(room, labels.top):
        raise Refused("kit_paper_small", paper=paper.name, sign=design.name)
    x, y = (labels.width - wide) / 2, (labels.height - high) / 2
    slots = tuple((left + x, low + y) for left, low in labels.cells(size[1]))
    return Grid(*size, slots, 0.0, marks=False, order="store", alone=False, labels=True, turned=turned)


def _count(layout: Layout | None) -> int:
    return layout.columns * layout.rows if layout else 0


def _fitting(paper: Paper, design: Design, *, landscape: bool) -> Layout | None:
    """As many as fit between the margins, with their bleed and a gutter between them."""
    wide, high = _turned(paper.size or (0, 0), landscape=landscape)
    over = _bleed(paper, design)
    top = max(over, design.above)
    gap, gap_y = max(paper.gutter, 2 * over), max(paper.gutter, over + top)
    columns = int((wide - 2 * paper.margin - 2 * over + gap + _SMALL) // (design.flat[0] + gap))
    rows = int((high - 2 * paper.margin - 2 * top + gap_y + _SMALL) // (design.flat[1] + gap_y))
    if columns < 1 or rows < 1:
        return None
    return Layout(
        piece=design.flat,
        landscape=landscape,
        columns=columns,
        rows=rows,
        gutter=(gap, gap_y),
        bleed=over > 0,
        marks=paper.marks,
    )


def _turned(size: tuple[float, float], *, landscape: bool) -> tuple[float, float]:
    return (max(size), min(size)) if landscape else (min(size), max(size))


def _laid(paper: Paper, size: tuple[float, float], design: Design, layout: Layout) -> Grid:
    """The slots of a layout, centred on the sheet; `Refused` where they run over its edge."""
    wide, high = _turned(size, landscape=layout.landscape)
    step_x, step_y = design.flat[0] + layout.gutter[0], design.flat[1] + layout.gutter[1]
    left = (wide - layout.columns * step_x + layout.gutter[0]) / 2
    low = (high - layout.rows * step_y + layout.gutter[1]) / 2
    if left < -_SMALL or low < -_SMALL:
        raise Refused("kit_paper_small", paper=paper.name, sign=design.name)
    slots = tuple(
        (left + column * step_x, low + (layout.rows - 1 - row) * step_y)
        for row in range(layout.rows)
        for column in range(layout.columns)
    )
    over = _bleed(paper, design) if layout.bleed else 0.0
    return Grid(wide, high, slots, over, layout.marks, paper.order, alone=False, duplex=paper.duplex)


def placed(n: int, grid: Grid, start_at: int = 1) -> list[tuple[int, int]]:
    """Sheet and slot (both from 0) of each of `n` signs.

    In a stack, sign k of each pile lies under sign k - 1: cut once, the piles laid on each other are sorted. A sheet
    that has been begun (`start_at` counts its slots from 1) is filled on in reading order, there is no stack to cut.
    """
    each = len(grid.slots)
    if not 1 <= start_at <= each:
        raise Refused("kit_start_at", n=each)
    if start_at > 1 or grid.order == "store":
        return [divmod(start_at - 1 + at, each) for at in range(n)]
    pages = -(-n // each)
    return [(at % pages, at // pages) for at in range(n)]
