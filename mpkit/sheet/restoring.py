"""A sheet that `exported` wrote comes back: every id, name and word as it stands there goes into what was read.

Where its own columns stand, nothing is guessed, and what nobody changed comes back as it was. A row without them is a
new one and is read like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mpkit.i18n import LANGUAGES, say
from mpkit.model import Amount, Branch, Location, Register
from mpkit.places.names import fold
from mpkit.sheet.build import Built
from mpkit.sheet.exported import ASIDE, FIELDS, LIVE, columns_of
from mpkit.sheet.findings import PASSABLE
from mpkit.sheet.ids import store_id
from mpkit.sheet.table import Table
from mpkit.sheet.text import tidy

_NEAR = 1e-4  # degrees: the cell is where the branch is, and its decimals are the list's
_OF_NAMES = frozenset(  # findings about ids and names that are not made anew here
    {"register_name_cut", "register_name_folded", "register_name_twice", "register_names_folded", "external_id_invalid"}
    | {"missing_id", "external_id_too_long", "bad_amount_mode"}
)


def _plain(cell: str) -> str:
    """A cell as it was before it was defused."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(LIVE) else text


def passed(table: Table) -> set[tuple[int, str]]:
    """(Row of the sheet, code): what somebody accepted about rows that are in the list already."""
    column = columns_of(table.headers).get("export_branch")
    if column is None:
        return set()
    known = [n for n, cell in enumerate(table.cells[column], start=1) if cell.strip()]
    return {(table.header_row + n, code) for n in known for code in PASSABLE}


def is_noise(code: str, table: Table) -> bool:
    """Whether a finding is about names and ids that stand as they are in a sheet of ours."""
    return code in _OF_NAMES and bool(columns_of(table.headers))


def restored(table: Table, built: Built) -> tuple[Built, frozenset[str]]:
    """What was read, with what the columns of ours say in its place; and the external ids that stand so for good."""
    columns = columns_of(table.headers)
    if not columns:
        return built, frozenset()
    sheet = _Sheet(table, columns)
    names = {one.external_id: sheet.cell(one.record, "export_branch") for one in built.branches}
    names = {read: name for read, name in names.items() if name}
    branches = tuple(sheet.branch(one) if one.external_id in names else one for one in built.branches)
    there = {one.external_id for one in branches}
    registers = [sheet.register(n) for n in range(1, table.count + 1) if sheet.stands(n, there)]
    new = [
        replace(one, branch_external_id=names.get(one.branch_external_id, one.branch_external_id))
        for one in built.registers
        if not sheet.cell(one.record, "export_register") and not sheet.only_branch(one.record)
    ]
    sure = frozenset({*names.values(), *(one.external_id for one in registers)})
    return Built(branches, (*registers, *new)), sure


class _Sheet:
    """The rows of a sheet of ours, cell by cell."""

    def __init__(self, table: Table, columns: Mapping[str, int]) -> None:
        self.table, self.columns = table, columns
        closed = (say("export_closed", language) for language in LANGUAGES)
        self.closed = {fold(text) for text in closed}
        self.city = {fold(say("export_point_city", language)) for language in LANGUAGES}
        self.amounts = {
            fold(say(f"export_amount_{one.name.lower()}", language)): one for one in Amount for language in LANGUAGES
        }

    def cell(self, record: int | None, name: str) -> str:
        """What a record says in a column of ours, "" where it has none."""
        index = self.columns.get(name)
        return "" if index is None or not record else _plain(self.table.cells[index][record - 1])

    def only_branch(self, record: int | None) -> bool:
        """Whether a row of the list says nothing of a register."""
        named = ("register_id", "register_name", "till_code")
        return bool(self.cell(record, "export_branch")) and not any(self.cell(record, name) for name in named)

    def stands(self, record: int, branches: set[str]) -> bool:
        """Whether a row names a register of ours, of a branch that may be created as it stands."""
        return bool(self.cell(record, "export_register")) and self.cell(record, "export_branch") in branches

    def branch(self, read: Branch) -> Branch:
        """A branch of the list: what was read, each value as it stands in its cell where that is what was read."""
        said = {name: self.cell(read.record, name) for name in FIELDS}
        name = self.cell(read.record, "export_branch")
        own = said["external_id"]
        return replace(
            read,
            external_id=name,
            own_id="" if own == name and store_id(own) != own else own,
            name=said["store_name"] if tidy(said["store_name"]) == said["store_name"] != "" else read.name,
            location=self._location(read, said),
            region=said["region"],
            **{each: said[each] for each in ASIDE},  # type: ignore[arg-type]
        )

    def _location(self, read: Branch, said: Mapping[str, str]) -> Location:
        place = read.location
        texts = {
            each: said[each]
            for each in ("street_name", "street_number", "reference")
            if each in self.columns and tidy(said[each]) == said[each]
        }
        texts |= {each: said[each] for each in ("city", "state") if fold(said[each]) == fold(getattr(place, each))}
        point = {each: _degrees(said[each], getattr(place, each)) for each in ("latitude", "longitude")}
        approximate = fold(self.cell(read.record, "export_point")) in self.city or place.approximate
        return replace(place, **texts, **point, approximate=approximate)  # type: ignore[arg-type]

    def register(self, record: int) -> Register:
        """A register of the list as its row says it."""
        category = self.cell(record, "category")
        closed = any(fold(self.cell(record, name)) in self.closed for name in ("status", "export_register_status"))
        return Register(
            self.cell(record, "export_register"),
            self.cell(record, "export_branch"),
            self.cell(record, "register_name"),
            self.amounts.get(fold(self.cell(record, "amount_mode"))),
            int(category) if category.isdecimal() else None,
            record,
            closed,
            self.cell(record, "register_id"),
            till_code=self.cell(record, "till_code"),
        )


def _degrees(cell: str, read: float) -> float:
    """The number of a cell with all its decimals, where it is the one that was read."""
    try:
        number = float(cell)
    except ValueError:
        return read
    return number if abs(number - read) < _NEAR else read
