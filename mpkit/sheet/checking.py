"""A file's path comes in; what it wants, what its columns mean and what is wrong with it go out, frozen."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mpkit.errors import UnreadableFile
from mpkit.i18n import say, words
from mpkit.model import Branch, Finding, Register, Severity
from mpkit.places import Catalogue
from mpkit.sheet import build, closing, draft, hours, opening, reading, records, restoring, table, twins
from mpkit.sheet.changed import Cell, Changed, Recall
from mpkit.sheet.columns import ASK, Column
from mpkit.sheet.findings import Findings
from mpkit.sheet.grid import Grid, ReadAs, Seen, Sheet
from mpkit.sheet.heading import FIRST_ROWS
from mpkit.sheet.templates import own_headings, own_hidden_sheets

_OF_IDS = frozenset({"number_in_id", "formula_in_id"})
_NAMED = 20  # rows, columns or sheets a sentence lists
_CLAIMED = frozenset({"cell_twice", "cell_of_other_row"})


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, read and judged; `branches` and `registers` are those of rows that nothing blocks, closed ones too."""

    file: str
    site: str
    sheet: str | None
    encoding: str
    delimiter: str
    header_row: int
    rows: int
    columns: tuple[Column, ...]
    branches: tuple[Branch, ...]
    registers: tuple[Register, ...]
    findings: tuple[Finding, ...]
    cells: Sheet = field(repr=False)
    kind: str = "csv"  # xlsx, xls, ods, csv
    decimal: str = ""  # the mark the coordinates are written with: ".", ",", both as ".,", or ""
    sheets: tuple[str, ...] = ()  # the names of all sheets of the file
    book: str = ""  # the file it is a sheet of; `file` then names the sheet too
    also: str = ""  # another name what was said of it goes by
    position: int = 0  # among the sheets of its workbook
    seen: tuple[Seen, ...] = ()  # of the first sheet of a workbook of several: what became of each of them
    tentative: bool = False  # a sheet of registers nobody has asked for: it counts if they find their branches

    @property
    def preview(self) -> list[list[str]]:
        """The first raw rows of the sheet, as far as a header is looked for."""
        return self.cells.rows[:FIRST_ROWS]

    @property
    def asks(self) -> tuple[Column, ...]:
        """The columns whose meaning is a guess: somebody should say whether it is right."""
        return tuple(column for column in self.columns if column.confidence < ASK)

    hours: tuple[opening.Echo, ...] = ()  # how each different text of opening hours was read
    sure: frozenset[str] = frozenset()  # external ids that a sheet of our own names: nobody else is meant

    @property
    def blocked(self) -> frozenset[int]:
        """The records that must not be created as they stand; all of them where the whole file is blocked."""
        found = {finding.record for finding in self.findings if finding.severity is Severity.BLOCKING}
        return frozenset(range(1, self.rows + 1)) if 0 in found else frozenset(found)

    def to_json(self, language: str) -> dict[str, Any]:
        """The document of `check --json`, its messages in `language`."""
        return {
            "file": self.book or self.file,
            "site": self.site,
            "sheet": self.sheet,
            "encoding": self.encoding or None,
            "delimiter": self.delimiter or None,
            "header_row": self.header_row,
            "rows": self.rows,
            "columns": [asdict(column) for column in self.columns],
            "branches": sum(not branch.closed for branch in self.branches),
            "registers": sum(not register.closed for register in self.registers),
            "hours": [
                {"found": echo.found, "read": hours.said(echo.week, language) if echo.week else None, "rows": echo.rows}
                for echo in self.hours
            ],
            "findings": [as_json(finding, language) for finding in self.findings],
        }


def as_json(finding: Finding, language: str) -> dict[str, Any]:
    """One finding of the document."""
    return {
        "record": finding.record,
        "row": finding.row,
        "column": finding.column,
        "header": finding.header,
        "severity": finding.severity.value,
        "code": finding.code,
        "message": message(finding, language),
        "suggestion": finding.suggestion,
    }


def message(finding: Finding, language: str) -> str:
    """The sentence of a finding: what is wrong, what to do."""
    return say(key_of(finding), language, **finding.values)


def key_of(finding: Finding) -> str:
    """The words of a finding: others once for a file, where a repair is used and where a value is kept as it is."""
    if finding.record == 0 and f"{finding.code}_file" in words():
        return f"{finding.code}_file"
    if finding.values.get("kept"):
        return f"{finding.code}_kept"
    if finding.severity is not Severity.BLOCKING and f"{finding.code}_used" in words():
        return f"{finding.code}_used"
    return finding.code


def check(
    path: Path | str,
    *,
    site: str = "",
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    decimal: str = "",
    header_row: int | None = None,
    mapping: Mapping[str, str] | None = None,
    accept: Collection[str] = (),
    places: Path | Catalogue | None = None,
    edits: Mapping[Cell, str] | None = None,
    accepted: Collection[tuple[int, str]] = (),
    columns: Mapping[int, str] | None = None,
    recall: Recall | None = None,
    names: str = "",
) -> Checked:
    """Read and judge one file of branches; of a workbook one sheet (`book.check_book` reads several).

    `site` "" is guessed from points and names of places; `sheet`, `encoding`, `delimiter`, `decimal` and `header_row`
    are found by evidence unless told (`ReadAs`); `mapping` is meaning → header or column number; `accept` holds
    codes of repairs to apply; `places` is a folder of catalogue files, or an account's own list. What somebody changed
    on screen: `edits` are cells of the sheet (row and column from 1) written anew, `accepted` are (row of the sheet,
    code) let pass, `columns` is column number → meaning, and `recall` gives what was chosen before for such headers;
    `mapping` goes before both. `names` is the pattern registers are named by (`{id} Caja {n}`), "" the language's own.
    Raises `UnreadableFile` for a file we cannot or will not read, `Refused` where the country does not show,
    `WrongUsage` for an option that makes no sense.
    """
    path = Path(path)
    with uncollected():
        told = ReadAs(encoding, delimiter, decimal, header_row, sheet)
        grid = reading.read(path, told)
        changed = Changed(edits or {}, frozenset(accepted), columns or {}, recall)
        return judge(
            path, grid, told, changed, site=site, mapping=mapping or {}, accept=accept, places=places, names=names
        )


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection: hundreds of thousands of small objects are made here, and all of them are kept.

    What was made counts as old at once: else the first object made afterwards would have all of them looked through.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def judge(
    path: Path,
    grid: Grid,
    told: ReadAs,
    changed: Changed,
    *,
    site: str,
    mapping: Mapping[str, str],
    accept: Collection[str],
    places: Path | Catalogue | None,
    names: str,
) -> Checked:
    """What was read, judged: see `check`."""
    try:
        found = table.understand(grid, site=site, mapping=mapping, folder=places, told=told, changed=changed)
    except UnreadableFile as refusal:
        raise UnreadableFile(refusal.key, **{"file": path.name, **refusal.values}) from refusal
    findings = Findings(found, accept, {*changed.accepted, *restoring.passed(found)})
    drafts = draft.read(found, findings)
    _remarks(found, findings, grid, changed.edits)
    closing.mark(found, findings, drafts)
    records.say_what_is_no_shop(found, findings, drafts)
    grouped = build.several_rows(found)
    again = twins.find(found, findings, drafts, several_rows=grouped)
    built = build.build(found, findings, [d for d in drafts if d.record not in again], grouped=grouped, names=names)
    built, sure = restoring.restored(found, built)
    return Checked(
        path.name,
        found.site,
        found.sheet.name,
        grid.encoding,
        grid.delimiter,
        found.header_row,
        found.count,
        found.columns,
        built.branches,
        built.registers,
        tuple(one for one in findings.sorted() if not restoring.is_noise(one.code, found)),
        found.sheet,
        grid.kind,
        found.decimal_mark,
        tuple(each.name for each in grid.sheets if each.name is not None),
        hours=opening.echoes(found, drafts),
        sure=sure,
    )


def _remarks(found: table.Table, findings: Findings, grid: Grid, edits: Mapping[Cell, str]) -> None:
    """What the reading noticed, where it matters: numbers and formulas only in columns of ids.

    A heading two cells lay claim to may turn a column's meaning: that is of the whole file.
    """
    ids = {c.index for c in found.columns if c.meaning in {"external_id", "alt_id", "register_id", "postal_code"}}
    for remark in (*grid.remarks, *found.sheet.remarks):
        record = remark.row - found.header_row if remark.row else 0
        heading = remark.row and record == 0 and remark.code in _CLAIMED
        if remark.row and not heading and (record < 1 or record > found.count):
            continue
        if remark.code in _OF_IDS and (remark.column not in ids or (remark.row, remark.column) in edits):
            continue
        values = {name: _listed(found, value) for name, value in remark.values.items()}
        if any(isinstance(value, list) and not values[name] for name, value in remark.values.items()):
            continue
        severity = Severity(remark.severity)
        findings.put(remark.code, severity, record, column=remark.column or None, values=values)


def _listed(found: table.Table, value: object) -> object:
    """A list as people read it, long ones cut; of hidden sheets without the one our own template hides."""
    if not isinstance(value, list):
        return value
    ours = own_hidden_sheets() if own_headings().keys() >= set(found.headers) else frozenset()
    names = [str(name) for name in value if name not in ours]
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
