"""Payments laid out in columns: what each has of its own goes in, whole arrays and single rows come out.

A million payments take some 150 MB this way, and a search reads only the columns it asks about. Amounts are hundredths,
times whole seconds since 1970, 0 where there is none.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

CHARGES = 4  # a payment has at most so many charges at its approval
_ROOM = 1024  # more rows than are there now
_NUMBERS = {
    "id": "i8",
    "created": "i8",
    "approved": "i8",
    "updated": "i8",
    "released": "i8",
    "amount": "i8",  # paid, or asked for where no money moved
    "coupon": "i8",
    "extra": "i8",  # what the buyer pays on top, to pay in instalments
    "payer": "i8",
    "order": "i8",
    "reference": "i8",
    "store": "i4",
    "pos": "i4",
    "release": "i4",  # seconds from approval until the money is free
    "form": "i4",
    "lag": "i4",  # seconds from approval to the last touch of the approval itself
    "fate": "i2",
    "state": "i2",
    "later": "?",  # whether money moved after the approval
    "printed": "i8",  # where its text lies in the `stock`, 0 nowhere
    "printed_to": "i8",  # and where that ends
}
Numbers = npt.NDArray[Any]


class Form(NamedTuple):
    """What many payments share: all that is no number, date or id of one of them."""

    channel: str  # qr, transfer, online, outgoing, funding
    method: str
    type: str
    taken: str  # how a register took it: "" its sign, "point" a terminal, "legacy" an integration of before 2022
    rates: tuple[tuple[str, float], ...]  # the charges: name to per cent
    province: str
    wallet: str
    description: str
    installments: int
    quoted: bool  # its ids arrive as texts


class Columns:
    """The columns; `count` rows are in use. `charges` has a line of `CHARGES` amounts for each row."""

    id: Numbers
    created: Numbers
    approved: Numbers
    updated: Numbers
    released: Numbers
    amount: Numbers
    coupon: Numbers
    extra: Numbers
    payer: Numbers
    order: Numbers
    reference: Numbers
    store: Numbers
    pos: Numbers
    release: Numbers
    form: Numbers
    lag: Numbers
    fate: Numbers
    state: Numbers
    later: Numbers
    printed: Numbers
    printed_to: Numbers
    charges: Numbers

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, count: int) -> None:
        """Rows of zeros, to be filled in; whatever there was is gone."""
        self.count = count
        for name, kind in _NUMBERS.items():
            setattr(self, name, np.zeros(count, dtype=kind))
        self.charges = np.zeros((count, CHARGES), dtype="i8")

    def append(self) -> int:
        """A new row of zeros; returns its place."""
        if self.count == len(self.id):
            room = _ROOM + self.count // 16
            for name in (*_NUMBERS, "charges"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros((room, *old.shape[1:]), dtype=old.dtype)]))
        self.count += 1
        return self.count - 1

    def row_of(self, payment: int) -> int:
        """The row of a payment, -1 where there is none: ids rise with the rows."""
        at = int(np.searchsorted(self.id[: self.count], payment))
        return at if at < self.count and self.id[at] == payment else -1

    @property
    def bytes(self) -> int:
        """How much memory they take."""
        return sum(getattr(self, name).nbytes for name in (*_NUMBERS, "charges"))


class Dated:
    """The rows in the order of one of their dates, and of their place where that is equal."""

    def __init__(self) -> None:
        self.at: Numbers = np.zeros(0, dtype="i8")
        self.rows: Numbers = np.zeros(0, dtype="i4")

    def fill(self, at: Numbers) -> None:
        """Take all rows at once; a row without the date has 0 and is left out."""
        found = np.flatnonzero(at)
        self.rows = found[np.argsort(at[found], kind="stable")].astype("i4")
        self.at = at[self.rows]

    def span(self, begin: int, end: int) -> slice:
        """Where begin ≤ date ≤ end."""
        return slice(int(np.searchsorted(self.at, begin)), int(np.searchsorted(self.at, end, side="right")))

    def move(self, row: int, before: int, after: int) -> None:
        """One row's date has changed."""
        if before == after:
            return
        if before:
            at = self._place(row, before)
            self.at, self.rows = np.delete(self.at, at), np.delete(self.rows, at)
        if after:
            at = self._place(row, after)
            self.at, self.rows = np.insert(self.at, at, after), np.insert(self.rows, at, row)

    def _place(self, row: int, date: int) -> int:
        same = self.span(date, date)
        return int(same.start) + int(np.searchsorted(self.rows[same], row))


class Texts:
    """Values that come again and again, kept once: a value goes in, its number comes out, and back."""

    def __init__(self) -> None:
        self.known: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, value: Any) -> int:  # noqa: ANN401 - anything that can be a key
        """The number of a value, new where it was not known."""
        found = self._numbers.get(value)
        if found is None:
            found = self._numbers[value] = len(self.known)
            self.known.append(value)
        return found

    def find(self, value: Any) -> int | None:  # noqa: ANN401
        """The number of a value where it is known."""
        return self._numbers.get(value)


class References:
    """External references as numbers: those of a series by their place in it, any other kept as it is."""

    _SERIES = (("", 0), ("QR #", 1), ("WEB", 6), ("V", 8))
    STICKER, WEB, TILL = 1, 2, 3
    _SHIFT = 40

    def __init__(self) -> None:
        self._texts = Texts()
        self._texts.number("")

    def code(self, text: str) -> int:
        """The number of any text."""
        return self._texts.number(text)

    def serial(self, series: int, numbers: Numbers) -> Numbers:
        """The numbers of many of a series."""
        return numbers.astype("i8") | (series << self._SHIFT)

    def text(self, code: int) -> str:
        """The text of a number."""
        series, number = code >> self._SHIFT, code & ((1 << self._SHIFT) - 1)
        if not series:
            return str(self._texts.known[number])
        prefix, width = self._SERIES[series]
        return f"{prefix}{number:0{width}d}"

    def split(self, codes: Numbers) -> list[tuple[str, int, Numbers, Numbers]]:
        """The long series that are among the numbers: prefix, width, which of the numbers, and their places in it.

        Where a place has more digits than its series is wide, it is in none.
        """
        found = []
        series, places = codes >> self._SHIFT, codes & ((1 << self._SHIFT) - 1)
        for n in (self.WEB, self.TILL):
            prefix, width = self._SERIES[n]
            which = np.flatnonzero((series == n) & (places < 10**width))
            if len(which):
                found.append((prefix, width, which, places[which]))
        return found

    def codes(self, text: str) -> list[int]:
        """Every number that means this text."""
        found = [] if (code := self._texts.find(text)) is None else [code]
        for series, (prefix, _) in enumerate(self._SERIES):
            rest = text.removeprefix(prefix)
            if series and text.startswith(prefix) and rest.isdecimal() and len(rest) < 12:
                code = int(rest) | (series << self._SHIFT)
                found += [code] if self.text(code) == text else []
        return found
