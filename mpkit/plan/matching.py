"""Objects made in the panel against the list: which store is which branch, which POS which register, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from math import cos, hypot, radians

from mpkit.model import Branch, Pos, Register, Store
from mpkit.plan.change import Existing, Object, Wanted
from mpkit.plan.fields import words_of

SURE = 0.7  # from here on a match is taken without being named
POSSIBLE = 0.4  # below this it is not even shown
_CLEAR = 0.1  # so much better than the next one, or nobody can tell which it is
_CELL = 0.02  # degrees, about 2 km: how far apart one place is ever written down
_HERE, _FAR = 50.0, 2000.0  # metres: the same door, and another part of town
_METRES = 111_320.0  # of one degree of latitude


@dataclass(frozen=True, slots=True)
class Match:
    """One object of the panel and the entry of the list it may be.

    `score` is 0 to 1; `reasons` are of name, name_like, address, street, near, only, number. `sure`: good enough, and
    nothing else is nearly as good, so that it is taken over without being named.
    """

    object: Object
    id: str
    name: str
    external_id: str
    wanted: str
    score: float
    reasons: tuple[str, ...]
    metres: int | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Matched:
    """Every possible match, the best first; and what of the panel is like nothing in the list."""

    matches: tuple[Match, ...]
    strangers: tuple[Store | Pos, ...]

    @property
    def taken(self) -> dict[str, str]:
        """The sure ones, as `make` takes them: "store:<external id>" and "pos:<external id>" to the panel's id."""
        return {f"{one.object}:{one.external_id}": one.id for one in self.matches if one.sure}


def match(wanted: Wanted, existing: Existing, named: Mapping[str, str] | None = None) -> Matched:
    """Match what the panel made with the entries of the list that the account does not have yet.

    `named` are decisions of a person, as `Matched.taken` has them; a store named so decides about its POS too.
    """
    named = dict(named or {})
    stores = _stores(wanted, existing, named)
    homes = {store.id: store.external_id for store in existing.stores if store.external_id}
    homes |= {one.id: one.external_id for one in stores if one.sure}
    homes |= {id_: key.partition(":")[2] for key, id_ in named.items() if key.startswith("store:")}
    found = (*stores, *_registers(wanted, existing, named, homes))
    seen = {(one.object, one.id) for one in found} | {(key.partition(":")[0], id_) for key, id_ in named.items()}
    nameless: list[Store | Pos] = [one for one in existing.stores if not one.external_id]
    nameless += [one for one in existing.pos if not one.external_id]
    strangers = tuple(one for one in nameless if (_kind(one), one.id) not in seen)
    return Matched(found, strangers)


def twins(wanted: Wanted, existing: Existing) -> dict[str, Store | Pos]:
    """What the account may have already of what would be made, by "store:<external id>" and "pos:<external id>".

    Looked for among all that is not in the list: what the panel made, and what has an id of somebody else's.
    """
    branches = {one.external_id for one in wanted.branches}
    registers = {one.external_id for one in wanted.registers}
    there: dict[str, Store | Pos] = {f"store:{one.id}": one for one in existing.stores}
    there |= {f"pos:{one.id}": one for one in existing.pos}
    bare = replace(
        existing,
        stores=tuple(one if one.external_id in branches else replace(one, external_id=None) for one in existing.stores),
        pos=tuple(one if one.external_id in registers else replace(one, external_id=None) for one in existing.pos),
    )
    found: dict[str, Store | Pos] = {}
    for one in match(wanted, bare).matches:
        if one.score >= SURE:
            found.setdefault(f"{one.object}:{one.external_id}", there[f"{one.object}:{one.id}"])
    return found


def _kind(found: Store | Pos) -> Object:
    return "store" if isinstance(found, Store) else "pos"


def _stores(wanted: Wanted, existing: Existing, named: Mapping[str, str]) -> tuple[Match, ...]:
    there = {store.external_id for store in existing.stores if store.external_id}
    decided = {key.partition(":")[2] for key in named if key.startswith("store:")}
    free = [one for one in wanted.branches if one.external_id not in there | decided and not one.closed]
    ids = {id_ for key, id_ in named.items() if key.startswith("store:")}
    panel = [store for store in existing.stores if not store.external_id and store.id not in ids]
    found = [likeness(store, branch) for store, branch in _neighbours(panel, free)]
    return _settled(one for one in found if one.score >= POSSIBLE)


def _neighbours(panel: Sequence[Store], free: Sequence[Branch]) -> Iterator[tuple[Store, Branch]]:
    """Pairs that may be the same: in the same or the next cell of a grid, or of the same name wherever they stand."""
    cells: dict[tuple[int, int], list[Branch]] = defaultdict(list)
    names: dict[str, list[Branch]] = defaultdict(list)
    for branch in free:
        cells[_cell(branch.location.latitude, branch.location.longitude)].append(branch)
        names[words_of(branch.name)].append(branch)
    for store in panel:
        near: dict[str, Branch] = {one.external_id: one for one in names.get(words_of(store.name), ())}
        if store.latitude is not None and store.longitude is not None:
            row, column = _cell(store.latitude, store.longitude)
            for at in ((row + up, column + right) for up in (-1, 0, 1) for right in (-1, 0, 1)):
                near |= {one.external_id: one for one in cells.get(at, ())}
        for branch in near.values():
            yield store, branch


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return int(latitude // _CELL), int(longitude // _CELL)


def likeness(store: Store, branch: Branch) -> Match:
    """How much a store of the panel looks like a branch: name and address and distance, in words and as a score."""
    reasons: list[str] = []
    alike = _alike(store.name, branch.name)
    if alike >= _SAME:
        reasons.append("name")
    elif alike >= _LIKE:
        reasons.append("name_like")
    line = f" {words_of(store.address_line)} "
    street = bool(words_of(branch.location.street_name)) and f" {words_of(branch.location.street_name)} " in line
    number = bool(words_of(branch.location.street_number)) and f" {words_of(branch.location.street_number)} " in line
    if street:
        reasons.append("address" if number else "street")
    metres = _metres(store, branch)
    closeness = 0.0 if metres is None else max(0.0, min(1.0, (_FAR - metres) / (_FAR - _HERE)))
    if closeness:
        reasons.append("near")
    score = 0.4 * alike + (0.35 if street and number else 0.2 if street else 0.0) + 0.25 * closeness
    score = round(min(score, 1.0), 3)
    whole = None if metres is None else round(metres)
    return Match("store", store.id, store.name, branch.external_id, branch.name, score, tuple(reasons), whole)


_SAME = 0.95  # of two names: nothing but spelling differs
_LIKE = 0.6


def _alike(one: str, other: str) -> float:
    """How alike two names are, 0 to 1, in whatever order their words stand."""
    first, second = words_of(one).split(), words_of(other).split()
    if not first or not second:
        return 0.0
    if sorted(first) == sorted(second):
        return 1.0
    shared = len(set(first) & set(second)) / len(set(first) | set(second))
    return max(shared, SequenceMatcher(None, " ".join(first), " ".join(second)).ratio() - 0.1)


def _metres(store: Store, branch: Branch) -> float | None:
    if store.latitude is None or store.longitude is None:
        return None
    place = branch.location
    up = (store.latitude - place.latitude) * _METRES
    right = (store.longitude - place.longitude) * _METRES * cos(radians(place.latitude))
    return hypot(up, right)


def _registers(
    wanted: Wanted, existing: Existing, named: Mapping[str, str], homes: Mapping[str, str]
) -> tuple[Match, ...]:
    """POS of the panel in a store that is ours, or is about to be, against that branch's missing registers."""
    there = {pos.external_id for pos in existing.pos if pos.external_id}
    decided = {key.partition(":")[2] for key in named if key.startswith("pos:")}
    open_ = {one.external_id for one in wanted.branches if not one.closed}
    free: dict[str, list[Register]] = defaultdict(list)
    for register in wanted.registers:
        due = not register.closed and register.branch_external_id in open_
        if due and register.external_id not in there | decided:
            free[register.branch_external_id].append(register)
    ids = {id_ for key, id_ in named.items() if key.startswith("pos:")}
    panel: dict[str, list[Pos]] = defaultdict(list)
    for pos in existing.pos:
        home = homes.get(pos.store_id or "")
        if home and not pos.external_id and pos.id not in ids:
            panel[home].append(pos)
    found: list[Match] = []
    for branch, rows in panel.items():
        only = len(rows) == 1 and len(free[branch]) == 1
        found += [_register(pos, one, only=only) for pos in rows for one in free[branch]]
    return _settled(one for one in found if one.score >= POSSIBLE)


def _register(pos: Pos, register: Register, *, only: bool) -> Match:
    alike = _alike(pos.name, register.name)
    reasons = ["name"] if alike >= _SAME else ["name_like"] if alike >= _LIKE else []
    numbers = [part for part in words_of(pos.name).split() if part.isdecimal()]
    if numbers and numbers == [part for part in words_of(register.name).split() if part.isdecimal()]:
        reasons.append("number")
    score = max(alike, 0.75 if "number" in reasons else 0.0)
    if only:
        reasons.append("only")
        score = max(score, 0.8)
    return Match("pos", pos.id, pos.name, register.external_id, register.name, round(score, 3), tuple(reasons))


def _settled(found: Iterable[Match]) -> tuple[Match, ...]:
    """The best first; sure is what is good, and clearly better than anything else either side could be."""
    ranked = sorted(found, key=lambda one: (-one.score, one.external_id, one.id))
    of_panel: dict[str, list[Match]] = defaultdict(list)
    of_list: dict[str, list[Match]] = defaultdict(list)
    for one in ranked:
        of_panel[one.id].append(one)
        of_list[one.external_id].append(one)
    return tuple(
        _with(one, sure=one.score >= SURE and _clear(one, of_panel[one.id]) and _clear(one, of_list[one.external_id]))
        for one in ranked
    )


def _clear(one: Match, rivals: Sequence[Match]) -> bool:
    return all(one.score - other.score >= _CLEAR for other in rivals if other is not one)


def _with(one: Match, *, sure: bool) -> Match:
    return Match(
        one.object, one.id, one.name, one.external_id, one.wanted, one.score, one.reasons, one.metres, sure=sure
    )
