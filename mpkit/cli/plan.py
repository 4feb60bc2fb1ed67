"""What would be made and changed: files into the list, the list against the account; nothing is written to it."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from mpkit import ledger
from mpkit.cli import console
from mpkit.cli.apply import read_plan
from mpkit.cli.check import parse_map, parse_same
from mpkit.db import canonical
from mpkit.errors import Refused, WrongUsage
from mpkit.jobs import Workbench, latest, run_now
from mpkit.model import Account, Amount
from mpkit.plan import Plan, markdown, parse_only, takedown, text

_CONFLICTS = 8  # values told by name


def command(
    files: Annotated[list[Path] | None, typer.Argument(help="files of branches to take into the list first")] = None,
    *,
    site: Annotated[str, typer.Option(help="country of the files, as MLA; the account's where not given")] = "",
    sheets: Annotated[
        list[str] | None, typer.Option("--sheet", help="sheet of a workbook, repeatable; else all of branches")
    ] = None,
    mapping: Annotated[list[str] | None, typer.Option("--map", help="MEANING=COLUMN, repeatable")] = None,
    accept: Annotated[list[str] | None, typer.Option(help="code of a repair to apply, repeatable")] = None,
    names: Annotated[
        str, typer.Option(help="how new registers are called: text with {id} {branch} {city} {n} {register}")
    ] = "",
    same: Annotated[
        list[str] | None,
        typer.Option(help="[FILE:][SHEET:]ROW=ID or ROW=new: which branch a doubtful row is, repeatable"),
    ] = None,
    conflicts: Annotated[
        str, typer.Option(help="file or list: which counts where a file says something new against a person's edit")
    ] = "",
    amount: Annotated[str, typer.Option(help="who enters the amount: buyer, own-system or till; kept")] = "",
    only: Annotated[str, typer.Option(help="region=NAME, ID,… or first=N: the first N that need something")] = "",
    close: Annotated[
        str, typer.Option(help="ID,… of branches and registers to close for good; pos:ID=NEW: NEW takes its place")
    ] = "",
    undo: Annotated[str, typer.Option(help="plan file, its hash, or last: remove what that run created")] = "",
    out: Annotated[Path | None, typer.Option(help="write the plan to this file, for apply")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Compare the list with the account; 0: nothing to do, 3: there is something to do or to look at."""
    if amount and amount not in {one.value for one in Amount}:
        raise WrongUsage("plan_amount_wrong", text=amount)
    parse_only(only)
    if undo and (files or amount or only or close):
        raise WrongUsage("plan_undo_with")
    if conflicts not in {"", "file", "list"}:
        raise WrongUsage("plan_conflicts_wrong", text=conflicts)
    options = {
        "site": site,
        "sheets": list(sheets or []),
        "map": parse_map(mapping or []),
        "accept": list(accept or []),
    }
    passed = parse_same(same or [], [file.name for file in files or []])
    options |= {"names": names}
    options |= {"passed": {file: sorted(rows) for file, rows in passed.items()}, "conflicts": conflicts}
    bench = console.bench()
    account = bench.account()
    left_out = _take_in(bench, account, files, **options) if files else 0
    wishes = {"amount": amount, "only": only, "close": [one.strip() for one in close.split(",") if one.strip()]}
    plan = _made(bench, account, **wishes, undo=_run(bench, account, undo) if undo else "")
    language = console.language()
    document = plan.document(language)
    if out:
        write_plan(out, document, plan, language)
        if down := takedown.written(plan, out, language):
            console.say("plan_recall_written", file=str(down[0]), reprint=str(down[1]))
    console.answer(document, "" if as_json else text(plan, language), as_json=as_json)
    if plan.work or plan.summary["blocked"] or left_out:
        console.look()


def _take_in(bench: Workbench, account: Account, files: list[Path], **options: object) -> int:
    """Propose files to the list, all or none; how many of their rows cannot be taken as they stand."""
    paths = [str(file.resolve()) for file in files]
    arguments = {"account": account.id, "paths": paths, "who": console.who(), **options}
    key = f"command:{hashlib.sha256(canonical(arguments).encode()).hexdigest()[:16]}"
    with console.progress() as progress:
        job = run_now(bench, account=account.id, kind="take_in", key=key, arguments=arguments, progress=progress)
    taken = console.finished(job)
    for file in taken["files"]:
        console.say("plan_taken_in", **{name: file[name] for name in ("file", "branches", "registers")})
        if file["blocking"]:
            console.say("plan_findings", n=file["blocking"], file=file["file"])
    for other in taken["elsewhere"]:
        console.say("plan_taken_elsewhere", **{name: other[name] for name in ("account", "branches", "registers")})
    clashes = [change for change in taken["changes"] if change["conflict"]]
    if clashes:
        told = [f"{c['external_id']} {c['field']}: {c['before']} | {c['after']}" for c in clashes[:_CONFLICTS]]
        more = " …" if taken["conflicts"] > len(told) else ""
        console.say("plan_conflicts", n=taken["conflicts"], values="; ".join(told) + more)
    return sum(int(file["blocking"]) for file in taken["files"]) + int(taken["conflicts"])


def _run(bench: Workbench, account: Account, undo: str) -> str:
    """The hash of the run meant: of a plan file, said outright, or that of the last apply."""
    if undo == "last":
        job = latest(bench.store, account.id, "apply")
        if job is None:
            raise Refused("plan_undo_nothing")
        return str(job.key).partition("#")[0]
    return undo if undo.startswith("sha256:") else read_plan(Path(undo)).hash


def _made(bench: Workbench, account: Account, **wishes: object) -> Plan:
    arguments = {"account": account.id, **wishes, "who": console.who()}
    with console.progress() as progress:
        job = run_now(
            bench,
            account=account.id,
            kind="plan",
            key=f"command:{hashlib.sha256(canonical(wishes).encode()).hexdigest()[:16]}",
            arguments=arguments,
            progress=progress,
        )
    head = console.finished(job)
    document = ledger.find_plan(bench.store, account.id, str(head["plan"]))
    if document is None:
        raise Refused("plan_not_kept", plan=head["plan"])
    return Plan.read(document)


def write_plan(out: Path, document: dict[str, object], plan: Plan, language: str) -> None:
    """The plan as JSON, or as Markdown for people where the file is called so."""
    if out.suffix.lower() == ".md":
        said = markdown(plan, language)
    else:
        said = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    aside = out.with_name(out.name + ".part")
    try:
        aside.write_text(said, encoding="utf-8")
        aside.replace(out)
    except OSError as error:
        raise Refused("plan_unwritable_file", file=str(out), why=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
