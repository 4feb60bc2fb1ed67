"""Tables of sums and texts, the same figures as a chart one press away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st
from babel.dates import get_day_names

from mpkit.i18n import locale_of
from mpkit.pages import figures
from mpkit.pages.frame import language, numbers, plain, say, words
from mpkit.sales import Row

_MEASURES = ("count", "gross", "refunds", "chargebacks", "fees", "taxes", "net", "ticket")
SENTENCES = 60  # rows of sentences shown at once


def locale() -> str:
    """The locale of figures on this page."""
    return locale_of(language())


def weekday(number: int) -> str:
    """The name of a day of the week, 0 Monday."""
    return str(get_day_names("wide", locale=locale())[number]).capitalize()


def show(
    rows: Sequence[dict[str, str]],
    *,
    alt: str,
    right: Iterable[str] = (),
    key: str | None = None,
    choose: bool = False,
) -> int | None:
    """Rows of texts as a table; columns in `right` are figures. Names are cells, never markup.

    With `choose` one row can be picked: its position comes back, None while none is.
    """
    if not rows:
        return None
    event = st.dataframe(
        pd.DataFrame(list(rows)),
        hide_index=True,
        column_config={name: st.column_config.TextColumn(name, alignment="right") for name in right},
        key=key,
        alt=alt,
        on_select="rerun" if choose else "ignore",
        selection_mode="single-row",
    )
    picked = event.get("selection", {}).get("rows", []) if choose and isinstance(event, dict) else []
    return int(picked[0]) if picked else None


def sentences(rows: Sequence[dict[str, str]], *, alt: str) -> None:
    """Rows with whole sentences, which wrap; every cell is escaped, since this kind of table reads Markdown."""
    shown = [{plain(name): plain(text) for name, text in row.items()} for row in rows[:SENTENCES]]
    st.table(pd.DataFrame(shown), border="horizontal", hide_index=True, alt=alt)
    if len(rows) > SENTENCES:
        st.caption(words("page_more_rows", n=len(rows) - SENTENCES))


def as_table(rows: Iterable[Row], label: str, *, key: str) -> None:
    """The same figures as the chart above, one press away."""
    named = {"label": say(label)} | {name: say(f"sold_{name}") for name in _MEASURES}
    with st.expander(words("page_as_table"), icon=":material/table_rows:", key=f"table_{key}"):
        lines = figures.lines(rows, numbers(), named)
        show(lines, alt=say("page_as_table"), right=[named[name] for name in _MEASURES], key=f"frame_{key}")


def sum_line(total: Row) -> None:
    """How the net comes about: it adds up in front of everybody's eyes."""
    spoken = numbers()
    parts = {
        name: figures.money(getattr(total, name), total.currency, spoken, exact=True)
        for name in ("gross", "refunds", "chargebacks", "fees", "taxes", "net")
    }
    st.caption(plain(say("sold_adds_up", **parts)))
