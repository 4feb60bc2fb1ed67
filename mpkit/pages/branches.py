"""Sucursales: from a spreadsheet to existing branches, step by step; the step and its jobs stand in the address."""

from __future__ import annotations

import streamlit as st

from mpkit.model import Account
from mpkit.pages import listing, reviewing, reviews, rollout, starting, steps
from mpkit.pages.attention import Counts
from mpkit.pages.frame import account, go, head, words


def reached(counts: Counts, *, checked: bool) -> str:
    """The furthest step that can be pressed."""
    if counts.printed:
        return "handout"
    if counts.existing:
        return "print"
    if counts.wanted:
        return "create"
    return "review" if checked else "file"


def answer(one: Account | None, counts: Counts) -> str:
    """Where the whole stands, in one sentence."""
    if one is None:
        return words("list_answer_nobody")
    if not counts.wanted:
        return words("list_answer_empty")
    return words("list_answer", n=counts.wanted, existing=counts.existing, printed=counts.printed)


if st.query_params.get("step") == "create":  # an address of before
    steps.to("create")
one = account()
counts = rollout.counts(one) if one else Counts()
begun = reviews.current(one)
step = st.query_params.get("step") or ("review" if st.query_params.get("review") and begun else "file")
if step == "review" and begun is None:
    step = "file"
head("page_branches", answer(one, counts))
steps.show(step, reached(counts, checked=begun is not None))
if step == "review" and begun is not None:
    reviewing.show(one, begun)
else:
    starting.show(one)
    if one is not None:
        with st.container(horizontal=True):
            for page, icon in (("adopt", "move_to_inbox"), ("drift", "sync_problem"), ("history", "history")):
                go(page, f"list_to_{page}", icon=f":material/{icon}:")
        listing.show(one)
