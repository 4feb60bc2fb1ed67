"""Placed signs come in; one PDF file goes out: sheets, marks, ruler and the signs, the same bytes every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from mpkit.i18n import say
from mpkit.kit.binding import Binder, Boxes
from mpkit.kit.canvas import Canvas, opened, raw, taken
from mpkit.kit.design import Design
from mpkit.kit.paper import Grid, crop_marks, shared_cuts
from mpkit.kit.sign import Sheet, draw
from mpkit.kit.subject import Piece
from mpkit.kit.type import POINT, clean, font_name, show
from mpkit.kit.wording import Wording

_RULER = 50  # mm
_SLUG = 12.0  # mm below the signs that the slug and its ruler need


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece, its drawn symbol (path and modules of a side), and where it lies: page and slot from 0."""

    piece: Piece
    symbol: tuple[str, int]
    page: int
    slot: int


def write(
    target: Path | BytesIO,
    placed: Sequence[Placed],
    wording: Wording,
    grid: Grid,
    *,
    title: str,
    slug: str = "",
) -> int:
    """Write the sheets of one file; returns how many. The file is not yet safe on the disk when this returns."""
    design, language = wording.design, wording.language
    size = grid.width / POINT, grid.height / POINT
    canvas = opened(*size, font=font_name("regular"), title=title, subject=slug, language=language)
    sheet, binder = Sheet(canvas, wording), Binder(canvas)
    taken(canvas)  # what a new canvas begins with
    pages: dict[int, list[Placed]] = {}
    for one in placed:
        pages.setdefault(one.page, []).append(one)
    for number in range(max(pages) + 1):
        _sheet(sheet, sorted(pages.get(number, []), key=lambda one: one.slot), grid)
        _marks(canvas, design, grid)
        if grid.marks:
            _slug(canvas, grid, say("sign_slug", language, slug=slug, page=number + 1, pages=max(pages) + 1))
        binder.page(_boxes(design, grid))
    return binder.save(target)


def _boxes(design: Design, grid: Grid) -> Boxes:
    """What is left when the page is cut; a sheet of several signs is cut between them, its page stays whole."""
    media = (0.0, 0.0, grid.width, grid.height)
    if not grid.alone:
        return Boxes(media)
    x, y = grid.slots[0]
    return Boxes(media, trim=(x, y, x + design.flat[0], y + design.flat[1]), bleed=media)


def _sheet(sheet: Sheet, placed: Sequence[Placed], grid: Grid) -> None:
    canvas = sheet.canvas
    for one in placed:
        x, y = grid.slots[one.slot]
        raw(canvas, f"q 1 0 0 1 {x / POINT:.4f} {y / POINT:.4f} cm")
        draw(sheet, one.piece, symbol=one.symbol, bleed=grid.bleed)
        raw(canvas, "Q")


def _marks(canvas: Canvas, design: Design, grid: Grid) -> None:
    """Crop marks outside the signs; where signs touch, a dotted line on the cut itself."""
    if grid.marks:
        raw(canvas, f"q 0 0 0 1 K 0.25 w 0 J {_lines(crop_marks(grid, design))} S Q")
    elif not grid.alone and (shared := shared_cuts(grid, design)):
        raw(canvas, f"q 0 0 0 0.45 K 0.35 w 1 J [0 2.5] 0 d {_lines(shared)} S Q")


def _lines(ends: Sequence[tuple[float, float, float, float]]) -> str:
    return " ".join(
        f"{x / POINT:.3f} {y / POINT:.3f} m {to_x / POINT:.3f} {to_y / POINT:.3f} l" for x, y, to_x, to_y in ends
    )


def _slug(canvas: Canvas, grid: Grid, text: str) -> None:
    """A ruler that must measure 50 mm on paper, and which book this sheet is of; only where there is room."""
    left, low = min(x for x, _ in grid.slots), min(y for _, y in grid.slots)
    if low < _SLUG + 10:
        return
    y = low - _SLUG - 4
    ticks = [(left + at, 2.2 if at % 10 == 0 else 1.2) for at in range(0, _RULER + 1, 5)]
    lines = " ".join(f"{x / POINT:.3f} {y / POINT:.3f} m {x / POINT:.3f} {(y + up) / POINT:.3f} l" for x, up in ticks)
    base = f"{left / POINT:.3f} {y / POINT:.3f} m {(left + _RULER) / POINT:.3f} {y / POINT:.3f} l"
    raw(canvas, f"q 0 0 0 1 K 0.3 w 0 J {base} {lines} S Q 0 0 0 0.8 k")
    show(canvas, clean(text), weight="regular", size=6.5, x=(left + _RULER + 3) / POINT, y=y / POINT)
