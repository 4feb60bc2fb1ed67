"""The document of a judged review comes in; what a page shows of it goes out, a piece at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from mpkit.i18n import say, words

WEIGHTS = ("blocking", "warning", "info")
_GAP = frozenset({"missing_coordinates"})


class Found(NamedTuple):
    """One finding of one file; `file` counts from 0, `row` is that of the sheet, `record` 0 is the whole file."""

    file: int
    code: str
    severity: str
    record: int
    row: int
    column: int | None
    key: str
    suggestion: str | None
    values: Mapping[str, Any]

    def sentence(self, language: str) -> str:
        """What is wrong and what to do."""
        return say(self.key, language, **self.values)


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it was understood."""

    index: int
    header: str
    meaning: str
    confidence: float


@dataclass(frozen=True)
class File:
    """One file of the review, or one sheet of it; `error` and its `values` where it could not be read."""

    name: str
    told: Mapping[str, Any]
    columns: tuple[Column, ...] = ()
    error: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def where(self) -> dict[str, int]:
        """Meaning → the number of its column, the first of several."""
        return {column.meaning: column.index for column in reversed(self.columns)}

    @property
    def book(self) -> str:
        """The file it is a sheet of; its own name where it is the only one."""
        return str(self.told.get("book") or self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """What it goes by in a review."""
        return tuple(filter(None, (self.name, str(self.told.get("also") or ""))))

    @property
    def records(self) -> Sequence[Sequence[str]]:
        """The cells of each record."""
        records: Sequence[Sequence[str]] = self.told.get("records", ())
        return records

    def row(self, record: int) -> int:
        """The row of the sheet a record stands in."""
        return int(self.told["header_row"]) + record

    def cell(self, record: int, column: int | None) -> str:
        """A cell as it stands, "" where there is none."""
        if not column or not 1 <= record <= len(self.records):
            return ""
        cells = self.records[record - 1]
        return cells[column - 1] if column <= len(cells) else ""

    def label(self, record: int) -> str:
        """What a row is called by: the branch's name, else its code, else nothing."""
        for meaning in ("store_name", "external_id", "alt_id", "street_and_number", "full_address"):
            text = self.cell(record, self.where.get(meaning)).strip()
            if text:
                return text
        return ""

    def header(self, column: int | None) -> str:
        """A column's heading, its number where it has none."""
        if not column:
            return ""
        known = self.columns[column - 1].header if column <= len(self.columns) else ""
        return known or str(column)

    @property
    def unsure(self) -> tuple[Column, ...]:
        """The columns whose meaning is a guess."""
        return tuple(column for column in self.columns if column.index in self.told["asks"])


@dataclass(frozen=True)
class Judged:
    """All files of a review as they were judged last."""

    files: tuple[File, ...]
    found: tuple[Found, ...]
    changes: Mapping[str, Any] | None
    unanswered: tuple[Mapping[str, Any], ...] = ()

    @property
    def readable(self) -> tuple[File, ...]:
        """The files that could be read."""
        return tuple(file for file in self.files if not file.error)

    @property
    def books(self) -> tuple[str, ...]:
        """The names of the files themselves, whatever sheets they have."""
        return tuple(dict.fromkeys(file.book for file in self.files))

    def sum(self, name: str) -> int:
        """A count over all files: rows, branches, registers, blocked; what stands in two of them is one."""
        again = (f.values.get("again", {}) for f in self.found if f.code == "in_other_file")
        return sum(int(file.told.get(name, 0)) for file in self.readable) - sum(
            int(each.get(name, 0)) for each in again
        )

    @cached_property
    def counted(self) -> Mapping[tuple[str, str, int], int]:
        """(severity, code, file) → how many findings."""
        return Counter((f.severity, f.code, f.file) for f in self.found)

    def counts(self, of: str, **only: object) -> dict[Any, int]:
        """How many findings there are by `severity`, `code` or `file`, of those that are `only` so; most first."""
        names = ("severity", "code", "file")
        sums: Counter[Any] = Counter()
        for key, n in self.counted.items():
            said = dict(zip(names, key, strict=True))
            if all(value in {None, ""} or said[name] == value for name, value in only.items()):
                sums[said[of]] += n
        return dict(sums.most_common())

    def pick(self, *, severity: str = "", code: str = "", file: int | None = None, text: str = "") -> list[Found]:
        """The findings that fit all that is asked; `text` is looked for in the row's cells and the heading."""
        fits = [
            f
            for f in self.found
            if (not severity or f.severity == severity)
            and (not code or f.code == code)
            and (file is None or f.file == file)
        ]
        if text.strip():
            fits = [f for f in fits if self.holds(f.file, f.record, text, f.column)]
        return fits

    def holds(self, file: int, record: int, text: str, column: int | None = None) -> bool:
        """Whether a row (or the heading of a column) has the text in it, letters' case aside."""
        of = self.files[file]
        cells = of.records[record - 1] if 1 <= record <= len(of.records) else ()
        return text.strip().casefold() in " ".join((*cells, of.header(column))).casefold()

    def worst(self, file: int) -> dict[int, str]:
        """Record → the severity of its gravest finding."""
        return self._worst[file] if file < len(self._worst) else {}

    @cached_property
    def _worst(self) -> tuple[dict[int, str], ...]:
        told: tuple[dict[int, str], ...] = tuple({} for _ in self.files)
        for f in sorted(self.found, key=lambda f: WEIGHTS.index(f.severity), reverse=True):
            told[f.file][f.record] = f.severity
        return told

    @cached_property
    def codes(self) -> tuple[dict[int, list[Found]], ...]:
        """Of each file, record → its findings."""
        told: tuple[dict[int, list[Found]], ...] = tuple({} for _ in self.files)
        for f in self.found:
            told[f.file].setdefault(f.record, []).append(f)
        return told

    @cached_property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        """(file, record) of the rows whose coordinates nobody has said, used with their city's point or not."""
        told: list[tuple[int, int]] = []
        for number, file in enumerate(self.files):
            lacking = {f.record for f in self.found if f.file == number and f.code in _GAP}
            if 0 in lacking:
                lacking = {n for n, cells in enumerate(file.records, start=1) if any(cell.strip() for cell in cells)}
            told += [(number, record) for record in sorted(lacking)]
        return tuple(told)


def read(path: Path) -> Judged:
    """The document at a path."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    files = tuple(_file(told) for told in plain["files"])
    found = tuple(
        Found(number, *finding) for number, told in enumerate(plain["files"]) for finding in told.get("findings", ())
    )
    return Judged(files, found, plain["changes"], tuple(plain["unanswered"]))


def _file(told: Mapping[str, Any]) -> File:
    if "error" in told:
        return File(told["file"], told, error=told["error"], values=told["values"])
    return File(told["file"], told, tuple(Column(*column) for column in told["columns"]))


def problem(code: str) -> str:
    """The key of a problem's short name."""
    return f"problem_{code}" if f"problem_{code}" in words() else "problem_other"


def alike(found: Iterable[Found]) -> Counter[str]:
    """How many findings of each kind there are."""
    return Counter(f.code for f in found)
