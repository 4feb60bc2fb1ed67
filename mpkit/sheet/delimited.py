"""Text of a CSV or TSV file comes in, rows of cells exactly as typed go out; the separator is found by evidence."""

from __future__ import annotations

import csv
import io
from collections import Counter

from mpkit.errors import UnreadableFile
from mpkit.sheet.encoding import decode
from mpkit.sheet.grid import MAX_COLUMNS, MAX_HEIGHT, MAX_ROWS, Grid, Remark, Sheet

DELIMITERS = (";", "\t", ",", "|")
_SAMPLE = 200_000  # characters looked at to find the separator
_FIRST_ALIKE = 0.1  # what it counts that the first record is as wide as most
_FIELD = 200_000  # characters in one cell: more is a quote that never ends


def read(content: bytes, encoding: str = "", delimiter: str = "") -> Grid:
    """The one sheet of a text file; `UnreadableFile` where it is no table.

    Where `encoding` and `delimiter` are told they are taken as they are, right or wrong.
    """
    text, encoding, remarks = decode(content, encoding)
    delimiter = delimiter or find_delimiter(text)
    rows = _rows(text, delimiter)
    if len(rows) > MAX_HEIGHT:
        raise UnreadableFile("file_too_many_rows", limit=MAX_ROWS)
    if max(map(len, rows), default=0) > MAX_COLUMNS:
        raise UnreadableFile("file_too_many_columns", limit=MAX_COLUMNS)
    return Grid("csv", (Sheet(None, rows, tuple(_by_record(rows, remarks) + _ragged(rows))),), encoding, delimiter)


def find_delimiter(text: str) -> str:
    """The separator under which most records have the same number of cells as the first, quotes stand where they may.

    A text with commas inside quoted cells has many commas a line too; but cut there, its quotes stand inside cells.
    """
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in _reader(sample, delimiter) if any(row)]
        except csv.Error:
            continue
        widths = Counter(map(len, rows))
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        if width < 2:  # noqa: PLR2004 - one cell a row separates nothing
            continue
        stray = sum('"' in cell for row in rows for cell in row) / (len(rows) * width)
        first = _FIRST_ALIKE if len(rows[0]) == width else 0.0
        score = times / len(rows) + min(width, 40) / 1000 + first - stray
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _reader(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(_FIELD)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        return _reader(text, delimiter)
    except csv.Error as error:
        raise UnreadableFile("file_quote_open") from error


def _by_record(rows: list[list[str]], remarks: list[Remark]) -> list[Remark]:
    """Remarks of the decoder name lines of the file; a record may span several of them."""
    if not remarks:
        return []
    record_of: list[int] = []
    for number, row in enumerate(rows, start=1):
        breaks = sum(cell.count("\n") for cell in row)
        record_of.extend([number] * (1 + breaks))
    return [
        Remark(r.code, r.severity, record_of[r.row - 1] if r.row <= len(record_of) else r.row, 0, r.values)
        for r in remarks
    ]


def _ragged(rows: list[list[str]]) -> list[Remark]:
    """Records with more cells than the others: which cell is the extra one cannot be known, so nothing is shifted."""
    widths = Counter(len(row) for row in rows if any(row))
    if not widths:
        return []
    usual = max(widths.items(), key=lambda item: (item[1], item[0]))[0]
    return [
        Remark("extra_cells", "blocking", number, 0, {"found": len(row), "expected": usual})
        for number, row in enumerate(rows, start=1)
        if len(row) > usual and any(cell.strip() for cell in row[usual:])
    ]
