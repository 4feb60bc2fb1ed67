"""The lines of Hoy: never more than seven, the most urgent first, and each leads somewhere."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mpkit.i18n import words
from mpkit.jobs import Job
from mpkit.model import Account, Amount
from mpkit.pages.attention import Counts, lines
from mpkit.sales import Silences, SilentLine

ASKED = Account("1", "N", "MLA", test=True, amount=Amount.BUYER)
SILENT = SilentLine(
    "pos", "1", "Caja 1", "2", "Centro", datetime(2026, 3, 1, tzinfo=UTC), "UTC", 14.0, 28.0, 2.0, ("1",)
)
NONE = Silences("known")


def job(kind, state):
    return Job("a" * 32, "1", kind, "k", {}, state)


@given(
    st.builds(Counts, *[st.integers(0, 50)] * 4),
    st.integers(0, 30),
    st.lists(
        st.builds(job, st.sampled_from(["apply", "kit", "plan", "check"]), st.sampled_from(["running", "failed"])),
        max_size=9,
    ),
    st.integers(0, 9),
)
def test_at_most_seven_and_every_sentence_exists(counts, silent, unfinished, unexplained):
    found = lines(ASKED, counts, Silences("known", lines=(SILENT,) * silent), unfinished, unexplained)
    assert len(found) <= 7
    for line in found:
        assert line.key in words()
        assert line.press in words()


def test_nothing_to_do_is_no_line():
    assert lines(ASKED, Counts(5, 5, 5), NONE, [], 0) == []


def test_what_runs_or_failed_comes_first_then_silence_then_the_roll_out():
    found = lines(ASKED, Counts(9, 4, 1, 2), Silences("known", lines=(SILENT,)), [job("apply", "failed")], 3)
    assert [line.key for line in found] == [
        "today_failed_apply",
        "today_silent_pos",
        "today_to_create",
        "today_to_correct",
        "today_to_print",
        "today_unexplained",
    ]
    assert found[2].values == {"n": 5}


def test_the_amount_is_asked_only_where_there_is_something_to_create():
    nobody = Account("1", "N", "MLA", test=True)
    assert lines(nobody, Counts(3), NONE, [], 0)[0].key == "today_amount"
    assert lines(nobody, Counts(0), NONE, [], 0) == []
