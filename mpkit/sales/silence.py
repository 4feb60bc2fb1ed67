"""Which registers have fallen silent: a mirror and what the list says come in; judged arrays of all places go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from mpkit.model import WEEK
from mpkit.sales import rows
from mpkit.sales.entries import business_day, zone_of
from mpkit.sales.habits import Habits, Numbers, Span, by_day, by_hour, habits, span_until
from mpkit.sales.mirror import Mirror
from mpkit.sales.patience import Clock, Silent, Usual, activity, how_busy, since, usual
from mpkit.sales.places_of_sale import PlacesOfSale
from mpkit.sales.standing import Standing

_LARGE = 0.04  # of the account's sales: what the others sold is then told without this store
_EVERYBODY = 30.0  # sales the account's hours stand for in those of a store
_HOURS = np.arange(24)


@dataclass(frozen=True, slots=True)
class Judged:
    """All registers, or all branches, that sold lately: what is usual for each, and how silent it is."""

    habits: Habits
    usual: Usual
    silent: Silent
    stores: tuple[str, ...]  # of each place


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all places share: the days, their zones and feasts, the list, the hours."""

    span: Span
    places: PlacesOfSale
    standing: Standing
    feasts: Numbers
    hours: Mapping[str, Numbers]


def judge(mirror: Mirror, standing: Standing, moment: datetime, feasts: frozenset[date]) -> tuple[Judged, Judged]:
    """Registers and branches as they stand at a moment until which the sales are known."""
    places = rows.known_places(mirror.engine, mirror.account, mirror.zone)
    zones = {mirror.zone, *(place.zone for place in places.stores.values() if place.zone)}
    span = span_until(moment, max(moment.astimezone(zone_of(zone)).date() for zone in zones))
    days = [span.first + timedelta(days=n) for n in range(span.days)]
    around = Surroundings(span, places, standing, np.array([day in feasts for day in days]), by_hour(mirror, span))
    tills, shops = habits(mirror, span), habits(mirror, span, "store_id")
    of_till = tuple(_store(places, pos) for pos in tills.place)
    of_shop = tuple(shops.place.tolist())
    busy, group = _busy(mirror, around, tills, shops, of_till)
    usual_shops = usual(shops, span.weekdays, busy[0], _opened(standing, of_shop))
    off = dict(zip(of_shop, usual_shops.off.tolist(), strict=True))
    shared = np.array([off.get(store, 0.0) for store in of_till])
    usual_tills = usual(tills, span.weekdays, busy[0], _opened(standing, of_till), shared)
    return tuple(
        Judged(each, found, since(each, found, _clock(around, each, stores, busy, group)), stores)
        for each, found, stores in ((tills, usual_tills, of_till), (shops, usual_shops, of_shop))
    )  # type: ignore[return-value]


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
    sold, now = by_day(mirror, around.span, large), around.span.until.timestamp()
    expected = activity(tills, plain, weekdays)
    expected[-1] *= _passed(around, "", now)
    lines = [how_busy(sold[""], expected, feasts)]
    group: dict[str, int] = {}
    stores = np.array(of_till, dtype=object)
    for store in large:
        mine = stores == store
        own = activity(tills.take(mine), _of(plain, mine), weekdays)
        own[-1] *= _passed(around, "", now)
        group[store] = len(lines)
        lines.append(how_busy(sold[""] - sold[store], expected - own, feasts))
    return np.stack(lines), group


def _of(found: Usual, which: Numbers) -> Usual:
    return Usual(*(getattr(found, name)[which] for name in ("sales", "surprise", "own", "believed", "off")))


def _clock(around: Surroundings, each: Habits, stores: Sequence[str], busy: Numbers, group: Mapping[str, int]) -> Clock:
    span, places, now = around.span, around.places, around.span.until.timestamp()
    today = {store: business_day(span.until, places.zone_of(store), places.cutoff_of(store)) for store in set(stores)}
    over = {store: _passed(around, store, now) for store in today}
    until = {store: (day - span.first).days for store, day in around.standing.until.items()}
    rest = np.array([1.0 - _passed(around, store, at) for store, at in zip(stores, each.at.tolist(), strict=True)])
    return Clock(
        span.weekdays,
        np.array([(today[store] - span.first).days for store in stores], dtype="i8"),
        rest,
        np.array([over[store] for store in stores]),
        np.array([until.get(store, 0) for store in stores], dtype="i8"),
        busy,
        np.array([group.get(store, 0) for store in stores], dtype="i8"),
    )


def _passed(around: Surroundings, store: str, at: float) -> float:
    """The part of a business day's sales that a store has usually made at this instant."""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone_of(around.places.zone_of(store)))
    everybody = around.hours[""]
    total = everybody.sum()
    shape = (everybody / total if total else np.full(24, 1 / 24)) * _EVERYBODY + around.hours.get(store, 0.0)
    spans = (around.standing.hours.get(store) or {}).get(WEEK[local.weekday()])
    if spans:
        shape = shape * _open_hours(tuple(spans))
    begins = around.places.cutoff_of(store) // 60
    shape, hour = np.roll(shape, -begins), (local.hour - begins) % 24
    whole = float(shape.sum())
    if not whole:
        return hour / 24
    within = float(shape[hour]) * (local.minute * 60 + local.second) / 3600
    return float(shape[:hour].sum() + within) / whole


def _open_hours(spans: Sequence[tuple[str, str]]) -> Numbers:
    """Which hours of the day a shop is open, the parts of an hour as such."""
    found = np.zeros(24)
    for opens, closes in spans:
        begin, end = (int(text[:2]) + int(text[3:5]) / 60 for text in (opens, closes))
        found += np.clip(np.minimum(_HOURS + 1, end) - np.maximum(_HOURS, begin), 0.0, 1.0)
    return np.minimum(found, 1.0)
