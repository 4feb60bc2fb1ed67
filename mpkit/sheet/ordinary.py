"""A row's state, city and point come in; where nothing is in doubt, as in nearly every row, its place goes out."""

from __future__ import annotations

from functools import lru_cache

from mpkit.places import Catalogue
from mpkit.sheet.points import Point, is_beside
from mpkit.sheet.settlement import Where

_INSIDE = 0.12  # degrees: 19 km askew, in or beside any town


class Ordinary:
    """Knows the rows `Settlement` need not look at; both give the same answer for them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._named = lru_cache(maxsize=20_000)(self._named_by)

    def place(self, state_text: str, city_text: str, point: Point | None) -> Where | None:
        """State and city are the catalogue's, the point (if any) lies beside the city; None where it is not so."""
        named = self._named(state_text, city_text)
        if named is None or not (point is None or (named.point and is_beside(point, named.point, _INSIDE))):
            return None
        return Where(named.state, named.city, point)

    def _named_by(self, state_text: str, city_text: str) -> Where | None:
        """The city two texts name for certain, and its one centre."""
        state = self.catalogue.match_state(state_text) if state_text else None
        if state is None or not state.kind.lossless or not city_text:
            return None
        match = self.catalogue.match_city(city_text, state.value)
        if not match.kind.lossless:
            return None
        return Where(state.value, match.value, self.catalogue.only_centre(state.value, match.value))
