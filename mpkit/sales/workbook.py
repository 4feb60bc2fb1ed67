"""Lines become a workbook: header, lines as they come and named facts in, an XLSX file with real types out.

A sheet ends where the format ends it, and the next one goes on under the same header.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

from mpkit.i18n import say

Cell = str | int | Decimal | date | datetime
ROWS = 1_048_576  # of a sheet, with the header
_LIVE = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet read a text as a formula


def defused(text: str) -> str:
    """A text no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_LIVE) else text


def write_workbook(
    target: BinaryIO,
    header: Sequence[str],
    lines: Iterable[Sequence[Cell]],
    facts: Sequence[tuple[str, str]],
    language: str,
) -> None:
    """Amounts and days are numbers and dates, everything else is text; a row is forgotten once it is written."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, {"constant_memory": True, **options})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "amount": book.add_format({"num_format": "#,##0.00"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    sheet, number, sheets = _sheet(book, header, formats, say("sales_sheet", language)), 0, 1
    for line in lines:
        number += 1
        if number >= ROWS:
            sheet.autofilter(0, 0, number - 1, len(header) - 1)
            sheets += 1
            sheet, number = _sheet(book, header, formats, f"{say('sales_sheet', language)} {sheets}"), 1
        for column, cell in enumerate(line):
            _write(sheet, number, column, cell, formats)
    sheet.autofilter(0, 0, max(1, number), len(header) - 1)
    notes = book.add_worksheet(say("sales_about", language))
    notes.set_column(0, 1, 32)
    for row, (name, text) in enumerate(facts):
        notes.write_string(row, 0, name, formats["head"])
        notes.write_string(row, 1, defused(text))
    book.close()


def _sheet(book: Any, header: Sequence[str], formats: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - untyped library
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(header):
        sheet.set_column(column, column, max(12, len(title) + 2))
        sheet.write_string(0, column, title, formats["head"])
    return sheet


def _write(sheet: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:  # noqa: ANN401 - untyped library
    if isinstance(cell, str):
        sheet.write_string(row, column, defused(cell))
    elif isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), formats["amount"])
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, formats["time"])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), formats["day"])  # noqa: DTZ001 - a day
    else:
        sheet.write_number(row, column, cell)
