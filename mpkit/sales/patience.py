"""How surprising a silence is: habits, days and hours come in; for each place the sales missed and the surprise go out.

A place that sells λ times on a usual Tuesday sells nothing on one with the chance of a count that varies more than by
luck alone (negative binomial) and that has days off of its own (zero-inflated, as its own past shows). Surprises, the
logarithms of these chances, add up over the open days since the last sale; a day on which the rest of the account sold
less than it does (a feast, a storm, a strike) counts for as much less; a young habit is believed less than an old one.
How far it must add up for an alarm is said by `waiting`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from mpkit.sales.habits import HALF, LOOK, WINDOW, Habits, Numbers

PATIENCE = 0.75  # open days that are waited in any case
_WEEKS = 1.0  # how many weeks of everybody's week a register's own week is mixed with
_LEAST, _MOST, _USUAL = 0.03, 1.5, 12.0  # how much a count varies more than by luck; days the account's own stands for
_OFF, _FEW = 0.12, 3.0  # days off that are held possible where none was seen; registers of the account this stands for
_TWO_WEEKS = 14.0  # days
_TELLING = 2.0  # sales a day: of fewer nothing can be told
_COUNTED = 0.25  # of a place's mean day: below, a weekday is not one of its days
_DULL = 0.5  # below this part of a usual day, a day without a sale tells nothing
_OTHERS = 4.0  # sales of the others that a day's own prior stands for
_FEAST = 0.1  # of a usual day, where nobody else tells


@dataclass(frozen=True, slots=True)
class Usual:
    """What is expected of each place: sales, surprise of none and whether it is a day of its own, by weekday."""

    sales: Numbers
    surprise: Numbers
    own: Numbers
    believed: Numbers  # sales its habit is made of
    off: Numbers  # days off beyond what luck explains

    def take(self, which: Numbers) -> Usual:
        """Some of them."""
        return Usual(**{each.name: getattr(self, each.name)[which] for each in fields(self)})


def exposed(habits: Habits, weekdays: Numbers, busy: Numbers) -> tuple[Numbers, Numbers]:
    """Days behind each habit by weekday: decayed and weighed by how busy they were, and plain ones worth counting."""
    start = np.maximum(habits.first, habits.last - WINDOW + 1)
    days = np.arange(len(weekdays))
    weights = np.where(weekdays[None, :] == np.arange(7)[:, None], 2.0 ** (days / HALF) * busy, 0.0)
    plain = np.where((weekdays[None, :] == np.arange(7)[:, None]) & (busy > _DULL), 1.0, 0.0)
    sums = [np.concatenate([np.zeros((7, 1)), np.cumsum(each, axis=1)], axis=1) for each in (weights, plain)]
    decayed, counted = ((each[:, habits.last + 1] - each[:, start]).T for each in sums)
    return decayed * 2.0 ** (-habits.last / HALF)[:, None], counted


def usual(
    habits: Habits, weekdays: Numbers, busy: Numbers, opened: Numbers, closed_days: Numbers | None = None
) -> Usual:
    """What each place sells on each weekday; `opened` (places by weekday) by its hours.

    `closed_days` are days off of the branch a register stands in: not its own.
    """
    days, counted = exposed(habits, weekdays, busy)
    sold, total = habits.sold.sum(axis=1), np.maximum(days.sum(axis=1), 1e-9)
    mean = sold / total
    everybody = habits.sold.sum(axis=0) / np.maximum((days * mean[:, None]).sum(axis=0), 1e-9)
    rate = (habits.sold + _WEEKS * mean[:, None] * everybody) / (days + _WEEKS) * opened
    varies = _varies(habits, rate, days, total)
    none = np.log1p(varies[:, None] * rate) / varies[:, None]
    own = rate > _COUNTED * mean[:, None]
    count = (counted * own).sum(axis=1)
    unsold = np.maximum(counted - np.minimum(habits.days, counted), 0.0)
    off = np.maximum(0.0, ((unsold - counted * np.exp(-none)) * own).sum(axis=1))
    own_off = np.maximum(0.0, off - closed_days) if closed_days is not None else off
    rest = np.minimum(0.95, (own_off + _at_times(own_off, count, mean)) / (count + 1.0))[:, None]
    surprise = np.where(own, -np.log(rest + (1.0 - rest) * np.exp(-none)), np.minimum(none, 0.3))
    return Usual(rate, surprise, own, sold, off)


def _at_times(off: Numbers, count: Numbers, mean: Numbers) -> float:
    """The part of their days that the account's registers are off by themselves, without the tenth that is so most."""
    telling = (mean > _TELLING) & (count >= _TWO_WEEKS)
    shares = np.sort(off[telling] / count[telling])
    few = shares[: round(len(shares) * 0.9)]
    return float((few.sum() + _OFF * _FEW) / (len(few) + _FEW))


def _varies(habits: Habits, rate: Numbers, days: Numbers, total: Numbers) -> Numbers:
    """By how much the count of a day varies beyond luck, mixed with what is usual in the account."""
    spread = habits.squares - 2 * (rate * habits.sold).sum(axis=1) + (rate**2 * days).sum(axis=1)
    mean, square = (rate * days).sum(axis=1) / total, (rate**2 * days).sum(axis=1) / total
    found = np.clip((spread / total - mean) / np.maximum(square, 1e-9), 0.0, _MOST)
    busy = found[mean > _TELLING]
    common = float(np.median(busy)) if len(busy) else 0.15
    mixed: Numbers = np.clip((found * total + common * _USUAL) / (total + _USUAL), _LEAST, _MOST)
    return mixed


def activity(habits: Habits, found: Usual, weekdays: Numbers) -> Numbers:
    """The sales expected of all places together on each day, of those that sold at the time."""
    count = len(weekdays)
    expected = np.zeros(count)
    for weekday in range(7):
        steps = np.zeros(count + 1)
        np.add.at(steps, habits.first, found.sales[:, weekday])
        np.add.at(steps, np.minimum(habits.last + 8, count), -found.sales[:, weekday])
        expected += np.where(weekdays == weekday, np.cumsum(steps)[:count], 0.0)
    return expected


def how_busy(sold: Numbers, expected: Numbers, feasts: Numbers) -> Numbers:
    """Each day's part of a usual one, at most 1, as the sales tell it; where nobody tells, a feast is a tenth."""
    prior = np.where(feasts, _FEAST, 1.0)
    found: Numbers = np.minimum(1.0, (sold + _OTHERS * prior) / (np.maximum(expected, 0.0) + _OTHERS))
    return found


@dataclass(frozen=True, slots=True)
class Silent:
    """How surprising each place's silence is (nats), how many sales it has missed, for how many of its open days."""

    surprise: Numbers
    missed: Numbers
    days: Numbers
    enough: Numbers

    @property
    def alarming(self) -> Numbers:
        """Which of them ask for a look."""
        return (self.surprise >= self.enough) & (self.days >= PATIENCE)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where each place's clock stands.

    `today` the day it is there, `rest` the part of the last sale's day that was still to come, `over` the part of today
    that has passed, `since` the day from which it is expected to sell again; `busy` how busy the days are, in groups by
    day, and `group` whose of them hold for each place.
    """

    weekdays: Numbers
    today: Numbers
    rest: Numbers
    over: Numbers
    since: Numbers
    busy: Numbers
    group: Numbers


def since(habits: Habits, found: Usual, clock: Clock, enough: Numbers) -> Silent:
    """Sum up the open days since the last sales; of who sold today there is nothing to say."""
    surprise, missed, days = np.zeros((3, len(habits)))
    late = np.flatnonzero(habits.last < clock.today)
    offset = np.arange(LOOK + 1)
    day = habits.last[late, None] + offset
    today = clock.today[late, None]
    part = np.where(offset == 0, clock.rest[late, None], np.where(day == today, clock.over[late, None], 1.0))
    part = np.where((day <= today) & (day >= clock.since[late, None]), part, 0.0)
    day = np.minimum(day, len(clock.weekdays) - 1)
    part *= clock.busy[clock.group[late, None], day]
    line, weekday = late[:, None], clock.weekdays[day]
    missed[late] = (part * found.sales[line, weekday]).sum(axis=1)
    days[late] = (part * found.own[line, weekday]).sum(axis=1)
    surprise[late] = (part * found.surprise[line, weekday]).sum(axis=1)
    return Silent(surprise * doubt(found.believed, missed), missed, days, enough)


def doubt(believed: Numbers, missed: Numbers) -> Numbers:
    """The part of a surprise that a habit of so many sales is believed, where so many are missed."""
    known = np.maximum(believed, 1e-9)
    return np.where(missed > 0, known * np.log1p(missed / known) / np.maximum(missed, 1e-9), 1.0)
