"""Bytes of a stranger's file come in, what kind of file it is goes out; what we will not open is refused here.

The limits are those of our security rules: 20 MB, 200 MB expanded, ratio 200, 300 parts, no part twice, no DTD.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from mpkit.errors import UnreadableFile
from mpkit.sheet.grid import MAX_COLUMNS, MAX_ROWS

MAX_BYTES = 20 * 1024 * 1024
MAX_EXPANDED = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 300
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = b"PK\x05\x06"  # end of the central directory: the number of parts stands 10 bytes after it
_RATIO_FLOOR = 100_000  # below this many bytes a high ratio is an ordinary empty sheet
_CHUNK = 1 << 20
_OTHER_KINDS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7Z"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
)
_ENTITY = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_ROW = re.compile(rb"<row [^>]*?\br=[\"'](\d+)")  # with a prefix before "row" the reader's own limits decide
_WIDE = re.compile(rb" r=[\"'](?:[A-Z]{3,}|I[W-Z]|[J-Z][A-Z])\d")
_VALUED = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]+)(\d+)[\"'][^>/]*>\s*<(?:\w+:)?(?:v|is|f)\b")


def kind_of(content: bytes) -> str:
    """`xlsx` (xlsm too), `xls`, `ods` or `csv`, by content; `UnreadableFile` for anything else and hostile files."""
    if len(content) > MAX_BYTES:
        raise UnreadableFile("file_too_big", limit=MAX_BYTES // (1024 * 1024))
    if not content.strip(b"\x00 \r\n\t"):
        raise UnreadableFile("file_empty")
    if content.startswith(b"PK"):
        return _archive_kind(content)
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableFile("file_encrypted")
        return "xls"
    for signature, name in _OTHER_KINDS:
        if content.startswith(signature):
            raise UnreadableFile("file_other_kind", kind=name)
    head = content[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<svg")):
        raise UnreadableFile("file_other_kind", kind="HTML, XML")
    return "csv"


def _archive_kind(content: bytes) -> str:
    """The kind of a zipped workbook after every part was looked at."""
    end = content.rfind(_END)
    if end < 0 or int.from_bytes(content[end + 10 : end + 12], "little") > MAX_PARTS:
        raise UnreadableFile("file_damaged" if end < 0 else "file_too_many_parts", limit=MAX_PARTS)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError) as error:
        raise UnreadableFile("file_damaged") from error
    names = [part.filename.lower().replace("\\", "/") for part in parts]
    if len(parts) > MAX_PARTS:
        raise UnreadableFile("file_too_many_parts", limit=MAX_PARTS)
    if len(set(names)) != len(names):
        raise UnreadableFile("file_part_twice", part=next(n for n in names if names.count(n) > 1))
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile("file_encrypted")
    expanded = sum(part.file_size for part in parts)
    if expanded > MAX_EXPANDED or (expanded > _RATIO_FLOOR and expanded > MAX_RATIO * len(content)):
        raise UnreadableFile("file_bomb", limit=MAX_EXPANDED // (1024 * 1024))
    kind = _kind_by_parts(names)
    for part, name in zip(parts, names, strict=True):
        if name.endswith((".xml", ".rels", ".vml")):
            _look_inside(archive, part, name)
    return kind


def _kind_by_parts(names: list[str]) -> str:
    if "xl/workbook.xml" in names or any(name.startswith("xl/worksheets/") for name in names):
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise UnreadableFile("file_other_kind", kind="XLSB")
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    raise UnreadableFile("file_other_kind", kind="DOCX" if "word/document.xml" in names else "ZIP")


def _look_inside(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """Refuse document types, entities, passwords and giant sheets in one part; its whole text is read once."""
    try:
        with archive.open(part) as stream:
            text = b"".join(iter(lambda: stream.read(_CHUNK), b""))
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError, zlib.error) as error:
        raise UnreadableFile("file_damaged") from error
    plain = text.replace(b"\x00", b"") if b"\x00" in text[:200] else text  # UTF-16 hides nothing
    if b"<!" in plain and _ENTITY.search(plain):
        raise UnreadableFile("file_dtd", part=name)
    if name == "meta-inf/manifest.xml" and b"encryption-data" in plain:
        raise UnreadableFile("file_encrypted")
    if name.startswith("xl/worksheets/"):
        _refuse_giant(plain)


def _refuse_giant(sheet: bytes) -> None:
    """A cell with a value beyond the last row or column we take (styled empty ones are ordinary)."""
    last = max(map(int, _ROW.findall(sheet)), default=0)
    if last <= MAX_ROWS and not _WIDE.search(sheet):
        return
    for letters, digits in _VALUED.findall(sheet):
        if int(digits) > MAX_ROWS:
            raise UnreadableFile("file_too_many_rows", limit=MAX_ROWS)
        if column_number(letters.decode()) > MAX_COLUMNS:
            raise UnreadableFile("file_too_many_columns", limit=MAX_COLUMNS)


def column_number(letters: str) -> int:
    """The number of a column from its letters: A is 1, IV is 256."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
