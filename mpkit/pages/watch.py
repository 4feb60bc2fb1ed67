"""A job seen from a page: pressed once, shown while it runs, found again after a reload by its id in the address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from mpkit import jobs
from mpkit.errors import Refused
from mpkit.jobs import Job, ensure_worker, logbook
from mpkit.pages import figures
from mpkit.pages.frame import CLOCK, guards, house, language, plain, say, script, words
from mpkit.sites import Site

EVERY = 0.7  # seconds between two looks at a running job
TWICE = timedelta(seconds=3)
WINDOW = 30.0  # seconds the rate is taken over
LEAST = 2.0  # seconds below which it says nothing
SECOND = 2.0  # seconds in which a click may still be one on the page before
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


def lead(page: str, **query: str) -> None:
    """Go to another page after a press; whoever clicks twice is led there twice, see `led`."""
    st.session_state["led"] = (page, query, CLOCK.monotonic())
    for name in [name for name in st.session_state if str(name).startswith("pressed_")]:
        st.session_state.pop(name)  # what was pressed before is not meant by the new address
    st.switch_page(script(page), query_params=query or None)


def led(paths: Mapping[str, str], here: str) -> None:
    """The second click of a double click still belongs to the page that was left: go where the first one led.

    `paths` are the addresses of pages by name, `here` the address of the one that is about to be shown.
    """
    last: tuple[str, dict[str, str], float] | None = st.session_state.get("led")
    if last is not None and paths.get(last[0], here) != here and CLOCK.monotonic() < last[2] + SECOND:
        st.switch_page(script(last[0]), query_params=last[1] or None)


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
    if job.state in {"cancelled", "paused"} and (job.error or {"key": "job_cancelled"})["key"] == "job_cancelled":
        st.warning(words("watch_cancelled"), icon=":material/block:")
    else:
        st.error(plain(failure(job)), icon=":material/error:")
    return False


def failure(job: Job) -> str:
    """Why a job failed, in one sentence."""
    return logbook.failure(job, language())


@guards
def _running(job_id: str) -> None:
    job = jobs.find(house().store, job_id)
    if job.state not in {"queued", "running"}:
        st.rerun()
    keep_alive(job)
    with st.container(border=True):
        bar(job)
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button(words("watch_stop"), key=f"stop_{job_id}", type="tertiary", icon=":material/stop_circle:"):
                jobs.request_cancel(house().store, job_id, clock=CLOCK)


def keep_alive(job: Job) -> None:
    """Somebody must be there to do it: a worker is started for what waits, and for what a dead one has left."""
    if job.state == "queued" or jobs.is_dead(job, CLOCK):
        ensure_worker(house().settings)


def bar(job: Job) -> None:
    """The bar of a job with count, rate and time left; a dead worker is said."""
    done_, total = job.progress.get("done", 0), job.progress.get("total")
    step = str(job.progress.get("step") or "watch_waiting")
    st.progress(min(1.0, done_ / total) if total else 0.0, text=words(step))
    st.caption(plain(pace(job, done_, total)))
    if job.state == "running" and jobs.is_dead(job, CLOCK):
        st.warning(words("watch_dead"), icon=":material/heart_broken:")


def pace(job: Job, done_: int, total: int | None) -> str:
    """Count, rate and time left of a running job, as far as they are known."""
    if job.state == "queued":
        return say("watch_queued")
    count = say("watch_count", done=done_, total=total) if total else say("watch_count_open", done=done_)
    rate = speed(job, done_)
    if not total or not rate:
        return count
    left = logbook.spell(timedelta(seconds=round((total - done_) / rate)), language())
    return f"{count} · {say('watch_rate', rate=round(60 * rate))} · {say('watch_left', left=left)}"


def speed(job: Job, done_: int) -> float:
    """How many a second in the last seconds as this session saw them; 0.0 while that cannot be said.

    What an earlier attempt had done already would make a mean over the whole run too fast.
    """
    now = CLOCK.monotonic()
    key = f"seen_{job.id}_{job.progress.get('step', '')}"
    seen: list[tuple[float, int]] = [each for each in st.session_state.get(key, []) if each[0] > now - WINDOW]
    st.session_state[key] = seen = [*seen, (now, done_)]
    seconds, more = now - seen[0][0], done_ - seen[0][1]
    return more / seconds if seconds >= LEAST and more > 0 else 0.0


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


def local(moment: datetime, where: Site | None, *, seconds: bool = False) -> str:
    """An instant as the country's clock shows it; with `seconds` only the time of day, for the lines of a log."""
    there = moment.astimezone(ZoneInfo(where.zone) if where else UTC)
    return f"{there:%H:%M:%S}" if seconds else figures.moment(there, language())
