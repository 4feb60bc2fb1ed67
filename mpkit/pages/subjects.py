"""What a press was about ("branch:S001", "register:S001C1", "undo", …): the line that says so, and the way back."""

from __future__ import annotations

import streamlit as st

from mpkit.model import Account
from mpkit.pages import rollout
from mpkit.pages.frame import script, words

_PAGES = {"branch": "branch", "register": "register", "undo": "history", "adopt": "adopt", "drift": "drift"}


def answer(one: Account, about: str) -> str:
    """The one line under the title."""
    kind, _, id_ = about.partition(":")
    if kind in {"branch", "register"}:
        return words(f"changes_about_{kind}", name=name(one, kind, id_))
    return words(f"changes_about_{kind}" if kind in _PAGES else "changes_answer")


def name(one: Account, kind: str, id_: str) -> str:
    """What people call a branch or a register."""
    wanted = rollout.wanted(one)
    entries = wanted.branches if kind == "branch" else wanted.registers
    return next((each.name for each in entries if each.external_id == id_), id_)


def back(one: Account, about: str) -> None:
    """The way back to where the press was."""
    kind, _, id_ = about.partition(":")
    if kind not in _PAGES:
        return
    text = words(f"back_to_{kind}", name=name(one, kind, id_)) if id_ else words(f"back_to_{kind}")
    if st.button(text, icon=":material/arrow_back:", type="tertiary", key="back"):
        st.switch_page(script(_PAGES[kind]), query_params={"id": id_} if id_ else None)
