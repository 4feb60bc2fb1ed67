"""A table comes in, drafts of branches go out: each record's cells by meaning, read and judged column by column."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, partial
from statistics import median

from mpkit.model import Severity
from mpkit.sheet import addressing, pasted, points, records
from mpkit.sheet.findings import Findings
from mpkit.sheet.ordinary import Ordinary
from mpkit.sheet.settlement import Case, Settlement, Trouble
from mpkit.sheet.table import Table
from mpkit.sheet.text import decimal_point, faults, is_certain, is_clean, tidy, unscrambled

_TEXTS = (
    "store_name",
    "street_and_number",
    "street_name",
    "full_address",
    "city",
    "state",
    "neighborhood",
    "reference",
    "external_id",
    "register_name",
)
_KEPT = (
    "region",
    "route",
    "tax_id",
    "email",
    "contact",
    "phone",
    "postal_code",
    "register_id",
    "register_count",
    "till_code",
    "alt_id",
    "category",
    "amount_mode",
)
_TOWN, _SHOPS = 0.25, 5  # degrees, together: some 20 km
_WARN, _BLOCK, _INFO = Severity.WARNING, Severity.BLOCKING, Severity.INFO


@dataclass(slots=True)
class Draft:
    """One record on its way to a branch."""

    record: int
    name: str = ""
    own_id: str = ""
    street: str = ""
    number: str = ""
    address: str = ""  # the cell, premises and all
    city: str = ""
    state: str = ""
    point: points.Point | None = None
    city_text: str = ""
    state_text: str = ""
    closed: bool = False
    centred: bool = False  # the point is the city's centre, for want of one
    other: dict[str, str] = field(default_factory=dict)


def read(table: Table, findings: Findings) -> list[Draft]:
    """The drafts of all records that are branches, with what is wrong in their texts, addresses, points and places."""
    kept = records.kept(table, findings)
    texts = {meaning: _texts(table, findings, meaning, kept) for meaning in _TEXTS}
    drafts = [Draft(n + 1, texts["store_name"][n], texts["external_id"][n]) for n in kept]
    _names(table, findings, drafts)
    addressing.read(table, findings, drafts, texts)
    _points(table, findings, drafts)
    _settle(table, findings, drafts)
    for meaning in ("neighborhood", "reference", "register_name"):
        _keep(drafts, meaning, texts[meaning])
    for meaning in _KEPT:
        if table.column(meaning):
            _keep(drafts, meaning, table.values(meaning))
    return drafts


def _keep(drafts: list[Draft], meaning: str, values: list[str]) -> None:
    for draft in drafts:
        if values[draft.record - 1]:
            draft.other[meaning] = values[draft.record - 1]


def _texts(table: Table, findings: Findings, meaning: str, kept: list[int]) -> list[str]:
    """The cells of a meaning put right: what cannot be seen goes by itself, wrong letters where somebody agreed."""
    column = table.column(meaning)
    if column is None:
        return [""] * table.count
    cells = table.cells[column.index - 1]
    if is_clean(cells):
        return list(cells)
    values = [tidy(cell) for cell in cells]
    for n in kept:
        for code, right in faults(cells[n]):
            certain = code in {"padded_value", "invisible_characters"} or (code == "mojibake" and is_certain(cells[n]))
            taken = certain or code in findings.accept
            findings.add(
                code,
                _WARN,
                n + 1,
                column=column.index,
                suggestion=right if code != "lost_letter" else None,
                found=tidy(cells[n]),
                value=right,
                kept=code == "mojibake" and not taken,
            )
            if taken:
                values[n] = right
    return values


def _names(table: Table, findings: Findings, drafts: list[Draft]) -> None:
    if table.column("store_name") is None:
        findings.add("missing_name", _BLOCK, 0)
        return
    for draft in drafts:
        if not draft.name:
            findings.add("missing_name", _BLOCK, draft.record, "store_name")
        elif len(draft.name) > 60:  # noqa: PLR2004 - Mercado Pago publishes no limit; signs and screens have one
            findings.add("name_too_long", _WARN, draft.record, "store_name", length=len(draft.name))


def _points(table: Table, findings: Findings, drafts: list[Draft]) -> None:
    """The point of each draft; with no such column once for the whole file."""
    pair = table.column("lat_lng")
    if table.column("latitude") and table.column("longitude"):
        latitudes, longitudes = pasted.spread(table.values("latitude"), table.values("longitude"))
    elif pair:
        both = [pasted.pair(cell) for cell in table.values("lat_lng")]
        latitudes, longitudes = [a for a, _ in both], [b for _, b in both]
    else:
        latitudes, longitudes = [], []
    if not any(latitudes) and not any(longitudes):
        findings.add("missing_coordinates", findings.agreed("missing_coordinates"), 0)
        return
    if table.decimal:
        latitudes, longitudes = (
            [decimal_point(cell, table.decimal) for cell in cells] for cells in (latitudes, longitudes)
        )
    named = {draft.record - 1: (draft.state_text, draft.city_text) for draft in drafts}
    judged = points.judge(latitudes, longitudes, table.places, named)
    for draft in drafts:
        found = judged[draft.record - 1]
        if not found.code:
            draft.point = found.point
            continue
        cell = f"{latitudes[draft.record - 1]}; {longitudes[draft.record - 1]}"
        _stand(table, findings, draft, found, cell)


def _stand(table: Table, findings: Findings, draft: Draft, found: points.Judged, cell: str) -> None:
    """Say what is wrong with a point; it stands where it is usable as it is, or its repair was agreed to."""
    draft.point = found.point if found.usable else None
    if found.code == "missing_coordinates" and found.code in findings.accept:
        return  # somebody agreed to the city's centre: `_settle` says what became of it
    pair = table.column("lat_lng") if not (table.column("latitude") and table.column("longitude")) else None
    better = f"{_plain(found.better[0])}, {_plain(found.better[1])}" if found.better else None
    can = found.better is not None or found.code == "missing_coordinates"
    severity = _WARN if found.usable else findings.agreed(found.code) if can else _BLOCK
    if severity is _WARN and found.better:
        draft.point = found.better
    findings.add(
        found.code,
        severity,
        draft.record,
        "latitude" if found.latitude_wrong else "longitude",
        better,
        column=pair.index if pair else None,
        found=cell,
        country=table.places.country,
        better=better or "",
        **found.values,
    )


def _plain(degrees: float) -> str:
    """Degrees as people write them: all the decimals that mean something, no exponent."""
    return f"{degrees:.7f}".rstrip("0").rstrip(".")


def _settle(table: Table, findings: Findings, drafts: list[Draft]) -> None:
    """State, city and point of each draft against the catalogue; a whole column that is missing is said once."""
    has_city = any(draft.city_text for draft in drafts)
    has_state = table.column("state") is not None or any(draft.state_text for draft in drafts)
    settlement, ordinary = Settlement(table.places, findings.accept, has_state=has_state), Ordinary(table.places)
    city_cell = "city" if table.column("city") else "full_address"
    cells = {"city": city_cell, "state": _first(table, "state", "full_address", city_cell)}
    if drafts and not has_city:
        findings.add("missing_city", findings.agreed("missing_city"), 0)
    middles = cache(partial(_middles, drafts))
    named = "" if has_state else _state_of_sheet(table, drafts)
    if named:
        findings.add("state_of_sheet", _INFO, 0, state=named)
    for draft in drafts:
        place = (named if named and _lies_in(table, draft, named) else draft.state_text, draft.city_text)
        where = ordinary.place(*place, draft.point)
        if where is None:
            case = Case(unscrambled(place[0]), unscrambled(place[1]), draft.name, draft.point, middles().get(place))
            where = settlement.judge(case)
        draft.state, draft.city, draft.point = where.state, where.city, where.point
        for trouble in where.troubles:
            if has_city or trouble.code != "missing_city":
                _note(findings, draft, trouble, cells.get(trouble.meaning, trouble.meaning))
        if draft.point is None and "missing_coordinates" in findings.accept and draft.city:
            draft.point, draft.centred = table.places.point(draft.state, draft.city), True
            if draft.point is None:  # a city we have no centre of
                findings.add("missing_coordinates", _BLOCK, draft.record, "latitude")
            elif table.column("latitude") or table.column("lat_lng"):
                findings.add("missing_coordinates", _WARN, draft.record, "latitude")


def _first(table: Table, *meanings: str) -> str:
    """The first of some meanings that has a column, the last where none has."""
    return next((meaning for meaning in meanings if table.column(meaning)), meanings[-1])


def _state_of_sheet(table: Table, drafts: list[Draft]) -> str:
    """The state a sheet without a column of states is called by, where a row without a point lies in it; else ""."""
    match = table.places.match_state(table.sheet.name or "")
    state = match.value if match.kind.lossless else ""
    return state if state and any(_lies_in(table, draft, state) for draft in drafts) else ""


def _lies_in(table: Table, draft: Draft, state: str) -> bool:
    """Whether a row without a point names a city of that state."""
    return draft.point is None and table.places.match_city(draft.city_text, state).kind.lossless


def _note(findings: Findings, draft: Draft, trouble: Trouble, meaning: str) -> None:
    findings.put(trouble.code, trouble.severity, draft.record, meaning, trouble.suggestion, values=trouble.values)


def _middles(drafts: list[Draft]) -> dict[tuple[str, str], points.Point]:
    """Where the branches of a city lie: the median of at least five points of which most are near it.

    A municipality's centre may lie far from its town (Bogotá's by 40 km); the shops themselves know better.
    """
    by_city: dict[tuple[str, str], set[points.Point]] = {}
    for draft in drafts:
        if draft.point and draft.city_text:
            by_city.setdefault((draft.state_text, draft.city_text), set()).add(draft.point)
    found = {}
    for place, inside in by_city.items():
        if len(inside) < _SHOPS:
            continue
        middle = (median(p[0] for p in inside), median(p[1] for p in inside))
        near = sum(abs(p[0] - middle[0]) + abs(p[1] - middle[1]) <= _TOWN for p in inside)
        if near > len(inside) / 2:
            found[place] = middle
    return found
