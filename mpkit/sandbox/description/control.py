"""What is said about the control routes: no part of the API, open to whoever is on this machine."""

from __future__ import annotations

from collections.abc import Mapping

from mpkit.sandbox.description.kinds import ANY_RECORD, COUNT, DIGITS, FLAG, INSTANT, NUMBER, SAID, TEXT, WHOLE
from mpkit.sandbox.description.operations import Operation, Operations, Shape
from mpkit.sandbox.description.shapes import either, maybe, one_of, record, ref, rows
from mpkit.sandbox.faults import NAMES
from mpkit.sandbox.gone import FAMILIES, STATUSES
from mpkit.sandbox.ledger import WAYS

_CHANCE: Shape = {"type": "number", "minimum": 0, "maximum": 1}
_KEPT = {"id": TEXT, "user": TEXT, "name": TEXT, "external_id": maybe(TEXT), "created": INSTANT, "changed": INSTANT}
_MONEY = ("gross", "refunds", "chargebacks", "fees", "taxes", "net")
_AMOUNT = either(NUMBER, {"type": "string", "pattern": r"^\d+(\.\d{1,2})?$"})

SHAPES: Mapping[str, Shape] = {
    "World": record(
        {
            "site": TEXT,
            "seed": WHOLE,
            "now": INSTANT,
            "user_id": DIGITS,
            "stores": rows(record({**_KEPT, "hours": ANY_RECORD, "location": ANY_RECORD})),
            "pos": rows(
                record(
                    {
                        **_KEPT,
                        "store_id": maybe(TEXT),
                        "mode": TEXT,
                        "category": maybe(WHOLE),
                        "url": maybe(TEXT),
                        "uuid": TEXT,
                        "qr_code": TEXT,
                        "fixed_amount": FLAG,
                    }
                )
            ),
            "payments": COUNT,
            "buyers": record(
                {"methods": rows(record({"id": TEXT, "type": TEXT})), "wallets": rows(TEXT), "usual": COUNT}
            ),
            "requests": COUNT,
            "effects": {"type": "object", "additionalProperties": COUNT},
        }
    ),
    "Faults": record({}, perhaps=dict.fromkeys(NAMES, _CHANCE)),
    "Gone": record({}, perhaps=dict.fromkeys(FAMILIES, one_of(*STATUSES))),
    "Log": record(
        {
            "count": COUNT,
            "kept": COUNT,
            "writes": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": COUNT}},
            "effects": {"type": "object", "additionalProperties": COUNT},
            "requests": rows(
                record(
                    {
                        "n": COUNT,
                        "at": INSTANT,
                        "method": TEXT,
                        "path": TEXT,
                        "query": ANY_RECORD,
                        "same": TEXT,
                        "status": maybe(WHOLE),
                        "effect": maybe(TEXT),
                    },
                    perhaps={"object": TEXT, "id": TEXT, "external_id": maybe(TEXT), "fault": TEXT, "late": COUNT},
                )
            ),
        }
    ),
    "Sums": record(
        {
            "by": one_of(*WAYS),
            "zone": TEXT,
            "rows": rows(
                record(
                    {"key": TEXT, "currency": TEXT, "count": COUNT, **dict.fromkeys(_MONEY, TEXT)},
                    perhaps={"external_id": maybe(TEXT)},
                )
            ),
        }
    ),
    "PanelPress": record(
        {
            "action": one_of("create_store", "create_pos", "edit_store", "edit_pos", "delete_store", "delete_pos"),
        },
        perhaps={
            "id": either(COUNT, DIGITS),
            "store_id": maybe(either(COUNT, DIGITS)),
            "name": SAID,
            "external_id": maybe(TEXT),
            "fixed_amount": FLAG,
            "hours": ANY_RECORD,
            "location": ANY_RECORD,
            **dict.fromkeys(("latitude", "longitude"), NUMBER),
            **dict.fromkeys(("state", "city", "street_name", "street_number"), TEXT),
        },
        more=True,
    ),
    "Press": either(
        record(
            {"action": one_of("pay"), "pos": TEXT, "amount": _AMOUNT},
            perhaps={"method": TEXT, "as_order": FLAG, "pending": FLAG},
            more=True,
        ),
        record(
            {"action": one_of("refund"), "payment_id": either(COUNT, DIGITS)}, perhaps={"amount": _AMOUNT}, more=True
        ),
        record(
            {"action": one_of("chargeback", "claim", "close_claim"), "payment_id": either(COUNT, DIGITS)}, more=True
        ),
        record(
            {
                "action": one_of("settle"),
                "payment_id": either(COUNT, DIGITS),
                "outcome": one_of("reimbursed", "settled"),
            },
            more=True,
        ),
    ),
}

OPERATIONS: Operations = {
    "GET /_sandbox/openapi.json": Operation({200: ANY_RECORD}, envelope="Control"),
    "GET /_sandbox/state": Operation({200: ref("World")}, envelope="Control"),
    "GET /_sandbox/faults": Operation(
        {200: record({"faults": ref("Faults"), "fired": ANY_RECORD})}, envelope="Control"
    ),
    "PUT /_sandbox/faults": Operation(
        {200: record({"faults": ref("Faults"), "fired": ANY_RECORD})},
        (400,),
        envelope="Control",
        body=either(record({"faults": ref("Faults")}, more=True), ref("Faults")),
    ),
    "GET /_sandbox/clock": Operation({200: record({"now": INSTANT})}, envelope="Control"),
    "PUT /_sandbox/clock": Operation(
        {200: record({"now": INSTANT})},
        (400,),
        envelope="Control",
        body=either(record({"now": INSTANT}, more=True), record({"advance_s": NUMBER}, more=True)),
    ),
    "GET /_sandbox/requests": Operation({200: ref("Log")}, (400,), envelope="Control", query={"since": COUNT}),
    "GET /_sandbox/ledger": Operation(
        {200: ref("Sums")},
        (400,),
        envelope="Control",
        query={"by": one_of(*WAYS), "from": TEXT, "to": TEXT, "zone": TEXT},
    ),
    "POST /_sandbox/buyer": Operation({201: ref("Payment")}, (400, 404, 409), envelope="Control", body=ref("Press")),
    "POST /_sandbox/panel": Operation(
        {200: record({"id": DIGITS})}, (400, 404), envelope="Control", body=ref("PanelPress")
    ),
    "GET /_sandbox/gone": Operation({200: ref("Gone")}, envelope="Control"),
    "PUT /_sandbox/gone": Operation({200: ref("Gone")}, (400,), envelope="Control", body=ref("Gone")),
    "POST /_sandbox/accounts": Operation(
        {201: record({"user_id": DIGITS})},
        (400,),
        envelope="Control",
        body=record({"token": SAID, "user_id": either(COUNT, DIGITS)}, more=True),
    ),
}
