"""How fast one account may be asked: requests wait here for their turn, a 429 stops all of them.

Mercado Pago publishes no quota. The real API starts at 4 requests a second and 4 in flight (our own caution); an
address on this machine is a rehearsal and starts faster. A 429 stops the whole account for as long as the answer says,
else for a pause that doubles; the rate falls once for each stop and creeps back up to where it started, never above.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mpkit.settings import on_this_machine
from mpkit.work import Seams

_LONGEST_PAUSE = 60.0
_FALL = 0.7  # of the rate, at each stop
_CREEP = 0.01  # of the first rate, at each request that went well
_SLOWEST = 0.1  # of the first rate


class Pace:
    """The turn-taking of one account, shared by all its threads."""

    def __init__(self, *, per_second: float, in_flight: int, first_pause: float, seams: Seams) -> None:
        """`first_pause` in seconds is waited after a 429 that does not say how long."""
        self._first_rate = self._rate = per_second
        self._first_pause = first_pause
        self._pauses = 0  # one after the other, without a request that went well between
        self._seams = seams
        self._lock = threading.Lock()
        self._places = threading.Semaphore(in_flight)
        self._next_turn = 0.0
        self._stopped_until = 0.0

    @classmethod
    def of(cls, url: str, seams: Seams) -> Pace:
        """The pace an address starts with."""
        if on_this_machine(url):
            return cls(per_second=100.0, in_flight=8, first_pause=0.5, seams=seams)
        return cls(per_second=4.0, in_flight=4, first_pause=5.0, seams=seams)

    @property
    def per_second(self) -> float:
        """Requests a second at present."""
        return self._rate

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place and a turn, and hold the place while inside."""
        with self._places:
            while (wait := self._wait()) > 0:
                self._seams.sleep(wait)
            yield

    def _wait(self) -> float:
        """Seconds to wait before asking again; 0 takes the turn."""
        with self._lock:
            now = self._seams.clock.monotonic()
            wait = max(self._next_turn, self._stopped_until) - now
            if wait <= 0:
                self._next_turn = now + 1 / self._rate
            return max(wait, 0.0)

    def went_well(self) -> None:
        """An answer came that was no 429: creep back towards the first rate."""
        with self._lock:
            self._pauses = 0
            self._rate = min(self._first_rate, self._rate + self._first_rate * _CREEP)

    def too_fast(self, retry_after: float | None) -> None:
        """A 429 came: stop the account; several that were in flight together count once."""
        with self._lock:
            now = self._seams.clock.monotonic()
            if retry_after is not None:
                pause = retry_after
            else:
                pause = min(self._first_pause * 2**self._pauses, _LONGEST_PAUSE)
                pause *= 1 + self._seams.random.random() / 4  # so that two machines do not come back together
            if now >= self._stopped_until:
                self._pauses += 1
                self._rate = max(self._rate * _FALL, self._first_rate * _SLOWEST)
                self._stopped_until = now + pause
            elif retry_after is not None:
                self._stopped_until = max(self._stopped_until, now + pause)
