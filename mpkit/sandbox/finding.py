"""What a payments search finds: its parameters go in, the rows in its order come out; the last queries are remembered.

A query asked for its next page is not made again. Filters look at columns, most of them at the few forms and states;
one of these that is asked for again, over another window, is looked up for all rows at once, and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from mpkit.sandbox.book import RANGES, Book
from mpkit.sandbox.columns import Form, Numbers
from mpkit.sandbox.documents import PAYEE, operation

_KEPT = 32  # remembered queries
_FILTERS_KEPT = 8  # remembered filters: 4 bytes for each row that fits
SORTS = frozenset({*RANGES, "id", "external_reference"})
Query = tuple[int, str, int, int, tuple[tuple[str, str], ...], str, bool]


class Found(NamedTuple):
    """The rows a query found, and its number: another query, or the same after a change, has another."""

    number: int
    rows: Numbers


NOTHING = Found(0, np.zeros(0, dtype="i4"))


class Finder:
    """The searches of one book; `seller` is the id whose payments they are."""

    def __init__(self, book: Book, seller: str) -> None:
        self._book, self._seller = book, seller
        self._kept: dict[Query, Found] = {}
        self._fitting: dict[tuple[str, str], Numbers] = {}  # of each form, whether it fits a filter
        self._everywhere: dict[tuple[int, str, str, str], Numbers | None] = {}  # None: asked for once
        self._made_so_far = 0

    def rows(
        self, range_: str, span: tuple[int, int], filters: Mapping[str, str], sort: str, *, falling: bool
    ) -> Found:
        """The rows with a date in the span, both ends included, that fit every filter, sorted."""
        query = (self._book.version, range_, *span, tuple(sorted(filters.items())), sort, falling)
        found = self._kept.get(query)
        if found is None:
            rows = self._made(range_, span, filters, sort)
            self._made_so_far += 1
            found = Found(self._made_so_far, rows[::-1] if falling else rows)
            while len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[query] = found
        return found

    def _made(self, range_: str, span: tuple[int, int], filters: Mapping[str, str], sort: str) -> Numbers:
        index = self._book.dated[range_]
        within = index.span(*span)
        rows: Numbers = index.rows[within]
        for name, wanted in filters.items():
            untouched = len(rows) == within.stop - within.start  # no filter before has left a row out
            places = self._known(range_, name, wanted) if untouched else None
            if places is None:
                rows = rows.take(np.flatnonzero(self._fits(name, wanted, rows)))
            else:
                first, end = np.searchsorted(places, (within.start, within.stop))
                rows = index.rows.take(places[first:end])
        if sort == range_:
            return rows
        if sort == "external_reference":
            text = self._book.references.text
            codes = self._book.columns.reference[rows].tolist()
            order: Any = sorted(range(len(rows)), key=lambda n: (text(codes[n]), int(rows[n])))
        else:  # ids rise with the rows
            order = np.lexsort((rows, rows if sort == "id" else self._book.date_of(sort, rows)))
        found: Numbers = rows[order]
        return found

    def _known(self, range_: str, name: str, wanted: str) -> Numbers | None:
        """The places of all rows that fit a filter among those in the order of a date, where it was asked before."""
        if name not in _BY_STATE and name not in _BY_FORM:
            return None
        key, kept = (self._book.version, range_, name, wanted), self._everywhere
        if key not in kept:
            while len(kept) >= _FILTERS_KEPT:
                kept.pop(next(iter(kept)))
            kept[key] = None
            return None
        found = kept[key]
        if found is None:
            fitting = self._fits(name, wanted, self._book.dated[range_].rows)
            found = kept[key] = np.flatnonzero(fitting).astype("i4")
        return found

    def _fits(self, name: str, wanted: str, rows: Numbers) -> Numbers:
        """Which of the rows have this value."""
        book, all_ = self._book, self._book.columns
        found: Numbers
        if name in _BY_FORM:
            return self._by_form(name, wanted, rows)
        if name in _BY_STATE:
            place = _BY_STATE.index(name)
            fitting = np.array([state[place] == wanted for state in book.states.known], dtype=bool)
            found = fitting.take(all_.state.take(rows))
            return found
        if name == "external_reference":
            found = np.isin(all_.reference[rows], book.references.codes(wanted))
        elif name == "collector.id":
            theirs = self._by_form("channel", "outgoing", rows)
            found = ~theirs if wanted == self._seller else theirs & (wanted == str(PAYEE))
        elif name == "payer.id":
            mine = book.fits_form(lambda form: form.channel in _BY_MERCHANT)[all_.form[rows]]
            found = np.where(mine, wanted == self._seller, all_.payer[rows] == _number(wanted))
        else:
            found = getattr(all_, name.removesuffix("_id"))[rows] == _number(wanted)
        return found

    def _by_form(self, name: str, wanted: str, rows: Numbers) -> Numbers:
        """Which of the rows have a form that fits."""
        book, fits = self._book, _OF_FORM[name]
        fitting = self._fitting.get((name, wanted))
        if fitting is None or len(fitting) < len(book.forms.known):
            while len(self._fitting) >= _KEPT:
                self._fitting.pop(next(iter(self._fitting)))
            fitting = self._fitting[name, wanted] = book.fits_form(lambda form: fits(form, wanted))
        found: Numbers = fitting.take(book.columns.form.take(rows))
        return found


def _number(text: str) -> int:
    """An id, -1 for what is none."""
    return int(text) if text.isdecimal() and len(text) < 18 else -1


_BY_MERCHANT = frozenset({"outgoing", "transfer", "funding"})  # the payer is the merchant
_BY_STATE: Sequence[str] = ("status", "status_detail")
_BY_FORM: Mapping[str, Callable[[Form, str], bool]] = {
    "operation_type": lambda form, wanted: operation(form.channel, form.taken) == wanted,
    "payment_method_id": lambda form, wanted: form.method == wanted,
    "payment_type_id": lambda form, wanted: form.type == wanted,
    "installments": lambda form, wanted: str(form.installments) == wanted,
    "processing_mode": lambda _, wanted: wanted == "aggregator",
}
_OF_FORM: Mapping[str, Callable[[Form, str], bool]] = {  # and what nobody asks for by its name
    **_BY_FORM,
    "channel": lambda form, wanted: form.channel == wanted,
}
FILTERS = frozenset({*_BY_FORM, *_BY_STATE, "external_reference", "collector.id", "payer.id", "store_id", "pos_id"})
