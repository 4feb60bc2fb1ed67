"""The list: what files, people and the panel propose goes in, what the merchant wants comes out.

What a proposal may change is said in `comparing`; everything of one run is written in one transaction or not at all,
and can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mpkit.branches import entry, rows, takeins
from mpkit.branches.comparing import ASK, Choice, Compared, Key, Origin, Proposed, Said, compare
from mpkit.db import Connection, Engine, reading, writing
from mpkit.model import Branch, Register
from mpkit.work import Clock

Witness = Callable[[Connection, Proposed], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the merchant wants, in the order it came in."""

    branches: tuple[Branch, ...]
    registers: tuple[Register, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What one file (or page) proposes; `made` is an id we made without an own id → the external id it stands for.

    `reopens` says that `closed=False` was said and not merely not mentioned: a person says so, a file only where it has
    a status column.
    """

    origin: Origin
    branches: tuple[Branch, ...] = ()
    registers: tuple[Register, ...] = ()
    reopens: bool = False
    made: Mapping[str, str] | None = None

    def said(self) -> tuple[Said, ...]:
        """Its entries, branches first."""
        stores = [("branch", b.external_id, entry.of_branch(b), b.record) for b in self.branches]
        tills = [("register", r.external_id, entry.of_register(r), r.record) for r in self.registers]
        return tuple(Said(*each, self.origin, self.reopens) for each in (*stores, *tills))


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of the list as it is kept: each value and where it came from."""

    object: str
    external_id: str
    values: Mapping[str, Any]
    origins: Mapping[str, Mapping[str, Any]]
    added: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """What the list knows of who is who: its branches and registers, and every own id ever said (`rows.own_ids`)."""

    branches: tuple[Branch, ...] = ()
    registers: tuple[Register, ...] = ()
    ids: Mapping[tuple[str, str, str], str] | None = None  # (object, branch of a register, own id) → external id


def wanted(engine: Engine, account: str) -> Wanted:
    """The whole list of an account, closed entries too."""
    stores, tills = rows.read_values(engine, account)
    return Wanted(
        tuple(entry.to_branch(*row) for row in stores),
        tuple(entry.to_register(*row) for row in tills),
    )


def memory(engine: Engine, account: str) -> Memory:
    """The list and its ids, for telling who the rows of a new file are."""
    known = wanted(engine, account)
    return Memory(known.branches, known.registers, rows.read_ids(engine, account))


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
    choice: Choice = ASK,
    witness: Witness | None = None,
) -> Proposed:
    """One source alone: see `propose_all`."""
    source = Source(origin, tuple(branches), tuple(registers), reopens)
    return propose_all(engine, account, [source], clock=clock, write=write, choice=choice, witness=witness)


def propose_all(
    engine: Engine,
    account: str,
    sources: Sequence[Source],
    *,
    clock: Clock,
    write: bool = True,
    choice: Choice = ASK,
    witness: Witness | None = None,
) -> Proposed:
    """Take everything of one run into the list of an account, or only say what that would do (`write` False).

    All of it is written at once: a kill leaves the list as it was. What is written can be taken back by `undo`.
    `witness` is told within that transaction, so that what it writes stands with it or not at all.
    """
    said = sorted((each for source in sources for each in source.said()), key=lambda each: each.object)
    if not write:
        with reading(engine) as connection:
            return compare(_held(connection, account), said, at=clock.now(), choice=choice).proposed
    with writing(engine) as connection:
        at = takeins.moment(connection, account, clock.now())
        held = _held(connection, account)
        compared = compare(held, said, at=at, choice=choice)
        _write(connection, account, compared)
        rows.write_ids(connection, account, _ids(sources), at)
        kept = takeins.keep(connection, account, told=_told(sources), held=held, compared=compared, at=at)
        proposed = replace(compared.proposed, take_in=kept)
        if witness is not None:
            witness(connection, proposed)
    return proposed


def _told(sources: Sequence[Source]) -> tuple[str, list[str]]:
    """Who proposes, and the names of the files; no name for what a page or the panel proposes."""
    files = [source.origin.what for source in sources if source.origin.kind == "file"]
    return next((source.origin.who for source in sources), ""), files


def _held(connection: Connection, account: str) -> dict[Key, Mapping[str, Any]]:
    return {
        (kind, row["external_id"]): row
        for kind, table in rows.TABLES.items()
        for row in rows.read(connection, table, account)
    }


def _write(connection: Connection, account: str, compared: Compared) -> None:
    """The rows of a comparison; new ones after the last."""
    for kind, table in rows.TABLES.items():
        position = rows.next_position(connection, table, account)
        entries = [(name, row) for (object_, name), row in compared.rows.items() if object_ == kind]
        written = []
        for number, (name, row) in enumerate(entries):
            full = {"position": position + number, **row, "account": account, "external_id": name}
            more = {"branch_external_id": row["values"]["branch_external_id"]} if kind == "register" else {}
            written.append({**full, **more})
        rows.write(connection, table, written)


def _ids(sources: Sequence[Source]) -> dict[tuple[str, str, str], tuple[str, str]]:
    """(object, branch of a register, own id) → (external id, file): what the merchant calls what we call otherwise."""
    found: dict[tuple[str, str, str], tuple[str, str]] = {}
    for source in sources:
        if source.origin.kind != "file":
            continue
        file = source.origin.what
        for branch in source.branches:
            if branch.own_id:
                found["branch", "", branch.own_id] = branch.external_id, file
        for register in source.registers:
            if register.own_id:
                found["register", register.branch_external_id, register.own_id] = register.external_id, file
        found.update({("made", "", made): (name, file) for made, name in (source.made or {}).items()})
    return found
