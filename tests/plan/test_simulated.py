"""Nothing is doubled, lost or forgotten, and no code is wrong, whatever happens; each seed repeats itself."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection
from typing import Any

import pytest

from tests.plan import scans, storm
from tests.plan.net import FAULTS, MOVING
from tests.plan.seeds import KINDS, each, one
from tests.soak import Bar

NETWORK = (*FAULTS, *MOVING, "lost")


def hold(bar: Bar, kind: str, faults: Collection[str], *, stated: int, reduced: int, small: int) -> tuple[int, str]:
    """Run the bar's seeds; how many lives they took, and what struck them how often."""
    fired: Counter[str] = Counter()
    lives = 0
    for came in each(kind, bar.rounds(stated, reduced), 200 if bar.whole else small, cores=bar.whole):
        assert came.faults == (), (
            f"python -m tests.plan.replay {kind} {came.seed} --registers {200 if bar.whole else small}"
        )
        fired += came.fired
        lives += came.lives
    if bar.whole and bar.complete:
        assert all(fired[fault] >= 100 for fault in faults), fired
    return lives, ", ".join(f"{name} {fired[name]}" for name in faults)


def test_no_seed_doubles_loses_or_forgets_anything(bar: Bar) -> None:
    """200 registers, all faults, a crash possible at every step: 0 duplicate, 0 missing, 0 unrecorded, 0 wrong code."""
    began = time.monotonic()
    lives, fired = hold(bar, "storm", (*NETWORK, *storm.ALL), stated=500, reduced=16, small=30)
    bar.saw(f"0 / 0 / 0 / 0 in {lives} lives, {time.monotonic() - began:.0f} s; fired: {fired}")


def test_no_seed_takes_over_or_closes_anything_wrong(bar: Bar) -> None:
    """A chain taken over from the panel, completed and partly closed, 200 registers, all faults of the network."""
    lives, fired = hold(bar, "lifetime", NETWORK, stated=500, reduced=8, small=16)
    bar.saw(f"0 wrong in {lives} lives; fired: {fired}")


def test_two_machines_that_know_nothing_of_each_other_make_nothing_twice(bar: Bar) -> None:
    """Two machines, one account, one list, two ledgers, at work at the same time: 0 duplicates, both ledgers right."""
    lives, _ = hold(bar, "machines", (), stated=100, reduced=4, small=20)
    bar.saw(f"0 duplicates, 0 missing, 0 wrong in either ledger, {lives} lives")


def test_whoever_lost_the_hold_writes_nothing(bar: Bar) -> None:
    """Our process stands still, another takes over, we wake: the lock is looked at again before each entry."""
    lives, _ = hold(bar, "frozen", (), stated=50, reduced=3, small=20)
    bar.saw(f"0 entries under a lost hold, {lives} lives")


def test_whoever_was_there_all_the_time_is_read(bar: Bar) -> None:
    """An account read 2,000 times while others insert, delete and reorder: 0 missed."""
    fired: Counter[str] = Counter()
    for came in each("scans", bar.rounds(stated=-(-2000 // scans.COUNT), reduced=3), 20, cores=bar.whole):
        assert came.faults == (), f"python -m tests.plan.replay scans {came.seed}"
        fired += came.fired
    counted = fired["scans"] + fired["restless"]
    assert fired["one-pass"] > 0, "where one pass misses nothing, this shows nothing"
    bar.saw(
        f"0 missed in {fired['scans']} scans, {fired['restless']} more found no rest and said so; "
        f"one pass misses in {100 * fired['one-pass'] // counted} %"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_is_the_same_trace(bar: Bar, kind: str) -> None:
    """The same seed is the same trace, to the byte."""
    for seed in bar.rounds(stated=20, reduced=1):
        assert one(kind, seed, 20).trace == one(kind, seed, 20).trace, f"{kind} {seed}"
    bar.saw(f"{kind}: every seed repeats its trace")


@pytest.mark.parametrize(("kind", "seed", "options"), [("simple", 7, {"crash": 0.02, "intruder": "S002"})])
def test_a_seed_that_found_something_stays_clean(kind: str, seed: int, options: dict[str, Any]) -> None:
    """S002: somebody's store under our id, not yet in any list; its refusal was taken for one of the place."""
    assert one(kind, seed, 20, options).faults == ()
