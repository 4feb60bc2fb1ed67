"""What comes back against the other branches and registers: who stands out for certain, and weeks far from usual."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mpkit import sales
from mpkit.pages import address, answers, charts, charts_peers, figures, sales_filters, tables
from mpkit.pages.charts_peers import Span
from mpkit.pages.frame import numbers, say, words
from mpkit.pages.sold import Shown, look
from mpkit.sales import Rate, Rates, Spike

TOP, SPIKES = 10, 25
OF = ("store", "register")
BACK = ("refunds", "chargebacks")


def show(shown: Shown) -> None:
    """Rates beside each other, then the weeks that stand out."""
    st.subheader(words("peers_title"), anchor=False)
    with st.container(horizontal=True):
        by = address.choose("of", OF, "peers_of")
        measure = address.choose("back", BACK, "peers_back")
    found: Rates = answers.kept(sales.rates, shown.source, shown.asked, measure, by, TOP)
    rows = [each for each in found.rows if each.cases]
    if not rows:
        st.caption(words(f"peers_none_{measure}"))
    else:
        st.markdown(words("peers_out" if found.out else "peers_nobody", n=found.out or found.places))
        _rates(rows, by, measure)
    _spikes(shown)


def _rates(rows: list[Rate], by: str, measure: str) -> None:
    heads = {name: say(f"peers_{name}") for name in ("name", "payments", "cases", "rate", "low", "high", "others")}
    drawn = [
        Span(each.id, _called(each), each.rate, each.low, min(1.0, each.high), each.others, each.stands_out)
        for each in rows
    ]
    st.vega_lite_chart(
        charts_peers.spans(drawn, heads, look=look()),
        alt=say("peers_alt"),
        key=f"peers_{by}_{measure}",
        on_select=partial(_pressed, by, measure),
        selection_mode=charts.PRESSED,
    )
    st.caption(words("peers_means"))
    with st.expander(words("page_as_table"), icon=":material/table_rows:"):
        tables.show(
            [
                {
                    heads["name"]: _called(each),
                    heads["payments"]: figures.count(each.payments, numbers()),
                    heads["cases"]: figures.count(each.cases, numbers()),
                    heads["rate"]: figures.share(each.rate, numbers()),
                    heads["low"]: figures.share(each.low, numbers()),
                    heads["high"]: figures.share(each.high, numbers()),
                    heads["others"]: figures.share(each.others, numbers()),
                }
                for each in rows
            ],
            alt=say("peers_title"),
            right=[heads[name] for name in heads if name != "name"],
            key=f"peers_lines_{by}_{measure}",
        )


def _called(each: Rate | Spike) -> str:
    """A branch's name; a register's with its branch."""
    return " · ".join(part for part in (each.name, each.store) if part)


def _pressed(by: str, measure: str) -> None:
    only = {"refunds": "refunded", "chargebacks": "charged_back"}[measure]
    for mark in tables.pressed(f"peers_{by}_{measure}"):
        sales_filters.leads(**{by: mark, "only": only})


def _spikes(shown: Shown) -> None:
    """Weeks in which a register gave back far more than usual."""
    st.subheader(words("spikes_title"), anchor=False)
    found: tuple[Spike, ...] = answers.kept(sales.spikes, shown.source, shown.asked)
    if not found:
        st.caption(words("spikes_none"))
        return
    heads = {name: say(f"spikes_{name}") for name in ("where", "when", "cases", "expected", "amount")}

    def picked() -> None:
        chosen = st.session_state.get("spikes_lines") or {}
        for place in (chosen.get("selection") or {}).get("rows") or []:
            each = found[int(place)]
            sales_filters.leads(register=each.id, only="refunded", **sales_filters.days(each.first, each.last))

    tables.show(
        [
            {
                heads["where"]: _called(each),
                heads["when"]: f"{figures.day(each.first, numbers())} → {figures.day(each.last, numbers())}",
                heads["cases"]: figures.count(each.cases, numbers()),
                heads["expected"]: figures.estimate(each.expected, numbers()),
                heads["amount"]: figures.money(each.amount, shown.currency, numbers(), exact=True),
            }
            for each in found[:SPIKES]
        ],
        alt=say("spikes_title"),
        right=[heads[name] for name in ("cases", "expected", "amount")],
        key="spikes_lines",
        choose=True,
        on_choose=picked,
    )
    st.caption(words("spikes_means"))
