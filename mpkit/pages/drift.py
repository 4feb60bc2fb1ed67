"""Cambios hechos en Mercado Pago: each difference with its signs and two presses, theirs into my list or mine back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mpkit import i18n, jobs
from mpkit.jobs import Job
from mpkit.model import Account, Amount
from mpkit.pages import comparing, paging, tables, watch
from mpkit.pages.frame import go, head, needs_account, plain, say, script, site, words
from mpkit.pages.frame import house as home

PAGE = 10
KINDS = ("code_changed", "missing", "changed", "new")  # what costs signs comes first
SENDERS = (Amount.OWN_SYSTEM, Amount.TILL)
_NAMED = 20  # serials of signs named one by one
Row = Mapping[str, Any]


def look(one: Account) -> None:
    """The press that compares again."""
    if st.button(words("differ_look"), icon=":material/refresh:", key="drift_look"):
        watch.submit("drift", "screen", {"account": one.id, "who": "screen"}, account=one.id)
        watch.leave("accept", "put_back")
        st.rerun()


def answer(job: Job | None) -> str:
    """How many differences there are, in one sentence."""
    if job is None or job.state != "done" or not job.result or job.ended is None:
        return words("differ_answer_never")
    when, n = watch.local(job.ended, site()), int(job.result["differences"])
    return words("differ_answer" if n else "differ_answer_none", n=n, checked=job.result["checked"], when=when)


def ask(one: Account, kind: str, keys: Sequence[str], *, amount: str = "") -> None:
    """One of the two presses, for one difference or several: a job, which for `put_back` ends in a plan to look at."""
    arguments = {"account": one.id, "keys": sorted(keys), "who": "screen", "about": "drift"}
    arguments |= {"amount": amount} if amount else {}
    job = watch.submit(kind, f"screen:{','.join(sorted(keys))}", arguments, account=one.id, in_address=kind == "accept")
    if kind == "put_back":
        watch.lead("changes", put_back=job.id)
    st.rerun()


def card(one: Account, kind: str, row: Row) -> None:
    """One difference: whose, what it was and is, the signs it concerns, the two presses."""
    key = str(row["key"])
    with st.container(border=True):
        where = [words(f"create_{row['object']}"), plain(str(row["external_id"] or row["id"]))]
        where += [plain(str(row["branch"]))] if row["object"] == "pos" and row["branch"] else []
        st.markdown(f"**{plain(str(row['name']))}** · {' · '.join(where)}")
        st.caption(words(f"differ_means_{kind}"))
        if row["stickers"]:
            serials = ", ".join(str(sign["serial"]) for sign in row["stickers"][:_NAMED])
            more = " …" if len(row["stickers"]) > _NAMED else ""
            text = words(f"differ_signs_{kind}", n=len(row["stickers"]), serials=serials + more)
            st.warning(text, icon=":material/qr_code_2:")
        fields = [_field(name, of) for name, of in row["fields"].items()]
        if fields:
            tables.sentences(fields, alt=say("plan_column_field"))
        _presses(one, kind, row, key)


def _presses(one: Account, kind: str, row: Row, key: str) -> None:
    waits = bool(row["fields"].get("fixed_amount", {}).get("theirs"))
    amount = ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if waits:
            amount = str(
                st.selectbox(
                    words("differ_who_sends"),
                    SENDERS,
                    format_func=lambda each: say(f"amount_{each.name.lower()}"),
                    key=f"amount_{key}",
                    width=320,
                )
            )
        if st.button(words(f"differ_accept_{kind}"), key=f"accept_{key}", icon=":material/download_done:"):
            ask(one, "accept", [key], amount=amount)
        if kind != "code_changed" and st.button(
            words(f"differ_back_{kind}"), key=f"back_{key}", icon=":material/settings_backup_restore:"
        ):
            ask(one, "put_back", [key])


def _field(name: str, of: Mapping[str, Any]) -> dict[str, str]:
    key = next((f"{room}_field_{name}" for room in ("plan", "drift") if f"{room}_field_{name}" in i18n.words()), "")
    return {
        say("plan_column_field"): say(key) if key else name,
        say("differ_mine"): _value(name, of["mine"]),
        say("differ_theirs"): _value(name, of["theirs"]),
    }


def _value(name: str, value: Any) -> str:  # noqa: ANN401 - any plain field
    if isinstance(value, bool):
        return say("plan_value_true" if value else "plan_value_false")
    return comparing.shown(name, value)


def accepted(one: Account) -> None:
    """What became of taking theirs over: done, to be printed anew, or a plan that is still to be looked at."""
    job = watch.found("accept", account=one.id)
    if job is None:
        return
    if not watch.done(job):
        return
    result: Row = job.result or {}
    st.success(words("differ_accepted", n=result["accepted"]), icon=":material/check_circle:")
    if result["reprint"]:
        st.warning(words("cost_reprint", n=len(result["reprint"])), icon=":material/print:")
        go(
            "signs",
            "cost_reprint_press",
            kind="primary",
            icon=":material/print:",
            registers=",".join(result["reprint"]),
        )
    if result["plan"]:
        st.info(words("differ_to_take_over"), icon=":material/move_to_inbox:")
        go("changes", "differ_see_plan", kind="primary", icon=":material/arrow_forward:", accept=job.id)


def show(one: Account, result: Row) -> None:
    """All differences of a kind, ten at a time."""
    counts = {kind: len(result[kind]) for kind in KINDS if result[kind]}
    if not counts:
        st.success(words("differ_nothing"), icon=":material/check_circle:")
        return
    kind = st.segmented_control(
        words("page_drift"),
        list(counts),
        default=next(iter(counts)),
        required=True,
        key=f"kind_{'_'.join(counts)}",
        format_func=lambda each: f"{words(f'differ_kind_{each}')} {counts[each]}",
        label_visibility="collapsed",
    )
    rows: Sequence[Row] = result[str(kind)]
    if len(rows) > 1 and kind != "code_changed":
        every = [str(row["key"]) for row in rows]
        with st.container(horizontal=True):
            if not any("fixed_amount" in row["fields"] for row in rows) and st.button(
                words("differ_accept_all", n=len(rows)), key="accept_all", type="tertiary"
            ):
                ask(one, "accept", every)
            if st.button(words("differ_back_all", n=len(rows)), key="back_all", type="tertiary"):
                ask(one, "put_back", every)
    first = paging.pages(len(rows), PAGE, key=f"drift_{kind}")
    for row in rows[first : first + PAGE]:
        card(one, str(kind), row)


one = needs_account("page_drift")
accepting = watch.found("accept", account=one.id)
last = watch.found("drift", account=one.id) or jobs.latest(home().store, one.id, "drift")
head("page_drift", answer(last))
accepted(one)
if last is None:
    look(one)
elif watch.done(last):
    later = accepting is not None and accepting.ended is not None and last.ended and accepting.ended > last.ended
    if later and accepting is not None:  # what was found is partly settled by now: look once more
        watch.submit("drift", f"after:{accepting.id}", {"account": one.id, "who": "screen"}, account=one.id)
        st.rerun()
    look(one)
    if not later:
        show(one, last.result or {})
elif last.finished:
    look(one)
st.page_link(script("branches"), label=words("back_to_branches"), icon=":material/arrow_back:")
