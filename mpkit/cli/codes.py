"""Codes for screens, tills and receipt printers: pictures, paths, printers' bytes and the payload as text."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from mpkit.cli import console
from mpkit.i18n import say
from mpkit.jobs import run_now


def command(  # noqa: PLR0917 - typer reads the options from here
    kinds: Annotated[
        str, typer.Option(help="png, svg, txt, raster-384, raster-576, escpos-384, escpos-576, with commas; else all")
    ] = "",
    stores: Annotated[str, typer.Option(help="only the registers of these stores, ids with commas")] = "",
    registers: Annotated[str, typer.Option(help="only these registers, ids with commas")] = "",
    out: Annotated[Path | None, typer.Option(help="where the folder goes; mpkit's own place if not said")] = None,
    accept_changed: Annotated[bool, typer.Option(help="also codes that are no longer the ones on record")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Write each register's code for till displays, customer screens and receipt printers."""
    bench = console.bench()
    account = bench.account()
    name = f"codes-{bench.seams.clock.now():%Y%m%d}-{secrets.token_hex(3).upper()}"
    arguments = {
        "account": account.id,
        "name": name,
        "kinds": console.ids(kinds),
        "stores": console.ids(stores),
        "registers": console.ids(registers),
        "out": str(out.resolve()) if out else "",
        "who": console.who(),
        "accept_changed": accept_changed,
    }
    with console.progress() as progress:
        job = run_now(bench, account=account.id, kind="codes", key=name, arguments=arguments, progress=progress)
    made = console.finished(job)
    summary = say("codes_done", console.language(), n=made["registers"], files=made["files"], folder=made["folder"])
    console.answer(made, summary, as_json=as_json)
    if made["refused"]:
        console.say("kit_left_out", n=len(made["refused"]))
        for one in made["refused"]:
            console.say(one["key"], register=one["register"], **one["values"])
        console.look()
