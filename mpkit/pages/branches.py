"""Sucursales: from a spreadsheet to existing branches, step by step; the step and its jobs stand in the address."""

from __future__ import annotations

import streamlit as st

from mpkit.model import Account
from mpkit.pages import creating, listing, reviewing, rollout, starting, steps, watch
from mpkit.pages.attention import Counts
from mpkit.pages.frame import account, head, needs_account, words


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


one = account()
counts = rollout.counts(one) if one else Counts()
check = watch.found("check", account=one.id if one else "") or watch.found("check")
step = st.query_params.get("step") or ("review" if check else "file")
if step == "review" and check is None:
    check = reviewing.latest(one)
    step = "review" if check else "file"
head("page_branches", answer(one, counts))
steps.show(step, reached(counts, checked=check is not None))
if step == "create":
    creating.show(needs_account())
elif step == "review" and check is not None:
    reviewing.show(one, check)
else:
    starting.show(one)
    if one is not None:
        listing.show(one)
