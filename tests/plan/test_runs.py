"""Applies as jobs: what pauses a run and how it goes on, what ends it for good, and who it refuses to work for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mpkit import accounts, branches, jobs, ledger, settings
from mpkit.accounts import tokens
from mpkit.branches import Origin
from mpkit.db import open_store
from mpkit.errors import Unauthorised, WrongAccount
from mpkit.jobs import Job, Workbench
from mpkit.work import Progress, silent
from tests.conftest import Running
from tests.plan.chain import chain

Start = Callable[..., Running]


class Room:
    """An installation in this process and a sandbox over HTTP, with a list and the plan of it."""

    def __init__(self, folder: Path, sandbox: Running, n: int) -> None:
        self.sandbox = sandbox
        chosen = settings.load(data=folder, store_url="", access_token=None, api_url=sandbox.url, account="")
        self.bench = Workbench(chosen, open_store(chosen.database))
        tokens.keep(folder, sandbox.user_id, SecretStr(sandbox.token))
        with self.bench.connect(SecretStr(sandbox.token)) as seller:
            accounts.pin(self.bench.store, seller.seller(), sandbox.url)
        listed = chain(n)
        branches.propose(
            self.bench.store,
            sandbox.user_id,
            listed.branches,
            listed.registers,
            origin=Origin("file"),
            clock=self.bench.seams.clock,
        )
        made = self.run("plan", "plan", amount="buyer")
        assert made.result is not None
        self.hash = str(made.result["plan"])

    def run(self, kind: str, key: str, progress: Progress = silent, **arguments: Any) -> Job:
        account = self.sandbox.user_id
        return jobs.run_now(
            self.bench,
            account=account,
            kind=kind,
            key=key,
            arguments={"account": account, **arguments},
            progress=progress,
        )

    def apply(self, progress: Progress = silent) -> Job:
        return self.run("apply", self.hash, progress, plan=self.hash, language="en")

    @property
    def effects(self) -> dict[str, int]:
        return dict(self.sandbox.world.trace.effects)


@pytest.fixture
def room(tmp_path: Path, start_sandbox: Start) -> Room:
    return Room(tmp_path, start_sandbox(seed=7), 6)


def after(n: int, then: Callable[[], object]) -> Progress:
    """Do something once `n` changes are over."""
    done: list[int] = []

    def look(over: int, total: int | None, step: str = "") -> None:  # noqa: ARG001
        if step == "plan_step_apply" and over >= n and not done:
            done.append(over)
            then()

    return look


def test_a_token_that_expires_pauses_the_run_and_a_new_one_goes_on(room: Room, tmp_path: Path) -> None:
    world = room.sandbox.world
    seller = world.seller
    job = room.apply(after(3, world.sellers.clear))
    assert (job.state, job.error["key"]) == ("paused", "plan_unauthorised")  # type: ignore[index]
    with pytest.raises(Unauthorised) as told:
        jobs.outcome(job)
    assert "Paused" in str(told.value)
    assert "continue" in str(told.value)
    done = sum(room.effects.values())
    assert 3 <= done < 12
    fresh = "TEST-another-token-of-the-same-account"
    world.sellers[fresh] = seller
    tokens.keep(tmp_path, room.sandbox.user_id, SecretStr(fresh))  # by another process: nobody tells this one
    again = room.apply()
    assert (again.state, again.result["done"]) == ("done", 12)  # type: ignore[index]
    assert room.effects == {"create store": 6, "create pos": 6}


def test_paused_by_a_press_it_goes_on_and_given_up_it_does_not(tmp_path: Path, start_sandbox: Start) -> None:
    room = Room(tmp_path, start_sandbox(seed=7, latency_s=0.1), 40)
    store, clock = room.bench.store, room.bench.seams.clock

    def pause() -> None:
        jobs.request_cancel(store, jobs.latest(store, room.sandbox.user_id, "apply").id, clock=clock)  # type: ignore[union-attr]

    def give_up() -> None:
        ledger.give_up(store, room.sandbox.user_id, room.hash, at=clock.now())
        pause()

    assert room.apply(after(2, pause)).state == "paused"
    assert sum(room.effects.values()) < 80
    assert room.apply(after(25, give_up)).state == "cancelled"
    assert 25 <= sum(room.effects.values()) < 80
    refused = room.apply()
    assert (refused.state, refused.error["key"]) == ("failed", "plan_given_up")  # type: ignore[index]
    assert all(n <= 40 for n in room.effects.values())


def test_a_token_that_answers_as_somebody_else_is_refused_before_the_first_write(
    room: Room, tmp_path: Path, start_sandbox: Start
) -> None:
    other = start_sandbox(seed=8).world.seller
    room.sandbox.world.sellers[other.token] = other
    assert other.id != room.sandbox.user_id
    tokens.keep(tmp_path, room.sandbox.user_id, SecretStr(other.token))
    room.bench.forget(room.sandbox.user_id)
    job = room.apply()
    assert job.state == "failed"
    with pytest.raises(WrongAccount):
        jobs.outcome(job)
    assert room.effects == {}
