"""Until when the sales are known, and the press that brings them up to date."""

from __future__ import annotations

import streamlit as st

from mpkit import jobs, sales
from mpkit.model import Account
from mpkit.pages import watch
from mpkit.pages.frame import house, mirror, site, words

KEY = "sync"


def bring_up_to_date(one: Account) -> None:
    """Ask for the payments since the last time; pressed twice it is one job."""
    watch.submit("sync", KEY, {"account": one.id}, account=one.id, in_address=False)


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
