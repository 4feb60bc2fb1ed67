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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from math import cos, radians
from typing import NamedTuple

from mpkit.model import Branch
from mpkit.places.atlas import kilometres
from mpkit.places.names import fold

SURE, LIKELY, APART = 0.8, 0.55, 0.12
_ADDRESS, _POINT, _NAME = 0.4, 0.25, 0.35
_NEAR_KM, _AROUND_KM = 0.15, 1.0
_DEGREE_KM = 111.0  # of latitude, or a little less
_CELL = 0.01  # degrees, about a kilometre: how wide shops of the same street are looked for
_DOOR = 0.0025  # degrees, 150 metres even in the far south: how wide those of any street are
_CROWD = 60  # shops in one such square, or of one name in a city, tell nothing of who is who
_SPELT = 0.82  # streets written that much alike are one street
_FIGURE = re.compile(r"\d").search
_NO_NUMBER = frozenset({"", "s n", "sn", "0"})


_Square = tuple[int, int]
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
    latitude: float
    longitude: float


def _look(branch: Branch) -> _Look:
    place = branch.location
    texts = _text(place.street_name), fold(place.street_number), _text(branch.name)
    return _Look(branch, _town(branch), *texts, place.latitude, place.longitude)


@lru_cache(maxsize=100_000)
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


def _near(fresh: Iterable[_Look], known: Sequence[_Look]) -> Iterator[list[_Look]]:
    """For each fresh branch the known ones worth a look: of its address, its name in the city, its door, its street.

    Others cannot be likely: neighbours of another street, however many there are, cost nothing.
    """
    crowds = Counter(_square(look, _CELL) for look in known)
    said: dict[tuple[object, ...], list[_Look]] = defaultdict(list)
    doors: dict[_Square, list[_Look]] = defaultdict(list)
    streets: dict[tuple[_Square, tuple[str, ...]], dict[str, list[_Look]]] = defaultdict(lambda: defaultdict(list))
    for look in known:
        for key in _keys(look):
            said[key].append(look)
        square = _square(look, _CELL)
        if crowds[square] <= _CROWD:
            doors[_square(look, _DOOR)].append(look)
            streets[square, look.town][look.street.folded].append(look)
    for look in fresh:
        near = [found for key in _keys(look) if len(found := said.get(key, [])) <= _CROWD]
        beside = _Box.around(look, _NEAR_KM)
        near += [beside.inside(doors[square]) for square in _around(look, _DOOR) if square in doors]
        beside, alike = _Box.around(look, _AROUND_KM), dict[str, bool]()
        for square in _around(look, _CELL):
            for street, there in streets.get((square, look.town), {}).items():
                if street not in alike:
                    alike[street] = _ratio(look.street, there[0].street, _SPELT) >= _SPELT
                if alike[street]:
                    near += [beside.inside(there), [other for other in there if other.number == look.number]]
        yield list({other.branch.external_id: other for found in near for other in found}.values())


class _Box(NamedTuple):
    """Degrees around a branch: what lies outside is farther than so many kilometres."""

    south: float
    north: float
    west: float
    east: float

    @classmethod
    def around(cls, look: _Look, km: float) -> _Box:
        """The box of so many kilometres, a little more to be sure."""
        up = 1.02 * km / _DEGREE_KM
        aside = up / max(0.1, cos(radians(abs(look.latitude) + up)))
        return cls(look.latitude - up, look.latitude + up, look.longitude - aside, look.longitude + aside)

    def inside(self, looks: Iterable[_Look]) -> list[_Look]:
        """Those that stand in the box."""
        south, north, west, east = self
        return [look for look in looks if south <= look.latitude <= north and west <= look.longitude <= east]


def _keys(look: _Look) -> tuple[tuple[object, ...], ...]:
    """What a branch says of itself that the same shop says too."""
    return ("address", look.town, look.street.folded, look.number), ("name", *_called(look))


def _square(look: _Look, size: float) -> _Square:
    return int(look.latitude // size), int(look.longitude // size)


def _around(look: _Look, size: float) -> list[_Square]:
    """The square a branch stands in, and those beside it."""
    row, column = _square(look, size)
    return [(row + r, column + c) for r in (-1, 0, 1) for c in (-1, 0, 1)]


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
