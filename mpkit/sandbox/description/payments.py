"""What is said about payments."""

from __future__ import annotations

from collections.abc import Mapping

from mpkit.sandbox.book import RANGES
from mpkit.sandbox.description.kinds import ANY_RECORD, COUNT, DIGITS, FLAG, MINUS_FOUR, NOTHING, NUMBER, TEXT, WHOLE
from mpkit.sandbox.description.operations import Operation, Operations, Shape
from mpkit.sandbox.description.shapes import either, maybe, one_of, page, record, ref, rows

_STATUS = one_of(
    *("pending", "approved", "authorized", "in_process", "in_mediation"),
    *("rejected", "cancelled", "refunded", "charged_back"),
)
_NEVER = (  # fields of other products; a payment in a shop has them, empty
    *("accounts_info", "brand_id", "call_for_authorize_id", "corporation_id"),
    *("counter_currency", "date_of_expiration", "deduction_schema", "differential_pricing_id", "financing_group"),
    *("integrator_id", "marketplace_owner", "merchant_account_id", "merchant_number", "money_release_schema"),
    *("notification_url", "platform_id", "release_info", "sponsor_id", "tags"),
)
_EITHER_ID = either(WHOLE, DIGITS)  # a number live, a text in some documents: both are met
_CHARGE = record(
    {
        "id": TEXT,
        "name": TEXT,
        "type": one_of("fee", "tax", "coupon", "shipping"),
        "accounts": record({"from": TEXT, "to": TEXT}),
        "amounts": record({"original": NUMBER, "refunded": NUMBER}),
        "client_id": WHOLE,
        "date_created": MINUS_FOUR,
        "last_updated": MINUS_FOUR,
        "metadata": ANY_RECORD,
        "refund_charges": rows(ANY_RECORD),
        "reserve_id": maybe(TEXT),
    },
    perhaps={"base_amount": NUMBER, "rate": maybe(NUMBER), "external_charge_id": TEXT},
)
_PAYMENT: Mapping[str, Shape] = {
    "id": _EITHER_ID,
    "acquirer_reconciliation": rows(ANY_RECORD),
    "date_created": MINUS_FOUR,
    "date_approved": maybe(MINUS_FOUR),
    "date_last_updated": MINUS_FOUR,
    "money_release_date": maybe(MINUS_FOUR),
    "money_release_status": maybe(one_of("pending", "released")),
    "operation_type": TEXT,
    "payment_method_id": TEXT,
    "payment_type_id": TEXT,
    "payment_method": record({"id": TEXT, "type": TEXT, "issuer_id": maybe(TEXT), "data": ANY_RECORD}),
    "issuer_id": maybe(TEXT),
    "status": _STATUS,
    "status_detail": TEXT,
    "currency_id": TEXT,
    "description": maybe(TEXT),
    "live_mode": FLAG,
    "authorization_code": maybe(TEXT),
    "metadata": ANY_RECORD,
    "additional_info": ANY_RECORD,
    "order": record({}, perhaps={"id": TEXT, "type": TEXT}),
    "external_reference": maybe(TEXT),
    "transaction_amount": NUMBER,
    "transaction_amount_refunded": NUMBER,
    "coupon_amount": NUMBER,
    "shipping_amount": NUMBER,
    "taxes_amount": NUMBER,
    "transaction_details": ref("PaymentDetails"),
    "captured": FLAG,
    "binary_mode": FLAG,
    "installments": WHOLE,
    "statement_descriptor": maybe(TEXT),
    "processing_mode": TEXT,
    "build_version": TEXT,
    "charges_details": rows(_CHARGE),
    "charges_execution_info": maybe(ANY_RECORD),
    "fee_details": rows(record({"type": TEXT, "amount": NUMBER, "fee_payer": TEXT})),
    "refunds": rows(ref("Refund")),
    "card": ANY_RECORD,
    "payer": ANY_RECORD,
    "point_of_interaction": ANY_RECORD,
    "store_id": maybe(DIGITS),
    "pos_id": maybe(DIGITS),
    **dict.fromkeys(_NEVER, NOTHING),
}

SHAPES: Mapping[str, Shape] = {
    "Payment": record(
        _PAYMENT,
        perhaps={"collector_id": _EITHER_ID, "collector": record({"id": WHOLE}), "payer_id": WHOLE},
    ),
    "PaymentDetails": record(
        {
            "net_received_amount": NUMBER,
            "total_paid_amount": NUMBER,
            "installment_amount": NUMBER,
            "overpaid_amount": NUMBER,
            "external_resource_url": maybe(TEXT),
            "financial_institution": NOTHING,
            "acquirer_reference": NOTHING,
            "payment_method_reference_id": NOTHING,
            "payable_deferral_period": NOTHING,
        }
    ),
    "Refund": record(
        {
            "id": WHOLE,
            "payment_id": WHOLE,
            "amount": NUMBER,
            "adjustment_amount": NUMBER,
            "status": one_of("approved", "in_process", "rejected", "cancelled", "authorized"),
            "refund_mode": one_of("standard", "instant"),
            "source": record({"id": TEXT, "name": TEXT, "type": TEXT}),
            "date_created": MINUS_FOUR,
            "metadata": ANY_RECORD,
            "reason": maybe(TEXT),
            "unique_sequence_number": maybe(TEXT),
            "external_refund_id": maybe(TEXT),
            "labels": rows(TEXT),
            "partition_details": rows(ANY_RECORD),
        }
    ),
}

_ABSOLUTE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)"
_DATE: Shape = {"type": "string", "pattern": f"^({_ABSOLUTE}|NOW(-\\d+(MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?)?)$"}
_ASKED: Mapping[str, Shape] = {
    "range": one_of(*RANGES),
    "begin_date": _DATE,
    "end_date": _DATE,
    "sort": one_of(*RANGES, "id", "external_reference"),
    "criteria": one_of("asc", "desc"),
    "limit": {**COUNT, "maximum": 1000},
    "offset": {**COUNT, "maximum": 10_000},
    "external_reference": TEXT,
    "status": TEXT,
    "status_detail": TEXT,
    "operation_type": TEXT,
    "payment_method_id": TEXT,
    "payment_type_id": TEXT,
    "installments": TEXT,
    "store_id": TEXT,
    "pos_id": TEXT,
    "collector.id": TEXT,
    "payer.id": TEXT,
}

_SEARCH = {name: either(shape, one_of("")) for name, shape in _ASKED.items()}  # blank counts as not asked

OPERATIONS: Operations = {
    "GET /v1/payments/search": Operation({200: page(ref("Payment"))}, (400,), envelope="Family", query=_SEARCH),
    "GET /v1/payments/{id}": Operation({200: ref("Payment")}, (404,), envelope="Family"),
    "PUT /v1/payments/{id}": Operation(
        {200: ref("Payment")},
        (400, 404),
        envelope="Family",
        body=record({"status": one_of("cancelled")}, more=True),
    ),
}
