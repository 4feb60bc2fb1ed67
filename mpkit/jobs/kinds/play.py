"""One act of the rehearsal: what a person pressed in, what happened in the sandbox out; refused anywhere else."""

from __future__ import annotations

from typing import Any

from mpkit import branches, rehearsal
from mpkit.errors import Refused
from mpkit.jobs.workbench import Workbench
from mpkit.model import Account
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, act, press, …} (see `rehearsal.play`); the result tells what happened."""
    account = bench.account(str(arguments.get("account") or ""))
    if not rehearsal.playable(account, bench.settings.api_url):
        raise Refused("rehearse_not_here")
    with rehearsal.opened(bench.settings.api_url) as stage:
        return rehearsal.play(stage, _house(bench, account), arguments, bench.seams.clock, progress)


def _house(bench: Workbench, account: Account) -> rehearsal.House:
    """Whom the list names, and whose till sends the amount: asked nobody yet, every till does."""
    wanted = branches.wanted(bench.store, account.id)
    answers = {each.external_id: each.amount or account.amount for each in wanted.registers}
    return rehearsal.House(
        data=bench.settings.data,
        account=account,
        listed=frozenset([*answers, *(each.external_id for each in wanted.branches)]),
        orders={name: answer is None or answer.waits_for_order for name, answer in answers.items()},
        orders_else=account.amount is None or account.amount.waits_for_order,
    )
