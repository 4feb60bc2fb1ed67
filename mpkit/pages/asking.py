"""Columns whose meaning is a guess are asked about, one at a time, with what stands in them."""

from __future__ import annotations

import streamlit as st

from mpkit.i18n import words as all_words
from mpkit.pages import reviews
from mpkit.pages.frame import plain, say, words
from mpkit.pages.judged import Column, File
from mpkit.pages.reviews import Shown

_EXAMPLES = 4
_NEEDED = (
    frozenset({"store_name"}),
    frozenset({"street_and_number", "street_name", "full_address"}),
    frozenset({"city", "full_address"}),
)


def meanings() -> list[str]:
    """Every meaning a column may have, in the language's order of names, `ignore` last."""
    names = [key.removeprefix("meaning_") for key in all_words() if key.startswith("meaning_")]
    return [*sorted((n for n in names if n != "ignore"), key=lambda n: say(f"meaning_{n}")), "ignore"]


def examples(file: File, column: int) -> str:
    """A few different cells of a column."""
    seen = dict.fromkeys(cells[column - 1].strip() for cells in file.records[:200] if column <= len(cells))
    return " · ".join([cell for cell in seen if cell][:_EXAMPLES])


def lacks(file: File) -> bool:
    """Whether a file has no column for something no branch can do without: then one left unused may be it."""
    return any(not names & file.where.keys() for names in _NEEDED)


def columns(now: Shown) -> None:
    """The first column nobody is sure of, until somebody says what it is."""
    open_ = [
        (file, column)
        for file in (now.judged.readable if now.judged else ())
        for column in file.unsure
        if column.index not in now.review.of(*file.names).columns and (column.meaning != "ignore" or lacks(file))
    ]
    if not open_:
        return
    file, column = open_[0]
    with st.container(border=True):
        where = f"{file.name} · " if now.judged and len(now.judged.files) > 1 else ""
        rest = f" ({say('asking_more', n=len(open_) - 1)})" if len(open_) > 1 else ""
        st.caption(plain(f"{where}{say('asking_why')}{rest}"))
        name = column.header or say("asking_number", n=column.index)
        if column.meaning == "ignore":
            st.markdown(words("asking_unused", column=name))
        else:
            st.markdown(words("asking_column", column=name, meaning=say(f"meaning_{column.meaning}")))
        st.caption(words("asking_examples", examples=examples(file, column.index)))
        _answer(now, file, column)


def _answer(now: Shown, file: File, column: Column) -> None:
    name = f"{file.name}_{column.index}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button(
            words("asking_unneeded" if column.meaning == "ignore" else "asking_yes"),
            icon=":material/check:",
            key=now.key(f"sure_{name}"),
        ):
            reviews.act(now, {"do": "columns", "file": file.name, "columns": {str(column.index): column.meaning}})
        other = st.selectbox(
            words("asking_other"),
            meanings(),
            index=None,
            key=now.key(f"other_{name}"),
            width=300,
            placeholder=say("asking_choose"),
            format_func=lambda each: say(f"meaning_{each}"),
        )
        if other:
            reviews.act(now, {"do": "columns", "file": file.name, "columns": {str(column.index): other}})
