"""Pagos de esta caja: the last ten, large enough to be read from behind the counter; looks for new ones by itself."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from mpkit import ledger, sales
from mpkit.model import Account, Period
from mpkit.pages import counter_drawn, figures, rollout, syncing
from mpkit.pages.counter_drawn import Line
from mpkit.pages.frame import (
    CLOCK,
    guards,
    head,
    house,
    ink,
    mirror,
    needs_account,
    numbers,
    plain,
    say,
    script,
    site,
    words,
)
from mpkit.sales import PaymentFilter, PaymentLine

LAST = 10
DAYS = timedelta(days=6)  # before today
NEW = timedelta(minutes=2)
WIDTH = 720  # pixels
DIGITS = 4
INK = ("#1C2230", "#ECEFF4")  # plain text on a light and on a dark page (look.md)


def remote_id(one: Account, id_: str) -> tuple[str, str, str]:
    """A register's id at Mercado Pago, its name and its branch's; by its external id, or by that id itself."""
    listed = rollout.wanted(one)
    register = next((each for each in listed.registers if each.external_id == id_), None)
    if register is not None:
        known = ledger.known(house().store, one.id, seal=rollout.unread).get(("pos", id_))
        branch = next((b.name for b in listed.branches if b.external_id == register.branch_external_id), "")
        return known.remote_id if known else "", register.name, branch
    places = sales.names_of(mirror(one), {id_})
    found = places.registers.get(id_)
    if found is None:
        return "", "", ""
    return id_, found.name, sales.names_of(mirror(one), {found.store_id}).store_name(found.store_id)


@guards
def page(one: Account, pos_id: str) -> None:
    """The last payments as they are known now; runs again by itself."""
    source = mirror(one)
    known = sales.freshness(source).as_of is not None
    today = sales.local_day(source)
    asked = PaymentFilter(one.id, Period(today - DAYS, today), registers=(pos_id,))
    rows = sales.payments_page(source, asked, 0, LAST).rows
    if not known:
        st.info(words("counter_never"), icon=":material/hourglass_top:")
    else:
        syncing.age_line(one)
        if not rows:
            st.info(words("counter_none"), icon=":material/search_off:")
        else:
            lines = [_line(each) for each in rows]
            alt = "; ".join(f"{each.amount}, {each.when}, {each.digits} {each.state}".strip() for each in lines)
            with st.container(width=WIDTH):
                st.image(
                    counter_drawn.drawn(lines, ink(), INK[st.context.theme.type == "dark"]), alt=alt, width="stretch"
                )
    syncing.failed_line(one)
    syncing.keep_fresh(one, syncing.PAUSE_COUNTER)


def _line(row: PaymentLine) -> Line:
    """What is shown of a payment: amount, time, the end of its number, and whether it was given back.

    Figures are as the country writes them, whatever language the words are in: so they stand on the buyer's receipt.
    """
    here = site()
    written = here.locale if here else numbers()
    local = row.approved.astimezone(ZoneInfo(row.zone))
    today = CLOCK.now().astimezone(ZoneInfo(row.zone)).date()
    when = f"{local:%H:%M}" if local.date() == today else f"{figures.day(local.date(), written)} {local:%H:%M}"
    state = say("counter_back") if row.refunds or row.chargebacks else ""
    amount = figures.money(row.gross, row.currency, written, exact=True)
    return Line(amount, when, f"…{row.payment_id[-DIGITS:]}", state, CLOCK.now() - row.approved < NEW)


one = needs_account("page_counter")
id_ = st.query_params.get("id", "")
pos_id, name, branch = remote_id(one, id_) if id_ else ("", "", "")
if not pos_id:
    head("page_counter", words("counter_unknown"))
    st.page_link(script("branches"), label=words("back_to_branches"), icon=":material/arrow_back:")
else:
    head("page_counter", plain(" · ".join(part for part in (branch, name) if part)))
    st.fragment(page, run_every=syncing.LOOK)(one, pos_id)
    st.caption(words("counter_means"))
