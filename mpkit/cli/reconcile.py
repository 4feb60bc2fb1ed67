"""The store against the account, after a restore: what the store lacks is learned again; nothing is created."""

from __future__ import annotations

from typing import Annotated

import typer

from mpkit.cli import console
from mpkit.i18n import say
from mpkit.jobs import run_now


def command(*, as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False) -> None:
    """Learn from Mercado Pago what the store lacks; 0: they agree, 3: something is left to look at."""
    bench = console.bench()
    account, language = bench.account(), console.language()
    arguments = {"account": account.id, "who": console.who()}
    with console.progress() as progress:
        job = run_now(
            bench, account=account.id, kind="reconcile", key="command", arguments=arguments, progress=progress
        )
    done = console.finished(job)
    counts = {name: len(done[name]) for name in ("learned", "settled", "pieces")}
    left = int(done["drift"]["differences"]) + len(done["taken"])
    lines = [say("reconcile_done", language, **counts)]
    lines += [say("reconcile_open", language, open=left)] if left else []
    console.answer(done, "" if as_json else "\n".join(lines), as_json=as_json)
    if left:
        console.look()
