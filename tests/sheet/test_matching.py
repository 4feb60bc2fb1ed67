"""The best assignment over all columns against trying every one."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from mpkit.sheet.matching import best

GAINS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(-3, 9), min_size=width, max_size=width), min_size=1, max_size=4)
)


def tried(gains):
    """The highest sum: rows padded with columns that are worth nothing."""
    rows, width = len(gains), len(gains[0])
    padded = [[max(gain, 0) for gain in row] + [0] * rows for row in gains]
    return max(sum(padded[r][c] for r, c in enumerate(order)) for order in permutations(range(width + rows), rows))


@given(GAINS)
def test_no_other_assignment_is_better(gains):
    found = best(gains)
    taken = [column for column in found if column >= 0]
    assert len(set(taken)) == len(taken)
    assert sum(gains[row][column] for row, column in enumerate(found) if column >= 0) == tried(gains)


def test_nothing_of_nothing():
    assert best([]) == []
    assert best([[], []]) == [-1, -1]


def test_two_good_fits_before_one_perfect_one():
    assert best([[1.0, 0.9], [0.9, 0.1]]) == [1, 0]
