"""Rows of work that repeats itself go when they tell nothing more: a workbench comes in, how many went goes out.

A page that shows today fetches every ten seconds, and each fetch is a row. All other rows stay: they are the history.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mpkit import accounts
from mpkit.db import EPOCH, Engine, reading, writing
from mpkit.jobs import rows
from mpkit.jobs.rows import jobs
from mpkit.jobs.workbench import Workbench

REPEATED = ("sync",)
IDLE = timedelta(days=1)  # done, and there was nothing new
TOLD = timedelta(days=7)  # it brought something, or failed: why figures moved or stood still is asked within days
AT_ONCE = 200  # rows of one transaction: nobody waits for it
_NEWS = ("changed", "chargebacks", "lost", "gaps")
_OWN_WISH = ("since", "until", "consent")  # days somebody asked for, and what was agreed to: kept for good


def clear(bench: Workbench) -> int:
    """Take out what repeated itself, of every account; the newest row of a kind stays whatever it says."""
    now = bench.seams.clock.now()
    return sum(_clear(bench.store, one.id, kind, now) for one in accounts.known(bench.store) for kind in REPEATED)


def _clear(store: Engine, account: str, kind: str, now: datetime) -> int:
    newest = rows.latest(store, account, kind)
    mine, columns = (jobs.c.account == account) & (jobs.c.kind == kind), jobs.c
    wanted = (columns.id, columns.created, columns.ended, columns.state, columns.arguments, columns.result)
    query = jobs.select().with_only_columns(*wanted).order_by(columns.created).limit(AT_ONCE)
    gone, after = 0, EPOCH
    while newest is not None:
        with reading(store) as connection:
            between = (columns.created > after) & (columns.created < now - IDLE)
            found = connection.execute(query.where(mine & between)).all()
        if not found:
            break
        after = found[-1].created
        over = [row.id for row in found if row.id != newest.id and _is_over(row, now)]
        if over:
            with writing(store) as connection:
                gone += connection.execute(jobs.delete().where(mine & columns.id.in_(over))).rowcount
    return gone


def _is_over(row: Any, now: datetime) -> bool:  # noqa: ANN401 - a row of the columns asked for
    """Whether a row has told what it had to tell."""
    if row.ended is None or any(row.arguments.get(name) for name in _OWN_WISH):
        return False
    nothing = row.state == "done" and not any((row.result or {}).get(name) for name in _NEWS)
    return bool(now - row.ended > (IDLE if nothing else TOLD))
