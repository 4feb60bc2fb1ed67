"""Rows that are printed already: their texts go in, those of a page come out for as long as they hold.

Where each lies stands in the columns of the book, which forgets it when the payment changes. Texts in memory give way
to newer ones; those in a file, which `ahead` writes, stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpkit.sandbox.columns import Columns, Numbers
from mpkit.sandbox.typecase import Print

_MEMORY = 64_000_000  # bytes of texts in memory
_PLACE = 36  # bits of the place on a paper; the number of the paper stands above
_ON_PAPER = (1 << _PLACE) - 1
_ON_ITS_WAY = -1  # printed, but not in the file yet


class Stock:
    """The texts of the rows of one book's columns."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._papers: dict[int, memoryview] = {}
        self._rows: dict[int, Numbers] = {}  # those on each paper in memory, the oldest first
        self._free: list[int] = []  # numbers of papers that are gone
        self.kept = 0  # bytes in memory

    def texts(self, rows: Numbers) -> Sequence[memoryview]:
        """The texts of rows, one after another; nothing where one lacks. Neighbours on a paper come in one piece."""
        begins, ends = self._columns.printed[rows], self._columns.printed_to[rows]
        first = int(begins[0])
        if first > 0 and begins[1:].tobytes() == ends[:-1].tobytes():
            return [self._papers[first >> _PLACE][first & _ON_PAPER : int(ends[-1]) & _ON_PAPER]]
        if begins.min() <= 0:
            return ()
        papers, places = self._papers, zip(begins.tolist(), ends.tolist(), strict=True)
        return [papers[begin >> _PLACE][begin & _ON_PAPER : end & _ON_PAPER] for begin, end in places]

    def lacking(self, rows: Numbers) -> Numbers:
        """Those of the rows that have no text."""
        found: Numbers = rows[self._columns.printed[rows] <= 0]
        return found

    def forget(self, rows: Numbers) -> None:
        """The texts of these rows hold no more."""
        self._columns.printed[rows] = 0

    def keep(self, rows: Numbers, printed: Print) -> None:
        """Keep texts in memory; the oldest give way."""
        number = self.spread(printed.text)
        self._rows[number] = rows
        self._lay(rows, number, printed.ends)
        self.kept += printed.size
        while self.kept > _MEMORY and len(self._rows) > 1:
            self._drop(next(iter(self._rows)))

    def spread(self, paper: memoryview) -> int:
        """Take a paper; its number. One that is not kept in memory stays, and is filled by and by."""
        number = self._free.pop() if self._free else len(self._papers) + 1
        self._papers[number] = paper
        return number

    def announce(self, rows: Numbers) -> None:
        """Texts of these rows will be filed, if they hold until then."""
        self._columns.printed[rows] = _ON_ITS_WAY

    def file(self, rows: Numbers, number: int, ends: Numbers) -> None:
        """Texts that were announced lie on a paper that stays, each from its end to the next."""
        still = np.flatnonzero(self._columns.printed[rows] == _ON_ITS_WAY)
        self._lay(rows[still], number, ends, still)

    def _lay(self, rows: Numbers, number: int, ends: Numbers, which: Numbers | slice = slice(None)) -> None:
        at = ends + np.int64(number << _PLACE)
        self._columns.printed[rows], self._columns.printed_to[rows] = at[:-1][which], at[1:][which]

    def _drop(self, number: int) -> None:
        rows = self._rows.pop(number)
        self.forget(rows[self._columns.printed[rows] >> _PLACE == number])
        self.kept -= len(self._papers.pop(number))
        self._free.append(number)
