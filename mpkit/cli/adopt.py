"""Stores and POS made in the panel: what each is in the list, why, and what taking it over changes; then taken over."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mpkit.cli import console
from mpkit.errors import Refused
from mpkit.i18n import say
from mpkit.jobs import Workbench, run_now
from mpkit.model import Account

_MOST_BYTES = 16 * 1024 * 1024


def command(
    *,
    match: Annotated[Path | None, typer.Option(help="CSV of decisions: id, external_id (empty: leave it)")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="take over what is sure or named, without asking")] = False,
    confirm_changes: Annotated[int | None, typer.Option(help="the number of existing objects that change")] = None,
    confirm_stickers: Annotated[int | None, typer.Option(help="the number of useless signs")] = None,
    confirm_switches: Annotated[int | None, typer.Option(help="the number whose buyers see something else")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """List what the panel made and take it over; 0: nothing is left to take over, 3: there is something to look at."""
    decided = _decisions(match) if match else ""
    bench = console.bench()
    account = bench.account()
    language = console.language()
    found = _job(bench, account, "adopt", f"adopt:{_short(decided)}", {"match": decided, "language": language})
    result: dict[str, Any] | None = None
    numbers = {"changes": confirm_changes, "stickers": confirm_stickers, "switches": confirm_switches}
    if found["summary"]["adopt"] and (yes or (sys.stdin.isatty() and _agreed(found, numbers, account, language))):
        numbers = {f"confirm_{name}": number for name, number in numbers.items()}
        wishes = {"plan": found["plan"], "language": language, **numbers}
        result = _job(bench, account, "apply", str(found["plan"]), wishes)
    console.answer(found | {"applied": result}, "" if as_json else _said(found, result, language), as_json=as_json)
    undone = found["summary"]["adopt"] if result is None else result["failed"] + result["skipped"]
    if undone or found["summary"]["blocked"] or found["unmatched"] or _open(found):
        console.look()


def _decisions(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise Refused("plan_match_columns")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise Refused("plan_unreadable_file", file=str(file), why=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise Refused("plan_match_columns") from error


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _job(bench: Workbench, account: Account, kind: str, key: str, wishes: dict[str, Any]) -> dict[str, Any]:
    arguments = {"account": account.id, "who": console.who(), **wishes}
    with console.progress() as progress:
        job = run_now(bench, account=account.id, kind=kind, key=key, arguments=arguments, progress=progress)
    return console.finished(job)


def _open(found: dict[str, Any]) -> bool:
    """Whether something of the panel has a possible match that nobody decided about."""
    taken = {(one["object"], one["id"]) for one in found["matches"] if one["taken"]}
    return any((one["object"], one["id"]) not in taken for one in found["matches"])


def _agreed(found: dict[str, Any], numbers: dict[str, int | None], account: Account, language: str) -> bool:
    """A person at a terminal sees the matches; where what buyers see would change, that is asked for by itself.

    The yes to that is the number `--confirm-switches` would state.
    """
    print(_said(found, None, language), file=sys.stderr)
    if not typer.confirm(say("plan_apply_ask", language, account=account.nickname or account.id), err=True):
        return False
    switched = found["confirm"]["switches"]
    if switched is None or numbers["switches"] == switched:
        return True
    numbers["switches"] = switched
    return typer.confirm(say("plan_adopt_ask", language, n=switched), err=True)


def _said(found: dict[str, Any], result: dict[str, Any] | None, language: str) -> str:
    lines = [say("plan_adopt_head", language, taken=found["summary"]["adopt"], open=len(found["unmatched"]))]
    for one in found["matches"]:
        what = say(f"plan_object_{one['object']}", language)
        mark = "=" if one["taken"] else "?"
        lines.append(
            f"  {mark} {what} {one['id']} · {one['name']} → {one['external_id']} · {one['wanted']}"
            f" ({one['score']:.2f}: {one['why']})"
        )
        if one["switches"]:
            lines.append(f"      {say('plan_adopt_switch', language)}")
    for one in found["unmatched"]:
        what = say(f"plan_object_{one['object']}", language)
        lines.append(f"  · {what} {one['id']} · {one['name']}: {say('plan_adopt_stranger', language)}")
    if result is not None:
        lines.append(say("plan_apply_head", language, **{name: result[name] for name in ("done", "failed", "skipped")}))
        lines += [
            f"  {one['external_id']} · {one['name']}: {one['error']}"
            for one in result["results"]
            if one["outcome"] != "done"
        ]
    elif found["summary"]["adopt"]:
        lines.append(say("plan_adopt_how", language))
        if found["confirm"]["switches"]:
            lines.append(say("plan_confirm_switches", language, n=found["confirm"]["switches"]))
    return "\n".join(lines)
