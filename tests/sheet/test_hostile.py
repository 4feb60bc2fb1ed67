"""Forty files made to hurt: each is refused with a sentence that names the file, or read with nothing lost."""

import io
import struct
import zipfile
import zlib

import pytest

from mpkit.errors import MpkitError, UnreadableFile
from mpkit.sheet import reading
from tests.sheet import test_kinds as kinds
from tests.sheet.test_reading import ROWS, workbook

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DIRECTORY = b"PK\x01\x02\x14\x03\x14\0"  # before the flags of a part
SHEET = "xl/worksheets/sheet1.xml"
READ = ""  # may be read: nothing of it is lost, or what contradicts itself is said to block


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The parts of a sound workbook."""
    path = workbook(tmp_path_factory.mktemp("good") / "a.xlsx")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet_with(data):
    return lambda parts: packed({**parts, SHEET: parts[SHEET].replace(b"</sheetData>", data + b"</sheetData>")})


def part(name, content):
    return lambda parts: packed({**parts, name: content(parts[name]) if callable(content) else content})


def without(name):
    return lambda parts: packed({n: c for n, c in parts.items() if n != name})


def lying_size(parts):
    """The directory says 10 bytes, the part is 30 MB."""
    whole = packed({**parts, "xl/media/a.xml": b"0" * 30_000_000})
    at = whole.rfind(b"xl/media/a.xml") - 46
    return whole[: at + 24] + struct.pack("<I", 10) + whole[at + 28 :]


def renamed(old, new):
    return lambda parts: packed(parts).replace(old, new)


def declared(name, entities):
    return part(name, lambda content: content.replace(b"?>", b"?><!DOCTYPE l [" + entities + b"]>", 1))


def ods_of(tables, **extra):
    def made(_, folder):
        return kinds.ods(folder / "x.ods", tables, extra or None).read_bytes()

    return made


def row(*cells, n=9):
    return f'<row r="{n}">'.encode() + b"".join(cells) + b"</row>"


BIG_TABLE = kinds.table("S", [["a"]], shown={1: ' table:number-rows-repeated="1048576"'})
WIDE_TABLE = kinds.table("S", [["a"]], shown={-1: ' table:number-columns-repeated="16384"'})
FILES = {
    # archives
    "a bomb in one part": (part("xl/media/zero.xml", b"0" * 60_000_000), "file_bomb"),
    "a bomb in the texts": (part("xl/sharedStrings.xml", lambda c: c + b" " * 80_000_000), "file_bomb"),
    "a size that lies": (lying_size, "file_damaged"),
    "300 parts too many": (lambda p: packed({**p, **{f"x{n}.xml": b"" for n in range(310)}}), "file_too_many_parts"),
    "a part twice in capitals": (lambda p: packed({**p, SHEET.upper(): p[SHEET]}), "file_part_twice"),
    "a backslash in a name": (lambda p: packed({**p, SHEET.replace("/", "\\"): b"<a/>"}), "file_part_twice"),
    "a path that climbs": (part("../../etc/passwd.xml", b"<a/>"), READ),
    "an absolute path": (part("/etc/cron.xml", b"<a/>"), READ),
    "a password on a part": (renamed(DIRECTORY + b"\0\0", DIRECTORY + b"\x01\0"), "file_encrypted"),
    "no directory": (lambda p: packed(p).replace(b"PK\x05\x06", b"PK\x05\x00"), "file_damaged"),
    "cut in half": (lambda p: packed(p)[:2_000], "file_damaged"),
    "only the end of an archive": (lambda _: b"PK\x05\x06" + b"\0" * 18, "file_other_kind"),
    "an archive in an archive": (lambda p: packed({"a.xlsx": packed(p)}), "file_other_kind"),
    "a text document": (lambda _: packed({"word/document.xml": b"<a/>"}), "file_other_kind"),
    "a binary workbook": (lambda p: packed({**without_name(p), "xl/workbook.bin": b"\0"}), "file_other_kind"),
    # markup
    "an entity that grows": (declared(SHEET, b'<!ENTITY a "aa"><!ENTITY b "&a;&a;">'), "file_dtd"),
    "an entity of a file": (declared("xl/styles.xml", b'<!ENTITY a SYSTEM "file:///etc/passwd">'), "file_dtd"),
    "an entity in UTF-16": (part("xl/sharedStrings.xml", "<!DOCTYPE a><sst/>".encode("utf-16")), "file_dtd"),
    "100,000 nested tags": (part(SHEET, b"<worksheet>" + b"<a>" * 100_000), READ),
    "tags that never end": (part(SHEET, lambda c: c.replace(b"</row>", b"")), READ),
    "no sheet": (without(SHEET), "file_damaged"),
    "no list of sheets": (without("xl/workbook.xml"), "file_empty"),
    "a sheet of zeros": (part(SHEET, b"\0" * 5_000), READ),
    "an attribute of a megabyte": (sheet_with(b'<row r="9" x="' + b"y" * 1_000_000 + b'"/>'), READ),
    # cells
    "a cell in the last row": (sheet_with(row(b'<c r="A1048576"><v>1</v></c>', n=1_048_576)), "file_too_many_rows"),
    "a cell in the last column": (sheet_with(row(b'<c r="XFD9"><v>1</v></c>')), "file_too_many_columns"),
    "a corner far away": (sheet_with(b'<row r="199999"><c r="IV199999"><v>1</v></c></row>'), "file_too_heavy"),
    "a row of 40 digits": (sheet_with(b'<row r="' + b"9" * 40 + b'"><c r="A1"><v>1</v></c></row>'), READ),
    "a row below none": (sheet_with(b'<row r="-5"><c r="A-5"><v>1</v></c></row>'), READ),
    "a text that is not there": (sheet_with(row(b'<c r="A9" t="s"><v>4000000000</v></c>')), READ),
    "a look that is not there": (sheet_with(row(b'<c r="A9" s="4000000000"><v>1</v></c>')), READ),
    "a number too large": (sheet_with(row(b'<c r="A9"><v>1e999</v></c>')), READ),
    "not a number": (sheet_with(row(b'<c r="A9"><v>NaN</v></c>')), READ),
    "a date before all dates": (sheet_with(row(b'<c r="A9" t="d"><v>0000-00-00T99:99:99</v></c>')), READ),
    "2,000 cells on one place": (sheet_with(row(b'<c r="A9"><v>1</v></c>' * 2_000)), READ),
    # other kinds
    "a million rows repeated": (ods_of(BIG_TABLE), "file_too_many_rows"),
    "16,384 columns repeated": (ods_of(WIDE_TABLE), "file_too_many_columns"),
    "an old workbook of noise": (lambda _: OLD + zlib.compress(b"x" * 5_000) * 40, "file_damaged"),
    "100,000 equal titles": (lambda _: b";".join([b"a"] * 100_000) + b"\n", "file_too_many_columns"),
    "a quote that never ends": (lambda _: b'a;b\n1;"' + b"x\n" * 150_000, "file_quote_open"),
    "a line of 15 MB": (lambda _: b"x" * 15_000_000, "file_quote_open"),
    "bytes of a program": (lambda _: b"\x7fELF" + bytes(range(256)) * 40, "file_binary"),
    "a page of the web named xls": (lambda _: b"\xef\xbb\xbf <HTML><body><table><tr><td>a", "file_other_kind"),
}  # fmt: skip


def without_name(parts):
    return {name: content for name, content in parts.items() if not name.startswith("xl/work")}


def test_there_are_forty():
    assert len(FILES) >= 40


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_ends_in_a_sentence(tmp_path, good, name):
    make, key = FILES[name]
    path = tmp_path / "sucursales.xlsx"
    path.write_bytes(make(good, tmp_path) if make.__code__.co_argcount == 2 else make(good))
    if key == READ:
        try:
            page = reading.read(path).sheets[0]
        except UnreadableFile as refused:
            assert path.name in str(refused)  # noqa: PT017 - either way is right
        else:
            told = any(remark.severity == "blocking" for remark in page.remarks)
            assert told or page.rows[: len(ROWS)] == ROWS or len(page.rows) < len(ROWS)
        return
    with pytest.raises(MpkitError) as caught:
        reading.read(path)
    assert (caught.value.key, path.name in str(caught.value)) == (key, True)
