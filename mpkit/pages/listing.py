"""The merchant's list as a table: what is wanted, what of it exists, what has a sign."""

from __future__ import annotations

import streamlit as st

from mpkit import ledger
from mpkit.model import Account
from mpkit.pages import rollout, tables
from mpkit.pages.frame import house, say, script, words
from mpkit.pages.rollout import unread


def show(one: Account) -> None:
    """Every branch with its registers."""
    store = house().store
    wanted = rollout.wanted(one)
    if not wanted.branches:
        return
    known = ledger.known(store, one.id, seal=unread)
    printed = ledger.in_use(store, one.id)
    rows = []
    for branch in wanted.branches:
        tills = [each for each in wanted.registers if each.branch_external_id == branch.external_id]
        made = sum(("pos", each.external_id) in known for each in tills)
        signed = sum(each.external_id in printed for each in tills)
        rows.append(
            {
                say("list_branch"): branch.name,
                say("list_city"): branch.location.city,
                say("list_state"): branch.location.state,
                say("list_registers"): str(len(tills)),
                say("list_created"): _of(made, len(tills), exists=("store", branch.external_id) in known),
                say("list_signed"): _of(signed, len(tills), exists=True),
                say("list_code"): branch.external_id,
            }
        )
    st.subheader(words("list_title", n=len(rows)), anchor=False)
    st.caption(words("list_pick"))
    title = say("list_title", n=len(rows))
    picked = tables.show(rows, alt=title, right=[say("list_registers")], key="list", choose=True)
    if picked is not None:
        st.switch_page(script("branch"), query_params={"id": wanted.branches[picked].external_id})


def _of(done: int, total: int, *, exists: bool) -> str:
    if not exists:
        return say("list_not_yet")
    return say("list_all") if done == total else say("watch_count", done=done, total=total)
