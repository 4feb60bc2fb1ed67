"""Bytes of a workbook (xlsx, xlsm, xls, ods) come in, its sheets as text go out; runs in the limited child only."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine as calamine

from mpkit.errors import UnreadableFile
from mpkit.sheet.grid import MAX_COLUMNS, MAX_ROWS, Grid, Remark, Sheet

_MAX_CELLS = 8_000_000
_EXACT = 10**15  # beyond it Excel itself keeps 15 digits: the rest of the number is lost
_MANY = 200


def read(content: bytes, kind: str) -> Grid:
    """All visible sheets with cells in them; `UnreadableFile` where the reader gives up."""
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = tuple(
            _sheet(book, meta.name)
            for meta in book.sheets_metadata
            if meta.typ is calamine.SheetTypeEnum.WorkSheet and meta.visible is calamine.SheetVisibleEnum.Visible
        )
    except calamine.PasswordError as error:
        raise UnreadableFile("file_encrypted") from error
    except (calamine.CalamineError, ValueError, OverflowError) as error:
        raise UnreadableFile("file_damaged") from error
    sheets = tuple(sheet for sheet in sheets if sheet.rows)
    if not sheets:
        raise UnreadableFile("file_empty")
    return Grid(kind, sheets)


def _sheet(book: calamine.CalamineWorkbook, name: str) -> Sheet:
    found = book.get_sheet_by_name(name)
    height, width = found.total_height, found.total_width
    if found.end is not None:
        height, width = found.end[0] + 1, found.end[1] + 1
    if height > MAX_ROWS:
        raise UnreadableFile("file_too_many_rows", limit=MAX_ROWS)
    if width > MAX_COLUMNS or height * width > _MAX_CELLS:
        raise UnreadableFile("file_too_many_columns", limit=MAX_COLUMNS)
    cells = found.to_python(skip_empty_area=False)
    rows = [[_TEXT[type(cell)](cell) for cell in row] for row in cells]
    return Sheet(name, rows, tuple(_numbers(cells)))


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < _EXACT * 10:
        return str(int(value))
    return repr(value)


def _moment(value: datetime) -> str:
    if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return value.date().isoformat()
    return value.isoformat(sep=" ")


def _span(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


_TEXT: dict[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _span,
}


def _numbers(cells: list[list[Any]]) -> list[Remark]:
    """Number cells whose digits may be gone: beyond 15 digits, or numbers among texts in one column."""
    remarks: list[Remark] = []
    for column, values in enumerate(zip(*cells, strict=False), start=1):
        if not {float, int} & set(map(type, values)):
            continue
        texts = sum(1 for value in values[1:] if type(value) is str and value[:1] == "0" and value.isdigit())
        for row, value in enumerate(values, start=1):
            if type(value) not in {float, int}:
                continue
            if abs(value) >= _EXACT or texts:
                remarks.append(Remark("number_in_id", "warning", row, column, {"value": _TEXT[type(value)](value)}))
                if len(remarks) >= _MANY:
                    return remarks
    return remarks
