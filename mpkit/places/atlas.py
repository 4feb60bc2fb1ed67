"""Catalogue files (built-in or a folder of one's own; `state,city,latitude,longitude,parent`) become places."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mpkit.errors import UnreadableFile

FOLDER = Path(__file__).parent / "catalogue"
_EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Place:
    """One city of one state; the point is a centre, None where the source has none.

    `people` live there where the source says so (else 0); `distance_km` where asked for.
    """

    state: str
    city: str
    latitude: float | None = None
    longitude: float | None = None
    parent: str = ""
    people: int = 0
    distance_km: float | None = None

    def km_to(self, latitude: float, longitude: float) -> float | None:
        """Kilometres between this place's centre and a point, None where it has no centre."""
        if self.latitude is None or self.longitude is None:
            return None
        return kilometres(self.latitude, self.longitude, latitude, longitude)


@dataclass(frozen=True, slots=True)
class State:
    """A state as ISO 3166-2 knows it: code ("AR-B"), name in the local spelling, everyday names, GeoNames codes."""

    code: str
    name: str
    everyday: tuple[str, ...]
    geonames: tuple[str, ...]


def kilometres(south: float, west: float, north: float, east: float) -> float:
    """Great-circle distance of two points in decimal degrees."""
    a = math.sin(math.radians(north - south) / 2) ** 2
    b = math.sin(math.radians(east - west) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(a + math.cos(math.radians(south)) * math.cos(math.radians(north)) * b))


@cache
def known_states() -> Mapping[str, tuple[State, ...]]:
    """Every state of the seven countries, by ISO country letters."""
    found: dict[str, list[State]] = {}
    with (FOLDER / "states.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            state = State(row["code"], row["name"], _split(row["everyday"]), _split(row["geonames"]))
            found.setdefault(row["country"], []).append(state)
    return {country: tuple(states) for country, states in found.items()}


@cache
def everyday_cities() -> tuple[tuple[str, str, str], ...]:
    """What people call cities and their quarters: (state code, everyday name, official name)."""
    with (FOLDER / "everyday.csv").open(newline="", encoding="utf-8") as file:
        return tuple((row["state"], row["everyday"], row["city"]) for row in csv.DictReader(file))


@cache
def other_cities() -> tuple[tuple[str, str, str], ...]:
    """What cities were called once or are called besides: (state code, other name, name)."""
    with (FOLDER / "others.csv").open(newline="", encoding="utf-8") as file:
        return tuple((row["state"], row["other"], row["city"]) for row in csv.DictReader(file))


@cache
def former_states() -> frozenset[tuple[str, str]]:
    """States cut out of another one within living memory: (code, code of the one it was part of)."""
    with (FOLDER / "former.csv").open(newline="", encoding="utf-8") as file:
        return frozenset((row["state"], row["former"]) for row in csv.DictReader(file))


def read(country: str, folder: Path | None) -> tuple[Place, ...]:
    """The places of a country from `folder` (None: built-in); raises `UnreadableFile` where there is no such list."""
    file = (folder or FOLDER) / f"{country}.csv"
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            found = tuple(_place(row) for row in csv.DictReader(lines))
    except (OSError, KeyError, ValueError) as error:
        raise UnreadableFile("places_unreadable", file=str(file), why=str(error)) from error
    if not found:
        raise UnreadableFile("places_unreadable", file=str(file), why="0 places")
    return found


def _place(row: Mapping[str, str]) -> Place:
    latitude, longitude = _degrees(row["latitude"]), _degrees(row["longitude"])
    return Place(row["state"], row["city"], latitude, longitude, row.get("parent") or "", int(row.get("people") or 0))


def _degrees(text: str) -> float | None:
    return float(text) if text else None


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)
