"""Two or more ways to do the same work come in; how long each takes, and the ratios, go out.

The ways run in turn, round after round, so that a busy moment of the machine touches all of them; the fastest round of
each counts. Seconds differ between machines, ratios far less: read the ratios.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping


def processor() -> float:
    """Seconds of processor time of this process and its ended children: what a busy machine changes least."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def fastest(
    ways: Mapping[str, Callable[[], object]], rounds: int = 3, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Seconds of the fastest round of each way, by `clock`."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            begun = clock()
            way()
            best[name] = min(best[name], clock() - begun)
    return best


def report(title: str, ours: str, seconds: Mapping[str, float]) -> None:
    """Print each way's seconds and, for each other way, how many times its time `ours` takes."""
    print(title)
    width = max(map(len, seconds))
    for name, took in seconds.items():
        against = "" if name == ours else f"   {ours} takes {seconds[ours] / took:.2f} times that"
        print(f"  {name:<{width}}  {took:8.3f} s{against}")
