"""Edits of the list that need nothing from Mercado Pago: what a screen says of its entries in, counts out."""

from __future__ import annotations

from typing import Any

from mpkit import branches
from mpkit.branches import Origin
from mpkit.jobs import evidence
from mpkit.jobs.workbench import Workbench
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], _progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, edits, origin, what, who}; `origin` is screen (where not said) or panel.

    `edits` are as `branches.amended` takes them. The result is {added, changed, same}.
    """
    account = bench.account(str(arguments.get("account") or ""))
    origin = Origin(
        str(arguments.get("origin") or "screen"),
        who=str(arguments.get("who") or ""),
        what=str(arguments.get("what") or ""),
    )
    seen = evidence.witness(bench, account.id, "edit", origin)
    done = branches.amend(
        bench.store, account.id, arguments["edits"], origin=origin, clock=bench.seams.clock, witness=seen
    )
    return {"added": len(done.added), "changed": len(done.changed), "same": len(done.same)}
