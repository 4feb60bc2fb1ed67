"""How a file is read: found by evidence and shown, or as somebody says."""

import pytest
import xlsxwriter

from mpkit import sheet
from mpkit.errors import WrongUsage

HEAD = "codigo;nombre;direccion;ciudad;provincia;lat;lng\n"
ROWS = "".join(f"{n};Peña {n};Mitre {n};Rosario;Santa Fe;-32,94{n};-60,63{n}\n" for n in range(1, 6))


def write(folder, text, encoding="utf-8"):
    path = folder / "a.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_what_was_found_is_shown(tmp_path):
    checked = sheet.check(write(tmp_path, "Cadena del Sur\n\n" + HEAD + ROWS, "cp1252"), site="MLA")
    assert (checked.kind, checked.encoding, checked.delimiter, checked.decimal) == ("csv", "latin-1", ";", ",")
    assert (checked.header_row, checked.preview[0]) == (3, ["Cadena del Sur"])
    assert checked.preview[2][:2] == ["codigo", "nombre"]


@pytest.mark.parametrize(("cell", "mark"), [("-32.946", "."), ("-32,946", ","), ("-32.946|-32,947", ".,"), ("-33", "")])
def test_the_decimal_mark_is_seen(tmp_path, cell, mark):
    rows = [f"{n};P;Mitre {n};Rosario;Santa Fe;{each};-60" for n, each in enumerate(cell.split("|"))]
    checked = sheet.check(write(tmp_path, HEAD + "\n".join(rows) + "\n"), site="MLA", mapping={"latitude": "lat"})
    assert checked.decimal == mark


def test_what_is_told_goes_before_what_is_found(tmp_path):
    path = write(tmp_path, HEAD + ROWS)
    assert "PeÃ±a" in sheet.check(path, site="MLA", encoding="cp1252").cells.rows[1][1]
    assert sheet.check(path, site="MLA", delimiter="|", accept=["missing_coordinates"]).cells.rows[0] == [HEAD.strip()]
    later = sheet.check(path, site="MLA", header_row=2)
    assert (later.header_row, later.rows, later.columns[1].header) == (2, 4, "Peña 1")
    none = sheet.check(path, site="MLA", header_row=0)
    assert (none.header_row, none.rows) == (0, 6)


def test_a_told_decimal_mark_drops_thousands_marks(tmp_path):
    path = write(tmp_path, HEAD + "9;P;Mitre 1;Rosario;Santa Fe;-3,2.9468;-6,0.6393\n" + ROWS.replace(",", "."))
    found = sheet.check(path, site="MLA")
    assert [f.code for f in found.findings if f.record == 1] == ["coordinates_without_mark"]
    told = sheet.check(path, site="MLA", decimal=".")
    assert (told.decimal, told.branches[0].location.latitude) == (".", -32.9468)


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"encoding": "klingon"}, "encoding_unknown"),
        ({"delimiter": "a"}, "delimiter_unknown"),
        ({"decimal": "x"}, "decimal_unknown"),
        ({"header_row": 99}, "header_row_unknown"),
        ({"header_row": -1}, "header_row_unknown"),
    ],
)
def test_what_makes_no_sense_is_said_so(tmp_path, told, key):
    with pytest.raises(WrongUsage) as caught:
        sheet.check(write(tmp_path, HEAD + ROWS), site="MLA", **told)
    assert caught.value.key == key


def test_the_sheets_there_are_and_the_one_that_was_read(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("Portada").write_string(0, 0, "Listado 2026")
    page = book.add_worksheet("Locales")
    for r, line in enumerate((HEAD + ROWS).splitlines()):
        page.write_row(r, 0, line.split(";"))
    book.close()
    checked = sheet.check(tmp_path / "a.xlsx", site="MLA")
    assert (checked.sheet, checked.sheets, checked.kind) == ("Locales", ("Portada", "Locales"), "xlsx")
