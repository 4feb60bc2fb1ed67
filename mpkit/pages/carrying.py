"""A plan being carried out: how far, how fast and how long yet, with its log; paused, gone on with, given up, over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from mpkit import jobs, ledger
from mpkit.i18n import say as said
from mpkit.jobs import Job, logbook
from mpkit.ledger import Intent
from mpkit.pages import costs, paging, planned, steps, tables, undoing, watch
from mpkit.pages.frame import CLOCK, go, guards, house, language, plain, say, site, words
from mpkit.plan import Plan

PAGE = 50
_RECENT = 8  # lines of the log while it runs


def show(job: Job) -> None:
    """The run, wherever it is."""
    made = planned.find(job.account, job.key.partition("#")[0])
    if not job.finished:
        st.caption(words("watch_reload"))
        st.fragment(_running, run_every=watch.EVERY)(job.id)
        return
    if job.state == "done":
        _outcome(job, made)
    else:
        _stopped(job, made)
    log(job)


@guards
def _running(job_id: str) -> None:
    job = jobs.find(house().store, job_id)
    if job.finished:
        st.rerun()
    watch.keep_alive(job)
    with st.container(border=True):
        watch.bar(job)
        with st.container(horizontal=True):
            asked = job.cancel_requested or _young(job)
            if st.button(words("carry_pause"), key="pause", icon=":material/pause:", disabled=asked):
                jobs.request_cancel(house().store, job_id, clock=CLOCK)
            if st.button(words("carry_cancel"), key="cancel", icon=":material/close:", type="tertiary", disabled=asked):
                give_up(job)
            if job.cancel_requested:
                st.caption(words("watch_stopping"))
    lines = ledger.latest(house().store, job.account, job.key, most=_RECENT)
    if lines:
        st.caption("  \n".join(plain(line(one)) for one in lines))


def _young(job: Job) -> bool:
    """Just begun: the second click of a double click, which finds another press under it, must not stop the run."""
    return job.created is not None and CLOCK.now() - job.created < watch.TWICE


def give_up(job: Job) -> None:
    """Stop, and never do what is left of this plan."""
    ledger.give_up(house().store, job.account, job.key.partition("#")[0], at=CLOCK.now())
    jobs.request_cancel(house().store, job.id, clock=CLOCK)


def _stopped(job: Job, made: Plan | None) -> None:
    """Paused, given up or failed: how far it came, and the way on."""
    hash_ = job.key.partition("#")[0]
    states = ledger.states(house().store, job.account, hash_)
    total = len(made.work) if made else sum(states.values())
    counts = {"done": states.get("done", 0), "rest": total - states.get("done", 0)}
    ended = ledger.given_up(house().store, job.account, hash_)
    reason = job.error is not None and job.error["key"] != "job_cancelled"
    if reason and not ended:  # failed, or paused because it could not go on: its sentence says what to do
        st.error(plain(watch.failure(job)), icon=":material/error:")
        st.markdown(words("carry_so_far", **counts))
    elif ended:
        st.warning(words("carry_given_up", **counts), icon=":material/block:")
    else:
        st.info(words("carry_paused", **counts), icon=":material/pause_circle:")
    with st.container(horizontal=True):
        if not ended and st.button(words("carry_go_on"), type="primary", icon=":material/play_arrow:", key="go_on"):
            watch.submit("apply", job.key, job.arguments, account=job.account)
            st.rerun()
        if not ended and st.button(words("carry_cancel"), icon=":material/close:", key="cancel"):
            give_up(job)
            st.rerun()
        if reason and (job.error or {}).get("kind") == "Unauthorised":
            go("connect", "carry_connect", icon=":material/link:")
        undoing.press(job)
        again()


def again() -> None:
    """Compare once more, from the beginning."""
    if st.button(words("create_again"), icon=":material/refresh:", key="compare_again"):
        watch.leave("apply", *planned.MAKERS)
        st.rerun()


def _outcome(job: Job, made: Plan | None) -> None:
    result: dict[str, Any] = dict(job.result or {})
    rest = result["failed"] + result["skipped"]
    told_ = _done(result["results"])
    text = words("create_done_some", what=told_, rest=rest) if rest else words("create_done_all", what=told_)
    if rest:
        st.warning(text, icon=":material/warning:")
    else:
        st.success(text, icon=":material/check_circle:")
    again_ = made is not None and costs.reprint(made)
    with st.container(horizontal=True):
        if not again_:
            _print(job, result["results"])
        _workbook(Path(result["file"]))
        undoing.press(job)
        again()
    failed = [each for each in result["results"] if each["outcome"] != "done"]
    shown = failed or result["results"]
    first = paging.pages(len(shown), PAGE, key="results")
    tables.show([_result(each) for each in shown[first : first + PAGE]], alt=say("create_show"), key=f"results_{first}")


def _print(job: Job, results: list[dict[str, Any]]) -> None:
    """The press that prints what was created: all signs that are due, or those of the one branch it was about."""
    created = [each for each in results if each["kind"] == "create" and each["outcome"] == "done"]
    if created and "about" not in job.arguments:
        steps.forward("print", "create_to_signs")
        return
    ids = [str(each["external_id"]) for each in created if each["object"] == "pos"]
    if ids:
        go("signs", "create_to_these_signs", kind="primary", icon=":material/print:", registers=",".join(ids))


def _done(results: list[dict[str, Any]]) -> str:
    """What is done, by what was to be done: "crear 5 sucursales y 9 cajas"."""
    spoken = language()
    parts = []
    for kind in ("create", "update", "adopt", "delete"):
        done = [each["object"] for each in results if each["outcome"] == "done" and each["kind"] == kind]
        named = [said(f"create_{name}s", spoken, n=done.count(name)) for name in ("store", "pos") if name in done]
        if named:
            both = said("create_and", spoken, a=named[0], b=named[1]) if len(named) > 1 else named[0]
            parts.append(said(f"create_did_{kind}", spoken, what=both))
    text = "; ".join(parts) or said("create_did_nothing", spoken)
    return text[:1].upper() + text[1:]


def _workbook(file: Path) -> None:
    if file.exists():
        st.download_button(
            words("create_workbook"),
            file.read_bytes,
            file.name,
            icon=":material/download:",
            on_click="ignore",
            key="result_book",
        )


def _result(each: Mapping[str, Any]) -> dict[str, str]:
    return {
        say("create_column_what"): say(f"create_{each['object']}"),
        say("create_column_name"): str(each["name"]),
        say("create_column_code"): str(each["external_id"] or ""),
        say("create_column_id"): str(each["id"] or ""),
        say("create_column_outcome"): str(each["error"] or say(f"create_outcome_{each['outcome']}")),
    }


def log(job: Job) -> None:
    """Everything the run did, the newest first, in sentences."""
    hash_ = job.key.partition("#")[0]
    states = ledger.states(house().store, job.account, hash_)
    total = sum(states.values()) - states.get("intended", 0)
    if not total:
        return
    with st.expander(words("carry_log", n=total), icon=":material/receipt_long:", key="log"):
        first = paging.pages(total, PAGE, key="log")
        lines = ledger.latest(house().store, job.account, hash_, first=first, most=PAGE)
        st.markdown("\n".join(f"- {plain(line(one))}" for one in lines))


def line(one: Intent) -> str:
    """One line of the log: when, and what."""
    when = one.ended or one.sent
    return (
        f"{watch.local(when, site(), seconds=True)} · {logbook.told(one, language())}"
        if when
        else logbook.told(one, language())
    )
