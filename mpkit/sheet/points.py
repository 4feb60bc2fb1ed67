"""Latitude and longitude cells come in, points and what is wrong with them go out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mpkit.places import Catalogue
from mpkit.sites import SITES, Box

_NUMBER = re.compile(r"([+-]?)\s*(\d+(?:[.,]\d+)?|[.,]\d+)°?\s*([NSEWO])?", re.IGNORECASE)
_ORDINARY = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?").fullmatch  # nearly every cell: worth a way of its own
_SEXAGESIMAL = re.compile(
    r"([+-]?)(\d{1,3})\s*[°º]\s*(\d{1,2})\s*['’′]?\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:[\"”″]|'')?)?\s*([NSEWO])?",  # noqa: RUF001
    re.IGNORECASE,
)
_NOWHERE = frozenset({0.0, 180.0, 200.0, 999.0, -999.0})  # what programs write where there is no point
_OUTSIDE_KM = 150.0
Point = tuple[float, float]


class Judged(NamedTuple):
    """One row's point: `point` may be used unless `code` names what is wrong; `better` would be right."""

    point: Point | None
    code: str = ""
    better: Point | None = None
    latitude_wrong: bool = True  # which of the two cells to show


def degrees(text: str) -> float | None:
    """One coordinate in decimal degrees: point or comma, degrees-minutes-seconds, a letter for the hemisphere."""
    if _ORDINARY(text):
        return float(text)
    cell = text.replace("−", "-").strip()  # noqa: RUF001 - spreadsheets write a true minus too
    plain = _NUMBER.fullmatch(cell)
    if plain:
        value = float(plain[2].replace(",", "."))
        letter, sign = plain[3], plain[1]
    else:
        parts = _SEXAGESIMAL.fullmatch(cell)
        if not parts:
            return None
        value = int(parts[2]) + int(parts[3]) / 60 + float((parts[4] or "0").replace(",", ".")) / 3600
        letter, sign = parts[5], parts[1]
    return -value if sign == "-" or (letter and letter.upper() in "SWO") else value


def split_pair(text: str) -> tuple[str, str]:
    """Two coordinates in one cell, as two cells; ("", "") where they cannot be told apart."""
    cell = text.strip(" ()")
    for separator in (";", ", ", ",", " "):
        parts = [part for part in cell.split(separator) if part.strip()]
        if len(parts) == 2:  # noqa: PLR2004 - latitude and longitude
            return parts[0], parts[1]
    return "", ""


def judge(latitudes: Sequence[str], longitudes: Sequence[str], catalogue: Catalogue) -> list[Judged]:
    """The points of all rows against the country's outline."""
    box = next(site.box for site in SITES.values() if site.country == catalogue.country)
    known: dict[tuple[str, str], Judged] = {}
    answers: list[Judged] = []
    for pair in zip(latitudes, longitudes, strict=True):
        if pair not in known:
            known[pair] = _judge(pair[0], pair[1], catalogue, box)
        answers.append(known[pair])
    return answers


def _judge(latitude: str, longitude: str, catalogue: Catalogue, box: Box) -> Judged:
    if not latitude.strip() or not longitude.strip():
        return Judged(None, "missing_coordinates", latitude_wrong=not latitude.strip())
    lat, lng = degrees(latitude), degrees(longitude)
    if lat is None or lng is None:
        return Judged(None, "unreadable_coordinates", latitude_wrong=lat is None)
    if lat in _NOWHERE and lng in _NOWHERE:
        return Judged(None, "missing_coordinates")
    if abs(lat) > 180 or abs(lng) > 180:  # noqa: PLR2004 - no degrees: the decimal mark is lost
        return Judged(None, "unreadable_coordinates", latitude_wrong=abs(lat) > 180)  # noqa: PLR2004
    if box.holds(lat, lng):  # sea and neighbours lie in it too: `Settlement` looks at the towns around
        return Judged((lat, lng))
    return _outside(lat, lng, catalogue, box)


def _outside(lat: float, lng: float, catalogue: Catalogue, box: Box) -> Judged:
    """A point outside the country: swapped, of the wrong sign, or truly elsewhere."""
    for code, better in (
        ("coordinates_swapped", (lng, lat)),
        ("coordinates_wrong_sign", (-lat, lng)),
        ("coordinates_wrong_sign", (lat, -lng)),
        ("coordinates_wrong_sign", (-lat, -lng)),
        ("coordinates_swapped", (-lng, -lat)),
    ):
        if box.holds(*better) and is_inhabited(catalogue, better):
            return Judged((lat, lng), code, better, latitude_wrong=better[0] != lat)
    return Judged((lat, lng), "coordinates_outside_country", latitude_wrong=not box.south <= lat <= box.north)


def is_inhabited(catalogue: Catalogue, point: Point) -> bool:
    """Whether any town of the country is within reach: the outline box holds sea and neighbours too."""
    nearest = catalogue.nearest(*point)
    return nearest is None or nearest.distance_km is None or nearest.distance_km <= _OUTSIDE_KM
