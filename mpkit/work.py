"""What work needs from outside, always passed in: clock, sleep, randomness, transport, processes, progress."""

from __future__ import annotations

import atexit
import gc
import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")


# libraries in C count what is still frozen at the end as leaked, and say so on screen
atexit.register(gc.unfreeze)


def gather_rarely() -> None:
    """Let this process look for garbage less often: lists are tens of thousands of rows that all stay for a while."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class Clock(Protocol):
    """Two clocks: one for people and records, one for waiting."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for time limits and settle windows."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()


@dataclass
class FixedClock:
    """A clock that stands until it is moved: for tests, seeds and the simulator."""

    at: datetime
    elapsed: float = 0.0

    def now(self) -> datetime:
        """The time it was set to, plus what was slept."""
        return self.at

    def monotonic(self) -> float:
        """Seconds slept so far."""
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        """Move both clocks forward at once."""
        self.at += timedelta(seconds=seconds)
        self.elapsed += seconds


@dataclass(frozen=True)
class Seams:
    """Clock, sleep and randomness for one piece of work; the defaults are the real ones."""

    clock: Clock = field(default_factory=SystemClock)
    sleep: Callable[[float], None] = time.sleep
    random: random.Random = field(default_factory=random.Random)


class Sink(Protocol):
    """Takes the body of a large answer in parts, so that it is never whole in memory."""

    def begin(self) -> None:
        """An answer starts; what came before it, of an attempt that broke off, is to be forgotten."""
        ...

    def __call__(self, part: bytes) -> None:
        """The next part."""
        ...


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as the wire carries it; `path` has no query, `seconds` is the total time it may take.

    A transport that can gives the body of a 2xx to `sink` in parts, and answers with an empty one.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # one of them is the token
    body: bytes = b""
    seconds: float = 30.0
    sink: Sink | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer as the wire carried it; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # some gateways send back what they were sent
    body: bytes = field(repr=False)


class NotSent(Exception):
    """The request certainly did not reach the other side (no connection could be made).

    `why` where it is known: "untrusted" (TLS), "name" (no such host), "refused" (nobody listens); `host` is who was
    called.
    """

    def __init__(self, what: str = "", *, why: str = "", host: str = "") -> None:
        self.why = why
        self.host = host
        super().__init__(what)


class NoAnswer(Exception):
    """The request went out and no whole answer came back: it may or may not have been carried out."""


class Transport(Protocol):
    """Carries one request: over HTTP, or into a sandbox in the same process. Raises `NotSent` or `NoAnswer`."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, whatever its status."""
        ...


class Progress(Protocol):
    """Where a long piece of work says how far it is; raises `Cancelled` when somebody asked it to stop."""

    def __call__(self, done: int, total: int | None, step: str = "") -> None:
        """`done` of `total` (None where unknown) units of the step named by a key of `words/`."""
        ...


class Cancelled(Exception):
    """Raised by a progress callable when the work was asked to stop; nothing is half-done."""


class GivenUp(Cancelled):
    """Stopped for good: what is left of the work is not wanted any more."""


def silent(done: int, total: int | None, step: str = "") -> None:
    """A progress nobody reads."""


def executor(workers: int = 1) -> Executor:
    """A pool for drawing and comparing; a cluster's (Dask's `Client.get_executor()`) may be given in its place.

    Children are spawned, not forked: they inherit no lock, no socket and no thread of the parent.
    """
    return ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn"))


Pool = Callable[[int], Executor]


def in_order(pool: Executor, work: Callable[..., Result], *given: Iterable[Any], ahead: int) -> Iterator[Result]:
    """What `work` answers for each of `given`, in their order; no more than `ahead` of them wait or run at a time."""
    running: deque[Future[Result]] = deque()
    for values in zip(*given, strict=True):
        if len(running) >= ahead:
            yield running.popleft().result()
        running.append(pool.submit(work, *values))
    while running:
        yield running.popleft().result()
