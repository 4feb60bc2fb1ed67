"""The keys of this folder and what the store says of them in; the seal that holds now, and those that held before, out.

The key file has the keys, the store names the one that seals it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mpkit import db, keys
from mpkit.db import Connection, Engine
from mpkit.errors import StoreTrouble
from mpkit.jobs.workbench import Workbench
from mpkit.keys import Key, Sealer
from mpkit.ledger import resealing, sealing
from mpkit.settings import Settings

LEDGER = "ledger"  # the purpose of the seals of rows, of the audit and of its heads


def seal_of(bench: Workbench, purpose: str = LEDGER) -> Sealer:
    """The seal that holds now; raises `StoreTrouble` where this folder lacks the key of the store."""
    return sealer(bench.settings, bench.store, purpose)


def sealer(settings: Settings, store: Engine, purpose: str = LEDGER) -> Sealer:
    """The same without a workbench."""
    return key_of(settings.data, store).seal(purpose)


def key_of(data: Path, store: Engine, *, of_any_day: bool = False) -> Key:
    """The key that seals the store. Raises `StoreTrouble` where this folder lacks it, or it may seal no more.

    Without it nothing is printed and no money moves: what is on record could be anybody's. `of_any_day`: also one that
    may seal no more, for whoever put a copy of its days back.
    """
    with db.reading(store) as connection:
        key, id_ = _found(data, connection)
    where = str(keys.file(data))
    if key is None:
        raise StoreTrouble("key_missing" if id_ else "key_other", id=id_, where=where)
    if key.until is not None and not of_any_day:
        raise StoreTrouble("key_retired", id=key.id, until=key.until)
    if id_:
        keys.retire(data, upto=id_)  # whoever sealed it anew may have been killed before this
    return key


def _found(data: Path, connection: Connection) -> tuple[Key | None, str]:
    """The key of the store where it is here, and its name where the store says it.

    A store of before keys had names is asked which of ours its rows are sealed with; a store that has none takes ours.
    """
    if id_ := sealing.named(connection):
        return keys.find(data, id_), id_
    if not resealing.accounts(connection):
        return keys.first(data), ""
    ours = {key.id: key for key in keys.ring(data)}
    found = resealing.sealed_with(connection, [key.seal(LEDGER) for key in ours.values()])
    return (ours[str(getattr(found, "key", ""))], "") if found is not None else (None, "")


def others(data: Path, purpose: str = LEDGER) -> dict[str, Sealer]:
    """The seals under every key of this folder, by name and the oldest first: by them the past is verified."""
    return {key.id: key.seal(purpose) for key in keys.ring(data)}


def vouched(data: Path, purpose: str, sound: Callable[[Sealer], bool]) -> bool:
    """Whether something signed is sound under any key of this folder: paper outlives a key."""
    return any(sound(one) for one in others(data, purpose).values())


def told(bench: Workbench) -> dict[str, Any]:
    """The keys of this folder without what is secret: {file, keys: [{id, since, until, seals}]}, the oldest first."""
    now, ring = key_of(bench.settings.data, bench.store).id, keys.ring(bench.settings.data)
    days = [(key, key.since and key.since.isoformat(), key.until and key.until.isoformat()) for key in ring]
    known = [{"id": key.id, "since": since, "until": until, "seals": key.id == now} for key, since, until in days]
    return {"file": str(keys.file(bench.settings.data)), "keys": known}
