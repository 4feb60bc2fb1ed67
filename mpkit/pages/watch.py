"""A job seen from a page: pressed once, shown while it runs, found again after a reload by its id in the address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from mpkit import jobs
from mpkit.errors import Refused
from mpkit.jobs import Job, ensure_worker
from mpkit.pages import figures
from mpkit.pages.frame import CLOCK, guards, house, language, plain, say, words
from mpkit.sites import Site

EVERY = 0.7  # seconds between two looks at a running job
TWICE = timedelta(seconds=3)
STALE = 10.0  # seconds after a press in which a click may still come with the address of before it


def submit(kind: str, key: str, arguments: Mapping[str, Any], *, account: str = "", in_address: bool = True) -> Job:
    """Put the work into the store (the same press twice is the same job) and its id into the address."""
    ensure_worker(house().settings)  # one that a page started goes when it has been idle for long
    last = jobs.latest(house().store, account, kind)
    twice = last is not None and last.key == key and last.created is not None and CLOCK.now() - last.created < TWICE
    if last is not None and twice:  # the second click of a double click, even where the work is already over
        return _named(kind, last, in_address=in_address)
    job = jobs.submit(
        house().store, account=account, kind=kind, key=key, arguments=dict(arguments), who="screen", clock=CLOCK
    )
    return _named(kind, job, in_address=in_address)


def _named(kind: str, job: Job, *, in_address: bool) -> Job:
    if in_address:
        st.query_params[kind] = job.id
        st.session_state[f"pressed_{kind}"] = (job.id, CLOCK.monotonic())
    return job


def leave(*kinds: str) -> None:
    """Take the jobs of these kinds out of the address: the page begins anew with them."""
    for kind in kinds:
        st.query_params.pop(kind, None)
        st.session_state.pop(f"pressed_{kind}", None)


def found(kind: str, *, account: str = "") -> Job | None:
    """The job of this kind that the address names; a wrong or foreign id is nobody's job.

    The second click of a double click brings the address of before the first one along: just after a press, what was
    pressed stands in for what such an address lacks.
    """
    pressed: tuple[str, float] | None = st.session_state.get(f"pressed_{kind}")
    if kind not in st.query_params and pressed is not None and CLOCK.monotonic() < pressed[1] + STALE:
        st.query_params[kind] = pressed[0]
    job_id = st.query_params.get(kind, "")
    try:
        job = jobs.find(house().store, job_id) if job_id else None
    except Refused:
        return None
    return job if job is not None and job.account == account and job.kind == kind else None


def done(job: Job) -> bool:
    """Show the job until it is over: True when it went well, else what happened and what to do stands on the page."""
    if job.state in {"queued", "running"}:
        st.fragment(_running, run_every=EVERY)(job.id)
        return False
    if job.state == "done":
        return True
    if job.state == "cancelled":
        st.warning(words("watch_cancelled"), icon=":material/block:")
    else:
        st.error(plain(failure(job)), icon=":material/error:")
    return False


def failure(job: Job) -> str:
    """Why a job failed, in one sentence."""
    error = job.error or {}
    return say(str(error.get("key", "watch_failed")), **{str(k): v for k, v in dict(error.get("values", {})).items()})


@guards
def _running(job_id: str) -> None:
    job = jobs.find(house().store, job_id)
    if job.state not in {"queued", "running"}:
        st.rerun()
    if job.state == "queued":
        ensure_worker(house().settings)
    done_, total = job.progress.get("done", 0), job.progress.get("total")
    step = str(job.progress.get("step") or "watch_waiting")
    with st.container(border=True):
        st.progress(min(1.0, done_ / total) if total else 0.0, text=words(step))
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.caption(plain(pace(job, done_, total)))
            if st.button(words("watch_stop"), key=f"stop_{job_id}", type="tertiary", icon=":material/stop_circle:"):
                jobs.request_cancel(house().store, job_id, clock=CLOCK)


def pace(job: Job, done_: int, total: int | None) -> str:
    """Count, rate and time left of a running job, as far as they are known."""
    if job.state == "queued":
        return say("watch_queued")
    count = say("watch_count", done=done_, total=total) if total else say("watch_count_open", done=done_)
    seconds = (CLOCK.now() - job.started).total_seconds() if job.started else 0.0
    if not done_ or not total or seconds < 2:  # noqa: PLR2004 - too early to say
        return count
    left = timedelta(seconds=round((total - done_) * seconds / done_))
    return f"{count} · {say('watch_left', left=spell(left))}"


def spell(left: timedelta) -> str:
    """A stretch of time as people say it: whole minutes, or seconds below one minute."""
    minutes = round(left.total_seconds() / 60)
    if minutes < 1:
        return say("watch_seconds", n=max(1, round(left.total_seconds())))
    return say("watch_minutes", n=minutes)


def line(job: Job) -> None:
    """The same in one quiet line, for work that the page does not wait for."""
    st.fragment(_line, run_every=2 * EVERY)(job.id)


@guards
def _line(job_id: str) -> None:
    job = jobs.find(house().store, job_id)
    if job.finished:
        st.rerun()
    step = say(str(job.progress.get("step") or "watch_waiting"))
    st.caption(
        f":material/sync: {plain(step)} · {plain(pace(job, job.progress.get('done', 0), job.progress.get('total')))}"
    )


def local(moment: datetime, where: Site | None) -> str:
    """An instant as the country's clock shows it."""
    zone = ZoneInfo(where.zone) if where else UTC
    return figures.moment(moment.astimezone(zone), language())
