"""What is due by itself: one nightly check an account, made up for where missed; whoever asks sees that row."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mpkit import branches, jobs
from mpkit.branches import Origin
from mpkit.jobs import rows, schedule
from mpkit.jobs.worker import Worker
from mpkit.work import FixedClock, Seams
from tests.conftest import Running
from tests.jobs.conftest import until
from tests.jobs.house import House
from tests.plan.chain import chain

NOON = datetime(2026, 3, 1, 15, tzinfo=UTC)  # noon in Buenos Aires


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def house(tmp_path: Path, start_sandbox: Callable[..., Running], clock: FixedClock) -> House:
    """An installation that has applied something; its clock stands."""
    made = House(tmp_path, start_sandbox(site="MLA", seed=5, clock=clock), seams=Seams(clock=clock, sleep=clock.sleep))
    made.want(chain(1, 1))
    made.apply()
    return made


def asked(house: House) -> list[str]:
    return [job.key for job in jobs.recent(house.bench.store, house.account.id, ["drift"], 9)]


def test_each_night_is_asked_for_once_and_a_missed_one_is_made_up_for(house: House, clock: FixedClock) -> None:
    schedule.due(house.bench)
    assert asked(house) == []  # connected after the last night
    clock.at = NOON + timedelta(hours=14, minutes=59)  # 2:59 in the night there
    schedule.due(house.bench)
    assert asked(house) == []
    clock.at += timedelta(minutes=1)
    for _ in range(3):
        schedule.due(house.bench)
    assert asked(house) == ["night:2026-03-02"]
    clock.at += timedelta(days=3, hours=5)  # the machine was off for some nights: the last one is what counts
    schedule.due(house.bench)
    assert asked(house) == ["night:2026-03-05", "night:2026-03-02"]
    assert {job.who for job in jobs.recent(house.bench.store, house.account.id, ["drift"], 9)} == {"schedule"}


def test_the_payments_of_an_account_are_read_at_night_while_branches_of_it_are_handed_over(
    house: House, clock: FixedClock
) -> None:
    def syncs() -> list[str]:
        return [job.key for job in jobs.recent(house.bench.store, house.account.id, ["sync"], 9)]

    def note(**values: object) -> None:
        origin = Origin("screen", what="press")
        branches.amend(house.bench.store, house.account.id, {"branches": {"S000": values}}, origin=origin, clock=clock)

    clock.at += timedelta(days=1)
    schedule.due(house.bench)
    assert syncs() == []
    note(handed_to="987", handed_at="2026-03-02")
    clock.at += timedelta(days=1)
    for _ in range(2):
        schedule.due(house.bench)
    assert syncs() == ["night:2026-03-03"]
    note(closed=True)
    clock.at += timedelta(days=1)
    schedule.due(house.bench)
    assert len(syncs()) == 1


def test_without_anything_carried_out_nothing_is_compared(
    tmp_path: Path, start_sandbox: Callable[..., Running], clock: FixedClock
) -> None:
    made = House(tmp_path, start_sandbox(site="MLB", seed=5, clock=clock), seams=Seams(clock=clock, sleep=clock.sleep))
    clock.at += timedelta(days=2)
    schedule.due(made.bench)
    assert asked(made) == []


def test_the_worker_does_what_is_due_and_whoever_asks_sees_its_row(house: House, clock: FixedClock) -> None:
    clock.at += timedelta(days=1)
    house.press("edit_store", id=house.id_of("store", "S000"), name="Otro")
    worker = Worker(house.bench)
    schedule.due(house.bench)
    with ThreadPoolExecutor(1) as pool:
        worker.look(pool)
        until(lambda: jobs.latest(house.bench.store, house.account.id, "drift").finished)  # type: ignore[union-attr]
    job = jobs.latest(house.bench.store, house.account.id, "drift")
    assert job is not None
    assert job.result is not None
    assert (job.state, job.result["differences"]) == ("done", 1)
    same = rows.submit(
        house.bench.store,
        account=house.account.id,
        kind="drift",
        key=job.key,
        arguments={},
        clock=clock,
        once=True,
    )
    assert same.id == job.id
    heads = (house.folder / "audit" / f"{house.account.id}.heads").read_text().splitlines()
    assert json.loads(heads[-1])["n"] > 0  # what was done is known outside the store
