"""Draws for whole columns: a seed goes in, arrays of numbers come out, the same on every machine.

Only the raw stream of Philox (which numpy promises to keep), whole numbers, sums and products: no logarithm or root,
whose last digit differs between processors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Share = npt.NDArray[np.float64]


class Dice:
    """One stream of draws."""

    def __init__(self, seed: str) -> None:
        self._bits = np.random.Philox(key=int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=16).digest()))

    def share(self, count: int) -> Share:
        """Numbers from 0 up to but not 1."""
        found: Share = (self._raw(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return found

    def below(self, count: int, most: int) -> Whole:
        """Whole numbers from 0 up to but not `most`, which is at most 2^32."""
        found: Whole = ((self._raw(count) >> np.uint64(32)) * np.uint64(most) >> np.uint64(32)).astype(np.int64)
        return found

    def pick(self, count: int, weights: Sequence[float] | Share) -> Whole:
        """Places in `weights`, each as often as its weight."""
        totals = np.cumsum(np.asarray(weights, dtype=np.float64))
        found: Whole = np.searchsorted(totals, self.share(count) * totals[-1], side="right").astype(np.int64)
        return found

    def _raw(self, count: int) -> npt.NDArray[np.uint64]:
        raw: npt.NDArray[np.uint64] = self._bits.random_raw(count)
        return raw
