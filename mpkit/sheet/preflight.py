"""Bytes of a stranger's file come in; its kind, and what its parts say besides values, go out; or it is refused here.

The limits are those of our security rules: 20 MB, 200 MB expanded, ratio 200, 300 parts, no part twice, no DTD.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from mpkit.errors import UnreadableFile
from mpkit.sheet import compound, markup, markup_ods, markup_xls
from mpkit.sheet.markup import Noticed

MAX_BYTES = 20 * 1024 * 1024
MAX_EXPANDED = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 300
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
_REMARKED = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_BOOK, _RELATIONS, _SHEETS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/"
_MACROS = "_VBA_PROJECT".encode("utf-16-le")  # the directory of an old workbook names its parts in UTF-16


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file we will open: `xlsx` (xlsm too), `xls`, `ods` or `csv`; `sheets` by their names, where anything shows."""

    kind: str
    macros: bool = False
    sheets: Mapping[str, Noticed] = field(default_factory=dict)


def inspect(content: bytes) -> Inspected:
    """What kind of file it is, by content; `UnreadableFile` for anything else and hostile files."""
    if len(content) > MAX_BYTES:
        raise UnreadableFile("file_too_big", limit=MAX_BYTES // (1024 * 1024))
    if not content.strip(b"\x00 \r\n\t"):
        raise UnreadableFile("file_empty")
    if content.startswith(b"PK"):
        return _archive(content)
    if content.startswith(compound.SIGNATURE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableFile("file_encrypted")
        return Inspected("xls", _MACROS in content, markup_xls.notice(content))
    for signature, name in _OTHER_KINDS:
        if content.startswith(signature):
            raise UnreadableFile("file_other_kind", kind=name)
    head = content[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<svg")):
        raise UnreadableFile("file_other_kind", kind="HTML, XML")
    return Inspected("csv")


def _archive(content: bytes) -> Inspected:
    """A zipped workbook after every part was looked at."""
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
    macros = any(name.endswith("vbaproject.bin") or name.startswith("basic/") for name in names)
    return Inspected(kind, macros, _noticed(archive, dict(zip(names, parts, strict=True))))


def _noticed(archive: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo]) -> Mapping[str, Noticed]:
    """What each sheet says besides its values, by its name, after every text part was looked at once."""
    kept: dict[str, bytes] = {}
    seen: dict[str, Noticed] = {}
    by_name: Mapping[str, Noticed] = {}
    for name, part in parts.items():
        if not name.endswith((".xml", ".rels", ".vml")):
            continue
        plain = _look_inside(archive, part, name)
        if name.startswith(_SHEETS):
            seen[name] = markup.notice(plain)
        elif name in {_BOOK, _RELATIONS}:
            kept[name] = plain
        elif name == "content.xml":
            by_name = markup_ods.notice(plain)
    sheets = markup.sheet_parts(kept.get(_BOOK, b""), kept.get(_RELATIONS, b""))
    return {**by_name, **{sheets[name]: noticed for name, noticed in seen.items() if name in sheets}}


def _kind_by_parts(names: list[str]) -> str:
    if "xl/workbook.xml" in names or any(name.startswith("xl/worksheets/") for name in names):
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise UnreadableFile("file_other_kind", kind="XLSB")
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    raise UnreadableFile("file_other_kind", kind="DOCX" if "word/document.xml" in names else "ZIP")


def _look_inside(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> bytes:
    """The text of one part without comments, read once; document types, entities and passwords are refused."""
    try:
        with archive.open(part) as stream:
            text = b"".join(iter(lambda: stream.read(_CHUNK), b""))
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError, zlib.error) as error:
        raise UnreadableFile("file_damaged") from error
    plain = text.replace(b"\x00", b"") if b"\x00" in text[:200] else text  # UTF-16 hides nothing
    if b"!" in plain and b"<!" in plain:  # one letter is found far faster than two
        if _ENTITY.search(plain):
            raise UnreadableFile("file_dtd", part=name)
        plain = _REMARKED.sub(b"", plain)
    if name == "meta-inf/manifest.xml" and b"encryption-data" in plain:
        raise UnreadableFile("file_encrypted")
    return plain
