"""How far the roll-out of an account is: list, ledger and pieces come in, four counts go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mpkit import branches, jobs, ledger
from mpkit.branches import Wanted
from mpkit.model import Account
from mpkit.pages.attention import Counts
from mpkit.pages.frame import house


def wanted(one: Account) -> Wanted:
    """The list of an account; read anew only when something in it has changed."""
    return _wanted(one.id, branches.stamp(house().store, one.id))


@st.cache_resource(max_entries=4, show_spinner=False)
def _wanted(account: str, stamp: str) -> Wanted:  # noqa: ARG001 - part of the key
    return branches.wanted(house().store, account)


def listed(one: Account) -> bool:
    """Whether the merchant's list holds anything yet."""
    return bool(wanted(one).branches)


def counts(one: Account) -> Counts:
    """Registers wanted, existing and with a sign in use; rows of the last spreadsheet that still need correcting."""
    store = house().store
    list_ = wanted(one)
    open_registers = [each for each in list_.registers if not each.closed]
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
        approximate=sum(each.location.approximate and not each.closed for each in list_.branches),
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


def unread(_text: str) -> str:
    """A seal for whoever only counts rows and prints or pays nothing by them."""
    return ""
