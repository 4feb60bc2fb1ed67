"""What is due by itself, one row an account and night: it is compared with Mercado Pago.

While branches of it were handed to another account, its payments are read too: somebody may still pay at old codes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mpkit import accounts, branches, ledger
from mpkit.jobs import rows
from mpkit.jobs.anchors import anchor
from mpkit.jobs.workbench import Workbench
from mpkit.model import Account
from mpkit.sites import SITES

HOUR = 3  # local: when nobody sells
WHO = "schedule"


def due(bench: Workbench) -> None:
    """Ask for what is due and was not asked for yet; a night that was missed is made up for at the next look."""
    now = bench.seams.clock.now()
    for account in accounts.known(bench.store):
        begins, night = last_night(account, now)
        key, since = f"night:{night}", accounts.since(bench.store, account.id)
        if since is None or since > begins or rows.of_keys(bench.store, account.id, "drift", key):
            continue
        if ledger.seen(bench.store, account.id) is None:
            continue  # nothing was ever carried out: there is nothing to compare with
        anchor(bench, account.id)
        _ask(bench, account, "drift", key)
        if any(each.handed_to and not each.closed for each in branches.wanted(bench.store, account.id).branches):
            _ask(bench, account, "sync", key)


def _ask(bench: Workbench, account: Account, kind: str, key: str) -> None:
    rows.submit(
        bench.store,
        account=account.id,
        kind=kind,
        key=key,
        arguments={"account": account.id, "who": WHO},
        who=WHO,
        clock=bench.seams.clock,
        once=True,
    )


def last_night(account: Account, now: datetime) -> tuple[datetime, str]:
    """When the last night's check of an account was due, and that night's name: its local date."""
    local = now.astimezone(ZoneInfo(SITES[account.site].zone))
    begins = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    begins = begins if begins <= local else begins - timedelta(days=1)
    return begins, begins.date().isoformat()
