"""Seeds: every fault, a crash possible at every step; nothing doubled, missing, off the record or wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.plan.lifetime import Lifetime
from tests.plan.simulator import FAULTS, Simulation
from tests.soak import Bar


def test_no_seed_doubles_loses_or_forgets_anything(bar: Bar, tmp_path: Path) -> None:
    fired: Counter[str] = Counter()
    lives = 0
    for seed in bar.rounds(stated=500, reduced=30):
        folder = tmp_path / str(seed)
        folder.mkdir()
        run = Simulation(seed, folder, registers=200 if bar.whole else 20).run()
        assert run.faults() == [], f"seed {seed}"
        assert run.applied is not None
        assert run.applied.failed == run.applied.skipped == 0
        fired += run.fired
        lives += run.lives
    assert all(fired[fault] >= (100 if bar.complete else 1) for fault in FAULTS), fired
    bar.saw(f"0 duplicates, 0 missing, 0 unrecorded, 0 wrong codes in {lives} lives; faults {dict(fired)}")


def test_no_seed_takes_over_or_closes_anything_wrong(bar: Bar, tmp_path: Path) -> None:
    fired: Counter[str] = Counter()
    lives = 0
    for seed in bar.rounds(stated=500, reduced=12):
        folder = tmp_path / str(seed)
        folder.mkdir()
        run = Lifetime(seed, folder, registers=200 if bar.whole else 16).run()
        assert run.faults() == [], f"seed {seed}"
        fired += run.fired
        lives += run.lives
    assert all(fired[fault] >= (100 if bar.complete else 1) for fault in FAULTS), fired
    bar.saw(f"panel taken over, chain made, branches closed: 0 wrong in {lives} lives; faults {dict(fired)}")


def test_the_same_seed_is_the_same_trace(bar: Bar, tmp_path: Path) -> None:
    for seed in bar.rounds(stated=20, reduced=2):
        traces = []
        for turn in "ab":
            folder = tmp_path / f"{seed}{turn}"
            folder.mkdir()
            traces.append(Simulation(seed, folder).run().trace)
        assert traces[0] == traces[1], f"seed {seed}"
    bar.saw("every seed repeats its trace")
