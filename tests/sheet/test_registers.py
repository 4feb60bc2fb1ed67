"""Registers from rows, counts and lists in a cell, and the names they go by."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit import sheet
from mpkit.errors import WrongUsage
from mpkit.model import Branch, Location, Register
from mpkit.sheet.naming import MOST, distinct, naming
from mpkit.sheet.review import from_plain, replay
from mpkit.sheet.till_lists import Told, counted, listed

PLACE = Location("Mitre", "450", "Pilar", "Buenos Aires", -34.45, -58.91)
SAFE = re.compile(r"[A-Za-z0-9_-]([A-Za-z0-9 _-]*[A-Za-z0-9_-])?")  # both generations of the POS calls


def branch(name="Centro", own="", city="Pilar"):
    place = Location("Mitre", "450", city, "Buenos Aires", -34.45, -58.91)
    return Branch(own or "X", name, place, own_id=own)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3", Told(3)),
        ("3.0", Told(3)),
        ("3 cajas", Told(3)),
        ("Cajas: 5", Told(5)),
        ("tres", Told(3)),
        ("duas caixas", Told(2)),
        ("1-4", Told(4)),
        ("1 a 4", Told(4)),
        ("Cajas 1 a 4", Told(4)),
        ("Caja 1, Caja 2", Told(2)),
        ("Caja 1 y 2", Told(2)),
        ("1, 2 y 3", Told(3)),
        ("Caja 1\nCaja 2", Told(2)),
        ("Caixa 01/02/03", Told(3, ("01", "02", "03"))),
        ("Caja 3 y 7", Told(2, ("3", "7"))),
        ("5-7", Told(3, ("5", "6", "7"))),
        ("Caja A, Caja B", Told(2, ("A", "B"))),
        ("Barra, Salón, Patio", Told(3, ("Barra", "Salón", "Patio"))),
        ("0", Told(0)),
        ("ninguna", Told(0)),
        ("varias", None),
        ("4 (2 habilitadas)", None),
        ("1.000", None),
        ("9999", None),
        ("7-5", None),
        ("Caja 1; Caja 1", None),
    ],
)
def test_a_cell_that_counts(text, told):
    assert counted(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Caja 1, Caja 2", Told(2)),
        ("Caixa 01/02", Told(2, ("01", "02"))),
        ("Caja 1-4", Told(4)),
        ("Barra y Salón", Told(2, ("Barra", "Salón"))),
        ("1-4", None),  # an own code as good as any
        ("01/02", None),
        ("Caja 1", None),
        ("A12", None),
        ("", None),
    ],
)
def test_a_cell_that_names_several(text, told):
    assert listed(text) == told


def test_a_name_says_where_the_register_is():
    assert naming("", "es").name(branch(own="0425"), "1").text == "0425 Caja 1"
    assert naming("", "pt").name(branch(own="0425"), "2").text == "0425 Caixa 2"
    assert naming("", "en").name(branch("Main Street"), "2").text == "Main Street Till 2"
    assert naming("", "es").name(branch(own="0425"), "1", "Barra").text == "0425 Barra"
    assert naming("{city} {branch} - POS {n}", "es").name(branch(), "3").text == "Pilar Centro - POS 3"
    assert naming("{register} / {branch}", "es").name(branch(), "3", "Barra").text == "Barra Centro"


def test_accents_and_signs_are_folded_and_it_is_told():
    named = naming("", "es").name(branch("Peñón & Cía."), "1")
    assert (named.text, named.folded, named.cut) == ("Penon Cia Caja 1", True, False)
    assert not naming("", "es").name(branch(own="0425"), "1").folded


def test_a_name_too_long_is_cut_where_the_branch_is_said_and_always_the_same():
    long = "Supermercado La Anónima Sucursal Centro Comodoro Rivadavia"
    first, second = (naming("", "es").name(branch(long + more), "12") for more in ("", " Norte"))
    assert first.cut
    assert first.text.endswith(" Caja 12")
    assert len(first.text) <= MOST
    assert first.text != second.text  # they begin alike
    assert first == naming("", "es").name(branch(long), "12")


@pytest.mark.parametrize("pattern", ["{id} Caja", "Caja", "{id} {x} {n}", "{id} {n", "{n:9}", "{id} {}"])
def test_a_pattern_that_cannot_name_is_refused(pattern):
    with pytest.raises(WrongUsage) as refused:
        naming(pattern, "es")
    assert refused.value.key == "register_pattern_unreadable"
    assert pattern in str(refused.value)


TEXTS = st.text(min_size=1, max_size=80)


@given(
    TEXTS, TEXTS, st.text(max_size=60), st.integers(1, 500), st.sampled_from(["", "{branch} {city} {n}", "{n} {id}"])
)
def test_every_name_is_one_both_generations_take(name, city, own, n, pattern):
    named = naming(pattern, "es").name(branch(name, city=city), str(n), own)
    assert SAFE.fullmatch(named.text)
    assert len(named.text) <= MOST
    if not own:
        assert str(n) in named.text


@given(st.lists(st.sampled_from(["Centro Caja 1", "centro caja 1", "Norte Caja 1", "N" * 44]), max_size=12))
def test_no_two_registers_of_an_account_have_one_name(names):
    registers = [Register(f"E{n}", "B", name) for n, name in enumerate(names)]
    found, anew = distinct(registers, taken=["Norte Caja 1"])
    kept = [register.name.casefold() for register in found]
    assert len(set(kept)) == len(kept)
    assert "norte caja 1" not in kept
    assert all(len(register.name) <= MOST and SAFE.fullmatch(register.name) for register in found)
    assert {register.external_id for register in found if register.name != names[int(register.external_id[1:])]} == anew
    assert distinct(registers, taken=["Norte Caja 1"]) == (found, anew)


HEAD = "codigo;nombre;calle;numero;ciudad;provincia;latitud;longitud;{}\n"
ROW = "{};{};Mitre;{};Rosario;Santa Fe;-32.95;-60.64;{}\n"


def checked(folder, heading, rows):
    file = folder / "lista.csv"
    lines = [ROW.format(own, name, 100 + 10 * n, cell) for n, (own, name, cell) in enumerate(rows)]
    file.write_text(HEAD.format(heading) + "".join(lines), encoding="utf-8")
    return sheet.check(file, site="MLA", accept=("duplicate_location", "name_not_unique", "repeated_store"))


def named(result):
    return [(register.branch_external_id, register.name) for register in result.registers]


def test_a_count_and_a_list_say_the_same_registers(tmp_path):
    rows = [
        ("0001", "Norte", "2"),
        ("0002", "Sur", "Caja 1 y 2"),
        ("0003", "Este", ""),
        ("0004", "Oeste", "Caja 3 y 7"),
    ]
    found = checked(tmp_path, "cajas", rows)
    assert named(found) == [
        ("0001", "0001 Caja 1"),
        ("0001", "0001 Caja 2"),
        ("0002", "0002 Caja 1"),
        ("0002", "0002 Caja 2"),
        ("0003", "0003 Caja 1"),
        ("0004", "0004 Caja 3"),
        ("0004", "0004 Caja 7"),
    ]
    assert [register.external_id for register in found.registers][2:4] == ["0002C01", "0002C02"]


def test_a_list_of_names_in_a_cell(tmp_path):
    found = checked(tmp_path, "nombre de caja", [("0001", "Norte", "Barra, Salón"), ("0002", "Sur", "Mostrador")])
    assert named(found) == [("0001", "0001 Barra"), ("0001", "0001 Salon"), ("0002", "0002 Mostrador")]
    assert len({register.external_id for register in found.registers}) == 3


def test_what_cannot_be_counted_is_told_and_counts_one(tmp_path):
    found = checked(
        tmp_path, "cantidad de cajas", [("0001", "Norte", "3"), ("0002", "Sur", "2"), ("0003", "Este", "varias")]
    )
    assert [finding.record for finding in found.findings if finding.code == "bad_register_count"] == [3]
    assert [name for _, name in named(found)][-1] == "0003 Caja 1"


def test_branches_of_one_name_have_registers_of_different_names(tmp_path):
    file = tmp_path / "lista.csv"
    head = "nombre;calle;numero;ciudad;provincia;latitud;longitud\n"
    rows = "".join(f"Farmacia Peñón;Mitre;{n};Rosario;Santa Fe;-32.95{n};-60.64\n" for n in (100, 200, 300))
    file.write_text(head + rows, encoding="utf-8")
    found = sheet.check(file, site="MLA", accept=("duplicate_location", "name_not_unique", "repeated_store"))
    assert [register.name for register in found.registers] == [
        "Farmacia Penon Mitre 100 Caja 1",
        "Farmacia Penon Mitre 200 Caja 1",
        "Farmacia Penon Mitre 300 Caja 1",
    ]
    assert [f.values["n"] for f in found.findings if f.code == "register_names_folded"] == [3]


def test_the_pattern_is_the_merchants_to_change(tmp_path):
    checked(tmp_path, "cajas", [("0001", "Norte", "2"), ("0002", "Sur", "1")])
    found = sheet.check(tmp_path / "lista.csv", site="MLA", names="{branch} POS {n}")
    assert [name for _, name in named(found)] == ["Norte POS 1", "Norte POS 2", "Sur POS 1"]
    with pytest.raises(WrongUsage):
        sheet.check(tmp_path / "lista.csv", site="MLA", names="{branch}")


def test_the_pattern_of_a_review_is_one_of_its_steps():
    review = replay(["lista.csv"], "MLA", [{"do": "names", "pattern": "{city} {n}"}])
    assert review.names == "{city} {n}"
    assert from_plain(review.to_plain()) == review
