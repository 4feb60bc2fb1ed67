"""Misspelt places: made by the hundred from the catalogue, and written by hand as people write them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mpkit.places import Kind, catalogue
from mpkit.places.names import fold
from mpkit.sites import SITES
from tests.places import misspelt

ENOUGH = 0.95
SEEN = list(csv.DictReader((Path(__file__).parent / "seen.csv").open(encoding="utf-8", newline="")))


def test_the_right_place_is_suggested_first_for_misspelt_ones_of_seven_sites() -> None:
    found = misspelt.table()
    assert len(misspelt.cases()) >= 500
    assert {case.site for case in misspelt.cases()} == set(SITES)
    assert {way: share for way, (share, _) in found.items() if share < ENOUGH} == {}, misspelt.text()


def test_no_misspelt_name_is_taken_for_another_place_without_asking() -> None:
    assert [case for case in misspelt.cases() if misspelt.silently_wrong(case)] == []


def test_the_misspelt_names_are_misspelt() -> None:
    same = [case for case in misspelt.cases() if case.text == case.place.city]
    assert same == []
    assert len({case.error.partition(" +")[0] for case in misspelt.cases()}) == len(misspelt.ERRORS)


def seen_first(row: dict[str, str], *, point: bool) -> tuple[str, str]:
    """State code and city that come first for a row written by hand."""
    places = catalogue(row["site"])
    state = places.match_state(row["state"]).value
    near = None
    if point:
        city = row["right_city"].split("|")[0]
        near = places.point(places.state_of_code(row["right_state"]) or "", city)
    found = misspelt.first(places, row["city"], state or None, near)
    return (places.code(found.state), found.city) if found else ("", "")


def wrong(*, point: bool) -> list[str]:
    found = []
    for row in SEEN:
        state, city = seen_first(row, point=point)
        right = {fold(name) for name in row["right_city"].split("|")}
        if state != row["right_state"] or fold(city) not in right:
            found.append(f"{row['site']} {row['state']} / {row['city']}: {state} {city}")
    return found


def test_places_as_people_write_them() -> None:
    assert len(SEEN) >= 100
    for point in (False, True):
        missed = wrong(point=point)
        assert 1 - len(missed) / len(SEEN) >= ENOUGH, missed


@pytest.mark.parametrize("row", SEEN, ids=lambda row: f"{row['site']} {row['state']}")
def test_every_state_as_people_write_it_is_found(row: dict[str, str]) -> None:
    places = catalogue(row["site"])
    match = places.match_state(row["state"])
    assert match.kind is not Kind.NONE
    assert places.code(match.value) == row["right_state"]
