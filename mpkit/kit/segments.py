"""A payload's bytes come in; the mixed segments (numeric, alphanumeric, byte) with the fewest bits go out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

_ALPHANUMERIC = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
_DIGITS = frozenset(b"0123456789")
_SIXTH = 6  # costs are counted in sixths of a bit: a digit is 10/3, an alphanumeric character 11/2


class Mode(IntEnum):
    """Segment modes by their indicator (ISO/IEC 18004, table 2)."""

    NUMERIC = 1
    ALPHANUMERIC = 2
    BYTE = 4


_POSSIBLE = tuple(
    tuple(Mode) if byte in _DIGITS else (Mode.ALPHANUMERIC, Mode.BYTE) if byte in _ALPHANUMERIC else (Mode.BYTE,)
    for byte in range(256)
)
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


@lru_cache(maxsize=8192)  # each payload is asked for three times: judged, measured, drawn
def split(payload: bytes, version_class: int) -> tuple[tuple[Segment, ...], int]:
    """The cheapest segments and their bits, in a symbol whose version lies in `VERSION_CLASSES[version_class]`.

    Dynamic programming over bytes: the cost of ending each prefix in each mode. A change of mode closes the segment
    (whole bits) and pays a new head; everything else follows from the smallest sum.
    """
    head = {mode: (4 + _COUNT_BITS[mode][version_class]) * _SIXTH for mode in Mode}
    costs = dict(head)
    came: list[dict[Mode, Mode]] = []
    for byte in payload:
        before = min(costs, key=costs.__getitem__)  # the smallest sum stays the smallest when rounded up
        closed = -(-costs[before] // _SIXTH) * _SIXTH
        step: dict[Mode, Mode] = {}
        after: dict[Mode, int] = {}
        for mode in _POSSIBLE[byte]:
            fresh = closed + head[mode]
            stay = costs.get(mode, fresh + 1)
            step[mode], cost = (mode, stay) if stay <= fresh else (before, fresh)
            after[mode] = cost + _COST[mode]
        came.append(step)
        costs = after
    last = min(costs, key=costs.__getitem__)
    return _segments(payload, came, last), -(-costs[last] // _SIXTH)


def _segments(payload: bytes, came: list[dict[Mode, Mode]], last: Mode) -> tuple[Segment, ...]:
    """Walk back from the end: where the mode before differs, a segment begins."""
    modes: list[Mode] = []
    mode = last
    for step in reversed(came):
        modes.append(mode)
        mode = step[mode]
    modes.reverse()
    found: list[Segment] = []
    start = 0
    for at in range(1, len(modes) + 1):
        if at == len(modes) or modes[at] != modes[start]:
            found.append(Segment(modes[start], payload[start:at]))
            start = at
    return tuple(found)
