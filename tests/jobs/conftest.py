"""A workbench in a folder of its own, and processes that end with the test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mpkit import settings
from mpkit.db import open_store
from mpkit.jobs import Workbench
from mpkit.work import FixedClock, Seams
from tests import forking
from tests.forking import Started


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def bench(tmp_path: Path, clock: FixedClock) -> Workbench:
    """A workbench whose clock stands still."""
    chosen = settings.load(data=tmp_path, store_url="", access_token=None, api_url="http://127.0.0.1:9")
    return Workbench(chosen, open_store(chosen.database), Seams(clock=clock, sleep=clock.sleep))


@pytest.fixture
def real_bench(tmp_path: Path) -> Workbench:
    """A workbench with the real clock, for work shared with other processes."""
    chosen = settings.load(data=tmp_path, store_url="", access_token=None, api_url="http://127.0.0.1:9")
    return Workbench(chosen, open_store(chosen.database))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Start `python -m tests.jobs.lab …` on the same data folder."""
    started: list[Started] = []

    def start(*arguments: str, **more: str) -> Started:
        environment = forking.settings(tmp_path, MPKIT_API_URL="http://127.0.0.1:9", **more)
        started.append(forking.start(arguments, env=environment, cwd=tmp_path, module="tests.jobs.lab"))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(60)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def until(true: Callable[[], object], seconds: float = 120.0) -> None:
    """Wait for something that must come; the test fails where it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
