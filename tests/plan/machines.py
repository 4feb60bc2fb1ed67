"""Two machines that know nothing of each other: one account, one list, a ledger each, at work at the same time.

Each has a thread; only one of them runs at any moment, and they change places where one waits for the network or for a
time to come. Who goes on is drawn by the seed, so that a seed is a trace here too.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from mpkit.work import FixedClock
from tests.plan.simulator import Simulation
from tests.plan.verdict import Run

COUNT = 2


@dataclass
class Turns:
    """Threads on one virtual clock, of which one runs: a sleep lets others run until its time has come."""

    clock: FixedClock
    rng: random.Random
    _wakes: dict[int, float] = field(default_factory=dict)  # by thread: when it goes on
    _running: int = -1
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _troubles: list[BaseException] = field(default_factory=list)

    def run(self, *works: Callable[[], object]) -> None:
        """All of them to their ends; raises what one of them raised."""
        threads = [threading.Thread(target=self._one, args=(n, work)) for n, work in enumerate(works)]
        self._wakes = dict.fromkeys(range(len(works)), self.clock.monotonic())
        for thread in threads:
            thread.start()
        with self._changed:
            self._next()
        for thread in threads:
            thread.join()
        if self._troubles:
            raise self._troubles[0]

    def sleep(self, seconds: float) -> None:
        """Wait, of a thread that runs; of any other, the clock goes on at once."""
        me = self._running
        if threading.current_thread().name != f"machine {me}":
            self.clock.sleep(seconds)
            return
        with self._changed:
            self._wakes[me] = self.clock.monotonic() + seconds
            self._next()
            self._changed.wait_for(lambda: self._running == me)

    def _one(self, n: int, work: Callable[[], object]) -> None:
        threading.current_thread().name = f"machine {n}"
        with self._changed:
            self._changed.wait_for(lambda: self._running == n)
        try:
            work()
        except BaseException as trouble:  # noqa: BLE001 - raised again by `run`
            self._troubles.append(trouble)
        with self._changed:
            del self._wakes[n]
            self._next()

    def _next(self) -> None:
        """Draw who goes on among those whose time has come, or comes first."""
        if self._wakes:
            first = min(self._wakes.values())
            self.clock.sleep(max(0.0, first - self.clock.monotonic()))
            now = max(first, self.clock.monotonic())  # sums of seconds are not exact
            self._running = self.rng.choice([n for n, at in sorted(self._wakes.items()) if at <= now])
        self._changed.notify_all()


@dataclass
class _Machine(Simulation):
    """One of them: it plans and applies until there is nothing left to do."""

    among: Machines | None = None

    def outside(self) -> None:
        assert self.among is not None
        self.clock, self.world, self.sleep = self.among.clock, self.among.world, self.among.turns.sleep

    def work(self) -> None:
        self.came = self.until_nothing_is_left()


@dataclass
class Machines(Simulation):
    """One seed of it; the account is judged against the ledger of each."""

    def outside(self) -> None:
        super().outside()
        self.turns = Turns(self.clock, random.Random(f"turns {self.seed}"))

    def run(self) -> Run:
        machines = []
        for n in range(COUNT):
            folder = self.folder / str(n)
            folder.mkdir()
            machines.append(
                _Machine(self.seed * COUNT + n, folder, self.registers, crash=self.crash, odds=self.odds, among=self)
            )
        self.turns.run(*(machine.work for machine in machines))
        runs = [machine.result(*machine.came) for machine in machines]
        for run in runs[1:]:
            runs[0].lapses += run.faults() if run.applied else ["the other never came to an end"]
            runs[0].lives += run.lives
            runs[0].trace[:0] = [line for line in run.trace if not line.startswith("{")]
            run.store.dispose()
        return runs[0]
