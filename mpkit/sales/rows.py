"""The tables of the sales: payments, refunds and chargebacks go in as the API says them, booked rows come out.

Every change of a payment leaves its id in the outbox of each mirror, in the payment's own transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mpkit import db
from mpkit.db import Connection, Engine, Utc, metadata
from mpkit.model import Chargeback, Payment
from mpkit.sales.entries import FROM_SEARCH, Facts, chargeback_facts, payment_facts, refund_facts
from mpkit.sales.places_of_sale import REGISTER, STORE, Place, PlacesOfSale, gather


def _key(name: str, *more: str) -> tuple[sa.Column[Any], ...]:
    return tuple(sa.Column(column, sa.Text, primary_key=True) for column in ("account", name, *more))


payments = sa.Table(
    "payments",
    metadata,
    *_key("payment_id"),
    sa.Column("seniority", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("status", "status_detail", "operation_type", "currency")),
    sa.Column("income", sa.Boolean, nullable=False),
    *(
        sa.Column(name, sa.BigInteger, nullable=False)
        for name in ("amount", "refunded", "net_received", "coupon", "fees", "taxes", "fees_refunded")
    ),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("taxes_refunded", "unexplained")),
    *(sa.Column(name, Utc, nullable=False) for name in ("created", "approved", "updated")),
    sa.Column("released", Utc),
    sa.Column("day", sa.Date, nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("zone", "method", "method_type", "channel", "store_id")),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("pos_id", "order_id", "wallet", "reference")),
    sa.Column("chargebacks_due", sa.Boolean, nullable=False),
    # The register as the answer says it, where its line has another id now; the hash of what was kept of the answer.
    *(sa.Column(name, sa.Text, nullable=False, server_default="") for name in ("paid_at", "raw")),
    sa.Column("charges", sa.Text, nullable=False, server_default="[]"),
    sa.Column("cutoff", sa.Integer, nullable=False, server_default="0"),
)
# A page of a store's payments, newest first, stands in it in order, and their count in it alone.
_PAGE = ("account", "store_id", "income", "day", "approved", "payment_id")
sa.Index("payments_of_store", *(payments.c[name] for name in _PAGE))
sa.Index(
    "payments_with_chargebacks_due",
    payments.c.account,
    sqlite_where=payments.c.chargebacks_due,
    postgresql_where=payments.c.chargebacks_due,
)
refunds = sa.Table(
    "refunds",
    metadata,
    *_key("payment_id", "refund_id"),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created", Utc, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("fees", sa.BigInteger, nullable=False),
    sa.Column("taxes", sa.BigInteger, nullable=False),
)
chargebacks = sa.Table(
    "chargebacks",
    metadata,
    *_key("payment_id", "chargeback_id"),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("covered", sa.Boolean),
    *(sa.Column(name, Utc, nullable=False) for name in ("created", "updated")),
    *(sa.Column(name, sa.Date, nullable=False) for name in ("day", "back_day")),
)
outbox = sa.Table(
    "sales_outbox",
    metadata,
    *_key("mirror", "payment_id"),
    sa.Column("stamp", sa.Integer),
    sqlite_with_rowid=False,  # a line stands there once, not twice
)
mirrors = sa.Table("sales_mirrors", metadata, *_key("mirror"), sa.Column("seen", Utc, nullable=False))
windows = sa.Table(
    "sales_windows",
    metadata,
    *_key("range"),
    sa.Column("begin", Utc, primary_key=True),
    sa.Column("end", Utc, primary_key=True),
    sa.Column("anchor", Utc, nullable=False),
    sa.Column("done", Utc),
)
places = sa.Table(
    "places_of_sale",
    metadata,
    *_key("kind", "id"),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "external_id", "store_id", "zone")),
    sa.Column("cutoff", sa.Integer, nullable=False, server_default="0"),
    sa.Column("line", sa.Text, nullable=False, server_default=""),
)
days = sa.Table(
    "sales_days",
    metadata,
    *_key("store_id"),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("cutoff", sa.Integer, nullable=False),
)
reports = sa.Table(
    "sales_reports",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("begin", Utc, primary_key=True, autoincrement=False),
    sa.Column("end", Utc, primary_key=True, autoincrement=False),
    sa.Column("asked", Utc, nullable=False),
    sa.Column("id", sa.Text),
)
_FOUND = {
    table: sa.select(table).where(table.c.account == sa.bindparam("account"), db.among(table.c.payment_id, "ids"))
    for table in (payments, refunds, chargebacks)
}
_HELD, _DISPUTED = (
    sa.select(*columns).where(columns[0].table.c.account == sa.bindparam("account"), db.among(columns[0], "ids"))
    for columns in ((payments.c.payment_id, payments.c.seniority), (chargebacks.c.payment_id,))
)
_PLACES = sa.select(*(places.c[each.name] for each in fields(Place))).where(places.c.account == sa.bindparam("account"))
_PLACES = _PLACES.order_by(places.c.id)
_SOME_PLACES = _PLACES.where(db.among(places.c.kind, "kinds"), db.among(places.c.id, "ids"))


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment's row with its refunds and chargebacks: what entries are made from."""

    payment: Mapping[str, Any]
    refunds: tuple[Mapping[str, Any], ...]
    chargebacks: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A payment whose chargebacks have to be asked for; `seniority` is the version that made it so."""

    payment_id: str
    seniority: int


# Payments in


def keep_payments(engine: Engine, account: str, batch: Iterable[Payment], where: PlacesOfSale) -> tuple[Payment, ...]:
    """Write what is newer than what we hold, in one transaction with the outbox; returns what was."""
    newest: dict[str, tuple[Payment, Facts]] = {}
    for payment in batch:
        facts = payment_facts(payment, account, where.spot_of(payment.store_id, payment.pos_id))
        known = newest.get(payment.id)
        if known is None or known[1]["seniority"] < facts["seniority"]:
            newest[payment.id] = payment, facts
    if not newest:
        return ()
    with db.writing(engine) as connection:
        held = dict(db.lines(connection, _HELD, {"account": account, "ids": list(newest)}))
        fresh = [pair for key, pair in newest.items() if held.get(key, -1) < pair[1]["seniority"]]
        if not fresh:
            return ()
        _keep_fresh(connection, account, fresh, held)
        tell_mirrors(connection, account, [payment.id for payment, _ in fresh])
    return tuple(payment for payment, _ in fresh)


def _keep_fresh(
    connection: Connection, account: str, fresh: Sequence[tuple[Payment, Facts]], held: Mapping[str, int]
) -> None:
    known = [facts["payment_id"] for _, facts in fresh if facts["payment_id"] in held]
    reported = [key for key in known if held[key] < FROM_SEARCH]
    if reported:  # what a report said of them counts no more
        connection.execute(_those(sa.delete(chargebacks), chargebacks, account, reported))
    disputed = {key for (key,) in db.lines(connection, _DISPUTED, {"account": account, "ids": known})} if known else ()
    for payment, facts in fresh:
        facts["chargebacks_due"] = payment.status == "charged_back" or payment.id in disputed
    db.upsert(connection, payments, [facts for _, facts in fresh], key=("account", "payment_id"), newer_by="seniority")
    if known:
        connection.execute(_those(sa.delete(refunds), refunds, account, known))
    given_back = [row for payment, facts in fresh for row in refund_facts(payment, account, facts)]
    db.upsert(connection, refunds, given_back, key=("account", "payment_id", "refund_id"))


def chargebacks_due(engine: Engine, account: str, limit: int) -> tuple[Due, ...]:
    """Payments whose chargebacks have to be asked for."""
    query = sa.select(payments.c.payment_id, payments.c.seniority).where(
        payments.c.account == account, payments.c.chargebacks_due
    )
    with db.reading(engine) as connection:
        return tuple(Due(*row) for row in connection.execute(query.order_by(payments.c.payment_id).limit(limit)))


def keep_chargebacks(engine: Engine, account: str, due: Due, found: Sequence[Chargeback]) -> None:
    """Write a payment's chargebacks (newest version wins) and take it off the list, unless it changed meanwhile."""
    with db.writing(engine) as connection:
        here = (payments.c.account == account) & (payments.c.payment_id == due.payment_id)
        booked_on = connection.execute(sa.select(payments.c.zone, payments.c.cutoff).where(here)).mappings().one()
        rows = [chargeback_facts(each, account, dict(booked_on)) for each in found if each.payment_id == due.payment_id]
        key = ("account", "payment_id", "chargeback_id")
        db.upsert(connection, chargebacks, rows, key=key, newer_by="updated")
        looked = sa.update(payments).where(here, payments.c.seniority == due.seniority).values(chargebacks_due=False)
        connection.execute(looked)
        tell_mirrors(connection, account, [due.payment_id])


def _those(said: Any, table: sa.Table, account: str, ids: Iterable[str]) -> Any:  # noqa: ANN401 - any statement
    return said.where(table.c.account == account, db.among(table.c.payment_id, ids))


def rebook(connection: Connection, table: sa.Table, account: str, lines: Sequence[Facts]) -> None:
    """Change what stands in these columns of rows that are there, each found by the key columns of its line."""
    keys = [column.name for column in table.primary_key if column.name != "account"]
    here = [table.c[name] == sa.bindparam(f"at_{name}") for name in keys]
    changed: Facts = {name: sa.bindparam(f"to_{name}") for name in lines[0] if name not in keys}
    said = sa.update(table).where(table.c.account == account, *here).values(changed)
    to = [{f"{'at' if name in keys else 'to'}_{name}": value for name, value in line.items()} for line in lines]
    connection.execute(said, to)


# The outbox and its mirrors


def tell_mirrors(connection: Connection, account: str, ids: Sequence[str]) -> None:
    """Leave the ids for every mirror; an id that waits already gets the next stamp, so that it is read once more."""
    db.told(connection, _telling(connection.dialect.name), {"account": account, "ids": list(ids)})


@cache
def _telling(dialect: str) -> sa.Insert:
    """A line for each of these payments, as far as booked, and each mirror of the account: the database makes them."""
    waiting = sa.select(mirrors.c.account, mirrors.c.mirror, payments.c.payment_id, sa.literal(0)).where(
        payments.c.account == sa.bindparam("account", type_=sa.Text()),
        mirrors.c.account == payments.c.account,
        db.among(payments.c.payment_id, "ids"),
    )
    statement = (sqlite if dialect == "sqlite" else postgresql).insert(outbox)
    statement = statement.on_conflict_do_update(
        index_elements=["account", "mirror", "payment_id"], set_={"stamp": outbox.c.stamp + 1}
    )
    said: sa.Insert = statement.from_select(["account", "mirror", "payment_id", "stamp"], waiting)
    return said


def join_mirrors(engine: Engine, account: str, mirror: str, now: datetime, forget_before: datetime) -> None:
    """From now on every change is left for this mirror too; mirrors not seen for long are forgotten."""
    with db.writing(engine) as connection:
        line = {"account": account, "mirror": mirror, "seen": now}
        db.upsert(connection, mirrors, [line], key=("account", "mirror"))
        gone = (mirrors.c.account == account) & (mirrors.c.seen < forget_before)
        names = connection.execute(sa.select(mirrors.c.mirror).where(gone)).scalars().all()
        connection.execute(sa.delete(outbox).where(outbox.c.account == account, outbox.c.mirror.in_(names)))
        connection.execute(sa.delete(mirrors).where(gone))


def leave_mirrors(engine: Engine, account: str, mirror: str) -> None:
    """A mirror that was thrown away is told nothing more."""
    with db.writing(engine) as connection:
        for table in (outbox, mirrors):
            connection.execute(sa.delete(table).where(table.c.account == account, table.c.mirror == mirror))


def knows_mirror(engine: Engine, account: str, mirror: str) -> bool:
    """Whether changes are left for this mirror (not so after a restored store, or a long absence)."""
    query = sa.select(mirrors.c.seen).where(mirrors.c.account == account, mirrors.c.mirror == mirror)
    with db.reading(engine) as connection:
        return connection.execute(query).first() is not None


def changes_waiting(engine: Engine, account: str, mirror: str) -> bool:
    """Whether anything was left for this mirror."""
    query = sa.select(outbox.c.payment_id).where(outbox.c.account == account, outbox.c.mirror == mirror).limit(1)
    with db.reading(engine) as connection:
        return connection.execute(query).first() is not None


def acknowledge(engine: Engine, account: str, mirror: str, stamps: Mapping[str, int], now: datetime) -> None:
    """The mirror holds these; what has changed since has another stamp and stays."""
    mine = (outbox.c.account == account) & (outbox.c.mirror == mirror)
    seen = sa.update(mirrors).where(mirrors.c.account == account, mirrors.c.mirror == mirror).values(seen=now)
    read: dict[int, list[str]] = {}
    for key, stamp in stamps.items():
        read.setdefault(stamp, []).append(key)
    with db.writing(engine) as connection:
        connection.execute(seen)
        for stamp, ids in read.items():
            done = sa.delete(outbox).where(mine, outbox.c.stamp == stamp, db.among(outbox.c.payment_id, ids))
            connection.execute(done)


def booked(engine: Engine, account: str, ids: Sequence[str]) -> list[Booked]:
    """These payments, as far as they are in the books."""
    with db.reading(engine) as connection:
        return with_parts(connection, account, _by_ids(connection, payments, account, ids))


def with_parts(connection: Connection, account: str, found: Sequence[Mapping[str, Any]]) -> list[Booked]:
    """Rows of payments with what belongs to them, in their order."""
    gathered: list[dict[str, list[Mapping[str, Any]]]] = []
    for table in (refunds, chargebacks) if found else ():
        by_payment: dict[str, list[Mapping[str, Any]]] = {}
        for row in _by_ids(connection, table, account, [row["payment_id"] for row in found]):
            by_payment.setdefault(row["payment_id"], []).append(row)
        gathered.append(by_payment)
    return [Booked(row, *(tuple(each.get(row["payment_id"], ())) for each in gathered)) for row in found]


def _by_ids(connection: Connection, table: sa.Table, account: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    return db.asked(connection, _FOUND[table], {"account": account, "ids": ids})


# The places of sale


def known_places(engine: Engine, account: str, zone: str, ids: Collection[str] | None = None) -> PlacesOfSale:
    """The stores and registers of an account, or those of these ids; `zone` is the site's."""
    values: dict[str, Any] = {"account": account}
    if ids is not None:
        values |= {"kinds": [STORE, REGISTER], "ids": list(ids)}
    with db.reading(engine) as connection:
        found = db.lines(connection, _PLACES if ids is None else _SOME_PLACES, values)
        return gather(zone, [Place(*row) for row in found])
