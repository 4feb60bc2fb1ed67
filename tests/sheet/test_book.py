"""Several sheets of one workbook: which are read together, what they say of each other, what goes back."""

import openpyxl
import pytest

from mpkit import sheet
from mpkit.errors import WrongUsage
from mpkit.sheet import book as made
from mpkit.sheet import reading
from mpkit.sheet.book import check_book
from mpkit.sheet.run import Decided
from tests.sheet.test_across import LANGUAGES, run, sentences, told
from tests.sheet.test_kinds import HEAD, SHOPS

OTHERS = [
    ["0501", "Plaza", "Belgrano 77", "Córdoba", "Córdoba", "-31.4170", "-64.1830"],
    ["0502", "Cerro", "Av. Colón 1800", "Córdoba", "Córdoba", "-31.4020", "-64.2090"],
]
PHONES = [["Sucursal", "Teléfono"], ["0425", "4123-4567"], ["0426", "4123-9999"]]
NOTES = [["Cómo completar"], ["Una fila por sucursal, sin dejar filas en blanco."]]


def book(path, **pages):
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in pages.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    made.save(path)
    return path


def ids(*checks):
    return [[branch.external_id for branch in checked.branches] for checked in checks]


def test_a_sheet_a_province_is_one_list(tmp_path):
    turned = [HEAD[::-1], *[row[::-1] for row in OTHERS]]
    path = book(tmp_path / "a.xlsx", Notas=NOTES, Cuyo=[["Zona Cuyo"], [], HEAD, *SHOPS], Centro=turned)
    north, centre = run(path)
    assert [c.file for c in (north, centre)] == ["a.xlsx · Cuyo", "a.xlsx · Centro"]
    assert (north.header_row, centre.header_row) == (3, 1)
    assert ids(north, centre) == [["0425", "0426", "0427"], ["0501", "0502"]]
    assert told(north) == [("sheets_left_out", 3, None, "info"), ("sheets_read", 3, None, "info")]
    assert told(centre) == []
    assert [dict(f.values)["names"] for f in north.findings] == ["Notas (2)", "Cuyo (3), Centro (2)"]
    assert all("Centro (2)" in each or "Notas (2)" in each for each in sentences(north))


def test_one_branch_on_two_sheets_is_one_and_told_with_its_place(tmp_path):
    other = [*SHOPS[1][:2], "Otra calle 9", *SHOPS[1][3:]]
    path = book(tmp_path / "a.xlsx", Enero=[HEAD, *SHOPS], Febrero=[HEAD, SHOPS[0], other])
    january, february = run(path)
    assert ids(january, february) == [["0425", "0427"], ["0425"]], "what differs waits on both sheets"
    assert told(january, "in_other_file", "files_differ") == [
        ("in_other_file", 2, 1, "warning"),
        ("files_differ", 3, 3, "blocking"),
    ]
    (same,) = [f for f in february.findings if f.code == "in_other_file"]
    assert (dict(same.values)["other"], same.sheet) == ("a.xlsx · Enero", "Febrero")
    january, february = run(path, decided=Decided(accept=["files_differ"]))
    assert ids(january, february) == [["0425", "0427"], ["0425", "0426"]], "the sheet further to the right counts"
    settled = run(path, decided=Decided(passed={"a.xlsx": {(3, "files_differ")}}))
    assert ids(*settled) == [["0425", "0426", "0427"], ["0425"]], "the first sheet goes by its workbook's name too"


def test_a_sheet_without_a_header_goes_on_where_the_first_one_stops(tmp_path):
    north, south = run(book(tmp_path / "a.xlsx", Hoja1=[HEAD, *SHOPS], Hoja2=OTHERS))
    assert (south.header_row, ids(south)) == (0, [["0501", "0502"]])
    assert [column.meaning for column in south.columns] == [column.meaning for column in north.columns]


def test_branches_beside_their_registers(tmp_path):
    tills = [["Cod. local", "Caja"], ["0425", "A"], ["0425", "B"], ["9", "C"]]
    path = book(tmp_path / "todo.xlsx", POS=tills, Sucursales=[HEAD, *SHOPS], Lista=[["Salta"], ["Jujuy"]])
    shops, listed = run(path)
    assert (shops.file, listed.file, listed.sheet) == ("todo.xlsx", "todo.xlsx · POS", "POS")
    assert [r.branch_external_id for r in (*shops.registers, *listed.registers)] == ["0426", "0427", "0425", "0425"]
    assert told(listed) == [
        ("registers_joined_exact", 1, 1, "info"),
        ("register_without_branch", 4, 1, "blocking"),
    ]
    assert [dict(f.values)["names"] for f in shops.findings if f.code == "sheets_left_out"] == ["Lista (2)"]
    marked = sheet.mark(path, [shops, listed], tmp_path / "marcado.xlsx", "es")
    pages = openpyxl.load_workbook(marked)
    assert pages.sheetnames == ["Para corregir", "POS", "Sucursales", "Códigos"]
    assert "9" in pages["POS"]["A4"].comment.text
    assert pages["Sucursales"]["A2"].comment is None


def test_codes_beside_something_else_are_left_out_by_name(tmp_path):
    (shops,) = run(book(tmp_path / "a.xlsx", Sucursales=[HEAD, *SHOPS], Precios=PHONES))
    assert (shops.file, len(shops.registers)) == ("a.xlsx", 3)
    assert told(shops) == [("sheets_left_out", 1, None, "info")]


@pytest.mark.parametrize("name", ["Proveedores", "Cerradas 2023", "Sucursales (copia)", "Fornecedores", "Old"])
def test_a_list_of_another_kind_is_asked_about(tmp_path, name):
    path = book(tmp_path / "a.xlsx", Sucursales=[HEAD, *SHOPS], **{name: [HEAD, *OTHERS]})
    (found,) = run(path)
    assert told(found) == [("sheets_unread", 1, None, "warning")]
    assert dict(found.findings[0].values)["names"] == f"{name} (2)"
    both = check_book(path, site="MLA", sheets=["Sucursales", name.lower()])
    assert ids(*both) == [["0425", "0426", "0427"], ["0501", "0502"]]
    assert [checked.findings for checked in both] == [(), ()], "somebody chose: nothing is asked"


def test_of_hundreds_of_sheets_those_not_looked_at_are_asked_about(tmp_path, monkeypatch):
    monkeypatch.setattr(made, "_CELLS", 30)
    pages = {f"Zona {n}": [HEAD, [str(n), *SHOPS[0][1:]]] for n in range(4)}
    path = book(tmp_path / "a.xlsx", **pages)
    first, *rest = run(path)
    assert [each.sheet for each in rest] == ["Zona 1", "Zona 2"]
    assert [dict(f.values)["names"] for f in first.findings if f.code == "sheets_unread"] == ["Zona 3 (2)"]
    assert len(run(path, sheets=list(pages))) == 4, "what somebody names is read"


def test_sheets_somebody_names_are_the_ones_that_are_read(tmp_path):
    path = book(tmp_path / "a.xlsx", Norte=[HEAD, *SHOPS], Sur=[HEAD, *OTHERS])
    (south,) = run(path, sheets=["sur"])
    assert (south.file, ids(south), south.findings) == ("a.xlsx · Sur", [["0501", "0502"]], ())
    (north,) = run(path, sheets=["Norte"])
    assert north.file == "a.xlsx"
    with pytest.raises(WrongUsage) as caught:
        run(path, sheets=["Este"])
    assert (caught.value.key, caught.value.values["known"]) == ("sheet_unknown", "Norte, Sur")


def test_a_mapping_counts_where_there_is_such_a_column(tmp_path):
    head = [*HEAD, "Zona de ventas"]
    rows = [[*row, "Litoral"] for row in SHOPS]
    north, south = run(
        book(tmp_path / "a.xlsx", Norte=[head, *rows], Sur=[HEAD, *OTHERS]), mapping={"region": "Zona de ventas"}
    )
    assert {b.region for b in north.branches} == {"Litoral"}
    assert {b.region for b in south.branches} == {""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_marked_workbook_says_sheet_row_and_column_and_reads_back(tmp_path, language):
    wrong = [*OTHERS[0][:4], "Salta", *OTHERS[0][5:]]
    path = book(tmp_path / "a.xlsx", Norte=[HEAD, *SHOPS], Sur=[HEAD, wrong, OTHERS[1]])
    sheets = run(path)
    marked = sheet.mark(path, sheets, tmp_path / "b.xlsx", language)
    findings, *pages, codes = reading.read(marked).sheets
    assert [page.name for page in pages] == ["Norte", "Sur"]
    assert [page.rows for page in pages] == [each.rows for each in reading.read(path).sheets]
    assert ["Sur", "2", "provincia"] in [row[1:4] for row in findings.rows]
    assert {row[0] for row in codes.rows[1:]} == {"Norte", "Sur"}
    again = run(marked)
    assert ids(*again) == ids(*sheets)


def test_a_sheet_called_by_its_province_says_it_for_cities_of_it(tmp_path):
    head = HEAD[:4]
    rows = [
        ["1", "Uno", "Mitre 12", "San Lorenzo"],
        ["2", "Dos", "Mitre 14", "Rosario"],
        ["3", "Tres", "Sur 1", "La Plata"],
    ]
    path = book(tmp_path / "a.xlsx", **{"Santa Fe": [head, *rows], "Hoja 2": [head, *rows[:1]]})
    named, bare = run(path, accept=["missing_coordinates"])
    assert [b.location.state for b in named.branches] == ["Santa Fe", "Santa Fe", "Buenos Aires"]
    assert told(named, "state_of_sheet") == [("state_of_sheet", 1, None, "info")]
    assert told(bare, "state_of_sheet", "missing_state") == [("missing_state", 2, 4, "blocking")]
