"""When in the day shops sell: hours and sales by hour come in, the part of a day made by an instant goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from mpkit.model import WEEK, Hours
from mpkit.sales.entries import zone_of
from mpkit.sales.habits import Numbers
from mpkit.sales.places_of_sale import PlacesOfSale

_EVERYBODY = 30.0  # sales the account's hours stand for in those of a store
_QUARTER = 900  # seconds; all zones of our time stand at whole quarters, and change at them
_DAY, _HOUR, _MINUTE = 86_400, 3600, 60
_HOURS = np.arange(24)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The business days of some stores: `place` where each stands in the lines of the arrays.

    `made` is by store, weekday and hour the part of a day's sales made before that hour (25 of them).
    """

    place: Mapping[str, int]
    made: Numbers
    zone: tuple[str, ...]
    cutoff: Numbers  # seconds after midnight at which the business day begins

    def passed(self, stores: Sequence[str], at: Numbers) -> Numbers:
        """The part of each store's business day's sales that is usually made by each instant (seconds since 1970)."""
        line = np.array([self.place[store] for store in stores], dtype="i8")
        local = at.astype("i8") - self.cutoff[line]
        zones = np.array([self.zone[n] for n in line], dtype=object)
        for zone in set(self.zone):
            mine = zones == zone
            local[mine] += _ahead(at[mine], zone)
        day, second = np.divmod(local, _DAY)
        hour, within = np.divmod(second, _HOUR)
        weekday = (day + 3) % 7  # the first day of 1970 was a Thursday
        before = self.made[line, weekday, hour]
        found: Numbers = before + (self.made[line, weekday, hour + 1] - before) * within / _HOUR
        return found


def clocks(
    stores: Sequence[str], sold: Mapping[str, Numbers], hours: Mapping[str, Hours], places: PlacesOfSale
) -> Clocks:
    """Clocks of these stores; `sold` sales by hour of the day ("" everybody's), `hours` as far as the list has them."""
    everybody = sold.get("", np.zeros(24))
    common = (everybody / everybody.sum() if everybody.any() else np.full(24, 1 / 24)) * _EVERYBODY
    cutoff = np.array([places.cutoff_of(store) * _MINUTE for store in stores], dtype="i8")
    shape = np.stack([common + sold.get(store, 0.0) for store in stores])[:, None, :].repeat(7, axis=1)
    for n, store in enumerate(stores):
        for day, name in enumerate(WEEK):
            spans = (hours.get(store) or {}).get(name)
            if spans:
                masked = shape[n, day] * _open_hours(spans)
                shape[n, day] = masked if masked.any() else shape[n, day]
    turned = (_HOURS[None, :] + (cutoff // _HOUR)[:, None]) % 24
    shape = np.take_along_axis(shape, turned[:, None, :].repeat(7, axis=1), axis=2)
    made = np.concatenate([np.zeros((*shape.shape[:2], 1)), np.cumsum(shape, axis=2)], axis=2)
    made /= made[:, :, -1:]
    zone = tuple(places.zone_of(store) for store in stores)
    return Clocks({store: n for n, store in enumerate(stores)}, made, zone, cutoff)


def _ahead(at: Numbers, zone: str) -> Numbers:
    """Seconds a zone is ahead of UTC at each instant: the calendar is asked once for each quarter of an hour."""
    several, place = np.unique(at.astype("i8") // _QUARTER, return_inverse=True)
    there = zone_of(zone)
    offsets = [datetime.fromtimestamp(n * _QUARTER, UTC).astimezone(there).utcoffset() for n in several.tolist()]
    found: Numbers = np.array([each.total_seconds() if each else 0.0 for each in offsets], dtype="i8")
    return found[place]


def _open_hours(spans: Sequence[tuple[str, str]]) -> Numbers:
    """Which hours of the day a shop is open, the parts of an hour as such."""
    found = np.zeros(24)
    for opens, closes in spans:
        begin, end = (int(text[:2]) + int(text[3:5]) / 60 for text in (opens, closes))
        found += np.clip(np.minimum(_HOURS + 1, end) - np.maximum(_HOURS, begin), 0.0, 1.0)
    return np.minimum(found, 1.0)
