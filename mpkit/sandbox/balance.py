"""The money an account holds: the movements that are free by now, less what was paid out and what is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mpkit.sandbox.world import World

SIGNS = {  # kind of movement to the way it goes; any other moves no money
    "sale": 1,
    "funding": 1,
    "fee_refund": 1,
    "fee_back": 1,
    "tax_back": 1,
    "chargeback_back": 1,
    "refund": -1,
    "fee": -1,
    "tax": -1,
    "chargeback": -1,
    "outgoing": -1,
}


@dataclass(frozen=True, slots=True)
class Balance:
    """Hundredths: `available` can be given back or paid out; `unavailable` is not released yet."""

    available: int
    unavailable: int


def balance(world: World) -> Balance:
    """What the account holds now."""
    book, office, now = world.book, world.office, int(world.now().timestamp())
    later = book.unreleased(now)
    gone = sum(payout.hundredths for payout in office.payouts)
    leaving = sum(refund.hundredths for refund in office.waiting.values())
    return Balance(book.held - later - gone - leaving, later)
