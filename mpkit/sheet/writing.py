"""Headings and rows come in, a workbook goes out: every cell a string, so that nothing in it is ever a formula."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from mpkit.errors import of_system
from mpkit.i18n import say

Looks = Mapping[str, Format]
__all__ = ["Looks", "Worksheet", "fit", "formats", "results", "title", "workbook", "write_text", "write_whole"]

INK, PANEL, LINE, DANGER, ATTENTION, MUTED = "#1C2230", "#F6F4EE", "#E3DFD4", "#FBE0D5", "#FAEFCF", "#EDEFF2"
_WIDEST, _NARROWEST = 60, 8
_CELL_MOST = 32_767  # characters Excel keeps in a cell


@contextmanager
def workbook(out: Path) -> Iterator[Workbook]:
    """A workbook written aside and moved into place when it is whole; strings stay strings.

    Raises `StoreTrouble` where it cannot be written. It is made in memory: a full disk meets it when it is whole.
    """
    content = BytesIO()
    options = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = Workbook(content, options)
    yield book
    book.close()
    write_whole(out, content.getvalue())


def write_whole(out: Path, content: bytes) -> Path:
    """A file written aside and moved into place. Raises `StoreTrouble` where it cannot be written."""
    aside = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(out)
    except OSError as error:
        raise of_system(error, where=out) or error from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    return out


def formats(book: Workbook) -> Looks:
    """The looks of cells: heading, text, and one for each severity."""
    plain = {"font_name": "Calibri", "font_color": INK, "num_format": "@", "valign": "top"}
    return {
        "heading": book.add_format({**plain, "bold": True, "bg_color": PANEL, "bottom": 1, "bottom_color": LINE}),
        "text": book.add_format(plain),
        "wrapped": book.add_format({**plain, "text_wrap": True}),
        "blocking": book.add_format({**plain, "bg_color": DANGER}),
        "warning": book.add_format({**plain, "bg_color": ATTENTION}),
        "info": book.add_format({**plain, "bg_color": MUTED}),
    }


def write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format | None = None) -> None:
    """One cell as a string (rows and columns from 0), cut where Excel would refuse it."""
    sheet.write_string(row, column, text[:_CELL_MOST], style)


def fit(sheet: Worksheet, columns: Iterable[Sequence[str]]) -> None:
    """Column widths that show what most cells hold."""
    for number, cells in enumerate(columns):
        longest = max((len(cell) for cell in cells[:200]), default=0)
        sheet.set_column(number, number, min(_WIDEST, max(_NARROWEST, longest + 2)))


def results(
    out: Path, rows: Sequence[Sequence[object]], language: str, *, headings: Sequence[str], sheet: str = "results_sheet"
) -> Path:
    """A workbook of one sheet: `headings` and `sheet` are keys of `words/`, or texts where no such key exists."""
    with workbook(out) as book:
        looks = formats(book)
        page = book.add_worksheet(title(_said(sheet, language)))
        texts = [[("" if cell is None else str(cell)) for cell in row] for row in rows]
        titles = [_said(key, language) for key in headings]
        for column, heading in enumerate(titles):
            write_text(page, 0, column, heading, looks["heading"])
        for number, row in enumerate(texts, start=1):
            for column, cell in enumerate(row):
                write_text(page, number, column, cell, looks["text"])
        page.freeze_panes(1, 0)
        if texts:
            page.autofilter(0, 0, len(texts), max(0, len(titles) - 1))
        fit(page, zip(*[titles, *[row[: len(titles)] for row in texts]], strict=False))
    return out


def _said(key: str, language: str) -> str:
    try:
        return say(key, language)
    except KeyError:
        return key


def title(text: str) -> str:
    """A sheet name Excel takes: 31 characters, no brackets, colons, stars or slashes."""
    return "".join(" " if c in "[]:*?/\\" else c for c in text).strip("' ")[:31] or "1"
