"""Runs every benchmark beside it, one process each; their ratios go to stdout. A benchmark that fails is an error.

`python bench/run.py` runs all of them, `python bench/run.py rows signs` those named.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """The exit code: 0 when each named benchmark (all where none is named) ran to its end."""
    there = {
        file.stem: file for file in sorted(HERE.glob("*.py")) if file.stem not in {"run", "timing", "many_payments"}
    }
    unknown = set(names) - set(there)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(there)}", file=sys.stderr)
        return 2
    paths = os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH", "")]))
    failed = []
    for name in names or there:
        print(f"## {name}", flush=True)
        done = subprocess.run([sys.executable, there[name]], env={**os.environ, "PYTHONPATH": paths}, check=False)
        failed += [name] if done.returncode else []
        print(flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
