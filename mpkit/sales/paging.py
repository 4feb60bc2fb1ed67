"""A table of payments: a filter comes in; one page, newest first, and how many there are come out.

What a payment is, the rows say. Which ones a filter finds, the rows say too where their keys lead there (one payment,
few stores): what that costs grows with what is found, not with what is stored. For any other filter the columns say it.
All of them, however many, are read from the columns a few days at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Any

from mpkit import db
from mpkit.sales import rows, said
from mpkit.sales.entries import entries
from mpkit.sales.mirror import Mirror
from mpkit.sales.narrowing import of_rows
from mpkit.sales.places_of_sale import PlacesOfSale
from mpkit.sales.question import PaymentFilter, PaymentLine, PaymentLines, Which
from mpkit.sales.rows import Booked, payments

_FEW = 3  # stores
_AT_ONCE = 20_000  # payments read at once when all are, or those of one day
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SUMS = ("gross", "refunds", "chargebacks", "fees", "taxes", "net")
_OWN = (
    "payment_id", "approved", "day", "status", "status_detail", "store_id", "pos_id", "method", "method_type",
    "channel", "wallet", "order_id", "currency", "unexplained", "zone",
)  # fmt: skip
_own_of, _sums_of = itemgetter(*_OWN), attrgetter(*_SUMS)


def payments_page(mirror: Mirror, asked: PaymentFilter, offset: int = 0, limit: int = 50) -> PaymentLines:
    """Payments approved in the period, newest first, from `offset` on, and their count."""
    if asked.payment_id:
        found = [line for line in _of_ids(mirror, [asked.payment_id]) if _meant(asked, line)]
        return PaymentLines(len(found), tuple(found[offset : offset + limit]))
    if 0 < len(asked.stores) <= _FEW and not (asked.only or asked.hours or asked.weekdays):
        return _in_rows(mirror, asked, offset, limit)
    ((count,),) = mirror.fetch(said.payment_count(asked)) or [(0,)]
    found_keys = mirror.fetch(said.payment_keys(asked, offset, limit)) if count else []
    return PaymentLines(int(count), tuple(_of_ids(mirror, [key for key, _ in found_keys])))


def every_payment(mirror: Mirror, asked: Which) -> Iterator[PaymentLine]:
    """All payments asked for, newest first, with never more than some of them in memory.

    Of a `PaymentFilter` each is whole, with all that came of it; of a `Question` it is what it did in the period, so
    that the sums are those of the answer.
    """
    ((first, last, found),) = mirror.fetch(said.approved_between(asked)) or [(None, None, 0)]
    if not found:
        return
    places = rows.known_places(mirror.engine, mirror.account, mirror.zone)
    step = timedelta(days=max(1, ((last - first).days + 1) * _AT_ONCE // found))
    while last >= first:
        begin = max(first, last - step + _DAY)
        for key, *own in mirror.fetch(said.paid(asked, begin, last)):
            values = dict(zip((*said.PAID, *said.PAID_SUMS), own, strict=True))
            yield _of_columns(key, values, places)
        last = begin - _DAY


def _of_columns(key: str, values: dict[str, Any], places: PlacesOfSale) -> PaymentLine:
    approved = _EPOCH + timedelta(microseconds=values.pop("approved_us"))
    return PaymentLine(
        payment_id=key,
        approved=approved,
        day=values.pop("approved_day"),
        store=places.store_name(values["store_id"]),
        register=places.register_name(values["pos_id"]),
        net=values["gross"] - sum(values[name] for name in ("refunds", "chargebacks", "fees", "taxes")),
        **values,
    )


def _in_rows(mirror: Mirror, asked: PaymentFilter, offset: int, limit: int) -> PaymentLines:
    """How many payments some stores have in the period, and one page of them, newest first."""
    columns = payments.c
    which = [*of_rows(asked), columns.day.between(asked.period.first, asked.period.last)]
    # The index of a store has its payments in this order; those of several have to be sorted, as their days may differ.
    order = [columns.day.desc()] if len(asked.stores) == 1 else []
    order += [columns.approved.desc(), columns.payment_id.desc()]
    query = payments.select().where(*which)
    with db.reading(mirror.engine) as connection:
        count: int = connection.execute(db.counted(query)).scalar_one()
        page = query.order_by(*order).offset(offset).limit(limit)
        found = db.fetched(connection, page, payments) if count else []
        booked = rows.with_parts(connection, mirror.account, found)
    return PaymentLines(count, tuple(_lines(mirror, booked)))


def _of_ids(mirror: Mirror, keys: list[str]) -> list[PaymentLine]:
    """The payments of these ids that are income, in this order."""
    booked = {each.payment["payment_id"]: each for each in rows.booked(mirror.engine, mirror.account, keys)}
    return _lines(mirror, [booked[key] for key in keys if key in booked and booked[key].payment["income"]])


def _lines(mirror: Mirror, found: list[Booked]) -> list[PaymentLine]:
    ids = {each.payment[name] for each in found for name in ("store_id", "pos_id")}
    places = rows.known_places(mirror.engine, mirror.account, mirror.zone, ids)
    return [_line(each, places) for each in found]


def _line(booked: Booked, places: PlacesOfSale) -> PaymentLine:
    payment = booked.payment
    effects = map(_sums_of, entries(payment, booked.refunds, booked.chargebacks))
    sums: Iterator[Any] = map(sum, zip(*effects, strict=True))
    return PaymentLine(
        **dict(zip(_OWN, _own_of(payment), strict=True)),
        **dict(zip(_SUMS, sums, strict=True)),
        store=places.store_name(payment["store_id"]),
        register=places.register_name(payment["pos_id"]),
    )


def _meant(asked: PaymentFilter, line: PaymentLine) -> bool:
    """Whether one payment is among those a filter means, whatever its day."""
    wanted = (
        (asked.stores, line.store_id),
        (asked.registers, line.pos_id),
        (asked.methods, line.method),
        (asked.means, line.method_type),
        (asked.channels, line.channel),
        (asked.wallets, line.wallet),
        ((asked.currency,) if asked.currency else (), line.currency),
    )
    kinds = {"refunded": line.refunds, "charged_back": line.chargebacks, "unexplained": line.unexplained}
    kinds["back"] = line.refunds or line.chargebacks
    return all(not some or value in some for some, value in wanted) and bool(kinds.get(asked.only, True))
