"""Which stretches are read, cut and covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mpkit.sales.freshness import judge
from mpkit.sales.windows import CREATED, LONGEST, REACH, SECOND, SLICE, UPDATED, Window, covered, gaps, halves, sliced

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def made(kind: str, begin: float, end: float, *, done: bool = True, anchor: float = 0) -> Window:
    """A window from and to days before now."""
    day = timedelta(days=1)
    return Window(kind, NOW - begin * day, NOW - end * day, NOW - anchor * day, NOW if done else None)


def test_the_first_import_goes_by_months_newest_first_and_leaves_no_gap() -> None:
    found = sliced(CREATED, NOW - REACH, NOW, NOW)
    assert found[0].end == NOW
    assert found[-1].begin == NOW - REACH
    assert all(newer.begin == older.end for newer, older in pairwise(found))
    assert all(window.end - window.begin <= SLICE for window in found)
    assert all(window.end - window.begin <= LONGEST for window in sliced(UPDATED, NOW - REACH, NOW, NOW))


def test_halves_meet_on_a_whole_second_and_end_at_one() -> None:
    window = Window(CREATED, NOW, NOW + SECOND * 2, NOW)
    parts = halves(window)
    assert parts is not None
    assert (parts[0].end, parts[1].begin) == (NOW + SECOND, NOW + SECOND)
    assert halves(parts[0]) is None
    assert halves(Window(CREATED, NOW, NOW, NOW)) is None


def test_gaps_are_found_wherever_they_are() -> None:
    windows = [made(CREATED, 100, 60), made(CREATED, 60, 30), made(CREATED, 20, 10), made(CREATED, 10, 5, done=False)]
    day = timedelta(days=1)
    assert gaps(NOW - 120 * day, NOW, windows) == [
        (NOW - 120 * day, NOW - 100 * day),
        (NOW - 30 * day, NOW - 20 * day),
        (NOW - 10 * day, NOW),
    ]
    assert len(covered(windows)) == 2


def test_nothing_is_promised_that_was_not_read() -> None:
    assert judge([]).as_of is None
    importing = judge([made(CREATED, 30, 0), made(CREATED, 60, 30, done=False)])
    assert (importing.as_of, importing.importing, importing.windows_left) == (NOW, True, 1)
    assert importing.since == NOW - timedelta(days=30)
    # changes are known from the import on only as far as they follow without a gap
    import_then = made(CREATED, 60, 5, anchor=5)
    assert judge([import_then]).as_of == NOW - timedelta(days=5)
    assert judge([import_then, made(UPDATED, 6, 2)]).as_of == NOW - timedelta(days=2)
    assert judge([import_then, made(UPDATED, 3, 0)]).as_of == NOW - timedelta(days=5)
    # a later run read newer payments; what became of the older ones since is not known
    assert judge([made(CREATED, 60, 5, anchor=5), made(CREATED, 5, 1, anchor=1)]).as_of == NOW - timedelta(days=5)
    # days named in the past say nothing about today
    assert judge([made(CREATED, 60, 30, anchor=0)]).as_of == NOW - timedelta(days=30)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=12))
def test_covered_and_gaps_make_the_whole(parts: list[tuple[int, int]]) -> None:
    windows = [made(CREATED, begin + length, begin) for begin, length in parts]
    begin, end = NOW - timedelta(days=80), NOW
    missing = gaps(begin, end, windows)
    whole = [*windows, *(replace(windows[0], begin=a, end=b) for a, b in missing)] if windows else []
    if windows:
        assert gaps(begin, end, whole) == []
        length = sum((b - a for a, b in covered(windows)), timedelta())
        assert length + sum((b - a for a, b in missing), timedelta()) == end - begin
    else:
        assert missing == [(begin, end)]
