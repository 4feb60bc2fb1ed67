"""A believable year: counts, a seed and a time of birth go in; stores, registers and their payments come out.

Opening hours, week, season and closed days; methods and other wallets; fees and withholdings; late and partial refunds,
rare chargebacks; transfers, online sales and what the merchant paid; one register that falls silent.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mpkit.sandbox.believable import believable
from mpkit.sandbox.chain import Shop, open_chain
from mpkit.sandbox.hours import zone_at
from mpkit.sandbox.sale import Ticket, entries

if TYPE_CHECKING:
    from mpkit.sandbox.book import Movement, Slip
    from mpkit.sandbox.world import World

DAYS = 363  # whole local days before the day of birth: all of it within the search's reach
_SILENT_DAYS = 12
_MINUTES = 60
# the share of each channel that is not a sale at a register
_CHANNELS = (("transfer", 0.015), ("online", 0.01), ("outgoing", 0.012), ("funding", 0.002))
# hour of the day to how busy it is, for shops open then
_BUSY = (1, 1, 1, 1, 1, 1, 2, 4, 7, 9, 11, 13, 12, 9, 6, 6, 8, 11, 14, 15, 12, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Year:
    """What is to be generated: totals, and when the world was born."""

    stores: int
    registers: int
    payments: int
    born: datetime


def fill(world: World, year: Year) -> None:
    """Put shops on the shelf and a year into the book; nothing where all totals are 0."""
    draw = random.Random(f"{world.site.id}|{world.seed}")  # noqa: S311 - a seed, not a secret
    shops = open_chain(world, draw, year)
    if year.payments:
        gc.disable()  # a million small tuples and no cycle among them: collecting would double the time
        try:
            world.book.fill(_payments(world, draw, shops, year))
        finally:
            gc.enable()


def _payments(
    world: World, draw: random.Random, shops: Sequence[Shop], year: Year
) -> Iterator[tuple[Slip, list[Movement]]]:
    """All payments in the order of their time, so that ids rise with it."""
    tickets = sorted(_tickets(world, draw, shops, year))
    now = int(year.born.timestamp())
    next_ = {"payment": world.book.next_payment, "refund": world.book.next_refund}
    next_["chargeback"] = world.book.next_chargeback
    for ticket in tickets:
        yield entries(world.site, draw, ticket, next_, now)


def _tickets(world: World, draw: random.Random, shops: Sequence[Shop], year: Year) -> list[Ticket]:
    zone = ZoneInfo(world.site.zone)
    today = year.born.astimezone(zone).date()
    now = int(year.born.timestamp())
    elsewhere = [channel for channel, share in _CHANNELS for _ in range(int(year.payments * share))]
    if not shops:
        elsewhere = ["online"] * year.payments
    found = [_loose(draw, channel, today, zone, now) for channel in elsewhere]
    if not shops:
        return found
    slots, weights = _slots(draw, shops, today, world.site.id)
    silent = max(shops, key=lambda shop: len(shop.pos)).pos[-1]
    minute_of = {shop.store: _opening(shop) for shop in shops}
    zone_of = {shop.store: zone_at(world, shop.store) for shop in shops}
    count = year.payments - len(found)
    while count:
        for day, shop, midnight in draw.choices(slots, cum_weights=weights, k=count):
            minutes, busy = minute_of[shop.store]
            # the hour by how busy it is, then any second of it
            at = (
                midnight(zone_of[shop.store])
                + draw.choices(minutes, cum_weights=busy)[0] * _MINUTES
                + draw.randrange(3600)
            )
            pos = draw.choices(shop.pos, cum_weights=shop.pos_weights)[0]
            if at >= now - 30 or (pos == silent and (today - day).days < _SILENT_DAYS):
                continue
            found.append(Ticket(at, draw.getrandbits(31), "qr", shop.store, pos, shop.province))
        count = year.payments - len(found)
    return found


def _slots(
    draw: random.Random, shops: Sequence[Shop], today: date, site: str
) -> tuple[list[tuple[date, Shop, Any]], list[float]]:
    """Every open day of every shop with its weight: size, day of the week, season, growth and a little luck."""
    slots: list[tuple[date, Shop, Any]] = []
    weights: list[float] = []
    for shop in shops:
        closed_from = draw.randrange(30, DAYS)  # one week of works in the year, for one shop in five
        works = range(closed_from, closed_from + 7) if draw.random() < 0.2 else range(0)
        for back in range(DAYS + 1):
            day = today - timedelta(days=back)
            if not shop.week[day.weekday()] or back in works or (day.month, day.day) in _closed_days(site):
                continue
            season = 1.25 if day.month == 12 else 0.85 if day.month in {1, 2} else 1.0
            payday = 1.15 if day.day <= 7 else 1.0
            growth = 1.0 - 0.3 * back / DAYS
            slots.append((day, shop, _midnight(day)))
            weights.append(shop.size * shop.week[day.weekday()] * season * payday * growth * draw.uniform(0.8, 1.2))
    return slots, list(accumulate(weights))


def _midnight(day: date) -> Any:  # noqa: ANN401 - a small function of the zone, remembered
    @cache
    def of(zone: ZoneInfo) -> int:
        # counted back from noon: clocks change at night, and the open hours are by the clock after it
        return int(datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp()) - 12 * 3600

    return of


def _opening(shop: Shop) -> tuple[list[int], list[int]]:
    """The starting minutes of the open hours and how busy they are, summed up."""
    hours = list(range(shop.opens, shop.closes))
    return [hour * _MINUTES for hour in hours], list(accumulate(_BUSY[hour] for hour in hours))


def _loose(draw: random.Random, channel: str, today: date, zone: ZoneInfo, now: int) -> Ticket:
    """A payment without a shop, at any time of the year."""
    first = int(datetime.combine(today - timedelta(days=DAYS), datetime.min.time(), zone).timestamp())
    return Ticket(draw.randrange(first, now - 30), draw.getrandbits(31), channel, "", "", "")


def _closed_days(site: str) -> frozenset[tuple[int, int]]:
    return frozenset((month, day) for month, day in believable(site)["closed"])
