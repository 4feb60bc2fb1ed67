"""Trabajos: everything that was asked for, by whom, when, how long it took and what came of it; a dead worker shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import streamlit as st

from mpkit import i18n, jobs
from mpkit.jobs import Job
from mpkit.pages import address, paging, tables, undoing, watch
from mpkit.pages.frame import CLOCK, go, head, house, needs_account, plain, say, site, words

PAGE = 25
GROUPS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "set_up": ("plan", "apply", "adopt", "drift", "put_back"),
    "list": ("check", "take_in", "mark", "amend", "accept"),
    "signs": ("kit", "proof"),
    "sales": ("sync",),
}
DIFFERENCES = ("missing", "changed", "new", "code_changed")
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
        say("history_what"): kind(job.kind),
        say("history_when"): watch.local(job.created, site()) if job.created else "",
        say("history_who"): watch.who(job),
        say("history_long"): long(job),
        say("history_state"): say(f"history_state_{state(job)}"),
        say("history_result"): result(job),
    }


def kind(name: str) -> str:
    """What a job does, in people's words."""
    return say(f"history_kind_{name}" if f"history_kind_{name}" in i18n.words() else "history_kind_other")


def state(job: Job) -> str:
    """Its state; one whose worker is dead is neither running nor over."""
    return "dead" if job.state == "running" and jobs.is_dead(job, CLOCK) else job.state


def long(job: Job) -> str:
    """How long it took, or has been taking."""
    if job.started is None:
        return "—"
    until = job.ended or (job.heartbeat if state(job) == "dead" else None) or CLOCK.now()
    return watch.spell(max(timedelta(), until - job.started))


def result(job: Job) -> str:
    """What came of it, in a few words."""
    if job.state == "failed":
        return watch.failure(job)
    if job.state != "done":
        done, total = job.progress.get("done", 0), job.progress.get("total")
        return say("watch_count", done=done, total=total) if total else ""
    say_it = _RESULTS.get(job.kind)
    return say_it(job.result or {}) if say_it else ""


def _planned(found: Mapping[str, Any]) -> str:
    counts = found["summary"]
    work = sum(counts[name] for name in ("create", "update", "adopt", "delete"))
    blocked = [say("history_blocked", n=counts["blocked"])] if counts["blocked"] else []
    return ", ".join([say("history_plan", n=work), *blocked])


def _listed(found: Mapping[str, Any]) -> str:
    return say("history_list", added=found["added"], changed=found["changed"])


def _differing(found: Mapping[str, Any]) -> str:
    return say("history_drift", n=sum(len(found.get(name, ())) for name in DIFFERENCES))


_RESULTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "apply": lambda found: say("history_apply", done=found["done"], failed=found["failed"] + found["skipped"]),
    "plan": _planned,
    "adopt": _planned,
    "put_back": _planned,
    "accept": lambda found: say("history_accepted", n=found["accepted"]),
    "kit": lambda found: say("history_kit", n=found["pieces"]),
    "take_in": _listed,
    "amend": _listed,
    "drift": _differing,
}


def more(job: Job) -> None:
    """The picked job: when exactly, how often it was begun, and where it goes on."""
    with st.container(border=True):
        st.markdown(f"**{plain(kind(job.kind))}** · {plain(say(f'history_state_{state(job)}'))}")
        text = result(job)
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
