"""Drafts without blocking findings come in, branches and registers go out, with ids, names, hours and counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mpkit.model import Branch, Hours, Location, Register, Severity
from mpkit.places.names import fold
from mpkit.sheet import ids, opening, taxes, tills
from mpkit.sheet.address import NO_NUMBER
from mpkit.sheet.draft import Draft
from mpkit.sheet.findings import Findings
from mpkit.sheet.made import made
from mpkit.sheet.naming import naming
from mpkit.sheet.table import Table
from mpkit.sheet.text import safe_name
from mpkit.sites import SITES, zone_of

_WARN, _INFO = Severity.WARNING, Severity.INFO
_AT_ONCE = 500  # branches made field by field: so many stay in the processor's own memory
_ASIDE = ("region", "tax_id", "route", "email", "contact", "phone")  # as the columns say them


@dataclass(frozen=True, slots=True)
class Built:
    """What a file wants: branches, and registers in the order of their branches."""

    branches: tuple[Branch, ...]
    registers: tuple[Register, ...]


def several_rows(table: Table) -> bool:
    """Whether a branch may stand on many rows: one a register, or one a week day."""
    days = set(filter(None, table.values("opening_day"))) if table.column("opening_day") else set()
    registers = table.column("register_id") or table.column("register_name") or table.column("till_code")
    return registers is not None or len(days) > 1


def build(table: Table, findings: Findings, drafts: list[Draft], *, grouped: bool, names: str = "") -> Built:
    """The branches and registers of the drafts that nothing blocks; `names` is the pattern registers are named by."""
    said = naming(names, SITES[table.site].language)
    week = opening.read(table, findings, drafts, grouped=grouped)
    _say_ids(table, findings, drafts)
    _say_taxes(table, findings, drafts)
    if findings.file_blocked:
        return Built((), ())
    together = _grouped(drafts, grouped=grouped)
    groups = [[draft for draft in group if draft.record not in findings.blocked] for group in together]
    groups = [group for group in groups if group and group[0].point is not None]
    branches: list[Branch] = []
    registers: list[Register] = []
    twins = _same_names(group[0] for group in together)
    for start in range(0, len(groups), _AT_ONCE):
        part = groups[start : start + _AT_ONCE]
        some = _branches([group[0] for group in part], week, table.site)
        branches += some
        called = [_told_apart(branch, twins) for branch in some] if twins else some
        registers += tills.read_all(called, part, findings, table.site, said)
    _say_names(findings, branches)
    return Built(tuple(branches), tuple(tills.unique(registers, findings)))


def _same_names(drafts: Iterable[Draft]) -> frozenset[str]:
    """Names that several branches without an own code have."""
    counts = Counter(fold(draft.name) for draft in drafts if not draft.own_id)
    return frozenset(name for name, count in counts.items() if count > 1)


def _told_apart(branch: Branch, twins: frozenset[str]) -> Branch:
    """The branch as its registers call it: its street goes behind a name that others have too."""
    if branch.own_id or fold(branch.name) not in twins:
        return branch
    number = branch.location.street_number
    where = f"{branch.location.street_name} {number if number != NO_NUMBER else ''}".strip()
    return replace(branch, name=f"{branch.name} {where}")


def _say_names(findings: Findings, branches: list[Branch]) -> None:
    """Once for the file: names of branches that registers are called by, written without accents and signs."""
    heads = [branch.own_id or branch.name for branch in branches]
    other = [(head, safe) for head in heads if (safe := safe_name(head)) != head]
    if other:
        found, value = other[0]
        findings.add("register_names_folded", _INFO, 0, n=len(other), found=found, value=value)


def _grouped(drafts: Iterable[Draft], *, grouped: bool) -> list[list[Draft]]:
    if not grouped:
        return [[draft] for draft in drafts]
    found: dict[str, list[Draft]] = {}
    for draft in drafts:
        found.setdefault(draft.own_id or _shop(draft), []).append(draft)
    return list(found.values())


def _shop(draft: Draft) -> str:
    """What the rows of one branch without an own id have in common: name, address and city."""
    return "\n".join(("", fold(draft.name), fold(draft.address or draft.street), fold(draft.city or draft.city_text)))


def _external_id(draft: Draft) -> str:
    if draft.own_id:
        return ids.store_id(draft.own_id)
    return ids.derived_id(draft.name, f"{draft.street} {draft.number}", draft.city, draft.state)


def _branches(drafts: list[Draft], week: Mapping[int, Hours], site: str) -> list[Branch]:
    """The branches of drafts that have a point."""
    count, other = len(drafts), [draft.other for draft in drafts]
    points = [draft.point or (0.0, 0.0) for draft in drafts]
    places = made(
        Location,
        count,
        street_name=[draft.street for draft in drafts],
        street_number=[draft.number for draft in drafts],
        city=[draft.city for draft in drafts],
        state=[draft.state for draft in drafts],
        latitude=[point[0] for point in points],
        longitude=[point[1] for point in points],
        reference=list(map(_reference, other)),
        approximate=[draft.centred for draft in drafts],
    )
    none: Hours = {}
    return made(
        Branch,
        count,
        external_id=list(map(_external_id, drafts)),
        name=[draft.name for draft in drafts],
        location=places,
        hours=[week.get(draft.record, none) for draft in drafts],
        own_id=[draft.own_id for draft in drafts],
        zone=[zone_of(site, draft.state, draft.city, *point) for draft, point in zip(drafts, points, strict=True)],
        record=[draft.record for draft in drafts],
        closed=[draft.closed for draft in drafts],
        **{name: [said.get(name, "") for said in other] for name in _ASIDE},
        **{name: [""] * count for name in ("closed_until", "handed_to", "handed_at")},
    )


def _say_taxes(table: Table, findings: Findings, drafts: list[Draft]) -> None:
    """Tax numbers whose check digits do not agree: kept as they stand, the branch is created."""
    if table.column("tax_id") is None:
        return
    country = SITES[table.site].country
    for draft in drafts:
        written = draft.other.get("tax_id", "")
        if written and not taxes.is_valid(written, country):
            better = taxes.mended(written, country) or None
            kind = taxes.NAMES[country]
            findings.add("tax_id_invalid", _WARN, draft.record, "tax_id", better, found=written, kind=kind)


def _reference(other: Mapping[str, str]) -> str:
    """What helps to find the shop: premises and corner of its address, and the merchant's own remark."""
    said, remark = other.get("premises", ""), other.get("reference", "")
    return f"{said}, {remark}" if said and remark and said != remark else said or remark


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
    for draft in changed:
        ours = ids.store_id(draft.own_id)
        if len(ours) >= ids.STORE_MOST and "XT" in ours:
            findings.add("external_id_too_long", _WARN, draft.record, "external_id", ours, value=ours)
