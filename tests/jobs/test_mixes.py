"""Whatever is clicked, crashed and asked for twice: each approved apply is one job, done once, one at a time."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from mpkit.db import Engine
from mpkit.errors import Busy
from mpkit.jobs import rows
from mpkit.jobs.rows import Job
from mpkit.work import FixedClock
from tests.plan.simulator import quick_store
from tests.soak import Bar

STEPS = 16
PLANS = ("p", "q")
PEOPLE = ("ana", "bruno")


class Mix:
    """One account's day: two people, two plans, two workers, drawn by a seed."""

    def __init__(self, store: Engine, seed: int) -> None:
        self.store, self.account, self.rng = store, str(seed), random.Random(seed)
        self.clock = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
        self.held: dict[str, Job] = {}  # by worker
        self.approved: set[str] = set()
        self.stopped: set[str] = set()
        self.done: Counter[str] = Counter()
        self.told: list[str] = []  # who is at work, to those who were refused
        self.lives = 0

    def day(self) -> None:
        acts = (self.click, self.click, self.work, self.work, self.crash, self.wait, self.finish, self.stop)
        for _ in range(STEPS):
            self.rng.choice(acts)()
        self.rest()

    def click(self) -> None:
        """Once, twice or five times; with a page drawn again between them, or in two tabs."""
        key, who = self.rng.choice(PLANS), self.rng.choice(PEOPLE)
        jobs, stopping = set(), False
        for _ in range(self.rng.choice((1, 2, 5))):
            try:
                job = self._asked(key, who)
            except Busy as busy:
                self.told.append(str(busy.values["who"]))
                return
            jobs.add(job.id)
            stopping = job.cancel_requested  # a pause that was pressed counts until it has stopped
        assert len(jobs) == 1, "several jobs of one press"
        self.approved.add(key)
        self.stopped -= set() if stopping else {key}

    def _asked(self, key: str, who: str) -> Job:
        asked = {"account": self.account, "kind": "apply", "key": key, "arguments": {"plan": key}}
        return rows.submit(self.store, **asked, who=who, clock=self.clock)  # type: ignore[arg-type]

    def work(self) -> None:
        """A worker looks round, and takes what waits or whose holder is dead."""
        name = self.rng.choice("AB")
        for job in rows.live(self.store):
            dead = job.state == "queued" or rows.is_dead(job, self.clock)
            if job.account == self.account and dead and name not in self.held:
                self.lives += 1
                got = rows.claim(self.store, job, f"elsewhere:{name}:{self.lives}", clock=self.clock)
                if got is not None:
                    self.held[name] = got
                    running = [one for one in rows.live(self.store) if one.state == "running"]
                    assert len(running) == 1, "two at work at once"

    def crash(self) -> None:
        self.held.pop(self.rng.choice("AB"), None)

    def wait(self) -> None:
        """Time passes; who lives says so, but for one that stands still."""
        self.clock.sleep(self.rng.choice((1, 16)))
        for name, job in list(self.held.items()):
            if self.rng.random() < 0.7 and rows.beat(self.store, job, clock=self.clock) == "lost":
                del self.held[name]

    def finish(self) -> None:
        """The work comes to its end, if it is still its worker's."""
        for name, job in list(self.held.items()):
            verdict = rows.beat(self.store, job, clock=self.clock)
            if verdict != "lost":
                end = "paused" if verdict == "cancel" else "done"
                rows.end(self.store, job, end, clock=self.clock, result={"failed": 0})
                self.done.update([job.key] if end == "done" else [])
            del self.held[name]

    def stop(self) -> None:
        """Somebody pauses what waits or runs; asked for again it goes on."""
        job = rows.latest(self.store, self.account, "apply")
        if job is not None and not job.finished and self.rng.random() < 0.3:
            rows.request_cancel(self.store, job.id, clock=self.clock)
            self.stopped.add(job.key)

    def rest(self) -> None:
        """Everybody goes home; the worker that is left does what is left."""
        self.held.clear()
        for _ in range(4):
            self.clock.sleep(100)
            self.work()
            self.finish()
        assert all(self.told)
        assert all(count == 1 for count in self.done.values()), f"done more than once: {self.done}"
        lost = self.approved - set(self.done) - self.stopped
        given_up = {job.key for job in rows.recent(self.store, self.account, ["apply"], 50) if job.state == "failed"}
        assert lost <= given_up, f"approved and never done: {lost - given_up}"


def test_each_approved_apply_is_one_job_and_done_once(bar: Bar, tmp_path: Path) -> None:
    """Double and five clicks, two tabs, two people, workers that die or stand still: each approved apply done once."""
    store, done, lives = quick_store(tmp_path), 0, 0
    for seed in bar.rounds(stated=10_000, reduced=20):
        mix = Mix(store, seed)
        mix.day()
        done, lives = done + sum(mix.done.values()), lives + mix.lives
    bar.saw(f"{done} applies done, each once, in {lives} lives of workers; never two at once")
