"""What a person changed about a file before it is judged: cells written anew, findings let pass, columns chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mpkit.sheet.grid import Sheet

Cell = tuple[int, int]  # row and column of the sheet, both from 1
Recall = Callable[[Sequence[str]], Mapping[int, str]]  # headers → what is remembered of such columns, {} for nothing


@dataclass(frozen=True, slots=True)
class Changed:
    """`accepted` holds (row of the sheet, code) of findings somebody lets pass in that row alone.

    `columns` is the number of a column, from 1, → its meaning.
    """

    edits: Mapping[Cell, str] = field(default_factory=dict)
    accepted: frozenset[tuple[int, str]] = frozenset()
    columns: Mapping[int, str] = field(default_factory=dict)
    recall: Recall | None = None

    def rewritten(self, sheet: Sheet) -> Sheet:
        """The sheet with the edited cells; one beyond the last column adds it, one beyond the last row is left out."""
        if not self.edits:
            return sheet
        rows = list(sheet.rows)
        fresh: set[int] = set()
        for (row, column), text in self.edits.items():
            if not 1 <= row <= len(rows):
                continue
            if row not in fresh:  # what was read stays as it was
                rows[row - 1] = list(rows[row - 1])
                fresh.add(row)
            cells = rows[row - 1]
            cells.extend([""] * (column - len(cells)))
            cells[column - 1] = text
        return Sheet(sheet.name, rows, sheet.remarks)

    def told(self, headers: Sequence[str]) -> dict[int, str]:
        """Column → meaning as chosen now, else as remembered for such headers; columns there are not are left out."""
        remembered = self.recall(headers) if self.recall else {}
        return {column: m for column, m in {**remembered, **self.columns}.items() if 1 <= column <= len(headers)}
