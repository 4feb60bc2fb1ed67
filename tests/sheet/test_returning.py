"""What goes back of a run: marked workbooks of the same names, a summary on top, nothing written over."""

import zipfile

import openpyxl
import pytest

from mpkit.branches import Unanswered
from mpkit.errors import Refused
from mpkit.i18n import say
from mpkit.sheet import Returned, identities, mark, send_back
from tests.sheet.test_across import HEAD, SHOPS, clashing, far, run, write

WAITING = [
    Unanswered("file", "oeste.csv", 3, 2, ("Uno", "Dos")),
    Unanswered("region", "Cuyo", 1, 1, ("Mendoza",)),
    Unanswered("expected", "Patagonia"),
]


@pytest.fixture
def files(tmp_path):
    bad = tmp_path / "este.xlsx"
    bad.write_bytes(b"PK\x03\x04 cut")
    paths = (*clashing(tmp_path), bad)
    return [Returned(path, result) for path, result in zip(paths, run(*paths), strict=True)]


def cells(path, sheet):
    return [[cell or "" for cell in row] for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


def test_a_folder_of_marked_files(files, tmp_path):
    before = {each.path: each.path.read_bytes() for each in files}
    (tmp_path / "norte.xlsx").write_text("the merchant's own")
    written = send_back(files, tmp_path, "es", WAITING)
    assert [path.name for path in written] == ["resumen.xlsx", "norte (2).xlsx", "sur.xlsx"]
    assert {path: path.read_bytes() for path in before} == before
    assert (tmp_path / "norte.xlsx").read_text() == "the merchant's own"
    again = send_back(files, tmp_path, "es", WAITING)
    assert [path.name for path in again] == ["resumen (2).xlsx", "norte (3).xlsx", "sur (2).xlsx"]
    rows = cells(written[0], "Archivos")
    assert [row[:6] for row in rows[1:3]] == [
        ["norte.csv", "norte (2).xlsx", "3", "2", "2", "1"],
        ["sur.csv", "sur.xlsx", "2", "1", "1", "1"],
    ]
    assert rows[3][0] == "este.xlsx"
    assert "dañado" in rows[3][-1]
    between = cells(written[0], "Entre archivos")
    assert ["norte.csv", "2", "nombre"] in [row[:3] for row in between]
    assert [row[:2] for row in cells(written[0], "Sin respuesta")[1:]] == [
        ["El archivo oeste.csv de la vez anterior", "2"],
        ["La región Cuyo", "1"],
        ["Patagonia", ""],
    ]
    assert {(row[0], row[3], row[4]) for row in cells(written[0], "Códigos")[1:]} == {
        ("norte.csv", "0426", "0426"),
        ("norte.csv", "0999", "0999"),
        ("sur.csv", "0426", "0426"),
    }


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_one_archive_of_all(files, tmp_path, language):
    [out] = send_back(files, tmp_path / "out" / "todo.zip", language)
    with zipfile.ZipFile(out) as archive:
        assert sorted(archive.namelist()) == sorted([say("summary_file", language), "norte.xlsx", "sur.xlsx"])
        assert archive.testzip() is None
    assert list(out.parent.iterdir()) == [out]


def test_a_summary_with_the_marked_files_beside_it(files, tmp_path):
    written = send_back(files, tmp_path / "m.xlsx", "es")
    assert [path.name for path in written] == ["m.xlsx", "m-norte.xlsx", "m-sur.xlsx"]


def test_no_file_of_the_merchant_is_written_over(files, tmp_path):
    with pytest.raises(Refused, match="norte"):
        send_back(files, tmp_path / "norte.csv", "es")
    assert (tmp_path / "norte.csv").read_text().startswith("codigo")


def test_files_of_one_name(tmp_path):
    paths = [write(tmp_path / folder / "lista.csv", HEAD, shop) for folder, shop in zip("ab", SHOPS, strict=False)]
    results = run(*paths)
    assert [checked.file for checked in results] == ["a/lista.csv", "b/lista.csv"]
    written = send_back([Returned(*each) for each in zip(paths, results, strict=True)], tmp_path / "out", "en")
    assert [path.name for path in written] == ["summary.xlsx", "a - lista.xlsx", "b - lista.xlsx"]


def test_how_each_id_came_to_be(tmp_path):
    rows = [["0425", "Uno", *far(1)], ["15-1-8017", "Dos", *far(2)], ["", "Tres", *far(3)]]
    [checked] = run(write(tmp_path / "a.csv", HEAD, *rows))
    told = identities(checked)
    assert [(each["own_id"], each["external_id"], each["how"]) for each in told[:2]] == [
        ("0425", "0425", "own"),
        ("15-1-8017", "X15XM1XM8017", "rule"),
    ]
    assert (told[2]["how"], told[2]["record"]) == ("made", 3)
    assert told[0]["registers"] == [{"own_id": "", "external_id": "0425C01", "name": "0425 Caja 1"}]
    out = mark(tmp_path / "a.csv", checked, tmp_path / "a.xlsx", "es")
    assert cells(out, "Códigos")[2][:5] == ["3", "Dos", "15-1-8017", "X15XM1XM8017", say("ids_how_rule", "es")]
