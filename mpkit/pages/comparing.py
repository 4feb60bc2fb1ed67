"""Qué cambia: what the files would do to the list, value by value, with who or what wrote the old one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from mpkit import i18n
from mpkit.pages import address, paging, tables
from mpkit.pages.frame import say, site, words
from mpkit.pages.reviews import Shown
from mpkit.pages.watch import local

PAGE = 25


def show(now: Shown) -> None:
    """The counts in a sentence, then every value that would change."""
    changes = now.judged.changes if now.judged else None
    if changes is None:
        return
    counts = {name: int(changes[name]) for name in ("added", "changed", "same")}
    st.markdown(words("changes_sentence", **counts))
    st.caption(words("changes_absent"))
    values = changes["values"]
    if not values:
        return
    fields = list(dict.fromkeys(str(value[3]) for value in values))
    address.begin("field", "", ["", *fields])
    st.selectbox(
        words("changes_field"),
        ["", *fields],
        key="field",
        width=300,
        format_func=lambda each: named(each) if each else say("changes_all"),
    )
    field = address.keep("field", "")
    rows = [value for value in values if not field or value[3] == field]
    first = paging.pages(len(rows), PAGE, key="changes")
    tables.sentences([_cells(value) for value in rows[first : first + PAGE]], alt=say("review_view_changes"))


def _cells(value: list[Any]) -> dict[str, str]:
    """One value: whose, which, before and after, and who wrote the old one."""
    _, external_id, label, field, before, after, kept, origin, file = value
    verdict = say("changes_kept") if kept else shown(field, after)
    return {
        say("changes_what"): f"{label} ({external_id})",
        say("changes_field"): named(field),
        say("changes_before"): shown(field, before),
        say("changes_after"): verdict,
        say("changes_by"): written_by(origin),
        say("review_file"): file,
    }


def named(field: str) -> str:
    """What a value of the list is called."""
    return say(f"changes_of_{field}" if f"changes_of_{field}" in i18n.words() else "changes_of_other")


def shown(field: str, value: Any) -> str:  # noqa: ANN401 - any value of the list
    """A value of the list as people read it."""
    if value is None or value in ("", {}):
        return "—"
    if field == "hours":
        return "; ".join(
            f"{tables.weekday(number)[:3]} {', '.join(f'{a}-{b}' for a, b in value[day])}"
            for number, day in enumerate(_WEEK)
            if value.get(day)
        )
    if field == "closed":
        return say("changes_closed" if value else "changes_open")
    if field == "amount":
        return say(f"amount_{str(value).replace('-', '_')}")
    return str(value)


_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def written_by(origin: dict[str, Any]) -> str:
    """Who or what wrote a value, and when."""
    if not origin:
        return "—"
    at = local(datetime.fromisoformat(origin["at"]), site()) if origin.get("at") else ""
    kind = str(origin.get("kind") or "file")
    who = say(f"changes_by_{kind}", what=origin.get("what") or "", row=origin.get("record") or "—")
    return f"{who}, {at}" if at else who
