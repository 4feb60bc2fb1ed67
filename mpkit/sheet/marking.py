"""A checked file comes in, a new marked workbook goes out: findings first, then the values at their own cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from mpkit.errors import Refused
from mpkit.i18n import say
from mpkit.model import Finding, Severity
from mpkit.sheet.checking import Checked, message
from mpkit.sheet.idsheet import ID_COLUMNS, id_rows, write_sheet
from mpkit.sheet.writing import Looks, Worksheet, fit, formats, title, workbook, write_text

_WORST = (Severity.BLOCKING, Severity.WARNING, Severity.INFO)
_NOTE_MOST = 1_500  # characters a note shows without scrolling for ever


def mark(path: Path | str, checked: Checked, out: Path | str, language: str) -> Path:
    """Write the workbook to `out`; the merchant's own file at `path` is never written to (`Refused` if it is `out`)."""
    path, out = Path(path), Path(out)
    if out.exists() and path.exists() and out.samefile(path):
        raise Refused("mark_own_file", file=path.name)
    with workbook(out) as book:
        looks = formats(book)
        _findings(book.add_worksheet(title(say("mark_findings_sheet", language))), checked, language, looks)
        name = title(checked.sheet or say("mark_values_sheet", language))
        ours = {title(say(key, language)).lower() for key in ("mark_findings_sheet", "ids_sheet")}
        page = book.add_worksheet(name if name.lower() not in ours else title(f"{name} 2"))
        _values(page, checked, language, looks)
        write_sheet(book, looks, "ids_sheet", columns=ID_COLUMNS, rows=id_rows(checked, language), language=language)
    return out


def by_weight(findings: Sequence[Finding]) -> list[Finding]:
    """Worst first, then by kind, then by row: what stops a row is read before what only remarks on it."""
    return sorted(findings, key=lambda f: (_WORST.index(f.severity), f.code, f.row, f.column or 0))


def _findings(page: Worksheet, checked: Checked, language: str, looks: Looks) -> None:
    headings = ("severity", "row", "column", "what", "suggestion")
    titles = [say(f"mark_{heading}", language) for heading in headings]
    rows = [
        [
            say(f"severity_{finding.severity.value}", language),
            str(finding.row) if finding.record else "",
            finding.header or (str(finding.column) if finding.column else ""),
            message(finding, language),
            finding.suggestion or "",
        ]
        for finding in by_weight(checked.findings)
    ]
    for column, text in enumerate(titles):
        write_text(page, 0, column, text, looks["heading"])
    for number, (row, finding) in enumerate(zip(rows, by_weight(checked.findings), strict=True), start=1):
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
