"""Branches of files and branches of before come in; who is the same shop goes out, or that somebody must say.

By id first: our own, then the merchant's. What is left is compared by address, place and name, each a witness:
- sure (`SURE` and clearly better than any other, both ways): the same shop;
- likely, or one strong witness alone (the same address, or a name no other shop has, in the same city): somebody says;
- else another shop.
Two different ids of the merchant's own contradict likeness: then even a sure one is asked about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from mpkit.model import Branch
from mpkit.places.atlas import kilometres
from mpkit.places.names import fold

SURE, LIKELY, APART = 0.8, 0.55, 0.12
_ADDRESS, _POINT, _NAME = 0.4, 0.25, 0.35
_NEAR_KM, _AROUND_KM = 0.15, 1.0
_CELL = 0.01  # degrees, about a kilometre: how wide shops are looked for
_CROWD = 60  # shops in one such square, or of one name in a city, tell nothing of who is who
_SPELT = 0.82  # streets written that much alike are one street
_NO_NUMBER = frozenset({"", "s n", "sn", "0"})


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
    names = _Names([*known, *linked]), _Names(fresh)
    found = {}
    for n, (branch, around) in enumerate(zip(fresh, _near(fresh, known), strict=True)):
        found[n] = _alike(branch, [other for other in around if not apart(branch, other)], names)
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
    a, b = one.location, other.location
    town = _town(one) == _town(other)
    address = 0.0
    if town and _ratio(fold(a.street_name), fold(b.street_name), _SPELT) >= _SPELT:
        numbers = fold(a.street_number), fold(b.street_number)
        address = 1.0 if numbers[0] == numbers[1] and numbers[0] not in _NO_NUMBER else 0.6
    apart = kilometres(a.latitude, a.longitude, b.latitude, b.longitude)
    point = 1.0 if apart <= _NEAR_KM else 0.4 if apart <= _AROUND_KM else 0.0
    names = fold(one.name), fold(other.name)
    name = _ratio(*names, 0.0) if address or point == 1.0 else float(names[0] == names[1] != "")
    score = _ADDRESS * address + _POINT * point + _NAME * name * (1.0 if telling else 0.5)
    strong = (address == 1.0) or (telling and town and names[0] == names[1] != "")
    return Likeness(other, round(score, 4), strong)


class _Names:
    """How many of some branches are called the same in the same city."""

    def __init__(self, branches: Sequence[Branch]) -> None:
        self.counts = Counter(_called(branch) for branch in branches)
        self.ids = {branch.external_id for branch in branches}

    def others(self, name: tuple[str, ...], pair: tuple[Branch, Branch]) -> int:
        """How many besides these two are called so."""
        return self.counts[name] - sum(_called(each) == name and each.external_id in self.ids for each in pair)


def _alike(branch: Branch, near: Iterable[Branch], names: tuple[_Names, _Names]) -> list[Likeness]:
    """Those that may be the branch, best first; equal ones by id, so that no order matters."""
    found = []
    for other in near:
        alike = likeness(branch, other)
        if not alike.strong and alike.score < LIKELY:
            continue  # whatever their names are worth
        pair = (branch, other)
        if any(each.others(_called(one), pair) for each in names for one in pair):
            alike = likeness(branch, other, telling=False)
        if alike.strong or alike.score >= LIKELY:
            found.append(alike)
    return sorted(found, key=lambda each: (-each.score, each.branch.external_id))


def _near(fresh: Sequence[Branch], known: Sequence[Branch]) -> Iterable[list[Branch]]:
    """For each fresh branch the known ones worth a look: of its square, its address, its name in the city."""
    index: dict[tuple[object, ...], list[Branch]] = defaultdict(list)
    for branch in known:
        for key in _keys(branch, around=False):
            index[key].append(branch)
    for branch in fresh:
        looked: dict[str, Branch] = {}
        for key in _keys(branch, around=True):
            if len(index.get(key, ())) <= _CROWD:
                looked.update({other.external_id: other for other in index.get(key, ())})
        yield list(looked.values())


def _keys(branch: Branch, *, around: bool) -> list[tuple[object, ...]]:
    place = branch.location
    row, column = int(place.latitude // _CELL), int(place.longitude // _CELL)
    reach = (-1, 0, 1) if around else (0,)
    squares: list[tuple[object, ...]] = [("at", row + r, column + c) for r in reach for c in reach]
    town = _town(branch)
    return [
        *squares,
        ("address", *town, fold(place.street_name), fold(place.street_number)),
        ("name", *town, fold(branch.name)),
    ]


def _called(branch: Branch) -> tuple[str, ...]:
    return *_town(branch), fold(branch.name)


def _town(branch: Branch) -> tuple[str, ...]:
    return fold(branch.location.state), fold(branch.location.city)


@lru_cache(maxsize=200_000)
def _ratio(one: str, other: str, least: float) -> float:
    """How alike two folded texts are, word order aside, 0 where it is less than `least`.

    A text whose words are all in the other counts as near; other numbers are others: Calle 50 is not Calle 51.
    """
    if one == other:
        return 1.0 if one else 0.0
    one, other = sorted((one, other))
    words, others = set(one.split()), set(other.split())
    if not words or not others:
        return 0.0
    if words <= others or others <= words:
        return 0.9
    if _numbers(words) != _numbers(others):
        return 0.0
    matcher = SequenceMatcher(None, " ".join(sorted(words)), " ".join(sorted(others)))
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()


def _numbers(words: set[str]) -> set[str]:
    return {word for word in words if any(letter.isdigit() for letter in word)}
