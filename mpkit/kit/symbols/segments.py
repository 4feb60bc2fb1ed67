"""A payload's bytes come in; the mixed segments (numeric, alphanumeric, byte) with the fewest bits go out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from operator import itemgetter

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
_Costs = tuple[tuple[Mode, int], ...]  # of a way that ends in each mode, in the order of modes
_Step = Mapping[Mode, Mode]
_cost = itemgetter(1)


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


def _walked(payload: bytes, version_class: int) -> tuple[list[tuple[int, _Step]], Mode, int]:
    """Which mode each run follows in the cheapest way to each of its modes, the last mode, and the bits.

    Dynamic programming over runs of bytes of one kind: the cost of ending each prefix in each mode. A change of mode
    closes the segment (whole bits) and pays a new head; everything else follows from the smallest sum. Within a run no
    change pays: a byte costs 13 sixths more in another mode, and closing at another place saves less than 12.
    """
    costs: _Costs = tuple((mode, (4 + _COUNT_BITS[mode][version_class]) * _SIXTH) for mode in Mode)
    came: list[tuple[int, _Step]] = []
    bits = start = 0
    for run in _RUNS.finditer(payload):
        end = run.end()
        step, costs, whole = _through(costs, run.lastindex or 0, end - start, version_class)
        came.append((end, step))
        bits, start = bits + whole, end
    last, cost = min(costs, key=_cost)
    return came, last, bits - (-cost // _SIXTH)


@lru_cache(maxsize=1024)  # what differs between two ways is soon the same again: a hundred serve a chain
def _through(costs: _Costs, group: int, length: int, version_class: int) -> tuple[_Step, _Costs, int]:
    """One run further: the mode before each of its modes, their costs, and the whole bits taken out of these."""
    before, least = min(costs, key=_cost)  # the smallest sum stays the smallest when rounded up
    closed, known = -(-least // _SIXTH) * _SIXTH, dict(costs)
    step: dict[Mode, Mode] = {}
    after: list[tuple[Mode, int]] = []
    for mode in _POSSIBLE[group]:
        fresh = closed + (4 + _COUNT_BITS[mode][version_class]) * _SIXTH
        stay = known.get(mode, fresh + 1)
        step[mode], cost = (mode, stay) if stay <= fresh else (before, fresh)
        after.append((mode, cost + length * _COST[mode]))
    whole = min(cost for _, cost in after) // _SIXTH
    return step, tuple((mode, cost - whole * _SIXTH) for mode, cost in after), whole


def _segments(payload: bytes, came: list[tuple[int, _Step]], last: Mode) -> tuple[Segment, ...]:
    """Walk back from the end: where the mode before differs, a segment begins."""
    found: list[Segment] = []
    end, mode = len(payload), last
    for start, step in zip([0, *(end for end, _ in came)][-2::-1], (step for _, step in reversed(came)), strict=True):
        before = step[mode]
        if before != mode or not start:
            found.append(Segment(mode, payload[start:end]))
            end, mode = start, before
    return tuple(reversed(found))
