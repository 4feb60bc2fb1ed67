"""Filas: the rows of a file as they stand, a page at a time, to be written in; what was written is one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mpkit.pages import address, paging, reviews
from mpkit.pages.frame import say, words
from mpkit.pages.judged import File, Judged, problem
from mpkit.pages.reviews import Shown

PAGE = 50
WHICH = ("", "blocking", "warning", "clean")


def show(now: Shown) -> None:
    """The filters, the page of rows, and the press that keeps what was written."""
    judged = now.judged
    if judged is None:
        return
    number = one_file(judged)
    file = judged.files[number]
    address.begin("which", "", WHICH)
    st.segmented_control(
        words("rows_which"),
        WHICH,
        key="which",
        required=True,
        label_visibility="collapsed",
        format_func=lambda each: words(f"rows_which_{each or 'all'}"),
    )
    which = address.keep("which", "")
    st.text_input(words("review_search"), key="search", width=330, placeholder=say("review_search_what"))
    records = picked(judged, number, which, str(st.session_state.get("search") or ""))
    first = paging.pages(len(records), PAGE, key=f"rows{number}{which}")
    if records:
        _editor(now, judged, number, records[first : first + PAGE])
    if file.told["ids"]:
        st.caption(words("rows_ids"))


def one_file(judged: Judged) -> int:
    """Which file is looked at; of one there is no choice."""
    readable = [number for number, file in enumerate(judged.files) if not file.error]
    if len(readable) == 1:
        return readable[0]
    names = [judged.files[number].name for number in readable]
    address.begin("of", names[0], names)
    st.selectbox(words("review_file"), names, key="of", width=330)
    name = address.keep("of", names[0]) or names[0]
    return readable[names.index(name)]


def picked(judged: Judged, number: int, which: str, text: str) -> list[int]:
    """The records that are shown: all, those of a severity, or those with nothing to say; with a text in them."""
    file, worst = judged.files[number], judged.worst(number)
    records = [
        record
        for record in range(1, len(file.records) + 1)
        if not which or worst.get(record, "clean").replace("info", "clean") == which
    ]
    if text.strip():
        records = [record for record in records if judged.holds(number, record, text)]
    return records


def headings(file: File) -> list[str]:
    """The headings of the columns, told apart where two are called alike."""
    seen: Counter[str] = Counter()
    told = []
    for column in file.columns:
        name = column.header or say("asking_number", n=column.index)
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


def _editor(now: Shown, judged: Judged, number: int, records: Sequence[int]) -> None:
    file, named = judged.files[number], headings(judged.files[number])
    row, wrong, ours = say("review_row"), say("rows_to_correct"), say("rows_id")
    table = pd.DataFrame(
        [[file.cell(record, n) for n in range(1, len(named) + 1)] for record in records], columns=named, dtype="object"
    )
    problems = [
        ", ".join(
            dict.fromkeys(say(problem(f.code)) for f in judged.codes[number].get(record, ()) if f.severity != "info")
        )
        for record in records
    ]
    fixed = [row, wrong]
    table.insert(0, row, [str(file.row(record)) for record in records])
    table.insert(1, wrong, problems)
    if file.told["ids"]:
        table[ours] = [file.told["ids"].get(str(record), "") for record in records]
        fixed.append(ours)
    written = st.data_editor(
        table,
        hide_index=True,
        disabled=fixed,
        key=now.key(f"editor_{number}_{records[0]}_{len(records)}"),
        column_config={
            row: st.column_config.TextColumn(row, pinned=True, width=60),
            wrong: st.column_config.TextColumn(wrong, width="medium"),
        },
        alt=say("review_view_rows"),
    )
    cells = [
        [file.row(record), n, str(after or "")]
        for record, before_row, after_row in zip(
            records, table[named].to_numpy(), written[named].to_numpy(), strict=True
        )
        for n, (before, after) in enumerate(zip(before_row, after_row, strict=True), start=1)
        if before != (after or "")
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        press = words("rows_save", n=len(cells)) if cells else words("review_save")
        pressed = st.button(press, icon=":material/save:", key=now.key("save_rows"), disabled=not cells)
        st.caption(words("rows_how"))
    if pressed:
        reviews.act(now, {"do": "edit", "file": file.name, "cells": cells})
