"""The seam of an online geocoder, with one that is not online: off unless named, believed only near the city."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpkit import settings, sheet
from mpkit.cli import run
from mpkit.errors import WrongUsage
from mpkit.places import catalogue
from mpkit.places.geocoder import Found, Sought, chosen
from mpkit.sheet import gaps

KNOWN = {
    "Mitre 10": Found(-32.95, -60.65),  # in Rosario, as its row says
    "Mitre 20": Found(-34.60, -58.38),  # in Buenos Aires
}
SOUGHT: list[Sought] = []


class Fake:
    """Knows two addresses."""

    def find(self, sought: Sought) -> Found | None:
        SOUGHT.append(sought)
        return KNOWN.get(sought.address)


GAPS = [
    gaps.Gap("lista.csv", n + 2, f"Suc {n}", address, "Rosario", "Santa Fe")
    for n, address in enumerate(("Mitre 10", "Mitre 20", "Mitre 30"))
]


def test_the_gaps_of_a_file_are_its_rows_without_a_point(tmp_path: Path) -> None:
    file = tmp_path / "lista.csv"
    head = "codigo;nombre;direccion;ciudad;provincia;lat;lng\n"
    good = "S2;Dos;Mitre 20;Esperanza;Santa Fe;-31.448;-60.931\n"
    file.write_text(f"{head}S1;Uno;Mitre 10;Rosario;Santa Fe;;\n{good}", encoding="utf-8")
    assert gaps.of(sheet.check(file, site="MLA")) == (
        gaps.Gap("lista.csv", 2, "Uno", "Mitre 10", "Rosario", "Santa Fe"),
    )
    file.write_text("nombre;direccion;ciudad;provincia\nUno;Mitre 10;Rosario;Santa Fe\n", encoding="utf-8")
    assert [gap.row for gap in gaps.of(sheet.check(file, site="MLA"))] == [2]


def test_a_command_writes_them_with_what_a_geocoder_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, out = tmp_path / "lista.csv", tmp_path / "faltan.xlsx"
    rows = "nombre;direccion;ciudad;provincia\nUno;Mitre 10;Rosario;Santa Fe\nDos;Mitre 30;Rosario;Santa Fe\n"
    file.write_text(rows, encoding="utf-8")
    monkeypatch.setenv("MPKIT_DATA", str(tmp_path / "data"))
    asked = ["check", str(file), "--site", "MLA", "--gaps", str(out), "--json"]
    assert run(asked) == 3
    assert gaps.read(out) == ()
    monkeypatch.setenv("MPKIT_GEOCODER", "tests.sheet.test_geocoder:Fake")
    assert run(asked) == 3
    assert [(one.row, one.name) for one in gaps.read(out)] == [(2, "Uno")]


def test_none_is_asked_unless_one_is_named(tmp_path: Path) -> None:
    assert settings.load(data=tmp_path).geocoder == ""
    assert chosen("") is None


def test_one_is_named_by_module_and_factory() -> None:
    assert type(chosen("tests.sheet.test_geocoder:Fake")).__name__ == "Fake"


@pytest.mark.parametrize(
    "name", ["nowhere_at_all:Fake", "tests.sheet.test_geocoder:Nobody", "tests.sheet", "os:sep", ":x"]
)
def test_one_that_is_not_there_is_said(name: str) -> None:
    with pytest.raises(WrongUsage, match="geocoder"):
        chosen(name)


def test_what_it_knows_fills_the_sheet_where_it_lies_in_the_city_of_the_row(tmp_path: Path) -> None:
    SOUGHT.clear()
    found = gaps.asked(GAPS, Fake(), catalogue("MLA"))
    assert [(one.row, one.point) for one in found] == [(2, "-32.9500000, -60.6500000")]
    assert SOUGHT[0] == Sought("Suc 0", "Mitre 10", "Rosario", "Santa Fe", "AR")
    out = gaps.write(tmp_path / "faltan.xlsx", GAPS, "es", found)
    assert gaps.read(out) == (gaps.Filled("lista.csv", 2, "Suc 0", "-32.9500000, -60.6500000"),)
    assert gaps.read(gaps.write(tmp_path / "vacia.xlsx", GAPS, "pt")) == ()
