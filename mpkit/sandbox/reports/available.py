"""The available balance: every movement of money at the moment it becomes free, and what went to the merchant's bank.

In the generated year half of what is free goes there on the first of each month. Payouts are no payments: the payments
search does not know them, and neither does the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from mpkit.sandbox.book import Book, Slip
from mpkit.sandbox.reports.operations import Operation, free_from, operations

_FIRST, _STEP = 1_747_000_000_001, 7  # ids of 13 digits, as observed
_HALF = 2
_HOUR = 10  # local time
Event = tuple[int, int, int, Operation, Slip | None]  # free from, id, turn, what, of which payment
Paid = tuple[int, int]  # instant and hundredths; below zero it was put in


def monthly(book: Book, born: datetime) -> Iterator[Paid]:
    """What went to the bank in the generated year."""
    local = born.astimezone(ZoneInfo(book.site.zone))
    first = local.replace(day=1, hour=_HOUR, minute=0, second=0, microsecond=0)
    months = [int((local - timedelta(days=365)).timestamp())]
    back = [first.replace(year=first.year - (month > first.month), month=month) for month in range(1, 13)]
    months += sorted(at for day in back if months[0] < (at := int(day.timestamp())) < born.timestamp())
    _, when, moved = book.flows()
    free = np.zeros(len(months) + 1, dtype="i8")
    np.add.at(free, np.searchsorted(months, when, side="right"), moved)
    held, unit = 0, 1 if book.site.decimals else 100
    for at, came in zip(months[1:], free[1:-1].tolist(), strict=True):
        held += came
        sent = held // _HALF // unit * unit
        if sent > 0:
            held -= sent
            yield at, sent


def payout_id(turn: int) -> int:
    """The id of the payout that was the `turn`-th, from 0."""
    return _FIRST + _STEP * turn


def events(
    book: Book, freed: tuple[int, Sequence[int]], payouts: Sequence[Paid], *, span: tuple[int, int], until: int
) -> tuple[int, list[Event]]:
    """The balance before a span, and what moved it in the span, in order; known before `until`.

    `freed` comes from `operations.freed`: what was free before, and the rows of payments that may have moved it.
    """
    (before, rows), (begin, end) = freed, span
    found = list[Event]()
    for row in rows:
        slip, money = book.slip(row), book.movements_of(row)
        for turn, operation in enumerate(operations(slip, money, until)):
            at = free_from(slip, money, operation)
            if begin <= at <= end and at < until:
                found.append((at, slip.id, turn, operation, slip))
    for turn, (at, hundredths) in enumerate(payouts):
        if at < begin:
            before -= hundredths
        elif at <= end and at < until:
            found.append((at, payout_id(turn), 0, Operation(at, "payout", -hundredths, 0, ()), None))
    found.sort(key=lambda event: event[:3])
    return before, found
