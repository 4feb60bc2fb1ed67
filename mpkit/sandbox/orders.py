"""Orders as they are read: the order a payment was made with, put together from the payment when somebody asks.

A till's order is known by two names: the merchant order (`order` of the payment), and the order of today's generation
(`references` of its point of interaction). Nothing is kept of either beside the payment's own number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mpkit.money import plain
from mpkit.sandbox.answers import Answer, newer, zulu
from mpkit.sandbox.book import Book, Movement, Slip
from mpkit.sandbox.figures import figures
from mpkit.sandbox.point import ORDER, TERMINAL
from mpkit.sandbox.window import months_before

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

FIRST, ROUND = 36_000_000_000, 10**9  # the number of a merchant order is that of its payment, as far as it goes
OPEN_S = 16 * 60  # a till's order waits so long for its buyer
_READABLE_MONTHS = 3
_ID = re.compile(r"ORD(?:TST)?[0-9A-Z]{26}")
_OURS = re.compile(r"ORDTST01(\d{24})")
_PAID = {"approved": "processed", "in_mediation": "processed", "charged_back": "processed", "refunded": "refunded"}
_ENDED = {"expired": ("expired", "expired"), "canceled": ("canceled", "canceled_by_api")}


def read(world: World, call: Call) -> Answer:
    """`GET /v1/orders/{id}`: the order of a payment at a register; none that is older than three months."""
    id_ = call.params["id"]
    if not _ID.fullmatch(id_):
        raise newer(400, "invalid_path_param", "The order_id must have the prefix ORD followed by 26 characters")
    ours = _OURS.fullmatch(id_)
    row = found(world.book, int(ours[1])) if ours and call.seller == world.seller else -1
    slip = world.book.slip(row) if row >= 0 else None
    if (
        slip is None
        or slip.taken == "legacy"
        or slip.created < months_before(world.now(), _READABLE_MONTHS).timestamp()
    ):
        raise newer(404, "order_not_found", "Order not found")
    return Answer(200, document(world, slip, world.book.movements_of(row)))


def found(book: Book, order: int) -> int:
    """The row of the payment made with a merchant order, -1 where there is none."""
    all_ = book.columns
    if not all_.count or not FIRST <= order < FIRST + ROUND:
        return -1
    first, last = int(all_.id[0]), int(all_.id[all_.count - 1])
    for payment in range(first + (order - FIRST - first) % ROUND, last + 1, ROUND):
        row = all_.row_of(payment)
        if row >= 0 and all_.order[row] == order:
            return row
    return -1


def state(world: World, slip: Slip, money: Sequence[Movement]) -> str:
    """What an order came to: created, processed, refunded, expired or canceled."""
    sums = figures(slip, money)
    if sums.status in _PAID:
        return _PAID[sums.status]
    if sums.status == "cancelled" and sums.detail == "by_collector":
        return "canceled"
    # an attempt that failed does not end an order; its time does
    over = sums.detail == "expired" or slip.created + OPEN_S <= world.now().timestamp()
    return "expired" if over and sums.status != "pending" else "created"


def document(world: World, slip: Slip, money: Sequence[Movement]) -> dict[str, Any]:
    """The order of a payment, with what was given back of it."""
    sums, site, status = figures(slip, money), world.site, state(world, slip, money)
    paid, amount = status in {"processed", "refunded"}, plain(sums.amount, site.currency)
    detail = (
        "partially_refunded" if 0 < sums.refunded < sums.amount else {"processed": "accredited"}.get(status, status)
    )
    last = world.book.dates(slip, money)["date_last_updated"]
    return {
        "id": ORDER.format(number=slip.order),
        "type": "point" if slip.taken == "point" else "qr",
        "processing_mode": "automatic",
        "external_reference": slip.reference,
        **({"description": slip.description} if slip.description else {}),
        "total_amount": amount,
        **({"total_paid_amount": amount} if paid else {}),
        "expiration_time": f"PT{OPEN_S // 60}M",
        "country_code": site.country_alpha3,
        "user_id": world.seller.id,
        "status": status,
        "status_detail": detail,
        "currency": site.currency,
        "created_date": _instant(slip.created),
        "last_updated_date": _instant(last),
        "integration_data": {"application_id": APPLICATION},
        "transactions": {"payments": [_payment(world, slip, money, status)], **_refunds(world, slip, money)},
        "config": _config(world, slip),
        "items": [_item(slip, amount)],
    }


def _payment(world: World, slip: Slip, money: Sequence[Movement], status: str) -> dict[str, Any]:
    sums, currency = figures(slip, money), world.site.currency
    amount = plain(sums.amount, currency)
    row: dict[str, Any] = {"id": _named("PAY", slip.order), "amount": amount}
    if status not in {"processed", "refunded"}:
        told = _ENDED.get(status, ("created", "ready_to_process"))
        return row | dict(zip(("status", "status_detail"), told, strict=True))
    row |= {"paid_amount": amount, "reference_id": str(slip.id)}
    row |= {"refunded_amount": plain(sums.refunded, currency)} if sums.refunded else {}
    part = 0 < sums.refunded < sums.amount
    return row | {
        "status": status,
        "status_detail": "partially_refunded" if part else "refunded" if sums.refunded else "accredited",
        "payment_method": {"id": slip.method, "type": slip.type, "installments": slip.installments},
    }


def _refunds(world: World, slip: Slip, money: Sequence[Movement]) -> Mapping[str, Any]:
    rows = [
        {
            "id": _named("REF", int(entry.note)),
            "transaction_id": _named("PAY", slip.order),
            "reference_id": entry.note,
            "amount": plain(entry.hundredths, world.site.currency),
            "status": "processed",
        }
        for entry in money
        if entry.kind == "refund"
    ]
    return {"refunds": rows} if rows else {}


def _item(slip: Slip, amount: str) -> dict[str, Any]:
    """All that was bought, in one line, as many tills send it."""
    code = f"779{slip.id % 10**10:010d}"
    return {
        "title": slip.description,
        "unit_price": amount,
        "unit_measure": "unit",
        "external_code": code,
        "quantity": 1,
    }


def _config(world: World, slip: Slip) -> dict[str, Any]:
    if slip.taken == "point":
        return {"point": {"terminal_id": TERMINAL.format(pos=slip.pos)}}
    pos = world.shelf.pos.get(slip.pos)
    return {"qr": {"external_pos_id": pos.external_id if pos else None, "mode": "static"}}


def _named(prefix: str, number: int) -> str:
    return f"{prefix}01{number:024d}"


def _instant(seconds: int) -> str:
    return zulu(datetime.fromtimestamp(seconds, UTC))


APPLICATION = "7364289770550001"
ROUTES: Sequence[tuple[str, str, Any]] = (("GET", "/v1/orders/{id}", read),)
