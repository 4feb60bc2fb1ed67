"""The judged files of one run with what is found about them together: findings added, rows taken out, ids changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mpkit.errors import MpkitError
from mpkit.model import Branch, Finding, Register, Severity
from mpkit.sheet import ids
from mpkit.sheet.checking import Checked
from mpkit.sheet.columns import Column

Passed = Mapping[str, Collection[tuple[int, str]]]  # file → (row of the sheet, code), as somebody let it pass


@dataclass(frozen=True, slots=True)
class Returned:
    """One file, or one sheet of it: where it lies, and what came of it."""

    path: Path
    result: Checked | MpkitError


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decided: `accept` are codes for all alike, `passed` (row, code) of a file.

    `identity_doubtful` let pass in a row says that it is a new branch; `identity_doubtful=ID`, that it is that one.
    """

    accept: Collection[str] = ()
    passed: Passed = field(default_factory=dict)

    def has(self, file: str, row: int, code: str) -> bool:
        """Whether it was let pass in that row."""
        return (row, code) in self.passed.get(file, ())

    def said(self, file: str, row: int, code: str) -> str | None:
        """What was said of a row: "" for a code alone, what stands behind its `=`, None where nothing was said."""
        for at, each in self.passed.get(file, ()):
            name, _, value = each.partition("=")
            if at == row and name == code:
                return value
        return None


NOTHING = Decided()


class Run:
    """The files in the order of their names, whatever order they came in; `results` gives them back as they came.

    A sheet of a workbook counts as a file; sheets stand in the order of their workbook.
    """

    def __init__(self, checks: Sequence[Checked], decided: Decided = NOTHING) -> None:
        self._came = sorted(
            range(len(checks)),
            key=lambda n: (
                checks[n].book or checks[n].file,
                checks[n].position,
                checks[n].sheet or "",
                _fingers(checks[n]),
            ),
        )
        self.files = [checks[n] for n in self._came]
        self.decided = replace(decided, passed={**decided.passed, **self._passed(decided)})
        self._left: set[int] = set()
        self._added: dict[int, list[Finding]] = defaultdict(list)
        self._gone: dict[int, set[str]] = defaultdict(set)  # external ids of branches not to be created

    def results(self) -> list[Checked | None]:
        """The files with everything found, in the order they came; None for one that is none of the run."""
        done: dict[int, Checked] = {}
        for n, checked in enumerate(self.files):
            gone, added = self._gone[n], self._added[n]
            branches = tuple(b for b in checked.branches if b.external_id not in gone)
            registers = tuple(r for r in checked.registers if r.branch_external_id not in gone)
            findings = tuple(sorted((*checked.findings, *added), key=_place)) if added else checked.findings
            done[self._came[n]] = replace(checked, branches=branches, registers=registers, findings=findings)
        out = {self._came[n] for n in self._left}
        return [None if n in out else done[n] for n in range(len(done))]

    def _passed(self, decided: Decided) -> dict[str, set[tuple[int, str]]]:
        """What was said of a sheet under another of its names is said of it."""
        return {
            checked.file: {*decided.passed.get(checked.file, ()), *decided.passed.get(checked.also, ())}
            for checked in self.files
            if checked.also
        }

    def leave(self, n: int) -> None:
        """File n is none of the run after all."""
        self._left.add(n)

    def left(self, n: int) -> bool:
        """Whether file n was found to be none of the run."""
        return n in self._left

    def row(self, n: int, record: int | None) -> int:
        """The row of the sheet a record of a file stands in."""
        return (record or 0) + self.files[n].header_row

    def finding(
        self,
        n: int,
        code: str,
        severity: Severity,
        record: int | None,
        *,
        meanings: Sequence[str],
        values: Mapping[str, object],
    ) -> Finding:
        """A finding at a record of file n (0: the whole file), in the first column there is of `meanings`."""
        checked, place = self.files[n], column_of(self.files[n], meanings)
        index, header = (place.index, place.header) if place else (None, "")
        row = self.row(n, record) if record else max(1, checked.header_row)
        return Finding(code, severity, record or 0, row, index, header, checked.sheet, values=values)

    def add(self, n: int, code: str, severity: Severity, record: int | None, **values: object) -> None:
        """A finding about a branch, in the column of its id or its name."""
        self.put(n, [self.finding(n, code, severity, record, meanings=("external_id", "store_name"), values=values)])

    def put(self, n: int, findings: Iterable[Finding]) -> None:
        """Findings that know their places."""
        self._added[n].extend(findings)

    def drop(self, n: int, branch: str) -> None:
        """A branch of file n, and its registers, are not to be created as they stand."""
        self._gone[n].add(branch)

    def kept(self, n: int) -> list[Branch]:
        """The branches of file n that are still to be created."""
        return [branch for branch in self.files[n].branches if branch.external_id not in self._gone[n]]

    def waits(self, n: int, branch: str) -> bool:
        """Whether a branch of file n was taken out."""
        return branch in self._gone[n]

    def becomes(self, n: int, **changes: object) -> None:
        """File n with other branches, registers or findings."""
        self.files[n] = replace(self.files[n], **changes)  # type: ignore[arg-type]

    def move(self, n: int, names: Mapping[str, str]) -> None:
        """Branches of file n turned out to be others: external id → the one it is; registers move with them."""
        checked = self.files[n]
        branches = tuple(
            replace(b, external_id=names[b.external_id]) if b.external_id in names else b for b in checked.branches
        )
        self.becomes(n, branches=branches, registers=tuple(_moved(r, names) for r in checked.registers))


def _moved(register: Register, names: Mapping[str, str]) -> Register:
    store = names.get(register.branch_external_id)
    if store is None:
        return register
    return replace(register, external_id=ids.moved(register, store), branch_external_id=store)


def column_of(checked: Checked, meanings: Sequence[str]) -> Column | None:
    """The surest column of the first meaning a file has."""
    for meaning in meanings:
        found = [column for column in checked.columns if column.meaning == meaning]
        if found:
            return max(found, key=lambda column: column.confidence)
    return None


def cell_of(checked: Checked, record: int | None, meanings: Sequence[str]) -> str:
    """What a record's cell of that meaning says, as typed; "" where there is none."""
    column = column_of(checked, meanings)
    row = (record or 0) + checked.header_row
    if column is None or not record or row > len(checked.cells.rows):
        return ""
    cells = checked.cells.rows[row - 1]
    return cells[column.index - 1].strip() if column.index <= len(cells) else ""


def _fingers(checked: Checked) -> tuple[str, ...]:
    """What tells files of one name apart."""
    return tuple(branch.external_id for branch in checked.branches)


def _place(finding: Finding) -> tuple[int, int, str, str]:
    return finding.record, finding.column or 0, finding.code, str(sorted(map(str, finding.values.items())))
