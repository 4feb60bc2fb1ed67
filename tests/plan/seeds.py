"""Seeds of the simulator, one after the other or on all cores: what each came to, small enough to be handed over."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import tenacity

from mpkit.work import executor, gather_rarely
from tests.plan.lifetime import Lifetime
from tests.plan.machines import Machines
from tests.plan.scans import Scans
from tests.plan.simulator import Frozen, Simulation
from tests.plan.storm import Storm

KINDS: Mapping[str, type[Simulation]] = {
    "storm": Storm,
    "lifetime": Lifetime,
    "frozen": Frozen,
    "machines": Machines,
    "scans": Scans,
    "simple": Simulation,
}


@dataclass(frozen=True)
class Came:
    """What one seed came to."""

    seed: int
    faults: tuple[str, ...]
    fired: Counter[str]
    lives: int
    trace: tuple[str, ...]

    @property
    def mark(self) -> str:
        """What two traces are compared by."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()


def one(kind: str, seed: int, registers: int, options: Mapping[str, Any] = {}, *, kept: bool = True) -> Came:
    """Run one seed in a folder of its own; `kept` False leaves the trace out."""
    _gathering()
    with TemporaryDirectory() as folder, patch.object(tenacity.nap, "time", _AtOnce):
        run = KINDS[kind](seed, Path(folder), registers=registers, **options).run()
        faults = run.faults() if run.applied is not None else [*run.faults(), "never came to an end"]
        run.store.dispose()
    return Came(seed, tuple(faults), run.fired, run.lives, tuple(run.trace) if kept else ())


class _AtOnce:
    """For who sleeps no time, as the waits are ours: the machine takes a while even for that."""

    @staticmethod
    def sleep(seconds: float) -> None:
        assert seconds == 0, "a wait that is not on the virtual clock"


@cache
def _gathering() -> None:
    """As in the processes it plays."""
    gather_rarely()


def each(kind: str, seeds: Iterable[int], registers: int, *, cores: bool) -> Iterator[Came]:
    """Every seed in order; with `cores`, several at once."""
    if not cores:
        yield from (one(kind, seed, registers, kept=False) for seed in seeds)
        return
    workers = cpu_count() or 1
    waiting: deque[Future[Came]] = deque()
    with executor(workers) as pool:
        for seed in seeds:
            waiting.append(pool.submit(one, kind, seed, registers, kept=False))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
