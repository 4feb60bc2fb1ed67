"""Until when the sales are known, and the press that brings them up to date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from mpkit import jobs, sales
from mpkit.model import Account, Period
from mpkit.pages import figures, watch
from mpkit.pages.frame import CLOCK, house, mirror, numbers, site, words

KEY = "sync"
PAUSE = timedelta(seconds=60)
NAMED = 4  # stretches of missing days said one by one


def bring_up_to_date(one: Account) -> None:
    """Ask for the payments since the last time; pressed twice it is one job."""
    watch.submit("sync", KEY, {"account": one.id}, account=one.id, in_address=False)


def keep_fresh(one: Account, pause: timedelta = PAUSE) -> None:
    """Ask for what is new while somebody watches; never twice in a pause, and not again after a failure."""
    job = jobs.latest(house().store, one.id, "sync")
    if job is not None and (not job.finished or job.state == "failed"):
        return
    if job is None or job.ended is None or CLOCK.now() - job.ended > pause:
        bring_up_to_date(one)


def missing_line(missing: Sequence[Period]) -> None:
    """The days of the period that were not fetched yet: the figures below are without them."""
    if missing:
        spoken = numbers()
        days = ", ".join(
            figures.day(each.first, spoken)
            if each.first == each.last
            else f"{figures.day(each.first, spoken)} → {figures.day(each.last, spoken)}"
            for each in missing[:NAMED]
        )
        st.warning(words("fresh_missing", days=days), icon=":material/incomplete_circle:")


def freshness_line(one: Account) -> None:
    """One quiet line: until when, what is still coming, and the press to look again."""
    job = jobs.latest(house().store, one.id, "sync")
    if job is not None and not job.finished:
        watch.line(job)
        return
    fresh = sales.freshness(mirror(one))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if fresh.as_of is None:
            st.caption(words("fresh_never"), width="content")
        else:
            key = "fresh_partial" if fresh.importing else "fresh_as_of"
            st.caption(words(key, as_of=watch.local(fresh.as_of, site())), width="content")
        if st.button(words("fresh_now"), key="sync_now", type="tertiary", icon=":material/sync:"):
            bring_up_to_date(one)
            st.rerun()
    if job is not None and job.state == "failed":
        st.error(watch.failure(job), icon=":material/sync_problem:")
