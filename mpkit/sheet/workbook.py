"""Bytes of a workbook (xlsx, xlsm, xls, ods) come in, its sheets as text go out; runs in the limited child only."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, cast

import python_calamine as calamine

from mpkit.errors import UnreadableFile
from mpkit.sheet.grid import MAX_COLUMNS, MAX_HEIGHT, MAX_ROWS, Grid, Remark, Sheet
from mpkit.sheet.markup import MANY, Noticed, column_letters, joined
from mpkit.sheet.preflight import Inspected

_MAX_CELLS = 8_000_000
_EXACT = 10**15  # beyond it Excel itself keeps 15 digits: the rest of the number is lost
_NAMED = 20  # sheets a sentence lists


def read(content: bytes, seen: Inspected) -> Grid:
    """All visible sheets with cells in them; `UnreadableFile` where the reader gives up."""
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        pages = [meta for meta in book.sheets_metadata if meta.typ is calamine.SheetTypeEnum.WorkSheet]
        hidden = [meta.name for meta in pages if meta.visible is not calamine.SheetVisibleEnum.Visible]
        sheets = tuple(
            _sheet(book, meta.name, seen.sheets.get(meta.name, Noticed())) for meta in pages if meta.name not in hidden
        )
    except calamine.PasswordError as error:
        raise UnreadableFile("file_encrypted") from error
    except (calamine.CalamineError, ValueError, OverflowError) as error:
        raise UnreadableFile("file_damaged") from error
    sheets = tuple(sheet for sheet in sheets if sheet.rows)
    if not sheets:
        raise UnreadableFile("file_all_hidden" if hidden else "file_empty", names=", ".join(hidden[:_NAMED]))
    remarks = [Remark("macros_never_run", "info")] if seen.macros else []
    if hidden:
        remarks.append(Remark("hidden_sheets", "info", values={"names": hidden}))
    return Grid(seen.kind, sheets, remarks=tuple(remarks))


def _sheet(book: calamine.CalamineWorkbook, name: str, noticed: Noticed) -> Sheet:
    found = book.get_sheet_by_name(name)
    height, width = found.total_height, found.total_width
    if found.end is not None:
        height, width = found.end[0] + 1, found.end[1] + 1
    if height > MAX_HEIGHT:
        raise UnreadableFile("file_too_many_rows", limit=MAX_ROWS)
    if width > MAX_COLUMNS or height * width > _MAX_CELLS:
        raise UnreadableFile("file_too_many_columns", limit=MAX_COLUMNS)
    cells = found.to_python(skip_empty_area=False)
    texts = [set(map(type, row)) == {str} for row in cells]
    rows = [
        cast("list[str]", row) if is_text else [_TEXT[type(cell)](cell) for cell in row]
        for row, is_text in zip(cells, texts, strict=True)
    ]
    numbers = [] if all(texts) else _numbers(cells)
    merged = _filled_down(rows, found.merged_cell_ranges or ())
    told = (*_hidden(noticed, rows), *merged, *noticed.remarks, *_formulas(noticed, rows), *numbers)
    return Sheet(name, rows, told)


def _filled_down(rows: list[list[str]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> list[Remark]:
    """A cell merged over rows of one column says its value for each of them, as people read it; which ones is told."""
    found: list[str] = []
    for (first, column), (last, end) in ranges:
        if column != end or last <= first or last >= len(rows) or not rows[first][column]:
            continue
        for row in rows[first + 1 : last + 1]:
            row[column] = row[column] or rows[first][column]
        found.append(f"{column_letters(column + 1)}{first + 1}:{column_letters(column + 1)}{last + 1}")
    return [Remark("merged_cells", "info", values={"cells": found})] if found else []


def _hidden(noticed: Noticed, rows: list[list[str]]) -> list[Remark]:
    """What is hidden and yet holds something; the empty rest of a sheet is often hidden, and nobody misses it."""
    found: list[Remark] = []
    inside = [n for a, b in noticed.hidden_rows for n in range(a, min(b, len(rows)) + 1) if any(rows[n - 1])]
    if inside:
        named = [f"{a}-{b}" if a < b else str(a) for a, b in joined([(n, n) for n in inside])]
        found.append(Remark("hidden_rows", "info", values={"rows": named}))
    width = len(rows[0]) if rows else 0
    columns = [n for a, b in noticed.hidden_columns for n in range(a, min(b, width) + 1)]
    filled = [column_letters(n) for n in columns if any(row[n - 1] for row in rows)]
    if filled:
        found.append(Remark("hidden_columns", "info", values={"columns": filled}))
    return found


def _formulas(noticed: Noticed, rows: list[list[str]]) -> list[Remark]:
    """The cells whose value is computed, each with that value."""
    return [
        Remark("formula_in_id", "warning", row, column, {"value": rows[row - 1][column - 1]})
        for row, column in noticed.formulas
        if row <= len(rows) and column <= len(rows[row - 1])
    ]


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
                if len(remarks) >= MANY:
                    return remarks
    return remarks
