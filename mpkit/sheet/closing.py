"""The column that says which branches are open comes in; drafts that are closed, or will be, are marked and told.

What a word means depends on the heading: `no` under ACTIVO is closed, `no` under BAJA is open. A date under a heading
of closing closes once it is past; one to come is only told.
"""

from __future__ import annotations

import re
from datetime import date

from mpkit.model import Severity
from mpkit.places.names import fold
from mpkit.sheet.draft import Draft
from mpkit.sheet.findings import Findings
from mpkit.sheet.table import Table
from mpkit.work import SystemClock

_CLOSED = re.compile(
    r"(inactiv|inativ|cerrad|fechad|clausurad|desactivad|desativad|deshabilitad|desabilitad|encerrad|suspendid)[oa]s?"
    r"|inactive|closed|suspenso|suspensa|disabled|baja|de baja|dad[oa] de baja"
)
_NO, _YES = (
    frozenset({"no", "nao", "n", "0", "false", "falso"}),
    frozenset({"si", "sim", "s", "yes", "y", "x", "1", "true"}),
)
_OF_OPEN = re.compile(r"\b(activ[oa]|ativ[oa]|active|vigen\w+|habilitad[oa]|abiert[oa]|abert[oa]|open|operativ[oa])\b")
_OF_CLOSING = re.compile(r"\b(cierre|baja|fechamento|encerramento|clos(?:ed|ing)|cerrad[oa]|fechad[oa])\b")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
_CENTURY = 2000


def mark(table: Table, findings: Findings, drafts: list[Draft], today: date | None = None) -> None:
    """Mark the drafts whose status says closed; `today` is the day dates are compared with, the clock's by default."""
    column = table.column("status")
    if column is None:
        return
    values, header = table.values("status"), fold(column.header)
    today = today or SystemClock().now().date()
    for draft in drafts:
        value = values[draft.record - 1]
        if not value:
            continue
        day = _date(value) if _OF_CLOSING.search(header) else None
        if day and day > today:
            findings.add("closes_later", Severity.INFO, draft.record, "status", value=value)
        elif day or _is_closed(fold(value), header):
            draft.closed = True
            findings.add("closed", Severity.WARNING, draft.record, "status", value=value)


def _is_closed(value: str, header: str) -> bool:
    """Whether a word under a heading says closed."""
    if _OF_CLOSING.search(header):
        return value in _YES or _CLOSED.fullmatch(value) is not None
    return value in (_NO if _OF_OPEN.search(header) else {"no", "nao"}) or _CLOSED.fullmatch(value) is not None


def _date(text: str) -> date | None:
    """A day as people write it, the year or the day first; None for anything else."""
    iso, other = _ISO.match(text), _DAY_FIRST.match(text)
    parts = iso.groups() if iso else other.groups()[::-1] if other else None
    if parts is None:
        return None
    year, month, day = map(int, parts)
    try:
        return date(year + (0 if len(parts[0]) > 2 else _CENTURY), month, day)  # noqa: PLR2004 - 19 is 2019
    except ValueError:
        return None
