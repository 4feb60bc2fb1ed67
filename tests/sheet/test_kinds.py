"""The kinds of workbook besides XLSX: each is read as text, and what it hides or carries is said."""

import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt

from mpkit import sheet
from mpkit.errors import UnreadableFile
from mpkit.sheet import compound, markup_xls, preflight, reading
from mpkit.sheet.markup import Noticed

HEAD = ["codigo", "nombre", "direccion", "ciudad", "provincia", "lat", "lng"]
SHOPS = [
    ["0425", "Peña & Compañía", "San Martín 450", "Rosario", "Santa Fe", "-32.9468", "-60.6393"],
    ["0426", "Ñandú", "Mitre 120", "Rosario", "Santa Fe", "-32.9301", "-60.6601"],
    ["0427", "Sur", "Belgrano 77", "Rosario", "Santa Fe", "-32.97", "-60.65"],
]

TWICE, COMPUTED = ' table:number-columns-repeated="2"', ' table:formula="of:=[.A1]"'


def ods(path: Path, tables: str, extra: dict[str, str] | None = None) -> Path:
    """An OpenDocument workbook around the XML of its tables."""
    names = ("office", "table", "text", "style")
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    styles = (
        '<office:automatic-styles><style:style style:name="seen" style:family="table"><style:table-properties '
        'table:display="true"/></style:style><style:style style:name="unseen" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3">{styles}'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.'
        'spreadsheet"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        for name, text in {"content.xml": content, "META-INF/manifest.xml": manifest, **(extra or {})}.items():
            parts.writestr(name, text)
    return path


def table(name: str, rows: list[list[str]], style: str = "seen", shown: dict[int, str] | None = None) -> str:
    """One table of texts; `shown` is row → its attributes, 0 → the columns, -row → those of its first cell."""
    shown = shown or {}
    lines = []
    for n, row in enumerate(rows, 1):
        cells = [
            f'<table:table-cell office:value-type="string"{shown.get(-n, "") if not c else ""}>'
            f"<text:p>{cell.replace('&', '&amp;')}</text:p></table:table-cell>"
            for c, cell in enumerate(row)
        ]
        lines.append(f"<table:table-row{shown.get(n, '')}>{''.join(cells)}</table:table-row>")
    columns = shown.get(0, f'<table:table-column table:number-columns-repeated="{len(rows[0])}"/>')
    return f'<table:table table:name="{name}" table:style-name="{style}">{columns}{"".join(lines)}</table:table>'


def xls(path: Path, hidden: str = "") -> Path:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("Sucursales")
    for r, row in enumerate([HEAD, *SHOPS]):
        for c, cell in enumerate(row):
            page.write(r, c, float(cell) if r and c > 4 else cell)
    if hidden:
        other = book.add_sheet(hidden)
        other.write(0, 0, "no")
        other.visibility = 1
    book.save(str(path))
    return path


def xlsm(path: Path) -> Path:
    """A workbook with a macro part, of the content type Excel gives it."""
    book = openpyxl.Workbook()
    for row in [HEAD, *SHOPS]:
        book.active.append(row)
    plain = path.with_suffix(".plain")
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "[Content_Types].xml":
                kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
                macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
                binary = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
                assert kind in content
                content = content.replace(kind, macro).replace(b"</Types>", binary)
            new.writestr(part.filename, content)
        new.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 Sub Auto_Open()")
    return path


def codes(checked) -> dict[str, dict]:
    return {f.code: dict(f.values) for f in checked.findings}


def test_an_opendocument_workbook(tmp_path):
    path = ods(tmp_path / "a.ods", table("Sucursales", [HEAD, *SHOPS]))
    assert reading.read(path).kind == "ods"
    assert reading.read(path).sheets[0].rows == [HEAD, *SHOPS]
    checked = sheet.check(path)
    assert (checked.site, checked.findings, len(checked.branches)) == ("MLA", (), 3)
    assert [b.own_id for b in checked.branches] == ["0425", "0426", "0427"]


def test_what_an_opendocument_workbook_hides(tmp_path):
    shown = {
        0: '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
        '<table:table-column table:number-columns-repeated="4"/>'
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="1017"/>',
        3: ' table:visibility="filter"',
        4: ' table:visibility="collapse"',
        -2: ' table:formula="of:=&quot;04&quot;&amp;25"',
    }
    tables = table("Sucursales", [HEAD, *SHOPS], shown=shown) + table("Viejas & otras", [["x"]], "unseen")
    path = ods(tmp_path / "a.ods", tables.replace('"Viejas & otras"', '"Viejas &amp; otras"'))
    checked = sheet.check(path)
    assert len(checked.branches) == 3
    assert codes(checked) == {
        "hidden_rows": {"rows": "3-4"},
        "hidden_columns": {"columns": "C"},
        "hidden_sheets": {"names": "Viejas & otras"},
        "formula_in_id": {"value": "0425"},
    }
    (formula,) = [f for f in checked.findings if f.code == "formula_in_id"]
    assert (formula.row, formula.column, formula.severity) == (2, 1, "warning")


def test_cells_an_opendocument_workbook_repeats_are_counted(tmp_path):
    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    head = ["tipo", "tipo", *HEAD]
    rows = "".join(
        f"<table:table-row>{cell.format(TWICE, 'A')}"
        f"{cell.format(COMPUTED, shop[0])}"
        f"{''.join(cell.format('', text.replace('&', '&amp;')) for text in shop[1:])}</table:table-row>"
        for shop in SHOPS
    )
    page = table("S", [head]).replace("</table:table>", f"{rows}</table:table>")
    checked = sheet.check(ods(tmp_path / "a.ods", page))
    assert {(f.row, f.column) for f in checked.findings if f.code == "formula_in_id"} == {(2, 3), (3, 3), (4, 3)}


def test_rows_an_opendocument_workbook_repeats_are_counted(tmp_path):
    again = {3: ' table:number-rows-repeated="3"', 4: ' table:visibility="collapse"'}
    checked = sheet.check(ods(tmp_path / "a.ods", table("S", [HEAD, *SHOPS], shown=again)))
    assert codes(checked)["hidden_rows"] == {"rows": "6"}


def test_macros_of_an_opendocument_workbook_are_never_run(tmp_path):
    path = ods(tmp_path / "a.ods", table("S", [HEAD, *SHOPS]), {"Basic/Standard/Module1.xml": "<a/>"})
    assert codes(sheet.check(path)) == {"macros_never_run": {}}


def test_an_old_workbook(tmp_path):
    path = xls(tmp_path / "a.xls")
    assert path.read_bytes().startswith(b"\xd0\xcf\x11\xe0")
    assert reading.read(path).kind == "xls"
    assert reading.read(path).sheets[0].rows == [HEAD, *SHOPS]
    checked = sheet.check(path)
    assert (checked.site, checked.findings, len(checked.branches)) == ("MLA", (), 3)


def test_a_hidden_sheet_of_an_old_workbook(tmp_path):
    assert codes(sheet.check(xls(tmp_path / "a.xls", hidden="Cerradas"))) == {"hidden_sheets": {"names": "Cerradas"}}


def test_what_an_old_workbook_hides(tmp_path):
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("Región Ñ")
    for r, row in enumerate([HEAD, *SHOPS]):
        for c, cell in enumerate(row):
            page.write(r, c, float(cell) if r and c > 4 else cell)
    page.write(3, 7, "nota")
    page.write(2, 8, xlwt.Formula("A1"))
    for row in (1, 2, 900):  # the last is empty: nobody misses it
        page.row(row).hidden = True
    for column in (1, 7, 8, 40):
        page.col(column).hidden = True
    book.add_sheet("Notas").write(0, 0, "de otro")
    book.save(str(tmp_path / "a.xls"))
    checked = sheet.check(tmp_path / "a.xls")
    assert len(checked.branches) == 3
    assert codes(checked) == {"hidden_rows": {"rows": "2-3"}, "hidden_columns": {"columns": "B, H"}}
    noticed = preflight.inspect((tmp_path / "a.xls").read_bytes()).sheets
    assert noticed["Región Ñ"].formulas == ((3, 9),)
    assert noticed["Notas"] == Noticed()


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def older(name: bytes, *inside: bytes) -> bytes:
    """The records of a workbook of 1995 with one sheet."""
    begin = record(0x809, struct.pack("<HH4x", 0x500, 5)) + record(0x42, struct.pack("<H", 1252))
    at = len(begin) + len(record(0x85, struct.pack("<IHB", 0, 0, len(name)) + name)) + 4
    return (
        begin
        + record(0x85, struct.pack("<IHB", at, 0, len(name)) + name)
        + record(0x0A)
        + record(0x809, struct.pack("<HH4x", 0x500, 0x10))
        + b"".join(inside)
        + record(0x0A)
    )


def compounded(stream: bytes) -> bytes:
    """A compound file around a stream so short that it lies in the small sectors."""
    whole = stream.ljust(-(-len(stream) // 512) * 512, b"\0")
    small, end = len(whole) // 64, 0xFFFFFFFE

    def entry(name: str, kind: int, first: int, size: int) -> bytes:
        said = (name + "\0").encode("utf-16-le")
        tree = struct.pack("<HBB3I36x", len(said), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF)
        return said.ljust(64, b"\0") + tree + struct.pack("<III", first, size, 0)

    inside = len(whole) // 512
    chain = [0xFFFFFFFD, end, end, *range(4, 3 + inside), end]
    header = compound.SIGNATURE + bytes(16) + struct.pack("<HHHHH6x3I4x", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1)
    header += struct.pack("<IIIII", 4096, 2, 1, end, 0) + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    sectors = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    sectors += (entry("Root Entry", 5, 3, len(whole)) + entry("Book", 2, 0, len(stream))).ljust(512, b"\0")
    sectors += struct.pack("<128I", *range(1, small), end, *[0xFFFFFFFF] * (128 - small))
    return header + sectors + whole


def test_what_a_workbook_of_1995_hides():
    chart = record(0x809, struct.pack("<HH4x", 0x500, 0x20)) + record(0x208, struct.pack("<H10xH", 8, 0x20))
    book = older(
        "Región".encode("cp1252"),
        record(0x7D, struct.pack("<HH4xH2x", 2, 3, 1)),
        record(0x7D, struct.pack("<HH4xH2x", 5, 5, 0)),
        record(0x208, struct.pack("<H10xH2x", 4, 0x20)),
        record(0x208, struct.pack("<H10xH2x", 5, 0x0F)),
        chart + record(0x0A),
        record(0x06, struct.pack("<HH", 6, 0)),
    )
    found = markup_xls.notice(compounded(book))
    assert found == {"Región": Noticed(((5, 5),), ((3, 4),), ((7, 1),))}
    locked = book.replace(record(0x42, struct.pack("<H", 1252)), record(0x2F, b"\0\0"))
    assert markup_xls.notice(compounded(locked)) == {}


def test_records_and_sectors_that_lead_nowhere_are_no_end():
    book = older(b"A", record(0x208, struct.pack("<H10xH2x", 4, 0x20)))
    whole = compounded(book)
    for at in range(0, len(whole), 3):
        for odd in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\1\0\0\0"):
            changed = io.BytesIO(whole)
            changed.seek(at)
            changed.write(odd)
            assert set(markup_xls.notice(changed.getvalue())) <= {"A", "\0", "\1", "", "ÿ"}
    for length in range(0, len(whole), 64):
        assert len(markup_xls.notice(whole[:length])) <= 1


def test_an_old_workbook_cut_short(tmp_path):
    whole = xls(tmp_path / "a.xls").read_bytes()
    for length in (600, len(whole) // 2):
        (tmp_path / "cut.xls").write_bytes(whole[:length])
        with pytest.raises(UnreadableFile) as caught:
            reading.read(tmp_path / "cut.xls")
        assert caught.value.key == "file_damaged"


def test_macros_of_an_old_workbook_are_seen():
    directory = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT_CUR".encode("utf-16-le")
    assert preflight.inspect(directory) == preflight.Inspected("xls", macros=True)


@pytest.mark.parametrize(
    ("language", "words"), [("es", "nunca se ejecutan"), ("pt", "nunca são executadas"), ("en", "never run")]
)
def test_macros_are_never_run_and_that_is_said(tmp_path, language, words):
    checked = sheet.check(xlsm(tmp_path / "a.xlsm"))
    assert [b.own_id for b in checked.branches] == ["0425", "0426", "0427"]
    (said,) = checked.to_json(language)["findings"]
    assert (said["code"], said["severity"], said["record"]) == ("macros_never_run", "info", 0)
    assert words in said["message"]
