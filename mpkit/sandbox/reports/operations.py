"""The movements of one payment put together as a report tells them: one operation for each sale, refund or dispute.

Fees and withholdings of an instant belong to the operation of that instant: a sale with its charges, a refund with the
share of the fee that comes back. Amounts are signed hundredths: what left the account is negative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mpkit.sandbox.book import Book, Movement, Slip

_CLAIMED_AFTER_S = 2 * 86_400
_FOR_EVER = 2**62
_FOUND = {  # kind of movement to the operation's kind and sign
    "sale": ("payment", 1),
    "funding": ("payment", 1),
    "outgoing": ("payment", -1),
    "refund": ("refund", -1),
    "chargeback": ("chargeback", -1),
    "chargeback_back": ("chargeback", 1),
    "withdrawal": ("payout", -1),
}


class Operation(NamedTuple):
    """One line of a report before it is written; `note` is the refund's or the dispute's id."""

    at: int
    kind: str  # payment, refund, chargeback, dispute, payout
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
        elif entry.kind == "fee":
            found[-1] = found[-1]._replace(fee=found[-1].fee - entry.hundredths)
        elif entry.kind == "fee_refund":
            found[-1] = found[-1]._replace(fee=found[-1].fee + entry.hundredths)
        elif entry.kind == "tax":
            found[-1] = found[-1]._replace(taxes=(*found[-1].taxes, (entry.name, -entry.hundredths)))
    if found and slip.fate.startswith("in_mediation") and found[0].at + _CLAIMED_AFTER_S < until:
        found.append(Operation(found[0].at + _CLAIMED_AFTER_S, "dispute", -found[0].gross, 0, ()))
    return found


def free_from(slip: Slip, money: Sequence[Movement], operation: Operation) -> int:
    """When an operation moves the available balance: nothing is taken back of money before it is free."""
    return max(operation.at, money[0].at + slip.release)


Found = tuple[list[tuple[int, int]], list[tuple[int, int]]]


def touched(book: Book, begin: int, end: int) -> Found:
    """The payments approved within the span, and all touched since it began: short work, done under the lock."""
    # a claim leaves no trace in the dates: whoever was approved shortly before may have one in the span
    return book.between("date_approved", begin - _CLAIMED_AFTER_S, end), book.between(
        "date_last_updated", begin, _FOR_EVER
    )


def within(
    book: Book, found: Found, span: tuple[int, int], until: int
) -> Iterator[tuple[Slip, list[Operation], list[Operation]]]:
    """Slip, all operations and those in the span, of every payment that has any: long work, done without the lock."""
    claimed = span[0] - _CLAIMED_AFTER_S
    for _, id_ in found[0]:
        yield from _of(book, id_, span, until)
    for _, id_ in found[1]:
        money = book.money[id_]
        if money and money[0].at < claimed:
            yield from _of(book, id_, span, until)


def _of(
    book: Book, id_: int, span: tuple[int, int], until: int
) -> Iterator[tuple[Slip, list[Operation], list[Operation]]]:
    every = operations(book.slips[id_], book.money[id_], until)
    wanted = [operation for operation in every if span[0] <= operation.at <= span[1]]
    if wanted:
        yield book.slips[id_], every, wanted
