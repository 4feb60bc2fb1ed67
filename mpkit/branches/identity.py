"""Branches of files and branches of before come in; who is the same shop goes out, or that somebody must say.

By id first: our own, then the merchant's. What is left is compared by address, place and name, each a witness:
- sure (`SURE` and clearly better than any other, both ways): the same shop;
- likely, or one strong witness alone (the same address, or a name no other shop has, in the same city): somebody says;
- else another shop.
Two different ids of the merchant's own contradict likeness: then even a sure one is asked about.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from mpkit.model import Branch
from mpkit.places.atlas import kilometres
from mpkit.places.names import fold

SURE, LIKELY, APART = 0.8, 0.55, 0.12
_ADDRESS, _POINT, _NAME = 0.4, 0.25, 0.35
_NEAR_KM, _AROUND_KM = 0.15, 1.0
_CELL = 0.01  # degrees, about a kilometre: how wide shops are looked for
_CROWD = 60  # shops in one such square, or of one name in a city, tell nothing of who is who
_SPELT = 0.82  # streets written that much alike are one street
_FIGURE = re.compile(r"\d").search
_NO_NUMBER = frozenset({"", "s n", "sn", "0"})


_Called = tuple[tuple[str, ...], str]  # city and name
Question = Callable[[Branch, Branch], bool]


def _one(one: Branch, other: Branch) -> bool:
    return one is other


def _other_ids(one: Branch, other: Branch) -> bool:
    return bool(one.own_id and other.own_id and one.own_id != other.own_id)


@dataclass(frozen=True, slots=True)
class Likeness:
    """A branch that may be the same shop, and how alike it is, 0 to 1; `strong`: one witness alone says so."""

    branch: Branch
    score: float
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Identified:
    """By index of the branches asked about: who they are for sure, and whom they may be (best first)."""

    same: Mapping[int, Branch]
    doubtful: Mapping[int, tuple[Likeness, ...]]


def identify(
    fresh: Sequence[Branch],
    known: Sequence[Branch],
    contradict: Question = _other_ids,
    apart: Question = _one,
    *,
    linked: Sequence[Branch] = (),
) -> Identified:
    """Who each of `fresh` is among `known`, neither of them linked by id; the order of either changes nothing.

    `contradict` says whether two branches cannot be taken for one another without asking, `apart` whether they are not
    the same for certain; `linked` are branches known by id, whose names are no sign of anybody else.
    """
    found, looks, held = {}, list(map(_look, fresh)), list(map(_look, known))
    names = _Names([*held, *map(_look, linked)]), _Names(looks)
    for n, (look, around) in enumerate(zip(looks, _near(looks, held), strict=True)):
        found[n] = _alike(look, [other for other in around if not apart(look.branch, other.branch)], names)
    courted: dict[str, list[float]] = defaultdict(list)
    for candidates in found.values():
        for each in candidates:
            courted[each.branch.external_id].append(each.score)
    same: dict[int, Branch] = {}
    doubtful: dict[int, tuple[Likeness, ...]] = {}
    for n, candidates in found.items():
        if not candidates:
            continue
        best = candidates[0]
        rivals = [each.score for each in candidates[1:2]] + sorted(courted[best.branch.external_id])[-2:-1]
        asked = contradict(fresh[n], best.branch)
        if best.score >= SURE and not asked and all(best.score - other >= APART for other in rivals):
            same[n] = best.branch
            continue
        left = tuple(c for c in candidates if c.score >= SURE or not contradict(fresh[n], c.branch))
        if left:
            doubtful[n] = left
    return Identified(same, doubtful)


def likeness(one: Branch, other: Branch, *, telling: bool = True) -> Likeness:
    """How alike two branches are; `telling` False: their names are those of many shops, and weigh half."""
    return _likeness(_look(one), _look(other), telling=telling)


def _likeness(one: _Look, other: _Look, *, telling: bool) -> Likeness:
    town, address, point = one.town == other.town, 0.0, _point(one, other)
    if town and _ratio(one.street, other.street, _SPELT) >= _SPELT:
        address = 1.0 if one.number == other.number and one.number not in _NO_NUMBER else 0.6
    same = one.name.folded == other.name.folded != ""
    name = _ratio(one.name, other.name, 0.0) if address or point == 1.0 else float(same)
    score = _ADDRESS * address + _POINT * point + _NAME * name * (1.0 if telling else 0.5)
    return Likeness(other.branch, round(score, 4), strong=address == 1.0 or (telling and town and same))


def _point(one: _Look, other: _Look) -> float:
    """How near two branches are, measured only where they may be near at all."""
    a, b = one.branch.location, other.branch.location
    if abs(a.latitude - b.latitude) > _CELL:
        return 0.0
    apart = kilometres(a.latitude, a.longitude, b.latitude, b.longitude)
    return 1.0 if apart <= _NEAR_KM else 0.4 if apart <= _AROUND_KM else 0.0


class _Text(NamedTuple):
    """A folded text, its words, and those of them with figures in them."""

    folded: str
    words: frozenset[str]
    numbers: frozenset[str]


class _Look(NamedTuple):
    """A branch as others are compared with it."""

    branch: Branch
    town: tuple[str, ...]
    street: _Text
    number: str
    name: _Text


def _look(branch: Branch) -> _Look:
    place = branch.location
    return _Look(branch, _town(branch), _text(place.street_name), fold(place.street_number), _text(branch.name))


def _text(text: str) -> _Text:
    folded = fold(text)
    words = frozenset(folded.split())
    return _Text(folded, words, frozenset(filter(_FIGURE, words)))


class _Names:
    """How many of some branches are called the same in the same city."""

    def __init__(self, looks: Sequence[_Look]) -> None:
        self.counts = Counter(map(_called, looks))
        self.ids = {look.branch.external_id for look in looks}

    def others(self, name: _Called, pair: tuple[_Look, _Look]) -> int:
        """How many besides these two are called so."""
        return self.counts[name] - sum(_called(each) == name and each.branch.external_id in self.ids for each in pair)


def _alike(branch: _Look, near: Iterable[_Look], names: tuple[_Names, _Names]) -> list[Likeness]:
    """Those that may be the branch, best first; equal ones by id, so that no order matters."""
    found = []
    for other in near:
        alike = _likeness(branch, other, telling=True)
        if not alike.strong and alike.score < LIKELY:
            continue  # whatever their names are worth
        pair = (branch, other)
        if any(each.others(_called(one), pair) for each in names for one in pair):
            alike = _likeness(branch, other, telling=False)
        if alike.strong or alike.score >= LIKELY:
            found.append(alike)
    return sorted(found, key=lambda each: (-each.score, each.branch.external_id))


def _near(fresh: Iterable[_Look], known: Iterable[_Look]) -> Iterable[list[_Look]]:
    """For each fresh branch the known ones worth a look: of its square, its address, its name in the city."""
    index: dict[tuple[object, ...], list[_Look]] = defaultdict(list)
    for look in known:
        for key in _keys(look, around=False):
            index[key].append(look)
    for look in fresh:
        looked: dict[str, _Look] = {}
        for key in _keys(look, around=True):
            if len(index.get(key, ())) <= _CROWD:
                looked.update({other.branch.external_id: other for other in index.get(key, ())})
        yield list(looked.values())


def _keys(look: _Look, *, around: bool) -> list[tuple[object, ...]]:
    place = look.branch.location
    row, column = int(place.latitude // _CELL), int(place.longitude // _CELL)
    reach = (-1, 0, 1) if around else (0,)
    squares: list[tuple[object, ...]] = [("at", row + r, column + c) for r in reach for c in reach]
    return [*squares, ("address", look.town, look.street.folded, look.number), ("name", *_called(look))]


def _called(look: _Look) -> _Called:
    return look.town, look.name.folded


def _town(branch: Branch) -> tuple[str, ...]:
    return fold(branch.location.state), fold(branch.location.city)


def _ratio(one: _Text, other: _Text, least: float) -> float:
    """How alike two texts are, word order aside, 0 where it is less than `least`.

    A text whose words are all in the other counts as near; other numbers are others: Calle 50 is not Calle 51.
    """
    if one.folded == other.folded:
        return 1.0 if one.folded else 0.0
    if one.numbers != other.numbers and not (one.words <= other.words or other.words <= one.words):
        return 0.0
    return _spelt(*sorted((one.folded, other.folded)), least)


@lru_cache(maxsize=200_000)
def _spelt(one: str, other: str, least: float) -> float:
    """How alike two texts with the same figures are."""
    words, others = set(one.split()), set(other.split())
    if not words or not others:
        return 0.0
    if words <= others or others <= words:
        return 0.9
    matcher = SequenceMatcher(None, " ".join(sorted(words)), " ".join(sorted(others)))
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()
