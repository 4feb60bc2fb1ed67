"""A file as text: its sheets, rows and cells exactly as read, and what the reading itself noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_ROWS = 200_000
MAX_HEIGHT = MAX_ROWS + 30  # with a header and what stands above it
MAX_COLUMNS = 256


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How a person says a file is to be read; what is left "" (`header_row`: None) is found by evidence.

    `encoding` is one of `encoding.NAMES`, `delimiter` one of `delimited.DELIMITERS`, `decimal` "." or ",";
    `header_row` counts from 1, 0 where there is none.
    """

    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    header_row: int | None = None
    sheet: str = ""


BY_EVIDENCE = ReadAs()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the reading noticed: a code of `words/findings.toml`, where, and the sentence's values.

    `row` counts from 1 (0: the whole sheet or file), `column` from 1 (0: the whole row).
    """

    code: str
    severity: str
    row: int = 0
    column: int = 0
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; row i of `rows` is row i + 1 of the sheet, rows may have different lengths."""

    name: str | None
    rows: list[list[str]]
    remarks: tuple[Remark, ...] = ()


class Kind(StrEnum):
    """What a sheet of a workbook holds; `ASKED` looks like branches, but not enough to be read unasked."""

    BRANCHES = "branches"
    REGISTERS = "registers"
    ASKED = "asked"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Seen:
    """One sheet of a workbook of several: what it holds, and whether it is read; `said` where somebody chose."""

    name: str
    rows: int  # with something in them, under the header
    kind: Kind
    read: bool
    said: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """What the reading child hands back: `encoding` and `delimiter` are empty for workbooks."""

    kind: str  # xlsx, xls, ods, csv
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    delimiter: str = ""
    remarks: tuple[Remark, ...] = ()  # of the whole file

    def to_plain(self) -> dict[str, Any]:
        """Plain data for the way from the child to the parent."""
        return {
            "kind": self.kind,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "remarks": _plain(self.remarks),
            "sheets": [
                {
                    "name": sheet.name,
                    **_turned(sheet.rows),
                    "remarks": _plain(sheet.remarks),
                }
                for sheet in self.sheets
            ],
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Grid:
        """The grid again; raises `KeyError`, `TypeError` or `ValueError` on anything else than `to_plain` wrote."""
        sheets = tuple(
            Sheet(sheet["name"], _rows(sheet), tuple(Remark(*remark) for remark in sheet["remarks"]))
            for sheet in plain["sheets"]
        )
        remarks = tuple(Remark(*remark) for remark in plain["remarks"])
        return cls(plain["kind"], sheets, plain["encoding"], plain["delimiter"], remarks)


def _turned(rows: list[list[str]]) -> dict[str, Any]:
    """The cells of a sheet, column by column where its rows are as long as each other.

    They come to lie in the parent's memory as they are read there, and columns are what it looks at, time and again.
    """
    even = len(set(map(len, rows))) == 1 and rows[0]
    return {"columns": list(zip(*rows, strict=True))} if even else {"rows": rows}


def _rows(plain: dict[str, Any]) -> list[list[str]]:
    """The rows again."""
    if "rows" in plain:
        return list(plain["rows"])
    return list(map(list, zip(*plain["columns"], strict=True)))


def _plain(remarks: tuple[Remark, ...]) -> list[list[object]]:
    return [[r.code, r.severity, r.row, r.column, dict(r.values)] for r in remarks]
