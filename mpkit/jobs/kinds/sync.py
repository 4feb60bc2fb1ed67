"""Payments brought up to date: days to read again may come in, what was read and how far all is known goes out."""

from __future__ import annotations

from datetime import date
from typing import Any

from mpkit import branches, rehearsal, sales
from mpkit.jobs.workbench import Workbench
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, since, until, consent}; the days are ISO or absent. The result is `sync --json`."""
    account = bench.account(str(arguments.get("account") or ""))
    since, until = (date.fromisoformat(day) if (day := arguments.get(name)) else None for name in ("since", "until"))
    seams = rehearsal.ahead(bench.settings.data, account.id, bench.seams)
    mirror = sales.open_mirror(bench.settings.data, bench.store, account, seams)
    synced = sales.sync(
        bench.mercadopago(account),
        mirror,
        account,
        branches=branches.wanted(bench.store, account.id).branches,
        since=since,
        until=until,
        consent=bool(arguments.get("consent")),
        answers_days=bench.settings.answers_days,
        seams=seams,
        progress=progress,
    )
    return synced.to_json()
