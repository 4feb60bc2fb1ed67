"""Revisar: what the files say in a sentence, the press that takes the good rows into the list, why the rest waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from mpkit import jobs, ledger
from mpkit.db import Engine
from mpkit.errors import Refused
from mpkit.i18n import say_error
from mpkit.jobs import Job, ensure_worker, evidence
from mpkit.model import Account
from mpkit.pages import (
    address,
    branch_map,
    columns_read,
    comparing,
    correcting,
    reviews,
    rows_edited,
    several,
    understood,
    watch,
)
from mpkit.pages import steps as path
from mpkit.pages.frame import CLOCK, go, house, language, plain, say, words
from mpkit.pages.judged import Judged
from mpkit.pages.reviews import Shown
from mpkit.pages.rollout import unread
from mpkit.settings import Settings
from mpkit.sheet import review
from mpkit.sheet.rows import Begun
from mpkit.sites import SITES

VIEWS: dict[str, tuple[str, Callable[[Shown], None]]] = {
    "correct": (":material/edit_note:", correcting.show),
    "rows": (":material/table_rows:", rows_edited.show),
    "map": (":material/map:", branch_map.show),
    "columns": (":material/view_column:", columns_read.show),
    "understood": (":material/schedule:", understood.show),
    "changes": (":material/compare_arrows:", comparing.show),
    "files": (":material/folder_open:", several.show),
}
PATIENCE = 300.0  # seconds a download waits for its workbook
_LOOK = 0.2


def show(one: Account | None, begun: Begun) -> None:
    """The step, wherever it stands."""
    now = reviews.shown(one, begun)
    _told_elsewhere(now)
    if now.judged is None:
        watch.done(now.job)
        if now.job.finished:
            _again(now)
        return
    taking = watch.found("take_in", account=one.id) if one else None
    if taking is not None and not _taken(taking):
        return
    with st.container():
        if taking is None:
            if told := st.session_state.pop("taken_back", ""):
                st.info(told, icon=":material/undo:")
            _sentence(now)
            _presses(now)
    with st.container():  # a place of its own, so that nothing below it moves while it comes and goes
        if not now.fresh and not now.job.finished:
            watch.line(now.job)
        elif not now.fresh:
            watch.done(now.job)
            _again(now)
    with st.container():
        _refused(now)
    if now.judged.readable:
        _view(now)


def _told_elsewhere(now: Shown) -> None:
    """Say so where another tab has changed the review since this one showed it last."""
    name, count = f"steps_{now.begun.id}", len(now.begun.steps)
    before = st.session_state.get(name, count)
    st.session_state[name] = count
    if count > before:
        st.info(words("review_other_tab"), icon=":material/sync:")


def _again(now: Shown) -> None:
    with st.container(horizontal=True):
        if st.button(words("review_again"), icon=":material/refresh:", key=now.key("again")):
            reviews.ask(now.one, now.begun, now.review)
            st.rerun()
        path.back("file", "review_other_file")


def _taken(taking: Job) -> bool:
    """What became of taking the rows in; False while the page has nothing else to say."""
    if watch.done(taking):
        st.success(words("review_in_list", **comparing.kinds(taking.result or {})), icon=":material/check_circle:")
        with st.container(horizontal=True):
            path.forward("create", "review_to_create")
            _take_back(taking)
        return True
    return taking.finished


def _take_back(taking: Job) -> None:
    """The press that takes the whole run back out of the list; what exists in the account already stays."""
    run = str((taking.result or {}).get("take_in") or "")
    if run and st.button(words("review_take_back"), icon=":material/undo:", key=f"back_{run}"):
        store = house().store
        exists = {name for _, name in ledger.known(store, taking.account, seal=unread)}
        undone = evidence.take_back(
            house().settings, store, taking.account, run, who="screen", clock=CLOCK, exists=exists
        )
        counts = {"removed": len(undone.removed), "restored": len(undone.restored), "left": len(undone.left)}
        st.session_state["taken_back"] = words("review_taken_back", **counts)
        watch.leave("take_in")
        st.rerun()


def _sentence(now: Shown) -> None:
    """The answer, in one line."""
    judged = now.judged
    if judged is None or not judged.readable:
        return
    values = {
        "file": _what(judged),
        "rows": judged.sum("rows"),
        "branches": say("review_n_branches", n=judged.sum("branches")),
        "registers": say("review_n_registers", n=judged.sum("registers")),
    }
    blocked = judged.sum("blocked")
    if not judged.sum("branches"):
        st.error(words("review_none", **values), icon=":material/block:")
    elif blocked:
        st.markdown(words("review_some", n=blocked, **values))
    else:
        st.success(words("review_all", **values), icon=":material/check_circle:")
    outside = judged.counts("code").get("coordinates_outside_country", 0)
    if outside * 2 > judged.sum("rows"):
        country = SITES[str(judged.readable[0].told["site"])].name
        told = words("review_other_country", n=outside, rows=judged.sum("rows"), country=country)
        st.warning(told, icon=":material/public:")


def _what(judged: Judged) -> str:
    """What was read: a file by its name, a workbook with its sheets counted, several files by their number."""
    books = list(dict.fromkeys(file.book for file in judged.readable))
    if len(books) > 1:
        return say("review_files", n=len(books))
    sheets = len(judged.readable)
    return say("review_sheets", file=books[0], n=sheets) if sheets > 1 else books[0]


def _presses(now: Shown) -> None:
    """On to the list, back with the marked workbook, one step back."""
    judged = now.judged
    if judged is None:
        return
    with st.container(horizontal=True):
        if now.one is None:
            go("connect", "page_door_connect", kind="primary", icon=":material/link:", review=now.begun.id)
        elif judged.sum("branches"):
            press = words("review_take_in", n=judged.sum("branches"))
            icon = ":material/playlist_add_check:"
            if st.button(press, type="primary", icon=icon, key=now.key("take_in"), disabled=not now.fresh):
                told = {**reviews.arguments(now.one, now.begun, now.review), "who": "screen"}
                watch.submit("take_in", now.job.key, told, account=now.account)
                st.rerun()
        if judged.readable:
            _marked(now)
        undo = review.undoable(now.begun.steps)
        if undo:
            what = say("review_undo_what", what=said(undo[-1]))
            if st.button(words("review_undo"), icon=":material/undo:", key=now.key("undo"), help=plain(what)):
                reviews.act(now, {"do": "undo"})
        path.back("file", "review_other_file")
    if now.one is None:
        st.caption(words("review_needs_account"))


def said(step: Mapping[str, Any]) -> str:
    """What a step did, in a few words."""
    return say(f"review_did_{step['do']}")


def _marked(now: Shown) -> None:
    """The marked workbook, made by the worker when it is asked for; of several files a ZIP."""
    books = now.judged.books if now.judged else ()
    stem = Path(books[0]).stem if len(books) == 1 else say("review_marked_many")
    ending = "xlsx" if len(books) == 1 else "zip"
    told = {**reviews.arguments(now.one, now.begun, now.review), "language": language()[:2]}
    st.download_button(
        words("review_marked" if len(books) == 1 else "review_marked_all"),
        partial(marked, house().settings, house().store, now.account, now.job.key, told),
        f"{say('review_marked_name', name=stem)}.{ending}",
        icon=":material/download:",
        on_click="ignore",
        key="marked",
    )


def marked(settings: Settings, store: Engine, account: str, key: str, told: Mapping[str, Any]) -> bytes:
    """The bytes of the marked workbook or ZIP; asked for twice, it is made once. Raises `Refused` where it fails."""
    name = f"{key}-{told['language']}"
    begun = CLOCK.monotonic()
    ensure_worker(settings)
    asked = {**told, "name": name}
    job = jobs.submit(store, account=account, kind="mark", key=name, arguments=asked, who="screen", clock=CLOCK)
    while not job.finished and CLOCK.monotonic() < begun + PATIENCE:
        time.sleep(_LOOK)
        job = jobs.find(store, job.id)
    if job.state != "done":
        raise Refused("review_nothing_to_mark")
    return Path(str((job.result or {})["path"])).read_bytes()


def _refused(now: Shown) -> None:
    """Files that could not be read, each with why; where only the country does not show, it is asked here."""
    for file in now.judged.files if now.judged else ():
        if not file.error:
            continue
        if file.error == "site_not_clear":
            _country(now, file.name)
            continue
        with st.container(border=True):
            st.markdown(f":material/error: {plain(say_error(Refused(file.error, **file.values), language()))}")
            if (
                now.judged
                and len(now.judged.books) > 1
                and st.button(words("files_leave"), icon=":material/close:", key=now.key(f"leave_{file.name}"))
            ):
                reviews.act(now, {"do": "leave", "file": file.name})


def _country(now: Shown, name: str) -> None:
    """One press: the country nothing in the file says."""
    with st.container(border=True):
        st.markdown(words("review_country", file=name))
        chosen = st.segmented_control(
            words("start_country"),
            list(SITES),
            format_func=lambda each: SITES[each].name,
            key=now.key(f"country_{name}"),
            label_visibility="collapsed",
        )
        if chosen:
            reviews.act(now, {"do": "site", "site": chosen})


def _view(now: Shown) -> None:
    """One way to look at it at a time: what is not shown costs nothing."""
    names = [name for name in VIEWS if name != "changes" or (now.judged and now.judged.changes is not None)]
    address.begin("view", "correct", names)
    st.segmented_control(
        words("review_view"),
        names,
        key="view",
        required=True,
        label_visibility="collapsed",
        format_func=lambda each: f"{VIEWS[each][0]} {words(f'review_view_{each}')}",
    )
    VIEWS[address.keep("view", "correct") or "correct"][1](now)
