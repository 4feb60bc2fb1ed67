"""What is said of the routes of in-store orders: shapes and operations, by name and by route."""

from __future__ import annotations

from collections.abc import Mapping

from mpkit.sandbox.description.kinds import ANY_RECORD, DIGITS, INSTANT, NUMBER, TEXT
from mpkit.sandbox.description.operations import Operation, Operations, Shape
from mpkit.sandbox.description.shapes import record, ref

_SOME: Shape = {"type": "string", "minLength": 1, "maxLength": 256}
_AMOUNT: Shape = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1_000_000_000}
_NUMBERS = {"unit_price": _AMOUNT, "quantity": {**_AMOUNT, "type": "integer"}, "total_amount": _AMOUNT}
_ITEM = record({"title": TEXT, "unit_measure": TEXT, **_NUMBERS}, more=True)
_ORDER: Mapping[str, Shape] = {
    "external_reference": _SOME,
    "title": _SOME,
    "description": _SOME,
    "total_amount": _AMOUNT,
    "items": {"type": "array", "minItems": 1, "items": _ITEM},
}
_PERHAPS: Mapping[str, Shape] = {"expiration_date": INSTANT, "notification_url": TEXT, "sponsor": ANY_RECORD}
_WAITING = "/instore/qr/seller/collectors/{user}/pos/{pos}/orders"

SHAPES: Mapping[str, Shape] = {
    "InStoreOrderToBe": record(_ORDER, perhaps=_PERHAPS, more=True),
    "InStoreOrder": record(
        {**_ORDER, "user_id": DIGITS, "external_pos_id": TEXT},
        perhaps={**_PERHAPS, "total_amount": NUMBER, "notification_url": {}, "sponsor": {}},
    ),
}
_ASSIGN = Operation({204: None}, (400, 403, 404), body=ref("InStoreOrderToBe"))

OPERATIONS: Operations = {
    "PUT /instore/qr/seller/collectors/{user}/stores/{store}/pos/{pos}/orders": _ASSIGN,
    f"PUT {_WAITING}": _ASSIGN,
    f"GET {_WAITING}": Operation({200: ref("InStoreOrder")}, (403, 404)),
    f"DELETE {_WAITING}": Operation({204: None}, (403, 404, 500)),
}
