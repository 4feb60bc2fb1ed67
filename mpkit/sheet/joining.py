"""Files of branches and files of registers come in; registers go to their branches, by a code both files hold.

Which column holds the code is seen by content: it is the one whose values are found among the branches'. Codes are
compared as they stand; else without capitals; else without zeros in front; else without a word in front (SUC-0425):
the first way by which they are found, and only where no two branches become one. The way is told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mpkit.model import Branch
from mpkit.places.names import fold

_HALF = 0.5
_BETTER = 0.05  # how much better a looser way must be to be taken
_WORD = re.compile(r"[^\W\d_]+[\s._/-]*(?=\d)")
_PLACES = frozenset(
    {"street_and_number", "street_name", "full_address", "latitude", "longitude", "lat_lng", "city", "state"}
)
_OF_BRANCH = frozenset({"external_id", "alt_id", "store_name"})
_OF_REGISTER = frozenset({"register_id", "register_name", "register_count", "till_code"})


def _lower(text: str) -> str:
    return text.strip().casefold()


def _short(text: str) -> str:
    lower = _lower(text)
    return lower.lstrip("0") or lower[-1:]


def _bare(text: str) -> str:
    return _short(_WORD.sub("", _lower(text), count=1))


WAYS: Mapping[str, Callable[[str], str]] = {
    "exact": str.strip,
    "capitals": _lower,
    "zeros": _short,
    "word": _bare,
    "name": fold,
}


@dataclass(frozen=True, slots=True)
class Shop:
    """A branch as a file of registers may name it; `branch` is None where its own row waits."""

    external_id: str
    own_id: str
    name: str
    branch: Branch | None


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet of registers: `meanings` is that of each column, `cells[c][n]` column c (from 0) of record n + 1."""

    meanings: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Join:
    """By which column (from 0), in which of `WAYS`; record → its shop."""

    column: int
    way: str
    shops: Mapping[int, Shop]
    orphans: Mapping[int, str]  # record → its code


def may_be(meanings: Sequence[str]) -> bool:
    """Whether columns could be those of registers and not of branches: no address and no point among them."""
    found = set(meanings)
    return not found & _PLACES and bool(found & (_OF_REGISTER | _OF_BRANCH))


def join(part: Part, shops: Sequence[Shop]) -> Join | None:
    """Each record's branch; None where no column holds codes or names of at least half of the records."""
    known = {way: _index(shops, way) for way in WAYS}
    best: tuple[float, int, str] = (0.0, 0, "")
    for column, cells in enumerate(part.cells):
        values = {cell.strip() for cell in cells if cell.strip()}
        for way in WAYS:
            hits = [name for value in values if (name := known[way].get(WAYS[way](value)))]
            if not hits or len(hits) < _HALF * len(values):
                continue
            score = len(hits) / len(values) + len(set(hits)) / len(shops) + _said(part.meanings[column])
            if score > best[0] + _BETTER:
                best = (score, column, way)
    _, column, way = best
    if not way:
        return None
    by_id = {shop.external_id: shop for shop in shops}
    linked: dict[int, Shop] = {}
    orphans: dict[int, str] = {}
    for record, cell in enumerate(part.cells[column], start=1):
        code = cell.strip()
        name = known["exact"].get(code) or known[way].get(WAYS[way](code)) if code else None
        if name:
            linked[record] = by_id[name]
        elif any(cells[record - 1].strip() for cells in part.cells):
            orphans[record] = code
    repeated = len(linked) > len({shop.external_id for shop in linked.values()})
    if not repeated and not set(part.meanings) & _OF_REGISTER:
        return None  # one row a branch, and nothing of registers in it
    return Join(column, way, linked, orphans)


def _index(shops: Sequence[Shop], way: str) -> dict[str, str | None]:
    """Code → external id; None where the way makes two branches one."""
    found: dict[str, str | None] = {}
    for shop in shops:
        key = WAYS[way](shop.name if way == "name" else shop.own_id)
        if key:
            found[key] = shop.external_id if found.get(key, shop.external_id) == shop.external_id else None
    return found


def _said(meaning: str) -> float:
    """What the header says for a column of branches' codes, and against one of registers'."""
    return 0.3 if meaning in _OF_BRANCH else -0.3 if meaning in _OF_REGISTER else 0.0


def meanings_after(part: Part, found: Join) -> tuple[str, ...]:
    """The meanings with the code of the branch known: an id or a name left over is the register's own."""
    meanings = [("ignore" if index == found.column else meaning) for index, meaning in enumerate(part.meanings)]
    groups: dict[str, list[int]] = defaultdict(list)
    for record, shop in found.shops.items():
        groups[shop.external_id].append(record)
    for mine, theirs in (("register_id", ("external_id", "alt_id", "till_code")), ("register_name", ("store_name",))):
        if mine in meanings:
            continue
        for meaning in theirs:
            if meaning in meanings and _varies(part.cells[meanings.index(meaning)], groups):
                meanings[meanings.index(meaning)] = mine
                break
    return tuple(meaning if meaning not in _OF_BRANCH else "ignore" for meaning in meanings)


def _varies(cells: Sequence[str], groups: Mapping[str, list[int]]) -> bool:
    """Whether rows of one branch hold different values there: it tells registers apart, not branches."""
    several = [records for records in groups.values() if len(records) > 1]
    if not several:
        return True
    apart = sum(len({cells[record - 1].strip() for record in records}) == len(records) for records in several)
    return apart > len(several) / 2
