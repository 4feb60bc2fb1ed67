"""One register: its code and signs, what is known of it and from where, its sales and story; what can be done."""

from __future__ import annotations

from datetime import date

import streamlit as st

from mpkit import kit, ledger, sales
from mpkit.model import Account
from mpkit.pages import address, alarms, figures, presses, printable, rollout, sold, stories, till_presses, watch
from mpkit.pages.frame import go, head, house, mirror, needs_account, numbers, plain, say, script, words
from mpkit.pages.rollout import unread
from mpkit.pages.till_presses import Till

VIEWS = ("code", "data", "signs", "sales", "story")
WIDTH = 240  # pixels of the sign shown


def find(one: Account, id_: str) -> Till | None:
    """The register of that external id, with its branch."""
    listed = rollout.wanted(one)
    register = next((each for each in listed.registers if each.external_id == id_), None)
    shop = presses.find(one, register.branch_external_id, listed) if register else None
    if register is None or shop is None:
        return None
    others = tuple(b for b in listed.branches if not b.closed and b.external_id != shop.branch.external_id)
    return Till(shop, register, others)


def known_of(till: Till) -> ledger.Known | None:
    """What is on record of it at Mercado Pago."""
    known = ledger.known(house().store, till.shop.account.id, seal=unread)
    return known.get(("pos", till.register.external_id))


def answer(till: Till) -> str:
    """How it stands, in one sentence."""
    if till.register.closed:
        return words("till_answer_closed", branch=till.shop.branch.name)
    if till.register.closed_until > sales.local_day(mirror(till.shop.account)).isoformat():
        day = figures.day(date.fromisoformat(till.register.closed_until), numbers())
        return words("till_answer_until", branch=till.shop.branch.name, day=day)
    if known_of(till) is None:
        return words("till_answer_not_yet", branch=till.shop.branch.name)
    used = ledger.in_use(house().store, till.shop.account.id).get(till.register.external_id, 0)
    return words("till_answer", branch=till.shop.branch.name, n=used)


def code(till: Till) -> None:
    """Its sign as it is printed, and the numbers it goes by."""
    found = known_of(till)
    left, right = st.columns([1, 2], gap="large")
    with left:
        _sign(till)
    with right:
        amount = till.register.amount or till.shop.account.amount
        rows = {
            "till_number_code": till.register.external_id,
            "till_number_own": till.register.own_id or "—",
            "till_number_id": found.remote_id if found else "—",
            "till_number_user": till.shop.account.id,
            "till_number_amount": say(f"amount_{amount.name.lower()}") if amount else "—",
        }
        st.table(
            {words(key): plain(value) for key, value in rows.items()}, border="horizontal", alt=say("till_numbers")
        )


def _sign(till: Till) -> None:
    """Its sign, where its code is on record; without the key there is none, and the alarm on top says so."""
    if alarms.held()[1] is not None:
        return
    one = till.shop.account
    subject = next((each for each in printable.registers(one) if each.external_id == till.register.external_id), None)
    if subject is None:
        st.caption(words("till_no_code"))
    else:
        design = kit.designs(house().settings.data)[0]
        alt = say("till_code_alt", register=subject.register)
        st.image(printable.picture(design, subject, one), width=WIDTH, alt=alt)


def body(till: Till) -> None:
    """One of the views, as the address says."""
    one, id_ = till.shop.account, till.register.external_id
    view = address.choose("view", VIEWS, "till_view")
    listed = stories.entry(one, "register", id_) if view in {"data", "story"} else None
    pieces = stories.pieces_of(one, [id_])
    if view == "data" and listed is not None:
        stories.values(listed)
    elif view == "signs":
        stories.pieces(pieces)
    elif view == "sales":
        found = known_of(till)
        if found is None:
            st.caption(words("till_answer_not_yet", branch=till.shop.branch.name))
        else:
            sold.lately(one, registers=(found.remote_id,))
    elif view == "story" and listed is not None:
        stories.show(stories.events(one, listed, [("pos", id_)], pieces))
    else:
        code(till)


one = needs_account("page_register")
till = find(one, st.query_params.get("id", ""))
if till is None:
    head("page_register", words("till_unknown"))
    st.page_link(script("branches"), label=words("back_to_branches"), icon=":material/arrow_back:")
else:
    branch = till.shop.branch
    head("page_register", answer(till), name=till.register.name)
    if st.button(words("back_to_branch", name=branch.name), icon=":material/arrow_back:", type="tertiary", key="back"):
        st.switch_page(script("branch"), query_params={"id": branch.external_id})
    job = watch.found("amend", account=one.id)
    if job is not None and not watch.done(job):
        st.caption(words("watch_reload"))
    alarms.of_register(till)
    if known_of(till) is not None:
        go("counter", "counter_go", icon=":material/receipt_long:", id=till.register.external_id)
    till_presses.show(till)
    body(till)
