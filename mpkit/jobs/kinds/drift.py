"""The account against what the last apply left: what is missing, changed, new, and which codes are others."""

from __future__ import annotations

from typing import Any

from mpkit import branches, ledger, plan
from mpkit.jobs.kinds.plan import Look, look
from mpkit.jobs.workbench import Workbench
from mpkit.model import Account
from mpkit.plan import Drift
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, who}. Writes nothing.

    Gives {missing, changed, new, code_changed: [{key, object, external_id, id, name, store, branch, fields: {name:
    {mine, theirs}}, stickers: [{serial, register, store, branch}]}], checked, differences, at}.
    """
    account = bench.account(str(arguments.get("account") or ""))
    found, _ = compared(bench, account, progress)
    return found.plain() | {"at": bench.seams.clock.now().isoformat()}


def compared(bench: Workbench, account: Account, progress: Progress) -> tuple[Drift, Look]:
    """The differences of an account, and the look they were found by."""
    seen = look(bench, account, progress)
    found = plan.drift(
        branches.wanted(bench.store, account.id),
        seen.existing,
        seen.known,
        amount=account.amount,
        before=ledger.seen(bench.store, account.id),
        printed=seen.printed,
    )
    return found, seen
