"""One branch: what is known of it and from where, its registers and signs, its sales and story; what can be done."""

from __future__ import annotations

from datetime import date

import streamlit as st

from mpkit import ledger, sales
from mpkit.pages import address, alarms, figures, handing, presses, rollout, sold, stories, tables, watch
from mpkit.pages.frame import head, house, mirror, needs_account, numbers, plain, say, script, words
from mpkit.pages.presses import Shop
from mpkit.pages.rollout import unread

VIEWS = ("registers", "data", "signs", "sales", "story")


def answer(shop: Shop) -> str:
    """How it stands, in one sentence."""
    known = ledger.known(house().store, shop.account.id, seal=unread)
    today = sales.local_day(mirror(shop.account))
    if shop.branch.closed:
        return words("shop_answer_closed")
    if shop.branch.closed_until > today.isoformat():
        return words("shop_answer_until", day=figures.day(date.fromisoformat(shop.branch.closed_until), numbers()))
    if ("store", shop.branch.external_id) not in known:
        return words("shop_answer_not_yet")
    made = sum(("pos", each.external_id) in known for each in shop.open)
    used = ledger.in_use(house().store, shop.account.id)
    signs = sum(used.get(each.external_id, 0) for each in shop.open)
    return words("shop_answer", made=made, total=len(shop.open), n=signs)


def registers(shop: Shop) -> None:
    """Its registers, each with the way to its own page."""
    known = ledger.known(house().store, shop.account.id, seal=unread)
    used = ledger.in_use(house().store, shop.account.id)
    rows = [
        {
            say("create_pos"): each.name,
            say("create_column_code"): each.external_id,
            say("shop_own_code"): each.own_id or "—",
            say("list_created"): _state(each.closed, ("pos", each.external_id) in known),
            say("create_column_signs"): str(used.get(each.external_id, 0)),
        }
        for each in shop.registers
    ]
    if not rows:
        st.caption(words("do_no_registers"))
        return
    st.caption(words("shop_pick_register"))
    picked = tables.show(rows, alt=say("list_registers"), key="registers", choose=True)
    if picked is not None:
        st.switch_page(script("register"), query_params={"id": shop.registers[picked].external_id})


def _state(closed: bool, exists: bool) -> str:
    return say("changes_closed") if closed else say("shop_exists_yes") if exists else say("list_not_yet")


def body(shop: Shop) -> None:
    """One of the views, as the address says."""
    one, id_ = shop.account, shop.branch.external_id
    view = address.choose("view", VIEWS, "shop_view")
    listed = stories.entry(one, "branch", id_) if view in {"data", "story"} else None
    pieces = stories.pieces_of(one, [each.external_id for each in shop.registers])
    if view == "data" and listed is not None:
        stories.values(listed)
    elif view == "signs":
        stories.pieces(pieces)
    elif view == "sales":
        found = ledger.known(house().store, one.id, seal=unread).get(("store", id_))
        if found is None:
            st.caption(words("shop_answer_not_yet"))
        else:
            sold.lately(one, stores=(found.remote_id,))
    elif view == "story" and listed is not None:
        objects = [("store", id_), *(("pos", each.external_id) for each in shop.registers)]
        stories.show(stories.events(one, listed, objects, pieces))
    else:
        registers(shop)


then = st.session_state.pop("then", None)
if then is not None:
    watch.lead(then[0], **then[1])
one = needs_account("page_branch")
shop = presses.find(one, st.query_params.get("id", ""), rollout.wanted(one))
if shop is None:
    head("page_branch", words("shop_unknown"))
    st.page_link(script("branches"), label=words("back_to_branches"), icon=":material/arrow_back:")
else:
    head("page_branch", answer(shop), name=shop.branch.name)
    place = shop.branch.location
    where = f"{place.street_name} {place.street_number}".strip()
    st.caption(plain(" · ".join(t for t in (where, place.city, place.state, shop.branch.external_id) if t)))
    job = watch.found("amend", account=one.id)
    if job is not None and not watch.done(job):
        st.caption(words("watch_reload"))
    alarms.of_branch(shop)
    handing.follow(shop)
    presses.show(shop, {"hand_over": handing.ask})
    body(shop)
    st.page_link(script("branches"), label=words("back_to_branches"), icon=":material/arrow_back:")
