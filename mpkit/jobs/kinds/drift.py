"""The account against what the last apply left: what is missing, changed, new, and which codes are others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpkit import branches, ledger, plan
from mpkit.jobs import seals
from mpkit.jobs.kinds.plan import Look, look
from mpkit.jobs.workbench import Workbench
from mpkit.ledger import Known
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
    """The differences of an account, and the look they were found by.

    A plan may be carried out meanwhile: what it touched while the account was being read is not compared this time.
    """
    seen = look(bench, account, progress)
    since = ledger.known(bench.store, account.id, seal=seals.seal_of(bench))
    still = {key: one for key, one in seen.known.items() if since.get(key) == one}
    found = plan.drift(
        branches.wanted(bench.store, account.id),
        seen.existing,
        still,
        amount=account.amount,
        before=_shown(bench, account, seen, since),
        printed=seen.printed,
    )
    return found, seen


def _shown(
    bench: Workbench, account: Account, seen: Look, since: Mapping[tuple[str, str], Known]
) -> frozenset[str] | None:
    """The marks of what is not new: shown by a plan carried out, or ours by now, or just being made by us."""
    shown = ledger.seen(bench.store, account.id)
    if shown is None:
        return None
    asked = {(one.object, one.external_id) for one in ledger.unsettled(bench.store, account.id)}
    ours = {f"{one.object}:{one.remote_id}" for one in (*since.values(), *seen.known.values())}
    ours |= {f"store:{one.id}" for one in seen.existing.stores if ("store", one.external_id) in asked}
    ours |= {f"pos:{one.id}" for one in seen.existing.pos if ("pos", one.external_id) in asked}
    return shown | ours
