"""Who enters the amount: asked once an account, with no answer suggested; nothing can be created before."""

from __future__ import annotations

import streamlit as st

from mpkit import accounts
from mpkit.model import Account, Amount
from mpkit.pages.frame import house, words

ANSWERS = (Amount.BUYER, Amount.OWN_SYSTEM, Amount.TILL)


def ask(one: Account, *, key: str = "amount") -> None:
    """The question with its three answers and what each means; the press keeps the one chosen."""
    with st.container(border=True):
        st.subheader(words("amount_question"), anchor=False)
        chosen = st.radio(
            words("amount_question"),
            ANSWERS,
            index=ANSWERS.index(one.amount) if one.amount else None,
            format_func=lambda each: words(f"amount_{each.name.lower()}"),
            captions=[words(f"amount_{each.name.lower()}_means") for each in ANSWERS],
            label_visibility="collapsed",
            key=key,
        )
        st.caption(words("amount_why"))
        pressed = st.button(
            words("amount_keep"), type="primary" if one.amount is None else "secondary", key=f"{key}_keep"
        )
        if pressed and chosen is None:
            st.warning(words("amount_missing"), icon=":material/warning:")
        elif pressed and chosen is not None and chosen is not one.amount:
            accounts.set_amount(house().store, one.id, chosen)
            st.rerun()
