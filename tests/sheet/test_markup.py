"""What a worksheet says besides its values: hidden rows, columns and sheets, formulas, references at odds."""

import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from mpkit import sheet
from mpkit.errors import UnreadableFile
from mpkit.sheet import markup, reading
from tests.sheet.test_kinds import HEAD, SHOPS, codes


def workbook(path: Path, change=None, *, formulas=(), rows=SHOPS) -> Path:
    """A workbook of branches; `change(book, page)` does to it what a person would."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False})
    page = book.add_worksheet("Sucursales")
    for r, row in enumerate([HEAD, *rows]):
        for c, cell in enumerate(row):
            page.write_string(r, c, cell)
    for row, column, formula, value in formulas:
        page.write_formula(row, column, formula, None, value)
    if change:
        change(book, page)
    book.close()
    return path


def rewritten(path: Path, change) -> Path:
    """The workbook with the XML of its first sheet changed."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part).decode()
            if part.filename == "xl/worksheets/sheet1.xml":
                changed = change(text)
                assert changed != text
                text = changed
            new.writestr(part.filename, text)
    return target


def said(checked) -> set[tuple[str, str, int]]:
    return {(f.code, f.severity.value, f.record) for f in checked.findings}


def test_hidden_rows_and_columns_are_read_and_named(tmp_path):
    def hide(_, page):
        for row in (1, 3, 4, 5, 9):
            page.set_row(row, None, None, {"hidden": True})
        page.set_column(1, 2, None, None, {"hidden": True})
        page.set_column(7, 200, None, None, {"hidden": True})

    rows = [*SHOPS, ["0428", "Este", "Mitre 9", "Rosario", "Santa Fe", "-32.96", "-60.66"], [], SHOPS[0][:7]]
    rows[-1] = ["0429", "Oeste", "Mitre 19", "Rosario", "Santa Fe", "-32.98", "-60.67", "", "nota"]
    checked = sheet.check(workbook(tmp_path / "a.xlsx", hide, rows=rows))
    assert len(checked.branches) == 5
    assert codes(checked) == {"hidden_rows": {"rows": "2, 4-5"}, "hidden_columns": {"columns": "B, C, I"}}
    assert said(checked) == {("hidden_rows", "info", 0), ("hidden_columns", "info", 0)}
    messages = [f["message"] for f in checked.to_json("es")["findings"]]
    assert any("2, 4-5" in message for message in messages)


def test_hidden_sheets_are_named_and_not_read(tmp_path):
    def more(book, _):
        book.add_chartsheet("Gráfico")
        for name in ("Viejas", "A & B"):
            other = book.add_worksheet(name)
            other.write(0, 0, "x")
            other.hide()

    path = workbook(tmp_path / "a.xlsx", more)
    assert [s.name for s in reading.read(path).sheets] == ["Sucursales"]
    checked = sheet.check(path)
    assert codes(checked) == {"hidden_sheets": {"names": "Viejas, A & B"}}


def test_many_hidden_rows_are_cut(tmp_path):
    def hide(_, page):
        for row in range(1, 80, 2):
            page.set_row(row, None, None, {"hidden": True})

    rows = [
        [f"L{n}", f"Local {n}", f"Mitre {n + 10}", "Rosario", "Santa Fe", f"-32.9{n:02}", "-60.64"] for n in range(80)
    ]
    named = codes(sheet.check(workbook(tmp_path / "a.xlsx", hide, rows=rows)))["hidden_rows"]["rows"]
    assert named.startswith("2, 4, 6")
    assert named.endswith("40 …")


def test_a_workbook_with_data_only_in_hidden_sheets(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet("Vacía").activate()
    other = book.add_worksheet("Sucursales")
    other.write(0, 0, "x")
    other.hide()
    book.close()
    with pytest.raises(UnreadableFile, match="Sucursales") as caught:
        reading.read(tmp_path / "a.xlsx")
    assert caught.value.key == "file_all_hidden"


def test_a_formula_in_a_column_of_ids(tmp_path):
    formulas = [(2, 0, '="04"&"26"', "0426"), (2, 3, '="Rosario"', "Rosario")]
    checked = sheet.check(workbook(tmp_path / "a.xlsx", formulas=formulas))
    (finding,) = checked.findings
    assert (finding.code, finding.severity, finding.row, finding.column) == ("formula_in_id", "warning", 3, 1)
    assert "0426" in sheet.message(finding, "en")
    assert len(checked.branches) == 3


def test_formulas_elsewhere_do_not_crowd_out_those_of_ids(tmp_path):
    rows = [
        [f"L{n}", f"Local {n}", f"Mitre {n + 10}", "Rosario", "Santa Fe", f"-32.{n + 900}", "-60.64"] for n in range(90)
    ]
    many = [(r, c, '="x"', rows[r - 1][c]) for c in (1, 2, 3, 4) for r in range(1, 91)]
    checked = sheet.check(workbook(tmp_path / "a.xlsx", formulas=[*many, (90, 0, '="L89"', "L89")], rows=rows))
    assert [f.row for f in checked.findings if f.code == "formula_in_id"] == [91]


def moved(old: str, new: str):
    return lambda text: text.replace(f'r="{old}"', f'r="{new}"')


def test_two_values_for_one_cell_block_the_row(tmp_path):
    checked = sheet.check(rewritten(workbook(tmp_path / "a.xlsx"), moved("B3", "A3")))
    assert ("cell_twice", "blocking", 2) in said(checked)
    assert checked.blocked >= {2}
    assert "0426" not in {b.own_id for b in checked.branches}
    assert next(f for f in checked.findings if f.code == "cell_twice").values == {"cell": "A3"}


def test_a_cell_of_another_row_blocks_both(tmp_path):
    checked = sheet.check(rewritten(workbook(tmp_path / "a.xlsx"), moved("C3", "C4")))
    assert {("cell_of_other_row", "blocking", n) for n in (2, 3)} <= said(checked)
    assert ("cell_twice", "blocking", 3) in said(checked)
    assert [b.own_id for b in checked.branches] == ["0425"]


def test_a_heading_two_cells_claim_blocks_the_file(tmp_path):
    checked = sheet.check(rewritten(workbook(tmp_path / "a.xlsx"), moved("C1", "B1")))
    assert ("cell_twice", "blocking", 0) in said(checked)
    assert (checked.branches, len(checked.blocked)) == ((), 3)


@pytest.mark.parametrize(
    ("first", "second"),
    [(r'<c r="B3".*?</c>', r'<c r="C3".*?</c>'), (r'<row r="3".*?</row>', r'<row r="4".*?</row>')],
    ids=["cells", "rows"],
)
def test_what_is_out_of_order_is_said_and_read(tmp_path, first, second):
    def swapped(text):
        both = re.search(f"({first})({second})", text)
        return text.replace(both[0], both[2] + both[1])

    checked = sheet.check(rewritten(workbook(tmp_path / "a.xlsx"), swapped))
    assert said(checked) == {("cells_out_of_order", "warning", 2)}
    assert [(b.own_id, b.name) for b in checked.branches] == [(f"042{5 + n}", row[1]) for n, row in enumerate(SHOPS)]


def test_what_a_comment_says_is_not_of_the_sheet(tmp_path):
    """A row in a comment neither claims a cell nor covers up that one stands in another row."""
    harmless = rewritten(
        workbook(tmp_path / "a.xlsx"), lambda text: text.replace("</row>", "</row><!--<row r='1'/>-->")
    )
    assert sheet.check(harmless).findings == ()

    def covered(text):
        rows = re.search(r'(<row r="3".*?)</row><row r="4"[^>]*>', text)
        return text.replace(rows[0], rows[1] + '<!--</row><row r="4">-->')

    checked = sheet.check(rewritten(workbook(tmp_path / "a.xlsx"), covered))
    assert {("cell_of_other_row", "blocking", n) for n in (2, 3)} <= said(checked)


ROW = '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="B{0}"><v>2</v></c></row>'
GOOD = "".join(ROW.format(n) for n in range(1, 13))


def found(text: str) -> list[tuple[str, int]]:
    return [(r.code, r.row) for r in markup.notice(text.encode()).remarks]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace('<c r="A7"><v>1</v></c>', ""),
        GOOD.replace(ROW.format(9), '<row r="9" ht="15"/>'),
        GOOD.replace("<row r=", '<row spans="1:2" r='),
        GOOD.replace("<c r=", "<c s='1' r="),
        GOOD.replace('"', "'"),
        re.sub(r' r="\w+"', "", GOOD),
        re.sub(r'<row r="\d+">', "<row>", GOOD),
        re.sub(r'(<c) r="\w+"', r"\1", GOOD),
        re.sub(r"<(/?)(row|c|v)\b", r"<\1x:\2", GOOD),
        GOOD + '<cfRule type="x"/><colBreaks/>',
        GOOD.replace("<c ", "<c\n"),
    ],
)
def test_orderly_sheets_however_they_are_written(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "rows"),
    [
        ('"A11"', '"A1"', "cell_of_other_row", {1, 11}),
        ('"A1"', '"A11"', "cell_of_other_row", {1, 11}),
        ('"A5"', '"A55"', "cell_of_other_row", {5, 55}),
        ('"A5"', '"5"', "cell_of_other_row", {5}),
        ('"A5"', '"&#65;6"', "cell_of_other_row", {5, 6}),
        ('"A5"', '"C5"', "cells_out_of_order", {5}),
        ('"B5"', '"A5"', "cell_twice", {5}),
        ('<row r="5"', '<row r="3"', "cell_of_other_row", {3, 5}),
        (ROW.format(5), ROW.format(5) * 2, "cell_twice", {5}),
        (ROW.format(5), ROW.format(5) + ROW.format(2), "cells_out_of_order", {2}),
    ],
)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_references_at_odds(old, new, code, rows, prefix):
    text = re.sub(r"<(/?)(row|c|v)\b", rf"<\1{prefix}\2", GOOD.replace(old, new))
    assert {row for each, row in found(text) if each == code} == rows


def test_an_empty_cell_claims_nothing():
    assert found(GOOD.replace("</row>", '<c r="B1" s="1"/></row>', 1)) == [("cells_out_of_order", 1)]


def test_a_sheet_that_contradicts_itself_everywhere_is_refused():
    with pytest.raises(UnreadableFile) as caught:
        markup.notice((ROW.format(1) * 3_000).encode())
    assert caught.value.key == "file_damaged"


def test_a_prefixed_row_hides_no_giant():
    with pytest.raises(UnreadableFile) as caught:
        markup.notice(b'<x:row r="300000"><x:c r="A300000"><x:v>1</x:v></x:c></x:row>')
    assert caught.value.key == "file_too_many_rows"


@pytest.mark.parametrize("broken", [b'<c r="', b"<row ", b"<c '", b'<row hidden="1', b"<c <f"])
def test_broken_tags_end_soon(broken):
    """A tag that never ends is looked at up to the next one only: a quadratic search would take hours here."""
    assert markup.notice(broken * 200_000).hidden_rows == ()


def test_letters_of_columns():
    for number in (1, 26, 27, 256, 702, 703):
        assert markup.column_number(markup.column_letters(number).encode()) == number
    assert markup.column_letters(256) == "IV"
