"""A command's own job: the same row as a page's, run in the command's process, or watched where a worker holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpkit.jobs import rows
from mpkit.jobs.alive import is_dead
from mpkit.jobs.holding import Hold, holder_name, retold
from mpkit.jobs.rows import Job
from mpkit.jobs.workbench import Workbench
from mpkit.work import Progress, silent

_LOOK_SECONDS = 0.3


def run_now(
    bench: Workbench,
    *,
    account: str,
    kind: str,
    key: str,
    arguments: Mapping[str, Any],
    progress: Progress = silent,
    who: str = "",
) -> Job:
    """Run a job to its end here, or wait for the worker that holds the same one; taken over where that one dies.

    Gives the finished job, also one of `ONCE` that was finished before. See `outcome` for its result or error.
    """
    clock = bench.seams.clock
    me = holder_name()
    job = rows.submit(
        bench.store,
        account=account,
        kind=kind,
        key=key,
        arguments=arguments,
        who=who or str(arguments.get("who") or ""),
        clock=clock,
        holder=me,
    )
    while not job.finished:
        if job.worker == me:
            return Hold(bench.store, job, clock, progress).run(bench)
        if job.state == "queued" or is_dead(job, clock):
            job = rows.claim(bench.store, job, me, clock=clock) or rows.find(bench.store, job.id)
            if job.worker == me:
                continue
        if job.progress:
            progress(int(job.progress["done"]), job.progress["total"], str(job.progress["step"]))
        bench.seams.sleep(_LOOK_SECONDS)
        job = rows.find(bench.store, job.id)
    return job


def outcome(job: Job) -> dict[str, Any]:
    """The result of a finished job. Raises the error it ended with, as it was."""
    if job.error is not None:
        raise retold(job.error)
    return dict(job.result or {})
