"""The row of filters of the sales, kept in the address: an account comes in, the question they make goes out.

What a mark of a chart leads to (an hour, a method, a wallet) stands in the address alone, and on the page as a press
that takes it out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date

import streamlit as st

from mpkit import i18n, sales
from mpkit.model import Period
from mpkit.pages import address, figures, sales_places, tables
from mpkit.pages.frame import say, words
from mpkit.sales import CHANNELS, Mirror, Question

PERIODS = ("today", "yesterday", "7", "30", "90", "365", "month", "dates")
COMPARED = ("previous", "weekdays", "last-year")
USUAL = "30"
WIDTH = sales_places.WIDTH
NO_BRANCH = "none"  # in the address: what came without a branch or a register
UNSAID = "unsaid"  # the channel of a payment that does not tell
NARROWED = ("means", "method", "wallet", "weekday", "hour")
_BRANDS = {  # names, the same in every language
    "visa": "Visa", "master": "Mastercard", "amex": "American Express", "naranja": "Naranja", "cabal": "Cabal",
    "maestro": "Maestro", "elo": "Elo", "hipercard": "Hipercard", "diners": "Diners", "pix": "Pix", "pse": "PSE",
    "oca": "OCA", "cmr": "CMR", "tarshop": "Tarjeta Shopping", "cencosud": "Cencosud", "argencard": "Argencard",
    "redcompra": "Redcompra", "webpay": "Webpay", "spei": "SPEI", "oxxo": "OXXO",
}  # fmt: skip
_WIDGETS = ("period", "compare", "store", "register", "channel", "view", "only", "payment", "place", "dates")


def ask(source: Mirror, account: str) -> Question:
    """The filters as the page shows them, and what they ask."""
    address.follow((*_WIDGETS, "from", "to"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = _period(sales.local_day(source))
        compare = _chosen("compare", COMPARED, {each: say(f"sold_compare_{each}") for each in COMPARED})
        store, register = sales_places.choose(source)
        channels = {each or UNSAID: channel(each) for each in CHANNELS}
        said = _chosen("channel", ("", *channels), {"": say("sold_channel_all"), **channels})
    narrowed = {name: st.query_params.get(name, "") for name in NARROWED}
    asked = Question(
        account,
        period,
        stores=_ids(store),
        registers=_ids(register),
        methods=_some(narrowed["method"]),
        means=_some(narrowed["means"]),
        channels=("" if said == UNSAID else said,) if said else (),
        wallets=_some(narrowed["wallet"]),
        hours=_number(narrowed["hour"], 0, 23),
        weekdays=_number(narrowed["weekday"], 1, 7),
        currency=st.query_params.get("currency", "")[:3],
        compare=compare,
    )
    _narrowed({name: text for name, text in narrowed.items() if text})
    return asked


def nothing(asked: Question, *, narrowed: bool = False, known: bool = True) -> None:
    """What is said where nothing was found, and the one thing to do about it; `known`: all of the days were fetched."""
    some = (asked.stores, asked.registers, asked.methods, asked.means, asked.channels, asked.wallets)
    narrowed = narrowed or any(some) or bool(asked.hours or asked.weekdays or asked.currency)
    today = st.query_params.get("period") == "today"
    days = "sold_none_today" if today else "sold_none_in_period" if known else "sold_none_known"
    key = "sold_none_filtered" if narrowed else days
    st.info(words(key), icon=":material/search_off:")
    if narrowed:
        st.button(words("sold_without_filters"), key="without_filters", icon=":material/filter_alt_off:", on_click=_all)
    elif today:
        st.caption(words("sold_none_today_means"))


def _all() -> None:
    """Take out every filter but the days and the view."""
    taken = ("store", "register", "channel", "only", "place", "currency", *NARROWED)
    for name in taken:
        st.session_state.pop(name, None)
    address.put(**dict.fromkeys(taken, ""))


def left() -> None:
    """After the page: remember how it leaves the address."""
    address.left((*_WIDGETS, "from", "to"))


def channel(name: str) -> str:
    """What a channel is called."""
    return say(f"sold_channel_{name or UNSAID}")


def means(name: str) -> str:
    """What a kind of method is called."""
    key = f"sold_method_{name}"
    return say(key) if key in i18n.words() else name or say("sold_unsaid")


def method(name: str) -> str:
    """What a method is called: a brand by its name, others in words."""
    key = f"sold_with_{name}"
    return say(key) if key in i18n.words() else _BRANDS.get(name, name) or say("sold_unsaid")


def leads(**query: str) -> None:
    """From a mark to the payments behind it: the address says which, and the payments are shown."""
    query = {"view": "payments", "only": "", "payment": "", **query}
    for name in (*query, *(("dates",) if "period" in query else ())):
        st.session_state.pop(name, None)  # the widget begins with what the address says
    address.put(**query)


def days(first: date, last: date) -> dict[str, str]:
    """A period as the address says it."""
    return {"period": "dates", "from": first.isoformat(), "to": last.isoformat()}


def _chosen(name: str, options: tuple[str, ...], shown: Mapping[str, str]) -> str:
    first = options[0]
    address.begin(name, first, options)
    st.selectbox(words(f"sold_{name}"), options, format_func=lambda each: shown[each], key=name, width=WIDTH)
    return address.keep(name, first) or first


def _period(today: date) -> Period:
    address.begin("period", USUAL, PERIODS)
    st.selectbox(
        words("sold_period"), PERIODS, format_func=lambda each: say(f"sold_period_{each}"), key="period", width=WIDTH
    )
    chosen = address.keep("period", USUAL) or USUAL
    if chosen != "dates":
        if {"from", "to"} & st.query_params.to_dict().keys():
            address.put(**{"from": "", "to": ""})
        return figures.period_of(chosen, today)
    if "dates" not in st.session_state:
        st.session_state["dates"] = _said(today)
    picked = st.date_input(words("sold_dates"), max_value=today, format="DD/MM/YYYY", key="dates", width=240)
    days_ = picked if isinstance(picked, tuple) else (picked,)
    period = figures.period_of(chosen, today, days_)
    if len(days_) != 1:  # half a choice is not yet one
        address.put(**{"from": period.first.isoformat(), "to": period.last.isoformat()})
    return period


def _said(today: date) -> tuple[date, date]:
    """The days in the address, else the usual ones."""
    with suppress(ValueError):
        first, last = (date.fromisoformat(st.query_params.get(name, "")) for name in ("from", "to"))
        if first <= last <= today:
            return first, last
    return figures.period_of(USUAL, today).first, today


def _narrowed(found: Mapping[str, str]) -> None:
    """What a mark narrowed the page down to, each a press that takes it out."""
    if not found:
        return
    with st.container(horizontal=True):
        for name, text in found.items():
            st.button(
                words("sold_only_of", what=spoken(name, text)),
                key=f"without_{name}",
                icon=":material/close:",
                on_click=address.put,
                kwargs={name: ""},
            )


def spoken(name: str, text: str) -> str:
    """What a narrowing says to people."""
    if name == "weekday":
        return tables.weekday(int(text) - 1) if _number(text, 1, 7) else text
    if name == "hour":
        return f"{int(text)}:00" if _number(text, 0, 23) else text
    if name in {"means", "method"}:
        return (means if name == "means" else method)(_some(text)[0])
    return _some(text)[0] or say("sold_unsaid")


def _ids(text: str) -> tuple[str, ...]:
    return ("" if text == NO_BRANCH else text,) if text else ()


def _some(text: str) -> tuple[str, ...]:
    return ("" if text == UNSAID else text,) if text else ()


def _number(text: str, least: int, most: int) -> tuple[int, ...]:
    return (int(text),) if text.isascii() and text.isdigit() and least <= int(text) <= most else ()
