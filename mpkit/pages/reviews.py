"""The review a page shows: found by its id in the address, changed by steps, judged anew in the background."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from mpkit import branches, jobs
from mpkit.db import canonical
from mpkit.jobs import Job
from mpkit.model import Account
from mpkit.pages import judged, watch
from mpkit.pages.frame import CLOCK, house
from mpkit.pages.judged import Judged
from mpkit.sheet import review as reviews
from mpkit.sheet import rows
from mpkit.sheet.review import Review
from mpkit.sheet.rows import Begun


@dataclass(frozen=True)
class Shown:
    """What the page works with: the review as it is now, the job that judges it, and what was judged last."""

    one: Account | None
    begun: Begun
    review: Review
    job: Job
    judged: Judged | None
    fresh: bool  # `judged` is of the review as it is now

    @property
    def account(self) -> str:
        """The account's id, "" before one is connected."""
        return self.one.id if self.one else ""

    def key(self, name: str) -> str:
        """A widget's key that belongs to this moment of this review: an old one does nothing to a newer moment."""
        return f"{name}_{self.begun.id[:6]}_{len(self.begun.steps)}"


def begin(one: Account | None, paths: Sequence[Path], site: str) -> None:
    """Begin the review of kept files, or go on with that of the same files."""
    account = one.id if one else ""
    name = rows.begin(house().store, account, [str(path) for path in paths], one.site if one else site, clock=CLOCK)
    st.query_params["review"] = name
    st.query_params["step"] = "review"
    watch.leave("take_in")
    st.session_state["pressed_review"] = name
    st.rerun()


def current(one: Account | None) -> Begun | None:
    """The review the address names (also one begun before the account was connected), else the one looked at last."""
    store, account = house().store, one.id if one else ""
    name = st.query_params.get("review", "")
    if not name and st.query_params.get("check"):  # an address that names the judging of it
        job = watch.found("check", account=account)
        name = str(job.arguments.get("id", "")) if job else ""
    if name and account and rows.find(store, account, name) is None:
        rows.moved(store, account, name)
    begun = rows.find(store, account, name) if name else None
    if begun is None and one is not None:
        last = jobs.latest(store, account, "check")
        begun = rows.find(store, account, str(last.arguments.get("id", ""))) if last else None
    return begun


def shown(one: Account | None, begun: Begun) -> Shown:
    """The review as it is now; judged anew where it has changed since."""
    review = reviews.replay(begun.paths, one.site if one else begun.site, begun.steps, names=begun.names)
    job = _judging(one, begun, review)
    fresh = job.state == "done"
    done = job if fresh else next((each for each in _family(one, begun) if _document(each)), None)
    path = _document(done) if done else None
    return Shown(one, begun, review, job, _opened(str(path)) if path else None, fresh)


def arguments(one: Account | None, begun: Begun, review: Review) -> dict[str, Any]:
    """What the jobs of a review are asked: the review itself, so that each can be run again as it was."""
    account = one.id if one else ""
    return {"review": review.to_plain(), "account": account, "id": begun.id}


def key_of(one: Account | None, begun: Begun, review: Review) -> str:
    """What a job of this review is: what was asked, and the memory and the list it was judged by."""
    store, account = house().store, one.id if one else ""
    seen = [rows.stamp(store, account), branches.stamp(store, account) if account else ""]
    asked = canonical({**arguments(one, begun, review), "seen": seen})
    return f"{begun.id}-{hashlib.sha256(asked.encode()).hexdigest()[:24]}"


def _judging(one: Account | None, begun: Begun, review: Review) -> Job:
    """The job that judges the review as it is now: running, or done with its document still there."""
    key = key_of(one, begun, review)
    family = _family(one, begun)
    for number, each in enumerate(family):
        stopped = each.state == "failed" or (each.state == "cancelled" and number == 0)
        if each.key == key and (not each.finished or stopped or _document(each)):
            return each
    return ask(one, begun, review, key)


def ask(one: Account | None, begun: Begun, review: Review, key: str = "") -> Job:
    """Have the review judged as it is now, also where that had been stopped."""
    key = key or key_of(one, begun, review)
    for each in _family(one, begun):  # what was asked of an earlier moment is not waited for
        if not each.finished:
            jobs.request_cancel(house().store, each.id, clock=CLOCK)
    account = one.id if one else ""
    return watch.submit("check", key, arguments(one, begun, review), account=account, in_address=False)


def _family(one: Account | None, begun: Begun) -> tuple[Job, ...]:
    return jobs.of_keys(house().store, one.id if one else "", "check", f"{begun.id}-")


def _document(job: Job) -> Path | None:
    path = Path(str((job.result or {}).get("document", "")))
    return path if job.state == "done" and path.is_file() else None


@st.cache_resource(max_entries=4, show_spinner=False)
def _opened(path: str) -> Judged:
    return judged.read(Path(path))


def act(now: Shown, *taken: Mapping[str, Any]) -> None:
    """Take a step, or several; the page then shows what became of them."""
    for number, step in enumerate(taken):
        rows.add(house().store, now.account, now.begun.id, step, seen=len(now.begun.steps) + number, clock=CLOCK)
    steps = (*now.begun.steps, *taken)
    after = reviews.replay(now.begun.paths, now.review.site, steps, names=now.begun.names)
    st.session_state[f"steps_{now.begun.id}"] = len(now.begun.steps) + len(taken)
    if now.judged is not None:
        _remember(now, after)
    if after.names != now.review.names:
        rows.remember_names(house().store, now.account, after.names, clock=CLOCK)
    watch.leave("take_in")
    st.rerun()


def _remember(now: Shown, after: Review) -> None:
    """Keep chosen columns for the next file like this one; taken back, they are forgotten."""
    for file in now.judged.readable if now.judged else ():
        before, then = now.review.of(*file.names).columns, after.of(*file.names).columns
        if before != then:
            older = {int(c): m for c, m in file.told["remembered"].items() if int(c) not in before}
            kept = {c: m for c, m in {**older, **then}.items() if c <= len(file.columns)}  # not one added on screen
            rows.remember(house().store, now.account, str(file.told["headers"]), kept, clock=CLOCK)
