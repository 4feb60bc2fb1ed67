"""A plan on screen: what would happen in a sentence, what it costs, the press that does it, each change by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from mpkit import ledger
from mpkit.i18n import say as said
from mpkit.jobs import Job
from mpkit.model import Account
from mpkit.pages import confirming, costs, handing, paging, tables, watch, waves
from mpkit.pages.frame import house, language, plain, say, site, words
from mpkit.plan import Change, Plan, compared, detail, markdown, text
from mpkit.plan.change import KINDS

PAGE = 50
MAKERS = ("plan", "adopt", "put_back", "accept")  # kinds of jobs that end in a plan
_WORK = ("create", "update", "adopt", "delete")
_EVERY = 10**9  # lines of a text that leaves nothing out


def find(account: str, hash_: str) -> Plan | None:
    """A kept plan; read once for all reruns, since a name stands for one content."""
    try:
        return _read(account, hash_)
    except LookupError:
        return None


@st.cache_resource(max_entries=4, show_spinner=False)
def _read(account: str, hash_: str) -> Plan:
    document = ledger.find_plan(house().store, account, hash_)
    if document is None:
        raise LookupError(hash_)
    return Plan.read(document)


def hash_of(comparing: Job) -> str:
    """The name of the plan a comparison ended in; "" where there was nothing to plan."""
    head = (comparing.result or {}).get("plan")
    return str(head["plan"] if isinstance(head, Mapping) else head or "")


def show(one: Account, comparing: Job, made: Plan) -> None:
    """The whole plan; its press submits the job that carries it out."""
    _head(comparing, made)
    costs.show(made)
    confirmed: confirming.Confirmed | None = None
    if made.work:
        confirming.warn(made)
        confirmed = confirming.ask(made)
    with st.container(horizontal=True):
        pressed = bool(made.work) and st.button(
            plain(label(made)), type="primary", icon=":material/check:", key="apply", disabled=confirmed is None
        )
        again(comparing)
        downloads(made)
    if pressed and confirmed is not None:
        carry_out(one, made, {**(comparing.result or {}), **comparing.arguments}, confirmed)
        st.rerun()
    if made.work:
        st.caption(words("create_safe"))
    changes(made)


def _head(comparing: Job, made: Plan) -> None:
    if made.work:
        what = label(made)
        st.markdown(words("create_would", what=what[:1].lower() + what[1:]))
    elif made.summary["blocked"]:
        st.warning(words("plan_only_blocked", n=made.summary["blocked"]), icon=":material/block:")
    else:
        st.success(words("create_nothing", n=made.same), icon=":material/check_circle:")
    if comparing.ended is not None:
        wave = waves.told(str(comparing.arguments.get("only") or "")) if "about" not in comparing.arguments else ""
        when = words("plan_compared_at", when=watch.local(comparing.ended, site()))
        st.caption(f"{wave} {when}".strip())


def carry_out(one: Account, made: Plan, asked: Mapping[str, Any], confirmed: confirming.Confirmed) -> None:
    """The one press: a row named after the plan, with the edits the plan was made over."""
    told = {name: asked[name] for name in ("edits", "about") if asked.get(name)}
    arguments = {"account": one.id, "plan": made.hash, "language": language()[:2], "who": "screen", **told, **confirmed}
    watch.submit("apply", made.hash, arguments, account=one.id)
    if asked.get("handed"):
        handing.note(asked["handed"], one)


def label(made: Plan) -> str:
    """The press in its own words: "Crear 112 sucursales y 118 cajas"."""
    spoken = language()
    parts = []
    for kind in _WORK:
        counts = [(name, sum(c.kind == kind and c.object == name for c in made.changes)) for name in ("store", "pos")]
        named = [said(f"create_{name}s", spoken, n=n) for name, n in counts if n]
        if named:
            parts.append(
                said(
                    f"create_do_{kind}",
                    spoken,
                    what=said("create_and", spoken, a=named[0], b=named[1]) if len(named) > 1 else named[0],
                )
            )
    text_ = ", ".join(parts)
    return text_[:1].upper() + text_[1:]


def again(comparing: Job) -> None:
    """Compare once more, with the same words where it was a press about one branch."""
    if st.button(words("create_again"), icon=":material/refresh:", key="compare_again"):
        watch.leave("apply", *MAKERS)
        if "about" in comparing.arguments:
            watch.submit(comparing.kind, comparing.key, comparing.arguments, account=comparing.account)
        st.rerun()


def downloads(made: Plan) -> None:
    """The plan as a file: for a program, for a ticket, for reading."""
    spoken = language()
    forms = {
        "json": (partial(_json, made, spoken), "json"),
        "markdown": (partial(markdown, made, spoken), "md"),
        "text": (partial(text, made, spoken, most=_EVERY), "txt"),
    }
    with st.popover(words("plan_download"), icon=":material/download:"):
        for name, (make, ending) in forms.items():
            st.download_button(
                words(f"plan_download_{name}"),
                make,
                f"{say('plan_file')}-{made.hash.rpartition(':')[2][:8]}.{ending}",
                on_click="ignore",
                key=f"download_{name}",
                width="stretch",
            )


def _json(made: Plan, spoken: str) -> str:
    return json.dumps(made.document(spoken), ensure_ascii=False, indent=1) + "\n"


def changes(made: Plan) -> None:
    """Every change by kind, a page at a time; the one that is picked field by field."""
    present = [kind for kind in KINDS if any(change.kind == kind for change in made.changes)]
    if not present:
        return
    counts = {kind: sum(change.kind == kind for change in made.changes) for kind in present}
    st.header(words("create_show"), anchor=False)
    chosen = st.segmented_control(
        words("create_show"),
        present,
        default=present[0],
        required=True,
        key="changes_of",
        format_func=lambda kind: f"{words(f'part_{kind}')} {counts[kind]}",
        label_visibility="collapsed",
    )
    if made.same:
        st.caption(words("plan_same", n=made.same))
    part = [change for change in made.changes if change.kind == chosen]
    first = paging.pages(len(part), PAGE, key=f"changes_{chosen}")
    shown = part[first : first + PAGE]
    signs = any(change.stickers_void for change in part)
    picked = tables.show(
        [_cells(change, signs=signs) for change in shown],
        alt=say("create_show"),
        key=f"changes_{chosen}_{first}",
        choose=True,
    )
    _fields(shown, picked)


def _cells(change: Change, *, signs: bool) -> dict[str, str]:
    where = change.after or change.before or {}
    void = {say("create_column_signs"): str(change.stickers_void or "")} if signs else {}
    return {
        say("create_column_what"): say(f"create_{change.object}"),
        say("create_column_name"): change.name,
        say("create_column_code"): change.external_id,
        say("create_column_where"): str(where.get("city") or change.values.get("branch") or where.get("store") or ""),
        **void,
        say("create_column_why"): detail(change, language()),
    }


def _fields(shown: Sequence[Change], picked: int | None) -> None:
    """One change field by field: the picked one, else the first."""
    if not shown:
        return
    change = shown[picked or 0]
    rows = [
        {say("plan_column_field"): name, say("plan_column_before"): before, say("plan_column_after"): after}
        for name, before, after in compared(change, language())
    ]
    if not rows:
        return
    with st.container(border=True):
        st.markdown(f"**{plain(change.name)}** · {plain(change.external_id or change.remote_id or '')}")
        st.caption(plain(detail(change, language())))
        if picked is None and len(shown) > 1:
            st.caption(words("plan_pick"))
        tables.sentences(rows, alt=say("plan_column_field"))
