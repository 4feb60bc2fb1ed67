"""How far the roll-out of an account is: list, ledger and pieces come in, four counts go out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mpkit import branches, jobs, ledger
from mpkit.model import Account
from mpkit.pages.attention import Counts
from mpkit.pages.frame import house


def listed(one: Account) -> bool:
    """Whether the merchant's list holds anything yet."""
    return bool(branches.wanted(house().store, one.id).branches)


def counts(one: Account) -> Counts:
    """Registers wanted, existing and with a sign in use; rows of the last spreadsheet that still need correcting."""
    store = house().store
    wanted = branches.wanted(store, one.id)
    open_registers = [each for each in wanted.registers if not each.closed]
    existing = {
        external_id for (kind, external_id) in ledger.known(store, one.id, seal=unread) if kind == "pos" and external_id
    }
    printed = ledger.in_use(store, one.id)
    check = jobs.latest(store, one.id, "check")
    drift = differences(one)
    return Counts(
        wanted=len(open_registers),
        existing=sum(each.external_id in existing for each in open_registers),
        printed=sum(each.external_id in existing and each.external_id in printed for each in open_registers),
        to_correct=int((check.result or {}).get("blocked", 0)) if check is not None else 0,
        approximate=sum(each.location.approximate and not each.closed for each in wanted.branches),
        drifted=int(drift.get("differences", 0)),
        codes=len(drift.get("code_changed", ())),
    )


def differences(one: Account) -> Mapping[str, Any]:
    """What the last look at the account found to be otherwise; nothing once something was written to it since."""
    store = house().store
    look, run = jobs.latest(store, one.id, "drift"), jobs.latest(store, one.id, "apply")
    if look is None or not look.result or look.ended is None:
        return {}
    return {} if run is not None and run.ended is not None and run.ended > look.ended else look.result


def resting(one: Account, today: date) -> set[str]:
    """Ids at Mercado Pago of the stores that are closed for a while: that they sell nothing is no news."""
    store = house().store
    closed = {each.external_id for each in branches.wanted(store, one.id).branches if each.closed_until > str(today)}
    known = ledger.known(store, one.id, seal=unread)
    return {each.remote_id for (kind, id_), each in known.items() if kind == "store" and id_ in closed}


def unread(_text: str) -> str:
    """A seal for whoever only counts rows and prints or pays nothing by them."""
    return ""
