"""Candidate symbols come in, a line of modules packed into words; the penalty of each goes out (ISO/IEC 18004, 7.8.3).

The rules are read as the library reads them. A line is `words` unsigned 64-bit numbers, module 0 the lowest bit of the
first: a whole line is compared with itself, shifted, in one step. Shapes: symbols, masks, lines, words.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.bool_]
Lines = npt.NDArray[np.uint64]
Points = npt.NDArray[np.int64]
_WORD = 64
# What looks like a finder with its light side, from either end; True is dark.
_FINDER = (True, False, True, True, True, False, True, False, False, False, False)


def packed(matrices: Matrix) -> Lines:
    """Boolean lines (the last axis) as words."""
    side = matrices.shape[-1]
    words = -(-side // _WORD)
    octets = np.zeros((*matrices.shape[:-1], words * 8), np.uint8)
    found = np.packbits(matrices, axis=-1, bitorder="little")
    octets[..., : found.shape[-1]] = found
    return octets.view("<u8").astype(np.uint64, copy=False)


def lost_points(rows: Lines, columns: Lines, side: int) -> Points:
    """The penalty of each candidate, its lines given row by row and column by column."""
    lost = _of_lines(rows, side) + _of_lines(columns, side)
    same = _alike(rows, side)
    below = ~(rows[..., 1:, :] ^ rows[..., :-1, :])
    lost += 3 * _counted(same[..., 1:, :] & same[..., :-1, :] & below)
    dark = _counted(rows)
    shares = dark.astype(np.float64) / (side * side) * 100
    return lost + 10 * (np.abs(shares - 50) / 5).astype(np.int64)


def _of_lines(lines: Lines, side: int) -> Points:
    """Runs of five and more cost their length less two (windows of five they hold, plus two); false finders 40."""
    same = _alike(lines, side)
    windows = same & _from(same, 1) & _from(same, 2) & _from(same, 3)
    begins = windows & ~_before(windows)
    finders = _finders(lines) & _within(side - len(_FINDER) + 1, side)
    return _counted(windows) + 2 * _counted(begins) + 40 * _counted(finders)


def _alike(lines: Lines, side: int) -> Lines:
    """Modules that have the colour of the next one of their line."""
    return ~(lines ^ _from(lines, 1)) & _within(side - 1, side)


def _finders(lines: Lines) -> Lines:
    """Where a false finder begins, from either end; no line is both at one place."""
    seen = [lines, *(_from(lines, shift) for shift in range(1, len(_FINDER)))]
    one = other = np.full((), ~np.uint64(0))
    for modules, dark, back in zip(seen, _FINDER, reversed(_FINDER), strict=True):
        light = ~modules
        one = one & (modules if dark else light)
        other = other & (modules if back else light)
    return one | other


def _from(lines: Lines, shift: int) -> Lines:
    """Each line from its module `shift` on."""
    moved = lines >> np.uint64(shift)
    if lines.shape[-1] > 1:
        moved[..., :-1] |= lines[..., 1:] << np.uint64(_WORD - shift)
    return moved


def _before(lines: Lines) -> Lines:
    """Each line one module later: bit i is module i - 1."""
    moved = lines << np.uint64(1)
    if lines.shape[-1] > 1:
        moved[..., 1:] |= lines[..., :-1] >> np.uint64(_WORD - 1)
    return moved


@cache
def _within(modules: int, side: int) -> Lines:
    """The first `modules` of a line."""
    line = np.zeros(side, np.bool_)
    line[:modules] = True
    return packed(line)


def _counted(found: Lines) -> Points:
    """How many bits are set in each candidate."""
    counts: Points = np.bitwise_count(found).sum(axis=(-2, -1), dtype=np.int64)
    return counts
