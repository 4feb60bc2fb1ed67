"""Payments as the API answers them: parsed JSON in, `Payment` with its charges and refunds out.

Rules of the channel and of who pays a charge: recorded payments of Argentina, Brazil, Chile and Mexico (2021 to 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpkit.api.answers import (
    amount,
    identity,
    instant,
    maybe_identity,
    maybe_instant,
    maybe_record,
    record,
    rows,
    text,
)
from mpkit.api.kept import kept
from mpkit.model import Charge, Payment, Refund

_FEE_KINDS = {"coupon_fee": "coupon", "shipping_fee": "shipping"}  # of `fee_details`; all others are fees


def payment(value: object) -> Payment:
    """One payment without payer, card or bank details; whose income it is, `collector_id` says."""
    found = record(value)
    detail = maybe_record(found.get("transaction_details"))
    interaction = maybe_record(found.get("point_of_interaction"))
    number = identity(found.get("id"), "id")
    created = instant(found.get("date_created"), "date_created")
    approved = maybe_instant(found.get("date_approved"), "date_approved")
    channel = _channel(found, interaction)
    wallet = _wallet(channel, interaction)
    return Payment(
        id=number,
        collector_id=_collector(found),
        status=identity(found.get("status"), "status"),
        status_detail=text(found.get("status_detail")),
        operation_type=text(found.get("operation_type")),
        currency=identity(found.get("currency_id"), "currency_id"),
        amount=amount(found.get("transaction_amount"), "transaction_amount"),
        refunded=amount(found.get("transaction_amount_refunded"), "transaction_amount_refunded"),
        net_received=amount(detail.get("net_received_amount"), "net_received_amount"),
        coupon=amount(found.get("coupon_amount"), "coupon_amount"),
        created=created,
        approved=approved,
        updated=maybe_instant(found.get("date_last_updated"), "date_last_updated") or approved or created,
        method=text(found.get("payment_method_id")),
        method_type=text(found.get("payment_type_id")),
        store_id=maybe_identity(found.get("store_id"), "store_id"),
        pos_id=maybe_identity(found.get("pos_id"), "pos_id"),
        external_reference=text(found.get("external_reference")),
        order_id=_order(interaction),
        channel=channel,
        wallet=wallet,
        charges=_charges(found),
        refunds=tuple(refund(row, number) for row in rows(found.get("refunds"), "refunds")),
        released=maybe_instant(found.get("money_release_date"), "money_release_date"),
        told=kept(found, wallet),
    )


def refund(value: object, payment_id: str) -> Refund:
    """One refund, alone or inside its payment."""
    found = record(value, "refund")
    return Refund(
        id=identity(found.get("id"), "refund.id"),
        payment_id=maybe_identity(found.get("payment_id"), "payment_id") or payment_id,
        amount=amount(found.get("amount"), "refund.amount"),
        status=text(found.get("status")) or "approved",
        created=instant(found.get("date_created"), "refund.date_created"),
        reason=text(found.get("reason")),
        source=_source(found.get("source")),
    )


def _source(value: object) -> str:
    """Who gave it back; an object, where the documents draw a list of them."""
    first = value[0] if isinstance(value, list) and value else value
    return text(maybe_record(first).get("type"))


def _collector(found: Mapping[str, Any]) -> str | None:
    """Who received the money; rows in which the merchant paid carry a nested collector instead."""
    nested = maybe_record(found.get("collector")).get("id")
    return maybe_identity(found.get("collector_id"), "collector_id") or maybe_identity(nested, "collector.id")


def _channel(found: Mapping[str, Any], interaction: Mapping[str, Any]) -> str:
    """How the sale was made: qr, point, transfer, online; "" where nothing tells."""
    kind = text(interaction.get("type")).upper()
    unit = text(maybe_record(interaction.get("business_info")).get("sub_unit")).lower()
    in_store = bool(found.get("pos_id") or found.get("store_id"))
    if unit == "qr" or (kind == "INSTORE" and not unit):
        return "qr"
    if kind == "POINT" or (in_store and unit):
        return "point"
    if kind == "PSP_TRANSFER" or found.get("payment_method_id") == "cvu":
        return "transfer"
    if kind in {"CHECKOUT", "OPENPLATFORM"} and not in_store:
        return "online"
    return ""


def _wallet(channel: str, interaction: Mapping[str, Any]) -> str:
    """The other wallet or bank a sign was paid with. Of a transfer the same field may name a person: never taken."""
    if channel != "qr" or interaction.get("sub_type") != "INTER_PSP":
        return ""
    bank = maybe_record(maybe_record(interaction.get("transaction_data")).get("bank_info"))
    return text(maybe_record(bank.get("payer")).get("long_name"))


def _order(interaction: Mapping[str, Any]) -> str:
    """The order behind a payment (ORD…), "" where there is none."""
    references = interaction.get("references")
    for reference in references if isinstance(references, list) else []:
        found = maybe_record(reference)
        if found.get("type") == "ORDER_MP" or text(found.get("id")).startswith("ORD"):
            return text(found.get("id"))
    return ""


def _charges(found: Mapping[str, Any]) -> tuple[Charge, ...]:
    """Every charge with who pays it; older payments have only `fee_details`."""
    details = rows(found.get("charges_details"), "charges_details")
    if details:
        return tuple(_charge(row, found.get("date_approved")) for row in details)
    return tuple(
        Charge(
            kind=_FEE_KINDS.get(text(row.get("type")), "fee"),
            name=text(row.get("type")),
            payer=text(row.get("fee_payer")),
            original=amount(row.get("amount"), "fee_details"),
            refunded=0,
        )
        for row in rows(found.get("fee_details"), "fee_details")
    )


def _charge(row: Mapping[str, Any], approved: object) -> Charge:
    """One line of `charges_details`; dates are read only where they say something of their own."""
    refunded, made = maybe_record(row.get("amounts")).get("refunded"), row.get("date_created")
    return Charge(
        kind=text(row.get("type")),
        name=text(row.get("name")),
        payer=text(maybe_record(row.get("accounts")).get("from")),
        original=amount(maybe_record(row.get("amounts")).get("original"), "charges_details"),
        refunded=amount(refunded, "charges_details"),
        made=None if made == approved else maybe_instant(made, "charges_details"),
        changed=maybe_instant(row.get("last_updated"), "charges_details") if refunded else None,
    )
