"""A payload's bytes come in; the mixed segments (numeric, alphanumeric, byte) with the fewest bits go out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

_RUNS = re.compile(rb"([0-9]+)|([A-Z $%*+\-./:]+)|([^0-9A-Z $%*+\-./:]+)")  # of bytes that the same modes can write
_SIXTH = 6  # costs are counted in sixths of a bit: a digit is 10/3, an alphanumeric character 11/2


class Mode(IntEnum):
    """Segment modes by their indicator (ISO/IEC 18004, table 2)."""

    NUMERIC = 1
    ALPHANUMERIC = 2
    BYTE = 4


_POSSIBLE = ((), tuple(Mode), (Mode.ALPHANUMERIC, Mode.BYTE), (Mode.BYTE,))  # by the group of a run
_COST = {Mode.NUMERIC: 20, Mode.ALPHANUMERIC: 33, Mode.BYTE: 48}
# Bits of the character count for versions 1-9, 10-26 and 27-40 (ISO/IEC 18004, table 3).
_COUNT_BITS = {Mode.NUMERIC: (10, 12, 14), Mode.ALPHANUMERIC: (9, 11, 13), Mode.BYTE: (8, 16, 16)}
VERSION_CLASSES = (range(1, 10), range(10, 27), range(27, 41))


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of bytes written in one mode."""

    mode: Mode
    content: bytes


def count_bits(mode: Mode, version_class: int) -> int:
    """Bits of the character count of a segment."""
    return _COUNT_BITS[mode][version_class]


def split(payload: bytes, version_class: int) -> tuple[tuple[Segment, ...], int]:
    """The cheapest segments and their bits, in a symbol whose version lies in `VERSION_CLASSES[version_class]`."""
    came, last, bits = _walked(payload, version_class)
    return _segments(payload, came, last), bits


@lru_cache(maxsize=256)  # a payload is measured for several levels, more than once, one after the other
def bits_of(payload: bytes, version_class: int) -> int:
    """The bits of the cheapest segments."""
    return _walked(payload, version_class)[2]


def _walked(payload: bytes, version_class: int) -> tuple[list[tuple[int, dict[Mode, Mode]]], Mode, int]:
    """Which mode each run follows in the cheapest way to each of its modes, the last mode, and the bits.

    Dynamic programming over runs of bytes of one kind: the cost of ending each prefix in each mode. A change of mode
    closes the segment (whole bits) and pays a new head; everything else follows from the smallest sum. Within a run no
    change pays: a byte costs 13 sixths more in another mode, and closing at another place saves less than 12.
    """
    head = {mode: (4 + _COUNT_BITS[mode][version_class]) * _SIXTH for mode in Mode}
    costs = dict(head)
    came: list[tuple[int, dict[Mode, Mode]]] = []
    for run in _RUNS.finditer(payload):
        before = min(costs, key=costs.__getitem__)  # the smallest sum stays the smallest when rounded up
        closed = -(-costs[before] // _SIXTH) * _SIXTH
        length = run.end() - run.start()
        step: dict[Mode, Mode] = {}
        after: dict[Mode, int] = {}
        for mode in _POSSIBLE[run.lastindex or 0]:
            fresh = closed + head[mode]
            stay = costs.get(mode, fresh + 1)
            step[mode], cost = (mode, stay) if stay <= fresh else (before, fresh)
            after[mode] = cost + length * _COST[mode]
        came.append((run.end(), step))
        costs = after
    last = min(costs, key=costs.__getitem__)
    return came, last, -(-costs[last] // _SIXTH)


def _segments(payload: bytes, came: list[tuple[int, dict[Mode, Mode]]], last: Mode) -> tuple[Segment, ...]:
    """Walk back from the end: where the mode before differs, a segment begins."""
    found: list[Segment] = []
    end, mode = len(payload), last
    for start, step in zip([0, *(end for end, _ in came)][-2::-1], (step for _, step in reversed(came)), strict=True):
        before = step[mode]
        if before != mode or not start:
            found.append(Segment(mode, payload[start:end]))
            end, mode = start, before
    return tuple(reversed(found))
