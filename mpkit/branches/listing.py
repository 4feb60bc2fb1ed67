"""The list: what files, people and the panel propose goes in, what the merchant wants comes out.

A blank value leaves what is there, an entry that is absent from a proposal stays, and a value a person put in place of
a file's is kept when the same file comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from mpkit.branches import entry, rows
from mpkit.db import Connection, Engine, writing
from mpkit.model import Branch, Register
from mpkit.work import Clock


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from: `kind` is file, screen or panel; `what` the file's or page's name, `record` its row."""

    kind: str
    who: str = ""
    what: str = ""
    record: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the merchant wants, in the order it came in."""

    branches: tuple[Branch, ...]
    registers: tuple[Register, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a proposal changes; `kept` True: a person's value stays against it."""

    object: str  # branch | register
    external_id: str
    field: str
    before: Any
    after: Any
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a proposal did to the list: external ids of branches and registers, and each changed value."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data: counts, and the changes value by value."""
        counts = {"added": len(self.added), "changed": len(self.changed), "same": len(self.same)}
        return {**counts, "changes": [asdict(change) for change in self.changes]}


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of the list as it is kept: each value and where it came from."""

    object: str
    external_id: str
    values: Mapping[str, Any]
    origins: Mapping[str, Mapping[str, Any]]
    added: datetime
    changed: datetime


@dataclass(slots=True)
class _Outcome:
    """What is gathered while a proposal is taken in."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def wanted(engine: Engine, account: str) -> Wanted:
    """The whole list of an account, closed entries too."""
    stores, tills = rows.read_both(engine, account)
    return Wanted(
        tuple(entry.to_branch(row["external_id"], row["values"], row["record"]) for row in stores),
        tuple(entry.to_register(row["external_id"], row["values"], row["record"]) for row in tills),
    )


def listed(engine: Engine, account: str) -> tuple[Listed, ...]:
    """Every entry with its origins: branches first."""
    stores, tills = rows.read_both(engine, account)
    return tuple(
        Listed(kind, row["external_id"], row["values"], row["origins"], row["added"], row["changed"])
        for kind, found in (("branch", stores), ("register", tills))
        for row in found
    )


def propose(
    engine: Engine,
    account: str,
    branches: Iterable[Branch],
    registers: Iterable[Register],
    *,
    origin: Origin,
    clock: Clock,
    reopens: bool = False,
    write: bool = True,
) -> Proposed:
    """Take a proposal into the list of an account, or only say what it would do (`write` False).

    Each value's origin is `origin` with the entry's own record. `reopens` says that `closed=False` was said and not
    merely not mentioned: a person says so, a file only where it has a status column.
    """
    outcome, at = _Outcome(), clock.now()
    asked = (
        ("branch", [(b.external_id, entry.of_branch(b), b.record) for b in branches]),
        ("register", [(r.external_id, entry.of_register(r), r.record) for r in registers]),
    )
    with writing(engine) as connection:
        for kind, proposals in asked:
            kept = _take(connection, account, kind, proposals, origin=origin, at=at, outcome=outcome, reopens=reopens)
            if write:
                rows.write(connection, rows.TABLES[kind], kept)
    return Proposed(tuple(outcome.added), tuple(outcome.changed), tuple(outcome.same), tuple(outcome.changes))


def _take(
    connection: Connection,
    account: str,
    kind: str,
    proposals: list[tuple[str, dict[str, Any], int | None]],
    *,
    origin: Origin,
    at: datetime,
    outcome: _Outcome,
    reopens: bool,
) -> list[dict[str, Any]]:
    """The entries to write, changed or new."""
    table = rows.TABLES[kind]
    known = {row["external_id"]: row for row in rows.read(connection, table, account)}
    position = rows.next_position(connection, table, account)
    entries: list[dict[str, Any]] = []
    for external_id, values, record in proposals:
        before = known.get(external_id)
        source = {**asdict(origin), "record": record if record is not None else origin.record, "at": at.isoformat()}
        if before is None:
            outcome.added.append(external_id)
            written = {name: value for name, value in values.items() if not entry.is_blank(value) or value == ""}
            origins = {name: source for name, value in written.items() if not entry.is_blank(value)}
            new = {"origins": origins, "record": record, "position": position, "added": at, "changed": at}
            entries.append(_row(account, kind, external_id, written, **new))
            position += 1
            continue
        merged, origins, changes = _merge(kind, external_id, before, values, source, reopens=reopens)
        outcome.changes.extend(changes)
        changed = any(not change.kept for change in changes)
        (outcome.changed if changed else outcome.same).append(external_id)
        if changed or before["record"] != record:
            moved = at if changed else before["changed"]
            old = {"position": before["position"], "added": before["added"], "changed": moved}
            entries.append(_row(account, kind, external_id, merged, origins=origins, record=record, **old))
    return entries


def _merge(
    kind: str,
    external_id: str,
    before: Mapping[str, Any],
    values: Mapping[str, Any],
    source: Mapping[str, Any],
    *,
    reopens: bool,
) -> tuple[dict[str, Any], dict[str, Any], list[Change]]:
    """The values after a proposal, their origins, and what changed."""
    merged, origins = dict(before["values"]), dict(before["origins"])
    changes: list[Change] = []
    for name, value in values.items():
        old = merged.get(name)
        if entry.is_blank(value) or value == old or (name == "closed" and not value and not reopens):
            continue
        kept = _stands(origins.get(name, {}), value, source)
        changes.append(Change(kind, external_id, name, old, value, kept))
        if not kept:
            merged[name] = value
            origins[name] = {**source, "instead_of": old} if source["kind"] != "file" else source
    return merged, origins, changes


def _stands(held: Mapping[str, Any], value: object, source: Mapping[str, Any]) -> bool:
    """Whether a person's (or the panel's) value stays: a file only repeats what that value was put in place of."""
    return source["kind"] == "file" and held.get("kind") in {"screen", "panel"} and held.get("instead_of") == value


def _row(account: str, kind: str, external_id: str, values: Mapping[str, Any], **rest: Any) -> dict[str, Any]:  # noqa: ANN401
    """One row of a table; `rest` holds origins, record, position, added and changed."""
    row = {"account": account, "external_id": external_id, "values": values, **rest}
    return {**row, "branch_external_id": values["branch_external_id"]} if kind == "register" else row
