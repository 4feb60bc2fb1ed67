"""Sales as figures and days: an overview of an account, branch or register comes in, what is shown of it goes out."""

from __future__ import annotations

import streamlit as st

from mpkit import sales
from mpkit.model import Account
from mpkit.pages import charts, figures, tables
from mpkit.pages.frame import go, ink, mirror, numbers, plain, say, words
from mpkit.sales import Overview, Question
from mpkit.sites import SITES


def show_figures(seen: Overview, currency: str) -> None:
    """Four figures, each with its change and its days."""
    spoken = numbers()
    now, before = figures.total(seen.answer, currency), figures.total(seen.answer.previous, currency)
    rows = [row for row in seen.rows if row.currency == currency]
    with st.grid(4, min_column_width=190):
        for name in ("gross", "count", "ticket", "net"):
            value = getattr(now, name)
            shown = figures.count(value, spoken) if name == "count" else figures.money(value, currency, spoken)
            st.metric(
                words(f"sold_{name}"),
                plain(shown),
                figures.change(value, getattr(before, name), spoken),
                border=True,
                help=words(f"sold_{name}_means"),
                chart_data=[getattr(row, name) / 100 for row in rows] if len(rows) > 1 else None,
                chart_type="area",
                height="stretch",
            )


def show_days(seen: Overview, currency: str) -> None:
    """The main chart: income up, refunds down, the period before in grey."""
    st.subheader(words("sold_by_day"), anchor=False)
    titles = {name: say(f"sold_chart_{name}") for name in ("day", "income", "refunds", "before")}
    chart = charts.daily(
        figures.chart_days(seen, currency),
        titles,
        currency=currency,
        locale=numbers(),
        names=tables.locale(),
        ink=ink(),
    )
    st.altair_chart(chart, alt=say("sold_by_day_alt"))
    st.caption(words("sold_by_day_legend"))
    rows = [row for row in seen.rows if row.currency == currency]
    tables.as_table(rows, "sold_chart_day", key="days")


def lately(one: Account, *, stores: tuple[str, ...] = (), registers: tuple[str, ...] = ()) -> None:
    """The last 30 days of a branch or a register (ids of Mercado Pago), and the way to all of its sales."""
    source = mirror(one)
    seen = sales.overview(source, Question(one.id, sales.last_days(source), stores=stores, registers=registers))
    if seen.answer.as_of is None:
        st.caption(words("sold_nothing_yet"))
        return
    if not seen.answer.totals:
        st.caption(words("shop_no_sales"))
        return
    money = figures.main_currency(seen.answer, SITES[one.site].currency)
    show_figures(seen, money)
    show_days(seen, money)
    query = {"store": stores[0]} if stores else {"register": registers[0]}
    go("sales", "shop_all_sales", icon=":material/bar_chart:", **query)
