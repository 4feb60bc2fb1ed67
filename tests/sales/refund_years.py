"""Generated years with spells of refunds: the pages' spikes, looked at each morning, against what was planted.

python -m tests.sales.refund_years 100 103   (seeds)
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mpkit.model import Period
from mpkit.sales.peers import Spike, spikes
from mpkit.sales.question import Which
from mpkit.sandbox import World
from mpkit.sandbox.believable import believable
from mpkit.sites import SITES
from tests.sales.years_seen import DAY, MONTH, Given, Size, YearSeen, own_refunds, year_seen

_SHARE, _LONG = 0.15, 8 * 86_400  # of the registers have a spell; its seconds
_GIVEN = 0.15  # of the payments of a spell are given back: ten times what is usual
_SOON = 7 * DAY  # after the end of a spell it should be known
_LOOKS_AT = timedelta(days=27)  # before yesterday: the four weeks a page shows
_LATE = 62 * DAY  # refunds of a spell come so long after it
FEW, MANY = "under 5", "10 and more"
CLASSES = {FEW: 5, "5 to 9": 10, MANY: 1 << 30}  # payments given back in the days of a spell


class Spell(NamedTuple):
    """Days in which a register gives back far more than usual: from, to (seconds since 1970)."""

    pos: int
    begin: int
    end: int


def planted(world: World, mornings: int) -> tuple[list[Spell], list[Given]]:
    """Spells in the days that are looked at, one at most for each register, and what is given back in them."""
    dice, all_ = np.random.default_rng([world.seed, mornings]), world.book.columns
    registers = np.unique(all_.pos[: all_.count][all_.pos[: all_.count] > 0])
    now, spells, given = int(all_.created[: all_.count].max()), [], []
    fresh = (all_.approved[: all_.count] > 0) & ~all_.later[: all_.count]
    for pos in registers[dice.random(len(registers)) < _SHARE].tolist():
        begin = now - int(dice.integers(16, mornings - 10)) * 86_400
        spells.append(Spell(pos, begin, begin + _LONG))
        at = all_.approved[: all_.count]
        mine = np.flatnonzero(fresh & (all_.pos[: all_.count] == pos) & (at >= begin) & (at < begin + _LONG))
        for row in mine[dice.random(len(mine)) < _GIVEN].tolist():
            after = int(dice.integers(60, (3600, 86_400, 59 * 86_400)[int(dice.integers(3))]))
            if at[row] + after < now:
                given.append(Given(row, int(at[row]) + after, int(all_.amount[row])))
    return spells, given


@dataclass
class Class:
    """Spells with so many payments given back, and those found."""

    spells: int = 0
    found: int = 0


@dataclass
class Measured:
    """What the spikes came to."""

    of: dict[str, Class] = field(default_factory=lambda: {name: Class() for name in CLASSES})
    false: int = 0
    months: float = 0.0  # of registers

    def add(self, other: Measured) -> None:
        for name, mine in self.of.items():
            for count in fields(Class):
                setattr(mine, count.name, getattr(mine, count.name) + getattr(other.of[name], count.name))
        self.false += other.false
        self.months += other.months

    @property
    def false_a_month(self) -> float:
        """Per 100 registers."""
        return 100 * self.false / max(self.months, 1e-9)

    def share(self, *names: str) -> float:
        """Of the spells of these classes, those found."""
        chosen = [self.of[name] for name in names]
        return sum(each.found for each in chosen) / max(1, sum(each.spells for each in chosen))


class Looks(NamedTuple):
    """At how large a chain is looked, on how many mornings, every how many days."""

    size: Size = Size()
    mornings: int = 100
    every: int = 2


_USUAL = Looks()


def measured(site: str, seed: int, folder: Path, looks: Looks = _USUAL) -> Measured:
    """Look every other morning at the last four weeks, as the page does."""
    size, mornings, every = looks
    spells: list[Spell] = []
    returns: list[Given] = []

    def given(world: World) -> list[Given]:
        found, more = planted(world, mornings)
        spells.extend(found)
        returns.extend((*own_refunds(world), *more))
        return returns

    year = year_seen(site, seed, folder, size, given=given)
    seen, wrong = Measured(), set[str]()
    known = {each: _days(each) for each in (*spells, _own(year))}
    found: set[Spell] = set()
    for back in range(mornings, 0, -every):
        today = year.born.date() - DAY * back
        said = spikes(year.mirror, Which(year.mirror.account, Period(today - _LOOKS_AT - DAY, today - DAY)))
        bad = set()
        for spike in said:
            of = [each for each, days in known.items() if str(each.pos) == spike.id and _meets(spike, days, _LATE)]
            found |= {each for each in of if _meets(spike, known[each], DAY) and today <= known[each].last + _SOON}
            if not of:
                bad.add(spike.id)
        seen.false += len(bad - wrong)
        wrong = bad
    for each in spells:
        pos = year.world.book.columns.pos
        rows = {it.row for it in returns if pos[it.row] == each.pos and each.begin <= it.at < each.end}
        mine = seen.of[next(name for name, most in CLASSES.items() if len(rows) < most)]
        mine.spells += bool(rows)
        mine.found += each in found
    seen.months = (len(year.world.hush.pos) * mornings - len(spells) * _LATE.days) / MONTH
    year.world.close()
    return seen


def _own(year: YearSeen) -> Spell:
    """The spell every world has by itself: of its busiest register."""
    words, now = believable(year.world.site.id)["strange"], int(year.born.timestamp())
    all_ = year.world.book.columns
    ids, counts = np.unique(all_.pos[: all_.count][all_.pos[: all_.count] > 0], return_counts=True)
    begin = now - words["from"] * 86_400
    return Spell(int(ids[counts.argmax()]), begin, begin + words["days"] * 86_400)


def _days(spell: Spell) -> Period:
    first, last = (datetime.fromtimestamp(each, UTC).date() for each in (spell.begin, spell.end))
    return Period(first, last)


def _meets(spike: Spike, days: Period, late: timedelta) -> bool:
    first: date = days.first - DAY
    return spike.last >= first and spike.first <= days.last + late


def told(seen: Measured) -> str:
    """One line of the table."""
    classes = ", ".join(f"{name} {its.found} of {its.spells}" for name, its in seen.of.items())
    return (
        f"spells of refunds found within a week, by payments given back: {classes}; {seen.false} false in "
        f"{seen.months:.0f} months of a register: {seen.false_a_month:.2f} per 100 a month"
    )


def main(seeds: range, folder: Path) -> None:
    """Print the table: a line a world, and all of them."""
    whole = Measured()
    for seed in seeds:
        site = tuple(SITES)[seed % len(SITES)]
        whole.add(seen := measured(site, seed, folder / f"{site}{seed}"))
        print(f"{site} {seed}  {told(seen)}", flush=True)  # noqa: T201 - a script
    print(f"all  {told(whole)}")  # noqa: T201


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as somewhere:
        main(range(int(sys.argv[1]), int(sys.argv[2])), Path(somewhere))
