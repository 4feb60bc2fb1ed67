"""Crear: who enters the amount, what would happen, the one press that does it, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from mpkit import jobs, ledger
from mpkit.i18n import say as said
from mpkit.jobs import Job
from mpkit.model import Account
from mpkit.pages import amount, listing, steps, tables, watch
from mpkit.pages.frame import house, language, plain, say, words
from mpkit.plan import Plan
from mpkit.plan.change import KINDS, Change, why

_WORK = ("create", "update", "adopt", "delete")


def show(one: Account) -> None:
    """The step, wherever it stands: asked, compared, being created, created."""
    applying = watch.found("apply", account=one.id) or _live(one)
    if applying is not None:
        _outcome(applying)
        return
    if one.amount is None:
        amount.ask(one)
        return
    comparing = watch.found("plan", account=one.id)
    if comparing is None:
        _compare(one)
    elif watch.done(comparing):
        _plan(one, comparing)
    elif comparing.finished:
        _compare(one)


def _live(one: Account) -> Job | None:
    """What is being created right now, also where the address does not say so."""
    job = jobs.latest(house().store, one.id, "apply")
    return job if job is not None and not job.finished else None


def _compare(one: Account) -> None:
    """Ask for the comparison, of everything or of a few branches first."""
    st.markdown(words("create_compare_what"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.number_input(
            words("create_first"),
            min_value=1,
            value=None,
            step=1,
            format="%d",
            placeholder=say("page_all"),
            key="first",
            width=320,
        )
        if st.button(words("create_compare"), type="primary", icon=":material/compare_arrows:", key="compare"):
            only = f"first={first}" if first else ""
            watch.submit("plan", f"screen:{only}", {"account": one.id, "only": only, "who": "screen"}, account=one.id)
            st.rerun()
    listing.show(one)


def _plan(one: Account, comparing: Job) -> None:
    """What would happen, in counts and line by line; the press says what it does."""
    document = ledger.find_plan(house().store, one.id, str((comparing.result or {})["plan"]))
    if document is None:
        _compare(one)
        return
    made = Plan.read(document)
    if not made.work:
        st.success(words("create_nothing", n=made.same), icon=":material/check_circle:")
        _again()
        _changes(made)
        steps.forward("print", "create_to_signs")
        return
    what = label(made)
    st.markdown(words("create_would", what=what[:1].lower() + what[1:]))
    confirmed = _confirm(made)
    with st.container(horizontal=True):
        pressed = st.button(
            plain(label(made)), type="primary", icon=":material/add_business:", key="apply", disabled=confirmed is None
        )
        _again()
    if pressed and confirmed is not None:
        arguments = {"account": one.id, "plan": made.hash, "language": language()[:2], "who": "screen", **confirmed}
        watch.submit("apply", made.hash, arguments, account=one.id)
        st.rerun()
    st.caption(words("create_safe"))
    _changes(made)


def label(made: Plan) -> str:
    """The press in its own words: "Crear 112 sucursales y 118 cajas"."""
    spoken = language()
    parts = []
    for kind in _WORK:
        counts = [(name, sum(c.kind == kind and c.object == name for c in made.changes)) for name in ("store", "pos")]
        named = [said(f"create_{name}s", spoken, n=n) for name, n in counts if n]
        if named:
            parts.append(
                said(
                    f"create_do_{kind}",
                    spoken,
                    what=said("create_and", spoken, a=named[0], b=named[1]) if len(named) > 1 else named[0],
                )
            )
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _confirm(made: Plan) -> dict[str, int] | None:
    """The numbers a person must type where much would change or printed signs would stop working; None: not yet."""
    demanded = {"confirm_changes": made.confirm_changes, "confirm_stickers": made.confirm_stickers}
    typed: dict[str, int] = {}
    for name, number in demanded.items():
        if number is None:
            continue
        st.warning(words(f"create_{name}", n=number), icon=":material/warning:")
        said_ = st.number_input(
            words("create_type_number", n=number), min_value=0, value=None, step=1, format="%d", key=name, width=320
        )
        if said_ != number:
            return None
        typed[name] = number
    return typed


def _changes(made: Plan) -> None:
    """Every change in a table, by kind."""
    present = [kind for kind in KINDS if any(change.kind == kind for change in made.changes)]
    if not present:
        return
    counts = {kind: sum(change.kind == kind for change in made.changes) for kind in present}
    chosen = st.segmented_control(
        words("create_show"),
        present,
        default=present[0],
        required=True,
        key="changes_of",
        format_func=lambda kind: f"{words(f'plan_part_{kind}')} {counts[kind]}",
        label_visibility="collapsed",
    )
    rows = [_cells(change) for change in made.changes if change.kind == chosen]
    tables.show(rows, alt=say("create_show"), key=f"changes_{chosen}")


def _cells(change: Change) -> dict[str, str]:
    where = change.after or change.before or {}
    return {
        say("create_column_what"): say(f"create_{change.object}"),
        say("create_column_name"): change.name,
        say("create_column_code"): change.external_id,
        say("create_column_city"): str(where.get("city") or ""),
        say("create_column_why"): why(change, language()),
    }


def _outcome(job: Job) -> None:
    """While it runs, how far it is; then what became of it, and the way on."""
    if not job.finished:
        st.caption(words("watch_reload"))
    if not watch.done(job):
        if job.finished:
            _again()
        return
    result: dict[str, Any] = dict(job.result or {})
    made = [each for each in result["results"] if each["outcome"] == "done"]
    key = "create_done_all" if not result["failed"] and not result["skipped"] else "create_done_some"
    text = words(
        key,
        stores=said("create_stores", language(), n=sum(each["object"] == "store" for each in made)),
        registers=said("create_poss", language(), n=sum(each["object"] == "pos" for each in made)),
        rest=result["failed"] + result["skipped"],
    )
    if key == "create_done_all":
        st.success(text, icon=":material/check_circle:")
    else:
        st.warning(text, icon=":material/warning:")
    with st.container(horizontal=True):
        steps.forward("print", "create_to_signs")
        file = Path(result["file"])
        st.download_button(
            words("create_workbook"),
            file.read_bytes,
            file.name,
            icon=":material/download:",
            on_click="ignore",
            key="result_book",
        )
        _again()
    failed = [each for each in result["results"] if each["outcome"] != "done"]
    shown = failed or result["results"]
    tables.show([_result(each) for each in shown], alt=say("create_show"), key="results")


def _result(each: dict[str, Any]) -> dict[str, str]:
    return {
        say("create_column_what"): say(f"create_{each['object']}"),
        say("create_column_name"): str(each["name"]),
        say("create_column_code"): str(each["external_id"] or ""),
        say("create_column_id"): str(each["id"] or ""),
        say("create_column_outcome"): str(each["error"] or say(f"create_outcome_{each['outcome']}")),
    }


def _again() -> None:
    """Compare once more, from the beginning of this step."""
    if st.button(words("create_again"), icon=":material/refresh:", key="compare_again"):
        watch.leave("plan", "apply")
        st.rerun()
