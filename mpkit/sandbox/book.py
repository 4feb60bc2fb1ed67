"""The book of money: every movement of every payment, and the indexes that find payments by their dates.

A payment's amounts and status are not kept: they are derived from its movements. Times are whole seconds since 1970.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mpkit.sandbox.balance import SIGNS
from mpkit.sandbox.journal import Kinds
from mpkit.sandbox.shelf import Remember
from mpkit.sites import Site

RANGES = ("date_created", "date_last_updated", "date_approved", "money_release_date")


class Movement(NamedTuple):
    """One entry of money, hundredths, always positive; the kind says which way it goes.

    `sale` in · `refund` out, `fee_refund` back in · `fee`, `tax` out · `chargeback` out · `chargeback_back` in ·
    `chargeback_lost` 0, the decision · `outgoing` the merchant paid somebody · `funding` the merchant's own money in.
    No money moves with: `refund_asked` the bank has not decided yet · `refund_ended` 0, it has, `name` says how ·
    `touch` 0, the payment changed otherwise. `name` is the charge's name, `note` the id of the refund or chargeback.
    """

    at: int
    payment: int
    kind: str
    hundredths: int
    currency: str
    store: str
    pos: str
    name: str = ""
    note: str = ""


class Slip(NamedTuple):
    """What a payment has beside its money; `fate` where no money moved (rejected …) or it is in mediation."""

    id: int
    created: int
    method: str
    type: str
    channel: str  # qr, transfer, online, outgoing, funding
    store: str
    pos: str
    reference: str
    description: str
    payer: int  # the seed of a made-up person
    province: str  # ISO 3166-2 of the store
    asked: int = 0  # the amount where no money moved
    fate: str = ""  # status/status_detail, "" where the movements tell
    installments: int = 1
    wallet: str = ""
    coupon: int = 0  # paid by the platform
    order: int = 0
    lag: int = 4  # seconds from approval to the last touch of the approval itself
    release: int = 0  # seconds from approval until the money is free
    rates: tuple[tuple[str, float], ...] = ()  # charge name to per cent


class Book:
    """All slips and movements of the account, and their indexes."""

    def __init__(self, site: Site, remember: Remember) -> None:
        self.site = site
        self.slips: dict[int, Slip] = {}
        self.money: dict[int, list[Movement]] = {}
        self.next_payment = 130_000_000_001
        self.next_refund = 2_000_000_001
        self.next_chargeback = 217_000_087_000_000_001
        self.held = 0  # hundredths that came in and did not go out, released or not
        self.cases: dict[str, int] = {}  # chargeback to its payment, in the order in which they were opened
        self.version = 0  # rises with every change, so that remembered queries end
        self._remember = remember
        self._index: dict[str, list[tuple[int, int]]] = {name: [] for name in RANGES}

    def fill(self, entries: Iterable[tuple[Slip, list[Movement]]]) -> None:
        """Take many payments at once: the indexes are sorted once at the end."""
        for slip, money in entries:
            self.slips[slip.id] = slip
            self.money[slip.id] = money
            self._counters(slip, money)
            for name, at in self.dates(slip, money).items():
                if at:
                    self._index[name].append((at, slip.id))
        for index in self._index.values():
            index.sort()
        self.version += 1

    def add(self, slip: Slip, money: list[Movement]) -> None:
        """Take one new payment."""
        self.slips[slip.id], self.money[slip.id] = slip, []
        self.next_payment = max(self.next_payment, slip.id + 7)
        self._remember("payment", {"slip": list(slip)})
        self._reindex(slip.id, {})
        if money:
            self.move(slip.id, money)

    def move(self, payment: int, money: Sequence[Movement]) -> None:
        """Add movements to a payment."""
        before = self.dates(self.slips[payment], self.money[payment])
        self.money[payment] = [*self.money[payment], *money]
        self._counters(self.slips[payment], money)
        self._reindex(payment, before)
        self._remember("money", {"payment": payment, "money": [list(entry) for entry in money]})

    def refate(self, payment: int, fate: str) -> None:
        """Set or end a mediation."""
        self.slips[payment] = self.slips[payment]._replace(fate=fate)
        self.version += 1
        self._remember("fate", {"payment": payment, "fate": fate})

    def kinds(self) -> Kinds:
        """How the lines it writes are applied again."""
        return {
            "payment": lambda line: self._add_again(Slip(*line["slip"])),
            "money": lambda line: self.move(line["payment"], [Movement(*entry) for entry in line["money"]]),
            "fate": lambda line: self.refate(line["payment"], line["fate"]),
        }

    def _add_again(self, slip: Slip) -> None:
        self.add(slip._replace(rates=tuple((name, rate) for name, rate in slip.rates)), [])

    def dates(self, slip: Slip, money: Sequence[Movement]) -> dict[str, int]:
        """The four dates a search can ask for, 0 where the payment has none."""
        approved = next((entry.at for entry in money if entry.kind in {"sale", "outgoing", "funding"}), 0)
        touched = max((entry.at for entry in money if entry.at > approved), default=0)
        return {
            "date_created": slip.created,
            "date_approved": approved,
            "date_last_updated": max(touched, (approved or slip.created) + slip.lag),
            "money_release_date": approved + slip.release if approved else 0,
        }

    def between(self, range_: str, begin: int, end: int) -> list[tuple[int, int]]:
        """(instant, payment id) with begin ≤ instant ≤ end, in order."""
        index = self._index[range_]
        return index[bisect_left(index, (begin, 0)) : bisect_left(index, (end + 1, 0))]

    def movements(self) -> Iterator[Movement]:
        """Every movement of money."""
        for money in self.money.values():
            yield from money

    def _counters(self, slip: Slip, money: Iterable[Movement]) -> None:
        self.next_payment = max(self.next_payment, slip.id + 7)
        for entry in money:
            self.held += SIGNS.get(entry.kind, 0) * entry.hundredths
            if entry.kind in {"refund", "refund_asked"}:
                self.next_refund = max(self.next_refund, int(entry.note) + 3)
            elif entry.kind == "chargeback":
                self.next_chargeback = max(self.next_chargeback, int(entry.note) + 11)
                self.cases[entry.note] = entry.payment

    def _reindex(self, payment: int, before: dict[str, int]) -> None:
        for name, at in self.dates(self.slips[payment], self.money[payment]).items():
            index = self._index[name]
            old = before.get(name) or 0
            if old == at:
                continue
            if old:
                del index[bisect_left(index, (old, payment))]
            if at:
                insort(index, (at, payment))
        self.version += 1
