"""Archivos: the files of a review side by side, who has not answered yet, and the way to add one more."""

from __future__ import annotations

import streamlit as st

from mpkit.errors import Refused
from mpkit.i18n import say_error
from mpkit.pages import reviews, tables, uploads
from mpkit.pages.frame import language, number, say, words
from mpkit.pages.judged import Judged
from mpkit.pages.reviews import Shown


def show(now: Shown) -> None:
    """The table of files, then one more, then who is still waited for."""
    judged = now.judged
    if judged is None:
        return
    tables.show(
        [_cells(judged, place) for place in range(len(judged.files))],
        alt=say("review_view_files"),
        right=[say("files_rows"), say("files_branches"), say("files_blocked"), say("files_conflicts")],
        key=now.key("files"),
    )
    _more(now, judged)
    _expected(now, judged)


def _cells(judged: Judged, place: int) -> dict[str, str]:
    file = judged.files[place]
    state = say_error(Refused(file.error, **file.values), language()) if file.error else say("files_read")
    clashes = {f.record for f in judged.found if f.file == place and f.code in CLASHES}
    return {
        say("review_file"): file.name,
        say("files_rows"): number(file.told.get("rows", 0)),
        say("files_branches"): number(file.told.get("branches", 0)),
        say("files_blocked"): number(file.told.get("blocked", 0)),
        say("files_conflicts"): number(len(clashes)),
        say("files_state"): state,
    }


CLASHES = frozenset({"in_other_file"})


def _more(now: Shown, judged: Judged) -> None:
    """Add files, or new versions of those that are here; leave one out."""
    with st.container(border=True):
        st.markdown(words("files_more"))
        more = uploads.box("files_add", "more", key=now.key("more"))
        if more and st.button(words("files_add"), type="primary", icon=":material/add:", key=now.key("add")):
            paths = [str(uploads.keep(file.name, file.getvalue(), now.account)) for file in more]
            reviews.act(now, {"do": "add", "paths": paths})
        if len(judged.books) > 1:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                gone = st.selectbox(
                    words("files_leave"),
                    judged.books,
                    index=None,
                    key=now.key("leave"),
                    width=330,
                    placeholder=say("asking_choose"),
                )
                if st.button(words("files_leave_press"), key=now.key("leave_press")) and gone:
                    reviews.act(now, {"do": "leave", "file": gone})


def _expected(now: Shown, judged: Judged) -> None:
    """Who is still waited for: earlier files and regions of the list, and the names somebody wrote down."""
    with st.container(border=True):
        st.markdown(words("files_expected_what"))
        for one in judged.unanswered:
            names = ", ".join(one["names"]) + (" …" if one["missing"] > len(one["names"]) else "")
            told = words(f"files_missing_{one['kind']}", name=one["name"], n=one["missing"], names=names)
            st.markdown(f":yellow[:material/hourglass_empty:] {told}")
        if now.review.expected and now.fresh and not judged.unanswered:
            st.success(words("files_all_here", total=len(now.review.expected)), icon=":material/check_circle:")
        with st.form(now.key("expected"), border=False):
            text = st.text_area(
                words("files_expected"), "\n".join(now.review.expected), key=now.key("names"), height=120
            )
            if st.form_submit_button(words("review_save"), icon=":material/save:", key=now.key("keep_names")):
                names_ = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
                reviews.act(now, {"do": "expect", "names": names_})
