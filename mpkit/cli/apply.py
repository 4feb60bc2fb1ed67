"""A plan carried out: its file in, what became of each change out; safe to interrupt and to start again."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from mpkit import ledger
from mpkit.cli import console
from mpkit.errors import Refused, StalePlan
from mpkit.i18n import say
from mpkit.jobs import Workbench, logbook, of_keys, refuse_second, request_cancel, run_now
from mpkit.jobs.kinds.apply import results_file
from mpkit.model import Account
from mpkit.plan import Plan, text
from mpkit.plan.change import account_of
from mpkit.sites import SITES

_MOST_BYTES = 64 * 1024 * 1024
_HEAD_BYTES = 1024
_NAME = re.compile(rb'"plan":\s*"(sha256:[0-9a-f]{64})"')


def command(
    file: Annotated[Path, typer.Argument(help="a plan, as `mpkit plan --out` wrote it")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    confirm_changes: Annotated[int | None, typer.Option(help="the plan's number of changes to what exists")] = None,
    confirm_stickers: Annotated[int | None, typer.Option(help="the plan's number of useless signs")] = None,
    confirm_switches: Annotated[
        int | None, typer.Option(help="the plan's number of registers taken over whose buyers see something else")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="write the outcomes to this workbook")] = None,
    log: Annotated[Path | None, typer.Option(help="write what was done, line by line, to this text file")] = None,
    pause: Annotated[
        bool, typer.Option("--pause", help="stop the apply of this plan that runs; apply goes on")
    ] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="stop it, and never do what is left of this plan")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Make and change in the account what a plan says; 0: all done, 3: some of it was not."""
    bench = console.bench()
    if (name := _named(file)) and not (pause or cancel):  # a whole chain's plan takes its time to read
        refuse_second(bench.store, bench.account().id, "apply", name, clock=bench.seams.clock)
    plan = read_plan(file)
    for file_ in filter(None, (out, log)):
        _refuse_unless_writable(file_)
    account = bench.account()
    if not account_of(plan, account):
        raise StalePlan("plan_stale_account", planned=plan.account, found=account.id)
    language = console.language()
    if pause or cancel:
        _stop(bench, account, plan, cancel=cancel)
        return
    if not yes:
        _ask(plan, account, language)
    numbers = {"changes": confirm_changes, "stickers": confirm_stickers, "switches": confirm_switches}
    result = _carried_out(bench, account, plan, {f"confirm_{name}": n for name, n in numbers.items()}, out=out, log=log)
    console.answer(result, "" if as_json else _said(result, language), as_json=as_json)
    if result["failed"] or result["skipped"]:
        console.look()


def _carried_out(
    bench: Workbench,
    account: Account,
    plan: Plan,
    numbers: dict[str, int | None],
    *,
    out: Path | None,
    log: Path | None,
) -> dict[str, Any]:
    """The plan's job, here or where it runs already; its workbook and its log also where it stops early."""
    if ledger.find_plan(bench.store, account.id, plan.hash) is None:
        now = bench.seams.clock.now()
        ledger.keep_plan(bench.store, account.id, plan.hash, plan.document(), who=console.who(), at=now)
    arguments: dict[str, Any] = {"account": account.id, "plan": plan.hash, "language": console.language(), **numbers}
    arguments["who"] = console.who()
    made, began, done = results_file(bench, account, plan.hash), bench.seams.clock.now().timestamp(), False
    try:
        with console.progress() as progress:
            job = run_now(
                bench, account=account.id, kind="apply", key=plan.hash, arguments=arguments, progress=progress
            )
        done = job.state == "done"
    finally:  # also of a run that stopped early, whatever stopped it
        if out and made.exists() and (done or made.stat().st_mtime >= began):
            _copy(made, out)
        if log:
            _logged(bench, account, plan, log)
    return console.finished(job)


def _refuse_unless_writable(out: Path) -> None:
    """Known before anything is sent."""
    if out.is_dir() or not out.parent.is_dir():
        why = os.strerror(errno.EISDIR if out.is_dir() else errno.ENOENT)
        raise Refused("plan_unwritable_file", file=str(out), why=why)


def _stop(bench: Workbench, account: Account, plan: Plan, *, cancel: bool) -> None:
    """Ask the run of this plan, here or in a worker, to stop once what is under way is on record."""
    jobs = [job for job in of_keys(bench.store, account.id, "apply", plan.hash) if not job.finished]
    for job in jobs:
        request_cancel(bench.store, job.id, clock=bench.seams.clock)
    if cancel:
        if ledger.find_plan(bench.store, account.id, plan.hash) is None:
            raise Refused("plan_not_kept", plan=plan.hash)
        ledger.give_up(bench.store, account.id, plan.hash, at=bench.seams.clock.now())
        console.say("plan_cancelled")
    elif jobs:
        console.say("plan_paused")
    else:
        raise Refused("plan_pause_nothing")


def _named(file: Path) -> str:
    """The plan a file says it is, by its first lines, "" where they do not; whether it is that, reading it tells."""
    try:
        with file.open("rb") as opened:
            found = _NAME.search(opened.read(_HEAD_BYTES)) if file.is_file() else None
    except OSError:
        return ""
    return found[1].decode() if found else ""


def read_plan(file: Path) -> Plan:
    """The plan of a file. Raises `Refused` for anything else, `StalePlan` for another version's."""
    try:
        if file.exists() and not (file.is_file() or file.is_dir()):  # a device or a pipe never ends
            raise Refused("plan_not_a_plan")
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise Refused("plan_not_a_plan")
        document = json.loads(content)
    except OSError as error:
        raise Refused("plan_unreadable_file", file=str(file), why=error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise Refused("plan_not_a_plan") from error
    if not isinstance(document, dict):
        raise Refused("plan_not_a_plan")
    return Plan.read(document)


def _ask(plan: Plan, account: Account, language: str) -> None:
    """A person at a terminal is shown the plan and asked; nobody else is taken to agree."""
    if not sys.stdin.isatty():
        raise Refused("plan_apply_needs_yes")
    print(text(plan, language), file=sys.stderr)
    if not typer.confirm(say("plan_apply_ask", language, account=account.nickname or account.id), err=True):
        raise Refused("plan_apply_declined")


def _said(result: dict[str, Any], language: str) -> str:
    """The outcome for people: the counts, and a line for each change that is not as planned."""
    lines = [say("plan_apply_head", language, **{name: result[name] for name in ("done", "failed", "skipped")})]
    for one in result["results"]:
        if one["outcome"] != "done":
            what = say(f"plan_object_{one['object']}", language)
            lines.append(f"  {what} {one['external_id']} · {one['name']}: {one['error']}")
    lines.append(result["file"])
    return "\n".join(lines)


def _logged(bench: Workbench, account: Account, plan: Plan, log: Path) -> None:
    """Everything the runs of this plan did, the oldest first."""
    lines = logbook.log(bench.store, account.id, plan.hash, SITES[account.site].zone, console.language())
    try:
        with log.open("w", encoding="utf-8") as opened:
            opened.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise Refused("plan_unwritable_file", file=str(log), why=error.strerror or str(error)) from error


def _copy(made: Path, out: Path) -> None:
    """A copy where it was asked for; one that cannot be written says that the work itself is done."""
    aside = out.with_name(out.name + ".part")
    try:
        shutil.copyfile(made, aside)
        aside.replace(out)
    except OSError as error:
        why = error.strerror or str(error)
        raise Refused("plan_outcome_unwritten", file=str(out), why=why, made=str(made)) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
