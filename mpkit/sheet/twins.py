"""Drafts come in; records that say the same thing twice (ids, whole rows, shops, names, points) become findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator

from mpkit.model import Severity
from mpkit.places.names import fold
from mpkit.sheet.draft import Draft
from mpkit.sheet.findings import Findings
from mpkit.sheet.table import Table

_CROWD = 10  # shops of one name on one point: the point of an office or a centre, not of the shops
_BAND = 40  # points looked at north of one: so many in five metres of latitude are no accident of one shop
_METRES = 0.00005  # degrees: some five metres
_WARN, _BLOCK, _INFO = Severity.WARNING, Severity.BLOCKING, Severity.INFO


def find(table: Table, findings: Findings, drafts: list[Draft], *, several_rows: bool) -> set[int]:
    """Findings for records that repeat others; gives back the records that only repeat a whole earlier row.

    With `several_rows` (one row a register, or a week day) an id may stand on many rows.
    """
    again = _rows(table, findings, drafts) if not several_rows else set()
    rest = [draft for draft in drafts if draft.record not in again]
    if not several_rows:
        _ids(table, findings, rest)
        named = _groups(rest, (fold(draft.name) for draft in rest))
        _shops(table, findings, [draft for group in named for draft in group])
        _names(table, findings, named)
        _points(findings, rest)
    return again


def _groups(drafts: Iterable[Draft], keys: Iterable[Hashable]) -> list[list[Draft]]:
    keys = list(keys)
    if len(set(keys)) == len(keys):
        return []  # each says something of its own
    found: dict[Hashable, list[Draft]] = defaultdict(list)
    for draft, key in zip(drafts, keys, strict=True):
        if key:
            found[key].append(draft)
    return [group for group in found.values() if len(group) > 1]


def _rows(table: Table, findings: Findings, drafts: list[Draft]) -> set[int]:
    """Records equal to an earlier one in every cell; none is where a column says something else in each."""
    own = [draft.own_id for draft in drafts]
    if all(own) and len(set(own)) == len(own):
        return set()
    first: dict[tuple[str, ...], int] = {}
    again: set[int] = set()
    rows = list(zip(*table.cells, strict=True))
    for draft in drafts:
        other = first.setdefault(rows[draft.record - 1], draft.record)
        if other != draft.record:
            findings.add("duplicate_row", _BLOCK, draft.record, other=other + table.header_row)
            again.add(draft.record)
    return again


def _listed(table: Table, group: list[Draft], draft: Draft) -> str:
    rows = [str(other.record + table.header_row) for other in group if other is not draft]
    return ", ".join(rows[:8]) + (" …" if len(rows) > 8 else "")  # noqa: PLR2004 - enough to look at


def _ids(table: Table, findings: Findings, drafts: list[Draft]) -> None:
    for group in _groups(drafts, (draft.own_id for draft in drafts)):
        for draft in group:
            findings.add(
                "duplicate_id",
                _BLOCK,
                draft.record,
                "external_id",
                value=draft.own_id,
                others=_listed(table, group, draft),
            )


def _shops(table: Table, findings: Findings, drafts: list[Draft]) -> None:
    """The same shop under two ids, an open and a closed record among them: city and other id or address are alike too.

    `drafts` are those whose names several have.
    """
    alone_ids = table.column("external_id") is not None and table.column("alt_id") is None
    keys = [
        (fold(d.name), fold(d.city_text or d.city), d.other.get("alt_id") or fold(d.address))
        if d.name and (d.street or d.other.get("alt_id"))
        else ()
        for d in drafts
    ]
    for group in _groups(drafts, keys):
        for draft in group:
            severity = _WARN if alone_ids else findings.agreed("repeated_store")  # ids of one's own: perhaps two shops
            findings.add("repeated_store", severity, draft.record, "store_name", others=_listed(table, group, draft))


def _names(table: Table, findings: Findings, groups: Iterable[list[Draft]]) -> None:
    """One name on several records: harmless beside an id, a remark beside an address, blocking where neither is."""
    street = any(table.column(m) for m in ("street_and_number", "street_name", "full_address"))
    identified = table.column("external_id") is not None
    severity = findings.agreed("name_not_unique") if not street else _INFO if identified else _WARN
    for group in groups:
        for draft in group:
            findings.add(
                "name_not_unique",
                severity,
                draft.record,
                "store_name",
                value=draft.name,
                others=_listed(table, group, draft),
            )


def _points(findings: Findings, drafts: list[Draft]) -> None:
    """Several records on one point, or metres apart; a crowd of one name on one point cannot be told apart by place."""
    placed = [draft for draft in drafts if draft.point and not draft.centred]
    for group in _groups(placed, (draft.point for draft in placed)):
        name, times = Counter(fold(draft.name) for draft in group).most_common(1)[0]
        for draft in group:
            crowd = times >= _CROWD and fold(draft.name) == name
            severity = findings.agreed("duplicate_location") if crowd else _WARN
            findings.add(
                "duplicate_location", severity, draft.record, "latitude", others=_listed(findings.table, group, draft)
            )
    told = {finding.record for finding in findings.found if finding.code == "duplicate_location"}
    for draft, beside in _beside(placed):
        if draft.record not in told:
            others = _listed(findings.table, [draft, *beside], draft)
            findings.add("duplicate_location", _WARN, draft.record, "latitude", others=others)


def _beside(drafts: list[Draft]) -> Iterator[tuple[Draft, list[Draft]]]:
    """Each record with those some metres from it: no two shops have their doors there, but one shop measured twice."""
    points = sorted((*draft.point, n) for n, draft in enumerate(drafts) if draft.point)
    near: dict[int, list[int]] = defaultdict(list)
    for at, (latitude, longitude, n) in enumerate(points):
        for other in points[at + 1 : at + 1 + _BAND]:
            if other[0] - latitude >= _METRES:
                break
            if abs(other[1] - longitude) < _METRES:
                near[n].append(other[2])
                near[other[2]].append(n)
    for n, others in sorted(near.items()):
        yield drafts[n], [drafts[other] for other in sorted(others)]
