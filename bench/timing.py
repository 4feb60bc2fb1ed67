"""Two or more ways to do the same work come in; how long each takes, and the ratios, go out.

The ways run in turn, round after round, so that a busy moment of the machine touches all of them; the fastest round of
each counts. Seconds differ between machines, ratios far less: read the ratios.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


def fastest(ways: Mapping[str, Callable[[], object]], rounds: int = 3) -> dict[str, float]:
    """Seconds of the fastest round of each way."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - begun)
    return best


def report(title: str, ours: str, seconds: Mapping[str, float]) -> None:
    """Print each way's seconds and, for each other way, how many times its time `ours` takes."""
    print(title)
    width = max(map(len, seconds))
    for name, took in seconds.items():
        against = "" if name == ours else f"   {ours} takes {seconds[ours] / took:.2f} times that"
        print(f"  {name:<{width}}  {took:8.3f} s{against}")
