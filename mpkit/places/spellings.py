"""The names of one state, or of all, become an index: a misspelt text goes in, what it may mean comes out, ranked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from heapq import nlargest
from itertools import pairwise
from math import inf
from typing import NamedTuple

from mpkit.places import names
from mpkit.places.atlas import Place

_SPEAKING = 4  # letters a part of a name has at least
_ALIKE, _WHOLE = 0.4, 0.7  # of their pairs of sounds two names share that may be one, or one inside the other
_LOOKED_AT = 12  # names measured letter by letter: those that share most pairs of sounds with the text
_INSIDE, _LONGER, _SHORTER = 0.75, 0.05, 0.1  # one name stands in the other; and for each word that is too much
_BEGUN, _WRITTEN_OUT, _BESIDE = 0.3, 0.1, 0.2  # words only begun; abbreviations; another name of the place
_BARE = 0.2  # without the words before and after that are no part of a name
_BEFORE = re.compile(
    r"(?:(?:la )?(?:ciudad|cidade|municipio|municipalidad|mpio|muni|comuna|distrito|localidad|loc|partido|pdo|alcaldia"
    r"|delegacion|del|cercado|area metropolitana|town|city)(?: autonoma)? "
    r"(?:(?:de|del|do|da|of) (?:la |los |las |el )?)?)"
)
_AFTER = re.compile(r"(?: (?:centro|capital|ciudad|cidade|city|cap|norte|sur|sul|este|leste|oeste|downtown))+$")


class Hit(NamedTuple):
    """A place a text may mean; `cost` is how much is wrong with the text then: about 1 for a wrong letter."""

    cost: float
    place: Place


class Spellings:
    """The folded names of some places, and what else these are called."""

    def __init__(self, places: Iterable[Place], *, portuguese: bool = False) -> None:
        self.spelling: set[str] = set()
        self.by_fold: dict[str, list[Place]] = {}
        self.portuguese = portuguese
        for place in places:
            self.spelling.add(place.city)
            self.by_fold.setdefault(names.fold(place.city), []).append(place)
        self.beside: dict[str, list[Place]] = {}  # folded other name → its places
        self._pairs: dict[str, list[str]] = {}
        self._sizes: dict[str, int] = {}
        self._initials: dict[str, list[str]] = {}

    def add(self, other: str, place: Place) -> None:
        """Another name of a place; before the first `ranked`."""
        folded = names.fold(other)
        if folded and folded not in self.by_fold and place not in self.beside.get(folded, ()):
            self.beside.setdefault(folded, []).append(place)

    def ranked(self, folded: str, most: float) -> list[Hit]:
        """The places a folded text may mean at a cost of at most `most`, the likeliest first."""
        if not self._sizes:
            self._index()
        best: dict[tuple[str, str], Hit] = {}
        for text, extra in self._readings(folded):
            for name in self._candidates(text):
                cost = extra + _cost(text, name, most - extra)
                inside = extra + _inside(text, name)
                known = [Hit(min(cost, inside), place) for place in self.by_fold.get(name, ())]
                for hit in (*known, *(Hit(cost + _BESIDE, place) for place in self.beside.get(name, ()))):
                    key = hit.place.state, hit.place.city
                    if hit.cost <= most and (key not in best or hit.cost < best[key].cost):
                        best[key] = hit
        return sorted(best.values(), key=lambda hit: (round(hit.cost, 1), -hit.place.people, hit.place.city))

    def _readings(self, folded: str) -> Iterable[tuple[str, float]]:
        """The text as it is, written out, and without what is no part of a name; each with what it costs."""
        found = {folded: 0.0}
        full = names.spelt_out(folded, portuguese=self.portuguese)
        found.setdefault(full, _WRITTEN_OUT)
        bare = _AFTER.sub("", _BEFORE.sub("", full, count=1) if _BEFORE.match(full) else full)
        if len(bare) >= _SPEAKING:
            found.setdefault(bare, _BARE)
        return found.items()

    def _index(self) -> None:
        for name in (*self.by_fold, *self.beside):
            pairs = _pairs(name)
            self._sizes[name] = len(pairs)
            for pair in pairs:
                self._pairs.setdefault(pair, []).append(name)
            self._initials.setdefault(names.initials(name), []).append(name)

    def _candidates(self, text: str) -> list[str]:
        """The names worth measuring: those that share most pairs of sounds, and those the text may abbreviate."""
        pairs = _pairs(text)
        shared: Counter[str] = Counter()
        for pair in pairs:
            shared.update(self._pairs.get(pair, ()))
        if text in self._sizes:
            shared[text] += 1
        alike: list[tuple[float, str]] = []
        inside: list[tuple[float, str]] = []
        many, sizes = len(pairs), self._sizes
        for name, both in shared.items():
            size = sizes[name]
            if (share := 2 * both / (many + size)) >= _ALIKE:
                alike.append((share, name))
            # A short text stands whole in a long name, and the other way round: all of the shorter one's pairs.
            elif (part := both / min(many, size)) >= _WHOLE:
                inside.append((part, name))
        found = [name for _, name in (*nlargest(_LOOKED_AT, alike), *nlargest(_LOOKED_AT, inside))]
        begun = self._initials.get(names.initials(text), ()) if " " in text else ()
        return list(dict.fromkeys([*found, *(name for name in begun if names.abbreviates(text, name))]))


def _cost(text: str, name: str, most: float) -> float:
    """How much is wrong with a text that means a name."""
    begun = _BEGUN + (0.0 if names.abbreviates(text, name) else names.shortened(text, name, most))
    return min(names.apart(text, name, most), begun)


def _inside(text: str, name: str) -> float:
    """What it costs that one of the two stands in the other, with words before or after it."""
    short, long = sorted((text, name), key=len)
    if text == name or len(short) < _SPEAKING or not names.holds(long, short):
        return inf
    words = len(long.split()) - len(short.split())
    return _INSIDE + words * (_LONGER if long is text else _SHORTER)


def _pairs(folded: str) -> set[str]:
    """The neighbouring sounds of a name, its ends marked."""
    return {a + b for a, b in pairwise(f"^{names.sounds(folded)}$")}
