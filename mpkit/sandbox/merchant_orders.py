"""The routes of merchant orders, as integrations before today's orders know them: read by number, searched.

Each is the order of one payment at a till, put together when somebody asks; see `orders`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from mpkit.sandbox import orders
from mpkit.sandbox.answers import Answer, Refusal, counted, family, number, payment_date
from mpkit.sandbox.book import Book, Movement, Slip
from mpkit.sandbox.columns import Numbers
from mpkit.sandbox.documents import operation
from mpkit.sandbox.figures import figures
from mpkit.sandbox.leaves import sums
from mpkit.sandbox.routes import long

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_PAGE = 30
_DATES = {  # of the search: which date, and whether it is where a span begins
    "date_created_from": ("date_created", True),
    "date_created_to": ("date_created", False),
    "last_updated_from": ("date_last_updated", True),
    "last_updated_to": ("date_last_updated", False),
}
_NOBODYS = ("application_id", "sponsor_id", "preference_id")  # a till's order has none of these
_STATUSES = ("opened", "closed", "expired")


def read(world: World, call: Call) -> Answer:
    """`GET /merchant_orders/{id}`: by the number a payment names."""
    id_ = call.params["id"]
    if not id_.isdecimal():
        raise _wrong("invalid_id", "The id is a number")
    row = orders.found(world.book, int(id_)) if call.seller == world.seller and len(id_) < len(str(2**63)) else -1
    if row < 0:
        raise family(404, "not_found", f"Merchant order {id_} not found")
    return Answer(200, document(world, row))


@long
def search(world: World, call: Call) -> Answer:
    """`GET /merchant_orders/search`: the oldest first; `elements` is null where there is nothing."""
    query = {name: value for name, value in call.query.items() if value}
    limit, offset = counted(query, "limit", _PAGE), counted(query, "offset", 0)
    if limit is None or offset is None:
        raise _wrong("invalid_format", "limit and offset are numbers")
    rows = _matching(world, query) if call.seller == world.seller else np.zeros(0, dtype="i8")
    page = rows[offset : offset + min(limit, world.page_cap)].tolist()
    elements = [document(world, row) for row in page] or None
    return Answer(200, {"elements": elements, "next_offset": offset + len(page) if page else 0, "total": len(rows)})


def _matching(world: World, query: Mapping[str, str]) -> Numbers:
    """The rows of payments whose order fits every parameter."""
    book, all_ = world.book, world.book.columns
    status, payer = query.get("status", ""), query.get("payer_id", "")
    if status and status not in _STATUSES:
        raise _wrong("invalid_status", "status is one of opened, closed and expired")
    if any(name in query for name in _NOBODYS) or query.get("site_id", world.site.id) != world.site.id:
        return np.zeros(0, dtype="i8")
    rows = np.flatnonzero(all_.order[: all_.count])
    if "external_reference" in query:
        rows = rows[np.isin(all_.reference[rows], book.references.codes(query["external_reference"]))]
    if payer:
        rows = rows[all_.payer[rows] == (int(payer) if payer.isdecimal() and len(payer) < len(str(2**62)) else -1)]
    if query.get("marketplace", "NONE") != "NONE":
        rows = rows[:0]
    for name, (date, begins) in _DATES.items():
        if name in query:
            at, dates = _instant(query[name]), book.date_of(date, rows)
            rows = rows[dates >= at if begins else dates <= at]
    return rows[_statuses(world, rows) == _STATUSES.index(status)] if status else rows


def _statuses(world: World, rows: Numbers) -> Numbers:
    """The place in `_STATUSES` of each row's order."""
    book, all_ = world.book, world.book.columns
    ends, pends = _by_state(book, 1, "expired")[all_.state[rows]], _by_state(book, 0, "pending")[all_.state[rows]]
    over = all_.created[rows] + orders.OPEN_S <= world.now().timestamp()
    found: Numbers = np.where(all_.approved[rows] > 0, 1, np.where((ends | over) & ~pends, 2, 0))
    return found


def _by_state(book: Book, place: int, word: str) -> Numbers:
    """For each state whether its status (0) or detail (1) is this word."""
    return np.array([state[place] == word for state in book.states.known], dtype=bool)


def document(world: World, row: int) -> dict[str, Any]:
    """The merchant order of a payment."""
    slip, money = world.book.slip(row), world.book.movements_of(row)
    made, status = figures(slip, money), _STATUSES[int(_statuses(world, np.array([row]))[0])]
    return {
        "id": slip.order,
        "status": status,
        "external_reference": slip.reference or None,
        "preference_id": None,
        "payments": [_payment(world, slip, money)],
        "shipments": [],
        "payouts": [],
        "collector": {"id": int(world.seller.id), "email": "", "nickname": world.seller.nickname},
        "marketplace": "NONE",
        "notification_url": None,
        "date_created": payment_date(slip.created),
        "last_updated": payment_date(world.book.dates(slip, money)["date_last_updated"]),
        "sponsor_id": None,
        "shipping_cost": 0,
        "total_amount": number(made.amount),
        "site_id": world.site.id,
        "paid_amount": number(made.amount if status == "closed" else 0),
        "refunded_amount": number(made.refunded),
        "payer": {"id": slip.payer, "email": "", "nickname": ""},
        "items": [_item(world, slip, made.amount)],
        "cancelled": made.status == "cancelled" and made.detail == "by_collector",
        "additional_info": None,
        "application_id": None,
        "order_status": _order_status(status, made.status, made.refunded, made.amount),
    }


def _order_status(status: str, payment: str, refunded: int, amount: int) -> str:
    if status == "closed":
        return "paid" if not refunded else "reverted" if refunded == amount else "partially_reverted"
    if status == "expired":
        return "expired"
    return "payment_in_process" if payment == "pending" else "payment_required"


def _payment(world: World, slip: Slip, money: Sequence[Movement]) -> dict[str, Any]:
    made, dates = figures(slip, money), world.book.dates(slip, money)
    paid = sums(made.amount, 0, slip.coupon, slip.extra, slip.installments).total if dates["date_approved"] else 0
    return {
        "id": slip.id,
        "transaction_amount": number(made.amount),
        "total_paid_amount": number(paid),
        "shipping_cost": 0,
        "currency_id": world.site.currency,
        "status": made.status,
        "status_detail": made.detail,
        "operation_type": operation(slip.channel, slip.taken),
        "date_approved": payment_date(dates["date_approved"]) if dates["date_approved"] else None,
        "date_created": payment_date(slip.created),
        "last_modified": payment_date(dates["date_last_updated"]),
        "amount_refunded": number(made.refunded),
    }


def _item(world: World, slip: Slip, amount: int) -> dict[str, Any]:
    told = {"id": "", "category_id": "", "currency_id": world.site.currency, "description": slip.description}
    return told | {"picture_url": None, "quantity": 1, "unit_price": number(amount), "title": slip.description}


def _instant(text: str) -> float:
    try:
        at = datetime.fromisoformat(text)
        seconds = at.timestamp() if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        seconds = None
    if seconds is None:
        raise _wrong("invalid_format", "A date has a time and an offset")
    return seconds


def _wrong(code: str, message: str) -> Refusal:
    return family(400, code, message)


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("GET", "/merchant_orders", search),
    ("GET", "/merchant_orders/search", search),
    ("GET", "/merchant_orders/{id}", read),
)
