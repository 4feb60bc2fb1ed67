"""Ajustes: the accounts, who enters the amount, the language, and what runs here."""

from __future__ import annotations

from importlib.metadata import version

import streamlit as st

import mpkit
from mpkit import accounts
from mpkit.model import Account
from mpkit.pages import amount
from mpkit.pages.frame import NAMES, account, go, head, house, is_test, language, plain, site_name, words

LIBRARIES = ("streamlit", "duckdb", "SQLAlchemy", "reportlab", "zxing-cpp")


def card(one: Account) -> None:
    """One account: whose it is, and what was answered for it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(one.name or one.nickname)
            st.badge(plain(site_name(one.site)), icon=":material/public:", color="gray")
            kind = "test" if is_test(one) else "real"
            st.badge(words(f"page_account_{kind}"), color="yellow" if is_test(one) else "green")
        answer = words(f"amount_{one.amount.name.lower()}") if one.amount else words("amount_open")
        st.caption(f"{words('link_user', user=one.id)} · {words('amount_question')} {answer}")


head("page_settings", words("settings_answer"))
st.subheader(words("settings_accounts"), anchor=False)
known = accounts.known(house().store)
for each in known:
    card(each)
if not known:
    st.caption(words("settings_no_account"))
go("connect", "settings_add", icon=":material/add_link:")

here = account()
if here is not None:
    st.subheader(words("settings_amount"), anchor=False)
    amount.ask(here, key="amount_settings")

st.subheader(words("settings_language"), anchor=False)
st.caption(words("settings_language_where", name=NAMES[language()[:2]]))

st.subheader(words("settings_here"), anchor=False)
st.table(
    {
        "mpkit": mpkit.__version__,
        words("settings_api"): plain(house().settings.api_url),
        words("settings_data"): plain(str(house().settings.data)),
        words("settings_libraries"): plain(" · ".join(f"{name} {version(name)}" for name in LIBRARIES)),
    },
    border="horizontal",
    alt=words("settings_here"),
)
