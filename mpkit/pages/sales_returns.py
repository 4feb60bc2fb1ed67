"""What came back: refunds and disputes as parts of what was sold, by branch, and the disputes one by one."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mpkit import sales
from mpkit.pages import answers, charts, figures, paging, sales_filters, sales_peers, tables
from mpkit.pages.frame import numbers, plain, say, words
from mpkit.pages.sold import Shown, least, look
from mpkit.sales import Row
from mpkit.sales.question import MEASURES

TOP, PAGE = 10, 25
STATES = ("open", "lost", "won")


def show(shown: Shown) -> None:
    """Four figures, then where it came back most, then each dispute."""
    _figures(shown)
    _by_branch(shown)
    _disputes(shown)
    sales_peers.show(shown)


def _figures(shown: Shown) -> None:
    spoken, (part, before) = numbers(), shown.compared
    now = shown.total
    written = {name: figures.money(getattr(now, name), shown.currency, spoken) for name in ("refunds", "chargebacks")}
    with st.grid(4, min_column_width=least(*written.values())):
        for name, text in written.items():
            amount = getattr(now, name)
            st.metric(
                words(f"sold_{name}"),
                plain(text),
                figures.change(getattr(part, name), getattr(before, name), spoken),
                delta_color="inverse",
                border=True,
                help=words(f"sold_{name}_means"),
                height="stretch",
            )
            st.metric(
                words(f"sold_{name}_rate"),
                plain(_share(amount, now.gross)),
                border=True,
                help=words("sold_rate_means"),
                height="stretch",
            )
    with st.container(horizontal=True):
        for only in ("refunded", "charged_back"):
            st.button(
                words(f"sold_see_{only}"), key=f"see_{only}", on_click=sales_filters.leads, kwargs={"only": only},
                icon=":material/arrow_forward:", icon_position="right", type="tertiary",
            )  # fmt: skip


def _share(part: int, whole: int) -> str:
    return figures.share(part / whole, numbers()) if whole else "—"


def _back(row: Row) -> int:
    return row.refunds + row.chargebacks


def _by_branch(shown: Shown) -> None:
    st.subheader(words("sold_returns_where"), anchor=False)
    rows = answers.kept(sales.most_back, shown.source, replace(shown.asked, by="store"), TOP)
    if not rows:
        st.caption(words("sold_returns_none"))
        return
    named = [(row.key or sales_filters.NO_BRANCH, row.label or say("sold_no_store"), row) for row in rows]
    titles = {"name": say("sold_store"), "income": say("sold_chart_refunds"), "before": say("sold_chart_before")}
    bars = [(key, name, _back(row) / 100, None) for key, name, row in named]
    st.vega_lite_chart(
        charts.ranking(bars, titles, look=look(), colour=look().ink.refunds),
        alt=say("sold_returns_alt"),
        key="returned",
        on_select=_pressed,
        selection_mode=charts.PRESSED,
    )
    names = ("store", "refunds", "chargebacks", "rate", "gross")
    heads = {name: say(f"sold_{name}") for name in names}
    whole = replace(shown.total, label=say("sold_total"))
    others = _without(whole, [row for *_, row in named], say("sold_elsewhere"))
    lines = [*((name, row) for _, name, row in named), (others.label, others), (whole.label, whole)]
    tables.show(
        [
            {
                heads["store"]: name,
                heads["refunds"]: figures.bare(row.refunds, shown.currency, numbers()),
                heads["chargebacks"]: figures.bare(row.chargebacks, shown.currency, numbers()),
                heads["rate"]: _share(_back(row), row.gross),
                heads["gross"]: figures.bare(row.gross, shown.currency, numbers()),
            }
            for name, row in lines
        ],
        alt=say("sold_returns_where"),
        right=[heads[name] for name in names[1:]],
        key="returned_lines",
        whole=True,
        narrow={heads["store"]: tables.NARROW},
    )
    st.caption(words("sold_amounts_in", currency=shown.currency))


def _without(whole: Row, rows: list[Row], label: str) -> Row:
    sums = {name: getattr(whole, name) - sum(getattr(row, name) for row in rows) for name in MEASURES}
    return Row("", whole.currency, **sums, label=label)


def _money(hundredths: int, shown: Shown) -> str:
    return figures.money(hundredths, shown.currency, numbers(), exact=True)


def _pressed() -> None:
    for mark in tables.pressed("returned"):
        sales_filters.leads(store=mark, only="back")


def _disputes(shown: Shown) -> None:
    """How many disputes are open, lost and won, and each of them."""
    st.subheader(words("sold_disputes"), anchor=False)
    first = answers.kept(sales.disputes, shown.source, shown.asked, 0, PAGE)
    several = sum(first.counts.values())
    if not several:
        st.caption(words("sold_disputes_none"))
        return
    with st.grid(3, min_column_width=120):
        for state in STATES:
            amount = figures.money(first.sums[state], shown.currency, numbers())
            count = figures.count(first.counts[state], numbers())
            st.metric(
                words(f"sold_dispute_{state}"), count, plain(amount), delta_color="off", delta_arrow="off", border=True,
                help=words(f"sold_dispute_{state}_means"),
            )  # fmt: skip
    offset = paging.pages(several, PAGE, key="disputes")
    rows = (answers.kept(sales.disputes, shown.source, shown.asked, offset, PAGE) if offset else first).rows
    heads = {name: say(f"sold_dispute_{name}") for name in ("day", "where", "amount", "state", "changed", "payment")}

    def picked() -> None:
        found = st.session_state.get("disputes_lines") or {}
        for place in (found.get("selection") or {}).get("rows") or []:
            sales_filters.leads(payment=rows[int(place)].payment_id)

    tables.show(
        [
            {
                heads["day"]: figures.day(each.day, numbers()),
                heads["where"]: " · ".join(part for part in (each.store, each.register) if part)
                or say("sold_no_store"),
                heads["amount"]: _money(each.amount, shown),
                heads["state"]: say(f"sold_dispute_{each.state}"),
                heads["changed"]: figures.day(each.changed, numbers()),
                heads["payment"]: each.payment_id,
            }
            for each in rows
        ],
        alt=say("sold_disputes"),
        right=[heads["amount"]],
        key="disputes_lines",
        choose=True,
        on_choose=picked,
        whole=True,
    )
