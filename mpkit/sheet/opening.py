"""The columns that say when branches open come in; the hours of each record, and how each text was read, go out.

One column of sentences, a column for each week day, or an opening and a closing column, with or without the day's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from mpkit.model import WEEK, Hours, Severity
from mpkit.sheet import hours
from mpkit.sheet.columns import Column
from mpkit.sheet.draft import Draft
from mpkit.sheet.findings import Findings
from mpkit.sheet.table import Table
from mpkit.sheet.text import tidy_all

_WARN, _INFO = Severity.WARNING, Severity.INFO
_ROUND_THE_CLOCK = ((0, 1439), (0, 1440), (0, 0))
_Spans = tuple[tuple[str, hours.Span], ...]  # (day, interval)


@dataclass(frozen=True, slots=True)
class Echo:
    """How one text was understood, and in how many records it stands; no week where nobody could be sure."""

    found: str
    week: Hours | None
    rows: int


def read(table: Table, findings: Findings, drafts: list[Draft], *, grouped: bool) -> dict[int, Hours]:
    """Record → hours; whatever cannot be read is a warning and sends no hours."""
    columns = _of(table, "opening_hours")
    if columns:
        return _sentences(table, findings, drafts, columns)
    if table.column("opens_at") and table.column("closes_at"):
        if any(hours.days_in(column.header) for column in _of(table, "opens_at")):
            return _times_by_day(table, findings, drafts)
        return _times(table, findings, drafts, grouped=grouped)
    return {}


def echoes(table: Table, drafts: Iterable[Draft]) -> tuple[Echo, ...]:
    """How the texts of the column of hours were read, the most frequent first."""
    columns = _of(table, "opening_hours")
    cells = [tidy_all(table.cells[column.index - 1]) for column in columns]
    heads = tuple(column.header for column in columns)
    texts = Counter(tuple(each[draft.record - 1] for each in cells) for draft in drafts)
    found = [(_joined(heads, said), _week(heads, said), rows) for said, rows in texts.most_common() if any(said)]
    return tuple(Echo(text, week, rows) for text, week, rows in found if week != {})


def _of(table: Table, meaning: str) -> list[Column]:
    """The columns of a meaning: those for a week day each where there are any, else the surest one."""
    found = [column for column in table.columns if column.meaning == meaning]
    by_day = [column for column in found if hours.days_in(column.header)]
    return by_day or sorted(found, key=lambda column: -column.confidence)[:1]


@lru_cache(maxsize=20_000)
def _week(heads: tuple[str, ...], said: tuple[str, ...]) -> Hours | None:
    """The hours of one record's cells."""
    if len(heads) == 1 and not hours.days_in(heads[0]):
        return hours.read(said[0])
    return hours.by_columns(dict(zip(heads, said, strict=True)))


def _joined(heads: tuple[str, ...], said: tuple[str, ...]) -> str:
    """The cells as one text for people."""
    if len(heads) == 1:
        return said[0]
    return "; ".join(f"{head}: {cell}" for head, cell in zip(heads, said, strict=True) if cell)


def _sentences(table: Table, findings: Findings, drafts: list[Draft], columns: list[Column]) -> dict[int, Hours]:
    cells = [tidy_all(table.cells[column.index - 1]) for column in columns]
    heads = tuple(column.header for column in columns)
    found: dict[int, Hours] = {}
    daily: Counter[str] = Counter()
    for draft in drafts:
        said = tuple(each[draft.record - 1] for each in cells)
        week = _week(heads, said)
        if week:
            found[draft.record] = week
            daily[said[0]] += 1
        elif week is None:
            odd = next((n for n, cell in enumerate(said) if _week(heads[n : n + 1], (cell,)) is None), 0)
            column = columns[odd].index
            findings.add("bad_hours", _WARN, draft.record, column=column, found=_joined(heads, said))
    if len(columns) == 1 and not hours.days_in(heads[0]):
        _say_daily(
            findings, Counter({text: n for text, n in daily.items() if hours.names_no_day(text)}), "opening_hours"
        )
    return found


def _say_daily(findings: Findings, texts: Counter[str], meaning: str) -> None:
    """Once for the file: hours that name no day were taken for every day."""
    if texts:
        text, _ = texts.most_common(1)[0]
        findings.add("hours_of_every_day", _INFO, 0, meaning, found=text, n=texts.total())


def _times_by_day(table: Table, findings: Findings, drafts: list[Draft]) -> dict[int, Hours]:
    """An opening and a closing column for each day or run of days: `Apertura Sábado`, `Cierre Sábado`."""
    opens, closes = (
        {hours.days_in(column.header): tidy_all(table.cells[column.index - 1]) for column in _of(table, meaning)}
        for meaning in ("opens_at", "closes_at")
    )
    shared = [days for days in opens if days and days in closes]
    clock = _clock([cells for days in shared for cells in (opens[days], closes[days])])
    found: dict[int, Hours] = {}
    for draft in drafts:
        n, spans, odd = draft.record - 1, [], False
        for days in shared:
            a, b = opens[days][n], closes[days][n]
            span = hours.span_of(a, b, clock) if a or b else None
            odd = odd or bool((a or b) and span is None)
            spans += [(day, span) for day in sorted(days) if span]
        week = None if odd else _of_spans(tuple(spans))
        if week is None:
            findings.add("bad_hours", _WARN, draft.record, "opens_at", found=_pairs_said(opens, closes, n))
        elif week:
            found[draft.record] = week
    return found


def _pairs_said(opens: Mapping[frozenset[str], list[str]], closes: Mapping[frozenset[str], list[str]], n: int) -> str:
    return "; ".join(f"{opens[days][n]} - {closes[days][n]}" for days in opens if days in closes)


def _times(table: Table, findings: Findings, drafts: list[Draft], *, grouped: bool) -> dict[int, Hours]:
    """Hours from an opening and a closing column; those of one week day only are looked at and not sent."""
    opens, closes, days = table.values("opens_at"), table.values("closes_at"), table.values("opening_day")
    clock = _clock([opens, closes])
    said: dict[tuple[str, str, str], _Spans] = {}  # most rows of a list say the same
    told: dict[str, dict[int, _Spans]] = {}  # branch → record → what it says
    daily: Counter[str] = Counter()
    for draft in drafts:
        n = draft.record - 1
        if not opens[n] and not closes[n]:
            continue
        text = opens[n], closes[n], days[n]
        if text not in said:
            said[text] = _said(*text, clock)
        if not said[text]:
            findings.add("bad_hours", _WARN, draft.record, "opens_at", found=f"{opens[n]} - {closes[n]}")
            continue
        key = draft.own_id if grouped and draft.own_id else str(draft.record)
        told.setdefault(key, {})[draft.record] = said[text]
        if not text[2] and said[text][0][1] not in _ROUND_THE_CLOCK:
            daily[f"{opens[n]} - {closes[n]}"] += 1
    if not grouped and any(days) and all(len(spans) == 1 for spans in said.values() if spans):
        findings.add("hours_of_one_day", _INFO, 0, "opening_day")
        return {}
    _say_daily(findings, daily, "opens_at")
    return _checked(findings, told.values())


def _said(opens: str, closes: str, day: str, clock: hours.Clock) -> _Spans:
    """The interval of one row for each day it names, every day where it names none; nothing where it cannot be read."""
    span = hours.span_of(opens, closes, clock)
    named = sorted(hours.days_in(day)) if day else list(WEEK)
    return tuple((each, span) for each in named) if span else ()


def _checked(findings: Findings, told: Iterable[Mapping[int, _Spans]]) -> dict[int, Hours]:
    """The weeks that can be; rows of one branch that overlap are said at the first of them."""
    found: dict[int, Hours] = {}
    for rows in told:
        spans = next(iter(rows.values())) if len(rows) == 1 else tuple(chain.from_iterable(rows.values()))
        week = _of_spans(spans)
        if week is None:
            text = "; ".join(f"{a // 60}:{a % 60:02d} - {b // 60}:{b % 60:02d}" for _, (a, b) in spans)
            findings.add("bad_hours", _WARN, next(iter(rows)), "opens_at", found=text)
        elif week:
            found.update(dict.fromkeys(rows, week))
    return found


def _clock(columns: Iterable[Iterable[str]]) -> hours.Clock:
    """How columns of times count hours, by all their different cells."""
    different = set().union(*columns)
    return hours.clock_of([time for cell in different if (time := hours.time_of(" ".join(cell.lower().split())))])


@lru_cache(maxsize=10_000)
def _of_spans(spans: _Spans) -> Hours | None:
    """The hours of (day, interval) pairs; most branches of a chain have the same."""
    week: dict[str, list[hours.Span]] = {}
    for day, span in dict.fromkeys(spans):
        week.setdefault(day, []).append(span)
    return hours.week_of(week)
