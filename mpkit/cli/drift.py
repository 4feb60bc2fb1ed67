"""What is no longer at Mercado Pago as it was left; each difference taken into the list, or ours put back."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer

from mpkit import ledger
from mpkit.cli import console
from mpkit.cli.plan import write_plan
from mpkit.db import canonical
from mpkit.errors import Refused, WrongUsage
from mpkit.i18n import say, words
from mpkit.jobs import Workbench, run_now
from mpkit.model import Account, Amount
from mpkit.plan import Plan, text

_KINDS = ("missing", "changed", "new", "code_changed")


def command(
    *,
    accept: Annotated[
        list[str] | None, typer.Option(help="key of a difference to take into the list, or all; repeatable")
    ] = None,
    put_back: Annotated[
        list[str] | None, typer.Option(help="key of a difference to undo by a plan, or all; repeatable")
    ] = None,
    amount: Annotated[
        str, typer.Option(help="who sends orders to a register that waits by now: own-system, till")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="with --put-back: write the plan to this file, for apply")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="with --accept: give our ids to what is new, too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Compare Mercado Pago with what the last apply left; 0: as it was left, 3: there are differences."""
    if accept and put_back:
        raise WrongUsage("drift_one_press")
    if amount and amount not in {one.value for one in Amount}:
        raise WrongUsage("plan_amount_wrong", text=amount)
    bench = console.bench()
    account, language = bench.account(), console.language()
    found = _job(bench, account, "drift", {})
    if accept:
        _accept(bench, account, found, _keys(found, accept), amount, yes=yes, as_json=as_json)
    elif put_back:
        _put_back(bench, account, _keys(found, put_back), out, as_json=as_json)
    else:
        console.answer(found, "" if as_json else _said(found, language), as_json=as_json)
        if found["differences"]:
            console.look()


def _job(bench: Workbench, account: Account, kind: str, wishes: dict[str, Any], key: str = "") -> dict[str, Any]:
    arguments = {"account": account.id, "who": console.who(), **wishes}
    key = key or f"command:{hashlib.sha256(canonical(wishes).encode()).hexdigest()[:16]}"
    with console.progress() as progress:
        job = run_now(bench, account=account.id, kind=kind, key=key, arguments=arguments, progress=progress)
    return console.finished(job)


def _keys(found: dict[str, Any], said: list[str]) -> list[str]:
    """The keys meant: those said, or all there are."""
    every = list(dict.fromkeys(row["key"] for kind in _KINDS for row in found[kind]))
    return every if said == ["all"] else list(dict.fromkeys(said))


def _accept(
    bench: Workbench, account: Account, found: dict[str, Any], keys: list[str], amount: str, *, yes: bool, as_json: bool
) -> None:
    done = _job(bench, account, "accept", {"keys": keys, "amount": amount}) if keys else dict[str, Any](accepted=0)
    head = done.get("plan")
    applied: dict[str, Any] | None = None
    if head and yes:
        wishes = {"plan": head["plan"], "edits": done["edits"], "language": console.language()}
        applied = _job(bench, account, "apply", wishes, str(head["plan"]))
    lines = [say("drift_accepted", console.language(), n=done["accepted"])]
    if done.get("recall"):
        lines.append(_signs(done["recall"], console.language()))
        lines.append(say("drift_reprint", console.language(), registers=",".join(done["reprint"])))
    if head and applied is None:
        lines.append(say("drift_taking_over", console.language(), n=head["summary"]["adopt"]))
    console.answer(done | {"applied": applied, "found": found["differences"]}, "\n".join(lines), as_json=as_json)
    if (head and applied is None) or (applied and applied["failed"] + applied["skipped"]):
        console.look()


def _put_back(bench: Workbench, account: Account, keys: list[str], out: Path | None, *, as_json: bool) -> None:
    head = _job(bench, account, "put_back", {"keys": keys})
    document = ledger.find_plan(bench.store, account.id, str(head["plan"]))
    if document is None:
        raise Refused("plan_not_kept", plan=head["plan"])
    plan, language = Plan.read(document), console.language()
    document = plan.document(language)
    if out:
        write_plan(out, document, plan, language)
    console.answer(document, "" if as_json else text(plan, language), as_json=as_json)
    if plan.work or plan.summary["blocked"]:
        console.look()


def _said(found: dict[str, Any], language: str) -> str:
    counts = {kind: len(found[kind]) for kind in _KINDS}
    if not found["differences"]:
        return say("drift_same", language, checked=found["checked"])
    lines = [say("drift_head", language, **counts, checked=found["checked"])]
    for kind in _KINDS:
        for row in found[kind]:
            what = say(f"plan_object_{row['object']}", language)
            called = " · ".join(filter(None, (row["external_id"], row["name"], row["branch"])))
            lines.append(f"  {row['key']}  {say(f'drift_kind_{kind}', language)}: {what} {called}")
            lines += [_field(name, of, language) for name, of in row["fields"].items() if kind == "changed"]
            if row["stickers"]:
                lines.append(f"      {_signs(row['stickers'], language)}")
    return "\n".join([*lines, say("drift_how", language)])


def _field(name: str, of: dict[str, Any], language: str) -> str:
    called = say(f"drift_field_{name}" if f"drift_field_{name}" in words() else f"plan_field_{name}", language)
    return f"      {called}: {_short(of['mine'])} → {_short(of['theirs'])}"


def _short(value: object) -> str:
    return "—" if value in (None, "") else canonical(value) if isinstance(value, dict) else str(value)


def _signs(signs: list[dict[str, Any]], language: str) -> str:
    """The pieces by their serials, store by store."""
    stores: dict[str, list[str]] = {}
    for sign in signs:
        stores.setdefault(f"{sign['branch']} ({sign['store']})", []).append(str(sign["serial"]))
    told = "; ".join(f"{store}: {', '.join(serials)}" for store, serials in stores.items())
    return say("drift_stickers", language, serials=told)
