"""Who came when: shops, a count and a time of birth go in; the instant, shop and register of each payment come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from mpkit.sandbox.believable import believable, kinds
from mpkit.sandbox.chain import Shop
from mpkit.sandbox.columns import Numbers
from mpkit.sandbox.days import factor
from mpkit.sandbox.dice import Dice
from mpkit.sandbox.quiet import Hush, Silence
from mpkit.sites import Site

DAYS = 363  # whole local days before the day of birth: all of it within the search's reach
COUNTER = "counter"
_HOURS = 24
_SUNDAY = 6
_FRESH_S = 30  # nothing is younger when the world is born
_WORKS = 0.15  # of the shops are closed for a week of works
_LUCK = (0.8, 0.4)  # a shop's day: from, and how much more
_WEATHER = (0.88, 0.2)  # a city's day
_SILENT_FROM = 3  # registers: fewer cannot spare one


class Visits(NamedTuple):
    """One entry a payment, in the order of time. `shop` is a place in the chain, its length where there is none."""

    at: Numbers
    channel: Numbers  # place in CHANNELS
    shop: Numbers
    pos: Numbers


CHANNELS = (COUNTER, "transfer", "online", "outgoing", "funding")


def visits(site: Site, shops: Sequence[Shop], dice: Dice, *, count: int, born: datetime, hush: Hush) -> Visits:
    """As many as asked for: most at the registers, in their hours; without registers all of them online.

    `hush` comes to know when each register takes nothing, and why.
    """
    words = believable(site.id)
    shares = [words["elsewhere"][name] for name in CHANNELS[1:]]
    parts = [int(count * share) for share in shares] if shops else [0, count, 0, 0]
    calendar = _Calendar(site, born)
    groups = [_elsewhere(calendar, dice, n, len(shops), place) for place, n in enumerate(parts, 1) if n]
    if shops:
        groups.append(_at_counters(calendar, shops, dice, count - sum(parts), hush))
    at, channel, shop, pos = (np.concatenate(part) for part in zip(*groups, strict=True))
    order = np.lexsort((dice.below(count, 2**31), at))
    return Visits(at[order], channel[order], shop[order], pos[order])


def strange(seen: Visits, pos: Numbers, words: Mapping[str, Any], now: int) -> Numbers:
    """The payments of the busiest register in the days in which it gives back more than usual."""
    ids, counts = np.unique(pos[pos > 0], return_counts=True)
    if not len(ids):
        return np.zeros(len(pos), dtype=bool)
    begin = now - words["from"] * 86_400
    found: Numbers = (pos == ids[counts.argmax()]) & (seen.at >= begin) & (seen.at < begin + words["days"] * 86_400)
    return found


class _Calendar:
    """The days of the year and when their hours are."""

    def __init__(self, site: Site, born: datetime) -> None:
        self.site, self.now = site, int(born.timestamp())
        self.today = born.astimezone(ZoneInfo(site.zone)).date()
        self.days = [self.today - timedelta(days=back) for back in range(DAYS + 1)]
        self.factors = np.array([factor(site.id, day) for day in self.days])
        self.weekdays = np.array([day.weekday() for day in self.days])

    def hours(self, zone: ZoneInfo) -> Numbers:
        """The instant at which each hour of each day begins there."""
        return _hours(zone, self.today)


@lru_cache(maxsize=32)
def _hours(zone: ZoneInfo, today: date) -> Numbers:
    days = [today - timedelta(days=back) for back in range(DAYS + 1)]
    begins = [[int(datetime(d.year, d.month, d.day, h, tzinfo=zone).timestamp()) for h in range(_HOURS)] for d in days]
    return np.array(begins)


def _elsewhere(calendar: _Calendar, dice: Dice, count: int, shops: int, channel: int) -> tuple[Numbers, ...]:
    """Payments without a shop: any day, as people are awake."""
    hours, begins = believable(calendar.site.id)["awake"], calendar.hours(ZoneInfo(calendar.site.zone))
    found = np.zeros(0, dtype="i8")
    # an old payment is no less likely than a new one: nobody's shop has grown
    weights = np.maximum(calendar.factors, 0.3)
    while len(found) < count:
        more = count - len(found) + 8
        at = begins[dice.pick(more, weights), dice.pick(more, hours)] + dice.below(more, 3600)
        found = np.concatenate([found, at[at < calendar.now - _FRESH_S]])
    none = np.zeros(count, dtype="i8")
    return found[:count], none + channel, none + shops, none


def _at_counters(calendar: _Calendar, shops: Sequence[Shop], dice: Dice, count: int, hush: Hush) -> tuple[Numbers, ...]:
    """Payments at registers, each in an open hour of its shop, where the register takes any at that time."""
    days = _day_weights(calendar, shops, dice, hush)
    weights = _register_weights(shops)
    open_hours, registers = _Within(_hour_weights(calendar.site, shops)), _Within(weights)
    zones = list(dict.fromkeys(shop.zone for shop in shops))
    begins = np.array([calendar.hours(zone) for zone in zones])
    zone_of = np.array([zones.index(shop.zone) for shop in shops])
    pos_of = np.array([pos for shop in shops for pos in shop.pos])
    largest = max(shops, key=lambda shop: len(shop.pos))
    chance = dice
    if hush.quiet is not None:
        chance = Dice(f"quiet {calendar.site.id}|{calendar.now}|{count}")
        hush.draw(shops, hush.quiet, chance, _expected(weights, days, count, pos_of), calendar.weekdays)
    elif len(pos_of) >= _SILENT_FROM:
        back = believable(calendar.site.id)["silent_days"] - 1
        begin = int(calendar.hours(largest.zone)[back, 0])
        hush.silence(Silence(largest.pos[-1], largest.store, begin, 0, "fell"))
    found: list[tuple[Numbers, ...]] = []
    missing = count
    while missing > 0:
        more = missing + missing // 50 + 8
        shop, back = np.divmod(dice.pick(more, days.ravel()), DAYS + 1)
        hour = open_hours.pick(dice, shop)
        seconds = np.where(hour == _HOURS - 1, dice.below(more, 3540), dice.below(more, 3600))
        at, pos = begins[zone_of[shop], back, hour] + seconds, pos_of[registers.place(dice, shop)]
        fits = (at < calendar.now - _FRESH_S) & hush.takes(at, pos, back, chance)
        found.append((at[fits][:missing], shop[fits][:missing], pos[fits][:missing]))
        missing -= len(found[-1][0])
    at, shop, pos = (np.concatenate(part) for part in zip(*found, strict=True))
    return at, np.zeros(count, dtype="i8"), shop, pos


def _expected(weights: Sequence[Sequence[float]], days: Numbers, count: int, pos_of: Numbers) -> Numbers:
    """The sales a day that come to each register, in the order of their numbers."""
    of_shop = days.sum(axis=1) / days.sum() * count / DAYS
    each = np.concatenate([np.array(line) / sum(line) * of_shop[n] for n, line in enumerate(weights)])
    found: Numbers = each[np.argsort(pos_of)]
    return found


def _day_weights(calendar: _Calendar, shops: Sequence[Shop], dice: Dice, hush: Hush) -> Numbers:
    """How busy each shop is on each day: a line a shop, a column a day, the day of birth first."""
    sorts, words = kinds(calendar.site.id), believable(calendar.site.id)
    country = np.array(words["week"])[calendar.weekdays] * calendar.factors
    weeks = np.array([sort.week for sort in sorts])[:, calendar.weekdays]
    places = list(dict.fromkeys(shop.place for shop in shops))
    weather = _WEATHER[0] + _WEATHER[1] * dice.share(len(places) * (DAYS + 1)).reshape(len(places), -1)
    back = np.arange(DAYS + 1)
    found: Numbers = np.array([shop.size for shop in shops])[:, None] * weeks[[shop.kind for shop in shops]] * country
    found *= weather[[places.index(shop.place) for shop in shops]]
    found *= _LUCK[0] + _LUCK[1] * dice.share(found.size).reshape(found.shape)
    found *= 1.0 - np.array([shop.growth / (1 + shop.growth) for shop in shops])[:, None] * back / DAYS
    found *= back < np.array([shop.opened for shop in shops])[:, None]
    rests = np.array([not shop.sundays for shop in shops])
    found[np.ix_(rests, calendar.weekdays == _SUNDAY)] = 0.0
    works = np.where(dice.share(len(shops)) < _WORKS, 30 + dice.below(len(shops), DAYS - 40), -10)[:, None]
    found[(back >= works) & (back < works + 7)] = 0.0
    for shop, last in zip(shops, works[:, 0].tolist(), strict=True):
        if last > 0:
            begin, end = calendar.hours(shop.zone)[[last + 6, last - 1], 0]
            hush.works(shop, int(begin), int(end))
    return found


def _hour_weights(site: Site, shops: Sequence[Shop]) -> list[list[float]]:
    """How busy each hour of the day is in each shop, 0 where it is shut."""
    busy = [sort.busy for sort in kinds(site.id)]
    return [
        [busy[shop.kind][hour] if any(a <= hour < b for a, b in shop.hours) else 0.0 for hour in range(_HOURS)]
        for shop in shops
    ]


def _register_weights(shops: Sequence[Shop]) -> list[list[float]]:
    """The first register of a shop takes most."""
    return [[1.0 / (n + 2) for n in range(len(shop.pos))] for shop in shops]


class _Within:
    """Draws from many lists of weights laid end to end."""

    def __init__(self, weights: Sequence[Sequence[float]]) -> None:
        sizes = np.array([len(line) for line in weights])
        self._ends = np.cumsum(sizes)
        self._begins = self._ends - sizes
        self._totals = np.cumsum(np.concatenate([np.asarray(line, dtype="f8") for line in weights]))
        self._below = np.concatenate([[0.0], self._totals])

    def place(self, dice: Dice, line: Numbers) -> Numbers:
        """For each entry a place of its line, counted from the first line's first."""
        low, high = self._below[self._begins[line]], self._below[self._ends[line]]
        found = np.searchsorted(self._totals, low + dice.share(len(line)) * (high - low), side="right")
        inside: Numbers = np.clip(found, self._begins[line], self._ends[line] - 1)
        return inside

    def pick(self, dice: Dice, line: Numbers) -> Numbers:
        """For each entry a place within its line."""
        found: Numbers = self.place(dice, line) - self._begins[line]
        return found
