"""What is said about what comes after a payment: refunds, chargebacks, claims; and of methods and the balance."""

from __future__ import annotations

from collections.abc import Mapping

from mpkit.sandbox.description.kinds import ANY_RECORD, COUNT, DIGITS, FLAG, MINUS_FOUR, NUMBER, PAGED, TEXT, WHOLE
from mpkit.sandbox.description.operations import Operation, Operations, Shape
from mpkit.sandbox.description.shapes import either, maybe, one_of, page, record, ref, rows
from mpkit.sandbox.office import FAMILIES
from mpkit.sandbox.refund_rules import codes

_POSITIVE: Shape = {"type": "number", "exclusiveMinimum": 0}
_CHANCE: Shape = {"type": "number", "minimum": 0, "maximum": 1}
_DECIMAL: Shape = {"type": "string", "pattern": r"^-?\d{1,9}(\.\d{1,2})?$"}
_SWITCHES: Mapping[str, Shape] = {
    "policy": rows(one_of(*FAMILIES)),
    "not_yet_s": {"type": "number", "minimum": 0, "maximum": 10**7},
    "in_process": _CHANCE,
    "rejected": _CHANCE,
    "in_process_s": {"type": "number", "minimum": 0, "maximum": 10**7},
    "partials": FLAG,
    "most": {**COUNT, "maximum": 10**7},
    "refuse": one_of(0, *sorted(codes())),
}
_PLAYER = record(
    {
        "role": one_of("complainant", "respondent", "mediator"),
        "type": TEXT,
        "user_id": WHOLE,
        "available_actions": rows(record({"action": TEXT, "due_date": MINUS_FOUR, "mandatory": FLAG})),
    }
)

SHAPES: Mapping[str, Shape] = {
    "Policy": record({"message": TEXT, "code": TEXT, "status": WHOLE, "blocked_by": TEXT}),
    "Chargeback": record(
        {
            "id": TEXT,
            "payments": rows(WHOLE),
            "currency": TEXT,
            "amount": NUMBER,
            "reason": TEXT,
            "coverage_applied": maybe(FLAG),
            "coverage_elegible": FLAG,
            "documentation_required": FLAG,
            "documentation_status": one_of(
                "pending", "review_pending", "valid", "invalid", "not_supplied", "not_applicable"
            ),
            "documentation": rows(record({"type": TEXT, "url": TEXT, "description": TEXT})),
            "date_documentation_deadline": MINUS_FOUR,
            "date_created": MINUS_FOUR,
            "date_last_updated": MINUS_FOUR,
            "live_mode": FLAG,
        }
    ),
    "Claim": record(
        {
            "id": WHOLE,
            "resource_id": WHOLE,
            "resource": one_of("payment", "order", "shipment", "purchase"),
            "status": one_of("opened", "closed"),
            "type": one_of("mediations", "cancel_purchase", "return", "cancel_sale", "change"),
            "stage": one_of("claim", "dispute", "recontact", "none"),
            "parent_id": maybe(TEXT),
            "reason_id": TEXT,
            "fulfilled": FLAG,
            "quantity_type": TEXT,
            "players": rows(_PLAYER),
            "resolution": maybe(record({"reason": TEXT, "date_created": MINUS_FOUR, "decision": rows(TEXT)})),
            "date_created": MINUS_FOUR,
            "last_updated": MINUS_FOUR,
        }
    ),
    "PaymentMethod": record(
        {
            "id": TEXT,
            "name": TEXT,
            "payment_type_id": TEXT,
            "status": one_of("active", "deactive", "temporally_deactive", "testing"),
            "secure_thumbnail": TEXT,
            "thumbnail": TEXT,
            "deferred_capture": one_of("supported", "unsupported", "does_not_apply"),
            "settings": rows(ANY_RECORD),
            "additional_info_needed": rows(TEXT),
            "min_allowed_amount": NUMBER,
            "max_allowed_amount": NUMBER,
            "accreditation_time": COUNT,
            "financial_institutions": rows(record({"id": TEXT, "description": TEXT})),
            "processing_modes": rows(TEXT),
        }
    ),
    "Balance": record(
        {
            "currency": TEXT,
            "available": TEXT,
            "unavailable": TEXT,
            "payouts": rows(record({"at": COUNT, "amount": TEXT})),
        }
    ),
    "Switches": record(_SWITCHES),
}

_CLOSED: Mapping[int, Shape] = {403: ref("Policy")}
OPERATIONS: Operations = {
    "POST /v1/payments/{id}/refunds": Operation(
        {201: ref("Refund"), 403: either(ref("Policy"), ref("Family"))},
        (400, 404, 409, 422),
        envelope="Family",
        body=record({}, perhaps={"amount": maybe(_POSITIVE)}, more=True),
        without_body=True,
        key=True,
    ),
    "GET /v1/payments/{id}/refunds": Operation({200: rows(ref("Refund")), **_CLOSED}, (404,), envelope="Family"),
    "GET /v1/payments/{id}/refunds/{refund_id}": Operation({200: ref("Refund"), **_CLOSED}, (404,), envelope="Family"),
    "GET /v1/chargebacks/search": Operation(
        {200: page(ref("Chargeback")), **_CLOSED},
        (400,),
        envelope="Family",
        query={"payment_id": DIGITS},
        required=("payment_id",),
    ),
    "GET /v1/chargebacks/{id}": Operation({200: ref("Chargeback"), **_CLOSED}, (404,), envelope="Family"),
    "POST /v1/chargebacks/{id}/documentation": Operation(
        {200: ref("Chargeback"), **_CLOSED}, (400, 404), envelope="Family"
    ),
    "GET /post-purchase/v1/claims/search": Operation(
        {200: page(ref("Claim"), "data"), **_CLOSED},
        (400,),
        envelope="Family",
        query={
            "id": TEXT,
            "resource": TEXT,
            "resource_id": TEXT,
            "status": TEXT,
            "type": TEXT,
            "stage": TEXT,
            "limit": PAGED,
            "offset": PAGED,
        },
    ),
    "GET /post-purchase/v1/claims/{claim_id}": Operation({200: ref("Claim"), **_CLOSED}, (404,), envelope="Family"),
    "GET /v1/payment_methods": Operation({200: rows(ref("PaymentMethod"))}, envelope="Family"),
    "GET /_sandbox/balance": Operation({200: ref("Balance")}, envelope="Control"),
    "PUT /_sandbox/balance": Operation(
        {200: ref("Balance")},
        (400,),
        envelope="Control",
        body=record({"available": either(NUMBER, _DECIMAL)}, more=True),
    ),
    "GET /_sandbox/refunds": Operation({200: ref("Switches")}, envelope="Control"),
    "PUT /_sandbox/refunds": Operation(
        {200: ref("Switches")}, (400,), envelope="Control", body=record({}, perhaps=_SWITCHES)
    ),
}
