"""A review is its steps: replayed alike, taken back one by one; a second click is no second step, tabs do not mix."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.errors import Refused
from mpkit.sheet import rows
from mpkit.sheet.review import Review, from_plain, replay, undoable

FILES = st.sampled_from(["norte.csv", "sur.csv"])
CODES = st.sampled_from(["city_unknown", "mojibake"])
ROWS = st.integers(1, 9)
STEPS = st.one_of(
    st.fixed_dictionaries(
        {"do": st.just("columns"), "file": FILES, "columns": st.dictionaries(st.sampled_from("123"), st.just("city"))}
    ),
    st.fixed_dictionaries(
        {"do": st.just("edit"), "file": FILES, "cells": st.lists(st.tuples(ROWS, ROWS, st.text(max_size=3)))}
    ),
    st.fixed_dictionaries({"do": st.sampled_from(["accept", "withdraw"]), "code": CODES}),
    st.fixed_dictionaries({"do": st.just("pass"), "file": FILES, "row": ROWS, "code": CODES}),
    st.fixed_dictionaries(
        {
            "do": st.just("reading"),
            "file": FILES,
            "reading": st.fixed_dictionaries({"delimiter": st.sampled_from([";", ",", ""])}),
        }
    ),
    st.fixed_dictionaries({"do": st.just("leave"), "file": FILES}),
    st.fixed_dictionaries({"do": st.just("add"), "paths": st.lists(st.sampled_from(["/b/sur.csv", "/b/x.csv"]))}),
    st.fixed_dictionaries({"do": st.just("expect"), "names": st.lists(st.text(max_size=4), max_size=3)}),
    st.fixed_dictionaries(
        {
            "do": st.just("choose"),
            "places": st.just([["branch", "A", "name"]]),
            "word": st.sampled_from(["file", "list"]),
        }
    ),
    st.just({"do": "restart"}),
)
PATHS = ("/a/norte.csv", "/a/sur.csv")


@given(st.lists(STEPS, max_size=12), STEPS)
def test_an_undo_takes_back_exactly_the_step_before_it(before, step):
    assert replay(PATHS, "MLA", [*before, step, {"do": "undo"}]) == replay(PATHS, "MLA", before)
    assert undoable([*before, step])[-1] == step


@given(st.lists(STEPS | st.just({"do": "undo"}), max_size=20))
def test_what_undo_would_take_back_makes_the_same_review(steps):
    assert replay(PATHS, "MLA", undoable(steps)) == replay(PATHS, "MLA", steps)


@given(st.lists(STEPS, max_size=12))
def test_a_review_is_plain_data(steps):
    review = replay(PATHS, "MLA", steps)
    assert from_plain(review.to_plain()) == Review(**{**review_fields(review), "files": touched(review)})
    assert from_plain(review.to_plain()).to_plain() == review.to_plain()


def review_fields(review):
    return {name: getattr(review, name) for name in Review.__slots__}


def touched(review):
    """Files about which something stands; one whose changes cancel out says nothing."""
    return {name: of for name, of in review.files.items() if of != review.of("another")}


def test_another_separator_moves_every_cell_so_what_was_said_of_them_goes():
    steps = [
        {"do": "edit", "file": "norte.csv", "cells": [[2, 1, "x"]]},
        {"do": "reading", "file": "norte.csv", "reading": {"header_row": 3}},
    ]
    kept = replay(PATHS, "", steps).of("norte.csv")
    assert kept.edits == {(2, 1): "x"}
    gone = replay(PATHS, "", [*steps, {"do": "reading", "file": "norte.csv", "reading": {"delimiter": "|"}}])
    assert gone.of("norte.csv").edits == {}
    assert gone.of("norte.csv").reading == {"header_row": 3, "delimiter": "|"}


def test_a_new_version_of_a_file_takes_the_place_of_the_old_one():
    review = replay(PATHS, "", [{"do": "leave", "file": "sur.csv"}, {"do": "add", "paths": ["/b/sur.csv"]}])
    assert review.paths == ("/a/norte.csv", "/b/sur.csv")
    assert not review.left_out


class Clock:
    def __init__(self):
        self.time = datetime(2026, 6, 1, tzinfo=UTC)

    def now(self):
        return self.time

    def monotonic(self):
        return 0.0


EDIT = {"do": "edit", "file": "sur.csv", "cells": [[2, 1, "x"]]}


def test_a_second_click_is_no_second_step_and_another_tab_is_told(store):
    clock = Clock()
    name = rows.begin(store, "7", ["/a"], "MLA", clock=clock)
    assert rows.begin(store, "7", ["/a"], "MLA", clock=clock) == name, "the same files are the same review"
    rows.add(store, "7", name, EDIT, seen=0, clock=clock)
    rows.add(store, "7", name, EDIT, seen=0, clock=clock)
    rows.add(store, "7", name, EDIT, seen=1, clock=clock)
    assert rows.find(store, "7", name).steps == (EDIT,)
    with pytest.raises(Refused, match="another tab"):
        rows.add(store, "7", name, {**EDIT, "cells": [[9, 9, "y"]]}, seen=0, clock=clock)
    assert rows.find(store, "8", name) is None, "nobody else's review"


def test_two_undos_at_once_are_one_and_later_ones_are_two(store):
    clock = Clock()
    name = rows.begin(store, "", ["/a"], "", clock=clock)
    for n in range(3):
        rows.add(store, "", name, {**EDIT, "cells": [[2, n + 1, "x"]]}, seen=n, clock=clock)
    rows.add(store, "", name, {"do": "undo"}, seen=3, clock=clock)
    rows.add(store, "", name, {"do": "undo"}, seen=4, clock=clock)
    assert len(rows.find(store, "", name).steps) == 4
    clock.time += timedelta(seconds=5)
    rows.add(store, "", name, {"do": "undo"}, seen=4, clock=clock)
    assert len(undoable(rows.find(store, "", name).steps)) == 1


def test_a_review_begun_without_an_account_goes_on_with_it(store):
    clock = Clock()
    name = rows.begin(store, "", ["/a"], "MLA", clock=clock)
    rows.add(store, "", name, EDIT, seen=0, clock=clock)
    rows.moved(store, "7", name)
    rows.moved(store, "7", name)
    assert rows.find(store, "7", name).steps == (EDIT,)


def test_what_was_chosen_for_columns_is_the_accounts_own_and_can_be_forgotten(store):
    clock, headers = Clock(), ["Código", "Nombre de Local"]
    rows.remember(store, "7", rows.digest(headers), {2: "store_name"}, clock=clock)
    assert rows.recall(store, "7", ["CODIGO", "nombre de local"]) == {2: "store_name"}
    assert rows.recall(store, "7", list(reversed(headers))) == {}
    assert rows.recall(store, "8", headers) == {}
    rows.remember(store, "7", rows.digest(headers), {}, clock=clock)
    assert rows.recall(store, "7", headers) == {}
    assert rows.digest(["", ""]) == "", "without headers nothing is alike"
