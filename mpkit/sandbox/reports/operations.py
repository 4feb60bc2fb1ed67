"""The movements of one payment put together as a report tells them: one operation for each sale, refund or dispute.

Fees and withholdings of an instant belong to the operation of that instant: a sale with its charges, a refund with the
share of the fee that comes back; those of an instant of their own are a correction, of charges alone. Amounts are
signed hundredths: what left the account is negative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from mpkit.sandbox.book import Book, Movement, Slip

_CLAIMED_AFTER_S = 2 * 86_400
_FOR_EVER = 2**62
_MEDIATION = "in_mediation"
_FOUND = {  # kind of movement to the operation's kind and sign
    "sale": ("payment", 1),
    "funding": ("payment", 1),
    "outgoing": ("payment", -1),
    "refund": ("refund", -1),
    "chargeback": ("chargeback", -1),
    "chargeback_back": ("chargeback", 1),
    "withdrawal": ("payout", -1),
}

_CHARGED = {"fee": -1, "tax": -1, "fee_refund": 1, "fee_back": 1, "tax_back": 1}  # of the operation of its instant


class Operation(NamedTuple):
    """One line of a report before it is written; `note` is the refund's or the dispute's id."""

    at: int
    kind: str  # payment, refund, correction, chargeback, dispute, payout
    gross: int
    fee: int
    taxes: tuple[tuple[str, int], ...]
    note: str = ""

    @property
    def tax(self) -> int:
        """All withholdings."""
        return sum(amount for _, amount in self.taxes)

    @property
    def net(self) -> int:
        """What it came to on the account."""
        return self.gross + self.fee + self.tax


def operations(slip: Slip, money: Sequence[Movement], until: int) -> list[Operation]:
    """The operations before the instant `until`, in the order in which they happened.

    What is claimed in a mediation is held as long as that lasts; the ledger, which knows only what is decided, does not
    count it.
    """
    found: list[Operation] = []
    for entry in money:
        if entry.at >= until:
            continue
        known = _FOUND.get(entry.kind)
        if known is not None:
            found.append(Operation(entry.at, known[0], known[1] * entry.hundredths, 0, (), entry.note))
        elif entry.kind in _CHARGED:
            if entry.at != found[-1].at:
                found.append(Operation(entry.at, "correction", 0, 0, ()))
            sign, last = _CHARGED[entry.kind], found[-1]
            if entry.kind.startswith("tax"):
                found[-1] = last._replace(taxes=(*last.taxes, (entry.name, sign * entry.hundredths)))
            else:
                found[-1] = last._replace(fee=last.fee + sign * entry.hundredths)
    if found and slip.fate.startswith(_MEDIATION) and found[0].at + _CLAIMED_AFTER_S < until:
        found.append(Operation(found[0].at + _CLAIMED_AFTER_S, "dispute", -found[0].gross, 0, ()))
    return found


def free_from(slip: Slip, money: Sequence[Movement], operation: Operation) -> int:
    """When an operation moves the available balance: nothing is taken back of money before it is free."""
    return max(operation.at, money[0].at + slip.release)


def touched(book: Book, begin: int, end: int) -> list[int]:
    """The rows of payments that may have an operation in the span; to be called under the world's lock."""
    # a claim leaves no trace in the dates: whoever was approved shortly before may have one in the span
    dated = book.dated["date_approved"]
    found: list[int] = dated.rows[dated.span(begin - _CLAIMED_AFTER_S, end)].tolist()
    known = set(found)
    later = book.later.items()
    return found + [row for row, money in later if row not in known and any(begin <= e.at <= end for e in money)]


def freed(book: Book, begin: int, end: int) -> tuple[int, list[int]]:
    """What was free before the span, and the rows of payments that may move the balance in it; under the lock."""
    _, free, moved = book.flows()
    before = int(moved[free < begin].sum())
    dated, released = book.dated["money_release_date"], book.columns.released
    found = set(dated.rows[dated.span(begin, end)].tolist())
    for row, money in book.later.items():
        if any(begin <= max(entry.at, int(released[row])) <= end for entry in money):
            found.add(row)
    for row in _claimed(book):
        slip, money_ = book.slip(row), book.movements_of(row)
        claim = next((one for one in operations(slip, money_, _FOR_EVER) if one.kind == "dispute"), None)
        at = free_from(slip, money_, claim) if claim else _FOR_EVER
        if claim and at < begin:
            before += claim.net
        elif at <= end:
            found.add(row)
    return before, sorted(found)


def _claimed(book: Book) -> list[int]:
    """The rows of payments in mediation."""
    all_ = book.columns
    fates = [n for n, fate in enumerate(book.fates.known) if fate.startswith(_MEDIATION)]
    found: list[int] = np.flatnonzero(np.isin(all_.fate[: all_.count], fates)).tolist()
    return found


def within(
    book: Book, rows: Sequence[int], span: tuple[int, int], until: int
) -> Iterator[tuple[Slip, list[Operation], list[Operation]]]:
    """Slip, all operations and those in the span, of every payment that has any: long work, done without the lock."""
    for row in rows:
        slip = book.slip(row)
        every = operations(slip, book.movements_of(row), until)
        wanted = [operation for operation in every if span[0] <= operation.at <= span[1]]
        if wanted:
            yield slip, every, wanted
