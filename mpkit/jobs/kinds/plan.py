"""The list against the account: who enters the amount and which branches in, the plan kept by its hash out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mpkit import accounts, branches, ledger, plan
from mpkit.api import MercadoPago
from mpkit.branches import Origin, Wanted
from mpkit.jobs import evidence, firms, rows, seals
from mpkit.jobs.workbench import Workbench
from mpkit.ledger import Known
from mpkit.model import Account, Amount
from mpkit.plan import Closed, Existing, Plan
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, amount, only, close, undo, edits, who}.

    An `amount` (buyer, own-system, till) is kept for the account; `close` are ids of branches and registers, closed in
    the list from now on; `undo` is the hash of a plan whose creations are to be removed instead of all else. With
    `edits` (as `branches.amended` takes them) the plan is about the list as they would leave it, and the list stays as
    it is: they, and what is closed, are written when the plan is carried out. Writes nothing to the account. The
    document is kept in the ledger (`ledger.find_plan`); the result is its head.
    """
    account = bench.account(str(arguments.get("account") or ""))
    if arguments.get("amount"):
        account = replace(account, amount=Amount(arguments["amount"]))
        accounts.set_amount(bench.store, account.id, Amount(arguments["amount"]))
    undo, who = str(arguments.get("undo") or ""), str(arguments.get("who") or "")
    if undo:
        made = _undoing(bench, account, undo, progress)
    else:
        only = plan.parse_only(str(arguments.get("only") or ""))
        wanted, going = _wanted(bench, account, arguments, who=who)
        made = _comparing(bench, account, (wanted, going), only, progress)
    return keep(bench, account, made, who=who)


@dataclass(frozen=True)
class Look:
    """An account as it is and as the ledger knows it, read for one plan."""

    api: MercadoPago
    existing: Existing
    known: Mapping[tuple[str, str], Known]
    printed: Mapping[str, tuple[int, ...]]


def look(bench: Workbench, account: Account, progress: Progress) -> Look:
    """Read the account by its lists."""
    known = ledger.known(bench.store, account.id, seal=seals.seal_of(bench))
    api = bench.mercadopago(account)
    existing = plan.read(api, known.values(), progress)
    return Look(api, existing, known, ledger.serials_in_use(bench.store, account.id))


def keep(bench: Workbench, account: Account, made: Plan, *, who: str) -> dict[str, Any]:
    """Keep a plan by its hash; gives its head."""
    document = made.document()
    ledger.keep_plan(bench.store, account.id, made.hash, document, who=who, at=bench.seams.clock.now())
    if made.work:  # equal plans have equal names: one that was carried out and undone since is work again
        rows.renew(bench.store, account.id, "apply", made.hash)
    return {name: document[name] for name in ("plan", "account", "summary", "confirm", "amount", "scope", "stickers")}


def _wanted(bench: Workbench, account: Account, arguments: Mapping[str, Any], *, who: str) -> tuple[Wanted, Closed]:
    """The list the plan is about, and what of it is to be taken away."""
    wanted = branches.wanted(bench.store, account.id)
    close, edits = list(arguments.get("close") or ()), arguments.get("edits")
    if edits:
        wanted = branches.amended(wanted, edits)
    plan.answered(wanted, account.amount)  # refused before the account is read, which takes its time
    going = plan.closed(wanted, close)
    if close and not edits:
        origin = Origin("screen", who=who, what="close")
        entries = plan.marked(wanted, going)
        seen = evidence.witness(bench, account.id, "close", origin)
        branches.propose(bench.store, account.id, *entries, origin=origin, clock=bench.seams.clock, witness=seen)
        wanted = branches.wanted(bench.store, account.id)
    return wanted, going


def _comparing(
    bench: Workbench, account: Account, meant: tuple[Wanted, Closed], only: plan.Only | None, progress: Progress
) -> Plan:
    wanted, going = meant
    seen = look(bench, account, progress)
    doomed = plan.doomed(seen.existing, going)
    ids, now = [pos.id for pos in doomed], bench.seams.clock.now()
    return plan.make(
        wanted,
        seen.existing,
        seen.known,
        account=account,
        amount=account.amount,
        only=only,
        printed=seen.printed,
        close=going,
        paid=plan.last_payments(seen.api, ids, now=now, progress=progress),
        waiting=plan.waiting_orders(seen.api, doomed, progress),
        firms=firms.around(bench, account, wanted.branches),
    )


def _undoing(bench: Workbench, account: Account, hash_: str, progress: Progress) -> Plan:
    journal = ledger.of_plan(bench.store, account.id, hash_)
    created = plan.created(journal)
    seen = look(bench, account, progress)
    since = min((one.intended for one in created if one.intended), default=None)
    pos = [str(one.remote_id) for one in created if one.object == "pos"]
    return plan.undo(
        created,
        seen.existing,
        account=account,
        printed=seen.printed,
        paid=plan.last_payments(seen.api, pos, now=bench.seams.clock.now(), since=since, progress=progress),
    )
