"""Latitude and longitude cells come in, points and what is wrong with them go out, with the repair that would be right.

A repair is a guess until somebody agrees to it. How sure it is depends on a second witness: a point that comes to lie
in the city its row names is nearly certain; one that merely comes to lie in the country is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from types import MappingProxyType
from typing import NamedTuple

from mpkit.places import Catalogue
from mpkit.places.atlas import kilometres
from mpkit.sheet.degrees import Point, Read, from_utm, from_web_metres, is_fine, marks, read
from mpkit.sites import SITES, Box

# What programs and people write where there is no point, in both cells or in one.
_NOWHERE = frozenset({0.0, 1.0, -1.0, 90.0, -90.0, 99.0, 180.0, -180.0, 200.0, 999.0, -999.0, 9999.0, -9999.0, 99999.0})
_MOST = 180  # degrees; what is more has lost its mark or is no degrees
_OUTSIDE_KM = 150.0
_THERE_KM, _NEAR_KM, _FAR_KM = 25.0, 45.0, 60.0  # in the city the row names; still of it; surely not in it
_CERTAIN, _LIKELY, _MAYBE = 95, 80, 60  # how sure a repair is, in per cent: in its city, beside it, in the country
_BESIDE = 0.25  # degrees: 40 km askew, less than any distance we ask for
_COARSE = 1  # decimals: ten kilometres and more
_WEB_MOST, _UTM_EAST, _UTM_NORTH = 20_040_000, (100_000, 900_000), (0, 10_000_000)

__all__ = ["Judged", "Point", "degrees", "is_inhabited", "judge", "split_pair"]


class Judged(NamedTuple):
    """One row's point: it may be used unless `code` names what is wrong; `better` would be right.

    `values` fill the sentence in: for a repair `near` (the town it lies in), `km` from it and `sure` in per cent.
    """

    point: Point | None
    code: str = ""
    better: Point | None = None
    latitude_wrong: bool = True  # which of the two cells to show
    values: Mapping[str, object] = MappingProxyType({})

    @property
    def usable(self) -> bool:
        """Whether the point may be used as it is."""
        return self.point is not None and self.code in {"", "coordinates_coarse"}


def degrees(text: str) -> float | None:
    """One coordinate in decimal degrees, as `degrees.read` understands it; None for anything else."""
    found = read(text)
    return None if found is None else found.value


def split_pair(text: str) -> tuple[str, str]:
    """Two coordinates in one cell, as two cells; ("", "") where they cannot be told apart."""
    cell = text.strip(" ()[]{}")
    for separator in (";", "|", "/", ", ", ",", " "):
        parts = [part.strip() for part in cell.split(separator) if part.strip()]
        if len(parts) == 2:  # noqa: PLR2004 - latitude and longitude
            return parts[0], parts[1]
        middle = len(parts) // 2
        if separator in {",", " "} and len(parts) in {4, 6, 8}:  # decimal commas, or degrees in words of their own
            joined = separator.join(parts[:middle]), separator.join(parts[middle:])
            if all(degrees(half) is not None for half in joined):
                return joined
    return "", ""


def judge(
    latitudes: Sequence[str],
    longitudes: Sequence[str],
    catalogue: Catalogue,
    named: Mapping[int, tuple[str, str]] | None = None,
) -> list[Judged]:
    """The points of all rows against the country's outline; `named` is index → (state, city) as the row writes them."""
    judging = _Judging(catalogue, next(site.box for site in SITES.values() if site.country == catalogue.country))
    places = list(map((named or {}).get, range(len(latitudes)), repeat(("", ""))))
    towns = {place: judging.town(*place) for place in set(places)}
    rows = zip(latitudes, longitudes, places, strict=True)
    return [judging.at_once(lat, lng, towns[place]) or judging.judge(lat, lng, place) for lat, lng, place in rows]


def is_inhabited(catalogue: Catalogue, point: Point) -> bool:
    """Whether any town of the country is within reach: the outline box holds sea and neighbours too."""
    nearest = catalogue.nearest(*point)
    return nearest is None or nearest.distance_km is None or nearest.distance_km <= _OUTSIDE_KM


class _Judging:
    """Judges the points of one country."""

    def __init__(self, catalogue: Catalogue, box: Box) -> None:
        self.catalogue = catalogue
        self.box = box
        self.town = lru_cache(maxsize=20_000)(self._town_of)

    def at_once(self, latitude: str, longitude: str, town: Point | None) -> Judged | None:
        """Two numbers written as programs do, beside the city the row names: nearly every row; None for any other."""
        if town is None or not (is_fine(latitude) and is_fine(longitude)):
            return None
        point = float(latitude), float(longitude)
        return Judged(point) if is_beside(point, town) and self.box.holds(*point) else None

    def judge(self, latitude: str, longitude: str, named: tuple[str, str]) -> Judged:
        """One row's two cells."""
        if not latitude.strip() or not longitude.strip():
            return Judged(None, "missing_coordinates", latitude_wrong=not latitude.strip())
        if "://" in latitude or "://" in longitude:
            return Judged(None, "coordinates_short_link", latitude_wrong="://" in latitude)
        lat, lng = read(latitude), read(longitude)
        if not lat or not lng or abs(lat.value) > _MOST or abs(lng.value) > _MOST:
            nowhere = lat and lng and lat.value in _NOWHERE and lng.value in _NOWHERE
            found = None if nowhere else self._no_degrees(latitude, longitude, lat, lng, named)
            return found or Judged(None, "missing_coordinates")
        return self._point(lat, lng, named)

    def _point(self, lat: Read, lng: Read, named: tuple[str, str]) -> Judged:
        """Two cells that are degrees."""
        point = lat.value, lng.value
        if lat.value in _NOWHERE and lng.value in _NOWHERE:
            return Judged(None, "missing_coordinates")
        if not self.box.holds(*point):
            return self._outside(lat, lng, named)
        # Sea and neighbours lie in the box too: `Settlement` looks at the towns around.
        if (better := self._in_another_place(point, named)) is not None:
            return better
        return Judged(point, "coordinates_coarse" if max(lat.decimals, lng.decimals) <= _COARSE else "")

    def _no_degrees(
        self, latitude: str, longitude: str, lat: Read | None, lng: Read | None, named: tuple[str, str]
    ) -> Judged:
        """Two cells of which one at least is no degrees: metres, a lost decimal mark, or nothing we know."""
        wrong = not lat or abs(lat.value) > _MOST
        if lat and lng and (found := self._best(self._of_metres(lat.value, lng.value), named)):
            return self._repaired(None, "coordinates_in_metres", *found)
        firsts = [lat.value] if lat and abs(lat.value) <= _MOST else list(marks(latitude))
        seconds = [lng.value] if lng and abs(lng.value) <= _MOST else list(marks(longitude))
        pairs = [(a, b) for a in firsts for b in seconds]
        plain = self._best(pairs, named)
        turned = [(sa * a, sb * b) for a, b in pairs for sa in (1, -1) for sb in (1, -1)]
        found = plain or self._best([*turned, *((b, a) for a, b in turned)], named)
        if found:
            return self._repaired(None, "coordinates_without_mark", *found, latitude_wrong=wrong)
        return Judged(None, "unreadable_coordinates", latitude_wrong=wrong)

    def _of_metres(self, a: float, b: float) -> Iterator[Point]:
        """The points two numbers of metres may be, in both orders: web maps, or UTM in the country's zones."""
        for x, y in ((a, b), (b, a)):
            if 2_000_000 < abs(x) <= _WEB_MOST and 100 < abs(y) <= _WEB_MOST and x < 0:  # noqa: PLR2004 - America
                yield from_web_metres(x, y)
            if _UTM_EAST[0] <= x <= _UTM_EAST[1] and _UTM_NORTH[0] < y <= _UTM_NORTH[1]:
                first, last = (int((edge + 180) // 6) + 1 for edge in (self.box.west, self.box.east))
                for zone in range(first, last + 1):
                    yield from (from_utm(x, y, zone, southern=south) for south in (True, False))

    def _outside(self, lat: Read, lng: Read, named: tuple[str, str]) -> Judged:
        """A point outside the country: swapped, of the wrong sign, its mark at the wrong place, or truly elsewhere."""
        point = lat.value, lng.value
        for code, betters in _turned(*point):
            if found := self._best(betters, named):
                return self._repaired(point, code, *found)
        return Judged(
            point, "coordinates_outside_country", latitude_wrong=not self.box.south <= lat.value <= self.box.north
        )

    def _in_another_place(self, point: Point, named: tuple[str, str]) -> Judged | None:
        """A point in the country, but far from the city its row names, which a repair brings into that city."""
        town = self.town(*named)
        if town is None or is_beside(point, town) or _km(point, town) <= _FAR_KM:
            return None
        for code, betters in _turned(*point):
            found = self._best([p for p in betters if _km(p, town) <= _THERE_KM], named)
            if found:
                return self._repaired(point, code, *found)
        return None

    def _best(self, points: Sequence[Point] | Iterator[Point], named: tuple[str, str]) -> tuple[Point, int] | None:
        """The one repair that makes sense, and how sure it is: that in the row's city, else the only one inhabited."""
        inside = [p for p in dict.fromkeys(points) if self.box.holds(*p) and is_inhabited(self.catalogue, p)]
        town = self.town(*named)
        if town is not None and inside:
            nearest = min(inside, key=lambda p: _km(p, town))
            km = _km(nearest, town)
            if km <= _NEAR_KM:
                return nearest, _CERTAIN if km <= _THERE_KM else _LIKELY
        if len(inside) == 1:
            return inside[0], _MAYBE
        return None

    def _repaired(
        self, point: Point | None, code: str, better: Point, sure: int, *, latitude_wrong: bool | None = None
    ) -> Judged:
        near = self.catalogue.nearest(*better)
        values = {
            "near": near.city if near else "",
            "km": round((near.distance_km if near else 0.0) or 0.0),
            "sure": sure,
        }
        wrong = point is None or better[0] != point[0] if latitude_wrong is None else latitude_wrong
        return Judged(point, code, better, wrong, values)

    def _town_of(self, state_text: str, city_text: str) -> Point | None:
        """The centre of the city a row names for certain."""
        state = self.catalogue.match_state(state_text).value if state_text else ""
        match = self.catalogue.match_city(city_text, state or None) if city_text else None
        if match is None or not match.kind.lossless:
            return None
        return self.catalogue.point(match.state, match.value)


def is_beside(a: Point, b: Point, degrees: float = _BESIDE) -> bool:
    """Whether two points differ so little in both degrees that nobody need measure the kilometres."""
    return abs(a[0] - b[0]) < degrees and abs(a[1] - b[1]) < degrees


def _km(a: Point, b: Point) -> float:
    return kilometres(a[0], a[1], b[0], b[1])


def _turned(lat: float, lng: float) -> Iterator[tuple[str, list[Point]]]:
    """What a point may have been before something happened to it, the likeliest accident first."""
    yield "coordinates_swapped", [(lng, lat)]
    yield "coordinates_wrong_sign", [(-lat, lng), (lat, -lng), (-lat, -lng)]
    yield "coordinates_swapped", [(-lng, -lat), (-lng, lat), (lng, -lat)]
    shifted = (0.1, 1.0, 10.0, 100.0)
    scaled = [(lat * a, lng * b) for a in shifted for b in shifted if (a, b) != (1.0, 1.0)]
    yield "coordinates_without_mark", [(round(a, 7), round(b, 7)) for a, b in scaled]
