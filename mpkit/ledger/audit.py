"""The audit: what was done, when, by whom and from which file, as rows that only grow, each sealed over the one before.

A row's link is the seal of the link before it and of the row itself, so that a row altered, taken out, put in or moved
shows. After a row of the kind "key" another key seals; it is sealed under both. The head says how many rows there are;
it is written in the same transaction, is sealed too, and is copied to places outside the store (`Head`, see `chain`),
so that a tail cut off shows as well. The database refuses to change or delete a row by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from mpkit import db
from mpkit.db import EPOCH, Connection, Engine
from mpkit.ledger import sealing
from mpkit.ledger.objects import Seal
from mpkit.ledger.rows import added, audit, audit_as_text, audit_heads, audit_lock, head_held, head_moved

KINDS = (
    *("create", "update", "delete", "adopt", "accept"),  # objects of the account
    *("import", "edit", "close"),  # the list
    *("print", "reprint", "placed", "replaced", "void", "lost"),  # pieces
    *("approve", "refund"),  # who said yes, and money given back
    *("backup", "restore", "reconcile", "report", "key"),  # the store and its evidence
)
_CHUNK = 10_000  # rows read at a time


@dataclass(frozen=True, slots=True)
class By:
    """Who does something now, and from which file or page."""

    who: str
    at: datetime
    source: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done: of `KINDS`, to which object (store, pos, piece, plan, list, payment, ledger).

    `subject` is the object's name among its kind: an external id, a serial, a hash. `source` where it differs from that
    of whoever does it.
    """

    kind: str
    object: str
    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as it stands."""

    n: int
    at: datetime
    who: str
    kind: str
    object: str
    subject: str
    source: str
    details: Mapping[str, Any]
    link: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many rows it has, and the link of the last; what anchors it outside the store."""

    n: int
    link: str

    def __str__(self) -> str:
        return f"{self.n}:{self.link}"


NONE = Head(0, "")
BROKEN = ""  # the seal of every head after one that was not what we wrote: what is done later does not make it whole
CROSSED = "seal"  # among the details of a turn: its row under the key of before, without this


def append(connection: Connection, account: str, done: Iterable[Done], by: By, *, seal: Seal) -> None:
    """Within the transaction of the deed: its rows, after those there are. Raises `ValueError` for a new kind."""
    todo = list(done)
    if not todo:
        return
    audit_lock(connection, account)
    first, whole = _end(connection, account, seal)
    if first is NONE or not whole:
        sealing.confirm(connection, seal, at=by.at)
    last, rows = first, []
    for one in todo:
        row = _row(account, last, one, by, seal)
        last = Head(row["n"], row["link"])
        rows.append(row)
    _written(connection, account, rows, seal(head_text(account, last)) if whole else BROKEN)


def _end(connection: Connection, account: str, seal: Seal) -> tuple[Head, bool]:
    """The head, and whether it is what we wrote."""
    for n, link, mac in db.lines(connection, head_held, {"of_account": account}):
        head = Head(int(n), str(link))
        return head, seal(head_text(account, head)) == mac
    return NONE, True


def _written(connection: Connection, account: str, rows: Sequence[Mapping[str, Any]], mac: str) -> None:
    """The rows, after those there are, and the head that says so."""
    if len(rows) == 1:
        db.told(connection, added, rows[0])
    else:
        connection.execute(added, list(rows))
    top = {"n": rows[-1]["n"], "link": rows[-1]["link"], "mac": mac}
    if rows[0]["n"] == 1:
        connection.execute(audit_heads.insert(), {"account": account, **top})
    else:
        db.told(connection, head_moved, {"of_account": account, **top})


def turn(connection: Connection, account: str, details: Mapping[str, Any], by: By, *, old: Seal, new: Seal) -> None:
    """Within the transaction that seals all rows anew: the row after which the `new` key seals, sealed under both.

    `details` says {from, to}, the names of the keys, and what became of the rows.
    """
    audit_lock(connection, account)
    first, whole = _end(connection, account, old)
    done = Done("key", "ledger", str(details["to"]), details)
    crossed = _row(account, first, done, by, old)["link"]
    row = _row(account, first, replace(done, details={**details, CROSSED: crossed}), by, new)
    last = Head(row["n"], row["link"])
    _written(connection, account, [row], new(head_text(account, last)) if whole else BROKEN)


def sealed_with(connection: Connection, account: str, seal: Seal) -> bool:
    """Whether this seal made the head, or the first row."""
    head, whole = _end(connection, account, seal)
    if head is NONE or whole:
        return head is not NONE
    rows = connection.execute(audit_as_text(account).limit(1))
    return any(seal(text("", [account, *said], details)) == link for *said, details, link in rows)


def _row(account: str, last: Head, one: Done, by: By, seal: Seal) -> dict[str, Any]:
    """One row after the `last`, with its link."""
    if one.kind not in KINDS:
        message = f"{one.kind} is no kind of the audit"
        raise ValueError(message)
    n, source, details = last.n + 1, one.source or by.source, dict(one.details)
    said = [account, n, _ticks(by.at), by.who, one.kind, one.object, one.subject, source]
    names = ("account", "n", "at", "who", "kind", "object", "subject", "source")
    link = seal(text(last.link, said, db.canonical(details)))
    return {**dict(zip(names, said, strict=True)), "at": by.at, "details": details, "link": link}


def record(engine: Engine, account: str, done: Iterable[Done], by: By, *, seal: Seal) -> Head:
    """The same in a transaction of its own, for a deed that writes nothing else; gives the head after it."""
    with db.writing(engine) as connection:
        append(connection, account, done, by, seal=seal)
        return head_of(connection, account)


def _ticks(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def text(before: str, said: Sequence[object], details: str) -> str:
    """What a link is made over: the link before, the row's values in one order, the details as they stand."""
    return f"{db.canonical(['audit', before, *said])[:-1]},{details}]"


def head_text(account: str, head: Head) -> str:
    """What a head's seal is made over."""
    return db.canonical(["audit head", account, head.n, head.link])


def head_of(connection: Connection, account: str) -> Head:
    """The head as it is said within a transaction."""
    for n, link, _ in db.lines(connection, head_held, {"of_account": account}):
        return Head(int(n), str(link))
    return NONE


def head(engine: Engine, account: str) -> Head:
    """The head: what a report and a backup carry away."""
    with db.reading(engine) as connection:
        return head_of(connection, account)


def entries(
    engine: Engine,
    account: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Collection[str] = (),
    subject: str = "",
) -> Iterator[Entry]:
    """The rows of a time (`until` itself left out), oldest first."""
    query = audit.select().where(audit.c.account == account).order_by(audit.c.n)
    if since is not None:
        query = query.where(audit.c.at >= since)
    if until is not None:
        query = query.where(audit.c.at < until)
    if kinds:
        query = query.where(audit.c.kind.in_(list(kinds)))
    if subject:
        query = query.where(audit.c.subject == subject)
    with db.reading(engine) as connection:
        for row in connection.execute(query.execution_options(yield_per=_CHUNK)).mappings():
            yield Entry(**{name: value for name, value in row.items() if name != "account"})
