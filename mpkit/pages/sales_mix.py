"""What it is paid with: kinds of methods, methods, other wallets and channels, each adding up to the account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from mpkit import sales
from mpkit.pages import answers, charts, sales_filters, tables
from mpkit.pages.frame import say, words
from mpkit.pages.sales_filters import UNSAID
from mpkit.pages.sold import Shown, look
from mpkit.sales import Mirror, Question, Row

TOP = 12


def show(shown: Shown) -> None:
    """Four tables of the same money."""
    left, right = st.columns(2, gap="large")
    with left:
        _mix(shown, "means", sales_filters.means)
        _mix(shown, "wallet", lambda name: name or say("sold_no_wallet"))
    with right:
        _mix(shown, "method", sales_filters.method)
        _mix(shown, "channel", sales_filters.channel)


def _ask(source: Mirror, question: Question) -> tuple[Row, ...]:
    """The rows, most sold first."""
    return tuple(sorted(sales.ask(source, question).rows, key=lambda row: (-row.gross, row.key)))


def _mix(shown: Shown, by: str, named: Callable[[str], str]) -> None:
    st.subheader(words(f"sold_mix_{by}"), anchor=False)
    rows = answers.kept(_ask, shown.source, replace(shown.asked, by=by, compare=""))
    before = answers.kept(_ask, shown.source, replace(shown.asked, by=by, compare="", period=shown.before))
    then = {row.key: row.gross / 100 for row in before}
    rows = tuple(replace(row, key=row.key or UNSAID, label=named(row.key)) for row in rows)
    bars = [(row.key, row.label, row.gross / 100, then.get(row.key.replace(UNSAID, ""))) for row in rows[:TOP]]
    titles = {name: say(f"sold_chart_{name}") for name in ("name", "income", "before")}
    st.vega_lite_chart(
        charts.ranking(bars, titles, look=look()),
        alt=say("sold_mix_alt"),
        key=f"mix_{by}",
        on_select=partial(_pressed, by),
        selection_mode=charts.PRESSED,
    )
    tables.as_table(rows, f"sold_mix_{by}", key=f"mix_{by}", total=shown.total, leads=lambda key: _lead(by, key))


def _pressed(by: str) -> None:
    for mark in tables.pressed(f"mix_{by}"):
        _lead(by, mark)


def _lead(by: str, key: str) -> None:
    sales_filters.leads(**{by: key})
