"""A run comes in; its lists of registers (files, or sheets of a workbook) are given to the branches they name.

What a list of registers says of a branch takes the place of the one register a branch has by default. Registers whose
branch is nowhere, and branches no list names, are findings; the way the codes were compared is told once a list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from mpkit.branches import Memory
from mpkit.errors import Refused, WrongUsage
from mpkit.model import Register, Severity
from mpkit.sheet import closing, ids, joining, table, tills
from mpkit.sheet.changed import Changed
from mpkit.sheet.checking import Checked
from mpkit.sheet.draft import Draft
from mpkit.sheet.findings import Findings
from mpkit.sheet.grid import Grid, ReadAs
from mpkit.sheet.joining import Join, Part, Shop
from mpkit.sheet.run import Run
from mpkit.sheet.table import Table

_KEPT = ("register_id", "register_name", "register_count", "till_code", "category", "amount_mode")
_WARN, _BLOCK, _INFO = Severity.WARNING, Severity.BLOCKING, Severity.INFO


@dataclass(frozen=True, slots=True)
class _Joined:
    """One list of registers with its branches: file `n` of the run."""

    n: int
    table: Table
    join: Join


def find(run: Run, memory: Memory) -> None:
    """Join what can be joined."""
    tables = {n: listed for n in range(len(run.files)) if (listed := _table(run.files[n]))}
    shops = _shops(run, memory, set(tables))
    if not shops:
        return
    joined: list[_Joined] = []
    for n, listed in tables.items():
        link = joining.join(Part(tuple(c.meaning for c in listed.columns), listed.cells), shops)
        if link is not None:
            joined.append(_Joined(n, listed, link))
    if not joined:
        return
    named = {shop.external_id for each in joined for shop in each.join.shops.values()}
    for n in set(range(len(run.files))) - {each.n for each in joined}:
        _default_gone(run, n, named)
    for each in joined:
        _take(run, each)
    _without(run, set(tables), named)


def _table(checked: Checked) -> Table | None:
    """The table of a file that may be one of registers: without addresses."""
    if checked.branches or not joining.may_be([column.meaning for column in checked.columns]):
        return None
    told = ReadAs(header_row=checked.header_row)
    chosen = Changed(columns={column.index: column.meaning for column in checked.columns})
    with suppress(Refused, WrongUsage):
        grid = Grid("", (checked.cells,))
        return table.understand(grid, site=checked.site, mapping={}, folder=None, told=told, changed=chosen)
    return None


def _shops(run: Run, memory: Memory, alone: set[int]) -> list[Shop]:
    """Whom a list of registers may name: branches of the run, those whose rows wait, those of the list."""
    found: dict[str, Shop] = {b.external_id: Shop(b.external_id, b.own_id, b.name, b) for b in memory.branches}
    for n, checked in enumerate(run.files):
        if n in alone:
            continue
        column = next((c.index - 1 for c in checked.columns if c.meaning == "external_id"), None)
        if column is not None:
            for cells in checked.cells.rows[checked.header_row :]:
                own = cells[column].strip() if column < len(cells) else ""
                if own:
                    found.setdefault(ids.store_id(own), Shop(ids.store_id(own), own, "", None))
        found.update({b.external_id: Shop(b.external_id, b.own_id, b.name, b) for b in checked.branches})
    return list(found.values())


def _default_gone(run: Run, n: int, named: set[str]) -> None:
    """A branch some list of registers names has those; what its own file counted is compared and told."""
    checked = run.files[n]
    if any(c.meaning in {"register_id", "register_name"} for c in checked.columns):
        return
    run.becomes(n, registers=tuple(r for r in checked.registers if r.branch_external_id not in named))


def _take(run: Run, each: _Joined) -> None:
    """Give the registers of one list to their branches, and tell what was found on the way."""
    meanings = joining.meanings_after(Part(tuple(c.meaning for c in each.table.columns), each.table.cells), each.join)
    columns = tuple(replace(c, meaning=m) for c, m in zip(each.table.columns, meanings, strict=True))
    found = replace(each.table, columns=columns)
    findings = Findings(found, ())
    registers = _registers(found, each.join, findings)
    place, code = each.join.column + 1, each.table.headers[each.join.column] or str(each.join.column + 1)
    waits = 0
    for record, shop in each.join.shops.items():
        if shop.branch is None:
            waits += 1
            findings.put("register_waits", _BLOCK, record, column=place, values={"value": shop.own_id})
    for record, own in each.join.orphans.items():
        findings.put("register_without_branch", _BLOCK, record, column=place, values={"value": own})
    counts = {"registers": len(registers), "branches": len({r.branch_external_id for r in registers})}
    left = {"orphans": len(each.join.orphans) + waits, "column": code}
    findings.put(f"registers_joined_{each.join.way}", _INFO, 0, column=place, values={**counts, **left})
    of_file = tuple(f for f in run.files[each.n].findings if f.code not in _OF_BRANCHES)
    shown = tuple(replace(c, meaning=_said(c.meaning, index, each)) for index, c in enumerate(columns))
    run.becomes(each.n, registers=tuple(registers), findings=of_file, columns=shown, tentative=False)
    run.put(each.n, findings.found)


def _said(meaning: str, index: int, each: _Joined) -> str:
    return "external_id" if index == each.join.column else meaning


# What is wrong with rows as branches is nothing to say of rows of registers.
_OF_BRANCHES = frozenset(
    [
        "missing_name",
        "missing_address",
        "missing_street",
        "missing_city",
        "missing_state",
        "missing_coordinates",
        "missing_id",
        "duplicate_id",
        "duplicate_row",
        "repeated_store",
        "name_not_unique",
        "duplicate_location",
        "external_id_invalid",
        "external_id_too_long",
    ]
)


def _registers(found: Table, link: Join, findings: Findings) -> list[Register]:
    """The registers of a list, a branch at a time, in the order of their rows."""
    kept = {meaning: found.values(meaning) for meaning in _KEPT if found.column(meaning)}
    groups: dict[str, list[Draft]] = defaultdict(list)
    for record, shop in sorted(link.shops.items()):
        if shop.branch is None:
            continue
        draft = Draft(record, shop.name, shop.own_id)
        draft.other.update({meaning: cells[record - 1] for meaning, cells in kept.items() if cells[record - 1]})
        groups[shop.external_id].append(draft)
    closing.mark(found, findings, [draft for group in groups.values() for draft in group])
    shops = {shop.external_id: shop for shop in link.shops.values()}
    made: list[Register] = []
    for name, group in groups.items():
        branch = shops[name].branch
        assert branch is not None
        if not {"register_id", "register_name", "register_count"} & set(group[0].other):
            group[0].other["register_count"] = str(len(group))
        made += _closed(_told_twice(tills.read(branch, group, findings, found.site), found, findings), group)
    return made


def _told_twice(registers: Sequence[Register], found: Table, findings: Findings) -> list[Register]:
    """Each register once; a row that repeats one is told."""
    first: dict[str, Register] = {}
    for each in registers:
        held = first.setdefault(each.external_id, each)
        if held is not each:
            values = {"value": each.own_id or each.name, "other": (held.record or 0) + found.header_row}
            findings.put("register_twice", _WARN, each.record or 0, "register_id", values=values)
    return list(first.values())


def _closed(registers: list[Register], group: Sequence[Draft]) -> list[Register]:
    closed = {draft.record for draft in group if draft.closed}
    return [replace(each, closed=True) if each.record in closed else each for each in registers]


def _without(run: Run, alone: set[int], named: set[str]) -> None:
    """Branches no list of registers names: they have the registers of their own row, one where it says nothing."""
    for n in range(len(run.files)):
        if n in alone:
            continue
        for branch in run.files[n].branches:
            if branch.external_id not in named and not branch.closed:
                value = branch.own_id or branch.name
                run.add(n, "branch_without_registers", _WARN, branch.record, value=value)
