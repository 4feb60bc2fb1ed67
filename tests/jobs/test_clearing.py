"""Rows of work that repeats itself go when they tell nothing any more; all others stay."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from mpkit import accounts, jobs
from mpkit.db import Connection, Engine, writing
from mpkit.jobs import Workbench, clearing, rows
from mpkit.jobs.worker import Worker
from mpkit.model import Account
from mpkit.work import FixedClock

NOTHING = {"payments": 40, "changed": 0, "chargebacks": 0, "lost": 0, "gaps": []}
ONE = Account("1", "TIENDA", "MLA", test=True, name="Tienda")


def ran(bench: Workbench, key: str, ago: timedelta, *, kind: str = "sync", **more: Any) -> str:
    """A job of some time ago, done where `state` says nothing else; its key."""
    clock = bench.seams.clock
    assert isinstance(clock, FixedClock)
    state, result = more.pop("state", "done"), NOTHING | more.pop("result", {})
    now, clock.at = clock.at, clock.at - ago
    asked = {"account": ONE.id, **more}
    job = jobs.submit(bench.store, account=ONE.id, kind=kind, key=key, arguments=asked, clock=clock, holder="h")
    if state != "running":
        rows.end(bench.store, job, state, clock=clock, result=result)
    clock.at = now
    return key


def left(bench: Workbench) -> set[str]:
    return {job.key for job in jobs.page(bench.store, ONE.id, most=9_999)[1]}


def test_what_brought_nothing_goes_after_a_day_and_what_somebody_may_ask_about_later(
    bench: Workbench, clock: FixedClock
) -> None:
    accounts.pin(bench.store, ONE, "http://127.0.0.1:9")
    old, older, oldest = timedelta(hours=25), timedelta(days=6), timedelta(days=8)
    stays = {
        ran(bench, "of today", timedelta(hours=23)),
        ran(bench, "brought", older, result={"changed": 1}),
        ran(bench, "left a gap", older, result={"gaps": [{"from": "a", "to": "b"}]}),
        ran(bench, "failed", older, state="failed"),
        ran(bench, "asked for by days", oldest, since="2024-01-01"),
        ran(bench, "agreed to", oldest, consent=True),
        ran(bench, "still at it", oldest, state="running"),
        ran(bench, "another kind", oldest, kind="drift"),
    }
    goes = {
        ran(bench, "nothing", old),
        ran(bench, "nothing, long ago", oldest),
        ran(bench, "brought, long ago", oldest, result={"changed": 3}),
        ran(bench, "failed, long ago", oldest, state="failed"),
    }
    assert left(bench) == stays | goes
    assert clearing.clear(bench) == len(goes)
    assert left(bench) == stays
    assert clearing.clear(bench) == 0
    clock.at += timedelta(days=400)
    clearing.clear(bench)
    newest = {"of today"}
    assert left(bench) == newest | {"asked for by days", "agreed to", "still at it", "another kind"}


def test_a_worker_clears_a_page_that_was_watched_for_long_in_small_steps(
    bench: Workbench, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.pin(bench.store, ONE, "http://127.0.0.1:9")
    monkeypatch.setattr(clearing, "AT_ONCE", 4)
    for n in range(11):
        ran(bench, f"watched {n}", timedelta(days=2, seconds=-10 * n))
    ran(bench, "brought", timedelta(days=3), result={"changed": 1})
    steps: list[Engine] = []

    def counted(store: Engine) -> AbstractContextManager[Connection]:
        steps.append(store)
        return writing(store)

    monkeypatch.setattr("mpkit.jobs.clearing.writing", counted)
    worker = Worker(bench, idle_exit=0.0)
    monkeypatch.setattr(worker._going, "wait", lambda _seconds: clock.sleep(1))
    worker.serve()
    assert left(bench) == {"brought", "watched 10"}, "the newest stays though it tells nothing"
    assert len(steps) == 3
