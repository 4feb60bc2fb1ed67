"""How much each column is worth under each meaning comes in; the best assignment over all columns goes out.

The Hungarian method by shortest paths (Kuhn, Munkres, Jonker, Volgenant): tens of meanings, at most 256 columns.
"""

from __future__ import annotations

from collections.abc import Sequence

_FAR = float("inf")


def best(gains: Sequence[Sequence[float]]) -> list[int]:
    """For each row of `gains` the column it gets, -1 for none: each column once, the sum as high as can be.

    Gains of nothing or less are never taken.
    """
    if not gains or not gains[0]:
        return [-1] * len(gains)
    search = _Search(gains)
    for row in range(1, len(gains) + 1):
        search.place(row)
    return search.found()


class _Search:
    """Rows and columns count from 1; the columns beyond the last let each row stay alone, at no cost."""

    def __init__(self, gains: Sequence[Sequence[float]]) -> None:
        self.gains, self.columns = gains, len(gains[0])
        self.width = self.columns + len(gains)
        self.of_row, self.of_column = [0.0] * (len(gains) + 1), [0.0] * (self.width + 1)  # the potentials
        self.owner, self.way = [0] * (self.width + 1), [0] * (self.width + 1)

    def cost(self, row: int, column: int) -> float:
        """What is lost by this pair, less the potentials of both."""
        own = -self.gains[row - 1][column - 1] if column <= self.columns else 0.0
        return own - self.of_row[row] - self.of_column[column]

    def place(self, row: int) -> None:
        """Give the row its column; those before it may have to move."""
        self.owner[0], here = row, 0
        least, seen = [_FAR] * (self.width + 1), [False] * (self.width + 1)
        while self.owner[here]:
            seen[here] = True
            here = self._step(here, least, seen)
        while here:
            self.owner[here], here = self.owner[self.way[here]], self.way[here]

    def _step(self, here: int, least: list[float], seen: list[bool]) -> int:
        """The nearest column not yet seen; the potentials follow."""
        unseen = [column for column in range(1, self.width + 1) if not seen[column]]
        for column in unseen:
            cost = self.cost(self.owner[here], column)
            if cost < least[column]:
                least[column], self.way[column] = cost, here
        nearest = min(unseen, key=lambda column: least[column])
        by = least[nearest]
        for column in range(self.width + 1):
            if seen[column]:
                self.of_row[self.owner[column]] += by
                self.of_column[column] -= by
            else:
                least[column] -= by
        return nearest

    def found(self) -> list[int]:
        """The column of each row, from 0."""
        result = [-1] * len(self.gains)
        for column in range(1, self.columns + 1):
            row = self.owner[column]
            if row and self.gains[row - 1][column - 1] > 0:
                result[row - 1] = column - 1
        return result
