"""The XML of one worksheet comes in; what it says besides values goes out: hidden rows, formulas, odd references.

Byte searches only, no XML parser: nothing is resolved, expanded or fetched. An orderly sheet costs one pass; only one
whose references are out of order, repeated or at odds with their row is read cell by cell.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mpkit.errors import UnreadableFile
from mpkit.sheet.grid import MAX_COLUMNS, MAX_HEIGHT, MAX_ROWS, Remark

Span = tuple[int, int]  # first and last, counted from 1
MANY = 200  # remarks of one kind: more say nothing new
_DAMAGED = 2_000  # cells that contradict each other: more are no slip of a program
_NAME_END = rb"(?=[\s/>])"
_INSIDE = (
    rb"((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)"  # attributes; ends at the next "<", so a broken tag costs little
)
_REFERENCES = re.compile(rb'<c(?: r="([A-Z]+\d+")|(?![A-Za-z]))').findall  # b"" for a cell written in another way
_ANY_HIDDEN, _ANY_FORMULA = re.compile(rb"hidden=").search, re.compile(rb"<f").search  # twice as fast as `in`
_PREFIXED = re.compile(rb":(?:c|row)[\s/>]")
_TAG = re.compile(rb"<(?:\w+:)?(row|c)" + _NAME_END + _INSIDE + rb">(\s*</)?")
_HIDDEN = re.compile(rb"<(?:\w+:)?(row|col)" + _NAME_END + _INSIDE + rb">")
_FORMULA = re.compile(rb"<(?:\w+:)?c" + _NAME_END + rb"([^<>]*)>\s*<(?:\w+:)?f" + _NAME_END)
_SHEET = re.compile(rb"<(?:\w+:)?sheet" + _NAME_END + _INSIDE + rb">")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship" + _NAME_END + _INSIDE + rb">")
_ATTRIBUTE = re.compile(rb"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CELL = re.compile(rb"([A-Z]{1,3})([1-9]\d{0,6})")


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the XML of one sheet says besides its values."""

    hidden_rows: tuple[Span, ...] = ()
    hidden_columns: tuple[Span, ...] = ()
    formulas: tuple[tuple[int, int], ...] = ()  # row, column; at most MANY of a column
    remarks: tuple[Remark, ...] = ()


def notice(sheet: bytes) -> Noticed:
    """Look at one worksheet; raises `UnreadableFile` for a giant, and for one that contradicts itself everywhere."""
    prefixed = _PREFIXED.search(sheet) is not None
    reach = None if prefixed else _orderly(sheet)
    remarks = () if reach and reach[0] <= MAX_HEIGHT and reach[1] <= MAX_COLUMNS else tuple(_disorder(sheet))
    rows, columns = _hidden(sheet) if _ANY_HIDDEN(sheet) else ((), ())
    formulas = _formulas(sheet) if prefixed or _ANY_FORMULA(sheet) else ()
    return Noticed(rows, columns, formulas, remarks)


def sheet_parts(book: bytes, relations: bytes) -> Mapping[str, str]:
    """Part name in lower case → the name of its sheet, from `xl/workbook.xml` and its relations."""
    targets = {}
    for tag in _RELATION.finditer(relations):
        said = attributes(tag[1])
        target = said.get("Target", "").replace("\\", "/").lower()
        targets[said.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    found: dict[str, str] = {}
    for tag in _SHEET.finditer(book):
        said = attributes(tag[1])
        identity = next((value for name, value in said.items() if name.endswith(":id")), "")
        if identity in targets:
            found[targets[identity]] = said.get("name", "")
    return found


def attributes(inside: bytes) -> dict[str, str]:
    """The attributes of a tag, their character references resolved."""
    return {
        name.decode("utf-8", "replace"): html.unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(inside)
    }


def column_number(letters: bytes) -> int:
    """The number of a column from its letters: A is 1, IV is 256."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a column from its number: 1 is A, 256 is IV."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def joined(found: list[Span]) -> tuple[Span, ...]:
    """Ranges in order, those that touch made one: (9, 9) (3, 4) (5, 5) → (3, 5) (9, 9)."""
    ranges: list[Span] = []
    for first, last in sorted(found):
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(last, ranges[-1][1]))
        else:
            ranges.append((first, last))
    return tuple(ranges)


def whole(text: str) -> int:
    """A number of at most seven digits (no sheet has more rows), 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 8 else 0  # noqa: PLR2004


def _orderly(sheet: bytes) -> tuple[int, int] | None:
    """Last row and last column of a sheet whose every reference is in order and in its row; None where one is not.

    The references of a row without its number are letters only; few different rows of letters occur in a sheet.
    """
    before, *rows = sheet.split(b'<row r="')
    if _REFERENCES(before):
        return None
    last = widest = 0
    known: dict[bytes, int] = {}  # the letters of a row → how many cells it has
    for row in rows:
        end = row.find(b'"') + 1  # the closing quote ends each reference too
        number = int(row[: end - 1]) if 1 < end < 9 and row[: end - 1].isdigit() else 0  # noqa: PLR2004 - 7 digits
        if number <= last:
            return None
        last = number
        references = _REFERENCES(row)
        letters = b"".join(references).replace(row[:end], b'"')
        if letters not in known:
            columns = [column_number(each) if each.isalpha() else 0 for each in letters.split(b'"')[:-1]]
            if any(b <= a for a, b in zip([0, *columns], columns, strict=False)):
                return None
            known[letters] = len(columns)
            widest = max(widest, *columns, 0)
        if known[letters] != len(references):
            return None  # cells written in another way
    return last, widest


class _Order:
    """Walks the cells of a sheet: each row's number, and who claimed which cell."""

    def __init__(self) -> None:
        self.row = self.column = self.last = 0
        self.claimed: set[tuple[int, int]] = set()
        self.said: set[tuple[str, int]] = set()

    def enter(self, number: str) -> Iterator[Remark]:
        """A row begins; one without a number takes that of its first cell."""
        self.row, self.column = whole(number), 0
        if self.row:
            yield from self._follows()

    def _follows(self) -> Iterator[Remark]:
        if self.row <= self.last:
            yield from self._once("cells_out_of_order", "warning", self.row)
        self.last = max(self.last, self.row)

    def cell(self, reference: str, *, empty: bool) -> Iterator[Remark]:
        """One cell; an empty one claims nothing."""
        found = _CELL.fullmatch(reference.encode())
        row = int(found[2]) if found else self.row or self.last + 1
        column = column_number(found[1]) if found else self.column + 1
        if not self.row:
            self.row = row
            yield from self._follows()
        if column <= self.column:
            yield from self._once("cells_out_of_order", "warning", row)
        self.column = column
        if empty:
            return
        _refuse_far(row, column)
        cell = f"{column_letters(column)}{row}"
        if (reference and not found) or row != self.row:
            values = {"cell": reference or cell, "found": self.row}
            for each in sorted({row, self.row}):
                yield Remark("cell_of_other_row", "blocking", each, column, values)
        if (row, column) in self.claimed:
            yield Remark("cell_twice", "blocking", row, column, {"cell": cell})
        self.claimed.add((row, column))

    def _once(self, code: str, severity: str, row: int) -> Iterator[Remark]:
        if (code, row) not in self.said and len(self.said) < MANY:
            self.said.add((code, row))
            yield Remark(code, severity, row)


def _disorder(sheet: bytes) -> Iterator[Remark]:
    """What is odd about the references of a sheet, cell by cell."""
    order, odd = _Order(), 0
    for tag in _TAG.finditer(sheet):
        inside = tag[2]
        own = next((d or s for name, d, s in _ATTRIBUTE.findall(inside) if name == b"r"), b"")
        reference = html.unescape(own.decode("utf-8", "replace")).strip()
        empty = tag[3] is not None or inside.endswith(b"/")
        for remark in order.enter(reference) if tag[1] == b"row" else order.cell(reference, empty=empty):
            odd += remark.severity == "blocking"
            if odd > _DAMAGED:
                raise UnreadableFile("file_damaged")
            yield remark


def _refuse_far(row: int, column: int) -> None:
    """A cell with a value beyond the last row or column we take (styled empty ones are ordinary)."""
    if row > MAX_HEIGHT:
        raise UnreadableFile("file_too_many_rows", limit=MAX_ROWS)
    if column > MAX_COLUMNS:
        raise UnreadableFile("file_too_many_columns", limit=MAX_COLUMNS)


def _hidden(sheet: bytes) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The hidden rows and columns; rows without a number are left out."""
    rows: list[Span] = []
    columns: list[Span] = []
    for tag in _HIDDEN.finditer(sheet):
        if b"hidden" not in tag[2]:
            continue
        said = attributes(tag[2])
        if said.get("hidden") not in {"1", "true"}:
            continue
        if tag[1] == b"row" and whole(said.get("r", "")):
            rows.append((whole(said["r"]),) * 2)
        elif tag[1] == b"col" and whole(said.get("min", "")):
            columns.append((whole(said["min"]), whole(said.get("max", "")) or MAX_COLUMNS))
    return joined(rows), joined(columns)


def _formulas(sheet: bytes) -> tuple[tuple[int, int], ...]:
    """Cells that hold a formula; of each column the first ones."""
    counts: Counter[int] = Counter()
    found: list[tuple[int, int]] = []
    for tag in _FORMULA.finditer(sheet):
        reference = _CELL.fullmatch(attributes(tag[1]).get("r", "").encode())
        if reference is None:
            continue
        column = column_number(reference[1])
        counts[column] += 1
        if counts[column] <= MANY:
            found.append((int(reference[2]), column))
    return tuple(found)
