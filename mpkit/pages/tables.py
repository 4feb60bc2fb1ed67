"""Tables of sums and texts, the same figures as a chart one press away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from mpkit.pages import figures
from mpkit.pages.charts import PRESSED
from mpkit.pages.charts_written import weekdays
from mpkit.pages.frame import numbers, plain, say, words
from mpkit.sales import Row

_MEASURES = ("count", "gross", "refunds", "chargebacks", "fees", "taxes", "net")
NARROW = 138  # pixels of a column of names where figures stand beside it
SENTENCES = 60  # rows of sentences shown at once


def weekday(number: int) -> str:
    """The name of a day of the week, 0 Monday."""
    return weekdays(numbers())[number].capitalize()


def show(
    rows: Sequence[dict[str, str]],
    *,
    alt: str,
    right: Iterable[str] = (),
    key: str | None = None,
    choose: bool = False,
    on_choose: Callable[[], None] | None = None,
    whole: bool = False,
    narrow: Mapping[str, int] | None = None,
) -> int | None:
    """Rows of texts as a table; columns in `right` are figures. Names are cells, never markup.

    With `choose` one row can be picked: its position comes back, None while none is; `on_choose` is called before.
    `whole`: every row is seen at once, not ten of them; `narrow`: pixels of columns that leave room for others.
    """
    if not rows:
        return None
    event = st.dataframe(
        pd.DataFrame(list(rows)),
        hide_index=True,
        column_config={
            **{name: st.column_config.TextColumn(name, alignment="right") for name in right},
            **{name: st.column_config.TextColumn(name, width=width) for name, width in (narrow or {}).items()},
        },
        key=key,
        alt=alt,
        on_select=on_choose or ("rerun" if choose else "ignore"),
        selection_mode="single-row",
        height="content" if whole else "auto",
    )
    picked = event.get("selection", {}).get("rows", []) if choose and isinstance(event, dict) else []
    return int(picked[0]) if picked else None


def pressed(key: str) -> list[str]:
    """The keys of the marks of a chart that are pressed now; for what is called when one is."""
    found: Any = st.session_state.get(key) or {}
    marks = (found.get("selection") or {}).get(PRESSED) or []
    return [str(value) for mark in marks if isinstance(mark, dict) for value in mark.values()][:1]


def sentences(rows: Sequence[dict[str, str]], *, alt: str) -> None:
    """Rows with whole sentences, which wrap; every cell is escaped, since this kind of table reads Markdown."""
    shown = [{plain(name): plain(text) for name, text in row.items()} for row in rows[:SENTENCES]]
    st.table(pd.DataFrame(shown), border="horizontal", hide_index=True, alt=alt)
    if len(rows) > SENTENCES:
        st.caption(words("page_more_rows", n=len(rows) - SENTENCES))


def sums(
    rows: Sequence[Row],
    label: str,
    *,
    key: str,
    closing: Sequence[Row] = (),
    leads: Callable[[str], None] | None = None,
) -> None:
    """Rows of sums, and those that close the table; a row that is picked leads where `leads` goes with its key."""
    named = {"label": say(label)} | {name: say(f"sold_{name}") for name in _MEASURES}

    def picked() -> None:
        found: Any = st.session_state.get(key) or {}
        places = (found.get("selection") or {}).get("rows") or []
        if leads is not None and places and int(places[0]) < len(rows):
            leads(rows[int(places[0])].key)

    lines = figures.lines([*rows, *closing], numbers(), named)
    right = [named[name] for name in _MEASURES]
    on_choose = picked if leads else None
    label_ = named["label"]
    show(
        lines,
        alt=label_,
        right=right,
        key=key,
        choose=bool(leads),
        on_choose=on_choose,
        whole=True,
        narrow={label_: NARROW},
    )
    st.caption(words("sold_amounts_in", currency=next((row.currency for row in (*closing, *rows) if row.currency), "")))


def as_table(
    rows: Sequence[Row], label: str, *, key: str, total: Row, leads: Callable[[str], None] | None = None
) -> None:
    """The same figures as the chart above, one press away, with their total."""
    with st.expander(
        words("page_as_table"), icon=":material/table_rows:", key=f"table_{key}", on_change="rerun"
    ) as all_:
        if all_.open:
            sums(rows, label, key=f"frame_{key}", closing=[replace(total, label=say("sold_total"))], leads=leads)
