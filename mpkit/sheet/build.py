"""Drafts without blocking findings come in, branches and registers go out, with ids, names, hours and counters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mpkit.model import WEEK, Branch, Hours, Location, Register, Severity
from mpkit.places.names import fold
from mpkit.sheet import hours, ids, tills
from mpkit.sheet.draft import Draft
from mpkit.sheet.findings import Findings
from mpkit.sheet.table import Table

_CLOSED = frozenset(
    [
        "inactivo",
        "inactiva",
        "inativo",
        "inativa",
        "inactive",
        "cerrado",
        "cerrada",
        "fechado",
        "fechada",
        "closed",
        "baja",
        "no",
        "nao",
        "suspendido",
        "suspenso",
        "clausurado",
        "deshabilitado",
        "deshabilitada",
    ]
)
_WARN, _INFO = Severity.WARNING, Severity.INFO


@dataclass(frozen=True, slots=True)
class Built:
    """What a file wants: branches, and registers in the order of their branches."""

    branches: tuple[Branch, ...]
    registers: tuple[Register, ...]


def close(table: Table, findings: Findings, drafts: list[Draft]) -> None:
    """Mark the drafts whose status says closed."""
    column = table.column("status")
    if column is None:
        return
    values = table.values("status")
    for draft in drafts:
        if fold(values[draft.record - 1]) in _CLOSED:
            draft.closed = True
            findings.add("closed", _WARN, draft.record, "status", value=values[draft.record - 1])


def several_rows(table: Table) -> bool:
    """Whether a branch may stand on many rows: one a register, or one a week day."""
    ids_repeat = table.column("external_id") is not None
    days = set(filter(None, table.values("opening_day"))) if table.column("opening_day") else set()
    registers = table.column("register_id") or table.column("register_name")
    return ids_repeat and (registers is not None or len(days) > 1)


def build(table: Table, findings: Findings, drafts: list[Draft], *, grouped: bool) -> Built:
    """The branches and registers of the drafts that nothing blocks."""
    week = _hours(table, findings, drafts, grouped=grouped)
    _say_ids(table, findings, drafts)
    if findings.file_blocked:
        return Built((), ())
    branches: list[Branch] = []
    registers: list[Register] = []
    for group in _grouped(drafts, grouped=grouped):
        free = [draft for draft in group if draft.record not in findings.blocked]
        if not free or (free[0].point is None):
            continue
        branch = _branch(free[0], week.get(free[0].record, {}))
        branches.append(branch)
        registers.extend(tills.read(branch, free, findings, table.site))
    return Built(tuple(branches), tuple(tills.unique(registers)))


def _grouped(drafts: Iterable[Draft], *, grouped: bool) -> list[list[Draft]]:
    if not grouped:
        return [[draft] for draft in drafts]
    found: dict[str, list[Draft]] = {}
    for draft in drafts:
        found.setdefault(draft.own_id or f"record {draft.record}", []).append(draft)
    return list(found.values())


def _external_id(draft: Draft) -> str:
    if draft.own_id:
        return ids.store_id(draft.own_id)
    return ids.derived_id(draft.name, f"{draft.street} {draft.number}", draft.city, draft.state)


def _branch(draft: Draft, week: Hours) -> Branch:
    assert draft.point is not None
    place = Location(
        draft.street, draft.number, draft.city, draft.state, *draft.point, reference=draft.other.get("reference", "")
    )
    return Branch(
        _external_id(draft),
        draft.name,
        place,
        week,
        draft.own_id,
        draft.other.get("region", ""),
        record=draft.record,
        closed=draft.closed,
    )


def _say_ids(table: Table, findings: Findings, drafts: list[Draft]) -> None:
    """Once for the file: the rule ids are written by; and each row that has none, or one too long."""
    if table.column("external_id") is None:
        return
    changed = [d for d in drafts if d.own_id and ids.store_id(d.own_id) != d.own_id]
    if changed:
        first = changed[0].own_id
        findings.add(
            "external_id_invalid",
            _INFO,
            0,
            "external_id",
            ids.store_id(first),
            n=len(changed),
            found=first,
            value=ids.store_id(first),
        )
    for draft in drafts:
        if not draft.own_id:
            findings.add("missing_id", _WARN, draft.record, "external_id")
        elif len(ids.store_id(draft.own_id)) >= ids.STORE_MOST and "XT" in ids.store_id(draft.own_id):
            findings.add(
                "external_id_too_long",
                _WARN,
                draft.record,
                "external_id",
                ids.store_id(draft.own_id),
                value=ids.store_id(draft.own_id),
            )


def _hours(table: Table, findings: Findings, drafts: list[Draft], *, grouped: bool) -> dict[int, Hours]:
    """Record → hours; whatever cannot be read is a warning and sends no hours."""
    found: dict[int, Hours] = {}
    if table.column("opening_hours"):
        cells = table.values("opening_hours")
        for draft in drafts:
            week = hours.read(cells[draft.record - 1])
            if week is None:
                findings.add("bad_hours", _WARN, draft.record, "opening_hours", found=cells[draft.record - 1])
            elif week:
                found[draft.record] = week
    elif table.column("opens_at") and table.column("closes_at"):
        found = _timed(table, findings, drafts, grouped=grouped)
    return found


def _timed(table: Table, findings: Findings, drafts: list[Draft], *, grouped: bool) -> dict[int, Hours]:
    """Hours from an opening and a closing column; those of one week day only are looked at and not sent."""
    opens, closes, days = table.values("opens_at"), table.values("closes_at"), table.values("opening_day")
    one_day = table.column("opening_day") is not None and not grouped
    spans: dict[str, list[tuple[str, tuple[int, int]]]] = {}
    where: dict[str, list[int]] = {}
    for draft in drafts:
        n = draft.record - 1
        if not opens[n] and not closes[n]:
            continue
        interval = _interval(opens[n], closes[n])
        day = hours.day_of(days[n]) if days[n] else ""
        if interval is None or day is None:
            findings.add("bad_hours", _WARN, draft.record, "opens_at", found=f"{opens[n]} - {closes[n]}")
            continue
        key = draft.own_id if grouped and draft.own_id else str(draft.record)
        where.setdefault(key, []).append(draft.record)
        spans.setdefault(key, []).append((day, interval))
    if one_day and spans:
        findings.add("hours_of_one_day", _INFO, 0, "opening_day")
        return {}
    found = {key: _week(tuple(said)) for key, said in spans.items()}
    return {record: week for key, records in where.items() if (week := found[key]) for record in records}


@lru_cache(maxsize=10_000)
def _week(spans: tuple[tuple[str, tuple[int, int]], ...]) -> Hours | None:
    """The hours of (day, interval) pairs; day "" is every day. Most branches of a chain have the same."""
    week: dict[str, list[tuple[int, int]]] = {}
    for day, interval in spans:
        for name in [day] if day else WEEK:
            week.setdefault(name, []).append(interval)
    return hours.week_of(week)


@lru_cache(maxsize=10_000)
def _interval(opens: str, closes: str) -> tuple[int, int] | None:
    """Two times of day in minutes; equal ones (round the clock or closed?) and typed seconds are not guessed."""
    first, last = hours.minutes(opens), hours.minutes(closes)
    if first is None or last is None or first == last % (24 * 60):
        return None
    typed_low = any(text.startswith("0:00:") and not text.endswith(":00") for text in (opens, closes))
    return None if typed_low else (first, last)
