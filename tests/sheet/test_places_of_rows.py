"""Where a row's branch is: stand-in points, hours of places, repairs agreed to, and the list that remembers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mpkit import branches, sheet
from mpkit.branches import Origin
from mpkit.db import Engine
from mpkit.model import Branch
from mpkit.places import catalogue
from mpkit.work import SystemClock

HEAD = "codigo;nombre;direccion;ciudad;provincia;lat;lng\n"


@pytest.fixture
def check(tmp_path: Path):
    def checked(rows: str, *accept: str, site: str = "MLA") -> sheet.Checked:
        file = tmp_path / "lista.csv"
        file.write_text(HEAD + rows, encoding="utf-8")
        return sheet.check(file, site=site, accept=accept)

    return checked


def test_without_consent_a_missing_point_waits(check) -> None:
    found = check("S1;Uno;Mitre 10;Rosario;Santa Fe;;\nS2;Dos;Mitre 20;Rosario;Santa Fe;-32.95;-60.65\n")
    assert [b.own_id for b in found.branches] == ["S2"]
    assert [(f.code, f.severity.value) for f in found.findings] == [("missing_coordinates", "blocking")]


def test_with_consent_the_city_stands_in_and_is_marked_as_approximate(check) -> None:
    found = check(
        "S1;Uno;Mitre 10;Rosario;Santa Fe;;\nS2;Dos;Mitre 20;Rosario;Santa Fe;-32.95;-60.65\n", "missing_coordinates"
    )
    one, two = found.branches
    assert (one.location.latitude, one.location.longitude) == catalogue("MLA").point("Santa Fe", "Rosario")
    assert (one.location.approximate, two.location.approximate) == (True, False)


def propose(store: Engine, *found: Branch, kind: str = "file") -> branches.Proposed:
    origin = Origin(kind, what="lista.csv")
    return branches.propose(store, "1", found, (), origin=origin, clock=SystemClock())


def at(branch: Branch, latitude: float, longitude: float, *, approximate: bool) -> Branch:
    place = replace(branch.location, latitude=latitude, longitude=longitude, approximate=approximate)
    return replace(branch, location=place)


def test_a_stand_in_stays_to_be_done_until_a_real_point_comes_and_never_takes_its_place(check, store: Engine) -> None:
    [branch] = check("S1;Uno;Mitre 10;Rosario;Santa Fe;;\n", "missing_coordinates").branches
    propose(store, branch)
    [held] = branches.wanted(store, "1").branches
    assert held.location.approximate
    real = at(branch, -32.95, -60.65, approximate=False)
    propose(store, real)
    [held] = branches.wanted(store, "1").branches
    assert (held.location.latitude, held.location.approximate) == (-32.95, False)
    propose(store, branch)
    [held] = branches.wanted(store, "1").branches
    assert (held.location.latitude, held.location.approximate) == (-32.95, False), "the same old file again"


def test_a_list_with_points_says_nothing_about_approximate_ones(check, store: Engine) -> None:
    [branch] = check("S1;Uno;Mitre 10;Rosario;Santa Fe;-32.95;-60.65\n").branches
    propose(store, branch)
    again = propose(store, branch)
    assert (again.changed, len(again.same), again.changes) == ((), 1, ())


@pytest.mark.parametrize(
    ("site", "row", "zone"),
    [
        ("MLA", "S1;Uno;Mitre 10;Rosario;Santa Fe;-32.95;-60.65", "America/Argentina/Buenos_Aires"),
        ("MLM", "S1;Uno;Revolución 10;Tijuana;Baja California;32.5149;-117.0382", "America/Tijuana"),
        ("MLM", "S1;Uno;Tulum 10;Cancún;Quintana Roo;21.1619;-86.8515", "America/Cancun"),
        ("MLB", "S1;Um;Rua Sete 10;Manaus;Amazonas;-3.119;-60.0217", "America/Manaus"),
    ],
)
def test_a_branch_gets_the_hour_of_its_place(check, site: str, row: str, zone: str) -> None:
    [branch] = check(row + "\n", site=site).branches
    assert branch.zone == zone


AGREED = [
    ("S1;Uno;Mitre 10;Rosario;Santa Fe;-60.65;-32.95", "coordinates_swapped"),
    ("S1;Uno;Mitre 10;Rosario;Santa Fe;32.95;60.65", "coordinates_wrong_sign"),
    ("S1;Uno;Mitre 10;Rosario;Santa Fe;-3295;-6065", "coordinates_without_mark"),
    ("S1;Uno;Mitre 10;Rosario;Santa Fe;6352000;719700", "coordinates_in_metres"),
]


@pytest.mark.parametrize(("row", "code"), AGREED)
def test_a_repair_of_a_point_needs_a_yes(check, row: str, code: str) -> None:
    good = "S2;Dos;Mitre 20;Rosario;Santa Fe;-32.947;-60.643\n"
    waiting = check(f"{good}{row}\n")
    assert [b.own_id for b in waiting.branches] == ["S2"]
    assert [f.code for f in waiting.findings if f.severity == "blocking"] == [code]
    agreed = check(f"{good}{row}\n", code)
    repaired = next(b for b in agreed.branches if b.own_id == "S1").location
    assert (repaired.latitude, repaired.longitude) == pytest.approx((-32.95, -60.65), abs=0.03)


def test_suggestions_say_how_far_they_are(check) -> None:
    good = "S3;Tres;Mitre 20;Rosario;Santa Fe;-32.947;-60.643\nS4;Cuatro;Mitre 30;Esperanza;Santa Fe;-31.448;-60.931\n"
    odd = "S1;Uno;Mitre 10;Rosarioo;Santa Fe;-32.95;-60.65\nS2;Dos;Mitre 10;Zzyzx;Santa Fe;-31.151;-60.222\n"
    said = {f.code: sheet.message(f, "es") for f in check(good + odd).findings}
    assert " km)" in said["city_unknown"], said
