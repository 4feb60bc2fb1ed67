"""Nobody at work: what must not be copied or sealed anew under somebody's hands is held still meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mpkit import accounts, ledger
from mpkit.errors import Refused
from mpkit.jobs import rows
from mpkit.jobs.alive import is_dead
from mpkit.jobs.workbench import Workbench


@contextmanager
def nobody_applies(bench: Workbench, *, who: str, sentence: str) -> Iterator[None]:
    """Raise `Refused`, which says who, where a plan waits or runs; nobody begins one until this ends."""
    clock = bench.seams.clock
    for job in rows.live(bench.store):
        if job.kind == "apply" and not (job.state == "running" and is_dead(job, clock)):
            raise Refused(sentence, who=job.who or job.worker or "mpkit", since=job.started or job.created)
    with ExitStack() as held:
        for account in accounts.known(bench.store):
            hold = ledger.take(bench.store, account.id, "apply", who=who or "mpkit", clock=clock)
            held.callback(ledger.give_back, bench.store, hold)
        yield


def refuse_work(bench: Workbench, *, sentence: str) -> None:
    """Raise `Refused` where any job runs; within a transaction that writes none begins until it ends."""
    for job in rows.live(bench.store):
        if job.state == "running" and not is_dead(job, bench.seams.clock):
            raise Refused(sentence, who=job.who or job.worker or "mpkit", since=job.started or job.created)
