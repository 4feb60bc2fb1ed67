"""What can be done about one finding: its cell written anew, a proposed value taken, the row let pass or taken out."""

from __future__ import annotations

import streamlit as st

from mpkit.pages import locating, reviews
from mpkit.pages.frame import plain, say, words
from mpkit.pages.judged import File, Found, Judged
from mpkit.pages.reviews import Shown
from mpkit.sheet.findings import PASSABLE

_GO = frozenset({"not_a_store", "duplicate_row", "repeated_store", "duplicate_id", "closed", "duplicate_location"})
LISTS = frozenset({"city_unknown", "missing_state"})  # suggestions that are several to choose from
_PLACED = frozenset({"missing_coordinates", "unreadable_coordinates", "duplicate_location"})
_SUGGESTED = 3
_PASS = {  # what letting a row pass says, where it says more than that it stays as it is
    "identity_doubtful": "review_is_new",
    "files_differ": "review_this_file",
    "registers_differ": "review_this_file",
}
# A value proposed for a state or a city goes into the column of states or cities, and into no other.
_OF_COLUMN = {"state": "state", "city": "city"}


def show(now: Shown, judged: Judged, one: Found) -> None:
    """The cell and the presses; what was written since is said until it has been judged."""
    file = judged.files[one.file]
    of = now.review.of(*file.names)
    noted = of.edits.get((one.row, one.column or 0)) if not now.fresh else None
    if (noted is not None and noted != file.cell(one.record, one.column)) or (
        not now.fresh and (one.row, one.code) in of.accepted
    ):
        st.caption(f":material/check: {words('review_noted', value=noted or say('review_as_it_is'))}")
        return
    if one.code.startswith("coordinates_") or one.code in _PLACED:
        locating.card(now, one, passing=passes(one), gone=one.code in _GO)
        return
    _form(now, judged, file, one)


def passes(one: Found) -> bool:
    """Whether a row can be let pass as it is."""
    return one.code in PASSABLE and one.severity == "blocking"


def _form(now: Shown, judged: Judged, file: File, one: Found) -> None:
    name = f"{one.file}_{one.row}_{one.column}_{one.code}"
    same = alike(judged, one)
    form = st.form(now.key(f"form_{name}"), border=False)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        text, saved = "", False
        if one.column:
            cell = file.cell(one.record, one.column)
            text = st.text_input(plain(file.header(one.column)), cell, key=now.key(f"cell_{name}"), width=330)
            saved = st.form_submit_button(words("review_save"), icon=":material/save:", key=now.key(f"save_{name}"))
        better = suggestions(file, one)
        suggested = [
            (each, st.form_submit_button(words("review_use", value=each), key=now.key(f"use_{name}_{n}")))
            for n, each in enumerate(better)
        ]
        all_ = (
            len(better) == 1
            and len(same) > 1
            and st.form_submit_button(words("review_use_all", n=len(same)), key=now.key(f"all_{name}"))
        )
        passed = passes(one) and st.form_submit_button(
            words(_PASS.get(one.code, "review_pass")), key=now.key(f"pass_{name}")
        )
        same_as = [
            each
            for each in str(one.values.get("ids") or "").split()
            if one.code == "identity_doubtful"
            and st.form_submit_button(words("review_is_that", id=each), key=now.key(f"is_{name}_{each}"))
        ]
        gone = one.code in _GO and st.form_submit_button(
            words("review_drop_row"), icon=":material/delete:", key=now.key(f"drop_{name}")
        )
    chosen = next((each for each, pressed in suggested if pressed), text if saved else None)
    if chosen is not None and one.column:
        reviews.act(now, locating.edit(file.name, [(one.row, one.column, chosen)], {}))
    elif all_:
        cells = [(each.row, each.column or 0, better[0]) for each in same]
        reviews.act(now, locating.edit(file.name, cells, {}))
    elif same_as:
        reviews.act(now, {"do": "pass", "file": file.name, "row": one.row, "code": f"{one.code}={same_as[0]}"})
    elif passed:
        reviews.act(now, {"do": "pass", "file": file.name, "row": one.row, "code": one.code})
    elif gone:
        reviews.act(now, locating.emptied(file, one))


def suggestions(file: File, one: Found) -> tuple[str, ...]:
    """What could stand in the cell instead; nothing where the cell is of another column than the value."""
    if not one.suggestion or not one.column:
        return ()
    wanted = next((column for name, column in _OF_COLUMN.items() if name in one.code), "")
    if wanted and file.columns[one.column - 1].meaning != wanted:
        return ()
    if one.code in LISTS and one.severity == "blocking":
        return tuple(one.suggestion.split(", "))[:_SUGGESTED]
    return (one.suggestion,)


def alike(judged: Judged, one: Found) -> list[Found]:
    """The findings of the file that say the same of the same text: what is right for one is right for all."""
    file, cell = judged.files[one.file], judged.files[one.file].cell(one.record, one.column)
    return [
        f
        for f in judged.found
        if f.code == one.code
        and f.file == one.file
        and f.suggestion == one.suggestion
        and f.column == one.column
        and f.severity == one.severity
        and file.cell(f.record, f.column) == cell
    ]
