"""Columns of booked payments become columns of entries: what `entries` says of one payment, of all of them at once.

Every payment that is income has the entry of its sale: those are made column by column. The few that have more (money
given back, disputes) are gone through one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mpkit.sales.chunks import Chunk
from mpkit.sales.entries import Entry, entries, zone_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_QUARTER = 15 * 60 * 1_000_000  # microseconds; all zones of our time stand at whole quarters, and change at them
_FAR = 1 << 32  # more quarters than there will be

_PAYMENT = ("store_id", "pos_id", "method", "method_type", "channel", "currency", "zone", "status", "status_detail")
_OWN = ("account", "payment_id", *_PAYMENT, "order_id", "wallet")
_SUMS = ("gross", "refunds", "chargebacks", "fees", "taxes", "net", "unexplained")
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("account", "payment_id", "kind", *_OWN[2:])),
        ("at_us", pa.int64()),  # microseconds since 1970, UTC: every engine reads them alike
        ("approved_us", pa.int64()),
        ("day", pa.date32()),
        ("approved_day", pa.date32()),
        ("hour", pa.int8()),
        ("weekday", pa.int8()),
        ("payments", pa.int64()),
        *((name, pa.int64()) for name in _SUMS),
    ]
)


def moment(microseconds: int) -> datetime:
    """The instant of one of the `_us` columns."""
    return _EPOCH + timedelta(microseconds=microseconds)


def as_table(chunk: Chunk) -> pa.Table:
    """The entries of booked payments as columns; first the sales, then what came of some of them."""
    return pa.concat_tables([_sales(chunk), _consequences(chunk)])


def _sales(chunk: Chunk) -> pa.Table:
    found = pa.table({name: pa.array(values) for name, values in chunk.payments.items()}) if len(chunk) else None
    if found is None:
        return SCHEMA.empty_table()
    found = found.filter(pc.cast(found["income"], pa.bool_()))
    day = pc.cast(found["day"], pa.date32())
    days = pc.cast(day, pa.int32())
    nothing, one = (pa.repeat(pa.scalar(number, pa.int64()), len(found)) for number in (0, 1))
    columns = {name: found[name] for name in (*_OWN, "fees", "taxes", "unexplained")} | {
        "kind": pa.repeat(pa.scalar("sale"), len(found)),
        "at_us": found["approved"],
        "approved_us": found["approved"],
        "day": day,
        "approved_day": day,
        "hour": _hours(found["approved"], found["zone"]),
        "weekday": pa.array((days.to_numpy() + 3) % 7 + 1, pa.int8()),
        "payments": one,
        "gross": found["amount"],
        "refunds": nothing,
        "chargebacks": nothing,
        "net": pc.subtract(found["amount"], pc.add(found["fees"], found["taxes"])),
    }
    return pa.table([columns[name] for name in SCHEMA.names], SCHEMA.names).cast(SCHEMA)


def _hours(at: pa.ChunkedArray, zones: pa.ChunkedArray) -> pa.Array:
    """The local hour of each instant: the calendar is asked once for each quarter of an hour that occurs."""
    encoded = zones.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    marked = encoded.indices.to_numpy().astype(np.int64) * _FAR + at.to_numpy() // _QUARTER
    several, place = np.unique(marked, return_inverse=True)
    hours = [
        moment(quarter * _QUARTER).astimezone(zone_of(names[zone])).hour
        for zone, quarter in (divmod(mark, _FAR) for mark in several.tolist())
    ]
    return pa.array(np.array(hours, np.int8)[place], pa.int8())


def _consequences(chunk: Chunk) -> pa.Table:
    """All entries but those of the sales themselves."""
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for payment in _with_more(chunk):
        key = payment["payment_id"]
        own = {name: payment[name] for name in _OWN}
        for entry in islice(entries(payment, chunk.refunds.get(key, ()), chunk.chargebacks.get(key, ())), 1, None):
            for name, value in (own | _said(payment, entry)).items():
                columns[name].append(value)
    return pa.table(columns, schema=SCHEMA)


def _with_more(chunk: Chunk) -> Iterator[Mapping[str, Any]]:
    """The payments that may have more entries than their sale, as `entries` wants them."""
    names = tuple(chunk.payments)
    telling = ("payment_id", "status", "fees_refunded", "taxes_refunded")
    for place, (key, status, fees, taxes) in enumerate(zip(*(chunk.payments[name] for name in telling), strict=True)):
        if not (fees or taxes or status == "charged_back" or key in chunk.refunds or key in chunk.chargebacks):
            continue
        payment = {name: chunk.payments[name][place] for name in names}
        day = payment["day"]
        yield payment | {
            "approved": moment(payment["approved"]),
            "updated": moment(payment["updated"]),
            "day": date.fromisoformat(day) if isinstance(day, str) else day,
        }


def _said(payment: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "at_us": (entry.at - _EPOCH) // _MICROSECOND,
        "approved_us": (payment["approved"] - _EPOCH) // _MICROSECOND,
        "day": entry.day,
        "approved_day": payment["day"],
        "hour": entry.hour,
        "weekday": entry.weekday,
        "payments": entry.count,
        "gross": entry.gross,
        "refunds": entry.refunds,
        "chargebacks": entry.chargebacks,
        "fees": entry.fees,
        "taxes": entry.taxes,
        "net": entry.net,
        "unexplained": 0,  # of the sale alone
    }
