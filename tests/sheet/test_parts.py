"""Addresses, points and letters: small texts in, their parts out."""

import pytest

from mpkit.places import catalogue
from mpkit.sheet import points
from mpkit.sheet.address import is_placeholder, split_full, split_street
from mpkit.sheet.text import faults, safe_name, tidy


@pytest.mark.parametrize(
    ("text", "street", "number"),
    [
        ("Cabred 23", "Cabred", "23"),
        ("Brown None", "Brown", ""),
        ("Uruguay 1470 None", "Uruguay", "1470"),
        ("Santa Fe 2460 0", "Santa Fe", "2460"),
        ("Av. Gobernador Gutniski N°1701 0", "Av. Gobernador Gutniski", "1701"),
        ("Av. Rawson 216 Sur 0", "Av. Rawson", "216"),
        ("Calle 9 51", "Calle 9", "51"),
        ("25 De Mayo Y Chacabuco 0", "25 De Mayo Y Chacabuco", ""),
        ("25 de Mayo 151", "25 de Mayo", "151"),
        ("Ruta Nacional 7 Km 862 (Ascen) 0", "Ruta Nacional 7 Km 862", ""),
        ("Ruta 12 Km 1639.26 0", "Ruta 12 Km 1639.26", ""),
        ("Avda. Corrientes 2.380", "Avda. Corrientes", "2380"),
        ("Mitre 450, Local 7-8", "Mitre", "450"),
        ("Rua das Flores, 120", "Rua das Flores", "120"),
        ("KR 43 58 23", "KR 43", "58-23"),
        ("Treinta y Tres 550 esq. Rodó", "Treinta y Tres", "550"),
        ("Av. Artigas s/n", "Av. Artigas", ""),
        ("Balcarce S/N esq. Mitre 200", "Balcarce", ""),
    ],
)
def test_street_and_number(text, street, number):
    found = split_street(text)
    assert (found.street, found.number) == (street, number)


@pytest.mark.parametrize("text", ["", "SIN DIRECCION", "PENDIENTE", "N/A", "None", "-"])
def test_words_for_nothing(text):
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["Mitre 10", "Nadal", "Sin Fin 20"])
def test_words_for_something(text):
    assert not is_placeholder(text)


def test_a_brazilian_address_in_one_cell():
    places = catalogue("MLB")
    for text in (
        "Rua Santa Filomena, 339 - 09710-060 - Centro - São Bernardo do Campo - SP",
        "Rua Santa Filomena, 339 - Centro, São Bernardo do Campo - SP, 09710-060",
    ):
        found = split_full(text, places)
        assert (found.street, found.number) == ("Rua Santa Filomena", "339")
        assert (found.city, found.state) == ("São Bernardo do Campo", "São Paulo")


def test_an_uruguayan_address_is_counted_from_its_end():
    found = split_full("Av. Artigas 791, esq. Ferreira, BELLA UNION, ARTIGAS, Uruguay", catalogue("MLU"))
    assert (found.street, found.number, found.city, found.state) == ("Av. Artigas", "791", "BELLA UNION", "Artigas")


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("-34.60372", -34.60372),
        ("-34,60372", -34.60372),
        ("\u221234.6", -34.6),
        ("34°36'13\"S", -(34 + 36 / 60 + 13 / 3600)),
        ("58.38 W", -58.38),
        ("-2.976.258.068.261.690,00", None),
        ("1E5", None),
        ("abc", None),
        ("", None),
    ],
)
def test_degrees(text, degrees):
    found = points.degrees(text)
    assert found == degrees or found == pytest.approx(degrees)


@pytest.mark.parametrize(
    ("latitude", "longitude", "code", "better"),
    [
        ("-34.603", "-58.381", "", None),
        ("-34.6", "-58.4", "coordinates_coarse", None),
        ("-58.4", "-34.6", "coordinates_swapped", (-34.6, -58.4)),
        ("34.6", "-58.4", "coordinates_wrong_sign", (-34.6, -58.4)),
        ("34.6", "58.4", "coordinates_wrong_sign", (-34.6, -58.4)),
        ("40.4", "-3.7", "coordinates_outside_country", None),
        ("200.0", "200.0", "missing_coordinates", None),
        ("0", "0", "missing_coordinates", None),
        ("", "-58.4", "missing_coordinates", None),
        ("-3460372.0", "-58.4", "coordinates_without_mark", (-34.60372, -58.4)),
    ],
)
def test_points_are_judged(latitude, longitude, code, better):
    [found] = points.judge([latitude], [longitude], catalogue("MLA"))
    assert (found.code, found.better) == (code, better)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Centro", []),
        ("Peña Ñandú São", []),
        (" Centro ", ["padded_value"]),
        ("a\u200bb", ["invisible_characters"]),
        ("a\u00a0b", ["invisible_characters"]),
        ("TULUÃ¡", ["mojibake"]),
        ("ASUNCIàN 397", ["mojibake"]),
        ("NI\u039c\u039f", ["lookalike_letters"]),
        ("Pe\ufffda", ["lost_letter"]),
    ],
)
def test_letters_that_are_wrong(text, codes):
    assert [code for code, _ in faults(text)] == codes


def test_what_would_be_right():
    assert dict(faults("ASUNCIàN 397"))["mojibake"] == "ASUNCIÓN 397"
    assert dict(faults("NI\u039c\u039f"))["lookalike_letters"] == "NIMO"
    assert tidy("\u2060 a \t b\n") == "a b"
    assert safe_name("Peñón & Cía. nº 3") == "Penon Cia no 3"
