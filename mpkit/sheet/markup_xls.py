"""The records of an old workbook (BIFF5, BIFF8) come in; each sheet's hidden rows, columns and formulas go out.

The reader gives the values alone. Only four kinds of record say what we ask for ([MS-XLS] 2.4.28 BoundSheet8, 2.4.53
ColInfo, 2.4.127 Formula, 2.4.221 Row); all others are stepped over by their length.
"""

from __future__ import annotations

import codecs
import struct
from collections import Counter
from collections.abc import Iterator, Mapping

from mpkit.sheet import compound
from mpkit.sheet.markup import MANY, Noticed, joined

_STREAMS = ("Workbook", "Book")
_BOF, _EOF, _BOUND_SHEET, _CODE_PAGE, _FILE_PASS = 0x809, 0x0A, 0x85, 0x42, 0x2F
_ROW, _COLUMNS, _FORMULAS = 0x208, 0x7D, (0x06, 0x206, 0x406)
_BIFF8 = 0x600
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01  # fDyZero, fHidden


def notice(content: bytes) -> Mapping[str, Noticed]:
    """What each sheet says besides its values, by its name; nothing of a locked book, nor beyond records that break."""
    book = compound.stream(content, _STREAMS)
    found: dict[str, Noticed] = {}
    try:
        for name, at in _sheets(book):
            found[name] = _sheet(book, at)
    except (struct.error, LookupError, ValueError):
        return found  # a broken book is refused by the reader of its values
    return found


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each record of one part of the book, to its end; those of charts inside it are left out."""
    depth = 0
    while True:
        kind, size = struct.unpack_from("<HH", book, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size


def _sheets(book: bytes) -> Iterator[tuple[str, int]]:
    """Each sheet's name and where its records begin."""
    if not book:
        return
    version, code_page = struct.unpack_from("<H", book, 4)[0], "cp1252"
    found: list[tuple[int, bytes]] = []
    for kind, body in _records(book, 0):
        if kind == _FILE_PASS:
            return
        if kind == _CODE_PAGE:
            code_page = _codec(struct.unpack_from("<H", body)[0])
        elif kind == _BOUND_SHEET:
            found.append((struct.unpack_from("<I", body)[0], body[6:]))
    for at, named in found:
        yield _name(named, code_page, wide=version >= _BIFF8), at


def _codec(code_page: int) -> str:
    """Python's name of a code page; that of Western Europe where it has none (Mac, UTF-16)."""
    try:
        return codecs.lookup(f"cp{code_page}").name
    except LookupError:
        return "cp1252"


def _name(said: bytes, code_page: str, *, wide: bool) -> str:
    """A name behind its length: BIFF8 says with one more byte whether a letter takes two."""
    if not wide:
        return said[1 : 1 + said[0]].decode(code_page, "replace")
    if said[1] & 1:
        return said[2 : 2 + 2 * said[0]].decode("utf-16-le", "replace")
    return said[2 : 2 + said[0]].decode("latin-1")


def _sheet(book: bytes, at: int) -> Noticed:
    rows: list[tuple[int, int]] = []
    columns: list[tuple[int, int]] = []
    formulas: list[tuple[int, int]] = []
    counts: Counter[int] = Counter()
    for kind, body in _records(book, at):
        if kind == _ROW:
            row, flags = struct.unpack_from("<H10xH", body)
            if flags & _ROW_HIDDEN:
                rows.append((row + 1, row + 1))
        elif kind == _COLUMNS:
            first, last, flags = struct.unpack_from("<HH4xH", body)
            if flags & _COLUMN_HIDDEN:
                columns.append((first + 1, last + 1))
        elif kind in _FORMULAS:
            row, column = struct.unpack_from("<HH", body)
            counts[column] += 1
            if counts[column] <= MANY:
                formulas.append((row + 1, column + 1))
    return Noticed(joined(rows), joined(columns), tuple(formulas))
