"""Cajas sin ventas: who stopped selling although it usually does, what is put off, who is told later or never sold."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from mpkit import ledger, sales
from mpkit.ledger import Snooze
from mpkit.model import Account
from mpkit.pages import address, answers, figures, paging, silences, tables, watch
from mpkit.pages.frame import (
    CLOCK,
    guards,
    head,
    house,
    mirror,
    needs_account,
    numbers,
    plain,
    say,
    script,
    site,
    words,
)
from mpkit.pages.syncing import failed_line, freshness_line
from mpkit.sales import Silences, SilentLine

VIEWS = ("now", "put_off", "waited", "unsold")
PAGE = 20
ROWS = 100
USUAL = timedelta(days=7)  # how long a silence is put off where nobody says otherwise
LONGEST = timedelta(days=400)


def sentence(seen: Silences) -> str:
    """The one sentence."""
    if seen.state == "never" or seen.as_of is None:
        return words("silent_never")
    if seen.state == "old":
        return words("silent_old", as_of=watch.local(seen.as_of, site()))
    if not seen.lines:
        return words("silent_none", n=seen.watched)
    stores = len({each.store_id for each in seen.lines})
    return words("silent_answer", n=seen.registers, places=words("silent_places", n=stores))


def lines(one: Account, found: tuple[SilentLine, ...]) -> None:
    """A page of lines, each with what can be done."""
    offset = paging.pages(len(found), PAGE, key="silent_pages")
    for each in found[offset : offset + PAGE]:
        with st.container(border=True):
            st.markdown(f"**{silences.place(each)}**")
            st.caption(silences.told(each))
            if each.snooze is not None:
                until = figures.day(each.snooze.until, numbers())
                reason = words(f"silent_reason_{each.snooze.reason}")
                st.caption(words("silent_until_told", until=until, reason=reason))
            with st.container(horizontal=True):
                _see(each)
                _wake(one, each) if each.snooze is not None else _put_off(one, each)


def _see(line: SilentLine) -> None:
    """To where more is known of it."""
    key = f"see_{line.object}_{line.id}"
    if st.button(words(f"silent_see_{line.object}"), key=key, icon=":material/arrow_forward:", icon_position="right"):
        _to(line.object, line.id, line.listed)


def _to(object_: str, id_: str, listed: str) -> None:
    """To its own page where the list has it, else to its sales."""
    page, name = {"store": ("branch", "store"), "pos": ("register", "register")}[object_]
    st.switch_page(script(page if listed else "sales"), query_params={"id": listed} if listed else {name: id_})


def _put_off(one: Account, line: SilentLine) -> None:
    """A reason and a day, and it is no news until then."""
    today, key = sales.local_day(mirror(one)), f"{line.object}_{line.id}"
    with st.popover(words("silent_put_off"), icon=":material/snooze:"):
        reason = st.selectbox(
            words("silent_reason"),
            ledger.REASONS,
            format_func=lambda each: say(f"silent_reason_{each}"),
            key=f"reason_{key}",
        )
        until = st.date_input(
            words("silent_until"),
            today + USUAL,
            min_value=today + timedelta(days=1),
            max_value=today + LONGEST,
            format="DD/MM/YYYY",
            key=f"until_{key}",
        )
        if st.button(words("silent_put_off_press"), type="primary", key=f"put_off_{key}"):
            said = Snooze(line.object, line.id, until, reason, "screen", CLOCK.now())
            ledger.snooze(house().store, one.id, [said])
            st.rerun()


def _wake(one: Account, line: SilentLine) -> None:
    if st.button(words("silent_wake"), key=f"wake_{line.object}_{line.id}", icon=":material/notifications:"):
        ledger.wake(house().store, one.id, line.object, line.id)
        st.rerun()


def waited(seen: Silences) -> None:
    """Registers that sell too rarely to be told in two open days, and after how many they are."""
    if not seen.waited:
        st.caption(words("silent_waited_none"))
        return
    st.caption(words("silent_waited_means", n=len(seen.waited)))
    offset = paging.pages(len(seen.waited), ROWS, key="waited_pages")
    rows = [
        {
            say("silent_column_register"): each.name,
            say("silent_column_store"): each.store or say("sold_no_store"),
            say("silent_column_usual"): figures.estimate(each.usual, numbers()),
            say("silent_column_days"): str(each.days),
        }
        for each in seen.waited[offset : offset + ROWS]
    ]
    tables.show(rows, alt=say("silent_view_waited"), key="waited")


def unsold(one: Account) -> None:
    """Registers without any sale, or without one for so long that it is no news; a row leads to its register."""
    found = answers.kept(sales.unsold, mirror(one))
    if not found:
        st.caption(words("silent_unsold_none"))
        return
    st.caption(words("silent_unsold_means", n=len(found)))
    offset = paging.pages(len(found), ROWS, key="unsold_pages")
    rows = [
        {
            say("silent_column_register"): each.name,
            say("silent_column_store"): each.store or say("sold_no_store"),
            say("silent_column_last"): figures.day(each.last, numbers()) if each.last else say("silent_column_never"),
        }
        for each in found[offset : offset + ROWS]
    ]
    picked = tables.show(rows, alt=say("silent_view_unsold"), key=f"unsold_{offset}", choose=True)
    st.caption(words("silent_unsold_pick"))
    if picked is not None:
        each = found[offset + picked]
        _to("pos", each.id, each.listed)


@guards
def page(one: Account) -> None:
    """The whole page."""
    seen = silences.seen(one)
    head("page_silent", sentence(seen))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width="content"):
            freshness_line(one)
        st.page_link(script("sales"), label=words("page_sales"), icon=":material/arrow_back:", width="content")
    failed_line(one)
    if seen.importing:
        st.caption(words("silent_partial"))
    view = address.choose("view", VIEWS, "silent_view")
    if view == "unsold":
        unsold(one)
    elif view == "waited" and seen.state == "known":
        waited(seen)
    elif view == "put_off":
        lines(one, seen.put_off)
        if not seen.put_off:
            st.caption(words("silent_put_off_none"))
    elif seen.state != "known":
        st.info(words("silent_needs_sales"), icon=":material/sync:")
    else:
        if seen.lines:
            lines(one, seen.lines)
        else:
            st.markdown(f":material/check_circle: {words('silent_all_sell')}")
        st.caption(plain(say("silent_how")))
        if seen.waited:
            st.caption(words("silent_waited", n=len(seen.waited)))


page(needs_account("page_silent"))
