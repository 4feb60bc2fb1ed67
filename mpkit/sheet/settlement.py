"""One row's state, city and point come in; where the branch is in the catalogue's words, and what is wrong, go out.

Text and point are two witnesses. Where both agree, a spelling is put right and said so; where only one speaks, a person
decides (`--accept`); where they contradict each other, the row waits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from mpkit.model import Severity
from mpkit.places import Catalogue, Kind, Match, Place
from mpkit.places.atlas import kilometres
from mpkit.places.names import fold
from mpkit.sheet.points import Point
from mpkit.sheet.text import unscrambled

AGREE_KM = 40.0  # a centre is not a border: large towns reach this far
FAR_KM = 45.0
OUTSIDE_KM = 150.0
EMPTY_KM = 100.0
TOWN_KM = 15.0  # a point this near to a town's centre lies in or beside it
NAMED_KM = 30.0  # as far may it lie from a town its own name says
_AROUND = 40  # towns looked at beside a point
_SMALL = 5_000  # people
_WORD = 4  # letters of the shortest town name looked for in a branch's name


@dataclass(frozen=True, slots=True)
class Trouble:
    """A finding before it knows its row: `meaning` is that of the cell it is about."""

    code: str
    severity: Severity
    meaning: str
    suggestion: str | None = None
    values: dict[str, object] = field(default_factory=dict)


class Where(NamedTuple):
    """State and city in the catalogue's spelling ("" where unknown), the point to use, and the troubles."""

    state: str
    city: str
    point: Point | None
    troubles: tuple[Trouble, ...] = ()


@dataclass(slots=True)
class Case:
    """What one row says and what was found about it so far; `middle` is where the file's other rows of its city lie."""

    state_text: str
    city_text: str
    name: str
    point: Point | None = None
    middle: Point | None = None
    state: str = ""
    troubles: list[Trouble] = field(default_factory=list)

    def settled(self, state: str, city: str) -> Where:
        """The verdict."""
        return Where(state, city, self.point, tuple(self.troubles))


def _typed(case: Case) -> str:
    """The state of a row as its cell says it, with the name where the cell has something else."""
    text = case.state_text.strip()
    return case.state if fold(text) in {"", fold(case.state)} else f"{text} ({case.state})"


class Settlement:
    """Judges rows against one catalogue; `accept` holds the codes of repairs somebody agreed to."""

    def __init__(self, catalogue: Catalogue, accept: Collection[str], *, has_state: bool) -> None:
        self.catalogue = catalogue
        self.accept = frozenset(accept)
        self.has_state = has_state
        self._nearest = lru_cache(maxsize=50_000)(catalogue.nearest)

    def judge(self, case: Case) -> Where:
        """Where a branch is."""
        case.state = self._state(case)
        if not case.city_text:
            return self._without_city(case)
        match = self.catalogue.match_city(case.city_text, case.state or None)
        if match.kind in {Kind.SEVERAL, Kind.NONE} and case.point:
            match = self.catalogue.match_city(case.city_text, case.state or None, case.point)
        if match.value and not case.state and case.point is None and self._is_small(match):
            self._add(case, "missing_state", "city", match.state, state=match.state)
        if match.value:
            case.state = case.state or match.state
            return self._with_city(case, match)
        return self._unknown_city(case, match)

    def _is_small(self, match: Match) -> bool:
        """Whether a place is so small that another of its name may stand in no list but the account's own."""
        place = None if self.catalogue.decides else self.catalogue.called(match.state, match.value)
        return place is not None and place.people < _SMALL

    def _add(
        self, case: Case, code: str, meaning: str, better: str = "", *, agreed: bool = False, **values: object
    ) -> bool:
        """Note a trouble: blocking, unless the witnesses agree or somebody accepted its kind; True where taken."""
        taken = agreed or (code in self.accept and bool(better))
        severity = Severity.WARNING if taken else Severity.BLOCKING
        case.troubles.append(Trouble(code, severity, meaning, better or None, values))
        return taken

    def _state(self, case: Case) -> str:
        """The state a cell names; where it names none, the one the city and the point lead to, or ""."""
        text = case.state_text
        if not text:
            if not self.has_state:
                return ""
            found = self._led_to(case, None)
            self._add(case, "missing_state", "state", found, agreed=bool(found), state=found)
            return found
        match = self.catalogue.match_state(text)
        if match.kind.lossless or (match.value and _joined(match.value) == _joined(text)):
            return match.value
        if match.value:
            agreed = self._led_to(case, match.value) == match.value
            self._add(case, "state_misspelled", "state", match.value, agreed=agreed, found=text, state=match.value)
            return match.value
        found = self._led_to(case, None)
        self._add(case, "state_unknown", "state", found, found=text, state=found)
        return found

    def _led_to(self, case: Case, state: str | None) -> str:
        """The state a city's name and the point lead to, "" where they lead to none or several."""
        match = self.catalogue.match_city(case.city_text, state, case.point) if case.city_text else None
        if match is not None and match.value:
            return match.state
        if not case.point:
            return ""
        near = [p for p in self.catalogue.around(*case.point, 5) if (p.distance_km or 0.0) <= NAMED_KM]
        if state and any(place.state == state for place in near):
            return state
        return near[0].state if near and (near[0].distance_km or 0.0) <= TOWN_KM else ""

    def _without_city(self, case: Case) -> Where:
        """No city in the row: the point may say one, and tells whether the state is right."""
        town, state = self._nearest(*case.point) if case.point else None, case.state
        if town and case.point and (town.distance_km or 0.0) > OUTSIDE_KM:
            self._add(case, "coordinates_outside_country", "latitude", country=self.catalogue.country)
        elif town and case.point and state and town.state != state:
            inside = next((p for p in self.catalogue.around(*case.point, _AROUND) if p.state == state), None)
            if inside is None or (inside.distance_km or 0.0) > FAR_KM:
                self._add(case, "state_mismatch", "state", town.state, found=_typed(case), state=town.state)
            else:
                town = inside
        city = town.city if town and (town.distance_km or 0.0) <= NAMED_KM else ""
        if self._add(case, "missing_city", "city", city, city=city) and town:
            return case.settled(town.state, city)
        return case.settled(state, "")

    def _distance(self, case: Case, city: str) -> float | None:
        """Kilometres from the city: its centre, or where the file's other branches of it lie; None without a point."""
        if case.point is None:
            return None
        centre = self.catalogue.distance(case.state, city, *case.point)
        if centre is None or case.middle is None or centre <= AGREE_KM / 2:
            return centre
        return min(centre, kilometres(*case.middle, *case.point))

    def _with_city(self, case: Case, match: Match) -> Where:
        """The text names a city of the state, surely or by guess; the point confirms or contradicts it."""
        distance, sure = self._distance(case, match.value), match.kind.lossless
        if distance is None or distance <= (FAR_KM if sure else AGREE_KM) or self._none_nearer(case, match, distance):
            if not sure and not self._spelling(case, match, agreed=distance is not None):
                decided = self.catalogue.decides_in(case.state)
                return case.settled(case.state, match.value if decided else case.city_text)
            if distance is None or distance <= AGREE_KM / 2 or not self._is_state_name(case):
                return case.settled(case.state, match.value)
            town = self._town(case)
            if town is None or (town.distance_km or 0.0) * 2 >= distance:
                return case.settled(case.state, match.value)
            return self._moved(case, town)
        town = self._town(case) if self._is_state_name(case) else None
        return self._moved(case, town) if town else self._contradicted(case, match.value, distance)

    def _none_nearer(self, case: Case, match: Match, distance: float) -> bool:
        """Whether no other town lies nearer to the point: in empty country the town is still the right one."""
        nearest = self._nearest(*case.point) if case.point and distance <= EMPTY_KM else None
        return nearest is not None and (nearest.state, nearest.city) == (case.state, match.value)

    def _contradicted(self, case: Case, city: str, distance: float) -> Where:
        """The point lies far from the city the text names: outside the country, in another state, or just far."""
        assert case.point is not None
        nearest = self._nearest(*case.point)
        if nearest is None or (nearest.distance_km or 0.0) > OUTSIDE_KM:
            self._add(case, "coordinates_outside_country", "latitude", country=self.catalogue.country)
            return case.settled(case.state, city)
        other = self._same_name(case, nearest.state)
        if other and nearest.state != case.state and self.has_state:
            return self._elsewhere(case, other)
        taken = "coordinates_far_from_city" in self.accept
        self._add(
            case,
            "coordinates_far_from_city",
            "latitude",
            f"{nearest.city}, {nearest.state}",
            agreed=taken,
            city=city,
            km=round(distance),
            nearest=nearest.city,
        )
        return case.settled(case.state, city)

    def _elsewhere(self, case: Case, town: Place) -> Where:
        """City and point agree on another state than the row says; one it was part of once is an old name for it."""
        old = self.catalogue.was_part_of(town.state, case.state)
        if self._add(case, "state_mismatch", "state", town.state, agreed=old, found=_typed(case), state=town.state):
            return case.settled(town.state, town.city)
        return case.settled(case.state, "")

    def _unknown_city(self, case: Case, match: Match) -> Where:
        """The catalogue has no such city there: a state's name, a town of another state, a suburb, an error."""
        named = self.catalogue.match_state(case.city_text).value
        nearest = self._nearest(*case.point) if case.point else None
        if nearest and (nearest.distance_km or 0.0) > OUTSIDE_KM:
            self._add(case, "coordinates_outside_country", "latitude", country=self.catalogue.country)
            return case.settled(case.state, "")
        if case.state and nearest and nearest.state != case.state:
            other = self._same_name(case, nearest.state)
            if other is None and named == nearest.state:
                case_state, case.state = case.state, nearest.state
                other = self._town(case) or nearest
                case.state = case_state
            if other:
                return self._elsewhere(case, other)
        alike = {place.state for place in match.suggestions if fold(place.city) == fold(case.city_text)}
        if case.state and case.point is None and len(alike) == 1:
            state = alike.pop()
            return self._elsewhere(case, next(p for p in match.suggestions if p.state == state))
        if named and named == case.state and (town := self._town(case)):
            return self._moved(case, town)
        return self._nearest_town(case, match)

    def _nearest_town(self, case: Case, match: Match) -> Where:
        """The town the point lies in stands for a city the catalogue does not have."""
        town = self._town(case)
        if town and case.point:
            inside = self.catalogue.around(*case.point, 1)[0].state == (case.state or town.state)
            used: dict[str, object] = {"found": case.city_text, "city": f"{town.city}{_far(town)}"}
            taken = self._add(case, "city_unknown", "city", town.city, agreed=inside, **used)
            return case.settled(town.state if taken else case.state, town.city if taken else "")
        if not case.state and match.kind is Kind.SEVERAL:
            states = ", ".join(dict.fromkeys(place.state for place in match.suggestions))
            case.troubles.append(Trouble("missing_state", Severity.BLOCKING, "city", states, {"state": states}))
            return case.settled("", "")
        choices = ", ".join(dict.fromkeys(place.city for place in match.suggestions))
        told = ", ".join(dict.fromkeys(f"{place.city}{_far(place)}" for place in match.suggestions))
        kept = bool(case.state) and not self.catalogue.decides_in(case.state)
        severity = Severity.WARNING if kept else Severity.BLOCKING
        values: dict[str, object] = {"found": case.city_text, "city": told or "—", "kept": kept}
        case.troubles.append(Trouble("city_unknown", severity, "city", choices or None, values))
        return case.settled(case.state, case.city_text if kept else "")

    def _spelling(self, case: Case, match: Match, *, agreed: bool) -> bool:
        """The city is written differently in the catalogue; a blank where a letter was is a lost letter."""
        text, value = fold(case.city_text), fold(match.value)
        lost = len(text) == len(value) and any(a == " " != b for a, b in zip(text, value, strict=True))
        code = "lost_letter" if lost else "city_misspelled"
        values: dict[str, object] = {
            "found": case.city_text,
            "city": match.value,
            "far": self._how_far(case, match.value),
        }
        if agreed or code in self.accept or self.catalogue.decides_in(case.state) or lost:
            return self._add(case, code, "city", match.value, agreed=agreed, **values)
        case.troubles.append(Trouble(code, Severity.WARNING, "city", match.value, {**values, "kept": True}))
        return False

    def _how_far(self, case: Case, city: str) -> str:
        """How far the row's point is from a city's centre, for a sentence; "" where either is unknown."""
        km = self.catalogue.distance(case.state, city, *case.point) if case.point else None
        return "" if km is None else f" ({km:.0f} km)"

    @staticmethod
    def _moved(case: Case, town: Place) -> Where:
        """The city column holds the state; the point and the name say the town."""
        values: dict[str, object] = {"found": case.city_text, "city": town.city}
        case.troubles.append(Trouble("city_mismatch", Severity.WARNING, "city", town.city, values))
        return case.settled(town.state, town.city)

    def _is_state_name(self, case: Case) -> bool:
        return self.catalogue.match_state(case.city_text).value == case.state

    def _same_name(self, case: Case, state: str) -> Place | None:
        """A city of that name in that state beside the point."""
        match = self.catalogue.match_city(case.city_text, state)
        if not match.kind.lossless or case.point is None:
            return None
        distance = self.catalogue.distance(state, match.value, *case.point)
        return Place(state, match.value) if distance is not None and distance <= AGREE_KM else None

    def _town(self, case: Case) -> Place | None:
        """The town the branch's own name says near its point; else the nearest, where the point is in or beside it."""
        if case.point is None:
            return None
        around = [p for p in self.catalogue.around(*case.point, _AROUND) if not case.state or p.state == case.state]
        folded = f" {fold(unscrambled(case.name))} "
        said = [
            place
            for place in around
            if (place.distance_km or 0.0) <= NAMED_KM
            and len(fold(place.city)) >= _WORD
            and f" {fold(place.city)} " in folded
        ]
        nearest = said or [place for place in around[:1] if (place.distance_km or 0.0) <= TOWN_KM]
        return nearest[0] if nearest else None


def _far(place: Place) -> str:
    """Its distance from the row's point, for a sentence; "" where it was not measured."""
    return "" if place.distance_km is None else f" ({place.distance_km:.0f} km)"


def _joined(text: str) -> str:
    """Without case, accents and blanks: what differs only there differs by nothing."""
    return fold(text).replace(" ", "")
