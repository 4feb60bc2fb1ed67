"""Prove a PDF: every code read from the finished file and compared with what the account answers now."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from mpkit.cli import console
from mpkit.i18n import say
from mpkit.jobs import run_now


def command(
    file: Annotated[Path, typer.Argument(help="the PDF, ours or as it came back from the print shop")],
    manifest: Annotated[Path | None, typer.Option(help="the manifest.json that came with it")] = None,
    dpi: Annotated[int, typer.Option(min=150, max=1200, help="how finely the pages are looked at")] = 300,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Prove a PDF; exit code 3 where a code is not what it should be."""
    bench = console.bench()
    account = bench.account()
    arguments = {
        "account": account.id,
        "file": str(file.resolve()),
        "manifest": str(manifest.resolve()) if manifest else "",
        "dpi": dpi,
        "language": console.language(),
        "workers": os.cpu_count() or 1,
    }
    key = secrets.token_hex(8)  # a proof is of this moment: each is a job of its own
    with console.progress() as progress:
        job = run_now(bench, account=account.id, kind="proof", key=key, arguments=arguments, progress=progress)
    found = console.finished(job)
    passed = say(
        "kit_proof_passed",
        console.language(),
        file=found["file"],
        matched=found["matched"],
        n=found["symbols"],
        grade=found["grade"],
        pages=found["pages"],
    )
    console.answer(found, passed, as_json=as_json)
    for one in found["failures"]:
        console.say("kit_proof_line", page=one["page"], register=one["register"] or "?", reason=one["reason"])
    if found["failures"]:
        console.look()
