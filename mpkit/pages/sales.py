"""Ventas: one sentence, four figures, the days, who sells and when, down to the single payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from mpkit import sales
from mpkit.pages import address, charts, figures, payments, sold, tables
from mpkit.pages.frame import head, ink, mirror, needs_account, numbers, say, words
from mpkit.pages.syncing import freshness_line
from mpkit.sales import Mirror, Overview, Question, Row
from mpkit.sites import SITES

PERIODS = ("7", "30", "90", "365", "month", "dates")
TOP = 10


def ask_filters(source: Mirror, account: str) -> Question:
    """The row of filters, kept in the address."""
    today, places = sales.local_day(source), sales.places_of(source)
    stores = {"": say("page_all"), **{each.id: each.name for each in places.stores.values()}}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        address.begin("period", "30", PERIODS)
        st.selectbox(
            words("sold_period"),
            PERIODS,
            format_func=lambda each: say(f"sold_period_{each}"),
            key="period",
            width=220,
        )
        chosen = address.keep("period", "30")
        days: tuple[date, ...] = ()
        if chosen == "dates":
            picked = st.date_input(
                words("sold_dates"),
                value=(figures.period_of("30", today).first, today),
                max_value=today,
                format="DD/MM/YYYY",
                key="dates",
                width=260,
            )
            days = picked if isinstance(picked, tuple) else (picked,)
        address.begin("store", "", stores)
        st.selectbox(
            words("sold_store"),
            list(stores),
            format_func=lambda each: stores[each],
            key="store",
            width=260,
        )
        store = address.keep("store", "")
        of_store = [each for each in places.registers.values() if store in {"", each.store_id}]
        registers = {"": say("page_all"), **{each.id: each.name for each in of_store}}
        address.begin("register", "", registers)
        st.selectbox(
            words("sold_register"),
            list(registers),
            format_func=lambda each: registers[each],
            key="register",
            width=260,
        )
        register = address.keep("register", "")
    period = figures.period_of(chosen, today, tuple(days))
    return Question(
        account, period, stores=(store,) if store else (), registers=(register,) if register else (), compare="previous"
    )


def show_ranking(question: Question, source: Mirror, by: str, currency: str) -> None:
    """Who sells most, against the period before."""
    ranked = [each for each in sales.ranking(source, question, by) if each.row.currency == currency]
    st.subheader(words(f"sold_by_{by}", n=len(ranked)), anchor=False)
    titles = {name: say(f"sold_chart_{name}") for name in ("name", "income", "before")}
    names = {each.row.key: name_of(source, by, each.row) for each in ranked}
    rows = [(names[each.row.key], each.row.gross / 100, each.before.gross / 100) for each in ranked[:TOP]]
    st.altair_chart(
        charts.ranking(charts.distinct(rows), titles, locale=numbers(), names=tables.locale(), ink=ink()),
        alt=say(f"sold_by_{by}_alt"),
    )
    if len(ranked) > TOP:
        st.caption(words("sold_more_below", n=len(ranked) - TOP))
    tables.as_table([replace(each.row, label=names[each.row.key]) for each in ranked], f"sold_{by}", key=by)


def name_of(source: Mirror, by: str, row: Row) -> str:
    """A branch's name; a register's with its branch, since every branch has a first register."""
    if by == "register" and row.key:
        places = sales.places_of(source)
        register = places.registers.get(row.key)
        store = places.store_name(register.store_id) if register and register.store_id else ""
        return " · ".join(part for part in (row.label, store) if part)
    return row.label or say(f"sold_no_{by}")


def show_hours(question: Question, source: Mirror, currency: str) -> None:
    """When it is sold: hour by weekday."""
    st.subheader(words("sold_by_hour"), anchor=False)
    found = [(int(day) - 1, row) for day, row in sales.hour_by_weekday(source, question) if row.currency == currency]
    titles = {name: say(f"sold_chart_{name}") for name in ("weekday", "hour", "income")}
    cells = {(day, int(row.key)): row.gross / 100 for day, row in found}
    st.altair_chart(
        charts.heat(cells, titles, locale=numbers(), names=tables.locale(), ink=ink()), alt=say("sold_by_hour_alt")
    )
    tables.as_table(
        [replace(row, label=f"{tables.weekday(day)} {row.key} h") for day, row in found], "sold_chart_hour", key="hours"
    )


def answer(seen: Overview, currency: str) -> str:
    """The one sentence."""
    spoken = numbers()
    period, now = seen.answer.question.period, figures.total(seen.answer, currency)
    moved = seen.changes(currency)
    key = "sold_answer_same" if moved is None else "sold_answer_more" if moved >= 0 else "sold_answer_less"
    return words(
        key,
        first=figures.day(period.first, spoken),
        last=figures.day(period.last, spoken),
        gross=figures.money(now.gross, currency, spoken),
        payments=now.count,
        change=figures.share(abs(moved or 0.0), spoken),
    )


one = needs_account("page_sales")
source = mirror(one)
top = st.container()
asked = ask_filters(source, one.id)
seen = sales.overview(source, asked)
money = figures.main_currency(seen.answer, SITES[one.site].currency)
with top:
    head("page_sales", answer(seen, money) if seen.answer.as_of else "")
    freshness_line(one)
if seen.answer.as_of is None:
    st.info(words("sold_nothing_yet"), icon=":material/hourglass_top:")
elif not seen.answer.totals:
    st.info(words("sold_none_in_period"), icon=":material/search_off:")
else:
    sold.show_figures(seen, money)
    tables.sum_line(figures.total(seen.answer, money))
    sold.show_days(seen, money)
    left, right = st.columns(2, gap="large")
    with left:
        show_ranking(asked, source, "store", money)
    with right:
        show_ranking(asked, source, "register", money)
    show_hours(asked, source, money)
    payments.show(source, seen.answer)
