"""A grid comes in; what is drawn beside and on its cuts goes out, as PDF operators: marks, ruler, named inks.

Marks are registration colour (every plate, `/All`) on a press, black where there are no plates. Cut, crease and white
are inks of their own, printed over what lies below: the name of an ink is what a cutter or a press goes by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mpkit.kit.drawing.shapes import rounded
from mpkit.kit.drawing.type import POINT
from mpkit.kit.printing.paper import Grid, Paper
from mpkit.kit.signs.design import Design
from mpkit.kit.signs.sign import Space

ALL, CUT, CREASE, WHITE = "/MpAll", "/MpCut", "/MpCrease", "/MpWhite"  # names among a page's resources
OVER = "/MpOver"  # overprint: what lies below is not knocked out
BENEATH = "/MpBeneath"  # white is printed under what is drawn before it, and hides nothing on a screen
RULER = 50  # mm
_MARK, _APART = 5.0, 1.0  # mm: how long a mark is, and how far from the bleed
_TICK = 3.0  # mm of a mark where a fold ends
_THIN = 0.25  # points
Line = tuple[float, float, float, float]  # mm: x, y, to x, to y


@dataclass(frozen=True, slots=True)
class Ink:
    """A named ink, and what it looks like on a screen (cyan, magenta, yellow, black)."""

    name: str
    looks: tuple[float, float, float, float]


def inks(paper: Paper) -> dict[str, Ink]:
    """The named inks a paper's files have, by the name of their resource."""
    if paper.space == "rgb":
        return {}
    named = {ALL: Ink("All", (1, 1, 1, 1))}
    looks = {CUT: (0.0, 1.0, 0.0, 0.0), CREASE: (1.0, 0.0, 0.0, 0.0), WHITE: (0.0, 0.0, 0.0, 0.0)}
    for resource, name in ((CUT, paper.cut), (CREASE, paper.crease), (WHITE, paper.white)):
        if name:
            named[resource] = Ink(name, looks[resource])
    return named


def crop_marks(grid: Grid, design: Design) -> Sequence[Line]:
    """Lines (x, y, to x, to y) at the sheet's edges, one for each cut, outside every sign and its bleed."""
    over = grid.bleed + _APART
    lefts, lows = {x for x, _ in grid.slots}, {y for _, y in grid.slots}
    cuts_x = sorted({*lefts, *(x + design.flat[0] for x in lefts)})
    cuts_y = sorted({*lows, *(y + design.flat[1] for y in lows)})
    low, top, left, right = cuts_y[0] - over, cuts_y[-1] + over, cuts_x[0] - over, cuts_x[-1] + over
    across = [(x, y, x, to) for x in cuts_x for y, to in ((low, low - _MARK), (top, top + _MARK))]
    down = [(x, y, to, y) for y in cuts_y for x, to in ((left, left - _MARK), (right, right + _MARK))]
    return [*across, *down]


def shared_cuts(grid: Grid, design: Design) -> Sequence[Line]:
    """Lines where two signs touch, so that there is no room for marks beside them."""
    lefts, lows = {round(x, 3) for x, _ in grid.slots}, {round(y, 3) for _, y in grid.slots}
    across = [(x, 0.0, x, grid.height) for x in lefts if round(x - design.flat[0], 3) in lefts]
    down = [(0.0, y, grid.width, y) for y in lows if round(y - design.flat[1], 3) in lows]
    return [*across, *down]


def fold_marks(grid: Grid, design: Design) -> Iterator[Line]:
    """Short lines outside a sign where its folds end, in every slot that has room for them."""
    over = grid.bleed + _APART
    wide, high = design.flat
    for x, y in grid.slots:
        for fold in design.folds:
            if fold.y == fold.to_y:
                at = y + high - fold.y
                yield from ((x - over, at, x - over - _TICK, at), (x + wide + over, at, x + wide + over + _TICK, at))
            else:
                at = x + fold.x
                yield from ((at, y - over, at, y - over - _TICK), (at, y + high + over, at, y + high + over + _TICK))


def around(grid: Grid, design: Design, space: Space) -> str:
    """Operators of the marks outside the signs; where signs touch, a dotted line on the cut itself."""
    drawn = []
    if grid.marks:
        drawn.append(f"q {_registration(space)} {_THIN} w 0 J {_path(crop_marks(grid, design))} S Q")
    elif not grid.alone and not grid.labels and (shared := shared_cuts(grid, design)):
        drawn.append(f"q {grey(0.45, space, stroke=True)} 0.35 w 1 J [0 2.5] 0 d {_path(shared)} S Q")
    folds = list(fold_marks(grid, design)) if grid.marks else []
    if folds:
        drawn.append(f"q {_registration(space)} {_THIN} w 0 J [2 1] 0 d {_path(folds)} S Q")
    return "\n".join(drawn)


def on_sign(paper: Paper, grid: Grid, design: Design, at: tuple[float, float]) -> str:
    """Operators of the named inks of one sign whose lower left corner lies at `at`: white, creases, then the cut."""
    x, y = at
    wide, high = design.flat
    drawn = []
    if paper.white:
        over = grid.bleed / POINT
        left, low = x / POINT - over, y / POINT - over
        box = f"{left:.3f} {low:.3f} {wide / POINT + 2 * over:.3f} {high / POINT + 2 * over:.3f} re"
        drawn.append(f"q {BENEATH} gs {WHITE} cs 1 scn {box} f Q")
    if paper.crease and design.folds:
        lines = [(x + fold.x, y + high - fold.y, x + fold.to_x, y + high - fold.to_y) for fold in design.folds]
        drawn.append(f"q {OVER} gs {CREASE} CS 1 SCN {_THIN} w 0 J {_path(lines)} S Q")
    if paper.cut:
        left, low, across, down = (value / POINT for value in (x, y, wide, high))
        box = (
            rounded(left, low, across, down, paper.radius)
            if paper.radius
            else f"{left:.3f} {low:.3f} {across:.3f} {down:.3f} re"
        )
        drawn.append(f"q {OVER} gs {CUT} CS 1 SCN {_THIN} w 0 j {box} S Q")
    return "\n".join(drawn)


def room(grid: Grid, design: Design, height: float) -> tuple[float, float] | None:
    """Where a line of text `height` mm high and the ruler have room: left end and base line; None where they have none.

    Below the signs and their marks if the margin is wide enough, else above them; printers leave 4 mm of a sheet white.
    """
    over = grid.bleed + (_APART + _MARK if grid.marks else 0.0)
    left = max(min(x for x, _ in grid.slots), 6.0)
    low = min(y for _, y in grid.slots) - over
    top = max(y for _, y in grid.slots) + grid.lying(design.flat)[1] + over
    edge = 4.0
    if low - height >= edge:
        return left, max(edge, low - height - 3)
    if top + height <= grid.height - edge:
        return left, min(top + 2, grid.height - edge - height)
    return None


def ruler(x: float, y: float, space: Space) -> str:
    """Operators of a ruler that measures 50 mm on paper, its left end at (x, y) mm."""
    ticks = [(x + at, y, x + at, y + (2.2 if at % 10 == 0 else 1.2)) for at in range(0, RULER + 1, 5)]
    return f"q {grey(1, space, stroke=True)} 0.3 w 0 J {_path([(x, y, x + RULER, y), *ticks])} S Q"


def grey(share: float, space: Space, *, stroke: bool = False) -> str:
    """The operator for black ink of that share, or the grey that looks like it."""
    if space == "rgb":
        return f"{1 - share:g} {'G' if stroke else 'g'}"
    return f"0 0 0 {share:g} {'K' if stroke else 'k'}"


def _registration(space: Space) -> str:
    return "0 G" if space == "rgb" else f"{ALL} CS 1 SCN"


def _path(lines: Iterable[Line]) -> str:
    return " ".join(
        f"{x / POINT:.3f} {y / POINT:.3f} m {to_x / POINT:.3f} {to_y / POINT:.3f} l" for x, y, to_x, to_y in lines
    )
