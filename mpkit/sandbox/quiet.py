"""What of a chain does not sell as the rest: shops and shares go in, when each register is quiet, and why, comes out.

Registers that fall silent (some for good), slow ones of two sales a week, spare ones with somebody at them on busy days
only, shops of one season, shops closed for a week. All of it is known here: it is the truth an alarm is judged by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mpkit.sandbox.chain import Shop
from mpkit.sandbox.columns import Numbers
from mpkit.sandbox.dice import Dice

_DAY = 86_400
_WEEK = 7 * _DAY
_LATELY = 150 * _DAY  # falls and absences lie in these days before the birth of the world
_RECENT = 5 * _DAY  # and not in these
_KNOWN = 25 * _DAY  # a shop is so old before one of its registers falls silent
_FOR_GOOD = 0.6  # of the fallen; the others come back
_SLOW_A_DAY = 2 / 7
_STAFFED = 0.25  # of the days on which nobody must be at a spare register
_BUSY_DAYS = (4, 5)  # Friday, Saturday


@dataclass(frozen=True, slots=True)
class Quiet:
    """How much of a chain is special: shares of the registers (fallen, slow, spare), of the shops (seasonal, away)."""

    fallen: float = 0.0
    slow: float = 0.0
    spare: float = 0.0
    seasonal: float = 0.0
    away: float = 0.0


class Silence(NamedTuple):
    """A register without sales from `begin` to `end` (seconds since 1970; 0: until the world was born).

    `why` is fell, season, away or works: all but the first concern its whole shop.
    """

    pos: int
    store: str
    begin: int
    end: int
    why: str


class Hush:
    """When each register takes payments; registers by their place in `pos`, which is in order."""

    def __init__(self, shops: Sequence[Shop], now: int, quiet: Quiet | None = None) -> None:
        """Nothing is drawn yet; without `quiet` whoever draws says who is silent."""
        self.now, self.quiet = now, quiet
        self.pos: Numbers = np.array(sorted(pos for shop in shops for pos in shop.pos), dtype="i8")
        self.store = {pos: shop.store for shop in shops for pos in shop.pos}
        self.share: Numbers = np.ones(len(self.pos))  # of what would come to it
        self.slow: frozenset[int] = frozenset()
        self.spare: frozenset[int] = frozenset()
        self.silences: list[Silence] = []
        self._staffed: Numbers | None = None  # by register and days back
        self._spans: list[tuple[Numbers, Numbers]] = []  # begin and end by register, of shops and of registers

    def works(self, shop: Shop, begin: int, end: int) -> None:
        """A whole shop is shut for works: nobody comes in those days."""
        self.silences += [Silence(pos, shop.store, begin, end, "works") for pos in shop.pos]

    def silence(self, *more: Silence) -> None:
        """Registers that take nothing for a while, each at most once in one call."""
        begin, end = np.full((2, len(self.pos)), 2**40, dtype="i8")
        for each in more:
            place = int(np.searchsorted(self.pos, each.pos))
            begin[place], end[place] = each.begin, each.end or 2**40
        self._spans.append((begin, end))
        self.silences += more

    def takes(self, at: Numbers, pos: Numbers, back: Numbers, dice: Dice) -> Numbers:
        """Which of these payments the registers take: instants, registers and days before the birth of the world."""
        place = np.searchsorted(self.pos, pos)
        found: Numbers = np.ones(len(at), dtype=bool)
        if (self.share < 1).any():
            found &= dice.share(len(at)) < self.share[place]
        if self._staffed is not None:
            found &= self._staffed[place, back]
        for begin, end in self._spans:
            found &= (at < begin[place]) | (at >= end[place])
        return found

    def draw(self, shops: Sequence[Shop], quiet: Quiet, dice: Dice, expected: Numbers, weekdays: Numbers) -> None:
        """Choose who is special; `expected` are the sales a day that would come to each register."""
        luck = dice.share(len(self.pos))
        slow, spare = luck < quiet.slow, (luck >= quiet.slow) & (luck < quiet.slow + quiet.spare)
        self.slow, self.spare = (frozenset(self.pos[which].tolist()) for which in (slow, spare))
        self.share = np.where(slow, np.minimum(1.0, _SLOW_A_DAY / np.maximum(expected, 1e-9)), 1.0)
        busy = np.isin(weekdays, _BUSY_DAYS)[None, :]
        staffed = dice.share(len(self.pos) * len(weekdays)).reshape(len(self.pos), -1) < _STAFFED
        self._staffed = ~spare[:, None] | busy | staffed if spare.any() else None
        self.silence(*self._shut(shops, quiet, dice))
        opened = {pos: self.now - shop.opened * _DAY for shop in shops for pos in shop.pos}
        falls = dice.share(len(self.pos)) < quiet.fallen
        at = self.now - _RECENT - dice.below(len(self.pos), _LATELY - _RECENT)
        away = np.where(dice.share(len(self.pos)) < _FOR_GOOD, 0, 4 * _DAY + dice.below(len(self.pos), 21 * _DAY))
        self.silence(
            *(
                Silence(pos, self.store[pos], begin, begin + long if long and begin + long < self.now else 0, "fell")
                for pos, begin, long in zip(
                    self.pos[falls].tolist(), at[falls].tolist(), away[falls].tolist(), strict=True
                )
                if begin > opened[pos] + _KNOWN
            )
        )

    def _shut(self, shops: Sequence[Shop], quiet: Quiet, dice: Dice) -> Iterator[Silence]:
        """Shops of one season close to this day at some time of these months; others are away for a week."""
        luck, at = dice.share(len(shops)), dice.below(len(shops), _LATELY - _WEEK - _RECENT)
        for shop, chance, back in zip(shops, luck.tolist(), at.tolist(), strict=True):
            begin = self.now - _LATELY + back
            if chance < quiet.seasonal:
                yield from (Silence(pos, shop.store, begin, 0, "season") for pos in shop.pos)
            elif chance < quiet.seasonal + quiet.away:
                yield from (Silence(pos, shop.store, begin, begin + _WEEK, "away") for pos in shop.pos)


def of(silences: Iterable[Silence], pos: int, moment: int) -> Silence | None:
    """Why a register is quiet at a moment; None where it is not."""
    return next((s for s in silences if s.pos == pos and s.begin <= moment and (not s.end or moment < s.end)), None)
