"""What was taken into the list, run by run, and how one of them is taken back.

A run is taken back value by value: what somebody, or a later file, has written since stays, and so does an entry that
exists at Mercado Pago already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mpkit.branches import rows
from mpkit.branches.comparing import Compared, Key
from mpkit.db import Connection, Engine, canonical, reading, writing
from mpkit.errors import Refused
from mpkit.work import Clock

KEPT = 20  # runs that can be taken back; of older ones it is only told that they were
_HELD = ("values", "origins", "record")


@dataclass(frozen=True, slots=True)
class TakeIn:
    """One run of files that went into the list."""

    id: str
    at: datetime
    who: str
    files: tuple[str, ...]
    entries: int
    undone: datetime | None


@dataclass(frozen=True, slots=True)
class Undone:
    """External ids: gone again, as they were before, and left because of what happened to them since."""

    removed: tuple[str, ...]
    restored: tuple[str, ...]
    left: tuple[str, ...]


def moment(connection: Connection, account: str, now: datetime) -> datetime:
    """The moment of the next run: `now`, or right after the last run where the clock has not moved on since."""
    last = max((run.at for run in rows.read_runs(connection, account, 1)), default=None)
    return now if last is None else max(now, last + timedelta(microseconds=1))


def keep(
    connection: Connection,
    account: str,
    *,
    told: tuple[str, list[str]],
    held: Mapping[Key, Mapping[str, Any]],
    compared: Compared,
    at: datetime,
) -> str:
    """Keep what the rows of a run were before; the run's id, "" where files changed nothing. `told`: who, and files."""
    proposed, (who, files) = compared.proposed, told
    touched = {*proposed.added, *proposed.changed}
    before = [
        [*key, {name: held[key][name] for name in _HELD} if key in held else None]
        for key in compared.rows
        if key[1] in touched
    ]
    if not before or not files:
        return ""
    name = hashlib.sha256(canonical([at.isoformat(), files, before]).encode()).hexdigest()[:24]
    row = {"account": account, "id": name, "at": at, "who": who, "files": files, "before": before, "undone": None}
    rows.write_run(connection, row, KEPT)
    return name


def taken_in(engine: Engine, account: str) -> tuple[TakeIn, ...]:
    """The runs of files that went into the list, the newest first."""
    with reading(engine) as connection:
        found = rows.read_runs(connection, account)
    return tuple(_told(each) for each in found)


def _told(run: Any) -> TakeIn:  # noqa: ANN401 - a row of the table
    return TakeIn(run.id, run.at, run.who, tuple(run.files), len(run.before), run.undone)


def undo(
    engine: Engine,
    account: str,
    name: str,
    *,
    clock: Clock,
    exists: Collection[str] = (),
    witness: Callable[[Connection, TakeIn, Undone], None] | None = None,
) -> Undone:
    """Take a run back out of the list; `exists` are external ids that Mercado Pago has: those entries stay.

    `witness` is told within the same transaction.

    Raises `Refused` for a run there is not (or not any more), and for one that was taken back before.
    """
    with writing(engine) as connection:
        run = next((each for each in rows.read_runs(connection, account) if each.id == name), None)
        if run is None or not run.before:
            raise Refused("take_in_unknown")
        if run.undone:
            raise Refused("take_in_undone", at=run.undone.date().isoformat())
        done = _Back(connection, account, at=run.at, now=clock.now(), exists=frozenset(exists))
        undone = done.all(run.before)
        rows.forget_ids(connection, account, run.at)
        rows.write_undone(connection, account, name, clock.now())
        if witness is not None:
            witness(connection, _told(run), undone)
    return undone


class _Back:
    """Brings the entries of one run back, value by value."""

    def __init__(
        self, connection: Connection, account: str, *, at: datetime, now: datetime, exists: frozenset[str]
    ) -> None:
        self.connection, self.account = connection, account
        self.stamp, self.now, self.exists = at.isoformat(), now, exists

    def all(self, before: list[list[Any]]) -> Undone:
        """Each entry of [object, external id, what it was]."""
        gone: list[str] = []
        restored: list[str] = []
        left: list[str] = []
        staying: set[str] = set()  # branches with registers that stay
        for kind in ("register", "branch"):
            table = rows.TABLES[kind]
            now = {row["external_id"]: row for row in rows.read(self.connection, table, self.account)}
            changed: list[dict[str, Any]] = []
            removed: dict[str, None] = {}
            for name, was in [(name, was) for object_, name, was in before if object_ == kind and name in now]:
                if was is None:
                    whole = self._untouched(now[name]) and name not in self.exists and name not in staying
                    if whole:
                        removed[name] = None
                    else:
                        left.append(name)
                    continue
                row, whole = self._as_before(now[name], was)
                changed.append(row)
                (restored if whole else left).append(name)
            rows.write(self.connection, table, changed)
            rows.delete(self.connection, table, self.account, list(removed))
            if kind == "register":
                staying = {row["branch_external_id"] for name, row in now.items() if name not in removed}
            gone += removed
        return Undone(tuple(gone), tuple(restored), tuple(left))

    def _untouched(self, row: Mapping[str, Any]) -> bool:
        return all(origin.get("at") == self.stamp for origin in row["origins"].values())

    def _as_before(self, row: Mapping[str, Any], was: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        """The row with the values this run wrote taken back; whether that is all of what it was."""
        values, origins = dict(row["values"]), dict(row["origins"])
        for name in [name for name, origin in origins.items() if origin.get("at") == self.stamp]:
            for held, old in ((values, was["values"]), (origins, was["origins"])):
                held.pop(name)
                held.update({name: old[name]} if name in old else {})
        back = {**row, "values": values, "origins": origins, "record": was["record"], "changed": self.now}
        if "branch_external_id" in row:
            back["branch_external_id"] = values["branch_external_id"]
        return back, values == was["values"]
