"""What goes out: the list as a workbook that plans to zero changes, the tills' hand-off, a report of what was done."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer

from mpkit.cli import console
from mpkit.cli.days import day
from mpkit.db import canonical
from mpkit.errors import WrongUsage
from mpkit.i18n import say
from mpkit.jobs import run_now


def command(
    file: Annotated[Path | None, typer.Argument(help="the file to write; its ending says the form")] = None,
    *,
    for_: Annotated[
        str, typer.Option("--for", help="list (xlsx, csv), till (csv, json) or audit (pdf, xlsx)")
    ] = "list",
    check: Annotated[
        Path | None, typer.Option(help="with --for till: the vendor's file coming back, compared with the account")
    ] = None,
    since: Annotated[str, typer.Option("--from", help="with --for audit: first day, as 2026-10-01")] = "",
    until: Annotated[str, typer.Option("--to", help="with --for audit: last day")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Write a file; 0: done, 3: there is something to look at (a till on the wrong register, a record not whole)."""
    if check and for_ != "till":
        raise WrongUsage("handoff_check_alone")
    if file is None and check is None:
        raise WrongUsage("export_no_file")
    first, last = day(since), day(until)
    bench = console.bench()
    account, language = bench.account(), console.language()
    wishes: dict[str, Any] = {
        "what": for_,
        "out": str(file.resolve()) if file else "",
        "check": str(check.resolve()) if check else "",
        "since": first.isoformat() if first else "",
        "until": last.isoformat() if last else "",
        "language": language,
    }
    key = f"command:{hashlib.sha256(canonical(wishes).encode()).hexdigest()[:16]}"
    with console.progress() as progress:
        job = run_now(
            bench,
            account=account.id,
            kind="export",
            key=key,
            arguments={"account": account.id, "who": console.who(), **wishes},
            progress=progress,
        )
    done = console.finished(job)
    lines = {"list": _list, "till": _till, "audit": _audit}[for_](done, check, language)
    console.answer(done, "" if as_json else "\n".join(lines), as_json=as_json)
    if done.get("findings") or done.get("missing") or done.get("faults"):
        console.look()


def _list(done: dict[str, Any], _check: Path | None, language: str) -> list[str]:
    return [say("export_done", language, **done)]


def _till(done: dict[str, Any], check: Path | None, language: str) -> list[str]:
    lines = [say("handoff_done", language, file=done["file"], n=done["tills"])] if done["file"] else []
    if done["missing"]:
        names = ", ".join(done["missing"])
        lines.append(say("handoff_left_out", language, n=len(done["missing"]), names=names))
    if check and not done["findings"]:
        lines.append(say("handoff_right", language, file=check.name, n=done["tills"]))
    for one in done["findings"]:
        text = one["message"]
        lines.append(say("handoff_row", language, row=str(one["row"]), text=text) if one["row"] else text)
    return lines


def _audit(done: dict[str, Any], _check: Path | None, language: str) -> list[str]:
    told = [say(f"audit_{fault['code']}", language, n=fault["n"], upto=fault["upto"]) for fault in done["faults"]]
    return [say("report_done", language, **{name: done[name] for name in ("file", "rows", "head")}), *told]
