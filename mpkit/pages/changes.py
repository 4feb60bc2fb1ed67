"""Revisar cambios: what would happen in the account, and everything that became of it; each has its address."""

from __future__ import annotations

import streamlit as st

from mpkit import jobs
from mpkit.jobs import Job
from mpkit.model import Account
from mpkit.pages import amount, carrying, planned, rollout, steps, subjects, watch, waves
from mpkit.pages.frame import go, head, house, needs_account, words


def found(one: Account) -> tuple[Job | None, Job | None]:
    """The run and the comparison the address is about; a run at work also where the address names nothing."""
    run, comparing = watch.found("apply", account=one.id), None
    for kind in planned.MAKERS:
        comparing = comparing or watch.found(kind, account=one.id)
    if run is None and comparing is not None:
        run = _since(one, comparing)
    if run is None and comparing is None:
        last = jobs.latest(house().store, one.id, "apply")
        run = last if last is not None and not last.finished else None
    return run, comparing


def _since(one: Account, comparing: Job) -> Job | None:
    """The run of the very plan the address names, begun after it was made: in another tab, or before a reload."""
    name = planned.hash_of(comparing)
    last = next(iter(jobs.of_keys(house().store, one.id, "apply", name)), None) if name else None
    made = comparing.ended
    return last if last is not None and made is not None and last.created is not None and last.created >= made else None


def compared(one: Account, comparing: Job) -> None:
    """The plan of a comparison, as soon as there is one."""
    if not watch.done(comparing):
        if comparing.finished:
            planned.again(comparing)
        return
    made = planned.find(one.id, planned.hash_of(comparing))
    if made is None:
        planned.again(comparing)
        return
    busy = jobs.latest(house().store, one.id, "apply")
    if busy is not None and not busy.finished:
        st.info(words("carry_other_runs"), icon=":material/hourglass_top:")
        go("changes", "carry_see_other", apply=busy.id)
    planned.show(one, comparing, made)
    if not made.work and "about" not in comparing.arguments:
        steps.forward("print", "create_to_signs")


one = needs_account("page_changes")
run, comparing = found(one)
meant = run or comparing
about = str(meant.arguments.get("about") or "") if meant else ""
head("page_changes", subjects.answer(one, about))
if about:
    subjects.back(one, about)
else:
    counts = rollout.counts(one)
    steps.show("create", "handout" if counts.printed else "print" if counts.existing else "create")
if run is not None:
    carrying.show(run)
elif one.amount is None:
    amount.ask(one)
elif comparing is not None:
    compared(one, comparing)
else:
    waves.ask(one)
