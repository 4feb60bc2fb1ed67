"""A process of its own for tests: `python -m tests.jobs.lab run|worker …`, with job kinds that leave marks in a folder.

The folder is the data folder; `marks` gets one line for each start of a job, `go` lets waiting jobs finish.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from mpkit import jobs, log, settings
from mpkit.db import open_store
from mpkit.jobs import holding, rows, worker
from mpkit.work import Cancelled


def mark(bench, arguments, progress):
    """Leave a mark, wait until told to go, leave another."""
    folder = bench.settings.data
    with (folder / "marks").open("a") as file:
        file.write(f"{arguments['name']} begun {os.getpid()}\n")
    n = 0
    while not (folder / "go").exists():
        progress(n, None)
        n += 1
        time.sleep(0.02)
    with (folder / "marks").open("a") as file:
        file.write(f"{arguments['name']} done {os.getpid()}\n")
    return {"name": arguments["name"], "pid": os.getpid()}


def die(bench, arguments, progress):  # noqa: ARG001
    """Kill the process it runs in."""
    os._exit(9)


KINDS = {"mark": mark, "apply": mark, "die": die}


def marks(folder: Path) -> list[str]:
    """What was left so far: name and what happened."""
    file = folder / "marks"
    return [" ".join(line.split()[:2]) for line in file.read_text().splitlines()] if file.exists() else []


def main() -> int:
    holding.runner = KINDS.__getitem__
    if sys.argv[1] == "worker":
        return worker.main(sys.argv[2:])
    chosen = settings.load()
    log.setup(chosen.log_level)
    bench = jobs.Workbench(chosen, open_store(chosen.database))
    _, kind, key = sys.argv[1:4]
    ask = rows.submit

    def submit(*given, **named):
        """Ask together with the others, and say that it was asked."""
        (chosen.data / f"ready-{os.getpid()}").touch()
        while not (chosen.data / "start").exists():
            time.sleep(0.005)
        job = ask(*given, **named)
        (chosen.data / f"asked-{os.getpid()}").touch()
        return job

    rows.submit = submit
    try:
        job = jobs.run_now(bench, account="1", kind=kind, key=key, arguments={"name": key})
    except Cancelled:
        return 130
    print(job.id, job.state, (job.result or {}).get("pid"))  # noqa: T201 - what the test reads
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
