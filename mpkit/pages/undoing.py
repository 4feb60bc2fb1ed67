"""Undo of one run: the press that asks for the plan which removes what the run created, and nothing else."""

from __future__ import annotations

import streamlit as st

from mpkit import ledger
from mpkit.jobs import Job
from mpkit.pages import watch
from mpkit.pages.frame import house, words


def possible(job: Job) -> bool:
    """Whether a run, also one that stopped half-way, has created anything that could be taken back."""
    if job.kind != "apply" or not job.finished:
        return False
    if not job.result:
        return bool(ledger.states(house().store, job.account, job.key.partition("#")[0]).get("done"))
    return any(each["kind"] == "create" and each["outcome"] == "done" for each in job.result["results"])


def press(job: Job, *, key: str = "undo") -> None:
    """The press; nothing is removed by it: the plan it leads to says what would be."""
    if not possible(job):
        return
    if st.button(words("undo_press"), icon=":material/undo:", key=key, help=words("undo_means")):
        hash_ = job.key.partition("#")[0]
        arguments = {"account": job.account, "undo": hash_, "about": "undo", "who": "screen"}
        made = watch.submit("plan", f"screen:undo:{hash_}", arguments, account=job.account, in_address=False)
        watch.lead("changes", plan=made.id)
