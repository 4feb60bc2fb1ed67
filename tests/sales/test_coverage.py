"""No window is ever skipped: a hole in what was read is known, told, and read by the next sync."""

from __future__ import annotations

import contextlib
import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from mpkit import db, sales
from mpkit.db import Engine
from mpkit.model import Account, Period
from mpkit.sales import Mirror, Question, Synced, chunks, coverage, rows
from mpkit.sales.freshness import judge
from mpkit.sales.windows import CREATED, UPDATED, Window
from mpkit.work import Cancelled, Seams
from tests.sandbox.reporting import Reporting, reporting

EVER = Period(date(2020, 1, 1), date(2035, 12, 31))
NAMES = ("count", "gross", "refunds", "chargebacks", "fees", "taxes", "net")


class House:
    """A world in this process, and a store for it."""

    def __init__(self, store: Engine, folder: Path, payments: int = 500) -> None:
        self.it: Reporting = reporting(folder, stores=2, registers=4, payments=payments)
        self.store = store
        self.account: Account = self.it.account.seller()
        seams = Seams(clock=self.it.clock, sleep=self.it.clock.sleep)
        self.mirror: Mirror = sales.open_mirror(folder, store, self.account, seams)

    def sync(self, **more: object) -> Synced:
        return sales.sync(self.it.account, self.mirror, self.account, **more)  # type: ignore[arg-type]

    def assert_equals_the_ledger(self) -> None:
        ledger = self.it.ask("GET", "/_sandbox/ledger?by=day").body["rows"]
        answer = sales.ask(self.mirror, Question(self.account.id, EVER)).to_json()["rows"]
        expected = {row["key"]: [row[name] for name in NAMES] for row in ledger}
        assert {row["key"]: [row[name] for name in NAMES] for row in answer} == expected

    def lose(self, begin: datetime, end: datetime) -> int:
        """What a skipped window would have left: neither its payments nor the word that it was read."""
        with db.writing(self.store) as connection:
            here = (rows.payments.c.created >= begin) & (rows.payments.c.created <= end)
            lost = connection.execute(rows.payments.delete().where(here)).rowcount
            for row in connection.execute(rows.windows.select()).mappings().all():
                window = Window(row["range"], row["begin"], row["end"], row["anchor"], row["done"])
                if window.range != CREATED or window.end <= begin or window.begin >= end:
                    continue
                key = [column == row[column.name] for column in rows.windows.primary_key]
                connection.execute(rows.windows.delete().where(*key))
                left = [(window.begin, begin), (end, window.end)]
                lines = [dict(row) | {"begin": a, "end": b} for a, b in left if a < b]
                connection.execute(rows.windows.insert(), lines)
        return lost


@pytest.mark.parametrize("seed", range(2))
def test_a_hole_anywhere_is_told_and_read_by_the_next_sync(seed: int, store: Engine, tmp_path: Path) -> None:
    chance = random.Random(seed)
    house = House(store, tmp_path)
    assert house.sync().gaps == ()
    now = house.it.clock.now()
    lost = 0
    for _ in range(3):
        begin = now - timedelta(hours=chance.randrange(48, 300 * 24))
        lost += house.lose(begin, begin + timedelta(hours=chance.randrange(24, 400)))
    assert lost > 0
    known = coverage.known_windows(store, house.account.id)
    assert len([window for window in known if window.range == CREATED]) > 1
    assert house.mirror.freshness().since > now - timedelta(days=300), "what lies before the hole is not promised"  # type: ignore[operator]
    synced = house.sync()
    assert (synced.gaps, synced.changed >= lost) == ((), True)
    house.assert_equals_the_ledger()


def test_a_hole_that_cannot_be_read_is_told(store: Engine, tmp_path: Path) -> None:
    house = House(store, tmp_path, 200)
    house.sync()
    now = house.it.clock.now()
    begin = (now - timedelta(days=100)).replace(microsecond=0)
    house.lose(begin, begin + timedelta(days=3))
    day = (now - timedelta(days=2)).date()
    synced = house.sync(since=day, until=day)  # these days and nothing else
    assert synced.gaps == ((begin, begin + timedelta(days=3)),)
    assert synced.to_json()["gaps"][0]["from"].startswith(begin.date().isoformat()[:7])


def test_changes_after_a_hole_in_the_changes_are_not_promised(store: Engine, tmp_path: Path) -> None:
    house = House(store, tmp_path, 200)
    house.sync()
    stopped = house.it.clock.now()
    for _ in range(3):
        house.it.clock.sleep(86_400)
        house.sync()
    with db.writing(store) as connection:
        connection.execute(rows.windows.delete().where(rows.windows.c.range == UPDATED))
        late = Window(UPDATED, stopped + timedelta(days=2), stopped + timedelta(days=3), stopped, stopped)
        line = {name: getattr(late, name) for name in ("range", "begin", "end", "anchor", "done")}
        connection.execute(rows.windows.insert(), [{"account": house.account.id, **line}])
    known = judge(coverage.known_windows(store, house.account.id))
    assert known.as_of is not None
    assert known.as_of <= stopped
    synced = house.sync()
    assert synced.gaps == ()
    assert synced.as_of is not None
    assert synced.as_of > stopped + timedelta(days=2)


def test_stopped_at_each_word_it_never_promises_more_than_it_read(store: Engine, tmp_path: Path) -> None:
    house = House(store, tmp_path, 400)
    ledger = {row["key"]: row["count"] for row in house.it.ask("GET", "/_sandbox/ledger?by=day").body["rows"]}
    for steps in range(2, 60, 6):
        left = iter(range(steps))

        def stop(*_: object, left: object = left) -> None:
            if next(left, None) is None:  # type: ignore[call-overload]
                raise Cancelled

        with contextlib.suppress(Cancelled):
            house.sync(progress=stop)
        known = house.mirror.freshness()
        house.mirror.catch_up()
        found = sales.ask(house.mirror, Question(house.account.id, EVER)).to_json()["rows"]
        counts = {row["key"]: row["count"] for row in found}
        if known.since is not None and known.as_of is not None:
            first, last = known.since.date() + timedelta(days=1), known.as_of.date() - timedelta(days=1)
            whole = {day: n for day, n in ledger.items() if first.isoformat() < day < last.isoformat()}
            assert {day: counts.get(day, 0) for day in whole} == whole
    house.sync()
    house.assert_equals_the_ledger()
    assert sum(len(chunk) for chunk in chunks.every(store, house.account.id)) > 0


def test_what_the_search_shows_late_is_found_by_the_overlap(store: Engine, tmp_path: Path) -> None:
    house = House(store, tmp_path, 100)
    house.sync()
    house.it.ask("PUT", "/_sandbox/faults", {"late-index": 1.0})
    pos = next(iter(house.it.account.pos_list())).id
    counts = []
    for _ in range(4):
        buyer = {"action": "pay", "pos": pos, "amount": "10", "as_order": True}
        assert house.it.ask("POST", "/_sandbox/buyer", buyer).status == 201
        house.it.clock.sleep(45)
        assert house.sync().gaps == ()
        counts.append(sum(len(chunk) for chunk in chunks.every(store, house.account.id)))
    assert counts[-1] > counts[0], "what was late came with a later sync"
    assert house.it.world.faults.fired["late-index"] > 4
    house.it.clock.sleep(130)
    house.sync()
    house.assert_equals_the_ledger()
