"""The open branch lists: what must come out of the Argentine one, and the least of all eight."""

from pathlib import Path

import pytest

from mpkit import sheet
from mpkit.places import catalogue
from mpkit.places.names import fold
from mpkit.sheet import Checked
from tests.sheet import table


@pytest.fixture(scope="module")
def argentina(shared: Path) -> Checked:
    return sheet.check(shared / "data/branches/AR_precios-claros_sucursales.csv", places=shared / "data/places")


def test_the_two_rows_in_the_wrong_province_wait(argentina):
    assert (argentina.site, argentina.header_row, argentina.rows, argentina.delimiter) == ("MLA", 1, 120, ";")
    assert argentina.blocked == {41, 43}
    waiting = {f.record: (f.code, f.suggestion) for f in argentina.findings if f.severity == "blocking"}
    assert waiting == {41: ("state_mismatch", "Jujuy"), 43: ("state_mismatch", "Jujuy")}
    assert len(argentina.branches) == len(argentina.registers) == 118


def test_every_branch_stands_in_the_catalogue_near_its_point(argentina, shared):
    places = catalogue("MLA", shared / "data/places")
    for branch in argentina.branches:
        place = branch.location
        assert place.city in places.cities(place.state)
        assert places.distance(place.state, place.city, place.latitude, place.longitude) < 40
    assert len({branch.external_id for branch in argentina.branches}) == 118


def test_no_city_is_changed_in_silence(argentina):
    column = next(c.index for c in argentina.columns if c.meaning == "city")
    told = {f.record: f.suggestion for f in argentina.findings if f.column == column}
    for branch in argentina.branches:
        typed = argentina.cells.rows[branch.record][column - 1]
        alike = fold(typed) == fold(branch.location.city)
        assert alike or told.get(branch.record) == branch.location.city, branch


def test_house_numbers(argentina):
    column = next(c.index for c in argentina.columns if c.meaning == "street_and_number")
    numbers = {b.record: b.location.street_number for b in argentina.branches}
    typed = {n: argentina.cells.rows[n][column - 1] for n in numbers}
    assert {typed[n]: numbers[n] for n in (1, 4, 24, 44, 68, 103)} == {
        "Cabred 23": "23",
        "Brown None": "s/n",
        typed[24]: "149",
        typed[44]: "216",
        typed[68]: "1701",
        "Uruguay 1470 None": "1470",
    }
    assert sum(number == "s/n" for number in numbers.values()) == 27  # a number behind a corner may be of either street


def test_the_whole_table(shared):
    lines = table.measure(shared)
    print(table.text(lines))  # noqa: T201 - read with `pytest -s`
    assert all(line.site_right for line in lines)
    assert sum(line.right for line in lines) >= 0.97 * sum(line.columns for line in lines)
    for line in lines:
        if line.expected and "UY" not in line.file and "tricot" not in line.file:
            assert line.branches == pytest.approx(line.expected, abs=2), line
        if "CO_" not in line.file:
            assert line.recall >= 0.97, line
