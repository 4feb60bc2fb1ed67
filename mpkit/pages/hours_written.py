"""The hours of one branch of a file: what they are read as comes in, a sentence written instead goes out as a step."""

from __future__ import annotations

import streamlit as st

from mpkit.model import Hours
from mpkit.pages import locating, reviews
from mpkit.pages.frame import language, plain, say, words
from mpkit.pages.judged import File
from mpkit.pages.reviews import Shown
from mpkit.sheet import hours
from mpkit.sheet.text import tidy

_FOUND = 60  # branches offered at once; a search finds the others
_ELSEWHERE = frozenset({"opens_at", "closes_at", "opening_day", "opening_hours"})


def show(now: Shown, file: File) -> None:
    """A branch is chosen, its hours stand there as they were read, another sentence is said back and kept."""
    column = column_of(file)
    if column is None and any(each.meaning in _ELSEWHERE for each in file.columns):
        st.caption(words("hours_one_elsewhere"))
        return
    with st.container(border=True):
        st.markdown(f"**{words('hours_one_title')}**")
        record = _chosen(file)
        if record is None:
            return
        cell = tidy(file.cell(record, column))
        week = hours.read(cell) if cell else {}
        before = hours.said(week, language()) if week else cell
        name = now.key(f"hours_of_{file.name}_{record}")
        text = tidy(st.text_input(words("hours_one_text"), before, key=name, placeholder=say("do_hours_example")))
        st.markdown(would_be(text or cell))
        _keep(now, file, record, "" if text == before else text)


def would_be(text: str) -> str:
    """What a text would be read as, in a line with a sign of whether it can be."""
    week = hours.read(text) if text else {}
    icon = ":orange[:material/help:]" if week is None else ":green[:material/check:]"
    return f"{icon} {words('hours_would_be', text=text or '—', read=echo(week))}"


def echo(week: Hours | None) -> str:
    """A week in the words of the page; what nobody could read, or says nothing, in words too."""
    if week is None:
        return say("hours_unread")
    return hours.said(week, language()) or say("hours_empty")


def column_of(file: File) -> int | None:
    """The column that says the hours, where it is one alone."""
    columns = [column.index for column in file.columns if column.meaning == "opening_hours"]
    return columns[0] if len(columns) == 1 and not hours.days_in(file.columns[columns[0] - 1].header) else None


def _chosen(file: File) -> int | None:
    """The record somebody chose, by name where there are many."""
    records = [n for n, cells in enumerate(file.records, start=1) if any(map(str.strip, cells))]
    if len(records) > _FOUND:
        box = st.text_input(
            words("review_search"), key=f"hours_sought_{file.name}", width=330, placeholder=say("review_search_what")
        )
        sought = box.strip().casefold()
        found = (n for n in records if sought in " ".join(file.records[n - 1]).casefold())
        records = [n for _, n in zip(range(_FOUND), found, strict=False)]
    return st.selectbox(
        words("hours_one_which"),
        records,
        index=None,
        key=f"hours_one_{file.name}",
        width=420,
        placeholder=say("asking_choose"),
        format_func=lambda n: plain(f"{say('review_where_row', row=str(file.row(n)))} · {file.label(n)}"),
    )


def _keep(now: Shown, file: File, record: int, text: str) -> None:
    """The press: into the column of hours; a file without one gets one."""
    ready = bool(text) and hours.read(text) is not None
    if st.button(words("hours_one_save"), icon=":material/save:", key=now.key("hours_one_save"), disabled=not ready):
        column, row = column_of(file), file.row(record)
        if column is not None:
            reviews.act(now, {"do": "edit", "file": file.name, "cells": [[row, column, text]]})
        reviews.act(now, locating.edit(file.name, *locating.added(file, row, "opening_hours", text)))
