"""A checked file comes in, a new marked workbook goes out: findings first, then the values at their own cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from mpkit.errors import Refused
from mpkit.i18n import say
from mpkit.model import Finding, Severity
from mpkit.sheet.checking import Checked, message
from mpkit.sheet.idsheet import ID_COLUMNS, MARK_COLUMNS, MARK_COLUMNS_OF_SHEETS, id_rows, write_sheet
from mpkit.sheet.writing import Looks, Worksheet, fit, formats, title, workbook, write_text

_WORST = (Severity.BLOCKING, Severity.WARNING, Severity.INFO)
_NOTE_MOST = 1_500  # characters a note shows without scrolling for ever


def mark(path: Path | str, checked: Checked | Sequence[Checked], out: Path | str, language: str) -> Path:
    """Write the workbook to `out`; the merchant's own file at `path` is never written to (`Refused` if it is `out`).

    `checked` is what was read of the file: itself, or the sheets of a workbook, each of which gets a sheet.
    """
    path, out = Path(path), Path(out)
    sheets = [checked] if isinstance(checked, Checked) else sorted(checked, key=lambda each: each.position)
    if out.exists() and path.exists() and out.samefile(path):
        raise Refused("mark_own_file", file=path.name)
    with workbook(out) as book:
        looks = formats(book)
        _findings(book.add_worksheet(title(say("mark_findings_sheet", language))), sheets, language, looks)
        taken = {title(say(key, language)).lower() for key in ("mark_findings_sheet", "ids_sheet")}
        for each in sheets:
            name = title(each.sheet or say("mark_values_sheet", language))
            name = name if name.lower() not in taken else title(f"{name[:29]} 2")
            taken.add(name.lower())
            _values(book.add_worksheet(name), each, language, looks)
        rows = [_of_sheet(sheets, each, row) for each in sheets for row in id_rows(each, language)]
        columns = _of_sheet(sheets, "mark_sheet", ID_COLUMNS)
        write_sheet(book, looks, "ids_sheet", columns=columns, rows=rows, language=language)
    return out


def _of_sheet(sheets: Sequence[Checked], told: Checked | str, row: Sequence[str]) -> list[str]:
    """A row with its sheet in front, where there are several."""
    name = told if isinstance(told, str) else told.sheet or ""
    return [name, *row] if len(sheets) > 1 else list(row)


def by_weight(findings: Sequence[Finding]) -> list[Finding]:
    """Worst first, then by kind, then by row: what stops a row is read before what only remarks on it."""
    return sorted(findings, key=lambda f: (_WORST.index(f.severity), f.code, f.sheet or "", f.row, f.column or 0))


def _findings(page: Worksheet, sheets: Sequence[Checked], language: str, looks: Looks) -> None:
    titles = [say(key, language) for key in (MARK_COLUMNS if len(sheets) == 1 else MARK_COLUMNS_OF_SHEETS)]
    found = by_weight([finding for each in sheets for finding in each.findings])
    rows = [
        [
            say(f"severity_{finding.severity.value}", language),
            *([finding.sheet or ""] if len(sheets) > 1 else []),
            str(finding.row) if finding.record else "",
            finding.header or (str(finding.column) if finding.column else ""),
            message(finding, language),
            finding.suggestion or "",
        ]
        for finding in found
    ]
    for column, text in enumerate(titles):
        write_text(page, 0, column, text, looks["heading"])
    for number, (row, finding) in enumerate(zip(rows, found, strict=True), start=1):
        for column, text in enumerate(row):
            write_text(page, number, column, text, looks[finding.severity.value] if column == 0 else looks["text"])
    page.freeze_panes(1, 0)
    fit(page, zip(*[titles, *rows], strict=True))


def _values(page: Worksheet, checked: Checked, language: str, looks: Looks) -> None:
    """The values as text where they were; problem cells coloured, each with a note."""
    at: dict[tuple[int, int], list[Finding]] = defaultdict(list)
    for finding in checked.findings:
        if finding.record:
            at[finding.row, finding.column or 1].append(finding)
    for row, cells in enumerate(checked.cells.rows, start=1):
        base = looks["heading"] if row == checked.header_row else looks["text"]
        for column, cell in enumerate(cells, start=1):
            if cell and (row, column) not in at:
                write_text(page, row - 1, column - 1, cell, base)
    for (row, column), found in at.items():
        worst = by_weight(found)[0]
        cells = checked.cells.rows[row - 1]
        write_text(
            page, row - 1, column - 1, cells[column - 1] if column <= len(cells) else "", looks[worst.severity.value]
        )
        note = "\n".join(dict.fromkeys(message(finding, language) for finding in by_weight(found)))
        page.write_comment(row - 1, column - 1, note[:_NOTE_MOST], {"x_scale": 2, "y_scale": 1.2})
    if checked.header_row:
        page.freeze_panes(checked.header_row, 0)
    width = max(map(len, checked.cells.rows), default=0)
    fit(page, ([row[c] if c < len(row) else "" for row in checked.cells.rows[:200]] for c in range(width)))
