"""What may be kept of a payment's answer: the parsed answer goes in, what tells of no person comes out as JSON.

A list of what is kept, never of what is left out: a field Mercado Pago adds tomorrow is kept once it is named here.
Of the payer, the card and the bank nothing is, but the name of another wallet or bank a sign was paid with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

_VALUE = None  # a number, a truth value or a short text
_LONGEST = 256  # characters of a text: identifiers and states are shorter, what somebody typed may not be


def _values(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, _VALUE)


_CHARGE = {
    **_values("id", "name", "type", "rate", "base_amount", "date_created", "last_updated"),
    "accounts": _values("from", "to"),
    "amounts": _values("original", "refunded"),
}
_REFUND = {
    **_values("id", "payment_id", "amount", "adjustment_amount", "status", "refund_mode", "date_created"),
    "source": _values("type"),
}
_INTERACTION = {
    **_values("type", "sub_type", "linked_to"),
    "business_info": _values("unit", "sub_unit", "branch"),
    "location": _values("source", "state_id"),
    "references": [_values("id", "type")],
}
KEPT: Mapping[str, Any] = {
    **_values("id", "status", "status_detail", "operation_type", "currency_id", "live_mode", "collector_id"),
    **_values("date_created", "date_approved", "date_last_updated", "date_of_expiration", "money_release_date"),
    **_values("money_release_status", "money_release_schema", "payment_method_id", "payment_type_id", "issuer_id"),
    **_values("transaction_amount", "transaction_amount_refunded", "coupon_amount", "shipping_amount", "taxes_amount"),
    **_values("net_amount", "installments", "captured", "binary_mode", "processing_mode", "store_id", "pos_id"),
    **_values("external_reference", "deduction_schema", "counter_currency"),
    "collector": _values("id"),
    "order": _values("id", "type"),
    "transaction_details": _values("net_received_amount", "total_paid_amount", "installment_amount", "overpaid_amount"),
    "fee_details": [_values("type", "amount", "fee_payer")],
    "charges_details": [_CHARGE],
    "taxes": [_values("type", "value")],
    "refunds": [_REFUND],
    "point_of_interaction": _INTERACTION,
}


def kept(answer: Mapping[str, Any], wallet: str) -> bytes:
    """What may be kept, as JSON with its names in order; `wallet` is another wallet's or bank's name, "" for none."""
    found = _only(answer, KEPT)
    if wallet:
        found["wallet"] = wallet
    try:
        return orjson.dumps(found, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number beyond 64 bits, which nobody should send
        return json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _only(answer: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, shape in names.items():
        value = answer.get(name)
        if value is None:
            continue
        if shape is _VALUE:
            if isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= _LONGEST):
                found[name] = value
        elif isinstance(shape, list):
            if isinstance(value, list) and value:
                found[name] = [_only(each, shape[0]) for each in value if isinstance(each, dict)]
        elif isinstance(value, dict):
            found[name] = _only(value, shape)
    return found
