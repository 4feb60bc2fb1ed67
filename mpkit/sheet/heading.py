"""The rows of a sheet come in, where its header stands goes out: anywhere on top, over two rows, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mpkit.places.names import fold
from mpkit.sheet.header import OVER, scores
from mpkit.sheet.text import tidy

FIRST_ROWS = 30
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_LONGEST = 45  # characters: a longer cell is a sentence, not a header
_SURE = 0.7
_TWO = 2
Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """`row` (from 1, 0: none) is the last row of the header; `names` are its cells, of two rows joined by `OVER`."""

    row: int
    names: tuple[str, ...]


def find(rows: Sequence[Row], told: int | None = None) -> Heading:
    """The header of a sheet; `told` is the row somebody says it stands in."""
    row = find_row(rows) if told is None else told
    if not row:
        return Heading(0, ())
    names = [tidy(cell) for cell in rows[row - 1]]
    if told is None and row < len(rows) and _is_lower(rows[row - 1], rows[row]):
        return Heading(row + 1, _joined(rows[row - 1], rows[row]))
    if row > 1 and _is_upper(rows[row - 2], rows[row - 1]):
        return Heading(row, _joined(rows[row - 2], rows[row - 1]))
    return Heading(row, tuple(names))


def find_row(rows: Sequence[Row]) -> int:
    """The row (from 1) the headers stand in, 0 where the file has none."""
    best, best_score = 0, 0.0
    for number, row in enumerate(rows[:FIRST_ROWS], start=1):
        cells = [cell for cell in row if cell.strip()]
        known = _known(cells)
        data = sum(1 for cell in cells if NUMBER.fullmatch(cell.strip()))
        score = known - 2.0 * data
        if score > best_score and (known > 1 or (known == 1 and len(cells) <= _TWO)):
            best, best_score = number, score
    return best or _unknown_header(rows)


def repeats(heading: Heading, row: Row) -> bool:
    """Whether a record says the header again."""
    said = [(fold(lower(name)), fold(cell)) for name, cell in zip(heading.names, row, strict=False)]
    filled = [(name, cell) for name, cell in said if cell]
    return len(filled) >= _TWO and all(name == cell for name, cell in filled)


def lower(name: str) -> str:
    """What the lower row of a header says of a name."""
    return name.rpartition(OVER)[2]


def _known(cells: Row) -> int:
    """How many cells are words of headers."""
    return sum(max(scores(cell).values(), default=0.0) >= _SURE for cell in cells)


def _is_of_branches(cell: str) -> bool:
    """Whether a cell is a word of a header we know, and of something a list of branches is about."""
    return max((score for meaning, score in scores(cell).items() if meaning != "ignore"), default=0.0) >= _SURE


def _is_text(row: Row) -> bool:
    """Whether a row holds short texts only, none of them with a digit."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return bool(cells) and not any(has_digit(cell) or len(cell) > _LONGEST for cell in cells)


def _is_lower(header: Row, below: Row) -> bool:
    """Whether the row under the header says more of some of its columns: known words under few titles over several."""
    cells = [cell for cell in below if cell.strip()]
    gaps = sum(1 for c, cell in enumerate(below) if cell.strip() and not (c < len(header) and header[c].strip()))
    return bool(gaps) and _is_text(below) and len(cells) >= _TWO and _known(cells) == len(cells)


def _is_upper(above: Row, header: Row) -> bool:
    """Whether the row above the header holds titles of several columns each: some, short, and fewer than below."""
    titles = [c for c, cell in enumerate(above) if cell.strip()]
    if len(titles) < _TWO or not _is_text(above) or any(":" in above[c] for c in titles):
        return False
    below = [c for c, cell in enumerate(header) if cell.strip()]
    spans = sum(1 for c, after in zip(titles, [*titles[1:], len(header)], strict=True) if after - c >= _TWO)
    telling = 2 * sum(_is_of_branches(above[c]) for c in titles) > len(titles)
    return telling and titles[-1] < len(header) and len(titles) < len(set(below) | set(titles)) and spans > 0


def _joined(above: Row, below: Row) -> tuple[str, ...]:
    """One name a column: a title over several columns is said before each, one over a single column alone."""
    names: list[str] = []
    title = ""
    for c in range(max(len(above), len(below))):
        upper, lower = (tidy(row[c]) if c < len(row) else "" for row in (above, below))
        title = upper or (title if lower else "")
        names.append(f"{title}{OVER}{lower}" if title and lower else title or lower)
    return tuple(names)


def _unknown_header(rows: Sequence[Row]) -> int:
    """A first row of different texts above a column of numbers or codes is a header, whatever its words."""
    filled = [(number, row) for number, row in enumerate(rows[:FIRST_ROWS], start=1) if any(c.strip() for c in row)]
    if len(filled) < 3:  # noqa: PLR2004 - one record cannot show what the columns hold
        return 0
    number, first = filled[0]
    texts = [cell.strip() for cell in first if cell.strip()]
    if len(set(texts)) != len(texts) or any(NUMBER.fullmatch(text) or len(text) > _LONGEST for text in texts):
        return 0
    below = [row for _, row in filled[1:]]
    for c, cell in enumerate(first):
        values = [row[c].strip() for row in below if c < len(row) and row[c].strip()]
        if cell.strip() and values and not has_digit(cell) and all(map(has_digit, values)):
            return number
    return 0


def has_digit(text: str) -> bool:
    """Whether any character is a digit."""
    return any(c.isdigit() for c in text)
