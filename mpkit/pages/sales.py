"""Ventas: one sentence, then what was sold, where, with what, what came back, down to the single payment."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mpkit import sales
from mpkit.model import Account
from mpkit.pages import (
    address,
    answers,
    figures,
    payments,
    sales_files,
    sales_filters,
    sales_growth,
    sales_mix,
    sales_ranked,
    sales_returns,
    sold,
    syncing,
    tables,
)
from mpkit.pages.frame import guards, head, mirror, needs_account, numbers, script, words
from mpkit.pages.sold import Shown
from mpkit.sales import Mirror, Question
from mpkit.sites import SITES

VIEWS = ("summary", "places", "growth", "mix", "returns", "payments")


def look(source: Mirror, question: Question) -> Shown:
    """What the page shows of a question: today by the hour, any other period by the day."""
    today = question.period.last == question.period.first == sales.local_day(source)
    live = answers.kept(sales.today, source, question) if today else None
    seen = live.overview if live else answers.kept(sales.overview, source, question)
    of_site = SITES[account.site].currency if account.site in SITES else ""
    money = question.currency or figures.main_currency(seen.answer, of_site)
    before = seen.answer.previous.question.period if seen.answer.previous else None
    known = before is None or not answers.kept(sales.missing, source, before)
    return Shown(source, replace(question, currency=money), seen, live, known)


def sentence(shown: Shown) -> str:
    """The one sentence."""
    spoken = numbers()
    period, now = shown.asked.period, figures.total(shown.seen.answer, shown.currency)
    values = {
        "first": figures.day(period.first, spoken),
        "last": figures.day(period.last, spoken),
        "gross": figures.money(now.gross, shown.currency, spoken),
        "payments": figures.count(now.count, spoken),
    }
    part, before = shown.compared
    moved = sales.change(part.gross, before.gross)
    if shown.live:
        values["hour"] = f"{shown.live.hours}:00"
        values["weekday"] = tables.weekday(shown.before.first.weekday()).lower()
    kind = "today" if shown.live else "day" if period.first == period.last else "answer"
    key = "unknown" if not shown.known else "same" if moved is None else "more" if moved >= 0 else "less"
    than = words(f"sold_than_{shown.asked.compare or 'previous'}")
    return words(f"sold_{kind}_{key}", **values, than=than, change=figures.share(abs(moved or 0.0), spoken))


@guards
def page(one: Account, *, live: bool) -> None:
    """The whole page; a filter runs only this again."""
    if live:
        syncing.keep_fresh(one, syncing.PAUSE_TODAY)
    source = mirror(one)
    top = st.container()
    asked = sales_filters.ask(source, one.id)
    view = _view()
    shown = look(source, asked)
    with top:
        head("page_sales", sentence(shown) if shown.seen.answer.totals else "")
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(width="content"):
                syncing.freshness_line(one, live=bool(shown.live))
            silent = words("page_silent")
            st.page_link(script("silent"), label=silent, icon=":material/notifications_paused:", width="content")
        syncing.failed_line(one)
        missing = answers.kept(sales.missing, source, asked.period)
        syncing.missing_line(one, missing)
    if shown.seen.answer.as_of is None:
        syncing.first_time(one)
    elif not shown.seen.answer.totals and view != "payments":
        sales_filters.nothing(asked, known=not missing)
    else:
        _currencies(shown)
        SHOWN[view](shown)
        if view != "payments":
            sales_files.page(shown)
    sales_filters.left()
    if bool(shown.live) != live:
        st.rerun(scope="app")  # a page that looks by itself is another fragment


def _view() -> str:
    """The view in the address; a link that names a payment, or a kind of them, means the payments."""
    said = st.query_params
    if "view" not in st.session_state and not said.get("view") and (said.get("payment") or said.get("only")):
        st.session_state["view"] = "payments"
    return address.choose("view", VIEWS, "sold_view")


def _currencies(shown: Shown) -> None:
    """Where there are several, which one the page is about."""
    several = [row.currency for row in shown.seen.answer.totals]
    if len(several) > 1 and not st.query_params.get("currency"):
        others = ", ".join(each for each in several if each != shown.currency)
        st.caption(words("sold_one_currency", currency=shown.currency, others=others))
        for each in several:
            if each != shown.currency:
                press = words("sold_see_currency", currency=each)
                st.button(press, key=f"see_{each}", type="tertiary", on_click=address.put, kwargs={"currency": each})
    elif st.query_params.get("currency"):
        press = words("sold_only_of", what=shown.currency)
        st.button(press, key="without_currency", icon=":material/close:", on_click=address.put, kwargs={"currency": ""})


SHOWN = {
    "summary": sold.show,
    "places": sales_ranked.show,
    "growth": sales_growth.show,
    "mix": sales_mix.show,
    "returns": sales_returns.show,
    "payments": payments.show,
}
account = needs_account("page_sales")
watching = st.query_params.get("period") == "today"
st.fragment(page, run_every=syncing.LOOK if watching else None)(account, live=watching)
