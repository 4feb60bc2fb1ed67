"""The hour of a place: site, state, city and point go in, the IANA zone proposed for a branch there comes out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from mpkit.sites.site import SITES, Box, read

# "Región de Magallanes", "Estado de Yucatán": what the word before a state's name is in each country.
_KIND = re.compile(r"^(?:estado|region|provincia|departamento)(?: de| del| do| da)? ")
_WORDS = re.compile(r"[^\W_]+")
_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Split:
    """A part of a state with another hour.

    `west_of` is a line of two points (latitude, longitude), the northern one first, or empty.
    """

    zone: str
    names: frozenset[str]
    boxes: tuple[Box, ...]
    west_of: tuple[_Point, ...]

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether the point lies in it."""
        if self.west_of and _is_west(self.west_of, latitude, longitude):
            return True
        return any(box.holds(latitude, longitude) for box in self.boxes)


@dataclass(frozen=True, slots=True)
class _State:
    """A state: its zone, and the parts of it that have another."""

    zone: str
    splits: tuple[_Split, ...]


def zone_of(
    site: str, state: str, city: str = "", latitude: float | None = None, longitude: float | None = None
) -> str:
    """The zone of a place; the site's most common one where the state is not known.

    `state` and `city` in any spelling of the account's catalogue, accents and case aside; the state also as its ISO
    code. Where a state has two hours the name of the city decides, else the point. Raises `KeyError` for an unknown
    site.
    """
    there = _states(site).get(_key(site, state))
    if there is None:
        return SITES[site].zone
    if not there.splits:
        return there.zone
    place = _fold(city)
    for split in there.splits:
        if place in split.names:
            return split.zone
    if latitude is not None and longitude is not None:
        for split in there.splits:
            if split.holds(latitude, longitude):
                return split.zone
    return there.zone


def zones_of(site: str) -> tuple[str, ...]:
    """Every zone of a site, its most common one first: what a person may choose from."""
    states = _states(site).values()
    parts = (split.zone for state in states for split in state.splits)
    return tuple(dict.fromkeys([SITES[site].zone, *(state.zone for state in states), *parts]))


def knows_state(site: str, state: str) -> bool:
    """Whether this state's hour is told; never of a site with one hour for all."""
    return _key(site, state) in _states(site)


@lru_cache(maxsize=1_000)
def _key(site: str, state: str) -> str:
    """A state's folded name as the table has it: with the word for its kind or without."""
    name = _fold(state)
    return name if name in _states(site) else _KIND.sub("", name)


@cache
def _states(site: str) -> Mapping[str, _State]:
    """Folded name of a state, in every spelling, to the state; empty for a site with one hour for all."""
    table = read("zones.toml").get(site, {})
    parts: dict[str, list[_Split]] = {}
    for row in table.get("split", ()):
        boxes = tuple(Box(*box) for box in row.get("boxes", ()))
        west_of = tuple((latitude, longitude) for latitude, longitude in row.get("west_of", ()))
        parts.setdefault(row["state"], []).append(
            _Split(row["zone"], frozenset(map(_fold, row["names"])), boxes, west_of)
        )
    found: dict[str, _State] = {}
    for name, (zone, *spellings) in table.get("states", {}).items():
        state = _State(zone, tuple(parts.pop(name, ())))
        found |= dict.fromkeys(map(_fold, (name, *spellings)), state)
    if parts:
        message = f"parts of states that are not there: {', '.join(parts)}"
        raise ValueError(message)
    return found


def _is_west(line: tuple[_Point, ...], latitude: float, longitude: float) -> bool:
    """Whether a point lies on the western side of the line through two points, the northern one first, or on it."""
    (north, start), (south, end) = line
    return (longitude - start) * (south - north) >= (latitude - north) * (end - start)


def _fold(text: str) -> str:
    """Lower case, no accents, one blank between words: as names of places are compared."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    return " ".join(_WORDS.findall(plain))
