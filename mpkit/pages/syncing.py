"""Until when the sales are known, and the press that brings them up to date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from mpkit import jobs, sales
from mpkit.jobs import logbook
from mpkit.model import Account, Period
from mpkit.pages import figures, watch
from mpkit.pages.frame import CLOCK, house, language, mirror, numbers, plain, site, words

KEY = "sync"
LOOK = 5.0  # seconds between two looks of a page that is watched, at what was fetched
PAUSE = timedelta(seconds=60)  # between two fetches while somebody watches
PAUSE_TODAY = timedelta(seconds=10)  # of today's sales
PAUSE_COUNTER = timedelta(seconds=15)  # of a register's payments
AGAIN = timedelta(minutes=5)  # after a failure
OLD = timedelta(minutes=3)
NAMED = 4  # stretches of missing days said one by one


def bring_up_to_date(one: Account) -> None:
    """Ask for the payments since the last time; pressed twice it is one job."""
    watch.submit("sync", KEY, {"account": one.id}, account=one.id, in_address=False)


def keep_fresh(one: Account, pause: timedelta | None = None) -> None:
    """Ask for what is new while somebody watches; never twice in a pause, and after a failure in a longer one."""
    job = jobs.latest(house().store, one.id, KEY)
    if job is not None and not job.finished:
        return
    pause = AGAIN if job is not None and job.state == "failed" else pause or PAUSE
    if job is None or job.ended is None or CLOCK.now() - job.ended > pause:
        bring_up_to_date(one)


def age_line(one: Account) -> None:
    """How old the figures are, for a page that looks for new ones by itself; a warning once they are old."""
    as_of = sales.freshness(mirror(one)).as_of
    if as_of is None:
        st.caption(words("fresh_never"), width="content")
        return
    now, job = CLOCK.now(), jobs.latest(house().store, one.id, KEY)
    age = max(now - as_of, timedelta(0))
    asked = job is not None and not job.finished and job.created is not None and now - job.created < OLD
    said = words("counter_old", as_of=watch.local(as_of, site()))
    if age > OLD and not asked:
        st.warning(said, icon=":material/schedule:")
    elif age > OLD:
        st.caption(said, width="content")
    else:
        st.caption(words("counter_age", age=logbook.spell(age, language())), width="content")


def failed_line(one: Account) -> None:
    """Why the last fetch brought nothing, where it did not: what is shown is what was known before."""
    job = jobs.latest(house().store, one.id, KEY)
    if job is not None and job.state == "failed":
        kept = "fresh_kept" if sales.freshness(mirror(one)).as_of else "fresh_again"
        st.error(f"{plain(watch.failure(job))} {words(kept)}", icon=":material/sync_problem:")


def first_time(one: Account) -> None:
    """What is said while nothing was fetched yet, and the press that begins it."""
    job = jobs.latest(house().store, one.id, KEY)
    if job is not None and not job.finished:
        st.info(words("sold_nothing_coming"), icon=":material/hourglass_top:")
        return
    st.info(words("sold_nothing_yet"), icon=":material/hourglass_top:")
    if st.button(words("fresh_first"), key="sync_first", type="primary", icon=":material/sync:"):
        bring_up_to_date(one)
        st.rerun()


def missing_line(one: Account, missing: Sequence[Period]) -> None:
    """The days of the period that were not fetched yet: the figures below are without them."""
    if missing:
        spoken = numbers()
        days = ", ".join(
            figures.day(each.first, spoken)
            if each.first == each.last
            else f"{figures.day(each.first, spoken)} → {figures.day(each.last, spoken)}"
            for each in missing[:NAMED]
        )
        coming = sales.freshness(mirror(one)).importing
        said = words("fresh_missing" if coming else "fresh_missing_still", days=days)
        st.warning(said, icon=":material/incomplete_circle:")


def freshness_line(one: Account, *, live: bool = False) -> None:
    """One quiet line: until when, what is still coming, and the press to look again; `live`: how old it is.

    Why a fetch failed is another line.
    """
    job = jobs.latest(house().store, one.id, KEY)
    fresh = sales.freshness(mirror(one))
    live = live and fresh.as_of is not None
    if job is not None and not job.finished and not live:
        watch.line(job)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if live:
            age_line(one)
        elif fresh.as_of is None:
            st.caption(words("fresh_never"), width="content")
        else:
            key = "fresh_partial" if fresh.importing else "fresh_as_of"
            st.caption(words(key, as_of=watch.local(fresh.as_of, site())), width="content")
        if st.button(words("fresh_now"), key="sync_now", type="tertiary", icon=":material/sync:"):
            bring_up_to_date(one)
            st.rerun()
