"""Hojas que se leen: the sheets of a workbook with what each holds; which of them are read can be said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from mpkit.pages import reviews
from mpkit.pages.frame import number, say, words
from mpkit.pages.judged import Found, Judged
from mpkit.pages.reviews import Shown

CODES = frozenset({"sheets_read", "sheets_unread", "sheets_left_out"})


@dataclass(frozen=True, slots=True)
class Leaf:
    """One sheet: `kind` is branches, registers, asked or other."""

    name: str
    rows: int
    kind: str
    read: bool


def of(judged: Judged, book: str) -> list[Leaf]:
    """The sheets of a workbook, none where there is one only."""
    told: list[list[Any]] = next(
        (file.told["sheets"] for file in judged.readable if file.book == book and file.told["sheets"]), []
    )
    return [Leaf(*sheet) for sheet in told]


def show(now: Shown, book: str) -> None:
    """The choice, where there is one."""
    leaves = of(now.judged, book) if now.judged else []
    if len(leaves) < 2:  # noqa: PLR2004 - one sheet is no choice
        return
    st.subheader(words("leaves_title"), anchor=False)
    st.caption(words("leaves_what"))
    read = [leaf.name for leaf in leaves if leaf.read]
    by_name = {leaf.name: leaf for leaf in leaves}
    chosen = st.pills(
        words("leaves_title"),
        list(by_name),
        selection_mode="multi",
        default=read,
        format_func=lambda each: _called(by_name[each]),
        key=now.key(f"leaves_{book}"),
        label_visibility="collapsed",
    )
    if not chosen:
        st.caption(words("leaves_none"))
    same = not chosen or set(chosen) == set(read)
    if st.button(words("leaves_read"), icon=":material/refresh:", key=now.key(f"leaves_press_{book}"), disabled=same):
        _read(now, book, [name for name in by_name if name in chosen])


def lead(now: Shown, judged: Judged, one: Found) -> None:
    """Under a finding about sheets: read those that wait, or go where all of them are chosen."""
    file = judged.files[one.file]
    leaves = of(judged, file.book)
    waiting = [leaf.name for leaf in leaves if leaf.kind == "asked" and not leaf.read]
    with st.container(horizontal=True):
        if one.code == "sheets_unread" and st.button(
            words("leaves_also"), icon=":material/library_add:", key=now.key(f"also_{one.file}")
        ):
            _read(now, file.book, [leaf.name for leaf in leaves if leaf.read or leaf.name in waiting])
        st.button(
            words("leaves_choose"),
            icon=":material/arrow_forward:",
            key=now.key(f"leaves_{one.file}_{one.code}"),
            on_click=st.session_state.__setitem__,
            args=("view", "columns"),
        )


def _read(now: Shown, book: str, names: list[str]) -> None:
    reviews.act(now, {"do": "reading", "file": book, "reading": {"sheets": names}})


def _called(leaf: Leaf) -> str:
    key = "leaves_of_registers" if leaf.kind == "registers" else "leaves_one"
    return say(key, name=leaf.name, rows=number(leaf.rows))
