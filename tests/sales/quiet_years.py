"""Generated years with registers that fall silent: a sandbox's own columns become a mirror; its truth judges alarms.

python -m tests.sales.quiet_years 100 103   (seeds; three births: with Christmas, with Carnival, with neither)
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from mpkit.db import open_store
from mpkit.sales import placing
from mpkit.sales.entries import zone_of
from mpkit.sales.mirror import Mirror
from mpkit.sales.mirror_columns import SCHEMA
from mpkit.sales.mirror_files import Manifest, swap_manifest, write_table
from mpkit.sales.places_of_sale import REGISTER, STORE, Place
from mpkit.sales.silence import judge
from mpkit.sales.standing import Standing
from mpkit.sandbox import Quiet, Silence, World
from mpkit.sandbox.days import factor
from mpkit.sandbox.hours import zone_at
from mpkit.sites import SITES, holidays
from mpkit.work import FixedClock, Seams

BIRTHS = [datetime(*day, 15, tzinfo=UTC) for day in ((2026, 11, 20), (2026, 2, 16), (2026, 6, 10))]  # by seed
CHAIN = Quiet(fallen=0.3, slow=0.04, spare=0.04, seasonal=0.04, away=0.08)
EIGHT = time(8)
DAY = timedelta(days=1)


@dataclass
class YearSeen:
    """A generated chain and its mirror."""

    world: World
    mirror: Mirror
    standing: Standing
    feasts: frozenset[date]
    born: datetime

    @property
    def zone(self) -> str:
        return self.mirror.zone

    def mirror_zone(self, store: str) -> str:
        """The zone of a store."""
        return zone_at(self.world, store).key

    def usual(self, pos: int, day: date) -> float:
        """What a register sold a day in the four weeks before a day."""
        all_ = self.world.book.columns
        end = int(datetime.combine(day, time(), UTC).timestamp())
        mine = (all_.pos[: all_.count] == pos) & (all_.approved[: all_.count] >= end - 28 * 86_400)
        return float((mine & (all_.approved[: all_.count] < end)).sum()) / 28


def year_seen(
    site: str, seed: int, folder: Path, *, stores: int = 40, registers: int = 130, payments: int = 700_000
) -> YearSeen:
    """A year of a chain, its sales as columns, and the list with the hours of its shops."""
    born = BIRTHS[seed % len(BIRTHS)]
    clock = FixedClock(born)
    world = World(site, seed, clock, stores=stores, registers=registers, payments=payments, quiet=CHAIN)
    folder.mkdir(parents=True, exist_ok=True)
    engine = open_store(f"sqlite:///{folder / 'store.sqlite'}")
    zones = {id_: zone_at(world, id_).key for id_ in world.shelf.stores}
    placing.keep_places(engine, world.seller.id, world.site.zone, _places(world, zones))
    mirror = Mirror(folder / "mirror", engine, world.seller.id, world.site.zone, Seams(clock=clock))
    _lay_out(world, mirror, zones, born)
    hours = {
        id_: {day: tuple((span["open"], span["close"]) for span in spans) for day, spans in row.hours.items()}
        for id_, row in world.shelf.stores.items()
    }
    feasts = frozenset(day for year in (2025, 2026) for day in holidays(site, year))
    return YearSeen(world, mirror, Standing(hours=hours), feasts, born)


def _places(world: World, zones: dict[str, str]) -> Iterator[Place]:
    for row in world.shelf.stores.values():
        yield Place(STORE, row.id, row.name, row.external_id or "", "", zones[row.id])
    for pos in world.shelf.pos.values():
        yield Place(REGISTER, pos.id, pos.name, pos.external_id or "", pos.store_id or "")


def _lay_out(world: World, mirror: Mirror, zones: dict[str, str], born: datetime) -> None:
    """The approved sales at registers as the mirror keeps them: one file, one generation."""
    all_ = world.book.columns
    taken = (all_.pos[: all_.count] > 0) & (all_.approved[: all_.count] > 0)
    at, pos, store = (getattr(all_, name)[: all_.count][taken] for name in ("approved", "pos", "store"))
    offsets = np.zeros(len(at), dtype="i8")
    for id_, zone in zones.items():
        mine = store == int(id_)
        offsets[mine] = _offsets(at[mine], zone)
    local = at + offsets
    days = local // 86_400
    columns = {
        "account": pa.repeat(pa.scalar(mirror.account), len(at)),
        "payment_id": pa.array(all_.id[: all_.count][taken].astype(str)),
        "kind": pa.repeat(pa.scalar("sale"), len(at)),
        "store_id": pa.array(store.astype(str)),
        "pos_id": pa.array(pos.astype(str)),
        "currency": pa.repeat(pa.scalar(world.site.currency), len(at)),
        "at_us": pa.array(at.astype("i8") * 1_000_000),
        "day": pa.array(days.astype("i4"), pa.int32()).cast(pa.date32()),
        "hour": pa.array(local % 86_400 // 3600, pa.int8()),
        "weekday": pa.array((days + 3) % 7 + 1, pa.int8()),
        "payments": pa.array(np.ones(len(at), "i8")),
        "gross": pa.array(all_.amount[: all_.count][taken].astype("i8")),
    }
    blank = {name: pa.nulls(len(at), SCHEMA.field(name).type) for name in SCHEMA.names if name not in columns}
    table = pa.table([(columns | blank)[name] for name in SCHEMA.names], SCHEMA.names).cast(SCHEMA)
    mirror.folder.mkdir()
    months: dict[str, str] = {}
    which = days.astype("datetime64[D]").astype("datetime64[M]")
    for month in np.unique(which):
        months[str(month)] = f"{month}.parquet"
        write_table(mirror.folder / f"{month}.parquet", table.filter(pa.array(which == month)))
    swap_manifest(mirror.folder, None, Manifest("m", mirror.account, 1, born, months, len(at)), born)


def _offsets(at: np.ndarray, zone: str) -> np.ndarray:
    """Seconds the zone is ahead of UTC at each instant, by the hour."""
    hours, place = np.unique(at // 3600, return_inverse=True)
    found = [
        round(datetime.fromtimestamp(int(hour) * 3600, UTC).astimezone(zone_of(zone)).utcoffset().total_seconds())
        for hour in hours
    ]
    return np.array(found, dtype="i8")[place] if found else np.zeros(0, dtype="i8")


@dataclass
class Measured:
    """What alarms came to: by class of usual sales a day, silences and those found in time; false ones and how long."""

    silences: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))
    late: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in CLASSES})  # mornings too late
    false: list[str] = field(default_factory=list)
    months: float = 0.0  # of registers that sold as usual

    def add(self, other: Measured) -> None:
        for name in CLASSES:
            self.silences[name] += other.silences[name]
            self.found[name] += other.found[name]
            self.late[name] += other.late[name]
        self.false += other.false
        self.months += other.months

    @property
    def false_a_month(self) -> float:
        """Per 100 registers."""
        return 100 * len(self.false) / max(self.months, 1e-9)

    def share(self, *names: str) -> float:
        """Of the silences of these classes, those found within two open days."""
        chosen = names or CLASSES
        return sum(self.found[n] for n in chosen) / max(1, sum(self.silences[n] for n in chosen))


REGULAR = {"under 5 a day": 5.0, "5 to 20 a day": 20.0, "20 a day and more": 1e9}  # usual sales
CLASSES = ("slow", "spare", *REGULAR)


def measured(year: YearSeen, mornings: int = 140) -> Measured:
    """Look each morning at eight, as the merchant would; judge what is said against the truth of the world."""
    seen, hush = Measured(), year.world.hush
    alarms: dict[str, set[date]] = {}
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
                alarms.setdefault(pos, set()).add(day)
                line = store if store in shut else pos
                (true if _meant(hush.silences, int(pos), at, int(moment.timestamp())) else bad).add(line)
        now = bad - true
        seen.false += sorted(now - wrong)
        wrong = now
    _found(year, seen, alarms, days)
    usual = len(hush.pos) * mornings - sum(_days(each, days) for each in hush.silences)
    seen.months = usual / 30.4
    return seen


def _meant(silences: list[Silence], pos: int, last: int, now: int) -> bool:
    """Whether some of the time since the last sale is a silence of the world's own making."""
    return any(each.pos == pos and each.begin < now and (not each.end or each.end > last) for each in silences)


def _days(silence: Silence, days: list[date]) -> int:
    begin, end = datetime.fromtimestamp(silence.begin, UTC).date(), datetime.fromtimestamp(silence.end or 2**33, UTC)
    return sum(begin <= day <= end.date() for day in days)


def _found(year: YearSeen, seen: Measured, alarms: dict[str, set[date]], days: list[date]) -> None:
    for each in year.world.hush.silences:
        zone = zone_of(year.mirror_zone(each.store))
        begin = datetime.fromtimestamp(each.begin, UTC).astimezone(zone)
        end = datetime.fromtimestamp(each.end, UTC).astimezone(zone).date() if each.end else date.max
        deadline = _second_open_day(year, each.store, begin)
        if not deadline or deadline > days[-1] or begin.date() < days[0] or end < deadline:
            continue
        rate = year.usual(each.pos, begin.date())
        if not rate:
            continue
        name = next(name for name, most in REGULAR.items() if rate < most)
        hush = year.world.hush
        name = "slow" if each.pos in hush.slow else "spare" if each.pos in hush.spare else name
        seen.silences[name] += 1
        when = sorted(day for day in alarms.get(str(each.pos), ()) if begin.date() < day)
        if when and when[0] <= deadline:
            seen.found[name] += 1
        else:
            seen.late[name].append((when[0] - deadline).days if when and when[0] <= end else 999)


def _second_open_day(year: YearSeen, store: str, begin: datetime) -> date | None:
    """The morning after the second whole open day of a silence."""
    day, opened = begin.date() + (DAY if begin.hour >= 8 else timedelta(0)), 0
    while day < year.born.date():
        opened += year.standing.opens(store)[day.weekday()] and factor(year.world.site.id, day) >= 0.5
        day += DAY
        if opened == 2:
            return day
    return None


def told(seen: Measured) -> str:
    """One line of the table."""
    regular = sum(seen.silences[name] for name in REGULAR)
    classes = ", ".join(f"{name} {seen.found[name]} of {seen.silences[name]}" for name in CLASSES)
    late = {name: sorted(seen.late[name])[len(seen.late[name]) // 2] for name in CLASSES if seen.late[name]}
    return (
        f"{100 * seen.share(*REGULAR):.1f} % of {regular} regular ones, {100 * seen.share():.1f} % of all found in two "
        f"open days; {len(seen.false)} false alarms in {seen.months:.0f} months of a register: "
        f"{seen.false_a_month:.2f} per 100 a month ({classes}; days the middle one of the others took longer: {late})"
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
