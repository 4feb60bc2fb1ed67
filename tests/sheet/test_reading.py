"""Whatever a stranger's file is, the answer is its text or one sentence, and the parent lives."""

import itertools
import random
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from mpkit.errors import UnreadableFile
from mpkit.sheet import preflight, reading
from mpkit.sheet.delimited import find_delimiter
from mpkit.sheet.delimited import read as read_text
from mpkit.sheet.encoding import decode

ROWS = [["codigo", "nombre", "ciudad"], ["0425", "Peña & Compañía", "San José"], ["1E5", "N/A", "Ñandú, el"]]


def workbook(path: Path, rows=ROWS) -> Path:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Sucursales")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            page.write(r, c, cell)
    book.close()
    return path


def repacked(source: Path, target: Path, change) -> Path:
    """The parts of a workbook, changed by `change(name, content) -> [(name, content)]`."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            for name, content in change(part.filename, old.read(part)):
                new.writestr(name, content)
    return target


def refusal(path: Path) -> str:
    began = time.monotonic()
    with pytest.raises(UnreadableFile) as caught:
        reading.read(path)
    assert time.monotonic() - began < reading.WALL_SECONDS
    assert path.name in str(caught.value)
    return caught.value.key


def test_everything_is_text(tmp_path):
    rows = reading.read(workbook(tmp_path / "a.xlsx")).sheets[0].rows
    assert rows == ROWS


def test_numbers_keep_their_digits(tmp_path):
    rows = [["n"], [425], [-34.60372], [5411223344556677], [0.1], [True]]
    sheet = reading.read(workbook(tmp_path / "a.xlsx", rows)).sheets[0]
    assert [row[0] for row in sheet.rows[1:5]] == ["425", "-34.60372", "5411223344556677", "0.1"]
    assert ("number_in_id", 4) in {(remark.code, remark.row) for remark in sheet.remarks}


def test_the_content_decides_and_not_the_name(tmp_path):
    workbook(tmp_path / "a.xlsx").rename(tmp_path / "b.csv")
    assert reading.read(tmp_path / "b.csv").kind == "xlsx"
    (tmp_path / "c.xlsx").write_text("a;b\n1;2\n", encoding="utf-8")
    assert reading.read(tmp_path / "c.xlsx").kind == "csv"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "file_empty"),
        (b" \n\n ", "file_empty"),
        (b"%PDF-1.7 something", "file_other_kind"),
        (b"\x89PNG\r\n\x1a\n", "file_other_kind"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "file_other_kind"),
        (b"a;b\n1;\x00\x01\x02\n3;4\n", "file_binary"),
        (b"PK\x03\x04 cut short", "file_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"junk" * 200, "file_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (b'a;b\n"' + b"x" * 300_000, "file_quote_open"),
        (b",".join([b"a"] * 300) + b"\n", "file_too_many_columns"),
        (b"a\n" * 200_031, "file_too_many_rows"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, content, key):
    path = tmp_path / "sucursales.csv"
    path.write_bytes(content)
    assert refusal(path) == key


def test_a_missing_file_is_named(tmp_path):
    assert refusal(tmp_path / "no.xlsx") == "file_missing"


def test_too_many_bytes_are_not_even_read(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(preflight.MAX_BYTES + 1)
    assert refusal(path) == "file_too_big"


def test_a_truncated_workbook(tmp_path):
    whole = workbook(tmp_path / "a.xlsx").read_bytes()
    for length in (30, len(whole) // 2, len(whole) - 10):
        (tmp_path / "cut.xlsx").write_bytes(whole[:length])
        assert refusal(tmp_path / "cut.xlsx") == "file_damaged"


def test_a_bomb(tmp_path):
    def blow(name, content):
        return (
            [(name, content), ("xl/media/zero.xml", b"0" * 30_000_000)]
            if name == "xl/workbook.xml"
            else [(name, content)]
        )

    assert refusal(repacked(workbook(tmp_path / "a.xlsx"), tmp_path / "bomb.xlsx", blow)) == "file_bomb"


def test_too_many_parts(tmp_path):
    def many(name, content):
        return [(name, content), *((f"xl/x{n}.xml", b"<a/>") for n in range(310 if name == "xl/workbook.xml" else 0))]

    assert refusal(repacked(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", many)) == "file_too_many_parts"


def test_a_part_twice_ignoring_case(tmp_path):
    def twice(name, content):
        other = name.replace("sheet1", "SHEET1")
        return [(name, content), *([(other, content)] if other != name else [])]

    assert refusal(repacked(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", twice)) == "file_part_twice"


@pytest.mark.parametrize("wide", [False, True])
def test_a_document_type_in_any_part(tmp_path, wide):
    def define(name, content):
        if name != "xl/sharedStrings.xml":
            return [(name, content)]
        text = content.decode().replace("?>", '?><!DOCTYPE x [<!ENTITY a "aaaa">]>', 1)
        return [(name, text.encode("utf-16") if wide else text.encode())]

    assert refusal(repacked(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", define)) == "file_dtd"


@pytest.mark.parametrize(
    ("cell", "key"),
    [("A1048576", "file_too_many_rows"), ("XFD2", "file_too_many_columns"), ("IW2", "file_too_many_columns")],
)
def test_a_value_far_out_makes_a_giant(tmp_path, cell, key):
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    def far(name, content):
        far_cell = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
        return [(name, content.replace(b"</sheetData>", far_cell) if "worksheets/" in name else content)]

    assert refusal(repacked(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", far)) == key


def test_styled_empty_cells_far_out_are_ordinary(tmp_path):
    def styled(name, content):
        far_cell = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
        return [(name, content.replace(b"</sheetData>", far_cell) if "worksheets/" in name else content)]

    assert reading.read(repacked(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", styled)).sheets[0].rows == ROWS


def test_references_too_large_for_memory_end_in_the_child(tmp_path):
    """A prefixed row hides from the pre-flight; the reader's allocation must die in the child alone."""

    def hidden(name, content):
        far_cell = b'<row r="199999"><c r="IV199999"><v>1</v></c></row></sheetData>'
        return [(name, content.replace(b"</sheetData>", far_cell) if "worksheets/" in name else content)]

    key = refusal(repacked(workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", hidden))
    assert key in {"file_too_heavy", "file_too_many_columns"}


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits there")
def test_the_child_is_limited_and_knows_no_token(tmp_path, monkeypatch):
    """The child reports its own limits and environment through a module put in its place."""
    fake = tmp_path / "mpkit" / "sheet"
    fake.mkdir(parents=True)
    (tmp_path / "mpkit" / "__init__.py").touch()
    (fake / "__init__.py").touch()
    real = Path(preflight.__file__).with_name("child.py").read_text(encoding="utf-8")
    limits = real[real.index("def limit()") : real.index("def read(")]
    reports = """
def main():
    limit()
    import resource as r
    limits = [str(r.getrlimit(which)[0]) for which in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_CORE)]
    cells = [*limits, str(sorted(name for name in os.environ if "TOKEN" in name))]
    sheet = {"name": None, "rows": [cells], "remarks": []}
    print(json.dumps({"kind": "csv", "encoding": "", "delimiter": "", "remarks": [], "sheets": [sheet]}))
"""
    head = "import json, os, sys\nMEMORY = 1 << 30\nCPU_SECONDS = 20\n"
    (fake / "child.py").write_text(head + limits + reports, encoding="utf-8")
    monkeypatch.setenv("MPKIT_ACCESS_TOKEN", "secret")
    monkeypatch.setattr(reading.mpkit, "__file__", str(tmp_path / "mpkit" / "__init__.py"))
    (tmp_path / "a.csv").write_text("a")
    assert reading.read(tmp_path / "a.csv").sheets[0].rows == [[str(1 << 30), "20", "0", "[]"]]


def test_mutated_workbooks_never_reach_the_parent(tmp_path):
    whole = bytearray(workbook(tmp_path / "a.xlsx").read_bytes())
    chance = random.Random(7)
    told: list[bool] = []
    for number in range(25):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(bytes(broken))
        try:
            sheets = reading.read(path).sheets
        except UnreadableFile as refused:
            told.append(path.name in str(refused))
        else:
            told.append(bool(sheets))
    assert told == [True] * 25


# --- text ------------------------------------------------------------------------------------------------------------

ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "latin-1", "mac-roman", "utf-16")
LINES = ["código|nombre|ciudad", "0425|Peña y Hijos|Asunción", "7|Coração São João|Ibiúna", "8|Almacén Güemes|Añatuya"]


@pytest.mark.parametrize(("encoding", "delimiter"), list(itertools.product(ENCODINGS, ";,\t|")))
def test_encodings_and_separators(encoding, delimiter):
    content = "\r\n".join(LINES).replace("|", delimiter).encode(encoding)
    grid = read_text(content)
    assert grid.delimiter == delimiter
    assert grid.sheets[0].rows == [line.split("|") for line in LINES]


def test_lines_of_another_encoding_are_read_and_told():
    lines = [line.encode() for line in LINES] + ["9|Peñón|Tucumán".encode("cp1252")]
    text, name, remarks = decode(b"\n".join(lines))
    assert text.splitlines()[-1] == "9|Peñón|Tucumán"
    assert name == "mixed: utf-8"
    assert [(remark.code, remark.row) for remark in remarks] == [("other_encoding", 5)]


def test_a_cell_too_many_is_told_and_shifts_nothing():
    sheet = read_text(b"id;nombre;ciudad\n1;Centro;Salta\n2;Norte;extra;Jujuy\n3;Sur;Salta\n").sheets[0]
    assert [(remark.code, remark.severity, remark.row) for remark in sheet.remarks] == [("extra_cells", "blocking", 3)]
    assert sheet.rows[3] == ["3", "Sur", "Salta"]


def test_decimal_commas_do_not_separate():
    text = 'id;lat;lng\n1;-34,60;-58,38\n2;-34,61;-58,39\n3;"-34,62";-58,40\n'
    assert find_delimiter(text) == ";"


def test_a_quoted_separator_and_a_line_break_stay_in_their_cell():
    rows = read_text(b'id,nombre\n1,"Salta, centro\nlocal 2"\n2,B\n').sheets[0].rows
    assert rows == [["id", "nombre"], ["1", "Salta, centro\nlocal 2"], ["2", "B"]]


def test_the_parent_never_loads_the_workbook_reader():
    """What is not loaded cannot be attacked; the child alone imports it."""
    program = "import sys, mpkit.sheet.checking; sys.exit('python_calamine' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], check=False, cwd=Path(preflight.__file__).parents[2]).returncode
        == 0
    )


def test_giant_archive_directories_are_not_parsed():
    end = b"PK\x05\x06" + b"\0" * 4 + (65_000).to_bytes(2, "little") * 2 + b"\0" * 10
    with pytest.raises(UnreadableFile) as caught:
        preflight.inspect(b"PK\x03\x04" + b"x" * 100 + end)
    assert caught.value.key == "file_too_many_parts"
