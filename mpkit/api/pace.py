"""How fast one account may be asked: requests wait here for their turn, a 429 stops all of them.

Mercado Pago publishes no quota, so the pace finds it out. It begins at what the settings allow (4 requests a second
and 4 in flight: our own caution; an address on this machine is a rehearsal and begins faster) and never goes above.

    429           the whole account stops for as long as the answer says, else for a pause that doubles; the rate falls
                  once for each burst, and the rate that was refused is remembered
    slow answers  the rate falls, without a stop
    good answers  the rate rises: quickly to just below what was refused, from there in tiny steps that take minutes to
                  try it again; once well above it, the refusal is forgotten

What was learned is kept for the account, and other processes of the same account begin and go on with it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from mpkit.model import Learned
from mpkit.settings import on_this_machine
from mpkit.work import Seams

REAL = 4.0  # requests a second, and as many in flight

_TOO_MANY, _FAILED = 429, 500  # HTTP statuses
_LONGEST_PAUSE = 60.0
_FAR_FALL = 0.7  # of the rate, where nothing was known, or what was is far off: refused again too soon
_FALL = 0.85  # of the rate, at a refusal near the one remembered
_SOON = 100  # turns since the rate fell last
_NEAR = 0.94  # of the refused rate: up to here the rate rises quickly
_PAST = 1.05  # of the refused rate: from here on it is forgotten
_QUICK = 0.005  # of the rate, with each good answer
_TINY = 0.00006  # of the rate, with each good answer
_SLOW_FALL = 0.85
_SLOW_EVERY = 10.0  # seconds between two falls for slowness
_SLOW_TIMES = 3.0  # times what is usual here …
_SLOW_MORE = 1.0  # … and so many seconds more, is slow
_FRESH, _STEADY = 0.2, 0.02  # weight of one answer in the latency of now, and in the usual one
_LATE = 0.03  # seconds a turn may be late and be made up for
_LOOK_EVERY = 5.0  # seconds between two looks at what other processes have learned
_KEEP_EVERY = 30.0  # seconds between two notes of a rate that rises


class Memory(Protocol):
    """Where the pace of one account is kept between processes; neither may raise."""

    def load(self) -> Learned | None:
        """What was kept last, by whatever process; None where nothing was."""
        ...

    def save(self, learned: Learned) -> None:
        """Keep it in place of what was kept."""
        ...


class Forgetful:
    """A memory for one process only."""

    def load(self) -> Learned | None:
        """Nothing."""
        return None

    def save(self, learned: Learned) -> None:
        """Nowhere."""


@dataclass
class Turn:
    """One request's turn: who has it tells how the request went."""

    pace: Pace
    number: int
    began: float
    waited: bool  # it was the pace that held the request back

    def answered(self, status: int, retry_after: float | None = None) -> None:
        """An answer came; `retry_after` in seconds where it gave one."""
        if status == _TOO_MANY:
            self.pace.refused(self, retry_after)
        else:
            self.pace.took(self, well=status < _FAILED)

    def lost(self) -> None:
        """No answer came in time."""
        self.pace.took(self, well=False)


@dataclass
class _Latency:
    """How long answers take now, and usually; seconds."""

    now: float | None = None
    usual: float = 0.0

    def slow(self, seconds: float) -> bool:
        """Whether answers have become slow, this one counted in."""
        if self.now is None:
            self.now = self.usual = seconds
        self.now += _FRESH * (seconds - self.now)
        self.usual += _STEADY * (seconds - self.usual)
        return self.now > _SLOW_TIMES * self.usual + _SLOW_MORE


@dataclass
class Pace:
    """The turn-taking of one account, shared by all its threads, and through `memory` by its processes.

    `per_second` is the most it will ever be, `slowest` the least; `first_pause` in seconds is waited after a 429 that
    does not say how long.
    """

    per_second: float
    in_flight: int
    first_pause: float
    seams: Seams
    slowest: float = 0.1
    memory: Memory = field(default_factory=Forgetful)

    def __post_init__(self) -> None:
        """Begin with what is known of this account."""
        self._most = self.per_second
        self._refused: float | None = None
        self._pauses = 0  # one after the other, without a request that went well between
        self._lock = threading.Lock()
        self._places = threading.Semaphore(self.in_flight)
        self._latency = _Latency()
        now = self.seams.clock.monotonic()
        self._next_turn = self._stopped_until = self._looked = self._kept = now
        self._turns = self._fell = 0  # turns given so far, and until the rate fell last
        self._slowed = now - _SLOW_EVERY
        self._known: Learned | None = None
        self._follow(self.memory.load())

    @classmethod
    def of(cls, url: str, seams: Seams, *, most: float | None = None, memory: Memory | None = None) -> Pace:
        """The pace an address begins with; `most` requests a second where the settings name it."""
        memory = memory or Forgetful()
        if on_this_machine(url):
            return cls(most or 100.0, max(8, _places(most or 0)), 0.5, seams, slowest=4.0, memory=memory)
        most = most or REAL
        return cls(most, _places(most), 5.0, seams, slowest=min(0.4, most), memory=memory)

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Wait for a place and a turn, and hold the place while inside."""
        with self._places:
            waited = False
            self._look_round()
            while (wait := self._wait()) > 0:
                waited = True
                self.seams.sleep(wait)
            with self._lock:
                turn = Turn(self, self._turns, self.seams.clock.monotonic(), waited)
            yield turn

    def _wait(self) -> float:
        """Seconds to wait before asking again; 0 takes the turn."""
        with self._lock:
            now = self.seams.clock.monotonic()
            wait = max(self._next_turn, self._stopped_until) - now
            if wait <= 0:
                step = 1 / self.per_second
                late = max(step / 2, _LATE)  # who slept a little too long, or found no processor, loses nothing
                self._next_turn = max(self._next_turn, now - late) + step
                self._turns += 1
            return max(wait, 0.0)

    def took(self, turn: Turn, *, well: bool) -> None:
        """A request is over, and was no 429: fall where it was slow, rise where it went well and had to wait."""
        with self._lock:
            now = self.seams.clock.monotonic()
            if turn.number > self._fell:
                self._pauses = 0
            if self._latency.slow(now - turn.began):
                if now - self._slowed >= _SLOW_EVERY:
                    self._slowed = now
                    self._set(self.per_second * _SLOW_FALL)
            elif turn.waited and well:
                self._rise()
            learned = self._noted(now) if now - self._kept >= _KEEP_EVERY else None
        self._keep(learned)

    def _rise(self) -> None:
        refused = self._refused
        if refused is not None and self.per_second > refused * _PAST:
            self._refused = refused = None
        near = refused is not None and self.per_second >= refused * _NEAR
        self._set(self.per_second * (1 + (_TINY if near else _QUICK)))

    def refused(self, turn: Turn, retry_after: float | None) -> None:
        """A 429 came: stop the account; several of one burst count once."""
        learned = None
        with self._lock:
            now = self.seams.clock.monotonic()
            if turn.number > self._fell:
                near = self._refused is not None and turn.number - self._fell > _SOON
                self._fell = self._turns
                self._refused = self.per_second
                self._set(self.per_second * (_FALL if near else _FAR_FALL))
                pause = self._pause() if retry_after is None else retry_after
                self._pauses += 1
                self._stopped_until = max(self._stopped_until, now + pause)
                learned = self._noted(now)
            elif retry_after is not None and now + retry_after > self._stopped_until:
                self._stopped_until = now + retry_after
                learned = self._noted(now)
        self._keep(learned)

    def _pause(self) -> float:
        pause = min(math.ldexp(self.first_pause, min(self._pauses, 20)), _LONGEST_PAUSE)
        # so that two machines do not come back together
        return pause * (1 + self.seams.random.random() / 4)

    def _set(self, per_second: float) -> None:
        self.per_second = min(self._most, max(per_second, self.slowest))

    # what other processes of the account know

    def _noted(self, now: float) -> Learned | None:
        """What is to be kept, None where it is known already; said with the lock held, kept without it."""
        self._kept = now
        clock = self.seams.clock.now()
        stopped = max(self._stopped_until - now, 0.0)
        rate = round(self.per_second, 3)
        if self._known is not None and not stopped and rate == self._known.per_second:
            return None
        if self._known is None and rate >= self._most and not stopped:
            return None
        until = clock + timedelta(seconds=stopped) if stopped else None
        self._known = Learned(rate, None if self._refused is None else round(self._refused, 3), until, clock)
        return self._known

    def _keep(self, learned: Learned | None) -> None:
        if learned is not None:
            self.memory.save(learned)

    def _look_round(self) -> None:
        """From time to time, follow what another process has learned meanwhile."""
        with self._lock:
            now = self.seams.clock.monotonic()
            if now - self._looked < _LOOK_EVERY:
                return
            self._looked = now
        learned = self.memory.load()
        with self._lock:
            self._follow(learned)

    def _follow(self, learned: Learned | None) -> None:
        if learned is None or (self._known is not None and learned.at <= self._known.at):
            return
        self._known = learned
        self._refused = learned.refused
        self._set(learned.per_second)
        if learned.stopped_until is not None:
            left = (learned.stopped_until - self.seams.clock.now()).total_seconds()
            self._stopped_until = max(self._stopped_until, self.seams.clock.monotonic() + min(left, 3600.0))


def _places(most: float) -> int:
    """How many may be in flight at a rate: as many as begin in one second."""
    return max(1, min(math.ceil(most), 32))
