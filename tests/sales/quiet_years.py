"""Generated years with registers that fall silent, looked at each morning: the world's own truth judges the alarms.

python -m tests.sales.quiet_years 100 103   (seeds; three births: with Christmas, with Carnival, with neither)
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from mpkit.sales.entries import zone_of
from mpkit.sales.habits import WINDOW
from mpkit.sales.silence import judge
from mpkit.sales.waiting import SOON
from mpkit.sandbox import Silence
from mpkit.sandbox.days import factor
from mpkit.sites import SITES
from tests.sales.years_seen import DAY, EIGHT, MONTH, YearSeen, year_seen

REGULAR = {"under 5 a day": 5.0, "5 to 20 a day": 20.0, "20 a day and more": 1e9}  # usual sales
RARE = "too rare"  # those the page had said would be told after more than two open days
CLASSES = (RARE, *REGULAR)


@dataclass
class Class:
    """Silences of registers of one class of usual sales a day, and how many of them were found when.

    `pairs` are two open days in a row of the twelve weeks before, `bare` those among them without a sale.
    """

    silences: int = 0
    next_day: int = 0  # the morning after one whole open day
    found: int = 0  # the morning after two
    promised: int = 0  # those that lasted as long as the page had said it would take
    kept: int = 0  # and were told by then
    pairs: int = 0
    bare: int = 0


@dataclass
class Measured:
    """What alarms came to: silences by class, and false alarms."""

    of: dict[str, Class] = field(default_factory=lambda: {name: Class() for name in CLASSES})
    false: int = 0
    expected: float = 0.0  # false alarms, as the rule itself foretold
    months: float = 0.0  # of registers that sold as usual

    def add(self, other: Measured) -> None:
        for name, mine in self.of.items():
            for count in fields(Class):
                setattr(mine, count.name, getattr(mine, count.name) + getattr(other.of[name], count.name))
        self.false += other.false
        self.expected += other.expected
        self.months += other.months

    @property
    def false_a_month(self) -> float:
        """Per 100 registers."""
        return 100 * self.false / max(self.months, 1e-9)

    def sum(self, count: str, *names: str) -> int:
        """Over some classes, all without names."""
        return sum(getattr(self.of[name], count) for name in names or CLASSES)

    def share(self, count: str, of: str, *names: str) -> float:
        """One count as a part of another."""
        return self.sum(count, *names) / max(1, self.sum(of, *names))


@dataclass
class Said:
    """What was said on the mornings: when each register was in an alarm, and how long each would take to be told."""

    alarms: dict[str, set[date]] = field(default_factory=dict)
    waits: dict[tuple[str, date], int] = field(default_factory=dict)


def measured(year: YearSeen, mornings: int = 140) -> Measured:
    """Look each morning at eight, as the merchant would; judge what is said against the truth of the world."""
    seen, said, hush = Measured(), Said(), year.world.hush
    shops = {str(pos): hush.store[pos] for pos in hush.pos.tolist()}
    days = [year.born.date() - DAY * n for n in reversed(range(mornings))]
    wrong: set[str] = set()
    for day in days:
        moment = datetime.combine(day, EIGHT, zone_of(year.zone)).astimezone(UTC)
        tills, branches = judge(year.mirror, year.standing, moment, year.feasts)
        shut = {store for store, silent in zip(branches.stores, branches.silent.alarming, strict=True) if silent}
        bad: set[str] = set()  # what is said of a register, or of a branch, and not true of any of its registers
        true: set[str] = set()
        for pos, at, alarming in zip(tills.habits.place, tills.habits.at.tolist(), tills.silent.alarming, strict=True):
            store = shops[pos]
            if alarming or store in shut:
                said.alarms.setdefault(pos, set()).add(day)
                line = store if store in shut else pos
                (true if _meant(hush.silences, int(pos), at, int(moment.timestamp())) else bad).add(line)
        said.waits |= {(pos, day): int(n) for pos, n in zip(tills.habits.place, tills.waits.days, strict=True)}
        seen.expected += float(tills.waits.chance.sum() + branches.waits.chance.sum()) / MONTH
        now = bad - true
        seen.false += len(now - wrong)
        wrong = now
    _found(year, seen, said, days)
    usual = len(hush.pos) * mornings - sum(_days(each, days) for each in hush.silences)
    seen.months = usual / MONTH
    return seen


def _meant(silences: list[Silence], pos: int, last: int, now: int) -> bool:
    """Whether some of the time since the last sale is a silence of the world's own making."""
    return any(each.pos == pos and each.begin < now and (not each.end or each.end > last) for each in silences)


def _days(silence: Silence, days: list[date]) -> int:
    begin, end = datetime.fromtimestamp(silence.begin, UTC).date(), datetime.fromtimestamp(silence.end or 2**33, UTC)
    return sum(begin <= day <= end.date() for day in days)


def _found(year: YearSeen, seen: Measured, said: Said, days: list[date]) -> None:
    for each in year.world.hush.silences:
        zone = zone_of(year.mirror_zone(each.store))
        begin = datetime.fromtimestamp(each.begin, UTC).astimezone(zone)
        end = datetime.fromtimestamp(each.end, UTC).astimezone(zone).date() if each.end else date.max
        last = min(end, days[-1])
        morning = begin.date() - (DAY if begin.hour < EIGHT.hour else timedelta(0))
        wait = said.waits.get((str(each.pos), morning))
        deadline = _morning_after(year, each.store, begin, 2)
        rate = year.usual(each.pos, begin.date())
        if wait is None or deadline is None or deadline > last or not rate:
            continue
        name = RARE if wait > SOON else next(name for name, most in REGULAR.items() if rate < most)
        mine = seen.of[name]
        told = min((day for day in said.alarms.get(str(each.pos), ()) if begin.date() < day), default=date.max)
        first, promised = (_morning_after(year, each.store, begin, many) for many in (1, max(wait, SOON)))
        mine.silences += 1
        mine.found += told <= deadline
        mine.next_day += first is not None and told <= first
        if promised and promised <= last:
            mine.promised += 1
            mine.kept += told <= promised
        pairs = _bare(year, each, begin.date())
        mine.pairs += len(pairs)
        mine.bare += sum(pairs)


def _morning_after(year: YearSeen, store: str, begin: datetime, many: int) -> date | None:
    """The morning after so many whole open days of a silence."""
    day, opened = begin.date() + (DAY if begin.hour >= EIGHT.hour else timedelta(0)), 0
    while day < year.born.date():
        opened += _open(year, store, day)
        day += DAY
        if opened == many:
            return day
    return None


def _open(year: YearSeen, store: str, day: date) -> bool:
    return year.standing.opens(store)[day.weekday()] and factor(year.world.site.id, day) >= 0.5


def _bare(year: YearSeen, silence: Silence, day: date) -> list[bool]:
    """Of all two open days in a row, twelve weeks before, on which nothing was amiss: whether there was no sale."""
    sold = year.days_of(silence.pos, silence.store)
    mine = [each for each in year.world.hush.silences if each.pos == silence.pos]
    opened = [each for each in (day - DAY * n for n in range(WINDOW, 0, -1)) if _open(year, silence.store, each)]
    usual = [each for each in opened if each >= min(sold) and not any(_days(it, [each]) for it in mine)]
    return [not sold & {one, next_} for one, next_ in pairwise(usual)]


def told(seen: Measured) -> str:
    """One line of the table."""
    classes = ", ".join(f"{name} {its.found} of {its.silences}" for name, its in seen.of.items())
    rare, bare = seen.of[RARE], {names: seen.share("bare", "pairs", *names) for names in (tuple(REGULAR), (RARE,))}
    return (
        f"{seen.share('found', 'silences', *REGULAR):.1%} of {seen.sum('silences', *REGULAR)} found in two open days "
        f"({seen.share('next_day', 'silences', *REGULAR):.1%} in one), besides {rare.silences} of registers too rare "
        f"to tell, of which {seen.share('kept', 'promised', RARE):.1%} of {rare.promised} by the day foretold; "
        f"{seen.share('found', 'silences'):.1%} of all; {seen.false} false alarms in {seen.months:.0f} months of a "
        f"register: {seen.false_a_month:.2f} per 100 a month, {100 * seen.expected / max(seen.months, 1e-9):.2f} "
        f"foretold ({classes}); two open days in a row were without a sale {bare[RARE,]:.1%} of the time at the rare, "
        f"{bare[tuple(REGULAR)]:.2%} at the others"
    )


def main(seeds: range, folder: Path) -> None:
    """Print the table: a line a site, and all of them."""
    whole = Measured()
    for site in SITES:
        of_site = Measured()
        for seed in seeds:
            year = year_seen(site, seed, folder / f"{site}{seed}")
            of_site.add(measured(year))
            year.world.close()
        print(f"{site}  {told(of_site)}", flush=True)  # noqa: T201 - a script
        whole.add(of_site)
    print(f"all  {told(whole)}")  # noqa: T201


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as somewhere:
        main(range(int(sys.argv[1]), int(sys.argv[2])), Path(somewhere))
