"""A store under one key in, the same store under the next one out, in one transaction.

What is sealed and the name of the key that seals it change together, and a key joins the file before anything is sealed
with it: whoever is killed on the way leaves a store wholly under the old key or wholly under the new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mpkit import db, keys, private
from mpkit.errors import Busy
from mpkit.jobs import idle
from mpkit.jobs.anchors import anchor
from mpkit.jobs.seals import LEDGER, key_of
from mpkit.jobs.workbench import Workbench
from mpkit.keys import Key
from mpkit.ledger import By, audit, resealing, sealing

_NAMED = 50  # rows with a broken seal that the audit names


def rotate(bench: Workbench, *, who: str) -> dict[str, Any]:
    """Seal the store anew under a new key; gives {from, to, since, rows, broken: {account: names}, file}.

    A row whose seal is broken stays broken, and is named. Raises `Refused` (`Busy`) while a job runs, while a plan is
    carried out or waits to be, and while somebody else does the same; `StoreTrouble` where the key of now is not here.
    """
    with _alone(bench):
        old = key_of(bench.settings.data, bench.store)
        return _turned(bench, old, keys.join(bench.settings.data, after=old.id), who=who)


def bring_up(bench: Workbench, *, who: str) -> dict[str, Any] | None:
    """Seal a store that was put back to a day of another key under the key of today; None where it is under that."""
    with _alone(bench):
        old = key_of(bench.settings.data, bench.store, of_any_day=True)
        return None if old.until is None else _turned(bench, old, keys.serving(bench.settings.data), who=who)


@contextmanager
def _alone(bench: Workbench) -> Iterator[None]:
    with private.locked(bench.settings.data / "keys" / "rotate.lock", wait=False) as mine:
        if not mine:
            raise Busy("key_rotates")
        yield


def _turned(bench: Workbench, old: Key, new: Key, *, who: str) -> dict[str, Any]:
    told = _sealed_anew(bench, old, new, who=who)
    keys.retire(bench.settings.data, upto=new.id)
    for account in told["broken"]:
        anchor(bench, account)
    return told | {"since": new.since and new.since.isoformat(), "file": str(keys.file(bench.settings.data))}


def _sealed_anew(bench: Workbench, old: Key, new: Key, *, who: str) -> dict[str, Any]:
    at = bench.seams.clock.now()
    by, was, seal = By(who, at), old.seal(LEDGER), new.seal(LEDGER)
    sound, broken = 0, dict[str, list[str]]()
    with idle.nobody_applies(bench, who=who, sentence="key_busy"), db.writing(bench.store) as connection:
        idle.refuse_work(bench, sentence="key_busy")
        if sealing.named(connection) not in {"", old.id}:
            raise Busy("key_rotates")
        for account in resealing.accounts(connection):
            done = resealing.reseal(connection, account, old=was, new=seal)
            told = {"rows": done.sound, "broken": len(done.broken), "named": list(done.broken[:_NAMED])}
            details = {"from": old.id, "to": new.id, **told}
            audit.turn(connection, account, details, by, old=was, new=seal)
            sound, broken[account] = sound + done.sound, list(done.broken)
        sealing.name(connection, new.id, at=at)
    return {"from": old.id, "to": new.id, "rows": sound, "broken": broken}
