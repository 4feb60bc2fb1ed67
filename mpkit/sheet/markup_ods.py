"""The content part of an OpenDocument workbook comes in; each sheet's hidden rows, columns and formulas go out.

Rows and columns have no numbers there: they are counted, each as often as it says it repeats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mpkit.sheet.grid import MAX_HEIGHT
from mpkit.sheet.markup import MANY, Noticed, Span, attributes, joined, whole

_MARKS = (b"table:visibility=", b"table:formula=")
_TAG = re.compile(
    rb"<table:(table|table-column|table-row|table-cell|covered-table-cell)(?=[\s/>])"
    rb"((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>"
)
_UNSEEN = frozenset({"collapse", "filter"})


@dataclass(slots=True)
class _Walk:
    """How far one sheet was read, and what was noticed so far; `row` and `column` count from 1."""

    rows: list[Span] = field(default_factory=list)
    columns: list[Span] = field(default_factory=list)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)
    row: int = 0
    next_row: int = 1
    column: int = 1  # of the next cell
    next_column: int = 1  # of the next column's definition

    def take(self, tag: str, said: Mapping[str, str]) -> None:
        """One tag of the sheet."""
        if tag == "table-column":
            first = self.next_column
            self.next_column += _times(said, "table:number-columns-repeated")
            if said.get("table:visibility") in _UNSEEN:
                self.columns.append((first, self.next_column - 1))
        elif tag == "table-row":
            self.row, self.column = self.next_row, 1
            self.next_row += _times(said, "table:number-rows-repeated")
            if said.get("table:visibility") in _UNSEEN and self.row <= MAX_HEIGHT:
                self.rows.append((self.row, self.next_row - 1))
        else:
            self._cell(said)

    def _cell(self, said: Mapping[str, str]) -> None:
        first = self.column
        self.column += _times(said, "table:number-columns-repeated")
        if "table:formula" not in said or not self.row:
            return
        seen = self.counts[first] = self.counts.get(first, 0) + 1
        if seen <= MANY:
            self.formulas.append((self.row, first))

    def noticed(self) -> Noticed:
        """The sheet is at its end."""
        return Noticed(joined(self.rows), joined(self.columns), tuple(self.formulas))


def notice(content: bytes) -> Mapping[str, Noticed]:
    """What each sheet says besides its values, by the sheet's name; nothing is read where nothing is marked."""
    if not any(mark in content for mark in _MARKS):
        return {}
    found: dict[str, _Walk] = {}
    walk = _Walk()
    for tag in _TAG.finditer(content):
        kind, said = tag[1].decode(), attributes(tag[2])
        if kind == "table":
            walk = found[said.get("table:name", "")] = _Walk()
        else:
            walk.take(kind, said)
    return {name: walked.noticed() for name, walked in found.items()}


def _times(said: Mapping[str, str], name: str) -> int:
    return whole(said.get(name, "1")) or 1
