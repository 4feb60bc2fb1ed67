"""Orders as they are read: an id, a number or a reference in, `Order` out, whichever generation answers.

Today's orders (stores contract 6) say amounts as texts and know their register; merchant orders (payments contract 4)
say numbers, and list nothing as null. Only what is approved is paid: an expired order may tell a paid amount.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from mpkit.api.answers import amount, identity, instant, maybe_identity, maybe_record, record, rows, text
from mpkit.api.calls import Calls, Query
from mpkit.model import Order

_PAGE = 50
_PAID = frozenset({"processed", "refunded"})
_APPROVED = frozenset({"approved", "refunded", "charged_back", "in_mediation"})


def one(calls: Calls, order_id: str) -> Order:
    """An order of today's generation. Raises `NotFound`, also for one older than three months."""
    return calls.read(f"/v1/orders/{quote(order_id, safe='')}", parse=_order)


def by_number(calls: Calls, number: str) -> Order:
    """A merchant order. Raises `NotFound`."""
    return calls.read(f"/merchant_orders/{quote(number, safe='')}", parse=_merchant_order)


def by_reference(calls: Calls, reference: str) -> tuple[Order, ...]:
    """Every merchant order with this reference, each once."""
    found: dict[str, Order] = {}
    while True:
        query: Query = {"external_reference": reference, "limit": _PAGE, "offset": len(found)}
        page = calls.read("/merchant_orders/search", query, parse=_page)
        fresh = [order for order in page if order.id not in found]
        found |= {order.id: order for order in fresh}
        if not fresh:
            # a server that does not know the filter answers every order there is
            return tuple(order for order in found.values() if order.reference == reference)


def _page(value: object) -> list[Order]:
    return [_merchant_order(row) for row in rows(record(value).get("elements"), "elements")]


def _order(value: object) -> Order:
    found = record(value)
    moved = maybe_record(found.get("transactions"))
    payments = rows(moved.get("payments"), "payments")
    return Order(
        id=identity(found.get("id"), "id"),
        status=identity(found.get("status"), "status"),
        detail=text(found.get("status_detail")),
        reference=text(found.get("external_reference")),
        amount=amount(found.get("total_amount"), "total_amount"),
        paid=sum(amount(row.get("paid_amount"), "paid_amount") for row in payments if row.get("status") in _PAID),
        refunded=sum(amount(row.get("refunded_amount"), "refunded_amount") for row in payments),
        payment_ids=tuple(filter(None, map(_reference, payments))),
        created=instant(found.get("created_date"), "created_date"),
        updated=instant(found.get("last_updated_date"), "last_updated_date"),
        register=text(maybe_record(maybe_record(found.get("config")).get("qr")).get("external_pos_id")),
    )


def _reference(payment: Mapping[str, Any]) -> str | None:
    """The id of a payment as the payments search knows it; notifications put it into an object."""
    told = payment.get("reference_id") or maybe_record(payment.get("reference")).get("id")
    return maybe_identity(told, "reference_id")


def _merchant_order(value: object) -> Order:
    found = record(value)
    payments = rows(found.get("payments"), "payments")
    income = [row for row in payments if row.get("status") in _APPROVED]
    return Order(
        id=identity(found.get("id"), "id"),
        status=identity(found.get("status"), "status"),
        detail=text(found.get("order_status")),
        reference=text(found.get("external_reference")),
        amount=amount(found.get("total_amount"), "total_amount"),
        paid=sum(amount(row.get("transaction_amount"), "transaction_amount") for row in income),
        refunded=sum(amount(row.get("amount_refunded"), "amount_refunded") for row in income),
        payment_ids=tuple(identity(row.get("id"), "payments.id") for row in payments),
        created=instant(found.get("date_created"), "date_created"),
        updated=instant(found.get("last_updated"), "last_updated"),
    )
