"""Generated years of a chain: a sandbox's own columns go in; their mirror and the truth come out, without a sync."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from mpkit.db import open_store
from mpkit.sales import placing
from mpkit.sales.entries import zone_of
from mpkit.sales.mirror import Mirror
from mpkit.sales.mirror_columns import SCHEMA
from mpkit.sales.mirror_files import Manifest, swap_manifest, write_table
from mpkit.sales.places_of_sale import REGISTER, STORE, Place
from mpkit.sales.standing import Standing
from mpkit.sandbox import Quiet, World
from mpkit.sandbox.hours import zone_at
from mpkit.sites import holidays
from mpkit.work import FixedClock, Seams

BIRTHS = [datetime(*day, 15, tzinfo=UTC) for day in ((2026, 11, 20), (2026, 2, 16), (2026, 6, 10))]  # by seed
CHAIN = Quiet(fallen=0.3, slow=0.04, spare=0.04, seasonal=0.04, away=0.08)
EIGHT = time(8)
DAY = timedelta(days=1)
MONTH = 30.4  # days


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

    def days_of(self, pos: int, store: str) -> set[date]:
        """On which days a register sold."""
        all_ = self.world.book.columns
        at = all_.approved[: all_.count][(all_.pos[: all_.count] == pos) & (all_.approved[: all_.count] > 0)]
        local = (at + _offsets(at, self.mirror_zone(store))) // 86_400
        return {date(1970, 1, 1) + DAY * int(day) for day in np.unique(local)}


class Given(NamedTuple):
    """Money given back: of which payment (its place in the book), when, how much."""

    row: int
    at: int
    hundredths: int


GivenBack = Callable[[World], Iterable[Given]]


def own_refunds(world: World) -> Iterator[Given]:
    """What the world gave back by itself."""
    for row, later in world.book.later.items():
        yield from (Given(row, each.at, each.hundredths) for each in later if each.kind == "refund")


class Size(NamedTuple):
    """How large a chain is, and how many payments it has in a year."""

    stores: int = 40
    registers: int = 130
    payments: int = 700_000


_USUAL = Size()


def year_seen(site: str, seed: int, folder: Path, size: Size = _USUAL, *, given: GivenBack = own_refunds) -> YearSeen:
    """A year of a chain, its sales and refunds at registers as columns, and the list with the hours of its shops."""
    born = BIRTHS[seed % len(BIRTHS)]
    clock = FixedClock(born)
    world = World(site, seed, clock, **size._asdict(), quiet=CHAIN)
    folder.mkdir(parents=True, exist_ok=True)
    engine = open_store(f"sqlite:///{folder / 'store.sqlite'}")
    zones = {id_: zone_at(world, id_).key for id_ in world.shelf.stores}
    placing.keep_places(engine, world.seller.id, world.site.zone, _places(world, zones))
    mirror = Mirror(folder / "mirror", engine, world.seller.id, world.site.zone, Seams(clock=clock))
    _lay_out(world, mirror, zones, born, list(given(world)))
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


def _lay_out(world: World, mirror: Mirror, zones: dict[str, str], born: datetime, given: list[Given]) -> None:
    """The approved sales at registers, and what was given back, as the mirror keeps them: files of one generation."""
    all_ = world.book.columns
    taken = np.flatnonzero((all_.pos[: all_.count] > 0) & (all_.approved[: all_.count] > 0))
    back = [each for each in given if all_.pos[each.row] > 0]
    rows = np.concatenate([taken, np.array([each.row for each in back], dtype="i8")])
    at = np.concatenate([all_.approved[taken], np.array([each.at for each in back], dtype="i8")])
    refunds = np.zeros(len(rows), dtype="i8")
    refunds[len(taken) :] = [each.hundredths for each in back]
    sale = (np.arange(len(rows)) < len(taken)).astype("i8")
    pos, store = all_.pos[rows], all_.store[rows]
    offsets = np.zeros(len(at), dtype="i8")
    for id_, zone in zones.items():
        mine = store == int(id_)
        offsets[mine] = _offsets(at[mine], zone)
    local = at + offsets
    days = local // 86_400
    columns = {
        "account": pa.repeat(pa.scalar(mirror.account), len(at)),
        "payment_id": pa.array(all_.id[rows].astype(str)),
        "kind": pa.array(np.where(sale, "sale", "refund")),
        "store_id": pa.array(store.astype(str)),
        "pos_id": pa.array(pos.astype(str)),
        "currency": pa.repeat(pa.scalar(world.site.currency), len(at)),
        "at_us": pa.array(at.astype("i8") * 1_000_000),
        "day": pa.array(days.astype("i4"), pa.int32()).cast(pa.date32()),
        "hour": pa.array(local % 86_400 // 3600, pa.int8()),
        "weekday": pa.array((days + 3) % 7 + 1, pa.int8()),
        "payments": pa.array(sale),
        "gross": pa.array(all_.amount[rows].astype("i8") * sale),
        "refunds": pa.array(refunds),
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
        round((datetime.fromtimestamp(int(hour) * 3600, zone_of(zone)).utcoffset() or timedelta()).total_seconds())
        for hour in hours
    ]
    return np.array(found, dtype="i8")[place] if found else np.zeros(0, dtype="i8")
