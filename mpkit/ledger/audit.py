"""The audit: what was done, when, by whom and from which file, as rows that only grow, each sealed over the one before.

A row's link is the seal of the link before it and of the row itself, so that a row altered, taken out, put in or moved
shows. The head says how many rows there are; it is written in the same transaction, is sealed too, and is copied to
places outside the store (`Head`, see `faults`), so that a tail cut off shows as well. The database refuses to change or
delete a row by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from mpkit import db
from mpkit.db import EPOCH, Connection, Engine
from mpkit.ledger.objects import Seal
from mpkit.ledger.rows import added, audit, audit_as_text, audit_heads, audit_lock, head_held, head_moved

KINDS = (
    *("create", "update", "delete", "adopt", "accept"),  # objects of the account
    *("import", "edit", "close"),  # the list
    *("print", "reprint", "placed", "replaced", "void", "lost"),  # pieces
    *("approve", "refund"),  # who said yes, and money given back
    *("backup", "restore", "reconcile", "report"),  # the store and its evidence
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


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a chain, at its n-th row: changed, missing, cut, or all sealed under another key."""

    code: Literal["changed", "missing", "cut", "key"]
    n: int
    upto: int = 0


NONE = Head(0, "")


def append(connection: Connection, account: str, done: Iterable[Done], by: By, *, seal: Seal) -> None:
    """Within the transaction of the deed: its rows, after those there are. Raises `ValueError` for a new kind."""
    todo = list(done)
    if not todo:
        return
    audit_lock(connection, account)
    first = last = head_of(connection, account)
    rows = []
    for one in todo:
        row = _row(account, last, one, by, seal)
        last = Head(row["n"], row["link"])
        rows.append(row)
    if len(rows) == 1:
        db.told(connection, added, rows[0])
    else:
        connection.execute(added, rows)
    top = {"n": last.n, "link": last.link, "mac": seal(_head_text(account, last))}
    if first is NONE:
        connection.execute(audit_heads.insert(), {"account": account, **top})
    else:
        db.told(connection, head_moved, {"of_account": account, **top})


def _row(account: str, last: Head, one: Done, by: By, seal: Seal) -> dict[str, Any]:
    """One row after the `last`, with its link."""
    if one.kind not in KINDS:
        message = f"{one.kind} is no kind of the audit"
        raise ValueError(message)
    n, source, details = last.n + 1, one.source or by.source, dict(one.details)
    said = [account, n, _ticks(by.at), by.who, one.kind, one.object, one.subject, source]
    names = ("account", "n", "at", "who", "kind", "object", "subject", "source")
    link = seal(_text(last.link, said, db.canonical(details)))
    return {**dict(zip(names, said, strict=True)), "at": by.at, "details": details, "link": link}


def record(engine: Engine, account: str, done: Iterable[Done], by: By, *, seal: Seal) -> Head:
    """The same in a transaction of its own, for a deed that writes nothing else; gives the head after it."""
    with db.writing(engine) as connection:
        append(connection, account, done, by, seal=seal)
        return head_of(connection, account)


def _ticks(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _text(before: str, said: Sequence[object], details: str) -> str:
    """What a link is made over: the link before, the row's values in one order, the details as they stand."""
    return f"{db.canonical(['audit', before, *said])[:-1]},{details}]"


def _head_text(account: str, head: Head) -> str:
    return db.canonical(["audit head", account, head.n, head.link])


def head_of(connection: Connection, account: str) -> Head:
    """The head as it is said within a transaction."""
    for n, link in db.lines(connection, head_held, {"of_account": account}):
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


def faults(engine: Engine, account: str, *, seal: Seal, anchors: Iterable[Head] = ()) -> tuple[int, tuple[Fault, ...]]:
    """How many rows there are, and everything that is wrong with them; `anchors` are heads kept outside the store."""
    wanted = {anchor.n: anchor.link for anchor in anchors if anchor.n}
    found: list[Fault] = []
    before, expected, rows, broken = "", 1, 0, 0
    with db.reading(engine) as connection:
        top = connection.execute(audit_heads.select().where(audit_heads.c.account == account)).one_or_none()
        for n, at, who, kind, object_, subject, source, details, link in connection.execute(audit_as_text(account)):
            rows += 1
            if n != expected:
                found.append(Fault("missing", expected, n - 1))
            elif seal(_text(before, [account, n, at, who, kind, object_, subject, source], details)) != link:
                broken += 1
                found.append(Fault("changed", n))
            if n in wanted and wanted.pop(n) != link:
                found.append(Fault("changed", n))
            before, expected = link, n + 1
    said = NONE if top is None else Head(int(top.n), str(top.link))
    sound = top is None or seal(_head_text(account, said)) == top.mac
    if broken == rows > 0 and not sound:
        return rows, (Fault("key", 1, rows),)
    lost = [n for n in wanted if n >= expected]
    if said.n >= expected or lost:
        found.append(Fault("cut", expected, max([said.n, *lost])))
    elif said != Head(expected - 1, before) or not sound:
        found.append(Fault("changed", expected - 1))
    return rows, tuple(dict.fromkeys(found))
