"""Drafts without blocking findings come in, branches and registers go out, with ids, names, hours and counters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mpkit.model import Branch, Hours, Location, Register, Severity
from mpkit.places.names import fold
from mpkit.sheet import ids, opening, tills
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
    week = opening.read(table, findings, drafts, grouped=grouped)
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
        draft.street, draft.number, draft.city, draft.state, *draft.point, reference=_reference(draft)
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


def _reference(draft: Draft) -> str:
    """What helps to find the shop: premises and corner of its address, and the merchant's own remark."""
    return ", ".join(dict.fromkeys(filter(None, (draft.other.get(name) for name in ("premises", "reference")))))


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
