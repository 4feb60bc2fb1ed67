"""The seams: a clock that stands until slept, and a pool of processes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from mpkit.work import FixedClock, Seams, executor, silent


def test_a_fixed_clock_moves_only_by_sleeping() -> None:
    start = datetime(2026, 3, 9, tzinfo=UTC)
    clock = FixedClock(start)
    seams = Seams(clock=clock, sleep=clock.sleep)
    seams.sleep(90)
    assert seams.clock.now() == start + timedelta(seconds=90)
    assert seams.clock.monotonic() == 90


def test_the_system_clock_is_aware() -> None:
    assert Seams().clock.now().tzinfo is UTC


def test_drawing_runs_in_other_processes() -> None:
    with executor(1) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()


def test_a_progress_nobody_reads_is_harmless() -> None:
    silent(1, None, "step")
