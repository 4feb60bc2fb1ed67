"""What is said of the orders of a till as they are read: shapes and operations, by name and by route."""

from __future__ import annotations

from collections.abc import Mapping

from mpkit.sandbox.description.kinds import (
    COUNT,
    DIGITS,
    FLAG,
    INSTANT,
    MINUS_FOUR,
    NOTHING,
    NUMBER,
    PAGED,
    TEXT,
    WHOLE,
    ZULU,
)
from mpkit.sandbox.description.operations import Operation, Operations, Shape
from mpkit.sandbox.description.shapes import either, maybe, one_of, record, ref, rows

_AMOUNT: Shape = {"type": "string", "pattern": r"^\d+(\.\d\d)?$"}
_STATUS = one_of("created", "processed", "refunded", "canceled", "expired")
_PAYMENT = record(
    {"id": TEXT, "amount": _AMOUNT, "status": _STATUS, "status_detail": TEXT},
    perhaps={
        "paid_amount": _AMOUNT,
        "refunded_amount": _AMOUNT,
        "reference_id": DIGITS,
        "payment_method": record({"id": TEXT, "type": TEXT, "installments": WHOLE}),
    },
)
_REFUND = record(
    {"id": TEXT, "transaction_id": TEXT, "reference_id": DIGITS, "amount": _AMOUNT, "status": one_of("processed")}
)
_ITEM = record({"title": TEXT, "unit_price": _AMOUNT, "unit_measure": TEXT, "external_code": DIGITS, "quantity": COUNT})
_MERCHANT_PAYMENT = record(
    {
        **dict.fromkeys(("transaction_amount", "total_paid_amount", "shipping_cost", "amount_refunded"), NUMBER),
        **dict.fromkeys(("currency_id", "status", "status_detail", "operation_type"), TEXT),
        "id": WHOLE,
        "date_approved": maybe(MINUS_FOUR),
        "date_created": MINUS_FOUR,
        "last_modified": MINUS_FOUR,
    }
)
_MERCHANT_ITEM = record(
    {
        **dict.fromkeys(("id", "category_id", "currency_id", "description", "title"), TEXT),
        "picture_url": NOTHING,
        "quantity": COUNT,
        "unit_price": NUMBER,
    }
)
_PERSON = record({"id": WHOLE, "email": TEXT, "nickname": TEXT})
_STATES = ("opened", "closed", "expired")

SHAPES: Mapping[str, Shape] = {
    "Order": record(
        {
            "id": {"type": "string", "pattern": "^ORD(TST)?[0-9A-Z]{26}$"},
            "type": one_of("qr", "point"),
            "processing_mode": one_of("automatic"),
            "external_reference": TEXT,
            "total_amount": _AMOUNT,
            "expiration_time": TEXT,
            "country_code": TEXT,
            "user_id": DIGITS,
            "status": _STATUS,
            "status_detail": TEXT,
            "currency": TEXT,
            "created_date": ZULU,
            "last_updated_date": ZULU,
            "integration_data": record({"application_id": DIGITS}),
            "transactions": record({"payments": rows(_PAYMENT)}, perhaps={"refunds": rows(_REFUND)}),
            "config": either(
                record({"qr": record({"external_pos_id": maybe(TEXT), "mode": one_of("static")})}),
                record({"point": record({"terminal_id": TEXT})}),
            ),
            "items": rows(_ITEM),
        },
        perhaps={"description": TEXT, "total_paid_amount": _AMOUNT},
    ),
    "MerchantOrder": record(
        {
            "id": WHOLE,
            "status": one_of(*_STATES),
            "order_status": one_of(
                *("payment_required", "payment_in_process", "paid", "reverted", "partially_reverted", "expired")
            ),
            "external_reference": maybe(TEXT),
            "payments": rows(_MERCHANT_PAYMENT),
            "shipments": rows({}, 0),
            "payouts": rows({}, 0),
            "items": rows(_MERCHANT_ITEM),
            "collector": _PERSON,
            "payer": _PERSON,
            "marketplace": one_of("NONE"),
            "site_id": TEXT,
            "date_created": MINUS_FOUR,
            "last_updated": MINUS_FOUR,
            **dict.fromkeys(("shipping_cost", "total_amount", "paid_amount", "refunded_amount"), NUMBER),
            **dict.fromkeys(("preference_id", "notification_url", "sponsor_id", "additional_info"), NOTHING),
            "application_id": NOTHING,
            "cancelled": FLAG,
        }
    ),
    "MerchantOrders": record({"elements": maybe(rows(ref("MerchantOrder"))), "next_offset": COUNT, "total": COUNT}),
}
_ASKED: Mapping[str, Shape] = {
    "status": one_of(*_STATES, ""),
    "external_reference": TEXT,
    "payer_id": TEXT,
    **dict.fromkeys(("preference_id", "application_id", "sponsor_id", "site_id", "marketplace"), TEXT),
    **dict.fromkeys(
        ("date_created_from", "date_created_to", "last_updated_from", "last_updated_to"), either(INSTANT, one_of(""))
    ),
    "limit": either(PAGED, one_of("")),
    "offset": either(PAGED, one_of("")),
}
_SEARCH = Operation({200: ref("MerchantOrders")}, (400,), envelope="Family", query=_ASKED)

OPERATIONS: Operations = {
    "GET /v1/orders/{id}": Operation({200: ref("Order")}, (400, 404), envelope="Newer"),
    "GET /merchant_orders": _SEARCH,
    "GET /merchant_orders/search": _SEARCH,
    "GET /merchant_orders/{id}": Operation({200: ref("MerchantOrder")}, (400, 404), envelope="Family"),
}
