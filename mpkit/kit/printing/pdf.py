"""Placed signs come in; one PDF file goes out: sheets, marks, ruler and the signs, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import groupby
from pathlib import Path

from mpkit.i18n import say
from mpkit.kit.drawing.boxes import LogoBox, TextBox
from mpkit.kit.drawing.canvas import opened, raw, taken
from mpkit.kit.drawing.type import POINT, UnfitText, clean, fit, font_name, show
from mpkit.kit.printing import cover, marks
from mpkit.kit.printing.binding import Binder, Boxes
from mpkit.kit.printing.cover import Cover
from mpkit.kit.printing.paper import Grid, Paper
from mpkit.kit.printing.pdfx import Output, coated
from mpkit.kit.printing.printers import Printer
from mpkit.kit.signs.design import Design
from mpkit.kit.signs.sign import ARTWORK, LOGO, Sheet, draw
from mpkit.kit.signs.subject import Piece
from mpkit.kit.signs.wording import Wording

_SLUG_HIGH = 4.5  # mm that a sheet's line needs
_PLAIN = Paper(name="plain", title={"es": "", "pt": "", "en": ""}, slug=False)


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece, its drawn symbol (path and modules of a side), and where it lies: sheet and slot from 0.

    `number` is its place in the whole book. A cover has no symbol.
    """

    piece: Piece | Cover
    symbol: tuple[str, int]
    page: int
    slot: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class Printing:
    """How the files of a book are printed: their paper, what stands beside the signs, whose press and printer it is."""

    paper: Paper = _PLAIN
    slug: str = ""
    wave: str = ""
    total: int = 0
    digest: str = ""  # of the manifest
    output: Output | None = None
    printer: Printer | None = None
    language: str = ""  # of what stands beside the signs; "" theirs


def write(
    target: Path | BytesIO,
    placed: Iterable[Placed],
    wording: Wording,
    grid: Grid,
    *,
    title: str,
    printing: Printing | None = None,
    pages: int = 0,
) -> int:
    """Write the sheets of one file; returns how many pages. The file is not yet safe on the disk when this returns.

    Where `pages` says how many sheets there are, `placed` comes sheet by sheet and is not held.
    """
    how = printing or Printing()
    paper, language = how.paper, wording.language
    size = grid.width / POINT, grid.height / POINT
    name = font_name("regular")
    canvas = opened(*size, font=name, title=title, subject=how.slug, language=language, curves=paper.curves)
    sheet = Sheet(canvas, wording, paper.space)
    output = replace(how.output, title=title) if how.output else None
    drawing = wording.design.drawing()
    inks = marks.inks(paper) if paper.standard or grid.marks or paper.cut else {}
    press = b"" if paper.space == "rgb" else output.profile if output else coated()
    logo = wording.worn.drawing if any(isinstance(box, LogoBox) for box in wording.design.boxes) else b""
    drawings = {name: content for name, content in ((ARTWORK, drawing), (LOGO, logo)) if content}
    binder = Binder(canvas, inks, output, press, how.digest, drawings)
    taken(canvas)  # what a new canvas begins with
    if not pages:
        placed = sorted(placed, key=lambda one: (one.page, one.slot))
        pages = placed[-1].page + 1
    sides = [grid, grid.back(wording.design.flat)] if grid.duplex else [grid]
    for number, signs in groupby(placed, key=lambda one: one.page):
        on = list(signs)
        for side in sides:
            _side(sheet, on, side, how, place=(number + 1, pages))
            binder.page(_boxes(wording.design, grid))
    binder.drawings.update({name: path.read_bytes() for path, name in sheet.drawings.items()})
    return binder.save(target)


def _boxes(design: Design, grid: Grid) -> Boxes:
    """What is left when the page is cut; a sheet of several signs is cut between them, its page stays whole."""
    media = (0.0, 0.0, grid.width, grid.height)
    if not grid.alone:
        return Boxes(media)
    (x, y), (wide, high), over = grid.slots[0], design.flat, grid.bleed
    return Boxes(
        media,
        trim=(x, y, x + wide, y + high),
        bleed=(x - over, y - over, x + wide + over, y + high + over),
    )


def _side(sheet: Sheet, placed: Sequence[Placed], grid: Grid, how: Printing, place: tuple[int, int]) -> None:
    """One side of a sheet: signs, what is cut and folded, marks, and the line that says what it is of."""
    canvas, paper, design = sheet.canvas, how.paper, sheet.design
    if how.printer is not None and not grid.alone:
        raw(canvas, how.printer.matrix(grid.height))
    for one in placed:
        x, y = grid.slots[one.slot]
        turn = "0 1 -1 0" if grid.turned else "1 0 0 1"
        raw(canvas, f"q {turn} {(x + design.flat[1] * grid.turned) / POINT:.4f} {y / POINT:.4f} cm")
        if isinstance(one.piece, Cover):
            cover.draw(sheet, one.piece)
        else:
            draw(sheet, one.piece, symbol=one.symbol, bleed=grid.bleed)
        raw(canvas, "Q")
        if not isinstance(one.piece, Cover) and (drawn := marks.on_sign(paper, grid, design, (x, y))):
            raw(canvas, drawn)
    if drawn := marks.around(grid, design, paper.space):
        raw(canvas, drawn)
    if paper.slug and grid.alone:
        for one in placed:
            _slug(sheet, one, grid, how)
    elif paper.slug:
        _sheet_line(sheet, grid, how, place)
    if how.printer is not None and not grid.alone:
        raw(canvas, "Q")


def _sheet_line(sheet: Sheet, grid: Grid, how: Printing, place: tuple[int, int]) -> None:
    """A ruler that must measure 50 mm on paper, and which book this sheet is of; only where there is room."""
    found = marks.room(grid, sheet.design, _SLUG_HIGH)
    if found is None:
        return
    x, y = found
    raw(sheet.canvas, marks.ruler(x, y, sheet.space))
    text = say("sign_slug", how.language or sheet.wording.language, slug=how.slug, page=place[0], pages=place[1])
    left = x + marks.RULER + 3
    _fitted(sheet, text, (left, y), (grid.width - left - 6.0, _SLUG_HIGH))


def _slug(sheet: Sheet, one: Placed, grid: Grid, how: Printing) -> None:
    """Beside one sign, outside its bleed: its number of all, the wave, the branch and the register."""
    if isinstance(one.piece, Cover):
        return
    subject, digits = one.piece.subject, max(4, len(str(how.total)))
    parts = {
        "paper_slug_wave": how.wave,
        "paper_slug_branch": subject.store_external_id or subject.store,
        "paper_slug_register": subject.register,
    }
    language = how.language or sheet.wording.language
    said = [say(key, language, name=name) for key, name in parts.items() if name]
    text = " · ".join([f"{one.number:0{digits}d}/{how.total}", *said])
    below = grid.slots[0][1] - grid.bleed - 1.2
    inset = 6.5 if grid.marks else 1.0  # the marks of a cut stand at both ends
    left = grid.slots[0][0] - grid.bleed + inset if grid.marks else inset
    _fitted(sheet, text, (left, below), (grid.width - 2 * left, below - 1), top=True)


def _fitted(sheet: Sheet, text: str, at: tuple[float, float], room: tuple[float, float], *, top: bool = False) -> None:
    """A small line as large as its room allows; one that fits nowhere is left out: it is nobody's only source."""
    kind = {"kind": "text", "text": "", "x": 0, "y": 0, "size": 6.5, "least": 4, "lines": 3, "leading": 1.05}
    try:
        box = TextBox.model_validate(kind | {"width": room[0], "height": room[1]})
        setting = fit(clean(text), box)
    except (UnfitText, ValueError):
        return
    raw(sheet.canvas, marks.grey(0.8, sheet.space))
    for line in setting.lines:
        y = at[1] / POINT - line.y if top else at[1] / POINT + setting.lines[-1].y - line.y
        show(sheet.canvas, line.text, weight="regular", size=setting.size, x=at[0] / POINT + line.x, y=y)
