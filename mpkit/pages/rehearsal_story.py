"""The living list of the rehearsal: each event, what mpkit saw and did about it, and where that shows; newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from mpkit import jobs, ledger, rehearsal
from mpkit.jobs import Job
from mpkit.model import Account
from mpkit.pages import rehearsal_presses, watch
from mpkit.pages.frame import CLOCK, guards, house, known_accounts, plain, say, script, words
from mpkit.pages.rehearsal_telling import Books, Told, is_look, told
from mpkit.pages.rollout import unread
from mpkit.pages.syncing import bring_up_to_date
from mpkit.rehearsal import BadDay, Scene

EVERY = 1.0  # seconds between two looks at the jobs while something happens
AGAIN = timedelta(seconds=4)  # between two looks at the sandbox: while mpkit works on a bad day, or after a failed one
SHOWN = 10
_KINDS = ("play", "sync", "plan", "apply")
_READ = 150  # jobs


def show(one: Account, scene: Scene | None) -> None:
    """The list and its two presses; it lives while anything is going on."""
    st.subheader(words("rehearse_story"), anchor=False)
    with st.container(horizontal=True):
        if st.button(words("rehearse_read"), icon=":material/sync:", key="read_sales"):
            bring_up_to_date(one)
        if st.button(words("rehearse_compare"), icon=":material/compare_arrows:", key="compare_account"):
            arguments = {"account": one.id, "only": "", "who": "screen"}
            watch.submit("plan", "screen:", arguments, account=one.id, in_address=False)
    _keep_looking(one, _recent(one))
    living = any(not job.finished for job in _recent(one))
    looked = scene.looked if scene else ""
    st.fragment(_list, run_every=EVERY if living else None)(one.id, living=living, looked=looked)


def _recent(one: Account) -> tuple[Job, ...]:
    return jobs.recent(house().store, one.id, _KINDS, _READ)


def _keep_looking(one: Account, found: Sequence[Job]) -> None:
    """Have the sandbox looked at: once at first, after whatever mpkit did, and while it works on a bad day."""
    if any(job.kind == "play" and not job.finished for job in found):
        return  # each play ends with a look
    scene = rehearsal.kept(house().settings.data, one.id)
    now = CLOCK.now()
    looked = scene.looked if scene else ""
    last = next((job.ended for job in found if is_look(job) and job.state == "failed"), None)
    if last is not None and now - last < AGAIN:
        return
    done = next((job for job in found if job.kind != "play" and job.ended and job.ended.isoformat() > looked), None)
    busy = any(not job.finished for job in found)
    if scene is None or done is not None:
        rehearsal_presses.look_again(one, done.id if done else "first")
    elif scene.faults and busy and looked < (now - AGAIN).isoformat():
        rehearsal_presses.look_again(one, looked)


@guards
def _list(account_id: str, *, living: bool, looked: str) -> None:
    """What happened, the newest first; `looked` is when the rest of the page saw the sandbox."""
    one = next(each for each in known_accounts() if each.id == account_id)
    found = _recent(one)
    scene = rehearsal.kept(house().settings.data, one.id)
    if living:
        _keep_looking(one, found)
    _trouble(found)
    events = [job for job in found if not is_look(job)]
    books = Books.of(one, found, scene)
    if scene is not None and scene.bad is not None:
        _bad_day(one, scene, scene.bad, books)
    if not any(job.kind == "play" for job in events):
        st.caption(words("rehearse_story_empty"))
    shown = int(st.session_state.get("story_shown", SHOWN))
    for job in events[:shown]:
        _entry(job, told(job, books))
    if len(events) > shown and st.button(words("rehearse_more"), key="story_more", type="tertiary"):
        st.session_state["story_shown"] = shown + 2 * SHOWN
        st.rerun(scope="fragment")
    if living and (all(job.finished for job in _recent(one)) or (scene is not None and scene.looked != looked)):
        st.rerun()  # the whole page: names, hours and faults may be others now; last, so that no press is lost


def _trouble(found: Sequence[Job]) -> None:
    """The sandbox does not answer: said once, above everything that is as it was."""
    last = next((job for job in found if job.kind == "play" and job.finished), None)
    if last is not None and is_look(last) and last.state == "failed":
        st.error(plain(watch.failure(last)), icon=":material/error:")


def _entry(job: Job, what: Told) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":material/{what.icon}: **{plain(what.event)}** :gray[·\u00a0{plain(what.at)}]")
        if not job.finished:
            st.caption(f":material/hourglass_top: {plain(watch.pace(job, job.progress.get('done', 0), _total(job)))}")
        for icon, text in what.lines:
            st.markdown(f":material/{icon}: {plain(text)}")
        if what.press:  # a link and no press: this list is drawn anew while it is being clicked
            st.page_link(
                script(what.page),
                label=words(what.press),
                icon=":material/arrow_forward:",
                query_params=dict(what.query) or None,
            )


def _total(job: Job) -> int | None:
    total = job.progress.get("total")
    return int(total) if total else None


def _bad_day(one: Account, scene: Scene, bad: BadDay, books: Books) -> None:
    """The count of a bad day: what went wrong, what was sent again, and that nothing is there twice."""
    objects = ledger.known(house().store, one.id, seal=unread)
    known = {f"{kind}:{each.remote_id}" for (kind, _), each in objects.items()}
    twice = scene.twice + books.twice
    kinds = " · ".join(f"{name} {n}" for name, n in sorted(bad.kinds.items()))
    struck = words("rehearse_count_struck_means", kinds=kinds) if kinds else words("rehearse_count_struck_none")
    with st.container(border=True):
        with st.grid(2, min_column_width=120):
            for name, number, means in (
                ("asked", bad.asked, words("rehearse_count_asked_means")),
                ("struck", bad.struck, struck),
                ("again", bad.again, words("rehearse_count_again_means")),
                ("twice", twice, words("rehearse_count_twice_means")),
            ):
                st.metric(words(f"rehearse_count_{name}"), plain(say("rehearse_number", n=number)), help=means)
        there = len([each for each in scene.created if each in known])
        st.caption(
            words("rehearse_books", created=len(scene.created), known=there, paid=books.paid, booked=books.booked)
        )
