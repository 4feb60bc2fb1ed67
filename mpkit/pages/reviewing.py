"""Revisar: what the file says, what has to be corrected, and the press that takes the good rows into the list."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import streamlit as st

from mpkit import jobs
from mpkit.jobs import Job
from mpkit.model import Account, Severity
from mpkit.pages import starting, steps, tables, watch
from mpkit.pages.frame import go, house, language, plain, say, words

ORDER = (Severity.BLOCKING.value, Severity.WARNING.value, Severity.INFO.value)


def latest(one: Account | None) -> Job | None:
    """The review made last, for whoever comes back."""
    return jobs.latest(house().store, one.id, "check") if one else None


def show(one: Account | None, job: Job) -> None:
    """The step, wherever it stands."""
    if not watch.done(job):
        if job.finished:
            steps.back("file", "review_other_file")
        return
    if job.arguments.get("language") != language()[:2]:  # the sentences of a review are in one language
        starting.review(one, job.arguments)
    found: dict[str, Any] = dict((job.result or {})["files"][0])
    taking = watch.found("take_in", account=one.id) if one else None
    if one is not None and taking is not None:
        if watch.done(taking):
            st.success(words("review_taken", **_taken(taking)), icon=":material/check_circle:")
            steps.forward("create", "review_to_create")
        if not taking.finished:
            return
    else:
        _sentence(found)
        _presses(one, job, found)
    _repairs(one, job, found)
    _findings(found)
    _columns(one, job, found)


def _taken(taking: Job) -> dict[str, object]:
    result = dict(taking.result or {})
    return {name: int(result.get(name, 0)) for name in ("added", "changed", "same")}


def _sentence(found: dict[str, Any]) -> None:
    blocked = len({each["record"] for each in found["findings"] if each["severity"] == Severity.BLOCKING.value})
    values = {
        "file": found["file"],
        "rows": found["rows"],
        "branches": found["branches"],
        "registers": found["registers"],
    }
    if not found["branches"]:
        st.error(words("review_none", **values), icon=":material/block:")
    elif blocked:
        st.markdown(words("review_some", n=blocked, **values))
    else:
        st.success(words("review_all", **values), icon=":material/check_circle:")


def _presses(one: Account | None, job: Job, found: dict[str, Any]) -> None:
    """On to the list, or back with the marked workbook."""
    with st.container(horizontal=True):
        if one is None:
            go("connect", "page_door_connect", kind="primary", icon=":material/link:", check=job.id)
        elif found["branches"]:
            press = words("review_take_in", n=found["branches"])
            if st.button(press, type="primary", icon=":material/playlist_add_check:", key="take_in"):
                arguments = {**job.arguments, "account": one.id, "site": one.site, "who": "screen"}
                watch.submit("take_in", job.id, arguments, account=one.id)
                st.rerun()
        marked = Path(str(found.get("marked") or ""))
        if found.get("marked") and marked.exists():
            st.download_button(
                words("review_marked"),
                marked.read_bytes,
                marked.name,
                icon=":material/download:",
                on_click="ignore",
                key="marked",
            )
        steps.back("file", "review_other_file")
    if one is None:
        st.caption(words("review_needs_account"))


def _repairs(one: Account | None, job: Job, found: dict[str, Any]) -> None:
    """Kinds of repair that can be accepted at once: what is written, what would be written instead."""
    offered = Counter(
        each["code"]
        for each in found["findings"]
        if each["suggestion"] and each["severity"] == Severity.BLOCKING.value and each["record"]
    )
    if not offered:
        return
    with st.container(border=True):
        st.subheader(words("review_repairs"), anchor=False)
        st.caption(words("review_repairs_what"))
        chosen = [
            code
            for code, n in offered.most_common()
            if st.checkbox(f"{words(f'problem_{code}')} ({n})", key=f"accept_{code}", help=_example(found, code))
        ]
        pressed = st.button(words("review_accept"), icon=":material/auto_fix_high:", key="accept", disabled=not chosen)
    if pressed and chosen:
        accept = {*(job.arguments.get("accept") or ()), *chosen}
        starting.review(one, {**job.arguments, "accept": sorted(accept)})


def _example(found: dict[str, Any], code: str) -> str:
    first = next(each for each in found["findings"] if each["code"] == code and each["suggestion"])
    return plain(str(first["message"]))


def _findings(found: dict[str, Any]) -> None:
    """Every finding, by weight and by problem."""
    findings = found["findings"]
    if not findings:
        return
    st.subheader(words("review_findings"), anchor=False)
    weights = Counter(each["severity"] for each in findings)
    present = [weight for weight in ORDER if weights[weight]]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        weight = st.segmented_control(
            words("review_weight"),
            present,
            default=present[0],
            required=True,
            key="weight",
            format_func=lambda each: f"{words(f'weight_{each}')} {weights[each]}",
        )
        codes = Counter(each["code"] for each in findings if each["severity"] == weight)
        names = {code: f"{say(f'problem_{code}')} ({n})" for code, n in codes.most_common()}
        code = st.selectbox(
            words("review_problem"),
            ["", *names],
            key=f"problem_{weight}",
            width=380,
            format_func=lambda each: names[each] if each else say("review_problem_all"),
        )
    rows = [_cells(each) for each in findings if each["severity"] == weight and code in {"", each["code"]}]
    tables.sentences(rows, alt=say("review_findings"))


def _cells(each: dict[str, Any]) -> dict[str, str]:
    column = each["header"] or (str(each["column"]) if each["column"] else "")
    return {
        say("review_row"): str(each["row"]) if each["record"] else "",
        say("review_column"): column,
        say("review_what"): str(each["message"]),
        say("review_suggestion"): str(each["suggestion"] or ""),
    }


def _columns(one: Account | None, job: Job, found: dict[str, Any]) -> None:
    """How the columns were read; another reading is one choice away."""
    with st.expander(words("review_columns"), icon=":material/view_column:"):
        st.caption(words("review_columns_what"))
        rows = [
            {
                say("review_column_number"): str(each["index"]),
                say("review_column"): str(each["header"]),
                say("review_meaning"): say(f"meaning_{each['meaning']}"),
            }
            for each in found["columns"]
        ]
        tables.show(rows, alt=say("review_columns"), key="columns")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            headers = {str(each["index"]): str(each["header"]) for each in found["columns"]}
            column = st.selectbox(
                words("review_column"),
                list(headers),
                index=None,
                width=280,
                key="map_column",
                placeholder="",
                format_func=lambda each: headers[each] or each,
            )
            meaning = st.selectbox(
                words("review_meaning"),
                MEANINGS,
                index=None,
                width=280,
                key="map_meaning",
                placeholder="",
                format_func=lambda each: say(f"meaning_{each}"),
            )
            pressed = st.button(words("review_read_again"), icon=":material/refresh:", key="map")
    if pressed and column and meaning:
        starting.review(one, {**job.arguments, "map": {**(job.arguments.get("map") or {}), meaning: column}})


MEANINGS = (
    "external_id",
    "store_name",
    "street_name",
    "street_number",
    "street_and_number",
    "full_address",
    "city",
    "state",
    "latitude",
    "longitude",
    "lat_lng",
    "opening_hours",
    "register_id",
    "register_name",
    "register_count",
    "reference",
    "status",
    "region",
    "ignore",
)
