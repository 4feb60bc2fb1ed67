"""Para corregir: every finding as advice with its cell to write in, a page at a time; what is alike in one press."""

from __future__ import annotations

import streamlit as st

from mpkit.pages import acting, address, asking, leaves, locating, paging, reviews
from mpkit.pages.frame import language, number, plain, say, words
from mpkit.pages.judged import WEIGHTS, Found, Judged, problem
from mpkit.pages.reviews import Shown
from mpkit.sheet.findings import ACCEPTABLE, PASSABLE

_WIDE = 520  # pixels of a sentence beside its press; on a phone the press goes below
PAGE = 10  # findings shown at once, each with its own cell to write in
_ICONS = {"blocking": ":material/block:", "warning": ":material/warning:", "info": ":material/info:"}
_COLOURS = {"blocking": "red", "warning": "yellow", "info": "gray"}


def show(now: Shown) -> None:
    """What is asked first, then the filters, what can be settled at once, and one card a finding."""
    judged = now.judged
    if judged is None:
        return
    with st.container():
        asking.columns(now)
    if not judged.found:
        st.success(words("review_nothing_wrong"), icon=":material/check_circle:")
        return
    severity, code, file, text = _filters(judged)
    if code == "missing_coordinates":
        locating.show(now, file)
        return
    with st.container():
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
    counts = judged.counts("severity")
    st.segmented_control(
        words("review_weight"),
        weights,
        key="weight",
        required=True,
        label_visibility="collapsed",
        format_func=lambda each: f"{words(f'weight_{each}')} {number(counts[each])}",
    )
    severity = address.keep("weight", weights[0]) or weights[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        codes = judged.counts("code", severity=severity)
        address.begin("problem", "", ["", *codes])
        st.selectbox(
            words("review_problem"),
            ["", *codes],
            key="problem",
            width=330,
            format_func=lambda each: (
                f"{say(problem(each))} ({number(codes[each])})" if each else say("review_problem_all")
            ),
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
    with st.expander(words("review_repairs"), icon=":material/auto_fix_high:", expanded=True):
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
    return code in PASSABLE or code == "missing_coordinates" or bool(_taken(judged, code, severity))


def _taken(judged: Judged, code: str, severity: str) -> list[Found]:
    """The findings of a kind that have one proposed value; of several to choose from a person takes one."""
    return [
        f
        for f in judged.found
        if f.code == code
        and f.severity == severity
        and f.suggestion
        and not (code in acting.LISTS and (", " in f.suggestion or "kept" in f.values))
    ]


def _line(now: Shown, judged: Judged, code: str, severity: str) -> None:
    """One kind: its name, an example, and the press with the number."""
    taken = [] if code in PASSABLE else _taken(judged, code, severity)
    n = len(taken) or judged.counts("code", severity=severity)[code]
    n = n if code != "missing_coordinates" else len(judged.gaps)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(gap=None, width=_WIDE):
            st.markdown(f"**{words(problem(code))}**")
            if taken:
                sentence, better = taken[0].sentence(language()), taken[0].suggestion or ""
                st.caption(plain(sentence if better in sentence else f"{sentence} → {better}"))
            elif code in PASSABLE:
                st.caption(plain(next(f for f in judged.found if f.code == code).sentence(language())))
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
        where += [say("review_where_row", row=str(one.row)), *([file.header(one.column)] if one.column else [])]
        where += [file.label(one.record)]
    elif one.column:
        where.append(file.header(one.column))
    with st.container(border=True, gap="small"):
        if where:
            st.caption(plain(" · ".join(text for text in where if text)))
        st.markdown(f":{_COLOURS[one.severity]}[{_ICONS[one.severity]}] {plain(one.sentence(language()))}")
        if one.code in leaves.CODES:
            leaves.lead(now, judged, one)
        elif not one.record:
            _lead(now, one)
        elif one.severity != "info":
            acting.show(now, judged, one)


def _lead(now: Shown, one: Found) -> None:
    """Where what the whole file lacks can be said: the places of its rows, or its columns."""
    if one.severity != "blocking":
        return
    if one.code == "missing_city" and st.button(
        words("review_accept_city"), key=now.key(f"accept_city_{one.file}"), icon=":material/my_location:"
    ):
        reviews.act(now, {"do": "accept", "code": one.code})
    place = ("problem", one.code) if one.code == "missing_coordinates" else ("view", "columns")
    st.button(
        words("review_to_places" if place[0] == "problem" else "review_to_columns"),
        key=now.key(f"lead_{one.file}_{one.code}"),
        icon=":material/arrow_forward:",
        on_click=st.session_state.__setitem__,
        args=place,
    )
