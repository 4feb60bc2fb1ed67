"""Apply's driver on a virtual clock, in one thread: the seed decides what happens next, and where the process dies."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mpkit.errors import StoreTrouble
from mpkit.plan.drive import Driver
from mpkit.plan.events import Call, Wait, Woke


class Crash(BaseException):
    """The process is killed here."""


@dataclass
class Virtual(Driver):
    """The driver's duties in an order drawn by the seed."""

    rng: random.Random = field(default_factory=random.Random)
    crash: float = 0.0  # at each step
    stepped: Callable[[], None] = lambda: None  # what befalls the machine it runs on, at each step

    def run(self) -> None:
        calls: list[Call] = []
        try:
            self._run(calls)
        except StoreTrouble:
            self._leave(calls)
            raise

    def _run(self, calls: list[Call]) -> None:
        effects = self.machine.start()
        waits: list[tuple[float, str]] = []
        while True:
            rest: list[Any] = []
            while effects:
                rest += [one for one in effects if isinstance(one, Call | Wait)]
                entries = [one for one in effects if not isinstance(one, Call | Wait)]
                self._perhaps_crash(calls)
                refused = self.write(entries) if entries else []
                effects = [more for event in refused for more in self.machine.on(event)]
            calls += [one for one in rest if isinstance(one, Call)]
            now = self.seams.clock.monotonic()
            waits += [
                (now + (self.settle if one.settle else one.seconds), one.change.key)
                for one in rest
                if isinstance(one, Wait)
            ]
            self._perhaps_crash(calls)
            if self.machine.finished:
                return
            due = [key for at, key in waits if at <= now]
            if due and (not calls or self.rng.random() < 0.5):
                key = self.rng.choice(due)
                waits = [(at, one) for at, one in waits if one != key]
                effects = self.machine.on(Woke(key))
            elif calls:
                call = calls.pop(self.rng.randrange(len(calls)))
                effects = self.machine.on(self.perform(call))
            else:
                self.seams.sleep(min(at for at, _ in waits) - now)

    def _perhaps_crash(self, calls: list[Call]) -> None:
        """Die here; what was about to leave may have left."""
        self.stepped()
        if self.rng.random() < self.crash:
            self._leave(calls)
            raise Crash

    def _leave(self, calls: list[Call]) -> None:
        """Each of these is on record, and is on its way or not."""
        for call in calls:
            if self.rng.random() < 0.5:
                self.perform(call)
