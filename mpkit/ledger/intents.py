"""Intents and outcomes: a request is on record before it leaves, its outcome after; nothing is open in between."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mpkit import db
from mpkit.db import Connection, Engine, Query
from mpkit.ledger.rows import (
    changing,
    intents,
    intents_of_object,
    intents_of_plan,
    intents_unsettled,
    latest_of,
    states_of,
)

OPEN = ("intended", "sent", "unknown")  # states after which the object may still have to be made
_NAMESPACE = uuid.UUID("6f0f1b4e-52c5-4a56-9d63-2f7f6f9d3f11")


@dataclass(frozen=True, slots=True)
class Intent:
    """What one plan means to do with one object, and how far it got."""

    plan: str
    object: str
    external_id: str
    kind: str
    state: str = "intended"
    body_hash: str = ""
    key: str = ""
    attempts: int = 0
    remote_id: str | None = None
    error: Mapping[str, Any] | None = None
    note: Mapping[str, Any] = field(default_factory=dict)
    intended: datetime | None = None
    sent: datetime | None = None
    ended: datetime | None = None


def body_hash(body: Mapping[str, Any]) -> str:
    """What a request body is recognised by."""
    return hashlib.sha256(db.canonical(body).encode()).hexdigest()


def request_key(account: str, kind: str, object_: str, external_id: str, *, after: str = "") -> str:
    """The idempotency key of one object: the same in every plan, file and attempt, where the API takes one.

    `after` is the id of the object that had this external id before and is gone: its key would give its answer again.
    """
    successor = f"/{after}" if after else ""
    return str(uuid.uuid5(_NAMESPACE, f"{account}/{kind}/{object_}/{external_id}{successor}"))


def intend(connection: Connection, account: str, wanted: Iterable[Intent], *, at: datetime) -> None:
    """Put on record what a plan will do; what is on record already keeps its state."""
    rows = [
        {
            "account": account,
            "plan": intent.plan,
            "object": intent.object,
            "external_id": intent.external_id,
            "kind": intent.kind,
            "state": "intended",
            "body_hash": intent.body_hash,
            "key": intent.key or request_key(account, intent.kind, intent.object, intent.external_id),
            "attempts": 0,
            "intended": at,
        }
        for intent in wanted
    ]
    everything = [name for name in (rows[0] if rows else {}) if name not in _KEY]
    db.upsert(connection, intents, rows, key=_KEY, keep=everything)


_KEY = ("account", "plan", "object", "external_id")


def reopen(connection: Connection, account: str, intent: Intent, *, at: datetime) -> None:
    """On record: what was done once is to be done anew, under the intent's own key."""
    fresh = {"state": "intended", "key": intent.key, "attempts": 0, "intended": at}
    _change(connection, account, intent, **fresh, remote_id=None, sent=None, ended=None)


def mark_sent(connection: Connection, account: str, intent: Intent, *, body_hash: str, at: datetime) -> None:
    """On record: the request leaves now, for the `attempts`-th time."""
    _change(connection, account, intent, state="sent", attempts=intent.attempts, body_hash=body_hash, sent=at)


def mark_ended(
    connection: Connection,
    account: str,
    intent: Intent,
    *,
    state: str,
    at: datetime,
    remote_id: str | None = None,
    error: Mapping[str, Any] | None = None,
    note: Mapping[str, Any] | None = None,
) -> None:
    """On record: how it ended (done, refused, conflict, unknown, or intended again where nothing happened)."""
    _change(
        connection,
        account,
        intent,
        state=state,
        remote_id=remote_id,
        error=error,
        note=dict(note or {}) or None,
        ended=at,
    )


def _change(connection: Connection, account: str, intent: Intent, **values: object) -> None:
    key = {"account": account, "plan": intent.plan, "object": intent.object, "external_id": intent.external_id}
    given = {f"of_{name}": value for name, value in key.items()}
    changed = db.told(connection, changing(tuple(values)), {**given, **values})
    if changed != 1:
        message = f"no intent on record for {intent.object} {intent.external_id}"
        raise LookupError(message)


def of_plan(engine: Engine, account: str, plan: str) -> tuple[Intent, ...]:
    """Everything on record for one plan."""
    return _read(engine, intents_of_plan, account, plan=plan)


def of_object(engine: Engine, account: str, object_: str, external_id: str) -> tuple[Intent, ...]:
    """Everything on record for one object, whatever the plan, the latest first."""
    found = _read(engine, intents_of_object, account, object=object_, external_id=external_id)
    return tuple(sorted(found, key=lambda one: str(one.ended or one.sent or one.intended), reverse=True))


def names(engine: Engine, account: str) -> frozenset[tuple[str, str]]:
    """Object and external id of everything a plan was ever about."""
    columns = (intents.c.object, intents.c.external_id)
    with db.reading(engine) as connection:
        rows = connection.execute(intents.select().with_only_columns(*columns).where(intents.c.account == account))
        return frozenset((str(object_), str(name)) for object_, name in rows)


def states(engine: Engine, account: str, plan: str) -> dict[str, int]:
    """How many changes of a plan are in which state."""
    with db.reading(engine) as connection:
        return {str(state): int(n) for state, n in connection.execute(states_of(account, plan))}


def latest(engine: Engine, account: str, plan: str, *, first: int = 0, most: int = 50) -> tuple[Intent, ...]:
    """What a plan did last: what was sent or has ended, the newest first, `most` of them from the `first` on."""
    with db.reading(engine) as connection:
        return tuple(map(_intent, connection.execute(latest_of(account, plan, first, most))))


def unsettled(engine: Engine, account: str) -> tuple[Intent, ...]:
    """Requests of any plan that left and have no outcome on record: look each up before it is repeated."""
    return _read(engine, intents_unsettled, account)


def _read(engine: Engine, query: Query, account: str, **names: str) -> tuple[Intent, ...]:
    with db.reading(engine) as connection:
        given = {f"of_{name}": value for name, value in names.items()}
        return tuple(map(_intent, db.lines(connection, query, {"of_account": account, **given})))


def _intent(row: Sequence[Any]) -> Intent:
    values = list(row[1:])  # an intent's fields are the table's columns, but for the account
    values[_NOTE] = values[_NOTE] or {}
    return Intent(*values)


_NOTE = list(Intent.__dataclass_fields__).index("note")
