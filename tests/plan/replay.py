"""Replay seeds of the simulator: `python -m tests.plan.replay storm 17 --registers 200`, or `0-499` for many.

One seed prints its trace, request by request, and what is wrong in the end; many print only those with something wrong,
and what they came to. The exit code is 1 where anything was.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.plan.seeds import KINDS, each, one


def main(words: Sequence[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.plan.replay", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("seeds", help="one seed, or first-last")
    parser.add_argument("--registers", type=int, default=200, help="of the chain (default: 200)")
    asked = parser.parse_args(words)
    first, _, last = asked.seeds.partition("-")
    return _many(asked, range(int(first), int(last) + 1)) if last else _one(asked, int(first))


def say(*lines: str) -> None:
    """To whoever called."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _one(asked: argparse.Namespace, seed: int) -> int:
    came = one(asked.kind, seed, asked.registers)
    say(*came.trace)
    say(f"seed {seed}: {came.lives} lives, trace {came.mark[:12]}, struck by {_counted(came.fired)}")
    say(*(came.faults or ["nothing wrong"]))
    return int(bool(came.faults))


def _many(asked: argparse.Namespace, seeds: range) -> int:
    began, fired, lives, wrong = time.monotonic(), Counter[str](), 0, 0
    for came in each(asked.kind, seeds, asked.registers, cores=True):
        fired += came.fired
        lives += came.lives
        wrong += bool(came.faults)
        if came.faults:
            say(f"seed {came.seed}:", *came.faults[:10])
    say(f"{len(seeds)} seeds, {lives} lives, {time.monotonic() - began:.0f} s, struck by {_counted(fired)}")
    say(f"{wrong} seeds with something wrong")
    return int(bool(wrong))


def _counted(fired: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(fired.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
