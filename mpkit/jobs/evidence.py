"""What jobs write into the audit: a change of the list in its own transaction; where each entry came from."""

from __future__ import annotations

from collections.abc import Collection

from mpkit import branches
from mpkit.branches import Origin, Proposed, TakeIn, Undone, Witness
from mpkit.db import Connection, Engine
from mpkit.jobs.seals import seal_of, sealer
from mpkit.jobs.workbench import Workbench
from mpkit.ledger import By, Done, audit
from mpkit.settings import Settings
from mpkit.work import Clock

_OBJECTS = {"branch": "store", "register": "pos"}
_NAMED = 50  # entries an audit row names; the list has each value's origin


def take_back(
    settings: Settings, store: Engine, account: str, run: str, *, who: str, clock: Clock, exists: Collection[str]
) -> Undone:
    """Take a run of files back out of the list (`branches.undo`), and say so in the audit."""
    seal = sealer(settings, store)

    def seen(connection: Connection, taken: TakeIn, undone: Undone) -> None:
        counts = {name: len(getattr(undone, name)) for name in ("removed", "restored", "left")}
        by = By(who, clock.now(), ", ".join(taken.files))
        audit.append(connection, account, [Done("edit", "list", run, {"taken_back": counts})], by, seal=seal)

    return branches.undo(store, account, run, clock=clock, exists=exists, witness=seen)


def witness(bench: Workbench, account: str, kind: str, origin: Origin, files: list[str] | None = None) -> Witness:
    """Writes one row for what a proposal changed in the list, and none where it changed nothing."""
    source, seal = ", ".join(files or ([origin.what] if origin.what else [])), seal_of(bench)

    def seen(connection: Connection, proposed: Proposed) -> None:
        touched = [*proposed.added, *proposed.changed]
        if not touched:
            return
        counts = {"added": len(proposed.added), "changed": len(proposed.changed), "same": len(proposed.same)}
        details = counts | {"entries": touched[:_NAMED]}
        done = Done(kind, "list", proposed.take_in, details)
        by = By(origin.who, bench.seams.clock.now(), source)
        audit.append(connection, account, [done], by, seal=seal)

    return seen


def sources(engine: Engine, account: str) -> dict[str, str]:
    """By "store:<external id>" or "pos:<external id>": the file and row, or the page, that said its name."""
    told: dict[str, str] = {}
    for object_, external_id, origins in branches.read_origins(engine, account):
        origin = origins.get("name", {})
        place = str(origin.get("what") or origin.get("kind") or "")
        row = origin.get("record")
        told[f"{_OBJECTS[object_]}:{external_id}"] = f"{place}:{row}" if row else place
    return told
