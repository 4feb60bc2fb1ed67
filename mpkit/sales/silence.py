"""Which registers have fallen silent: a mirror and what the list says come in; judged arrays of all places go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from mpkit.sales import rows
from mpkit.sales.clocks import Clocks, clocks
from mpkit.sales.entries import business_day, zone_of
from mpkit.sales.habits import Habits, Numbers, Span, by_day, by_hour, habits, span_until
from mpkit.sales.mirror import Mirror
from mpkit.sales.patience import Clock, Silent, Usual, activity, how_busy, since, usual
from mpkit.sales.places_of_sale import PlacesOfSale
from mpkit.sales.standing import Standing
from mpkit.sales.waiting import Waits, waiting

_LARGE = 0.04  # of the account's sales: what the others sold is then told without this store


@dataclass(frozen=True, slots=True)
class Judged:
    """All registers, or all branches, that sold lately: what is usual for each, and how silent it is."""

    habits: Habits
    usual: Usual
    waits: Waits
    silent: Silent
    stores: tuple[str, ...]  # of each place
    first: date  # the day that the habits count days from


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all places share: the days, their zones and feasts, the list, the hours."""

    span: Span
    places: PlacesOfSale
    standing: Standing
    feasts: Numbers
    clocks: Clocks


def judge(mirror: Mirror, standing: Standing, moment: datetime, feasts: frozenset[date]) -> tuple[Judged, Judged]:
    """Registers and branches as they stand at a moment until which the sales are known."""
    places = rows.known_places(mirror.engine, mirror.account, mirror.zone)
    zones = {mirror.zone, *(place.zone for place in places.stores.values() if place.zone)}
    span = span_until(moment, max(moment.astimezone(zone_of(zone)).date() for zone in zones))
    days = [span.first + timedelta(days=n) for n in range(span.days)]
    tills, shops = habits(mirror, span), habits(mirror, span, "store_id")
    of_till = tuple(_store(places, pos) for pos in tills.place)
    of_shop = tuple(shops.place.tolist())
    stores = sorted({"", *of_till, *of_shop})
    around = Surroundings(
        span,
        places,
        standing,
        np.array([day in feasts for day in days]),
        clocks(stores, by_hour(mirror, span), standing.hours, places),
    )
    busy, group = _busy(mirror, around, tills, shops, of_till)
    usual_shops = usual(shops, span.weekdays, busy[0], _opened(standing, of_shop))
    off = dict(zip(of_shop, usual_shops.off.tolist(), strict=True))
    shared = np.array([off.get(store, 0.0) for store in of_till])
    usual_tills = usual(tills, span.weekdays, busy[0], _opened(standing, of_till), shared)
    return tuple(
        _judged(each, found, _clock(around, each, stores, busy, group), stores, span.first)
        for each, found, stores in ((tills, usual_tills, of_till), (shops, usual_shops, of_shop))
    )  # type: ignore[return-value]


def _judged(each: Habits, found: Usual, clock: Clock, stores: tuple[str, ...], first: date) -> Judged:
    waits = waiting(found)
    return Judged(each, found, waits, since(each, found, clock, waits.enough), stores, first)


def _store(places: PlacesOfSale, pos: str) -> str:
    return places.store_of(None, pos)


def _opened(standing: Standing, stores: Sequence[str]) -> Numbers:
    known = {store: standing.opens(store) for store in set(stores)}
    return np.array([known[store] for store in stores], dtype=float).reshape(-1, 7)


def _busy(
    mirror: Mirror, around: Surroundings, tills: Habits, shops: Habits, of_till: Sequence[str]
) -> tuple[Numbers, dict[str, int]]:
    """How busy each day was in the account, and without each large store: lines, and the line of each such store."""
    weekdays, feasts = around.span.weekdays, around.feasts
    plain = usual(tills, weekdays, np.ones(len(weekdays)), np.ones((len(tills), 7)))
    total = tills.sold.sum()
    share = shops.sold.sum(axis=1) / max(total, 1e-9)
    large = tuple(shops.place[share > _LARGE].tolist())
    sold = by_day(mirror, around.span, large)
    over = float(around.clocks.passed([""], _now(around))[0])
    expected = activity(tills, plain, weekdays)
    expected[-1] *= over
    lines = [how_busy(sold[""], expected, feasts)]
    group: dict[str, int] = {}
    stores = np.array(of_till, dtype=object)
    for store in large:
        mine = stores == store
        own = activity(tills.take(mine), plain.take(mine), weekdays)
        own[-1] *= over
        group[store] = len(lines)
        lines.append(how_busy(sold[""] - sold[store], expected - own, feasts))
    return np.stack(lines), group


def _clock(around: Surroundings, each: Habits, stores: Sequence[str], busy: Numbers, group: Mapping[str, int]) -> Clock:
    span, places = around.span, around.places
    today = {store: business_day(span.until, places.zone_of(store), places.cutoff_of(store)) for store in set(stores)}
    until = {store: (day - span.first).days for store, day in around.standing.until.items()}
    return Clock(
        span.weekdays,
        np.array([(today[store] - span.first).days for store in stores], dtype="i8"),
        1.0 - around.clocks.passed(stores, each.at),
        around.clocks.passed(stores, _now(around).repeat(len(each))),
        np.array([until.get(store, 0) for store in stores], dtype="i8"),
        busy,
        np.array([group.get(store, 0) for store in stores], dtype="i8"),
    )


def _now(around: Surroundings) -> Numbers:
    return np.array([around.span.until.timestamp()])
