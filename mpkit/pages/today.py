"""Hoy: yesterday in one sentence, then at most seven lines to act on; before an account exists, three doors."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mpkit import jobs, rehearsal, sales
from mpkit.model import Account
from mpkit.pages import answers, attention, doors, figures, rollout, silences, sold
from mpkit.pages.charts_written import weekdays
from mpkit.pages.frame import account, country, go, head, house, language, mirror, numbers, script, words
from mpkit.pages.sold import Shown
from mpkit.pages.syncing import failed_line, freshness_line
from mpkit.sales import Mirror, Yesterday
from mpkit.sites import SITES


def newcomer() -> None:
    """The first minute, before anything is connected."""
    head("door_title", words("door_answer"))
    doors.show()
    doors.tour(country())


def sentence(seen: Yesterday, currency: str) -> str:
    """Yesterday in one sentence."""
    spoken = language()
    total = next((row for row in seen.totals if row.currency == currency), None)
    if total is None:
        return words("today_nothing", day=figures.day(seen.day, spoken, with_weekday=True))
    moved = seen.changes(currency)
    key = "today_sentence_first" if moved is None else "today_sentence_more" if moved >= 0 else "today_sentence_less"
    return words(
        key,
        gross=figures.money(total.gross, currency, numbers()),
        n=seen.registers,
        change=figures.share(abs(moved or 0.0), numbers()),
        weekday=weekdays(numbers())[seen.day.weekday()],
    )


def to_do(lines: list[attention.Line]) -> None:
    """The lines to act on, each with its press."""
    st.subheader(words("today_to_do"), anchor=False)
    if not lines:
        st.markdown(f":material/check_circle: {words('today_all_done')}")
        return
    for number, line in enumerate(lines):
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f":material/{line.icon}: {words(line.key, **line.values)}", width="stretch")
            if st.button(
                words(line.press),
                key=f"do_{number}",
                type="tertiary",
                icon=":material/arrow_forward:",
                icon_position="right",
            ):
                st.switch_page(script(line.page), query_params=line.query or None)


def month(source: Mirror, currency: str) -> None:
    """The last 30 days at a glance."""
    seen = answers.kept(sales.overview, source)
    if not seen.answer.totals:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(words("today_month"), anchor=False, width="content")
        if st.button(words("today_see_sales"), type="tertiary", icon=":material/arrow_forward:", icon_position="right"):
            st.switch_page(script("sales"))
    sold.glance(Shown(source, replace(seen.answer.question, currency=currency), seen), height=220)


def everyday(one: Account) -> None:
    """The page of somebody who has an account."""
    source = mirror(one)
    seen = answers.kept(sales.yesterday_sentence, source)
    currency = seen.totals[0].currency if seen.totals else SITES[one.site].currency
    known = sales.freshness(source).as_of is not None
    head("page_today", sentence(seen, currency) if known else words("today_fetching"))
    freshness_line(one)
    failed_line(one)
    if house().rehearsal:
        with st.expander(
            words("today_rehearsal"), icon=":material/science:", expanded=not rollout.listed(one), key="doors"
        ):
            doors.show(example=("sales", {}))
            if rehearsal.playable(one, house().settings.api_url):
                go("rehearsal", "rehearse_door", icon=":material/science:")
    unfinished = [
        job
        for kind in ("apply", "kit", "plan", "check")
        if (job := jobs.latest(house().store, one.id, kind)) is not None
        and job.state in {"queued", "running", "failed", "paused"}
    ]
    unexplained = len(answers.kept(sales.overview, source).answer.unexplained) if known else 0
    to_do(attention.lines(one, rollout.counts(one), silences.seen(one), unfinished, unexplained))
    if known:
        month(source, currency)


one = account()
if one is None:
    newcomer()
else:
    everyday(one)
