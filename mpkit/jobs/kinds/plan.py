"""The list against the account: who enters the amount and which branches in, the plan kept by its hash out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from mpkit import accounts, branches, keys, ledger, plan
from mpkit.jobs.workbench import Workbench
from mpkit.model import Amount
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, amount, only, who}; an `amount` (buyer, own-system, till) is kept for the account.

    Writes nothing to the account. The document is kept in the ledger (`ledger.find_plan`); the result is its head.
    """
    account = bench.account(str(arguments.get("account") or ""))
    if arguments.get("amount"):
        account = replace(account, amount=Amount(arguments["amount"]))
        accounts.set_amount(bench.store, account.id, Amount(arguments["amount"]))
    wanted = branches.wanted(bench.store, account.id)
    plan.answered(wanted, account.amount)  # refused before the account is read, which takes its time
    seal = partial(keys.mac, "ledger", data=bench.settings.data)
    known = ledger.known(bench.store, account.id, seal=seal)
    existing = plan.read(bench.mercadopago(account), known.values(), progress)
    made = plan.make(
        wanted,
        existing,
        known,
        account=account,
        amount=account.amount,
        only=plan.parse_only(str(arguments.get("only") or "")),
        printed=ledger.in_use(bench.store, account.id),
    )
    document = made.document()
    who = str(arguments.get("who") or "")
    ledger.keep_plan(bench.store, account.id, made.hash, document, who=who, at=bench.seams.clock.now())
    return {name: document[name] for name in ("plan", "account", "summary", "confirm", "amount", "scope")}
