"""The record of what was done: whole and unaltered or not."""

from __future__ import annotations

from typing import Annotated

import typer

from mpkit.cli import console
from mpkit.errors import WrongUsage
from mpkit.i18n import say
from mpkit.ledger.audit import Head

app = typer.Typer(help=__doc__, add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def _verbs() -> None:
    """The record of what was done: who made, printed, approved or took in what, when, and from which file."""


@app.command()
def verify(
    *,
    head: Annotated[
        list[str] | None, typer.Option(help="N:HASH of a report or a backup the record must contain; repeatable")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Check every entry against its seal and against the marks kept outside the store; 3: something is wrong."""
    from mpkit.jobs.anchors import verify as judge  # noqa: PLC0415 - heavy

    bench = console.bench()
    account, language = bench.account(), console.language()
    found = judge(bench, account.id, tuple(map(_head, head or [])))
    lines = [
        say(f"audit_{fault.code}", language, n=fault.n, upto=fault.upto)  # one line a fault
        for fault in found.faults
    ]
    lines += [say("audit_lost", language, n=now + 1, upto=was) for was, now in found.lost]
    lines += [say("audit_unsealed", language, n=found.unsealed)] if found.unsealed else []
    if not found.faults:
        lines.insert(0, say("audit_sound", language, rows=found.rows, head=str(found.head), anchors=found.anchors))
    document = {
        "account": account.id,
        "rows": found.rows,
        "head": str(found.head),
        "anchors": found.anchors,
        "unsealed": found.unsealed,
        "lost": [{"from": now + 1, "to": was} for was, now in found.lost],
        "faults": [{"code": fault.code, "n": fault.n, "upto": fault.upto or fault.n} for fault in found.faults],
    }
    console.answer(document, "" if as_json else "\n".join(lines), as_json=as_json)
    if found.faults or found.unsealed:
        console.look()


def _head(text: str) -> Head:
    number, colon, link = text.partition(":")
    if not (colon and number.isdecimal() and link):
        raise WrongUsage("audit_head_wrong", text=text)
    return Head(int(number), link)
