"""A table of what was done becomes a PDF of pages: a head, lines under their headings, who says so at the foot.

Text never meets a markup parser; a character the font lacks is shown by its number, so that nothing is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mpkit.kit.drawing.canvas import Canvas, opened, raw
from mpkit.kit.drawing.type import POINT, UnfitText, clean, font_name, show, width

_WIDE, _HIGH = 297 / POINT, 210 / POINT  # A4 across
_MARGIN, _SIZE, _LEADING = 12 / POINT, 7.0, 9.0
_TITLE, _LINE = 13.0, 0.4
_GAP = 5.0  # points between two columns


@dataclass(frozen=True, slots=True)
class Table:
    """What the pages hold: `shares` are the columns' parts of the width, `foot` stands on every page."""

    title: str
    head: Sequence[str]
    headings: Sequence[str]
    shares: Sequence[float]
    rows: Sequence[Sequence[str]]
    foot: str
    page: str  # with {page} and {pages}
    language: str


def pdf(table: Table) -> bytes:
    """The pages; equal input gives equal bytes."""
    canvas = opened(
        _WIDE, _HIGH, font=font_name("regular"), title=table.title, subject=table.foot, language=table.language
    )
    room = _WIDE - 2 * _MARGIN
    wide = [room * share / sum(table.shares) for share in table.shares]
    sheets = _sheets(table, [_wrapped(row, wide) for row in table.rows])
    for number, rows in enumerate(sheets, start=1):
        y = _HIGH - _MARGIN - _TITLE
        if number == 1:
            _text(canvas, table.title, _MARGIN, y, size=_TITLE, weight="semibold")
            for line in table.head:
                y -= _LEADING + 1
                _text(canvas, line, _MARGIN, y)
            y -= 2 * _LEADING
        _row(canvas, [[heading] for heading in table.headings], wide, y, weight="semibold")
        raw(canvas, f"0.6 G {_LINE} w {_MARGIN:.2f} {y - 2.5:.2f} m {_WIDE - _MARGIN:.2f} {y - 2.5:.2f} l S")
        y -= _LEADING + 3
        for row in rows:
            _row(canvas, row, wide, y)
            y -= _LEADING * max(map(len, row)) + 1.5
        _text(canvas, table.foot, _MARGIN, _MARGIN - 4, size=6)
        said = table.page.format(page=number, pages=len(sheets))
        _text(canvas, said, _WIDE - _MARGIN - width(_fit(said), "regular") * 6, _MARGIN - 4, size=6)
        canvas.showPage()
    content: bytes = canvas.getpdfdata()  # type: ignore[no-untyped-call]
    return content


def _sheets(table: Table, rows: Sequence[list[list[str]]]) -> list[list[list[list[str]]]]:
    """The rows dealt out to pages."""
    room = _HIGH - 3 * _MARGIN - _TITLE - _LEADING
    left = room - (len(table.head) + 2) * (_LEADING + 1)
    sheets: list[list[list[list[str]]]] = [[]]
    for row in rows:
        high = _LEADING * max(map(len, row)) + 1.5
        if high > left and sheets[-1]:
            sheets.append([])
            left = room
        sheets[-1].append(row)
        left -= high
    return sheets


def _wrapped(row: Sequence[str], wide: Sequence[float]) -> list[list[str]]:
    """Each cell in lines no wider than its column: between words, inside one where it has no blanks."""
    return [_lines(_fit(cell), (room - _GAP) / _SIZE) for cell, room in zip(row, wide, strict=True)]


def _lines(text: str, room: float) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, "regular") <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if width(lines[-1] + letter, "regular") > room and lines[-1]:
                lines.append("")
            lines[-1] += letter
    return lines


def _fit(text: str) -> str:
    """The text in letters the font has; others by their numbers."""
    try:
        return clean(text)
    except UnfitText:
        return clean("".join(_letter(letter) for letter in text))


def _letter(letter: str) -> str:
    if letter.isspace():
        return " "
    try:
        return clean(letter)
    except UnfitText:
        return f"<U+{ord(letter):04X}>"


def _row(
    canvas: Canvas, row: Sequence[Sequence[str]], wide: Sequence[float], y: float, *, weight: str = "regular"
) -> None:
    x = _MARGIN
    for lines, room in zip(row, wide, strict=True):
        for number, line in enumerate(lines):
            _text(canvas, line, x, y - number * _LEADING, weight=weight)
        x += room


def _text(canvas: Canvas, text: str, x: float, y: float, *, size: float = _SIZE, weight: str = "regular") -> None:
    fit = _fit(text)
    if fit:
        show(canvas, fit, weight=weight, size=size, x=x, y=y)
