"""How long a silence is waited for: what places usually sell comes in; what is enough for each, and its days, go out.

Without more, a silence asks for a look from `SURE` on. Who cannot get so far in two open days, but nearly, is told with
less, as long as the false alarms that are to be expected of all places together stay below `ALLOWED`; the cheapest come
first. Whoever is left is told later: how many open days it takes at worst is known beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpkit.sales.habits import LOOK, Numbers
from mpkit.sales.patience import Usual, doubt

SURE = 7.6  # nats: a chance of 1 in 2,000
LEAST = 4.5  # nats: 1 in 90; with less nobody is told
ALLOWED = 0.005  # false alarms of a place a month, on the mean: half of one per 100
SOON = 2  # open days
_SLOWER = 0.85  # what is enough for these days is enough where they are slow days, too
_MONTH = 30.4
_DAYS = np.arange(7)


@dataclass(frozen=True, slots=True)
class Waits:
    """Of each place: the surprise that asks for a look, and after how many whole open days of silence it is there.

    `days` is of the worst weekday to fall silent; `chance` are the false alarms to be expected in a month.
    """

    enough: Numbers
    days: Numbers
    chance: Numbers


def waiting(found: Usual) -> Waits:
    """What is enough for each place, so that all of them together raise no more false alarms than allowed."""
    sure = _walked(found, np.full(len(found.believed), SURE))
    lower = np.clip(_soon(found) * _SLOWER, 0.0, SURE)
    near = np.flatnonzero((sure.days > SOON) & (lower >= LEAST))
    told = _walked(found.take(near), lower[near])
    more = told.chance - sure.chance[near]
    cheapest = np.argsort(more, kind="stable")
    left = ALLOWED * len(sure.days) - sure.chance.sum()
    chosen = cheapest[np.cumsum(more[cheapest]) <= left]
    for mine, its in ((sure.enough, told.enough), (sure.days, told.days), (sure.chance, told.chance)):
        mine[near[chosen]] = its[chosen]
    return sure


def _soon(found: Usual) -> Numbers:
    """The surprise of the first open days of a silence, for the weekday that tells least."""
    surprise, missed, opened = np.zeros((3, *found.sales.shape))
    for ahead in range(1, 8):
        weekday = (_DAYS + ahead) % 7
        going = opened < SOON
        surprise += np.where(going, found.surprise[:, weekday], 0.0)
        missed += np.where(going, found.sales[:, weekday], 0.0)
        opened += going & (found.sales[:, weekday] > 0)
    surprise *= doubt(found.believed[:, None], missed)
    least: Numbers = np.where(found.own, surprise, np.inf).min(axis=1, initial=SURE * 2)
    return least


def _walked(found: Usual, enough: Numbers) -> Waits:
    """Let each place fall silent after each of its weekdays, and see how far it gets; whole weeks at once at first."""
    line, weekday = np.nonzero(found.own)
    begins = 1.0 - np.exp(-found.surprise[line, weekday])  # the chance of a sale on that day
    days, chance = np.zeros(len(enough)), np.zeros(len(enough))
    weeks = _weeks(found, enough)
    surprise, missed, opened = (
        (weeks * each.sum(axis=1))[line] for each in (found.surprise, found.sales, found.sales > 0)
    )
    ahead = weeks[line] * 7
    while len(line):
        weekday = (weekday + 1) % 7
        ahead += 1
        surprise += found.surprise[line, weekday]
        missed += found.sales[line, weekday]
        opened += found.sales[line, weekday] > 0
        reached = surprise * doubt(found.believed[line], missed)
        there, late = reached >= enough[line], ahead >= LOOK
        np.maximum.at(days, line[there], opened[there])
        np.add.at(chance, line[there], begins[there] * np.exp(-reached[there]) * _MONTH / 7)
        days[line[late & ~there]] = LOOK
        going = ~(there | late)
        line, weekday, begins, ahead = line[going], weekday[going], begins[going], ahead[going]
        surprise, missed, opened = surprise[going], missed[going], opened[going]
    return Waits(enough, days, chance)


def _weeks(found: Usual, enough: Numbers) -> Numbers:
    """Whole weeks of silence that are certainly not enough for each place."""
    surprise, missed = found.surprise.sum(axis=1), np.maximum(found.sales.sum(axis=1), 1e-9)
    known = np.maximum(found.believed, 1e-9)
    needed = known * np.expm1(np.minimum(enough * missed / (np.maximum(surprise, 1e-9) * known), 50.0)) / missed
    weeks: Numbers = np.clip(np.floor(needed) - 1.0, 0.0, LOOK // 7)
    return weeks
