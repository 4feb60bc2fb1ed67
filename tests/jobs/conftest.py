"""A workbench in a folder of its own, and processes that end with the test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mpkit import settings
from mpkit.db import open_store
from mpkit.jobs import Workbench
from mpkit.work import FixedClock, Seams

ROOT = Path(__file__).parent.parent.parent


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
def lab(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `python -m tests.jobs.lab …` on the same data folder."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, module: str = "tests.jobs.lab", **more: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_")}
        environment.update(MPKIT_DATA=str(tmp_path), MPKIT_API_URL="http://127.0.0.1:9", PYTHONPATH=str(ROOT), **more)
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=environment,
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for something that must come; the test fails where it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
