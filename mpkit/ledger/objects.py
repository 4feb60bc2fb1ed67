"""The objects we know: their ids and codes, and the fields as we last sent them, each row under a seal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from json.encoder import encode_basestring as _quoted
from typing import Any

from mpkit import db
from mpkit.db import Connection, Engine
from mpkit.ledger.rows import all_objects, objects, one_object, others_with

Seal = Callable[[str], str]  # text to MAC, under the key of this installation


@dataclass(frozen=True, slots=True)
class Known:
    """One store or POS on record; `gone` where we took it away.

    `sound` False: the row is not what we wrote (a flipped bit, a foreign hand).
    """

    object: str
    external_id: str
    remote_id: str
    qr_payload: str | None = None
    sent: Mapping[str, Any] = field(default_factory=dict)
    seen: datetime | None = None
    sound: bool = True
    gone: datetime | None = None


class _Sent(Mapping[str, Any]):
    """Fields as a sealed text has them, read out of it when one is asked for: of a chain's registers hardly one is."""

    __slots__ = ("_read", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._read: dict[str, Any] | None = None

    def _fields(self) -> dict[str, Any]:
        if self._read is None:
            self._read = json.loads(self._text)
        return self._read

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - plain data
        return self._fields()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields())

    def __len__(self) -> int:
        return len(self._fields())


class Taken(Exception):
    """The id or the code of an object stands on record for another one; `holder` is that one's external id."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(holder)


def remember(connection: Connection, account: str, known: Known, *, at: datetime, seal: Seal) -> None:
    """Record an object as it is now; raises `Taken` when its id or its code belongs to another external id."""
    names = ("object", "external_id", "remote_id", "qr_payload")
    given = {f"of_{name}": getattr(known, name) for name in names}
    for holder in db.asked(connection, others_with, {"of_account": account, **given}):
        raise Taken(str(holder["external_id"]))
    _write(connection, account, replace(known, seen=at, gone=None), seal)


def forget(connection: Connection, account: str, object_: str, external_id: str, *, at: datetime, seal: Seal) -> None:
    """Record that an object was taken away; its ids and its code stay on record, so that nothing else passes for it."""
    mine = (objects.c.account == account) & (objects.c.object == object_) & (objects.c.external_id == external_id)
    names = {"of_account": account, "of_object": object_, "of_external_id": external_id}
    for row in db.lines(connection, one_object, names):
        found = _read(account, row, seal)
        if found.sound:  # sealing a damaged row again would hide the damage
            _write(connection, account, replace(found, gone=at), seal)
        else:
            connection.execute(objects.update().where(mine).values(gone=at))


def _write(connection: Connection, account: str, known: Known, seal: Seal) -> None:
    row = {
        "account": account,
        "object": known.object,
        "external_id": known.external_id,
        "remote_id": known.remote_id,
        "qr_payload": known.qr_payload,
        "sent": dict(known.sent),
        "seen": known.seen,
        "mac": seal(_text(account, known)),
        "gone": known.gone,
    }
    db.upsert(connection, objects, [row], key=("account", "object", "external_id"))


def known(engine: Engine, account: str, *, seal: Seal) -> dict[tuple[str, str], Known]:
    """Every object on record that exists, by (object, external id); with a broken seal it comes with `sound` False."""
    return {key: one for key, one in recorded(engine, account, seal=seal).items() if one.gone is None}


def recorded(engine: Engine, account: str, *, seal: Seal) -> dict[tuple[str, str], Known]:
    """Every object on record, those we took away among them."""
    with db.reading(engine) as connection:
        rows = db.lines(connection, all_objects, {"of_account": account})
    return {(one.object, one.external_id): one for one in [_read(account, row, seal) for row in rows]}


def of_registers(
    engine: Engine, account: str, external_ids: list[str] | None = None, *, seal: Seal
) -> tuple[Known, ...]:
    """The POS on record, all or those of the registers named, in the order of their external ids."""
    found = known(engine, account, seal=seal)
    chosen = None if external_ids is None else set(external_ids)
    return tuple(found[key] for key in sorted(found) if key[0] == "pos" and (chosen is None or key[1] in chosen))


def _read(account: str, row: tuple[Any, ...], seal: Seal) -> Known:
    """A row of `rows.all_objects`: its seal was made over the very text that stands there."""
    _, object_, external_id, remote_id, qr_payload, sent, seen, mac, gone = row
    # A flipped bit may make bytes, or nothing, of a text: said as text it is another one, and the seal shows it.
    object_, external_id, remote_id = str(object_), str(external_id), str(remote_id)
    qr_payload = None if qr_payload is None else str(qr_payload)
    if seal(_sealed(account, (object_, external_id, remote_id, qr_payload), sent, gone)) == mac:
        return Known(object_, external_id, remote_id, qr_payload, _Sent(sent), seen, True, gone)  # noqa: FBT003 - positions cost less
    try:
        fields = json.loads(sent)
    except (TypeError, ValueError):  # damaged so far that it is no JSON
        fields = {}
    return Known(object_, external_id, remote_id, qr_payload, fields, seen, sound=False, gone=gone)


def _text(account: str, known: Known) -> str:
    said = (known.object, known.external_id, known.remote_id, known.qr_payload)
    return _sealed(account, said, db.canonical(dict(known.sent)), known.gone)


def _sealed(account: str, said: tuple[str, str, str, str | None], sent: str, gone: datetime | None) -> str:
    """What a seal is made over: the canonical text of all of it in one list, as `db.canonical` makes it, quicker."""
    object_, external_id, remote_id, qr_payload = said
    code = "null" if qr_payload is None else _quoted(qr_payload)
    end = ',"gone"]' if gone else "]"
    return f"[{_quoted(account)},{_quoted(object_)},{_quoted(external_id)},{_quoted(remote_id)},{code},{sent}{end}"
