"""Qué cambia: what the files would do to the list, value by value, with who or what wrote the old one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import streamlit as st

from mpkit import i18n
from mpkit.pages import address, paging, reviews, tables
from mpkit.pages.frame import plain, say, site, words
from mpkit.pages.reviews import Shown
from mpkit.pages.watch import local

PAGE = 25
CONFLICTS = 10  # shown one by one; the rest follow as these are settled


def show(now: Shown) -> None:
    """The counts in a sentence, what has to be chosen, then every value that would change."""
    changes = now.judged.changes if now.judged else None
    if changes is None:
        return
    st.markdown(words("changes_sentence", **kinds(changes)))
    st.caption(words("changes_absent"))
    values = changes["values"]
    if not values:
        return
    with st.container():
        _conflicts(now, [value for value in values if value["conflict"]])
    fields = list(dict.fromkeys(str(value["field"]) for value in values))
    address.begin("field", "", ["", *fields])
    st.selectbox(
        words("changes_field"),
        ["", *fields],
        key="field",
        width=300,
        format_func=lambda each: named(each) if each else say("changes_all"),
    )
    field = address.keep("field", "")
    rows = [value for value in values if not field or value["field"] == field]
    first = paging.pages(len(rows), PAGE, key="changes")
    tables.sentences([_cells(value) for value in rows[first : first + PAGE]], alt=say("review_view_changes"))


def kinds(done: Mapping[str, Any]) -> dict[str, str]:
    """What was, or would be, added, changed and left the same: each as branches and registers."""
    return {name: _kind(done.get("kinds", {}).get(name, {})) for name in ("added", "changed", "same")}


def _kind(counts: Mapping[str, int]) -> str:
    told = [say(f"review_n_{name}", n=counts[name]) for name in ("branches", "registers") if counts.get(name)]
    return (
        say("changes_both", branches=told[0], registers=told[1]) if len(told) > 1 else (*told, say("changes_none"))[0]
    )


def _conflicts(now: Shown, open_: list[dict[str, Any]]) -> None:
    """Values a person wrote that a file says otherwise: one by one, or all alike."""
    if not open_:
        return
    st.warning(words("changes_conflicts", n=len(open_)), icon=":material/call_split:")
    with st.container(horizontal=True):
        for word in ("list", "file"):
            if st.button(words(f"changes_all_{word}", n=len(open_)), key=now.key(f"all_{word}")):
                reviews.act(now, {"do": "choose", "places": [_place(value) for value in open_], "word": word})
    for value in open_[:CONFLICTS]:
        with st.container(border=True, gap="small"):
            st.caption(plain(f"{value['name']} · {named(value['field'])} · {written_by(value['wrote'])}"))
            with st.container(horizontal=True):
                for word, side in (("list", "before"), ("file", "after")):
                    press = words(f"changes_take_{word}", value=shown(value["field"], value[side]))
                    if st.button(press, key=now.key(f"{word}_{'_'.join(_place(value))}")):
                        reviews.act(now, {"do": "choose", "places": [_place(value)], "word": word})


def _place(value: dict[str, Any]) -> list[str]:
    return [value["object"], value["external_id"], value["field"]]


def _cells(value: dict[str, Any]) -> dict[str, str]:
    """One value: whose, which, before and after, who wrote the old one and who says the new one."""
    name, field = value["name"], value["field"]
    after = shown(field, value["after"])
    if value["kept"]:
        after = say("changes_kept")
    elif value["conflict"]:
        after = say("changes_open_choice", value=after)
    return {
        say("changes_what"): name if name == value["external_id"] else f"{name} ({value['external_id']})",
        say("changes_field"): named(field),
        say("changes_before"): shown(field, value["before"]),
        say("changes_after"): after,
        say("changes_by"): written_by(value["wrote"]),
        say("review_file"): str(value["says"].get("what") or ""),
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


def written_by(origin: Mapping[str, Any]) -> str:
    """Who or what wrote a value, and when."""
    if not origin:
        return "—"
    at = local(datetime.fromisoformat(origin["at"]), site()) if origin.get("at") else ""
    kind = str(origin.get("kind") or "file")
    who = say(f"changes_by_{kind}", what=origin.get("what") or "")
    return f"{who}, {at}" if at else who
