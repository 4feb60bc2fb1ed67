"""Columnas: how a file was read and what each column means, beside what stands in it; both can be said otherwise."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from mpkit.pages import asking, leaves, reviews, rows_edited
from mpkit.pages.frame import plain, say, words
from mpkit.pages.judged import Column, File
from mpkit.pages.reviews import Shown
from mpkit.sheet.delimited import DELIMITERS
from mpkit.sheet.encoding import NAMES

SURE = 0.8
# Meanings that more than one column may have; any other goes from the column that had it.
SEVERAL = frozenset(
    ["alt_id", "chain_brand", "phone", "company_name", "format_type", "neighborhood", "ignore", "contact", "reference"]
)
_PAGES = {"cp1252": "windows", "mac-roman": "mac", "cp850": "dos"}  # code pages by the systems that write them
_HEADER_ROWS = 30
_MANY = 40  # columns: a longer table scrolls


def show(now: Shown) -> None:
    """The reading with the raw rows beside it, then the columns."""
    judged = now.judged
    if judged is None:
        return
    file = judged.files[rows_edited.one_file(judged)]
    if file.told["remembered"]:
        st.info(words("columns_remembered"), icon=":material/history:")
    leaves.show(now, file.book)
    _columns(now, file)
    _reading(now, file)


def _columns(now: Shown, file: File) -> None:
    st.subheader(words("review_columns"), anchor=False)
    st.caption(words("review_columns_what"))
    named = {say(f"meaning_{meaning}"): meaning for meaning in asking.meanings()}
    number, heading, meaning, sure, example = (
        say(f"columns_{name}") for name in ("number", "heading", "meaning", "sureness", "examples")
    )
    table = pd.DataFrame(
        {
            number: [str(column.index) for column in file.columns],
            heading: [column.header for column in file.columns],
            meaning: [say(f"meaning_{column.meaning}") for column in file.columns],
            sure: [say(f"columns_is_{_sureness(file, column)}") for column in file.columns],
            example: [asking.examples(file, column.index) for column in file.columns],
        }
    )
    written = st.data_editor(
        table,
        hide_index=True,
        disabled=[number, heading, sure, example],
        key=now.key(f"columns_{file.name}"),
        column_config={
            number: st.column_config.TextColumn(number, width=70),
            sure: st.column_config.TextColumn(sure, width=140),
            meaning: st.column_config.SelectboxColumn(meaning, options=list(named), required=True, width="medium"),
            example: st.column_config.TextColumn(example, width="large"),
        },
        height="content" if len(table) <= _MANY else "auto",
        alt=say("review_columns"),
    )
    chosen = {
        column.index: named[str(after)]
        for column, after in zip(file.columns, written[meaning], strict=True)
        if named[str(after)] != column.meaning
    }
    press = words("columns_save", n=len(chosen)) if chosen else words("review_save")
    if st.button(press, icon=":material/save:", key=now.key("save_columns"), disabled=not chosen):
        reviews.act(now, {"do": "columns", "file": file.name, "columns": moved(file, chosen)})


def moved(file: File, chosen: dict[int, str]) -> dict[str, str]:
    """What was chosen, and the columns that lose a meaning only one column can have."""
    taken = {meaning for meaning in chosen.values() if meaning not in SEVERAL}
    lost = {c.index: "ignore" for c in file.columns if c.meaning in taken and c.index not in chosen}
    return {str(column): meaning for column, meaning in sorted({**lost, **chosen}.items())}


def _sureness(file: File, column: Column) -> str:
    if column.index in file.told["asks"]:
        return "unsure"
    if column.meaning == "ignore":
        return "unused"
    return "sure" if column.confidence >= SURE else "likely"


def _reading(now: Shown, file: File) -> None:
    """Encoding, separator, decimal mark and header row as they were found, above the rows as they are."""
    st.subheader(words("reading_title"), anchor=False)
    st.caption(words("reading_what"))
    told = file.told
    asked: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if told["encoding"]:
            asked["encoding"] = _choice(now, file, "encoding", told["encoding"], list(NAMES))
            asked["delimiter"] = _choice(now, file, "delimiter", told["delimiter"], list(DELIMITERS))
        if told.get("decimal"):
            asked["decimal"] = _choice(now, file, "decimal", told["decimal"], [".", ","])
        rows = list(range(min(_HEADER_ROWS, len(told["top"])) + 1))
        asked["header_row"] = _choice(now, file, "header_row", told["header_row"], rows)
    changed = {name: value for name, value in asked.items() if value != told[name]}
    if st.button(
        words("review_read_again"), icon=":material/refresh:", key=now.key("read_again"), disabled=not changed
    ):
        reviews.act(now, {"do": "reading", "file": file.name, "reading": changed})
    _preview(file)


def _choice(now: Shown, file: File, name: str, found: Any, options: list[Any]) -> Any:  # noqa: ANN401 - texts or numbers
    """One choice, beginning with what was found."""
    options = options if found in options else [found, *options]
    return st.selectbox(
        words(f"reading_{name}"),
        options,
        index=options.index(found),
        key=now.key(f"{name}_{file.name}"),
        width=220,
        format_func=lambda each: _called(name, each),
    )


def _called(name: str, value: Any) -> str:  # noqa: ANN401 - texts or numbers
    if name == "header_row":
        return say("reading_row", n=value) if value else say("reading_no_header")
    if name == "decimal" and len(value) > 1:
        return say("reading_both")
    keys = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar", ".": "point"}
    if name == "encoding":
        several, _, main = str(value).rpartition(": ")
        told = say(f"reading_{_PAGES[main]}", name=main) if main in _PAGES else main.upper()
        return say("reading_mixed", name=told) if several else told
    return say(f"reading_{keys[value]}") if value in keys else str(value)


def _preview(file: File) -> None:
    """The first rows exactly as they were read."""
    rows = file.told["top"]
    width = max(map(len, rows), default=0)
    table = pd.DataFrame(
        [[*row, *[""] * (width - len(row))] for row in rows], columns=[str(n + 1) for n in range(width)]
    )
    table.insert(0, say("review_row"), [str(n + 1) for n in range(len(rows))])
    st.dataframe(
        table,
        hide_index=True,
        column_config={say("review_row"): st.column_config.TextColumn(pinned=True, width=60)},
        alt=plain(say("reading_title")),
    )
