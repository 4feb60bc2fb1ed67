"""Where it is sold: branches and registers, most sold first, each table adding up to the account."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from mpkit import sales
from mpkit.pages import answers, charts, paging, sales_filters, tables
from mpkit.pages.frame import say, words
from mpkit.pages.sales_filters import NO_BRANCH
from mpkit.pages.sold import Shown, look
from mpkit.sales import Compared, Row
from mpkit.sales.places_of_sale import PlacesOfSale

TOP, PAGE = 10, 25


def show(shown: Shown) -> None:
    """The ten branches and registers that sell most, side by side as bars; under them all of them as tables."""
    for column, by in zip(st.columns(2, gap="large"), ("store", "register"), strict=True):
        with column:
            _bars(shown, by)
    for by in ("store", "register"):
        _table(shown, by)


def _bars(shown: Shown, by: str) -> None:
    first = answers.kept(sales.ranking, shown.source, shown.asked, by, 0, PAGE)
    st.subheader(words(f"sold_by_{by}"), anchor=False)
    if not first.places:
        st.caption(words(f"sold_none_of_{by}"))
        return
    titles = {name: say(f"sold_chart_{name}") for name in ("name", "income", "before")}
    rows = first.rows[:TOP]
    names = _names(shown, by, rows)
    bars = [(each.now.key, names[each.now.key], each.now.gross / 100, each.before.gross / 100) for each in rows]
    st.vega_lite_chart(
        charts.ranking(bars, titles, look=look()),
        alt=say(f"sold_by_{by}_alt"),
        key=f"ranked_{by}",
        on_select=partial(_pressed, by),
        selection_mode=charts.PRESSED,
    )


def _table(shown: Shown, by: str) -> None:
    """A page of them, the others as one line, what came without one, and the account's total."""
    st.subheader(words(f"sold_every_{by}"), anchor=False)
    first = answers.kept(sales.ranking, shown.source, shown.asked, by, 0, PAGE)
    offset = paging.pages(first.places, PAGE, key=f"ranked_{by}")
    page = answers.kept(sales.ranking, shown.source, shown.asked, by, offset, PAGE)
    names = _names(shown, by, page.rows)
    lines = [replace(each.now, label=names[each.now.key]) for each in page.rows]
    nowhere = replace(page.nowhere.now, label=say(f"sold_no_{by}"), key=NO_BRANCH, currency=shown.currency)
    others = page.places - len(page.rows)
    closing = [replace(page.rest.now, label=say(f"sold_others_{by}", n=others))] if others > 0 else []
    closing.append(replace(page.whole.now, label=say("sold_total"), currency=shown.currency))
    tables.sums([*lines, nowhere], f"sold_{by}", key=f"lines_{by}", closing=closing, leads=lambda key: _lead(by, key))


def _names(shown: Shown, by: str, found: tuple[Compared, ...]) -> dict[str, str]:
    """A branch's name; a register's with its branch, since every branch has a first register."""
    if by == "store":
        return {each.now.key: each.now.label for each in found}
    registers = answers.kept(sales.names_of, shown.source, tuple(each.now.key for each in found))
    stores = answers.kept(
        sales.names_of, shown.source, tuple(sorted({each.store_id for each in registers.registers.values()}))
    )
    return {each.now.key: _with_branch(each.now, registers, stores) for each in found}


def _with_branch(row: Row, registers: PlacesOfSale, stores: PlacesOfSale) -> str:
    register = registers.registers.get(row.key)
    store = stores.store_name(register.store_id) if register and register.store_id else ""
    return " · ".join(part for part in (row.label, store) if part)


def _pressed(by: str) -> None:
    for mark in tables.pressed(f"ranked_{by}"):
        _lead(by, mark)


def _lead(by: str, key: str) -> None:
    sales_filters.leads(**{by: key})
