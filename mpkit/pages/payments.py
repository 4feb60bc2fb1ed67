"""The table down to the single payment: filters come in, pages of payments, one payment in full, and files go out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from zoneinfo import ZoneInfo

import streamlit as st

from mpkit import i18n, sales
from mpkit.pages import address, figures, tables
from mpkit.pages.frame import language, numbers, plain, say, words
from mpkit.sales import Answer, Mirror, PaymentFilter, PaymentLine

PAGE = 25
CHUNK = 10_000  # payments read at once for a file
ONLY = ("all", "refunded", "charged_back", "unexplained")
_COLUMNS = ("when", "store", "register", "method", "gross", "refunds", "costs", "net", "state", "number")
_FIGURES = ("gross", "refunds", "costs", "net")
_PARTS = ("gross", "refunds", "chargebacks", "fees", "taxes", "net")


def show(source: Mirror, answer: Answer) -> None:
    """The payments behind the figures above."""
    question = answer.question
    st.subheader(words("sold_payments"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        address.begin("only", ONLY[0], ONLY)
        st.segmented_control(
            words("sold_only"),
            ONLY,
            required=True,
            key="only",
            format_func=lambda each: words(f"sold_only_{each}"),
        )
        address.begin("payment", "")
        st.text_input(words("sold_find"), key="payment", width=220, icon=":material/search:")
    only, number = address.keep("only", ONLY[0]), address.keep("payment", "")
    asked = PaymentFilter(
        question.account,
        question.period,
        stores=question.stores,
        registers=question.registers,
        only="" if only == ONLY[0] else only,
        payment_id=number.strip(),
    )
    place = st.container()
    found = sales.payments_page(source, asked, 0, 1)
    pages = max(1, -(-found.count // PAGE))
    page = st.pagination(pages, key=f"page_{only}_{number}_{question}") if pages > 1 else 1
    rows = sales.payments_page(source, asked, (page - 1) * PAGE, PAGE).rows
    with place:
        if not rows:
            st.caption(words("sold_no_payments"))
            return
        st.caption(words("sold_payments_count", n=found.count))
        titles = {name: say(f"sold_column_{name}") for name in _COLUMNS}
        picked = tables.show(
            [{titles[name]: text for name, text in _cells(row).items()} for row in rows],
            alt=say("sold_payments"),
            right=[titles[name] for name in _FIGURES],
            key=f"payments_{page}",
            choose=True,
        )
        if len(rows) == 1 or picked is not None:
            _in_full(rows[picked or 0])
        else:
            st.caption(words("sold_choose_one"))
    _files(source, asked, answer)


def _cells(row: PaymentLine) -> dict[str, str]:
    spoken = numbers()

    def money(hundredths: int) -> str:
        return figures.money(hundredths, row.currency, spoken, exact=True) if hundredths else ""

    return {
        "when": _when(row),
        "store": row.store or say("sold_no_store"),
        "register": row.register or say("sold_no_register"),
        "method": _method(row),
        "gross": money(row.gross),
        "refunds": money(row.refunds + row.chargebacks),
        "costs": money(row.fees + row.taxes),
        "net": money(row.net),
        "state": _state(row),
        "number": row.payment_id,
    }


def _in_full(row: PaymentLine) -> None:
    """One payment with each of its parts."""
    spoken = numbers()
    with st.container(border=True):
        st.markdown(plain(say("sold_payment_is", number=row.payment_id, when=_when(row), state=_state(row))))
        st.text(" · ".join(part for part in (row.store, row.register, _method(row), row.wallet) if part))
        with st.grid(6, min_column_width=130):
            for name in _PARTS:
                amount = figures.money(getattr(row, name), row.currency, spoken, exact=True)
                st.metric(words(f"sold_{name}"), plain(amount))
        if row.unexplained:
            amount = figures.money(row.unexplained, row.currency, spoken, exact=True)
            st.warning(words("sold_unexplained", amount=amount), icon=":material/help:")


def _files(source: Mirror, asked: PaymentFilter, answer: Answer) -> None:
    """The same payments as files, made when pressed."""
    name = f"{say('sold_file')}-{asked.period.first}-{asked.period.last}"
    about = (asked, answer.as_of, answer.zone, language())

    def as_csv() -> bytes:
        return sales.payments_as_csv(_every(source, asked), *about)

    def as_xlsx() -> bytes:
        return sales.payments_as_xlsx(_every(source, asked), *about)

    with st.container(horizontal=True):
        for kind, made in (("csv", as_csv), ("xlsx", as_xlsx)):
            st.download_button(
                words(f"sold_{kind}"),
                made,
                f"{name}.{kind}",
                icon=":material/download:",
                on_click="ignore",
                key=kind,
            )


def _every(source: Mirror, asked: PaymentFilter) -> Iterator[PaymentLine]:
    """All payments of the filter, read in chunks."""
    offset = 0
    while rows := sales.payments_page(source, asked, offset, CHUNK).rows:
        yield from rows
        offset += len(rows)


def _when(row: PaymentLine) -> str:
    zone = ZoneInfo(row.zone) if row.zone else UTC
    return figures.moment(row.approved.astimezone(zone), language())


def _method(row: PaymentLine) -> str:
    key = f"sold_method_{row.method_type}"
    return say(key) if key in i18n.words() else row.method_type or row.method


def _state(row: PaymentLine) -> str:
    key = f"sold_state_{row.status}"
    return say(key) if key in i18n.words() else row.status
