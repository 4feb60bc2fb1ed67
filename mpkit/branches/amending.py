"""Edits of a screen or of the panel come in as plain data; the list as it would be, or as it is from now on, goes out.

Edits are {"branches": {external id: {field: value}}, "registers": {…}}, fields as `entry` has them. An external id that
the list does not have is a new entry, added after the last.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from mpkit.branches import entry, rows
from mpkit.branches.comparing import Origin, Proposed
from mpkit.branches.listing import Wanted, Witness, propose, wanted
from mpkit.db import Engine, writing
from mpkit.errors import Refused
from mpkit.model import Branch, Register
from mpkit.work import Clock

Edits = Mapping[str, Mapping[str, Mapping[str, Any]]]
T = TypeVar("T", bound=Branch | Register)


def amended(listed: Wanted, edits: Edits) -> Wanted:
    """The list as the edits would leave it; a blank value leaves what is there. Raises `Refused` for half an entry."""
    branches = _edited(listed.branches, edits.get("branches", {}), entry.of_branch, entry.to_branch)
    registers = _edited(listed.registers, edits.get("registers", {}), entry.of_register, entry.to_register)
    return Wanted(branches, registers)


def _edited(
    listed: Sequence[T],
    edits: Mapping[str, Mapping[str, Any]],
    plain: Callable[[T], dict[str, Any]],
    read: Callable[[str, Mapping[str, Any], int | None], T],
) -> tuple[T, ...]:
    told = {
        name: {field: value for field, value in of.items() if not entry.is_blank(value)} for name, of in edits.items()
    }
    found: list[T] = []
    for row in listed:
        said = told.pop(row.external_id, None)
        found.append(row if said is None else read(row.external_id, {**plain(row), **said}, row.record))
    try:
        return (*found, *(read(name, values, None) for name, values in told.items()))
    except (KeyError, TypeError) as error:
        raise Refused("list_edit_incomplete", text=", ".join(told)) from error


def amend(
    engine: Engine, account: str, edits: Edits, *, origin: Origin, clock: Clock, witness: Witness | None = None
) -> Proposed:
    """Write the edits into the list; said twice they change nothing more. An edit may open again what is closed."""
    after = amended(wanted(engine, account), edits)
    branches = [one for one in after.branches if one.external_id in edits.get("branches", {})]
    registers = [one for one in after.registers if one.external_id in edits.get("registers", {})]
    return propose(engine, account, branches, registers, origin=origin, clock=clock, reopens=True, witness=witness)


def clear(engine: Engine, account: str, blanks: Mapping[tuple[str, str], Collection[str]], *, at: datetime) -> None:
    """Empty fields of entries, by (branch or register, external id); a proposal cannot: its blanks say nothing."""
    with writing(engine) as connection:
        for kind, table in rows.TABLES.items():
            changed: list[dict[str, Any]] = []
            for row in rows.read(connection, table, account):
                names = set(blanks.get((kind, row["external_id"]), ())) & set(row["values"])
                if names:
                    kept = {
                        held: {name: value for name, value in row[held].items() if name not in names}
                        for held in ("values", "origins")
                    }
                    changed.append({**row, **kept, "changed": at})
            rows.write(connection, table, changed)
