"""A plan carried out: its hash in, what became of each change out, also as a workbook in the account's folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mpkit import branches, ledger, plan, sheet
from mpkit.api import on_this_machine
from mpkit.db import Engine
from mpkit.errors import Refused, Unauthorised
from mpkit.i18n import say
from mpkit.jobs import evidence, seals
from mpkit.jobs.workbench import Workbench
from mpkit.model import Account, Branch, Register
from mpkit.work import Cancelled, GivenUp, Progress

# A sandbox on this machine carries a request out when it comes or never: nothing is under way for longer than this.
_SETTLE_HERE = 0.5
_COLUMNS = ("object", "external_id", "name", "record", "outcome", "id", "error")


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, plan, edits, language, who} and the numbers a person stated; gives `apply --json`.

    Those are {confirm_changes, confirm_stickers, confirm_switches}, each where the plan asks for it.

    `edits` are those the plan was made with: they go into the list now, where it does not say them yet.

    Killed at any moment and run again it goes on where it stopped: nothing is lost, nothing is made twice.
    """
    account = bench.account(str(arguments.get("account") or ""))
    hash_ = str(arguments["plan"])
    planned = _kept(bench, account, hash_)
    _amend(bench, account, planned, arguments)
    rehearsal = _rehearsal(bench, account)
    language = str(arguments.get("language") or "es")
    out = results_file(bench, account, hash_)
    api = bench.mercadopago(account)
    applying = plan.Applying(
        store=bench.store,
        api=api,
        account=account,
        wanted=Wanted(bench.store, account.id),
        seal=seals.seal_of(bench),
        seams=bench.seams,
        who=str(arguments.get("who") or ""),
        sources=evidence.sources(bench.store, account.id),
        settle=_SETTLE_HERE if rehearsal else plan.SETTLE,
        in_flight=api.in_flight,  # four, unless the settings raise the pace
        progress=progress,
        told=partial(_written, out=out, language=language),
    )
    try:
        applied = applying.apply(
            planned,
            confirm_changes=arguments.get("confirm_changes"),
            confirm_stickers=arguments.get("confirm_stickers"),
            confirm_switches=arguments.get("confirm_switches"),
        )
    except Unauthorised:
        bench.forget(account.id)  # whoever goes on asks for the token anew: a fresh one may be kept by then
        raise
    except Cancelled as stop:
        if type(stop) is Cancelled and ledger.given_up(bench.store, account.id, hash_):
            raise GivenUp from stop
        raise
    return applied.document(language) | {"file": str(out)}


@dataclass(frozen=True)
class Wanted:
    """The list as it stands whenever it is asked for: looked at once, and not held for as long as a run takes."""

    store: Engine
    account: str

    @property
    def branches(self) -> tuple[Branch, ...]:
        """What is wanted as stores."""
        return branches.wanted(self.store, self.account).branches

    @property
    def registers(self) -> tuple[Register, ...]:
        """What is wanted as POS."""
        return branches.wanted(self.store, self.account).registers


def _kept(bench: Workbench, account: Account, hash_: str) -> plan.Plan:
    """The plan of that name. Raises `Refused` where it was never kept here, or was given up."""
    document = ledger.find_plan(bench.store, account.id, hash_)
    if document is None:
        raise Refused("plan_not_kept", plan=hash_)
    if ledger.given_up(bench.store, account.id, hash_):
        raise Refused("plan_given_up")
    return plan.Plan.read(document)


def _amend(bench: Workbench, account: Account, planned: plan.Plan, arguments: dict[str, Any]) -> None:
    """The edits a plan was made with go into the list, unless it says them already: then nothing is written twice."""
    edits = arguments.get("edits")
    wanted = branches.wanted(bench.store, account.id)
    if not edits or plan.list_hash(wanted, account.amount, planned.scope) == planned.listed:
        return
    origin = branches.Origin("screen", who=str(arguments.get("who") or ""), what="press")
    seen = evidence.witness(bench, account.id, "edit", origin)
    branches.amend(bench.store, account.id, edits, origin=origin, clock=bench.seams.clock, witness=seen)


def _written(applied: plan.Applied, out: Path, language: str) -> None:
    """The outcomes as a workbook, also of a run that stopped early: what was done, what was not, and why."""
    headings = [f"plan_result_{name}" for name in _COLUMNS]
    rows = _rows(applied.document(language)["results"], language)
    sheet.results(out, rows, language, headings=headings, sheet="plan_results_sheet")


def _rows(results: list[dict[str, Any]], language: str) -> list[list[object]]:
    """The outcomes as a merchant reads them."""
    said = {"object": "plan_object_", "outcome": "plan_outcome_"}
    return [
        [say(said[name] + str(one[name]), language) if name in said else one[name] for name in _COLUMNS]
        for one in results
    ]


def results_file(bench: Workbench, account: Account, hash_: str) -> Path:
    """Where the workbook of a plan's outcomes stands."""
    return bench.folder(account.id, "plans") / f"{hash_.rpartition(':')[2][:12]}.xlsx"


def _rehearsal(bench: Workbench, account: Account) -> bool:
    """A test account on this machine: the sandbox. A real account behind a local proxy keeps the safe waits."""
    return account.test and on_this_machine(bench.settings.api_url)
