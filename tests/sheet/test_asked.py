"""What a file leaves open is asked or said: dates of closing, hours without days, other sheets, small towns, names."""

from datetime import date

import pytest

from mpkit import sheet
from mpkit.branches import Memory, entry
from mpkit.model import Register
from mpkit.sheet import across, closing
from mpkit.work import silent

HEAD = "codigo;nombre;direccion;ciudad;provincia;lat;lng"
ROWS = (
    "S1;Uno;Mitre 10;Rosario;Santa Fe;-32.95;-60.65",
    "S2;Dos;Belgrano 22;Rosario;Santa Fe;-32.96;-60.66",
    "S3;Tres;Salta 33;Rosario;Santa Fe;-32.94;-60.64",
)


@pytest.fixture
def check(tmp_path):
    def checked(column: str, *cells: str, head: str = HEAD, rows=ROWS, site: str = "MLA", **options) -> sheet.Checked:
        lines = [f"{row};{cell}" for row, cell in zip(rows, cells, strict=True)] if cells else list(rows)
        file = tmp_path / "lista.csv"
        file.write_text("\n".join([f"{head};{column}" if cells else head, *lines, ""]), encoding="utf-8")
        return sheet.check(file, site=site, **options)

    return checked


def codes(checked: sheet.Checked) -> list[tuple[str, int, str]]:
    return [(f.code, f.row, f.severity.value) for f in checked.findings]


@pytest.mark.parametrize(
    ("heading", "past", "later"),
    [("fecha de cierre", "31/12/2019", "1-5-2099"), ("Data de fechamento", "2019-12-31 00:00:00", "2099-05-01")],
)
def test_a_date_of_closing_closes_once_it_is_past(check, heading, past, later):
    found = check(heading, "", past, later)
    assert [branch.closed for branch in found.branches] == [False, True, False]
    assert codes(found) == [("closed", 3, "warning"), ("closes_later", 4, "info")]


@pytest.mark.parametrize(
    ("heading", "cells"), [("activo", ("si", "no", "SI")), ("baja", ("no", "SI", "")), ("activo", ("1", "0", "1"))]
)
def test_yes_and_no_mean_what_the_heading_asks(check, heading, cells):
    assert [branch.closed for branch in check(heading, *cells).branches] == [False, True, False]


def test_days_that_are_none_close_nothing():
    assert closing._date("31/02/2020") is None
    assert closing._date("pronto") is None
    assert closing._date("1/2/19") == date(2019, 2, 1)


def test_hours_without_days_are_said_once(check):
    found = check("horario", "9 a 18", "Lun a Vie 9 a 13", "24 hs")
    assert codes(found) == [("hours_of_every_day", 1, "info")]
    assert dict(found.findings[0].values) == {"found": "9 a 18", "n": 1}
    assert codes(check("horario", "Todos los días 9 a 18", "24 hs", "L a V 9-18")) == []


def test_a_region_of_sales_beside_the_state(check):
    found = check("region", "Litoral", "Centro", "Litoral")
    assert [branch.region for branch in found.branches] == ["Litoral", "Centro", "Litoral"]
    assert {branch.location.state for branch in found.branches} == {"Santa Fe"}


def test_one_door_measured_twice(check):
    rows = (ROWS[0], "S2;Dos;Mitre 12;Rosario;Santa Fe;-32.950030;-60.650020", ROWS[2])
    found = check("", rows=rows)
    assert codes(found) == [("duplicate_location", 2, "warning"), ("duplicate_location", 3, "warning")]
    far = (ROWS[0], "S2;Dos;Mitre 12;Rosario;Santa Fe;-32.950300;-60.650020", ROWS[2])
    assert codes(check("", rows=far)) == []


def test_a_small_town_without_state_and_point_is_asked_about(check):
    head, rows = "codigo;nombre;direccion;ciudad", ("S1;Uno;Rambla 10;Costa Azul", "S2;Dos;Rincón 22;Montevideo")
    found = check("", head=head, rows=rows, site="MLU", accept=["missing_coordinates"])
    assert [branch.own_id for branch in found.branches] == ["S2"]
    assert ("missing_state", 2, "blocking") in codes(found)
    agreed = check("", head=head, rows=rows, site="MLU", accept=["missing_coordinates", "missing_state"])
    assert [branch.location.state for branch in agreed.branches] == ["Rocha", "Montevideo"]


def test_what_the_till_software_calls_a_register_stays_with_it(check):
    head, rows = f"{HEAD};caja", tuple(f"{ROWS[0]};{n}" for n in (1, 2))
    found = check("codigo pos propio", "P-77", "P-78", head=head, rows=rows)
    assert [(r.own_id, r.till_code) for r in found.registers] == [("1", "P-77"), ("2", "P-78")]
    for register in found.registers:
        back = entry.to_register(register.external_id, entry.of_register(register), register.record)
        assert back == register


def test_rows_of_registers_without_a_code_of_the_branch(check):
    head = "sucursal;direccion;ciudad;provincia;lat;lng;caja"
    rows = tuple(f"Uno;Mitre 10;Rosario;Santa Fe;-32.95;-60.65;{n}" for n in (1, 2, 3))
    found = check("", head=head, rows=rows)
    assert [branch.name for branch in found.branches] == ["Uno"]
    assert [register.name for register in found.registers] == ["Uno Caja 1", "Uno Caja 2", "Uno Caja 3"]


def test_no_register_takes_the_name_of_one_that_is_there(check, tmp_path):
    held = Memory(registers=(Register("OTHER", "ELSEWHERE", "S1 Caja 1"),))
    check("")
    (found,) = (each.result for each in across.check_all([tmp_path / "lista.csv"], silent, memory=held, site="MLA"))
    first = found.registers[0]
    assert first.name.startswith("S1 Caja 1-")
    assert codes(found) == [("register_name_twice", 2, "warning")]
    assert [r.name for r in found.registers[1:]] == ["S2 Caja 1", "S3 Caja 1"]


def test_a_state_told_in_the_address_is_corrected_there(check):
    head = "nombre;localidad;direccion completa"
    found = check("", head=head, rows=("Uno;Costa Azul;Rambla 10, Costa Azul, Canelones, Uruguay",), site="MLU")
    told = [(f.code, f.header) for f in found.findings if f.code.startswith("state")]
    assert told == [("state_mismatch", "direccion completa")], codes(found)
