"""One row's state, city and point come in; where the branch is in the catalogue's words, and what is wrong, go out.

Text and point are two witnesses. Where both agree, a spelling is put right and said so; where only one speaks, a person
decides (`--accept`); where they contradict each other, the row waits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from mpkit.model import Severity
from mpkit.places import Catalogue, Match, Place
from mpkit.places.names import fold
from mpkit.sheet.points import Point

AGREE_KM = 40.0  # a centre is not a border: large towns reach this far
FAR_KM = 50.0
OUTSIDE_KM = 150.0
TOWN_KM = 15.0  # a point this near to a town's centre lies in or beside it
NAMED_KM = 30.0  # as far may it lie from a town its own name says
_WORD = 4


@dataclass(frozen=True, slots=True)
class Trouble:
    """A finding before it knows its row: `field` is the meaning of the cell it is about."""

    code: str
    severity: Severity
    field: str
    suggestion: str | None = None
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Where:
    """State and city in the catalogue's spelling ("" where unknown), the point to use, and the troubles."""

    state: str
    city: str
    point: Point | None
    troubles: tuple[Trouble, ...] = ()


class Settlement:
    """Judges rows against one catalogue; `accept` holds the codes of repairs somebody agreed to."""

    def __init__(self, catalogue: Catalogue, accept: Collection[str], *, has_state: bool) -> None:
        self.catalogue = catalogue
        self.accept = frozenset(accept)
        self.has_state = has_state
        self._distance = lru_cache(maxsize=100_000)(catalogue.distance)
        self._nearest = lru_cache(maxsize=50_000)(catalogue.nearest)

    def judge(self, state_text: str, city_text: str, name: str, point: Point | None) -> Where:
        """Where a branch is; `name` is its own name, which often says the town."""
        state, troubles = self._state(state_text, city_text, point)
        if not city_text:
            return self._without_city(state, point, troubles)
        match = self.catalogue.match_city(city_text, state or None, point)
        if match.value:
            state = state or match.state
            return self._with_city(match, state, city_text, name, point, troubles)
        return self._unknown_city(match, state, city_text, name, point, troubles)

    def _trouble(
        self, code: str, where: str, suggestion: str | None = None, *, agreed: bool = False, **values: object
    ) -> Trouble:
        """Blocking, unless the witnesses agree or somebody accepted this kind of repair."""
        waits = not agreed and not (code in self.accept and suggestion is not None)
        severity = Severity.BLOCKING if waits else Severity.WARNING
        return Trouble(code, severity, where, suggestion, values)

    def _state(self, text: str, city: str, point: Point | None) -> tuple[str, list[Trouble]]:
        """The state a cell names; where it names none, "" so that the city may say it."""
        if not text:
            if not self.has_state:
                return "", []
            found = self._by_city(city, point)
            return found, [self._trouble("missing_state", "state", found or None, agreed=bool(found), state=found)]
        match = self.catalogue.match_state(text)
        if match.kind.lossless:
            return match.value, []
        if match.value:
            agreed = self._by_city(city, point, match.value) == match.value
            return match.value, [
                self._trouble("state_misspelled", "state", match.value, agreed=agreed, found=text, state=match.value)
            ]
        found = self._by_city(city, point)
        return found, [self._trouble("state_unknown", "state", found or None, found=text, state=found)]

    def _by_city(self, city: str, point: Point | None, state: str | None = None) -> str:
        """The state a city's name (and the point) lead to, "" where they lead to none or several."""
        match = self.catalogue.match_city(city, state, point) if city else None
        if match is not None and match.value:
            return match.state
        nearest = self._nearest(*point) if point else None
        return nearest.state if nearest and (nearest.distance_km or 0.0) <= TOWN_KM else ""

    def _without_city(self, state: str, point: Point | None, troubles: list[Trouble]) -> Where:
        nearest = self._nearest(*point) if point else None
        if nearest and (nearest.distance_km or 0.0) > OUTSIDE_KM:
            troubles.append(self._trouble("coordinates_outside_country", "latitude", country=self.catalogue.country))
        if nearest and state and nearest.state != state:
            inside = next((p for p in self.catalogue.around(*point, 40) if p.state == state), None) if point else None
            if inside is None or (inside.distance_km or 0.0) > FAR_KM:
                troubles.append(self._trouble("state_mismatch", "state", nearest.state, state=nearest.state))
            else:
                nearest = inside
        suggestion = nearest.city if nearest and (nearest.distance_km or 0.0) <= NAMED_KM else None
        trouble = self._trouble("missing_city", "city", suggestion, city=suggestion or "")
        taken = trouble.severity is Severity.WARNING and nearest is not None
        city = nearest.city if taken and nearest else ""
        return Where(nearest.state if taken and nearest else state, city, point, (*troubles, trouble))

    def _with_city(
        self, match: Match, state: str, text: str, name: str, point: Point | None, troubles: list[Trouble]
    ) -> Where:
        """The text names a city of the state, surely or by guess; the point confirms or contradicts it."""
        distance = self._distance(state, match.value, *point) if point else None
        sure = match.kind.lossless
        if distance is None or distance <= (FAR_KM if sure else AGREE_KM):
            if not sure:
                agreed = distance is not None or (match.kind.value == "several" and not self.has_state)
                troubles.append(self._spelling(match, text, agreed=agreed))
            if distance is not None and distance > AGREE_KM / 2 and self._is_state_name(text, state) and point:
                town = self._town(point, state, name)
                if town and (town.distance_km or 0.0) * 2 < distance:
                    troubles.append(self._moved(town, text))
                    return Where(state, town.city, point, tuple(troubles))
            return Where(state, match.value, point, tuple(troubles))
        assert point is not None
        if self._is_state_name(text, state):
            town = self._town(point, state, name)
            if town:
                return Where(state, town.city, point, (*troubles, self._moved(town, text)))
        return self._contradicted(match.value, state, text, distance, point, troubles)

    def _contradicted(
        self, city: str, state: str, text: str, distance: float, point: Point, troubles: list[Trouble]
    ) -> Where:
        """The point lies far from the city the text names: outside the country, in another state, or just far."""
        nearest = self._nearest(*point)
        if nearest is None or (nearest.distance_km or 0.0) > OUTSIDE_KM:
            outside = self._trouble("coordinates_outside_country", "latitude", country=self.catalogue.country)
            return Where(state, city, point, (*troubles, outside))
        elsewhere = self._same_name(text, nearest.state, point)
        if elsewhere and nearest.state != state and self.has_state:
            trouble = self._trouble("state_mismatch", "state", elsewhere.state, found=state, state=elsewhere.state)
            taken = trouble.severity is Severity.WARNING
            return Where(
                elsewhere.state if taken else state, elsewhere.city if taken else city, point, (*troubles, trouble)
            )
        far = self._trouble(
            "coordinates_far_from_city",
            "latitude",
            f"{nearest.city}, {nearest.state}",
            city=city,
            km=round(distance),
            nearest=nearest.city,
        )
        return Where(state, city, point, (*troubles, far))

    def _unknown_city(
        self, match: Match, state: str, text: str, name: str, point: Point | None, troubles: list[Trouble]
    ) -> Where:
        """The catalogue has no such city there: a state's name, a town of another state, a suburb, an error."""
        named = self.catalogue.match_state(text)
        nearest = self._nearest(*point) if point else None
        if nearest and (nearest.distance_km or 0.0) > OUTSIDE_KM:
            outside = self._trouble("coordinates_outside_country", "latitude", country=self.catalogue.country)
            return Where(state, "", point, (*troubles, outside))
        if state and nearest and nearest.state != state:
            other = named.value if named.value == nearest.state else ""
            same = self._same_name(text, nearest.state, point) if point and not other else None
            if other or same:
                town = same or (self._town(point, nearest.state, name) if point else None) or nearest
                trouble = self._trouble("state_mismatch", "state", nearest.state, found=state, state=nearest.state)
                taken = trouble.severity is Severity.WARNING
                return Where(nearest.state if taken else state, town.city if taken else "", point, (*troubles, trouble))
        if named.value and named.value == state and point:
            town = self._town(point, state, name)
            if town:
                return Where(state, town.city, point, (*troubles, self._moved(town, text)))
        return self._nearest_town(match, state, text, name, point, troubles)

    def _nearest_town(
        self, match: Match, state: str, text: str, name: str, point: Point | None, troubles: list[Trouble]
    ) -> Where:
        """The town the point lies in stands for a city the catalogue does not have."""
        town = self._town(point, state, name) if point else None
        choices = ", ".join(dict.fromkeys(place.city for place in match.suggestions)) or None
        if town and point:
            far = self.catalogue.around(*point, 1)[0].state != (state or town.state)
            trouble = self._trouble("city_unknown", "city", town.city, agreed=not far, found=text, city=town.city)
            taken = trouble.severity is Severity.WARNING
            return Where(town.state if taken else state, town.city if taken else "", point, (*troubles, trouble))
        if not self.has_state and not state and match.kind.value == "several":
            states = ", ".join(dict.fromkeys(place.state for place in match.suggestions))
            trouble = Trouble("missing_state", Severity.BLOCKING, "city", states or None, {"state": states})
            return Where("", "", point, (*troubles, trouble))
        trouble = Trouble("city_unknown", Severity.BLOCKING, "city", choices, {"found": text, "city": choices or ""})
        return Where(state, "", point, (*troubles, trouble))

    def _spelling(self, match: Match, text: str, *, agreed: bool) -> Trouble:
        return self._trouble("city_misspelled", "city", match.value, agreed=agreed, found=text, city=match.value)

    @staticmethod
    def _moved(town: Place, text: str) -> Trouble:
        """The city column holds the state; the point and the name say the town."""
        values: dict[str, object] = {"found": text, "city": town.city}
        return Trouble("city_mismatch", Severity.WARNING, "city", town.city, values)

    def _is_state_name(self, text: str, state: str) -> bool:
        return self.catalogue.match_state(text).value == state

    def _same_name(self, text: str, state: str, point: Point) -> Place | None:
        """A city of that name in that state beside the point."""
        match = self.catalogue.match_city(text, state)
        if not match.kind.lossless:
            return None
        distance = self._distance(state, match.value, *point)
        return (
            Place(state, match.value, distance_km=distance) if distance is not None and distance <= AGREE_KM else None
        )

    def _town(self, point: Point, state: str, name: str) -> Place | None:
        """The town the branch's own name says near its point; else the nearest, where the point lies in or beside it."""
        around = [p for p in self.catalogue.around(*point, 40) if not state or p.state == state]
        folded = f" {fold(name)} "
        said = [
            p
            for p in around
            if (p.distance_km or 0.0) <= NAMED_KM and len(fold(p.city)) >= _WORD and f" {fold(p.city)} " in folded
        ]
        nearest = said or [p for p in around[:1] if (p.distance_km or 0.0) <= TOWN_KM]
        return nearest[0] if nearest else None
