"""The one driver of apply's state machine: effects go to threads, the journal and timers; their events come back."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from queue import Empty, SimpleQueue

from mpkit.ledger import HEARTBEAT
from mpkit.plan.events import Call, Effect, Event, Journal, Wait, Woke
from mpkit.plan.machine import Machine
from mpkit.work import Cancelled, Progress, Seams

_LOOK_ROUND = 0.5  # seconds; how soon a request to stop is heard while nothing else happens


@dataclass
class Driver:
    """Runs one machine to its end. `settle` is the wait in seconds before a lost create may be sent again."""

    machine: Machine
    perform: Callable[[Call], Event]
    write: Callable[[Sequence[Journal]], list[Event]]
    seams: Seams
    settle: float
    in_flight: int
    progress: Progress
    beat: Callable[[], None]
    _inbox: SimpleQueue[Event | BaseException] = field(default_factory=SimpleQueue)
    _timers: list[tuple[float, int, str]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _flying: int = 0
    _beaten: float = 0.0
    _stopped_by: BaseException | None = None

    def run(self) -> None:
        """Until the machine is finished.

        Raises `Cancelled` (from `progress`) or `KeyboardInterrupt` only after what was in flight has been recorded;
        an error of the store ends it at once, with nothing sent that is not on record.
        """
        with ThreadPoolExecutor(max_workers=self.in_flight, thread_name_prefix="apply") as pool:
            try:
                effects = self.machine.start()
                while True:
                    self._carry_out(effects, pool)
                    if self.machine.finished:
                        break
                    effects = self._hear()
            except BaseException:
                self.machine.halt()
                raise
        if self._stopped_by is not None:
            raise self._stopped_by

    def _carry_out(self, effects: list[Effect], pool: ThreadPoolExecutor) -> None:
        """The journal first, all of it; only then the network and the timers."""
        rest: list[Call | Wait] = []
        while effects:
            rest += [effect for effect in effects if isinstance(effect, Call | Wait)]
            entries = [effect for effect in effects if not isinstance(effect, Call | Wait)]
            refused = self.write(entries) if entries else []
            effects = [effect for event in refused for effect in self.machine.on(event)]
        for effect in rest:
            if isinstance(effect, Call):
                self._flying += 1
                pool.submit(self._in_thread, effect)
            else:
                seconds = self.settle if effect.settle else effect.seconds
                due = self.seams.clock.monotonic() + seconds
                heapq.heappush(self._timers, (due, next(self._order), effect.change.key))

    def _in_thread(self, call: Call) -> None:
        try:
            self._inbox.put(self.perform(call))
        except BaseException as error:  # noqa: BLE001 - raised again in the driver's own thread
            self._inbox.put(error)

    def _hear(self) -> list[Effect]:
        """Wait for events, tell how far it is, and give the machine what came."""
        events: list[Event] = []
        try:
            self._gather(events)
            self._tell()
        except (Cancelled, KeyboardInterrupt) as stop:
            self._stopped_by = self._stopped_by or stop
            self.machine.halt()
        return [effect for event in events for effect in self.machine.on(event)]

    def _tell(self) -> None:
        now = self.seams.clock.monotonic()
        if now - self._beaten >= HEARTBEAT:
            self._beaten = now
            self.beat()
        if self._stopped_by is None:
            self.progress(self.machine.done, self.machine.total, "plan_step_apply")

    def _gather(self, events: list[Event]) -> None:
        """Add everything that has happened, after waiting at most until the next timer or the next look round."""
        now = self.seams.clock.monotonic()
        wait = min(max(self._timers[0][0] - now, 0.0), _LOOK_ROUND) if self._timers else _LOOK_ROUND
        if self._flying:
            with suppress(Empty):
                events.append(self._received(self._inbox.get(timeout=max(wait, 0.001))))
        elif wait:
            self.seams.sleep(wait)
        while not self._inbox.empty():
            events.append(self._received(self._inbox.get()))
        now = self.seams.clock.monotonic()
        while self._timers and self._timers[0][0] <= now:
            events.append(Woke(heapq.heappop(self._timers)[2]))

    def _received(self, item: Event | BaseException) -> Event:
        self._flying -= 1
        if isinstance(item, BaseException):
            raise item
        return item
