"""What can be done with one register: each press leads to the plan of its branch alone, with what it costs in signs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from mpkit.model import Branch, Register
from mpkit.pages import presses, watch
from mpkit.pages.frame import say, words
from mpkit.pages.presses import Shop


@dataclass(frozen=True)
class Till:
    """One register, the branch it stands in, and the other branches it may be moved to."""

    shop: Shop
    register: Register
    others: tuple[Branch, ...]

    @property
    def about(self) -> str:
        """What a press on this page is about."""
        return f"register:{self.register.external_id}"


def show(till: Till) -> None:
    """The row of presses, and below it what the chosen one asks."""
    acts = ACTS if not till.register.closed else {"reopen": reopen}
    chosen = st.pills(words("do_what"), list(acts), format_func=lambda each: words(f"do_{each}"), key="act")
    if chosen:
        with st.container(border=True):
            st.caption(words(f"do_till_{chosen}_means"))
            acts[chosen](till)


def rename(till: Till) -> None:
    """Another name."""
    with st.form("rename", border=False):
        name = st.text_input(
            words("do_register_name"), till.register.name, max_chars=presses.TILL_MOST, width=420, key="name"
        )
        go = presses.pressed("rename")
    if go and name.strip() and name.strip() != till.register.name:
        presses.look(till.shop, _edit(till, name=name.strip()), about=till.about)
    elif go:
        st.caption(words("do_same_name"))


def move(till: Till) -> None:
    """Into another branch: the code goes along."""
    named = {each.external_id: each.name for each in till.others}
    if not named:
        st.caption(words("do_no_other_branch"))
        return
    where = st.selectbox(
        words("do_move_where"),
        list(named),
        index=None,
        format_func=lambda each: f"{named[each]} · {each}",
        placeholder=say("wave_choose"),
        width=420,
        key="move_where",
    )
    ready = st.button(
        words("do_look"), type="primary", icon=":material/compare_arrows:", key="till_move", disabled=where is None
    )
    if ready and where:
        presses.look(till.shop, _edit(till, branch_external_id=where), about=till.about, also=[where])


def close(till: Till) -> None:
    """For a while, which changes nothing in the account, or for good."""
    how = st.radio(
        words("do_close_how"),
        ("until", "for_good"),
        format_func=lambda each: words(f"do_close_{each}"),
        key="close_how",
    )
    if how == "until":
        if day := presses.until_day(till.shop.account):
            presses.keep(till.shop.account, _edit(till, closed_until=day), what="close_until")
    elif st.button(words("do_look"), type="primary", icon=":material/compare_arrows:", key="till_close"):
        away = [f"pos:{till.register.external_id}"]
        presses.look(till.shop, _edit(till, closed=True), about=till.about, close=away)


def reopen(till: Till) -> None:
    """Again, with a new code."""
    if st.button(words("do_look"), type="primary", icon=":material/compare_arrows:", key="till_reopen"):
        presses.look(till.shop, _edit(till, closed=False), about=till.about)


def reprint(till: Till) -> None:
    """Its sign once more."""
    if st.button(words("do_reprint_press", n=1), type="primary", icon=":material/print:", key="till_reprint"):
        watch.lead("signs", registers=till.register.external_id)


def replace_code(till: Till) -> None:
    """A code is for life: another one is another register, which takes the place of this one."""
    _, id_ = presses.next_id(till.shop)
    old = till.register
    heir = {
        "name": old.name,
        "branch_external_id": old.branch_external_id,
        "own_id": old.own_id,
        "amount": old.amount.value if old.amount else None,
        "category": old.category,
    }
    if st.button(words("do_look"), type="primary", icon=":material/compare_arrows:", key="replace_code"):
        edits = {"registers": {id_: heir, old.external_id: {"closed": True}}}
        presses.look(till.shop, edits, about=till.about, close=[f"pos:{old.external_id}={id_}"])


def _edit(till: Till, **values: object) -> dict[str, object]:
    return {"registers": {till.register.external_id: values}}


ACTS: Mapping[str, Callable[[Till], None]] = {
    "rename": rename,
    "move": move,
    "close": close,
    "reprint": reprint,
    "replace_code": replace_code,
}
