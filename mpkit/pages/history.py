"""Trabajos: everything that was asked for, by whom, when, how long it took and what came of it; a dead worker shows."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from mpkit import jobs
from mpkit.jobs import Job, logbook
from mpkit.pages import address, paging, tables, undoing, watch
from mpkit.pages.frame import CLOCK, go, head, house, language, needs_account, plain, say, site, words

PAGE = 25
GROUPS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "set_up": ("plan", "apply", "adopt", "drift", "put_back"),
    "list": ("check", "take_in", "mark", "amend", "accept"),
    "signs": ("kit", "reprint", "proof"),
    "sales": ("sync",),
}
_PAGES = {
    "plan": "changes",
    "apply": "changes",
    "kit": "signs",
    "adopt": "changes",
    "put_back": "changes",
    "accept": "drift",
    "drift": "drift",
    "sync": "sales",
    "check": "branches",
    "take_in": "branches",
}


def told(job: Job) -> dict[str, str]:
    """One job as a row."""
    return {
        say("history_what"): logbook.kind(job.kind, language()),
        say("history_when"): watch.local(job.created, site()) if job.created else "",
        say("history_who"): logbook.who(job, language()),
        say("history_long"): logbook.long(job, CLOCK, language()),
        say("history_state"): say(f"history_state_{state(job)}"),
        say("history_result"): logbook.result(job, language()),
    }


def state(job: Job) -> str:
    """Its state; one whose worker is dead is neither running nor over."""
    return logbook.state(job, CLOCK)


def more(job: Job) -> None:
    """The picked job: when exactly, how often it was begun, and where it goes on."""
    with st.container(border=True):
        st.markdown(f"**{plain(logbook.kind(job.kind, language()))}** · {plain(say(f'history_state_{state(job)}'))}")
        text = logbook.result(job, language())
        if text:
            st.markdown(plain(text))
        if state(job) == "dead":
            watch.keep_alive(job)
            st.warning(words("watch_dead"), icon=":material/heart_broken:")
        if job.attempts > 1:
            st.caption(words("history_attempts", n=job.attempts))
        with st.container(horizontal=True):
            page = _PAGES.get(job.kind)
            if page:
                go(page, "history_open", icon=":material/arrow_forward:", **{job.kind: job.id})
            undoing.press(job, key=f"undo_{job.id}")


one = needs_account("page_history")
head("page_history", words("history_answer"))
group = address.choose("group", tuple(GROUPS), "history_group")
total = jobs.page(house().store, one.id, kinds=GROUPS[group], most=0)[0]
first = paging.pages(total, PAGE, key=f"history_{group}")
found = jobs.page(house().store, one.id, kinds=GROUPS[group], first=first, most=PAGE)[1]
dead = [job for job in found if state(job) == "dead"]
if dead:
    st.warning(words("history_dead", n=len(dead)), icon=":material/heart_broken:")
picked = tables.show([told(job) for job in found], alt=say("page_history"), key=f"history_{group}_{first}", choose=True)
if picked is not None:
    more(found[picked])
elif found:
    st.caption(words("history_pick"))
