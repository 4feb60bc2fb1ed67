"""The catalogue of a country: a cell's text goes in, the exact spelling and how sure it is come out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from math import inf
from pathlib import Path

from mpkit.places import names
from mpkit.places.atlas import (
    Place,
    State,
    everyday_cities,
    former_states,
    kilometres,
    known_states,
    other_cities,
    read,
)
from mpkit.places.grid import Grid
from mpkit.places.spellings import Hit, Spellings
from mpkit.sites import SITES

_SUGGESTIONS, _RANKED = 5, 12
_HERE_KM, _ELSEWHERE_KM = 25.0, 50.0  # one candidate this near and the next this far: the point decides
_CONTRADICTED_KM = 150.0
_SURE = ((4, 0.9), (7, 1.1))  # what may be wrong with a name of so many letters that is taken for another
_MOST_SURE, _LOOSE = 1.8, 2.0  # with a longer one; and how many times as much with one that is only suggested
_MARGIN = 0.35  # so much worse must the next one be
_FAR_STEP_KM, _FAR_MOST, _NOWHERE = 60.0, 3.0, 1.0  # what distance adds to the cost of a suggestion
_FORM = re.compile(
    r"(?:(?:provincia|prov|pcia|prv|estado|edo|est|departamento|depto|dpto|dpt|dep|region|reg|province|state|department"
    r"|regiao) (?:(?:de la|de los|de|del|do|da|of) )?|the )"
)
_FORM_AFTER = re.compile(r" (?:provincia|province|state|estado|department|departamento|region)$")


class Kind(StrEnum):
    """How sure a match is."""

    EXACT = "exact"
    REPAIRED = "repaired"  # lossless: case, accents, blanks, punctuation, ISO code
    GUESS = "guess"  # an everyday name, an abbreviation or a spelling error: a person confirms it
    SEVERAL = "several"  # more than one fits: a person chooses
    NONE = "none"

    @property
    def lossless(self) -> bool:
        """Whether it may be taken without asking."""
        return self in {Kind.EXACT, Kind.REPAIRED}


@dataclass(frozen=True, slots=True)
class Match:
    """What a text means: `value` in the catalogue's spelling ("" where unsure) and, for a city, its `state`."""

    kind: Kind
    value: str = ""
    state: str = ""
    suggestions: tuple[Place, ...] = ()


class Catalogue:
    """States and cities of one site; immutable, its look-ups cached."""

    def __init__(
        self,
        site_id: str,
        places: Sequence[Place],
        *,
        decides: bool | Collection[str] = False,
        codes: Mapping[str, str] | None = None,
    ) -> None:
        """`decides`: the list is the account's own, so that a city it lacks does not exist; True or for some states.

        `codes` (state → ISO 3166-2) where the list's own ids say more than its names.
        """
        self.site = site_id
        self.country = SITES[site_id].country
        self.places = tuple(places)
        self.states = tuple(sorted({place.state for place in places}))
        self._decided = frozenset((self.states if decides else ()) if isinstance(decides, bool) else decides)
        self._known = _codes(self.country, self.states, codes or {})
        by_state: dict[str, list[Place]] = {state: [] for state in self.states}
        for place in places:
            by_state[place.state].append(place)
        portuguese = self.country == "BR"
        self._names = {state: Spellings(inside, portuguese=portuguese) for state, inside in by_state.items()}
        self._all = Spellings(places, portuguese=portuguese)
        self._state_names = Spellings(Place(state, state) for state in self.states)
        self._add_other_names()
        self._grid = Grid(places)
        self.match_state = lru_cache(maxsize=20_000)(self._match_state)
        self._centres = lru_cache(maxsize=100_000)(self._centres_of)
        self._matched = lru_cache(maxsize=100_000)(self._match_in)
        self._ranked = lru_cache(maxsize=100_000)(self._ranked_in)

    @property
    def decides(self) -> bool:
        """Whether the whole list is the account's own."""
        return self._decided >= set(self.states)

    def decides_in(self, state: str) -> bool:
        """Whether a city this list lacks in the state ("": in any) does not exist there for the account."""
        return state in self._decided if state else self.decides

    def called(self, state: str, name: str) -> Place | None:
        """The place of exactly this name in a state, accents and case aside; also by another name it has."""
        inside, folded = self._names.get(state), names.fold(name)
        found = (inside.by_fold.get(folded) or inside.beside.get(folded)) if inside else None
        return found[0] if found else None

    def cities(self, state: str) -> tuple[str, ...]:
        """The valid city names of a state in its exact spelling, in name order; raises `KeyError`."""
        return tuple(sorted(self._names[state].spelling))

    def code(self, state: str) -> str:
        """The ISO 3166-2 code of a state in its exact spelling ("AR-B"); raises `KeyError`."""
        return self._known[state].code

    def was_part_of(self, state: str, other: str) -> bool:
        """Whether `state` was cut out of `other`, so that old lists still name `other` (both in exact spelling)."""
        return (self.code(state), self.code(other)) in former_states() if {state, other} <= set(self._known) else False

    def state_of_code(self, code: str) -> str | None:
        """The state with this ISO 3166-2 code."""
        return next((state for state, known in self._known.items() if known.code == code), None)

    def point(self, state: str, city: str) -> tuple[float, float] | None:
        """The centre of a city in its exact spelling (the first of that name), None where it has none."""
        for place in self._names[state].by_fold.get(names.fold(city), ()) if state in self._names else ():
            if place.latitude is not None and place.longitude is not None:
                return place.latitude, place.longitude
        return None

    def distance(self, state: str, city: str, latitude: float, longitude: float) -> float | None:
        """Kilometres from the nearest centre of that name in that state; a name may stand there more than once."""
        centres = self._centres(state, city)
        if len(centres) == 1:
            return kilometres(*centres[0], latitude, longitude)
        return min((kilometres(*centre, latitude, longitude) for centre in centres), default=None)

    def only_centre(self, state: str, city: str) -> tuple[float, float] | None:
        """The centre of the one place of that name in that state; None where there are several, or none is known."""
        centres = self._centres(state, city)
        return centres[0] if len(centres) == 1 else None

    def _centres_of(self, state: str, city: str) -> tuple[tuple[float, float], ...]:
        """The centres of all places of that name in that state."""
        places = self._names[state].by_fold.get(names.fold(city), ()) if state in self._names else ()
        return tuple((p.latitude, p.longitude) for p in places if p.latitude is not None and p.longitude is not None)

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """The place whose centre is nearest, with its distance."""
        return next(iter(self.around(latitude, longitude, 1)), None)

    def around(self, latitude: float, longitude: float, count: int = _SUGGESTIONS) -> tuple[Place, ...]:
        """The nearest places, nearest first, each with its distance."""
        return self._grid.around(latitude, longitude, count)

    def _match_state(self, text: str) -> Match:
        """What a cell means as a state: name, ISO code with or without country, everyday name, small error."""
        folded = names.fold(text)
        if text in self._names:
            return Match(Kind.EXACT, text, text)
        found = self._state_names.by_fold.get(folded, [])
        if len(found) == 1:
            return Match(Kind.REPAIRED, found[0].state, found[0].state)
        code = text.strip().upper().replace("_", "-")
        for state, known in self._known.items():
            if code in {known.code, known.code.partition("-")[2]}:
                return Match(Kind.REPAIRED, state, state)
        bare = _FORM_AFTER.sub("", _FORM.sub("", folded, count=1) if _FORM.match(folded) else folded)
        found = [place for name in (folded, bare) for place in self._called(name)]
        if found:
            return Match(Kind.GUESS, found[0].state, found[0].state)
        hits = self._state_names.ranked(bare, names.allowed(bare)) if bare else []
        close = [hit.place.state for hit in _equal(hits)]
        if len(close) == 1:
            return Match(Kind.GUESS, close[0], close[0])
        return Match(Kind.SEVERAL if close else Kind.NONE, suggestions=tuple(Place(state, "") for state in close))

    def _called(self, folded: str) -> Sequence[Place]:
        """The states of exactly that name, everyday ones too."""
        return self._state_names.by_fold.get(folded) or self._state_names.beside.get(folded) or ()

    def match_city(self, text: str, state: str | None, near: tuple[float, float] | None = None) -> Match:
        """What a cell means as a city of `state` (exact spelling; None: of any state).

        `near` (latitude, longitude) chooses among several and gives suggestions their distance; it never makes a match
        lossless. Suggestions of another state than asked mean: there is such a city, but elsewhere.
        """
        inside = state if state in self._names else None
        match = self._matched(text, inside)
        if near is None or match.kind.lossless:
            return match
        return self._with_point(match, self._ranked(names.fold(text), inside), near)

    def _with_point(self, match: Match, hits: Sequence[Hit], near: tuple[float, float]) -> Match:
        """The same text beside a point: it chooses among several, contradicts a guess, and orders the suggestions."""
        measured = [Hit(hit.cost, replace(hit.place, distance_km=hit.place.km_to(*near))) for hit in hits]
        measured += [Hit(0.0, replace(p, distance_km=p.km_to(*near))) for p in match.suggestions if not hits]
        measured.sort(key=_with_distance)
        likely = [hit.place for hit in measured]
        if match.kind is Kind.SEVERAL:
            chosen = {(hit.place.state, hit.place.city) for hit in _equal(hits)}
            equal = sorted((p for p in likely if (p.state, p.city) in chosen), key=_how_far)
            if equal and _how_far(equal[0]) <= _HERE_KM:
                here = equal[0]
                if all(_how_far(p) > _ELSEWHERE_KM for p in equal if p.city != here.city):
                    return Match(Kind.GUESS, here.city, here.state, _first(here, likely))
        if match.kind is Kind.GUESS:
            own = next(p for p in likely if (p.state, p.city) == (match.state, match.value))
            if own.distance_km is None or own.distance_km <= _CONTRADICTED_KM:
                return replace(match, suggestions=_first(own, likely))
            match = Match(Kind.NONE)  # the point says that the guess is wrong
        if match.kind is Kind.NONE:
            # A namesake far away is no help to somebody who stands here.
            close = [p for p in likely if p.distance_km is not None and p.distance_km <= _CONTRADICTED_KM]
            beside = [p for p in close if _how_far(p) <= _ELSEWHERE_KM]
            likely = list({(p.state, p.city): p for p in (*beside, *self.around(*near, 3), *close)}.values())
        return replace(match, suggestions=tuple(likely[:_SUGGESTIONS]))

    def _match_in(self, text: str, state: str | None) -> Match:
        inside = self._names[state] if state else self._all
        folded = names.fold(text)
        found = inside.by_fold.get(folded, [])
        if found:
            return self._certain(text, found)
        if not folded:
            return Match(Kind.NONE)
        hits = self._ranked(folded, state)
        likely = tuple(hit.place for hit in hits[:_SUGGESTIONS])
        if hits and hits[0].cost <= _sure(folded) and state in {None, hits[0].place.state}:
            equal = [hit.place for hit in _equal(hits)]
            if len(equal) == 1:
                return Match(Kind.GUESS, likely[0].city, likely[0].state, likely)
            return Match(Kind.SEVERAL, suggestions=tuple(equal[:_SUGGESTIONS]))
        elsewhere = tuple(self._all.by_fold.get(folded, ()))
        return Match(Kind.NONE, suggestions=(*elsewhere, *likely)[:_SUGGESTIONS])

    def _ranked_in(self, folded: str, state: str | None) -> tuple[Hit, ...]:
        """The places a text may mean in a state, likeliest first; those of other states where it has none like it."""
        most = _sure(folded) * _LOOSE
        inside = self._names[state] if state else self._all
        hits = inside.ranked(folded, most)
        if not hits and state:
            hits = self._all.ranked(folded, _sure(folded))
        return tuple(hits[: max(_RANKED, len(_equal(hits)))])

    @staticmethod
    def _certain(text: str, found: Sequence[Place]) -> Match:
        """One spelling in one state is certain; the same name under several parents is one name."""
        same = [place for place in found if place.city == text] or found
        if len({(place.state, place.city) for place in same}) > 1:
            return Match(Kind.SEVERAL, suggestions=tuple(found[:_SUGGESTIONS]))
        kind = Kind.EXACT if same[0].city == text else Kind.REPAIRED
        return Match(kind, same[0].city, same[0].state)

    def _add_other_names(self) -> None:
        """What states and cities are called besides, where this catalogue has them."""
        for state, known in self._known.items():
            for name in (known.name, *known.everyday):
                self._state_names.add(name, Place(state, state))
        states = {known.code: state for state, known in self._known.items()}
        for code, other, city in (*everyday_cities(), *other_cities()):
            state = states.get(code, "")
            places = self._names[state].by_fold.get(names.fold(city), ()) if state else ()
            for place in places[:1]:
                self._names[state].add(other, place)
                self._all.add(other, place)


def _sure(folded: str) -> float:
    """What may be wrong with a text that is taken for a name."""
    return next((cost for length, cost in _SURE if len(folded) <= length), _MOST_SURE)


def _equal(hits: Sequence[Hit]) -> list[Hit]:
    """Those as likely as the first."""
    return [hit for hit in hits if hit.cost < hits[0].cost + _MARGIN]


def _how_far(place: Place) -> float:
    return inf if place.distance_km is None else place.distance_km


def _with_distance(hit: Hit) -> float:
    """The cost of a suggestion, its distance counted in."""
    if hit.place.distance_km is None:
        return hit.cost + _NOWHERE
    return hit.cost + min(_FAR_MOST, max(0.0, hit.place.distance_km - _HERE_KM) / _FAR_STEP_KM)


def _first(place: Place, others: Iterable[Place]) -> tuple[Place, ...]:
    """A place before the others."""
    return (place, *(p for p in others if (p.state, p.city) != (place.state, place.city)))[:_SUGGESTIONS]


def _codes(country: str, states: Iterable[str], codes: Mapping[str, str]) -> dict[str, State]:
    """The ISO entry of each state of a catalogue; a state nobody knows gets a code of its own."""
    by_code = {known.code: known for known in known_states()[country]}
    by_name: dict[str, State] = {}
    for known in by_code.values():
        for name in (*known.everyday, known.name):
            by_name[names.fold(name)] = known
    return {
        state: by_code.get(codes.get(state, ""))
        or by_name.get(names.fold(state))
        or State(f"{country}-X{n}", state, (), ())
        for n, state in enumerate(states)
    }


@lru_cache(maxsize=32)
def catalogue(site_id: str, folder: Path | None = None) -> Catalogue:
    """The catalogue of a site, built-in or from CSV files of `folder`; raises `UnreadableFile`."""
    return Catalogue(site_id, read(SITES[site_id].country, folder))


def listed(site_id: str, source: Path | Catalogue | None) -> Catalogue:
    """The catalogue of a site: the account's own where it is of that site, else built-in or of a folder."""
    if isinstance(source, Catalogue):
        return source if source.site == site_id else catalogue(site_id)
    return catalogue(site_id, source)
