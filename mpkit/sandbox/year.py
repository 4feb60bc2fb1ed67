"""A believable year: counts, a seed and a time of birth go in; stores, registers and their payments come out.

Opening hours of each shop in its own zone, week, season, paydays, holidays and growth; shops of several kinds; methods
and other wallets; fees and withholdings; late and partial refunds, rare disputes; transfers, online sales and what the
merchant paid; one register that falls silent, one that gives back more than usual for some days.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from mpkit.sandbox.believable import believable
from mpkit.sandbox.chain import Shop, open_chain
from mpkit.sandbox.columns import References
from mpkit.sandbox.corrections import months_later
from mpkit.sandbox.dice import Dice
from mpkit.sandbox.figures import ACCREDITED
from mpkit.sandbox.quiet import Hush, Quiet
from mpkit.sandbox.sale import charged, what_came_of_it
from mpkit.sandbox.tickets import Tickets, tickets
from mpkit.sandbox.visits import Visits, strange, visits

if TYPE_CHECKING:
    from mpkit.sandbox.book import Book, Movement
    from mpkit.sandbox.world import World

_DAY = 86_400
_PENDING_DAYS = 30  # an offline payment waits so long
_LATE = 2 * _DAY  # and takes at most so long to be paid
_CANCELLED = ("cancelled/expired", "cancelled/by_collector", "cancelled/by_payer")


@dataclass(frozen=True, slots=True)
class Year:
    """What is to be generated: totals, and when the world was born."""

    stores: int
    registers: int
    payments: int
    born: datetime
    quiet: Quiet | None = None  # what is special of the registers; None: one falls silent
    corrected: bool = True  # whether months later something still happens


def fill(world: World, year: Year) -> None:
    """Put shops on the shelf and a year into the book; nothing where all totals are 0."""
    seed = f"{world.site.id}|{world.seed}"
    draw = random.Random(seed)  # noqa: S311 - a seed, not a secret
    shops = open_chain(world, draw, year)
    if not year.payments:
        return
    dice, now = Dice(seed), int(year.born.timestamp())
    world.hush = Hush(shops, now, year.quiet)
    seen = visits(world.site, shops, dice, count=year.payments, born=year.born, hush=world.hush)
    sold = tickets(world.site, world.book.forms, shops, seen, dice)
    world.book.columns.begin(len(seen.at))
    _write(world.book, seen, sold, dice, shops)
    _approve(world.book, sold, dice, now)
    world.book.fill(_later(world, sold, seen, dice, year))


def _write(book: Book, seen: Visits, sold: Tickets, dice: Dice, shops: Sequence[Shop]) -> None:
    """What each payment has of its own, whether it is paid or not."""
    all_, count = book.columns, len(seen.at)
    all_.id[:] = book.next_payment + np.cumsum(3 + dice.below(count, 37))
    all_.created[:] = seen.at
    all_.form[:] = sold.form
    all_.payer[:] = 1_000_000_000 + dice.below(count, 900_000_000)
    all_.store[:] = np.array([*(int(shop.store) for shop in shops), 0])[seen.shop]
    all_.pos[:] = seen.pos
    by_sticker = np.array([*(shop.sticker for shop in shops), False])[seen.shop] & (seen.pos > 0)
    by_till = (seen.pos > 0) & ~by_sticker
    all_.order[:] = np.where(by_till, 36_000_000_000 + all_.id % 10**9, 0)
    serial = np.cumsum(by_till)
    all_.reference[:] = np.select(
        [by_till, by_sticker],
        [
            book.references.serial(References.TILL, serial),
            book.references.serial(References.STICKER, 1 + all_.pos % 9),
        ],
        book.references.serial(References.WEB, all_.id % 1_000_000),
    )
    all_.amount[:] = sold.amount
    words = believable(book.site.id)
    lucky = sold.counter & (dice.share(count) < words["coupon"])
    unit = 1 if book.site.decimals else 100
    all_.coupon[:] = np.where(lucky, all_.amount // 10 // unit * unit, 0)
    financed = dict(map(tuple, words["financed"]))
    more = np.array([financed.get(parts, 0.0) for parts in range(25)])[sold.installments]
    all_.extra[:] = charged(book.site, all_.amount, more)


def _approve(book: Book, sold: Tickets, dice: Dice, now: int) -> None:
    """What became of each at the time: approved with its charges, or not and why; and the dates that follow."""
    words, all_, count = believable(book.site.id), book.columns, book.columns.count
    luck = dice.share(count) + np.where(sold.sale, 0.0, 1.0)  # only sales fail
    reason, ending = dice.below(count, len(words["reasons"])), dice.below(count, len(_CANCELLED))
    waits = sold.slow
    takes = np.where(waits, 600 + dice.below(count, _LATE), 0)
    limits = np.cumsum([words["rejected"], words["cancelled"], words["mediated"]])
    names = [f"rejected/{name}" for name in words["reasons"]]
    rejected, cancelled, mediated, pending = (
        np.array([book.fates.number(text) for text in texts])
        for texts in (names, _CANCELLED, ("in_mediation/pending",), ("pending/pending_waiting_payment",))
    )
    fate = np.select(
        [
            waits & (luck < 0.3) & (all_.created + _PENDING_DAYS * _DAY < now),
            waits & ((luck < 0.3) | (all_.created + takes >= now)),
            luck < limits[0],
            luck < limits[1],
            luck < limits[2],
        ],
        [np.full(count, cancelled[0]), np.full(count, pending[0]), rejected[reason], cancelled[ending],
         np.full(count, mediated[0])],
        0,
    )  # fmt: skip
    paid = (fate == 0) | (fate == mediated[0])
    all_.fate[:] = fate
    all_.approved[:] = np.where(paid, all_.created + takes, 0)
    all_.lag[:] = np.where(waits & (fate == cancelled[0]), _PENDING_DAYS * _DAY, 2 + dice.below(count, 9))
    all_.release[:] = sold.release_days * _DAY
    all_.updated[:] = np.where(paid, all_.approved, all_.created) + all_.lag
    all_.released[:] = np.where(paid, all_.approved + all_.release, 0)
    rates = np.zeros((len(book.forms.known), all_.charges.shape[1]))
    for n, form in enumerate(book.forms.known):
        rates[n, : len(form.rates)] = [rate for _, rate in form.rates]
    charges = charged(book.site, all_.amount[:, None], rates[all_.form])
    all_.charges[:] = np.where(paid[:, None], charges, 0)
    states = [tuple(text.split("/")) if text else ACCREDITED for text in book.fates.known]
    all_.state[:] = np.array([book.states.number(state) for state in states])[fate]


def _later(world: World, sold: Tickets, seen: Visits, dice: Dice, year: Year) -> dict[int, Sequence[Movement]]:
    """What moved after the approvals, by row: refunds of some, disputes of a few, and what comes months later."""
    now = int(year.born.timestamp())
    draw = random.Random(f"later {world.site.id}|{world.seed}")  # noqa: S311 - a seed, not a secret
    book, all_, words = world.book, world.book.columns, believable(world.site.id)
    luck = dice.share(all_.count)
    settled = sold.sale & (all_.fate == 0)
    odd = strange(seen, all_.pos, words["strange"], now)
    refunded = settled & (luck < np.where(odd, words["strange"]["refunded"], words["refunded"]))
    contested = settled & sold.credit & (luck > 1 - words["disputed"])
    next_: dict[str, int] = {"refund": book.next_refund, "chargeback": book.next_chargeback}
    found: dict[int, Sequence[Any]] = {}
    for row in np.flatnonzero(refunded | contested).tolist():
        money = book.movements_of(row)
        later = what_came_of_it(
            world.site, draw, book.slip(row), money, refunded=bool(refunded[row]), next_=next_, now=now
        )
        if later:
            found[row] = later
    if not year.corrected:
        return found
    seed = f"{world.site.id}|{world.seed}"
    return found | months_later(book, settled, sold.credit, dice, known=found, seed=seed, now=now, next_=next_)
