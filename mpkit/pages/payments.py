"""The table down to the single payment: filters come in, pages of payments, one payment in full, and files go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from mpkit import i18n, sales
from mpkit.pages import address, answers, charges, figures, paging, sales_files, sales_filters, tables
from mpkit.pages.frame import language, numbers, plain, say, words
from mpkit.pages.sold import Shown
from mpkit.sales import Mirror, PaymentFilter, PaymentLine, Question, Which

PAGE, WHERE = 25, 190  # rows; pixels
ONLY = ("all", "back", "refunded", "charged_back", "unexplained")
_COLUMNS = ("when", "gross", "refunds", "costs", "net", "where", "method", "state", "number")
_FIGURES = ("gross", "refunds", "costs", "net")
_PARTS = ("gross", "refunds", "chargebacks", "fees", "taxes", "net")


def show(shown: Shown) -> None:
    """The payments behind the figures, newest first."""
    source, question = shown.source, shown.asked
    with st.container(horizontal=True, vertical_alignment="bottom"):
        address.begin("only", ONLY[0], ONLY)
        st.selectbox(
            words("sold_only"), ONLY, key="only", format_func=lambda each: say(f"sold_only_{each}"),
            width=sales_filters.WIDTH,
        )  # fmt: skip
        only = address.keep("only", ONLY[0])
        address.begin("payment", "")
        st.text_input(words("sold_find"), key="payment", width=200, icon=":material/search:")
        number = address.keep("payment", "").strip()
    asked = PaymentFilter(**_which(question), only="" if only == ONLY[0] else only, payment_id=number)
    place = st.container()
    count = answers.kept(_counted, source, asked)
    if not count and number:
        st.info(words("sold_no_number"), icon=":material/search_off:")
        return
    if not count:
        sales_filters.nothing(question, narrowed=only != ONLY[0])
        return
    with st.container():
        first = paging.pages(count, PAGE, key="payments")
    rows = answers.kept(sales.payments_page, source, asked, first, PAGE).rows
    with place:
        st.caption(words("sold_payments_count", n=count))
        _lines(source, rows, first)
    sales_files.payments(shown, asked, count)


def _which(question: Question) -> dict[str, Any]:
    return {each.name: getattr(question, each.name) for each in fields(Which)}


def _counted(source: Mirror, asked: PaymentFilter) -> int:
    return sales.payments_page(source, asked, 0, 0).count


def _lines(source: Mirror, rows: Sequence[PaymentLine], first: int) -> None:
    titles = {name: say(f"sold_column_{name}") for name in _COLUMNS}
    picked = tables.show(
        [{titles[name]: text for name, text in _cells(row).items()} for row in rows],
        alt=say("sold_payments"),
        right=[titles[name] for name in _FIGURES],
        key=f"payments_{first}_{rows[0].payment_id}",
        choose=True,
        whole=True,
        narrow={titles["where"]: WHERE},
    )
    if len(rows) == 1 or picked is not None:
        _in_full(source, rows[picked or 0])
    else:
        st.caption(words("sold_choose_one"))


def _cells(row: PaymentLine) -> dict[str, str]:
    spoken = numbers()

    def money(hundredths: int) -> str:
        return figures.money(hundredths, row.currency, spoken, exact=True) if hundredths else ""

    return {
        "when": _when(row),
        "gross": money(row.gross),
        "refunds": money(row.refunds + row.chargebacks),
        "costs": money(row.fees + row.taxes),
        "net": money(row.net),
        "where": " · ".join(part for part in (row.register, row.store) if part) or say("sold_no_store"),
        "method": _method(row),
        "state": _state(row),
        "number": row.payment_id,
    }


def _in_full(source: Mirror, row: PaymentLine) -> None:
    """One payment with each of its parts."""
    spoken = numbers()
    with st.container(border=True):
        st.markdown(plain(say("sold_payment_is", number=row.payment_id, when=_when(row), state=_state(row))))
        st.text(" · ".join(part for part in (row.store, row.register, _method(row), row.wallet) if part))
        with st.grid(6, min_column_width=130):
            for name in _PARTS:
                amount = figures.money(getattr(row, name), row.currency, spoken, exact=True)
                st.metric(words(f"sold_{name}"), plain(amount))
        for each in sales.charged(source, row.payment_id):
            amount = figures.money(each.amount, row.currency, spoken, exact=True)
            st.caption(plain(f"{charges.named(each.name, each.amount)}: {amount}"))
        if row.unexplained:
            amount = figures.money(row.unexplained, row.currency, spoken, exact=True)
            st.warning(words("sold_unexplained", amount=amount), icon=":material/help:")


def _when(row: PaymentLine) -> str:
    zone = ZoneInfo(row.zone) if row.zone else UTC
    return figures.moment(row.approved.astimezone(zone), language())


def _method(row: PaymentLine) -> str:
    return sales_filters.means(row.method_type) if row.method_type else row.method


def _state(row: PaymentLine) -> str:
    key = f"sold_state_{row.status}"
    return say(key) if key in i18n.words() else row.status
