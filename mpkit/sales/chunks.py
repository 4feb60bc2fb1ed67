"""Booked payments by the thousand: a store comes in, columns of the driver's own values go out.

The mirror is made of these: a row object for each payment would cost more than all the rest of its making.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpkit import db
from mpkit.db import Condition, Connection, Engine, Expression
from mpkit.sales.rows import chargebacks, outbox, payments, refunds

COLUMNS = (
    "account", "payment_id", "income", "store_id", "pos_id", "method", "method_type", "channel", "currency", "zone",
    "status", "status_detail", "order_id", "wallet", "approved", "updated", "day", "amount", "refunded", "fees",
    "taxes", "fees_refunded", "taxes_refunded", "unexplained", "cutoff",
)  # fmt: skip
_CHUNK = 100_000  # payments read at once when all are read


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some payments as columns by name, and the rows of their refunds and chargebacks by payment.

    Values of the columns are as the store keeps them: instants in microseconds since 1970, days as dates or ISO texts,
    `income` as a truth value or 0 and 1.
    """

    payments: Mapping[str, Sequence[Any]]
    refunds: Mapping[str, list[Mapping[str, Any]]]
    chargebacks: Mapping[str, list[Mapping[str, Any]]]

    def __len__(self) -> int:
        return len(self.payments["payment_id"])


def every(engine: Engine, account: str, size: int = _CHUNK) -> Iterator[Chunk]:
    """All payments of the account in chunks by id, each read by itself: what changes meanwhile is in the outbox."""
    last = ""
    while len(found := _after(engine, account, last, size)):
        yield found  # not within the transaction: what is done with it takes seconds, and a reader holds up writers
        last = found.payments["payment_id"][-1]


def _after(engine: Engine, account: str, last: str, size: int) -> Chunk:
    with db.reading(engine) as connection:
        columns = _columns(connection, account, payments.c.payment_id > last, size)
        ids = columns["payment_id"] or ("",)
        return Chunk(columns, *_parts(connection, account, lambda key: key.between(ids[0], ids[-1])))


def changes(engine: Engine, account: str, mirror: str, limit: int) -> tuple[dict[str, int], Chunk]:
    """What was left for this mirror (ids and stamps) and the payments as they stand, in one reading."""
    waiting = outbox.select().where(outbox.c.account == account, outbox.c.mirror == mirror)
    waiting = waiting.order_by(outbox.c.payment_id).limit(limit)
    ids = waiting.with_only_columns(outbox.c.payment_id)
    with db.reading(engine) as connection:
        found = connection.execute(waiting.with_only_columns(outbox.c.payment_id, outbox.c.stamp))
        stamps: dict[str, int] = {row.payment_id: row.stamp for row in found}
        columns = _columns(connection, account, payments.c.payment_id.in_(ids), limit)
        return stamps, Chunk(columns, *_parts(connection, account, lambda key: key.in_(ids)))


def _columns(connection: Connection, account: str, which: Condition, limit: int) -> Mapping[str, Sequence[Any]]:
    query = payments.select().with_only_columns(*(payments.c[name] for name in COLUMNS))
    query = query.where(payments.c.account == account, which).order_by(payments.c.payment_id).limit(limit)
    found = connection.execute(query).cursor
    lines = found.fetchall() if found is not None else []  # the driver's own tuples
    values = zip(*lines, strict=True) if lines else ((),) * len(COLUMNS)
    return dict(zip(COLUMNS, values, strict=True))


def _parts(
    connection: Connection, account: str, which: Callable[[Expression], Condition]
) -> Iterator[dict[str, list[Mapping[str, Any]]]]:
    for table in (refunds, chargebacks):
        found: dict[str, list[Mapping[str, Any]]] = {}
        query = table.select().where(table.c.account == account, which(table.c.payment_id))
        for row in connection.execute(query.order_by(*table.primary_key)).mappings():
            found.setdefault(row["payment_id"], []).append(dict(row))
        yield found
