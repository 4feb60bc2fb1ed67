"""What was asked for: by whom, when, how long it took and what came of it; one run with its log, line by line."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from mpkit.cli import console
from mpkit.errors import Refused
from mpkit.i18n import say
from mpkit.jobs import Job, Workbench, logbook, page
from mpkit.model import Account
from mpkit.sites import SITES

_SHORT = 8  # letters of a job's id, enough to name it by
_EVERY = 10**9


def command(
    job: Annotated[str, typer.Argument(help="one by the first letters of its id: with its log, where it applied")] = "",
    *,
    most: Annotated[int, typer.Option(min=1, help="how many jobs, the newest first")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """List what was asked for, the newest first; or one job with what it did."""
    bench = console.bench()
    account = bench.account()
    if job:
        _one(bench, account, _meant(bench, account, job), as_json=as_json)
        return
    _, found = page(bench.store, account.id, most=most)
    lines = [_line(bench, account, each) for each in found]
    told = [_plain(bench, each) for each in found]
    console.answer({"jobs": told}, "" if as_json else "\n".join(lines), as_json=as_json)


def _meant(bench: Workbench, account: Account, begins: str) -> Job:
    """The one job whose id begins so. Raises `Refused` for none and for several."""
    found = [each for each in page(bench.store, account.id, most=_EVERY)[1] if each.id.startswith(begins)]
    if len(found) != 1:
        raise Refused("history_no_job", text=begins, n=len(found))
    return found[0]


def _one(bench: Workbench, account: Account, job: Job, *, as_json: bool) -> None:
    """A job with its log; the log of an apply is that of its plan, all its runs together."""
    log = _log(bench, account, job)
    told = _plain(bench, job) | {"log": log}
    console.answer(told, "" if as_json else "\n".join([_line(bench, account, job), *log]), as_json=as_json)


def _log(bench: Workbench, account: Account, job: Job) -> list[str]:
    if job.kind != "apply":
        return []
    plan, zone = job.key.partition("#")[0], SITES[account.site].zone
    return list(logbook.log(bench.store, account.id, plan, zone, console.language()))


def _line(bench: Workbench, account: Account, job: Job) -> str:
    language, clock = console.language(), bench.seams.clock
    created = job.created or clock.now()
    words = [
        job.id[:_SHORT],
        f"{created.astimezone(ZoneInfo(SITES[account.site].zone)):%Y-%m-%d %H:%M}",
        logbook.kind(job.kind, language),
        logbook.who(job, language),
        logbook.long(job, clock, language),
        say(f"history_state_{logbook.state(job, clock)}", language),
        logbook.result(job, language),
    ]
    return " · ".join(word for word in words if word)


def _plain(bench: Workbench, job: Job) -> dict[str, Any]:
    """The job for a program."""
    times = {"created": job.created, "started": job.started, "ended": job.ended}
    return {
        "id": job.id,
        "kind": job.kind,
        "key": job.key,
        "who": job.who or None,
        "state": logbook.state(job, bench.seams.clock),
        "attempts": job.attempts,
        **{name: at.isoformat() if at else None for name, at in times.items()},
        "said": logbook.result(job, console.language()),
    }
