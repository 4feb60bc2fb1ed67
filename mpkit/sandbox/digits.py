"""Numbers, amounts and dates of many payments as text: columns go in, bytes and where in them each text lies go out.

A number stands at the right of its field, so that a field is as wide for all rows and can be written for all at once;
each text begins where its own digits do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mpkit.sandbox.columns import Numbers

_CELL = 4  # bytes written at once
_BASE = 10**_CELL
_SECONDS = 86_400
_WEST = 4 * 3600  # payment dates are told four hours behind UTC, whatever the site


def _cells(texts: Sequence[str]) -> Numbers:
    """Texts of equal length, a multiple of four, as rows of cells."""
    return np.frombuffer("".join(texts).encode(), dtype="u4").reshape(len(texts), -1)


_FOUR = _cells([f"{n:04d}" for n in range(_BASE)])[:, 0]
_LONG = [  # how long a number is whose first digits these are, by the cells that follow; 0 says nothing
    np.array([0, *(len(str(n)) + cells * _CELL for n in range(1, _BASE))], dtype="i4") for cells in range(5)
]
_CENTS = ["", *(f".{n:02d}".rstrip("0") for n in range(1, 100))]
_CENT = _cells([f"{text:4}" for text in _CENTS])[:, 0]
_CENT_LONG = np.array([len(text) for text in _CENTS], dtype="i4")
_TIMES = _cells([f"{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}" for n in range(_SECONDS)])
_ZONE = _cells(['.000-04:00" '])[0]
_DATE = 8  # cells of a date, the last byte unused
_DAYS = _cells([f'"{day}T' for day in np.arange("1970-01-01", "2200-01-01", dtype="M8[D]")])


class Fields(NamedTuple):
    """Texts beside one another: that of a field and a row lies from `begins[field, row]` to `ends[field, row]`."""

    text: Numbers
    begins: Numbers
    ends: Numbers


class _Digits(NamedTuple):
    """Numbers as text: cells with zeros before each, and how many digits it has."""

    text: Numbers
    long: Numbers


def fields(numbers: Numbers, amounts: Numbers, dates: Numbers, padded: Sequence[tuple[int, int]]) -> Fields:
    """A field for each line of whole numbers, of hundredths and of seconds since 1970, in this order.

    A line has a column for each payment; nothing is below zero. Amounts are JSON numbers, dates JSON texts. At the end
    comes a field for each pair in `padded`: a line of the numbers, with zeros before it up to so many digits.
    """
    tops = [_cells_for(int(top)) for top in numbers.max(axis=1, initial=0)]
    count, longs = numbers.shape[1], np.empty(numbers.shape, dtype="i4")
    whole = dict[int, Numbers]()
    for cells in sorted(set(tops)):
        which = [n for n, top in enumerate(tops) if top == cells]
        found = _digits(numbers[which], cells)
        longs[which] = found.long
        whole |= dict(zip(which, found.text, strict=True))
    ordered = [whole[n] for n in range(len(numbers))]
    units = amounts // 100
    cents = amounts - units * 100
    cells = _cells_for(int(units.max(initial=0)))
    paid = _digits(units, cells, room=1)
    paid.text[:, :, cells] = _CENT[cents]
    filled = [_filled(ordered[line], width) for line, width in padded]
    everything = [*ordered, *paid.text, *_dated(dates), *filled]
    wide = np.array([each.shape[1] for each in everything], dtype="i4") * _CELL
    starts = np.cumsum(wide * count, dtype="i4") - wide * count
    ends = starts[:, None] + wide[:, None] * np.arange(1, count + 1, dtype="i4")
    begins = ends.copy()
    at = len(numbers) + len(amounts)
    begins[: len(numbers)] -= longs
    begins[len(numbers) : at] -= paid.long + _CELL
    ends[len(numbers) : at] -= _CELL - _CENT_LONG[cents]
    begins[at : at + len(dates)] -= _DATE * _CELL
    ends[at : at + len(dates)] -= 1
    for n, (line, width) in enumerate(padded, at + len(dates)):
        begins[n] -= np.maximum(longs[line], width)
    return Fields(np.concatenate([each.reshape(-1) for each in everything]).view("u1"), begins, ends)


def _cells_for(top: int) -> int:
    return -(-len(str(top)) // _CELL)


def _digits(values: Numbers, cells: int, room: int = 0) -> _Digits:
    """Numbers that fit into so many cells; `room` are cells left free behind each."""
    if cells < 3:  # fits, and is divided faster
        values = values.astype("u4")
    text = np.empty((*values.shape, cells + room), dtype="u4")
    long = np.ones(values.shape, dtype="i4")
    for n in range(cells):
        rest = values // _BASE
        low = values - rest * _BASE
        text[..., cells - 1 - n] = _FOUR.take(low)
        np.maximum(long, _LONG[n].take(low), out=long)
        values = rest
    return _Digits(text, long)


def _filled(text: Numbers, width: int) -> Numbers:
    """Numbers with cells of zeros before them, enough for so many digits."""
    more = max(0, -(-width // _CELL) - text.shape[1])
    return np.concatenate([np.full((len(text), more), _FOUR[0]), text], axis=1) if more else text


def _dated(dates: Numbers) -> Numbers:
    """Dates as JSON texts, and one byte that is none of it."""
    there = dates - _WEST
    days = there // _SECONDS
    text = np.empty((*dates.shape, _DATE), dtype="u4")
    text[..., :3], text[..., 3:5] = _DAYS.take(days, axis=0), _TIMES.take(there - days * _SECONDS, axis=0)
    text[..., 5:] = _ZONE
    return text


def serials(prefix: str, width: int, numbers: Numbers) -> list[bytes]:
    """JSON texts of a prefix and numbers with zeros before them; none has more digits than `width`."""
    before = f'"{prefix}'.encode()
    digits = _digits(numbers, _cells_for(10**width - 1)).text.view("u1")
    text = np.empty((len(numbers), len(before) + width + 1), dtype="u1")
    text[:, : len(before)], text[:, -1] = np.frombuffer(before, dtype="u1"), ord('"')
    text[:, len(before) : -1] = digits[:, -width:]
    found: list[bytes] = text.view(f"S{text.shape[1]}").ravel().tolist()
    return found
