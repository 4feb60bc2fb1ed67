"""Tax numbers of the seven countries: their check digits, and that they stay with the branch."""
# ruff: noqa: E501 - a row of a file is a line

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit import sheet
from mpkit.branches import entry
from mpkit.sheet.taxes import is_valid, mended, plain

RIGHT = [
    ("AR", "30-50001091-2"),
    ("AR", "20123456786"),
    ("BR", "11.222.333/0001-81"),
    ("BR", "00.000.000/0001-91"),
    ("BR", "12.ABC.345/01DE-35"),  # the example the Receita Federal publishes for letters
    ("BR", "529.982.247-25"),
    ("CL", "76.086.428-5"),
    ("CL", "10.000.013-k"),
    ("CO", "800.197.268-4"),
    ("CO", "860007738"),
    ("CO", "1032456789"),
    ("MX", "GODE561231GR8"),  # the SAT's own example
    ("MX", "XAXX010101000"),
    ("PE", "20131312955"),
    ("UY", "21 100342 0017"),
]
WRONG = [
    ("AR", "30-50001091-3"),
    ("AR", "99-50001091-2"),
    ("AR", "3050001091"),
    ("BR", "11.222.333/0001-82"),
    ("BR", "12ABC34501DE36"),
    ("BR", "11111111111111"),
    ("BR", "111.111.111-11"),
    ("CL", "76.086.428-6"),
    ("CL", "K"),
    ("CO", "800.197.268-3"),
    ("MX", "GODE561331GR8"),
    ("MX", "GODE561231GR9"),
    ("PE", "20131312956"),
    ("PE", "99131312955"),
    ("UY", "211003420018"),
    ("UY", ""),
]


@pytest.mark.parametrize(("country", "number"), RIGHT)
def test_a_right_number(country, number):
    assert is_valid(number, country)


@pytest.mark.parametrize(("country", "number"), WRONG)
def test_a_wrong_number(country, number):
    assert not is_valid(number, country)


ONE_DIGIT = [
    (country, number) for country, number in RIGHT if number not in {"860007738", "1032456789", "XAXX010101000"}
]


@given(st.sampled_from(ONE_DIGIT), st.data())
def test_one_wrong_digit_never_passes(known, data):
    country, number = known
    bare = plain(number)
    places = [n for n, c in enumerate(bare) if c.isdigit()]
    place = data.draw(st.sampled_from(places))
    # Ten digits from 1 on are a person's number in Colombia, which has no check digit.
    person = {"1"} if country == "CO" and place == 0 and len(bare) == len("1032456789") else set()
    other = data.draw(st.sampled_from([c for c in "0123456789" if c != bare[place] and c not in person]))
    assert not is_valid(bare[:place] + other + bare[place + 1 :], country)


def test_noughts_a_spreadsheet_took_away_are_given_back():
    assert mended("191", "BR") == ""  # too many of them are gone
    assert mended("1027058000191", "BR") == "01027058000191"
    assert mended("1027058000192", "BR") == ""
    assert mended("2050001091", "AR") == ""


def test_tax_number_region_route_and_people_stay_with_the_branch(tmp_path):
    file = tmp_path / "lista.csv"
    file.write_text(
        "codigo;nombre;calle;numero;ciudad;provincia;latitud;longitud;cuit;zona;ruta;email;encargado;telefono\n"
        "0001;Norte;Mitre;100;Rosario;Santa Fe;-32.95;-60.64;30-50001091-2;Litoral;R5;norte@tienda.example;Ana Paz;341 555-0101\n"
        "0002;Sur;Salta;900;Rosario;Santa Fe;-32.96;-60.66;30-50001091-3;Litoral;R7;sur@tienda.example;Luis Sol;341 555-0102\n",
        encoding="utf-8",
    )
    found = sheet.check(file, site="MLA")
    first, second = found.branches  # a wrong number is a warning and blocks nobody
    assert (first.tax_id, first.region, first.route) == ("30-50001091-2", "Litoral", "R5")
    assert (first.email, first.contact, first.phone) == ("norte@tienda.example", "Ana Paz", "341 555-0101")
    assert [(f.record, f.severity, f.values["kind"]) for f in found.findings if f.code == "tax_id_invalid"] == [
        (2, "warning", "CUIT")
    ]
    assert entry.to_branch(second.external_id, entry.of_branch(second), second.record) == second
    assert "Ana Paz" not in repr(first)
