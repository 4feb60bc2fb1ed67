"""Differences undone: a plan that brings the account back to what we left, kept for somebody to carry out."""

from __future__ import annotations

from typing import Any

from mpkit import plan
from mpkit.jobs.kinds.accept import meant, settling
from mpkit.jobs.kinds.drift import compared
from mpkit.jobs.kinds.plan import keep
from mpkit.jobs.workbench import Workbench
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, keys, who}; writes nothing to the account, gives the head of the plan.

    What is missing is made again, what is new is taken away where nobody has paid and no sign hangs.
    """
    account = bench.account(str(arguments.get("account") or ""))
    found, seen = compared(bench, account, progress)
    chosen = meant(found, arguments)
    doomed = [one.id for one in chosen if one.kind == "new" and one.object == "pos"]
    paid = plan.last_payments(seen.api, doomed, now=bench.seams.clock.now(), progress=progress)
    made = settling(bench, account, seen).put_back(chosen, printed=seen.printed, paid=paid)
    return keep(bench, account, made, who=str(arguments.get("who") or ""))
