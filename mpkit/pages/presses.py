"""What can be done with one branch: each press asks for what it needs and leads to the plan of that branch alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import streamlit as st

from mpkit import branches, plan, sales
from mpkit.db import canonical
from mpkit.jobs import Job
from mpkit.model import Account, Branch, Register
from mpkit.pages import moving, watch
from mpkit.pages.frame import language, mirror, say, words
from mpkit.sheet import hours, ids, naming

NAME_MOST = 60  # of a store as people still read it; the API takes more
TILL_MOST = naming.MOST


@dataclass(frozen=True)
class Shop:
    """One branch of an account's list with its registers, and the registers of the whole list."""

    account: Account
    branch: Branch
    registers: tuple[Register, ...]
    every: tuple[Register, ...]

    @property
    def open(self) -> tuple[Register, ...]:
        """The registers that go on."""
        return tuple(each for each in self.registers if not each.closed)

    @property
    def about(self) -> str:
        """What a press on this page is about."""
        return f"branch:{self.branch.external_id}"


def find(one: Account, id_: str, listed: branches.Wanted) -> Shop | None:
    """The branch of that external id."""
    found = next((each for each in listed.branches if each.external_id == id_), None)
    if found is None:
        return None
    mine = tuple(each for each in listed.registers if each.branch_external_id == id_)
    return Shop(one, found, mine, listed.registers)


def show(shop: Shop, more: Mapping[str, Callable[[Shop], None]] | None = None) -> None:
    """The row of presses, and below it what the chosen one asks; `more` are presses of other files, after ours."""
    acts = {**ACTS, **(more or {})} if not shop.branch.closed else {"reopen": reopen}
    chosen = st.pills(words("do_what"), list(acts), format_func=lambda each: words(f"do_{each}"), key="act")
    if chosen:
        with st.container(border=True):
            st.caption(words(f"do_{chosen}_means"))
            acts[chosen](shop)


def look(
    shop: Shop, edits: Mapping[str, Any], *, about: str = "", close: Sequence[str] = (), also: Sequence[str] = ()
) -> None:
    """Go to the plan of this branch as it would be with the edits; nothing is written by looking."""
    job = compare(shop.account, shop.branch.external_id, edits, about=about or shop.about, close=close, also=also)
    watch.lead("changes", plan=job.id)


def compare(
    one: Account,
    branch: str,
    edits: Mapping[str, Any],
    *,
    about: str,
    close: Sequence[str] = (),
    also: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
) -> Job:
    """The comparison of one branch (and of `also`, external ids of others): the same press twice is the same job."""
    arguments = plan.for_branch(one.id, branch, edits=edits, close=close, who="screen") | {"about": about}
    arguments["only"] = ",".join([arguments["only"], *(f"store:{each}" for each in also)])
    arguments |= more or {}
    key = hashlib.sha256(canonical(arguments).encode()).hexdigest()[:16]
    return watch.submit("plan", f"screen:{about}:{key}", arguments, account=one.id, in_address=False)


def keep(one: Account, edits: Mapping[str, Any], *, what: str, origin: str = "screen") -> None:
    """Write edits that need nothing from Mercado Pago: a job too, so that it is told who did it and when."""
    arguments = {"account": one.id, "edits": edits, "what": what, "origin": origin, "who": "screen"}
    key = hashlib.sha256(canonical(arguments).encode()).hexdigest()[:16]
    watch.submit("amend", f"screen:{key}", arguments, account=one.id)
    st.session_state.pop("act", None)
    st.rerun()


def pressed(form: str, key: str = "do_look") -> bool:
    """The press at the end of a form."""
    return st.form_submit_button(words(key), type="primary", icon=":material/compare_arrows:", key=f"{form}_press")


def of_branch(shop: Shop, **values: object) -> dict[str, Any]:
    """Edits of the branch itself."""
    return {"branches": {shop.branch.external_id: values}}


def add_register(shop: Shop) -> None:
    """One more register, named and numbered after those there are."""
    number, id_ = next_id(shop)
    pattern = naming.naming("", language()[:2])
    with st.form("add_register", border=False):
        name = st.text_input(
            words("do_register_name"),
            pattern.name(shop.branch, str(number)).text,
            max_chars=TILL_MOST,
            width=420,
            key=f"new_name_{id_}",
        )
        own = st.text_input(words("do_own_code"), max_chars=TILL_MOST, width=420, key=f"new_own_{id_}")
        go = pressed("add_register")
    if go and name.strip():
        values = {"name": name.strip(), "branch_external_id": shop.branch.external_id, "own_id": own.strip()}
        look(shop, {"registers": {id_: values}})


def next_id(shop: Shop) -> tuple[int, str]:
    """The number and the id of one more register: after the last, and an id that never was anybody's."""
    taken = {each.external_id for each in shop.every}
    number = len(shop.registers) + 1
    while ids.register_id(shop.branch.external_id, number=number) in taken:
        number += 1
    return number, ids.register_id(shop.branch.external_id, number=number)


def rename(shop: Shop) -> None:
    """Another name."""
    with st.form("rename", border=False):
        name = st.text_input(words("do_name"), shop.branch.name, max_chars=NAME_MOST, width=420, key="name")
        go = pressed("rename")
    if go and name.strip() and name.strip() != shop.branch.name:
        look(shop, of_branch(shop, name=name.strip()))
    elif go:
        st.caption(words("do_same_name"))


def change_hours(shop: Shop) -> None:
    """Other hours, written as people write them and read back before anything happens."""
    spoken = language()
    with st.form("hours", border=False):
        text = st.text_area(
            words("do_hours_text"),
            hours.said(shop.branch.hours, spoken) if shop.branch.hours else "",
            placeholder=say("do_hours_example"),
            width=520,
            key="hours_text",
        )
        go = pressed("hours")
    if not go:
        return
    week = hours.read(text)
    if not week:
        st.warning(words("do_hours_unreadable"), icon=":material/schedule:")
        return
    plain_week = {day: [list(span) for span in spans] for day, spans in week.items()}
    look(shop, of_branch(shop, hours=plain_week))


def move(shop: Shop) -> None:
    """Another address and place."""
    place = moving.ask(shop.account, shop.branch)
    if place is not None:
        look(shop, of_branch(shop, **place))


def close(shop: Shop) -> None:
    """For a while, which changes nothing in the account, or for good, which takes stores and registers away."""
    how = st.radio(
        words("do_close_how"),
        ("until", "for_good"),
        format_func=lambda each: words(f"do_close_{each}"),
        captions=[words("do_close_until_means"), words("do_close_for_good_means")],
        key="close_how",
    )
    if how == "until":
        if day := until_day(shop.account):
            keep(shop.account, of_branch(shop, closed_until=day), what="close_until")
    elif st.button(words("do_look"), type="primary", icon=":material/compare_arrows:", key="close_for_good"):
        look(shop, closing(shop), close=[f"store:{shop.branch.external_id}"])


def until_day(one: Account) -> str:
    """The day it opens again (ISO date) once it is pressed; "" before."""
    today = sales.local_day(mirror(one))
    day = st.date_input(
        words("do_close_day"),
        today + timedelta(days=7),
        min_value=today + timedelta(days=1),
        format="DD/MM/YYYY",
        width=220,
        key="close_day",
    )
    pressed = st.button(words("do_close_press"), type="primary", icon=":material/event:", key="close_until")
    return day.isoformat() if pressed else ""


def closing(shop: Shop) -> dict[str, Any]:
    """The edits of a branch that closes for good, with its registers."""
    gone = {each.external_id: {"closed": True} for each in shop.registers}
    return of_branch(shop, closed=True) | {"registers": gone}


def reopen(shop: Shop) -> None:
    """A closed branch opens again: what was taken away is made anew, with new codes."""
    if st.button(words("do_look"), type="primary", icon=":material/compare_arrows:", key="reopen"):
        back = {each.external_id: {"closed": False} for each in shop.registers}
        look(shop, of_branch(shop, closed=False) | {"registers": back})


def reprint(shop: Shop) -> None:
    """The signs of its registers once more."""
    if not shop.open:
        st.caption(words("do_no_registers"))
    elif st.button(words("do_reprint_press", n=len(shop.open)), type="primary", icon=":material/print:", key="reprint"):
        watch.lead("signs", registers=",".join(each.external_id for each in shop.open))


ACTS: Mapping[str, Callable[[Shop], None]] = {
    "add_register": add_register,
    "rename": rename,
    "hours": change_hours,
    "move": move,
    "close": close,
    "reprint": reprint,
}
