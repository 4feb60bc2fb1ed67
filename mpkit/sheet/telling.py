"""A judged file comes in; plain data a page can show a piece of at a time goes out: rows, findings, points, columns."""

from __future__ import annotations

from typing import Any

from mpkit.model import Finding
from mpkit.sheet import points
from mpkit.sheet.checking import Checked, key_of
from mpkit.sheet.rows import digest

_TIMES = ("opening_day", "opens_at", "closes_at")
_CALLED = 6  # names of registers, as examples of the pattern


def document(checked: Checked) -> dict[str, Any]:
    """JSON of everything a page shows of one file; texts are as they stand in the sheet, edits included.

    `findings` are [code, severity, record, row, column, key of the sentence, suggestion, values]; `points` are
    [record, latitude, longitude], of rows that cannot be created too where their cells say degrees; `records` are the
    cells of each record, the first of them in row `header_row` + 1; `hours` are [text, week as read (None: asked),
    rows], the most frequent first (`hours.said` writes a week out); `called` are the first names of registers.
    """
    rows = checked.cells.rows
    headers = [column.header for column in checked.columns]
    records = rows[checked.header_row : checked.header_row + checked.rows]
    return {
        "file": checked.file,
        "book": checked.book or checked.file,
        "also": checked.also,
        "site": checked.site,
        "sheet": checked.sheet,
        "encoding": checked.encoding,
        "delimiter": checked.delimiter,
        "header_row": checked.header_row,
        "headers": digest(headers),
        "columns": [[c.index, c.header, c.meaning, c.confidence] for c in checked.columns],
        "decimal": checked.decimal,
        "sheets": [[seen.name, seen.rows, seen.kind.value, seen.read] for seen in checked.seen],
        "asks": [column.index for column in checked.asks],
        "top": checked.preview,
        "rows": checked.rows,
        "records": records,
        "findings": [_told(finding) for finding in checked.findings],
        "points": _points(checked, records),
        "branches": sum(not branch.closed for branch in checked.branches),
        "registers": sum(not register.closed for register in checked.registers),
        "hours": [[echo.found, dict(echo.week) if echo.week else None, echo.rows] for echo in checked.hours]
        or _times(checked, records),
        "called": [register.name for register in checked.registers[:_CALLED]],
        "blocked": len(checked.blocked),
        "created": sorted(branch.record for branch in checked.branches if branch.record),
        "ids": {str(b.record): b.external_id for b in checked.branches if b.record and b.external_id != b.own_id},
    }


def _times(checked: Checked, records: list[list[str]]) -> list[list[Any]]:
    """The same of hours that stand in columns of opening and closing times, by what became of the branches."""
    columns = [column for meaning in _TIMES for column in checked.columns if column.meaning == meaning]
    odd = {finding.record for finding in checked.findings if finding.code == "bad_hours"}
    told: dict[tuple[str, str], list[Any]] = {}
    for branch in checked.branches if columns else ():
        if not branch.record or not (branch.hours or branch.record in odd):
            continue
        cells = [_cell(records[branch.record - 1], column.index - 1) for column in columns]
        text, week = " - ".join(filter(None, cells)), dict(branch.hours) or None
        told.setdefault((text, str(week)), [text, week, 0])[2] += 1
    return sorted(told.values(), key=lambda each: -int(each[2]))


def _told(finding: Finding) -> list[Any]:
    return [
        finding.code,
        finding.severity.value,
        finding.record,
        finding.row,
        finding.column,
        key_of(finding),
        finding.suggestion,
        dict(finding.values),
    ]


def _points(checked: Checked, records: list[list[str]]) -> list[list[float]]:
    """Where the rows lie: branches where they will be created, other rows where their own cells say."""
    told = {b.record: (b.location.latitude, b.location.longitude) for b in checked.branches if b.record}
    where = {column.meaning: column.index - 1 for column in reversed(checked.columns)}
    pair = where.get("lat_lng")
    for number, cells in enumerate(records, start=1):
        if number in told:
            continue
        if "latitude" in where and "longitude" in where:
            texts = _cell(cells, where["latitude"]), _cell(cells, where["longitude"])
        elif pair is not None:
            texts = points.split_pair(_cell(cells, pair))
        else:
            break
        latitude, longitude = (points.degrees(text) for text in texts)
        if latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180:  # noqa: PLR2004 - degrees
            told[number] = (latitude, longitude)
    return [[record, round(lat, 5), round(lng, 5)] for record, (lat, lng) in sorted(told.items()) if lat or lng]


def _cell(cells: list[str], index: int) -> str:
    return cells[index].strip() if index < len(cells) else ""
