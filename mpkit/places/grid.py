"""Points become a grid of one-degree cells, so that the nearest places are found without measuring all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import cos, floor, radians
from operator import itemgetter

from mpkit.places.atlas import Place

_KM_PER_DEGREE = 111.2
_WIDEST = 40  # degrees: further than any point of a country from its nearest town


class Grid:
    """Places by whole degree of latitude and longitude."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._cells: dict[tuple[int, int], list[Place]] = {}
        for place in places:
            if place.latitude is not None and place.longitude is not None:
                self._cells.setdefault((floor(place.latitude), floor(place.longitude)), []).append(place)

    def around(self, latitude: float, longitude: float, count: int) -> tuple[Place, ...]:
        """The `count` nearest places with their distances, nearest first."""
        row, column = floor(latitude), floor(longitude)
        narrow = _KM_PER_DEGREE * max(0.05, cos(radians(min(89.0, abs(latitude) + 1))))  # a degree of longitude here
        found: list[tuple[float, Place]] = []
        for ring in range(_WIDEST):
            places = (place for cell in _ring(row, column, ring) for place in self._cells.get(cell, ()))
            found.extend((place.km_to(latitude, longitude) or 0.0, place) for place in places)
            found.sort(key=itemgetter(0))
            # whatever lies in rings not yet read is at least this far away
            if len(found) >= count and found[count - 1][0] <= ring * narrow:
                break
        return tuple(replace(place, distance_km=km) for km, place in found[:count])


def _ring(row: int, column: int, ring: int) -> Iterable[tuple[int, int]]:
    """The cells exactly `ring` cells away."""
    for r in range(row - ring, row + ring + 1):
        step = 1 if abs(r - row) == ring else max(1, 2 * ring)
        yield from ((r, c) for c in range(column - ring, column + ring + 1, step))
