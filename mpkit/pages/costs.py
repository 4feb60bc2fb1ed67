"""What a plan costs in printed signs: how many, in which branches, what to take down and what to print anew."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import streamlit as st

from mpkit.pages import tables
from mpkit.pages.frame import go, language, say, words
from mpkit.plan import Plan, cost, takedown

_SHOWN = 200  # branches in the table; the workbook has them all


def show(made: Plan) -> None:
    """The cost, where there is one, with the list of what to take down."""
    told = cost.of(made.changes)
    if not made.confirm_stickers:
        return
    with st.container(border=True):
        st.warning(
            words("cost_void" if told["void"] else "cost_steps", n=told["void"] or told["steps"]),
            icon=":material/warning:",
        )
        if told["void"] and told["steps"]:
            st.caption(words("cost_steps", n=told["steps"]))
        st.markdown(words("cost_where", n=len(told["stores"])))
        rows = [
            {
                say("list_branch"): str(one["branch"] or one["store"]),
                say("cost_column_void"): str(one["void"]),
                say("cost_column_steps"): str(one["steps"]),
            }
            for one in told["stores"][:_SHOWN]
        ]
        tables.show(rows, alt=say("cost_where", n=len(rows)), right=list(rows[0])[1:], key="cost")
        st.download_button(
            words("cost_take_down"),
            partial(_workbook, made, language()),
            f"{say('plan_recall_sheet')}.xlsx",
            icon=":material/download:",
            on_click="ignore",
            key="take_down",
        )


def _workbook(made: Plan, spoken: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="mpkit-") as folder:
        return takedown.workbook(made, Path(folder) / "recall.xlsx", spoken).read_bytes()


def reprint(made: Plan) -> bool:
    """After the plan is carried out: the press that prints again what no longer serves; whether there is anything."""
    again = takedown.anew(made)
    if again:
        st.info(words("cost_reprint", n=len(again)), icon=":material/print:")
        go("signs", "cost_reprint_press", kind="primary", icon=":material/print:", registers=",".join(again))
    return bool(again)
