"""Paper files and a design come in; the grid of a sheet goes out: where each sign lies, bleed, marks and their order.

`templates/paper/<name>.json` ships with mpkit; the same path in the data folder is laid over it. Millimetres; positions
of slots count from the lower left corner of the sheet, as in a PDF.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from mpkit.errors import Refused
from mpkit.kit.boxes import Length, Strict
from mpkit.kit.design import Design
from mpkit.kit.ink import Manner
from mpkit.kit.shelves import read, shelves

_NAME = r"^[a-z0-9][a-z0-9-]{0,40}$"
_MARK = 5.0  # mm long
_SMALL = 0.01  # mm, below which two measures are the same


Gap = Annotated[float, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=1, le=100)]


class Layout(Strict):
    """How signs of one size lie on this paper; everything else is laid out by what fits."""

    piece: tuple[Length, Length]
    landscape: bool = False
    columns: Count
    rows: Count
    gutter: tuple[Gap, Gap]
    bleed: bool
    marks: bool


class Paper(Strict):
    """A sheet; without a size it is the sign itself and its bleed."""

    name: Annotated[str, Field(pattern=_NAME)]
    title: dict[Literal["es", "pt", "en"], str]
    size: tuple[Length, Length] | None = None
    margin: Gap = 5
    gutter: Gap = 8
    bleed: bool = True
    marks: bool = True
    order: Literal["store", "stack"] = "store"  # stack: piles stay sorted when the whole stack is cut
    symbol: Manner = "mask"  # presses take a path; office and label printers swell one by half a dot a side
    layouts: tuple[Layout, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its size, the lower left trimmed corner of each slot (row by row from the top), what is drawn."""

    width: float
    height: float
    slots: tuple[tuple[float, float], ...]
    bleed: bool
    marks: bool
    order: Literal["store", "stack"]
    alone: bool


def papers(overlay: Path | None = None) -> tuple[Paper, ...]:
    """All papers by name; those of `overlay` (the data folder) replace ours of the same name."""
    names = {path.stem for folder in shelves("paper", overlay) for path in folder.glob("*.json")}
    return tuple(paper(name, overlay) for name in sorted(names))


def paper(name: str, overlay: Path | None = None) -> Paper:
    """The paper of that name; `Refused` where there is none or its file is not right."""
    for folder in shelves("paper", overlay):
        path = folder / f"{name}.json"
        if path.parent == folder and path.is_file():
            return read(path, Paper)
    known = sorted({path.stem for folder in shelves("paper", overlay) for path in folder.glob("*.json")})
    raise Refused("kit_no_paper", name=name, known=", ".join(known))


def grid(paper: Paper, design: Design) -> Grid:
    """Where signs of this design lie on this paper; `Refused` where not even one fits."""
    if paper.size is None:
        over = design.bleed if paper.bleed else 0.0
        wide, high = design.flat
        size = (wide + 2 * over, high + 2 * over)
        return Grid(*size, ((over, over),), bleed=paper.bleed, marks=False, order="store", alone=True)
    for layout in paper.layouts:
        if layout.piece == design.flat:
            return _laid(paper, paper.size, design, layout)
    best = max((_fitting(paper, design, landscape=turned) for turned in (False, True)), key=_count)
    if best is None:
        raise Refused("kit_paper_small", paper=paper.name, sign=design.name)
    return _laid(paper, paper.size, design, best)


def _count(layout: Layout | None) -> int:
    return layout.columns * layout.rows if layout else 0


def _fitting(paper: Paper, design: Design, *, landscape: bool) -> Layout | None:
    """As many as fit between the margins, with their bleed and a gutter between them."""
    wide, high = _turned(paper.size or (0, 0), landscape=landscape)
    over = design.bleed if paper.bleed else 0.0
    gap = max(paper.gutter, 2 * over)
    columns = int((wide - 2 * paper.margin - 2 * over + gap + _SMALL) // (design.flat[0] + gap))
    rows = int((high - 2 * paper.margin - 2 * over + gap + _SMALL) // (design.flat[1] + gap))
    if columns < 1 or rows < 1:
        return None
    return Layout(
        piece=design.flat,
        landscape=landscape,
        columns=columns,
        rows=rows,
        gutter=(gap, gap),
        bleed=paper.bleed,
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
    return Grid(wide, high, slots, bleed=layout.bleed, marks=layout.marks, order=paper.order, alone=False)


def placed(n: int, grid: Grid, start_at: int = 1) -> list[tuple[int, int]]:
    """Page and slot (both from 0) of each of `n` signs.

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


def shared_cuts(grid: Grid, design: Design) -> Sequence[tuple[float, float, float, float]]:
    """Lines where two signs touch, so that there is no room for marks beside them."""
    lefts, lows = {round(x, 3) for x, _ in grid.slots}, {round(y, 3) for _, y in grid.slots}
    across = [(x, 0.0, x, grid.height) for x in lefts if round(x - design.flat[0], 3) in lefts]
    down = [(0.0, y, grid.width, y) for y in lows if round(y - design.flat[1], 3) in lows]
    return [*across, *down]


def crop_marks(grid: Grid, design: Design) -> Sequence[tuple[float, float, float, float]]:
    """Lines (x, y, to x, to y) at the sheet's edges, one for each cut, outside every sign and its bleed."""
    over = design.bleed + 1 if grid.bleed else 1.0
    lefts, lows = {x for x, _ in grid.slots}, {y for _, y in grid.slots}
    cuts_x = sorted({*lefts, *(x + design.flat[0] for x in lefts)})
    cuts_y = sorted({*lows, *(y + design.flat[1] for y in lows)})
    low, top, left, right = cuts_y[0] - over, cuts_y[-1] + over, cuts_x[0] - over, cuts_x[-1] + over
    across = [(x, y, x, to) for x in cuts_x for y, to in ((low, low - _MARK), (top, top + _MARK))]
    down = [(x, y, to, y) for y in cuts_y for x, to in ((left, left - _MARK), (right, right + _MARK))]
    return [*across, *down]
