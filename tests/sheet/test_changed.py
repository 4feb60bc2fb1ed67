"""What a person writes, lets pass or chooses on screen is what is judged; the file as read stays as it was."""

from __future__ import annotations

import pytest

from mpkit import sheet
from mpkit.errors import UnreadableFile
from mpkit.sheet import gaps, pasted
from mpkit.sheet.changed import Changed
from mpkit.sheet.grid import Sheet

HEAD = "codigo;nombre;direccion;ciudad;provincia\n"
ROWS = "1;Centro;San Martín 450;Rosario;Santa Fe\n2;Norte;Mitre 12;Rosario;Salta\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return path


def test_points_pasted_into_a_file_that_has_none_are_one_more_column(file):
    edits = {(1, 6): "Coordenadas", (2, 6): "-32.9468, -60.6393", (3, 6): "-32.9301, -60.6601", (3, 5): "Santa Fe"}
    checked = sheet.check(file, site="MLA", edits=edits, columns={6: "lat_lng"})
    assert not checked.blocked
    assert [branch.location.latitude for branch in checked.branches] == [-32.9468, -32.9301]
    assert checked.cells.rows[2][4] == "Santa Fe", "the marked workbook shows what was written"
    assert "Salta" in file.read_text(encoding="utf-8")


def test_a_row_let_pass_is_let_pass_alone(tmp_path):
    path = tmp_path / "b.csv"
    rows = "1;Centro;San Martín 450;Rosario;Santa Fe;-34.9;-57.95\n2;Norte;Mitre 12;Rosario;Santa Fe;-24.78;-65.41\n"
    path.write_text(HEAD.replace("provincia", "provincia;lat;lng") + rows, encoding="utf-8")
    far = {f.row for f in sheet.check(path, site="MLA").findings if f.code == "coordinates_far_from_city"}
    assert far == {2, 3}
    passed = sheet.check(path, site="MLA", accepted={(2, "coordinates_far_from_city"), (3, "missing_address")})
    assert {f.row: f.severity.value for f in passed.findings if f.code == "coordinates_far_from_city"} == {
        2: "warning",
        3: "blocking",
    }


def test_edits_leave_what_was_read_as_it_is():
    read = Sheet(None, [["a"], ["b"]])
    changed = Changed({(1, 3): "c", (9, 1): "nowhere", (0, 1): "nowhere"}).rewritten(read)
    assert changed.rows == [["a", "", "c"], ["b"]]
    assert read.rows == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("https://www.google.com/maps/place/X/@-34.1,-58.1,17z/data=!8m2!3d-34.6037!4d-58.3816", (-34.6037, -58.3816)),
        ("https://maps.google.com/?q=-34.6,-58.38", (-34.6, -58.38)),
        ("https://www.google.com/maps/search/-34.6037,+-58.3816", (-34.6037, -58.3816)),
        ("https://www.openstreetmap.org/?mlat=-34.60&mlon=-58.38#map=16/-34.1/-58.1", (-34.60, -58.38)),
        ("https://waze.com/ul?ll=-34.6037%2C-58.3816&navigate=yes", (-34.6037, -58.3816)),
        ("geo:-34.6,-58.3", (-34.6, -58.3)),
        ("-34,6037; -58,3816", (-34.6037, -58.3816)),
        ("(-34.6037, -58.3816)", (-34.6037, -58.3816)),
        ("https://maps.app.goo.gl/abc", None),
        ("0, 0", None),
        ("-94.5, -58.1", None),
        ("San Martín 450", None),
        ("", None),
    ],
)  # fmt: skip
def test_what_people_paste_for_a_place(text, point):
    assert pasted.point(text) == point


def test_the_sheet_of_gaps_comes_back_filled_whatever_its_language(tmp_path):
    rows = [gaps.Gap("a.csv", 2, "Centro", "San Martín 450", "Rosario", "Santa Fe")]
    for language in ("es", "pt", "en"):
        path = gaps.write(tmp_path / f"{language}.xlsx", rows, language)
        assert gaps.read(path) == (), "nothing is filled in yet"
    other = tmp_path / "b.csv"
    other.write_text(HEAD + ROWS, encoding="utf-8")
    with pytest.raises(UnreadableFile):
        gaps.read(other)
    filled = tmp_path / "filled.csv"
    heading = ["Archivo", "Fila", "Sucursal", "Dirección", "Ciudad", "Provincia o estado"]
    filled.write_text(
        ";".join([*heading, "Enlace de mapa, o latitud y longitud"]) + "\na.csv;2;Centro;;;;-32.9, -60.6\n",
        encoding="utf-8",
    )
    assert gaps.read(filled) == (gaps.Filled("a.csv", 2, "Centro", "-32.9, -60.6"),)
