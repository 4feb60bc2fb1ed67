"""Incorporar: what the panel made, what of the list it may be and why; a press for each, one for all that is sure."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from mpkit import jobs
from mpkit.jobs import Job
from mpkit.model import Account
from mpkit.pages import amount, paging, rollout, tables, watch
from mpkit.pages.frame import head, house, language, needs_account, plain, say, script, words

PAGE = 10
Row = Mapping[str, Any]


def search(one: Account, *, again: bool = False) -> None:
    """The press that looks through the account."""
    text = words("adopt_again" if again else "adopt_search")
    if st.button(text, type="secondary" if again else "primary", icon=":material/search:", key="adopt_search"):
        arguments = {"account": one.id, "match": "", "language": language()[:2], "who": "screen"}
        watch.submit("adopt", "screen:look", arguments, account=one.id)
        st.rerun()


def take(one: Account, told: Row, chosen: Collection[tuple[str, str, str]]) -> None:
    """Ask for the plan that takes over these (object, id, external id) and leaves everything else as it is."""
    named = {(kind, id_): external_id for kind, id_, external_id in chosen}
    rows = {(row["object"], row["id"]) for row in (*told["matches"], *told["unmatched"])}
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["object", "id", "external_id"])
    writer.writerows([kind, id_, named.get((kind, id_), "")] for kind, id_ in sorted(rows | set(named)))
    arguments = {"account": one.id, "match": file.getvalue(), "language": language()[:2], "about": "adopt"}
    key = "screen:" + ",".join(":".join(each) for each in sorted(chosen))
    job = watch.submit("adopt", key, arguments | {"who": "screen"}, account=one.id, in_address=False)
    watch.lead("changes", adopt=job.id)


def together(row: Row, external_id: str, told: Row, home: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What goes with a row: a store's sure registers, a register's own store."""
    chosen = [(str(row["object"]), str(row["id"]), external_id)]
    sure = [each for each in told["matches"] if each["taken"] and each["id"] != row["id"]]
    for each in sure:
        with_it = (
            each["object"] == "pos" and home.get(each["external_id"]) == external_id
            if row["object"] == "store"
            else each["object"] == "store" and each["external_id"] == home.get(external_id)
        )
        if with_it:
            chosen.append((each["object"], each["id"], each["external_id"]))
    return chosen


def best(told: Row) -> list[Row]:
    """One row for each object of the panel, with its best match first; stores before registers."""
    found: dict[tuple[str, str], Row] = {}
    for row in told["matches"]:
        found.setdefault((row["object"], row["id"]), row)
    return sorted(found.values(), key=lambda row: (row["object"] != "store", -row["score"], row["name"]))


def card(one: Account, told: Row, row: Row, free: Mapping[str, Mapping[str, str]], home: Mapping[str, str]) -> None:
    """One object of the panel: what it may be, why, and the press."""
    kind, id_ = str(row["object"]), str(row["id"])
    likely = [each for each in told["matches"] if (each["object"], each["id"]) == (kind, id_)]
    with st.container(border=True):
        st.markdown(f"**{plain(row['name'])}** · {words(f'create_{kind}')} {plain(id_)}")
        st.caption(
            words(
                "adopt_why", name=row["wanted"], id=row["external_id"], why=row["why"], score=round(100 * row["score"])
            )
        )
        if row["switches"]:
            st.warning(words("adopt_switches"), icon=":material/swap_horiz:")
        first = [each["external_id"] for each in likely]
        options = [*first, *(each for each in free[kind] if each not in first)]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(
                words("adopt_is"),
                options,
                format_func=lambda each: f"{free[kind].get(each, each)} · {each}",
                key=f"is_{kind}_{id_}",
                width=420,
            )
            if st.button(words("adopt_take"), icon=":material/move_to_inbox:", key=f"take_{kind}_{id_}"):
                take(one, told, together(row, chosen, told, home))


def show(one: Account, job: Job) -> None:
    """What was found, the press for all that is sure, each by itself, and what is like nothing in the list."""
    told: Row = job.result or {}
    rows, sure = best(told), [row for row in told["matches"] if row["taken"]]
    if not rows and not told["unmatched"]:
        st.success(words("adopt_nothing"), icon=":material/check_circle:")
    elif sure:
        st.markdown(words("adopt_sure", n=len(sure)))
        press = words("adopt_take_all", n=len(sure))
        if st.button(press, type="primary", icon=":material/move_to_inbox:", key="adopt_all"):
            take(one, told, [(row["object"], row["id"], row["external_id"]) for row in sure])
    listed = rollout.wanted(one)
    free = {
        "store": {each.external_id: each.name for each in listed.branches if not each.closed},
        "pos": {each.external_id: each.name for each in listed.registers if not each.closed},
    }
    home = {each.external_id: each.branch_external_id for each in listed.registers}
    first = paging.pages(len(rows), PAGE, key="adopt") if rows else 0
    for row in rows[first : first + PAGE]:
        card(one, told, row, free, home)
    strangers(told["unmatched"])
    search(one, again=True)


def strangers(rows: Sequence[Row]) -> None:
    """What is like nothing in the list: it stays as it is."""
    if not rows:
        return
    st.subheader(words("adopt_strangers", n=len(rows)), anchor=False)
    st.caption(words("adopt_strangers_means"))
    shown = [
        {
            say("create_column_what"): say(f"create_{row['object']}"),
            say("create_column_name"): str(row["name"]),
            say("create_column_id"): str(row["id"]),
        }
        for row in rows
    ]
    tables.show(shown, alt=say("adopt_strangers", n=len(rows)), key="strangers")


one = needs_account("page_adopt")
head("page_adopt", words("adopt_answer"))
last = jobs.latest(house().store, one.id, "adopt")
job = watch.found("adopt", account=one.id) or (last if last is not None and last.key == "screen:look" else None)
if one.amount is None:
    amount.ask(one)
elif job is None:
    search(one)
elif watch.done(job):
    show(one, job)
elif job.finished:
    search(one)
st.page_link(script("branches"), label=words("back_to_branches"), icon=":material/arrow_back:")
