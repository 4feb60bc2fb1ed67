"""Horarios y cajas: how each text of opening hours was read, and what registers are called; both can be changed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from mpkit import i18n
from mpkit.errors import WrongUsage
from mpkit.i18n import say_error
from mpkit.model import Branch, Location
from mpkit.pages import address, hours_written, paging, reviews, rows_edited
from mpkit.pages.frame import language, number, plain, say, words
from mpkit.pages.judged import File, Found
from mpkit.pages.reviews import Shown
from mpkit.sheet.naming import FIELDS, naming
from mpkit.sheet.text import tidy
from mpkit.sites import SITES

PAGE = 25
WHICH = ("", "asked", "read")
PATTERNS = ("branch", "city")  # ways to name registers that are offered beside the language's own
_OTHER = "other"
_SHOWN = 4  # registers named as examples


def show(now: Shown) -> None:
    """Of one file: its hours as they were read, then the names of its registers."""
    judged = now.judged
    if judged is None:
        return
    number_ = rows_edited.one_file(judged)
    file = judged.files[number_]
    with st.container():
        _hours(now, file, judged.codes[number_].get(0, []))
        hours_written.show(now, file)
    with st.container():
        _names(now, file)


def _hours(now: Shown, file: File, found: list[Found]) -> None:
    """What was found, as what it was read, in how many rows; what nobody could read comes first."""
    st.subheader(words("hours_title"), anchor=False)
    echoes = sorted(file.told.get("hours", ()), key=lambda echo: echo[1] is not None)
    asked = [echo for echo in echoes if echo[1] is None]
    one_day = next((f for f in found if f.code == "hours_of_one_day"), None)
    if one_day or not echoes:
        st.caption(plain(one_day.sentence(language())) if one_day else words("hours_none"))
    if not echoes:
        return
    if len(asked) == len(echoes):
        st.markdown(words("hours_all_asked", rows=sum(echo[2] for echo in asked)))
    elif asked:
        st.markdown(words("hours_asked", n=len(asked), rows=sum(echo[2] for echo in asked), total=len(echoes)))
    else:
        st.markdown(words("hours_all_read", n=len(echoes)))
    which = ""
    if 0 < len(asked) < len(echoes):
        address.begin("hours_which", "", WHICH)
        counts = {"": len(echoes), "asked": len(asked), "read": len(echoes) - len(asked)}
        st.segmented_control(
            words("hours_which"),
            WHICH,
            key="hours_which",
            required=True,
            label_visibility="collapsed",
            format_func=lambda each: f"{words('hours_which_' + (each or 'all'))} {number(counts[each])}",
        )
        which = address.keep("hours_which", "")
    shown = {"": echoes, "asked": asked, "read": echoes[len(asked) :]}[which]
    first = paging.pages(len(shown), PAGE, key=f"hours_{which}")
    _echoes(now, file, shown[first : first + PAGE], f"{which}{first}")


def _echoes(now: Shown, file: File, echoes: list[list[Any]], place: str) -> None:
    """The table of them; where one column says the hours, what stands there can be written anew for all alike."""
    column = hours_written.column_of(file)
    found, read, rows = say("hours_found"), say("hours_read"), say("files_rows")
    table = pd.DataFrame(
        {
            found: [echo[0] for echo in echoes],
            read: [said(echo[1]) for echo in echoes],
            rows: [number(echo[2]) for echo in echoes],
        }
    )
    written = st.data_editor(
        table,
        hide_index=True,
        disabled=[rows] if column else True,
        key=now.key(f"hours_{file.name}_{place}"),
        column_config={
            found: st.column_config.TextColumn(found, width="medium"),
            read: st.column_config.TextColumn(read, width="large"),
            rows: st.column_config.TextColumn(rows, alignment="right", width=70),
        },
        height="content",
        alt=say("hours_title"),
    )
    if not column:
        return
    texts = {
        str(text): _written_anew(str(text), echoed, tidy(str(here or "")), tidy(str(there or "")))
        for text, echoed, here, there in zip(table[found], table[read], written[found], written[read], strict=True)
    }
    texts = {before: after for before, after in texts.items() if after != before}
    for text in texts.values():
        st.markdown(hours_written.would_be(text))
    cells = _cells(file, column, texts)
    with st.container(horizontal=True, vertical_alignment="center"):
        press = words("hours_save", n=len(cells)) if cells else words("review_save")
        if st.button(press, icon=":material/save:", key=now.key("save_hours"), disabled=not cells):
            reviews.act(now, {"do": "edit", "file": file.name, "cells": cells})
        st.caption(words("hours_how"))


def _written_anew(before: str, echoed: str, here: str, there: str) -> str:
    """What a text becomes: what was written in its place, else in the place of what it was read as."""
    return here if here != before else there if there != tidy(echoed) else before


def said(week: Any) -> str:  # noqa: ANN401 - a week as JSON holds it
    """The echo of a week as the document of a review holds it."""
    spans = {day: tuple((str(a), str(b)) for a, b in each) for day, each in week.items()} if week else week
    return hours_written.echo(spans)


def _cells(file: File, column: int, texts: dict[str, str]) -> list[list[Any]]:
    """The cells of all rows in which one of the texts stands, with what was written instead."""
    if not texts:
        return []
    told = ((record, tidy(file.cell(record, column))) for record in range(1, len(file.records) + 1))
    return [[file.row(record), column, texts[text]] for record, text in told if text in texts]


def _names(now: Shown, file: File) -> None:
    """What registers are called, by examples of this file; another way is chosen or written."""
    st.subheader(words("names_title"), anchor=False)
    st.caption(words("names_what"))
    spoken = SITES[str(file.told["site"])].language
    offered = [naming("", spoken).pattern, *(i18n.say(f"names_pattern_{each}", spoken) for each in PATTERNS)]
    current = now.review.names or offered[0]
    if called := file.told.get("called"):
        st.markdown(words("names_now", names=" · ".join(called[:_SHOWN])))
    branch = _example(file)
    examples: dict[str, str] = {}  # two ways that make the same name are one: that of now, else the first
    for pattern in (current, *offered):
        if pattern in offered:
            examples.setdefault(_called(pattern, spoken, branch), pattern)
    ways = [pattern for pattern in offered if pattern in examples.values()]
    chosen = st.radio(
        words("names_choose"),
        [*ways, _OTHER],
        index=ways.index(current) if current in ways else len(ways),
        format_func=lambda each: words("names_other") if each == _OTHER else plain(_called(each, spoken, branch)),
        key=now.key(f"names_{file.name}"),
    )
    pattern = current if chosen == _OTHER else chosen
    if chosen == _OTHER:
        pattern = _written(now, file, current, spoken, branch)
    if st.button(
        words("names_save"),
        icon=":material/save:",
        key=now.key("save_names"),
        disabled=not pattern or pattern == current,
    ):
        reviews.act(now, {"do": "names", "pattern": "" if pattern == offered[0] else pattern})


def _written(now: Shown, file: File, current: str, spoken: str, branch: Branch) -> str:
    """A pattern in the merchant's own words, with what it would make; "" where it cannot name."""
    text = st.text_input(words("names_pattern"), current, key=now.key(f"pattern_{file.name}"), width=400).strip()
    st.caption(words("names_parts", **{name: f"{{{name}}}" for name in FIELDS}))
    try:
        example = _called(text, spoken, branch)
    except WrongUsage as error:
        st.warning(plain(say_error(error, language())), icon=":material/edit_note:")
        return ""
    st.markdown(words("names_example", name=example))
    return text


def _called(pattern: str, spoken: str, branch: Branch) -> str:
    """The first register of a branch by a pattern."""
    return naming(pattern, spoken).name(branch, "1").text


def _example(file: File) -> Branch:
    """A branch of the file to show names by: the first that can be created, else the first row, else a made-up one."""
    record = next(iter(file.told["created"]), 1)

    def text(meaning: str) -> str:
        return file.cell(record, file.where.get(meaning)).strip() or say(f"names_sample_{meaning}")

    place = Location("", "", text("city"), "", 0.0, 0.0)
    return Branch("", text("store_name"), place, own_id=file.cell(record, file.where.get("external_id")).strip())
