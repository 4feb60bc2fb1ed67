"""Payments, refunds and chargebacks brought up to date; may be stopped and started again at any time."""

from __future__ import annotations

from typing import Annotated

import typer

from mpkit.cli import console, days
from mpkit.jobs import run_now


def command(
    since: Annotated[
        str,
        typer.Option(
            help="read the payments made from this day on again (2026-10-31); older than a year: from reports"
        ),
    ] = "",
    until: Annotated[str, typer.Option(help="read the payments made up to this day again, and nothing else")] = "",
    allow_report_columns: Annotated[
        bool, typer.Option("--allow-report-columns", help="may add columns to the account's settlement report")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Bring the account's payments up to date: the first time twelve months, then what changed."""
    first, last = days.day(since), days.day(until)
    bench = console.bench()
    account = bench.account()
    arguments = {
        "account": account.id,
        "since": first.isoformat() if first else None,
        "until": last.isoformat() if last else None,
        "consent": allow_report_columns,
    }
    key = f"{arguments['since'] or ''}/{arguments['until'] or ''}".strip("/")
    with console.progress() as progress:
        job = run_now(bench, account=account.id, kind="sync", key=key, arguments=arguments, progress=progress)
    done = console.finished(job)
    console.answer(done, as_json=as_json)
    console.say("sales_synced", n=done["payments"], changed=done["changed"], as_of=done["as_of"])
    for gap in done["gaps"]:
        console.say("sales_gaps", begin=gap["from"], end=gap["to"])
    if done["lost"]:
        console.say("sales_report_lost", n=done["lost"])
    if done["gaps"] or done["lost"]:
        console.look()
