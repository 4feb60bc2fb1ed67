"""The catalogue of a country: a cell's text goes in, the exact spelling and how sure it is come out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from mpkit.places import names
from mpkit.places.atlas import Place, State, everyday_cities, former_states, kilometres, known_states, read
from mpkit.places.grid import Grid
from mpkit.sites import SITES

_SUGGESTIONS = 5
_SPEAKING = 4  # letters a part of a name has at least
_HERE_KM, _ELSEWHERE_KM = 25.0, 50.0  # one candidate this near and the next this far: the point decides
_CONTRADICTED_KM = 150.0
_FORM = re.compile(r"(provincia|prov|estado|departamento|depto|dpto|region) ((de|del|do|da) )?")


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


class _Names:
    """The folded names of one state (or of all states), for one look-up each."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.spelling: set[str] = set()
        self.by_fold: dict[str, list[Place]] = {}
        for place in places:
            self.spelling.add(place.city)
            self.by_fold.setdefault(names.fold(place.city), []).append(place)
        self.letters = [(folded, names.letters(folded)) for folded in self.by_fold]
        self._full: dict[str, list[str]] = {}
        self._initials: dict[str, list[str]] = {}
        for folded in self.by_fold:
            self._full.setdefault(names.spelt_out(folded), []).append(folded)
            self._initials.setdefault(names.initials(folded), []).append(folded)

    def spelt_alike(self, folded: str) -> list[str]:
        """The names that are the same once abbreviations are written out, or whose words this text begins."""
        alike = self._full.get(names.spelt_out(folded), [])
        begun = [n for n in self._initials.get(names.initials(folded), []) if names.abbreviates(folded, n)]
        return [*alike, *(name for name in begun if name not in alike)]

    def named_in(self, folded: str) -> list[str]:
        """The names that stand in the text, without those that are a part of another one there."""
        words = names.spelt_out(folded).split()
        runs = {" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
        hits = sorted(run for run in runs if len(run) >= _SPEAKING and run in self.by_fold)
        return [name for name in hits if not any(other != name and names.holds(other, name) for other in hits)]

    def naming(self, folded: str) -> list[str]:
        """The names the text is a part of."""
        full = names.spelt_out(folded)
        return [name for name in self.by_fold if names.holds(name, full)] if len(full) >= _SPEAKING else []

    def close(self, folded: str) -> list[str]:
        """The folded names fewest edits away, none where that is more than may be wrong."""
        most, bits, best = names.allowed(folded), names.letters(folded), list[str]()
        for candidate, letters in self.letters:
            if (letters ^ bits).bit_count() > 2 * most:
                continue
            edits = names.distance(folded, candidate, most)
            if edits < most:
                most, best = edits, [candidate]
            elif edits == most:
                best.append(candidate)
        return best


class Catalogue:
    """States and cities of one site; immutable, its look-ups cached."""

    def __init__(self, site_id: str, places: Sequence[Place], *, decides: bool = False) -> None:
        """`decides`: the list is the account's own, so that a city it lacks does not exist there."""
        self.decides = decides
        self.country = SITES[site_id].country
        self.places = tuple(places)
        self.states = tuple(sorted({place.state for place in places}))
        self._known = _codes(self.country, self.states)
        by_state: dict[str, list[Place]] = {state: [] for state in self.states}
        for place in places:
            by_state[place.state].append(place)
        self._names = {state: _Names(inside) for state, inside in by_state.items()}
        self._all = _Names(places)
        self._state_names = _Names(Place(state, state) for state in self.states)
        self._everyday = self._everyday_names()
        self._grid = Grid(places)
        self.match_state = lru_cache(maxsize=20_000)(self._match_state)
        self._centres = lru_cache(maxsize=100_000)(self._centres_of)
        self._matched = lru_cache(maxsize=100_000)(self._match_in)

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
        bare = _FORM.sub("", folded, count=1) if _FORM.match(folded) else folded
        for state, known in self._known.items():
            if {folded, bare} & {names.fold(name) for name in (known.name, *known.everyday, state)}:
                return Match(Kind.GUESS, state, state)
        close = [self._state_names.by_fold[name][0].state for name in self._state_names.close(bare)] if bare else []
        if len(close) == 1:
            return Match(Kind.GUESS, close[0], close[0])
        return Match(Kind.SEVERAL if close else Kind.NONE, suggestions=tuple(Place(state, "") for state in close))

    def match_city(self, text: str, state: str | None, near: tuple[float, float] | None = None) -> Match:
        """What a cell means as a city of `state` (exact spelling; None: of any state).

        `near` (latitude, longitude) chooses among several and gives suggestions their distance; it never makes a match
        lossless. Suggestions of another state than asked mean: there is such a city, but elsewhere.
        """
        match = self._matched(text, state if state in self._names else None)
        return match if near is None else self._with_point(match, near)

    def _with_point(self, match: Match, near: tuple[float, float]) -> Match:
        if match.kind.lossless:
            return match
        measured = sorted(
            (replace(place, distance_km=place.km_to(*near)) for place in match.suggestions),
            key=lambda p: (p.distance_km is None, p.distance_km or 0.0),
        )
        if match.kind is Kind.SEVERAL and measured[0].distance_km is not None:
            here, there = measured[0], [p for p in measured[1:] if p.city != measured[0].city]
            if here.distance_km is not None and here.distance_km <= _HERE_KM:
                far = all((p.distance_km or 0.0) > _ELSEWHERE_KM for p in there)
                if far:
                    return Match(Kind.GUESS, here.city, here.state, tuple(measured))
        if match.kind is Kind.GUESS and measured and (measured[0].distance_km or 0.0) > _CONTRADICTED_KM:
            match = Match(Kind.NONE)  # the point says that the guess is wrong
        if match.kind is Kind.NONE:
            # A namesake far away is no help to somebody who stands here.
            close = [place for place in measured if (place.distance_km or 0.0) <= _CONTRADICTED_KM]
            measured = [*self.around(*near, 3), *close][:_SUGGESTIONS]
        return replace(match, suggestions=tuple(measured))

    def _match_in(self, text: str, state: str | None) -> Match:
        inside = self._names[state] if state else self._all
        folded = names.fold(text)
        found = inside.by_fold.get(folded, [])
        if found:
            return self._certain(text, found)
        if not folded:
            return Match(Kind.NONE)
        guessed = self._everyday.get((state, folded)) if state else None
        places = [guessed] if guessed else self._guesses(inside, folded)
        choices = {(place.state, place.city) for place in places}
        if len(choices) == 1:
            return Match(Kind.GUESS, places[0].city, places[0].state, tuple(places[:_SUGGESTIONS]))
        if choices:
            return Match(Kind.SEVERAL, suggestions=tuple(places[:_SUGGESTIONS]))
        return Match(Kind.NONE, suggestions=tuple(self._all.by_fold.get(folded, ())[:_SUGGESTIONS]))

    @staticmethod
    def _certain(text: str, found: Sequence[Place]) -> Match:
        """One spelling in one state is certain; the same name under several parents is one name."""
        same = [place for place in found if place.city == text] or found
        if len({(place.state, place.city) for place in same}) > 1:
            return Match(Kind.SEVERAL, suggestions=tuple(found[:_SUGGESTIONS]))
        kind = Kind.EXACT if same[0].city == text else Kind.REPAIRED
        return Match(kind, same[0].city, same[0].state)

    @staticmethod
    def _guesses(inside: _Names, folded: str) -> list[Place]:
        """Candidates of the surest kind that has any: abbreviation, spelling, one name inside the other."""
        kinds = (inside.spelt_alike, inside.close, inside.named_in, inside.naming)
        found = next((hits for kind in kinds if (hits := kind(folded))), [])
        return [place for name in found for place in inside.by_fold[name]]

    def _everyday_names(self) -> dict[tuple[str | None, str], Place]:
        """Everyday name in a state → its place, where this catalogue has that city."""
        found: dict[tuple[str | None, str], Place] = {}
        for code, everyday, official in everyday_cities():
            state = self.state_of_code(code)
            hits = self._names[state].by_fold.get(names.fold(official), []) if state else []
            if hits:
                found[state, names.fold(everyday)] = hits[0]
        return found


def _codes(country: str, states: Iterable[str]) -> dict[str, State]:
    """The ISO entry of each state of a catalogue; a state nobody knows gets a code of its own."""
    by_name: dict[str, State] = {}
    for known in known_states()[country]:
        for name in (*known.everyday, known.name):
            by_name[names.fold(name)] = known
    return {
        state: by_name.get(names.fold(state)) or State(f"{country}-X{n}", state, (), ())
        for n, state in enumerate(states)
    }


@lru_cache(maxsize=32)
def catalogue(site_id: str, folder: Path | None = None) -> Catalogue:
    """The catalogue of a site, built-in or from CSV files of `folder`; raises `UnreadableFile`."""
    return Catalogue(site_id, read(SITES[site_id].country, folder))
