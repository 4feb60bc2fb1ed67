"""Para corregir: every finding as advice with its cell to write in, a page at a time; what is alike in one press."""

from __future__ import annotations

import streamlit as st

from mpkit.pages import address, asking, locating, paging, reviews
from mpkit.pages.frame import language, plain, say, words
from mpkit.pages.judged import WEIGHTS, Found, Judged, problem
from mpkit.pages.reviews import Shown
from mpkit.sheet.findings import ACCEPTABLE, PASSABLE

PAGE = 10  # findings shown at once, each with its own cell to write in
_ICONS = {"blocking": ":material/block:", "warning": ":material/warning:", "info": ":material/info:"}
_COLOURS = {"blocking": "red", "warning": "yellow", "info": "gray"}
_GO = frozenset({"not_a_store", "duplicate_row", "repeated_store", "duplicate_id", "closed", "duplicate_location"})
_LISTS = frozenset({"city_unknown", "missing_state"})  # suggestions that are several to choose from
_SUGGESTED = 3


def show(now: Shown) -> None:
    """What is asked first, then the filters, what can be settled at once, and one card a finding."""
    judged = now.judged
    if judged is None:
        return
    asking.columns(now)
    if not judged.found:
        st.success(words("review_nothing_wrong"), icon=":material/check_circle:")
        return
    severity, code, file, text = _filters(judged)
    if code == "missing_coordinates":
        locating.show(now, file)
        return
    if code:
        _all_alike(now, judged, severity, code)
    else:
        _at_once(now, judged, severity)
    found = judged.pick(severity=severity, code=code, file=file, text=text)
    first = paging.pages(len(found), PAGE, key="correct")
    for one in found[first : first + PAGE]:
        card(now, judged, one)


def _filters(judged: Judged) -> tuple[str, str, int | None, str]:
    """Severity, problem, file and text, all kept in the address."""
    weights = [weight for weight in WEIGHTS if judged.counts("severity").get(weight)]
    address.begin("weight", weights[0], weights)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        counts = judged.counts("severity")
        st.segmented_control(
            words("review_weight"),
            weights,
            key="weight",
            required=True,
            format_func=lambda each: f"{words(f'weight_{each}')} {counts[each]}",
        )
        severity = address.keep("weight", weights[0]) or weights[0]
        codes = judged.counts("code", severity=severity)
        address.begin("problem", "", ["", *codes])
        st.selectbox(
            words("review_problem"),
            ["", *codes],
            key="problem",
            width=330,
            format_func=lambda each: f"{say(problem(each))} ({codes[each]})" if each else say("review_problem_all"),
        )
        file = file_filter(judged)
        st.text_input(words("review_search"), key="search", width=240, placeholder=say("review_search_what"))
    return severity, address.keep("problem", ""), file, str(st.session_state.get("search") or "")


def file_filter(judged: Judged) -> int | None:
    """Which of several files, None for all of them."""
    if len(judged.files) < 2:  # noqa: PLR2004 - one file needs no choice
        return None
    names = [file.name for file in judged.files]
    address.begin("file_name", "", ["", *names])
    st.selectbox(
        words("review_file"),
        ["", *names],
        key="file_name",
        width=260,
        format_func=lambda each: each or say("review_file_all"),
    )
    name = address.keep("file_name", "")
    return names.index(name) if name in names else None


def _at_once(now: Shown, judged: Judged, severity: str) -> None:
    """The kinds of problem of this weight: how many rows, and the press that settles all of them where there is one."""
    codes = [code for code in judged.counts("code", severity=severity) if _settled_at_once(judged, code, severity)]
    accepted = sorted(now.review.accept)
    if not codes and not accepted:
        return
    with st.expander(words("review_repairs"), icon=":material/auto_fix_high:", expanded=bool(codes)):
        st.caption(words("review_repairs_what"))
        for code in codes:
            _line(now, judged, code, severity)
        for code in accepted:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f":material/check: {words('review_accepted', what=say(problem(code)))}", width="stretch")
                if st.button(words("review_withdraw"), key=now.key(f"withdraw_{code}"), type="tertiary"):
                    reviews.act(now, {"do": "withdraw", "code": code})


def _settled_at_once(judged: Judged, code: str, severity: str) -> bool:
    """Whether a press can settle all findings of a kind: blocking ones, and letters to be put right."""
    if code not in ACCEPTABLE or (severity != "blocking" and code not in {"mojibake", "lookalike_letters"}):
        return False
    return code in PASSABLE or code == "missing_coordinates" or bool(_example(judged, code, severity))


def _example(judged: Judged, code: str, severity: str) -> Found | None:
    return next((f for f in judged.found if f.code == code and f.severity == severity and f.suggestion), None)


def _line(now: Shown, judged: Judged, code: str, severity: str) -> None:
    """One kind: its name, an example, and the press with the number."""
    n = judged.counts("code", severity=severity)[code] if code != "missing_coordinates" else len(judged.gaps)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(f"**{words(problem(code))}**")
            example = _example(judged, code, severity)
            if example is not None:
                st.caption(plain(example.sentence(language())))
        pressed = st.button(
            words(f"review_accept_{'point' if code == 'missing_coordinates' else _kind(code)}", n=n),
            key=now.key(f"accept_{code}"),
            disabled=code in now.review.accept,
        )
    if pressed:
        reviews.act(now, {"do": "accept", "code": code})


def _kind(code: str) -> str:
    return "as_is" if code in PASSABLE else "all"


def _all_alike(now: Shown, judged: Judged, severity: str, code: str) -> None:
    """The same press above the cards of one kind."""
    if _settled_at_once(judged, code, severity):
        with st.container(border=True):
            _line(now, judged, code, severity)


def card(now: Shown, judged: Judged, one: Found) -> None:
    """One finding: where, what to do, its cell, and what can be done about it in one press."""
    file = judged.files[one.file]
    where = [file.name] if len(judged.files) > 1 else []
    if one.record:
        where += [say("review_where_row", row=one.row), *([file.header(one.column)] if one.column else [])]
        where += [file.label(one.record)]
    elif one.column:
        where.append(file.header(one.column))
    with st.container(border=True, gap="small"):
        if where:
            st.caption(plain(" · ".join(text for text in where if text)))
        st.markdown(f":{_COLOURS[one.severity]}[{_ICONS[one.severity]}] {plain(one.sentence(language()))}")
        if one.record and one.severity != "info":
            _act(now, judged, one)


def _act(now: Shown, judged: Judged, one: Found) -> None:
    """The cell to write in, and the presses; what was written since is said until it has been judged."""
    file = judged.files[one.file]
    of = now.review.of(file.name)
    noted = of.edits.get((one.row, one.column or 0)) if not now.fresh else None
    if (noted is not None and noted != file.cell(one.record, one.column)) or (one.row, one.code) in of.accepted:
        st.caption(f":material/check: {words('review_noted', value=noted or say('review_as_it_is'))}")
        return
    located = one.code.startswith("coordinates_") or one.code in {"missing_coordinates", "unreadable_coordinates"}
    if located:
        locating.card(now, one)
        return
    name = f"{one.file}_{one.row}_{one.column}_{one.code}"
    with st.form(now.key(f"form_{name}"), border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        text, saved = "", False
        if one.column:
            text = st.text_input(
                plain(file.header(one.column)),
                file.cell(one.record, one.column),
                key=now.key(f"cell_{name}"),
                width=330,
            )
            saved = st.form_submit_button(words("review_save"), icon=":material/save:", key=now.key(f"save_{name}"))
        suggested = [
            (each, st.form_submit_button(words("review_use", value=each), key=now.key(f"use_{name}_{n}")))
            for n, each in enumerate(suggestions(one))
            if one.column
        ]
        passed = (
            one.code in PASSABLE
            and one.severity == "blocking"
            and st.form_submit_button(words("review_pass"), key=now.key(f"pass_{name}"))
        )
        gone = one.code in _GO and st.form_submit_button(
            words("review_drop_row"), icon=":material/delete:", key=now.key(f"drop_{name}")
        )
    chosen = next((each for each, pressed in suggested if pressed), text if saved else None)
    if chosen is not None and one.column:
        write(now, one, [(one.row, one.column, chosen)])
    elif passed:
        reviews.act(now, {"do": "pass", "file": file.name, "row": one.row, "code": one.code})
    elif gone:
        cells = [(one.row, n, "") for n, cell in enumerate(file.records[one.record - 1], start=1) if cell]
        write(now, one, cells)


def suggestions(one: Found) -> tuple[str, ...]:
    """What could stand in the cell instead."""
    if not one.suggestion:
        return ()
    if one.code in _LISTS and one.severity == "blocking":
        return tuple(one.suggestion.split(", "))[:_SUGGESTED]
    return (one.suggestion,)


def write(now: Shown, one: Found, cells: list[tuple[int, int, str]]) -> None:
    """Write cells of the finding's file anew."""
    if now.judged is not None and cells:
        name = now.judged.files[one.file].name
        reviews.act(now, {"do": "edit", "file": name, "cells": [list(cell) for cell in cells]})
