"""A payment or a refund as the API shows it: slip and movements go in, the JSON document comes out.

Shape: the contract's section 1.4 and its measured samples. Payer, card and bank blocks are filled with made-up persons:
a client has to leave them where they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from mpkit.sandbox.answers import number, payment_date
from mpkit.sandbox.book import Book, Movement, Slip
from mpkit.sandbox.figures import figures
from mpkit.sandbox.seller import Seller

_NULLS = (
    "accounts_info",
    "acquirer_reconciliation",
    "brand_id",
    "call_for_authorize_id",
    "corporation_id",
    "counter_currency",
    "deduction_schema",
    "differential_pricing_id",
    "financing_group",
    "integrator_id",
    "marketplace_owner",
    "merchant_account_id",
    "merchant_number",
    "money_release_schema",
    "notification_url",
    "platform_id",
    "release_info",
    "sponsor_id",
    "tags",
    "date_of_expiration",
)
_FIRST = ("Lucía", "Martín", "Sofía", "Diego", "Camila", "Joaquín", "Valentina", "Tomás", "Renata", "Bruno")
_LAST = ("Ejemplo", "Prueba", "Ficticia", "Muestra", "Inventada", "Supuesta")
_CARDS = {"credit_card", "debit_card", "prepaid_card"}
_OPERATIONS = {"funding": "account_fund"}
# what a payment in a shop has, empty: shared by all documents, which nobody changes
_APPLICATION = {"name": None, "version": None, "operating_system": None}
_COLLECTOR = dict.fromkeys(("account_alias", "account_holder_name", "account_id", "long_name", "transfer_account_id"))
_BANK = dict.fromkeys(("is_same_bank_account_owner", "origin_bank_id", "origin_wallet_id"))
_PAYING = {**dict.fromkeys(("branch", "external_account_id", "id", "is_end_consumer")), "identification": {}}
_TRANSACTION = {
    **dict.fromkeys(("bank_transfer_id", "e2e_id", "financial_institution", "merchant_category_code", "qr_code")),
    **dict.fromkeys(("ticket_url", "transaction_id")),
    "infringement_notification": {"status": None, "type": None},
}
_FEE_NOTE = {"source": "proc-svc-charges", "source_detail": "processing_fee_charge", "reason": ""}
_TAX_NOTE = {"source": "taxes", "source_detail": "", "mov_type": "expense", "tax_status": "applied"}


def payment(book: Book, seller: Seller, id_: int) -> dict[str, Any]:
    """The payment object, the same in a search as in a read."""
    slip, money = book.slips[id_], book.money[id_]
    sums, dates = figures(slip, money), book.dates(slip, money)
    approved = dates["date_approved"]
    document: dict[str, Any] = dict.fromkeys(_NULLS)
    document |= {
        "id": id_,
        "date_created": payment_date(slip.created),
        "date_approved": payment_date(approved) if approved else None,
        "date_last_updated": payment_date(dates["date_last_updated"]),
        "money_release_date": payment_date(dates["money_release_date"]) if approved else None,
        "money_release_status": "released" if approved else None,
        "operation_type": _OPERATIONS.get(slip.channel, "regular_payment"),
        "payment_method_id": slip.method,
        "payment_type_id": slip.type,
        "payment_method": {"id": slip.method, "type": slip.type, "issuer_id": "310", "data": _routed(slip)},
        "issuer_id": "310",
        "status": sums.status,
        "status_detail": sums.detail,
        "currency_id": book.site.currency,
        "description": slip.description,
        "live_mode": True,
        "authorization_code": f"{slip.payer % 10**6:06d}" if slip.type in _CARDS else None,
        "metadata": {"hide_payer_information": True} if slip.wallet else {},
        "additional_info": _about(slip, sums.amount),
        "order": {"id": str(slip.order), "type": "mercadopago"} if slip.order else {},
        "external_reference": slip.reference or None,
        "transaction_amount": number(sums.amount),
        "transaction_amount_refunded": number(sums.refunded),
        "coupon_amount": number(slip.coupon),
        "shipping_amount": 0,
        "taxes_amount": 0,
        "transaction_details": _details(slip, sums.amount, sums.net),
        "captured": True,
        "binary_mode": True,
        "installments": slip.installments,
        "statement_descriptor": "Mercadopago*laaurora" if slip.type in _CARDS else None,
        "processing_mode": "aggregator",
        "build_version": "3.134.0-rc-1",
        "charges_details": _charges(slip, money),
        "charges_execution_info": _executed(slip, approved),
        "fee_details": [
            {"type": entry.name, "amount": number(entry.hundredths), "fee_payer": "collector"}
            for entry in money
            if entry.kind == "fee"
        ],
        "refunds": [row for row in refunds(money, seller) if row["status"] != "in_process"],
        "card": _card(slip),
        "payer": _payer(slip, seller),
        "point_of_interaction": _point(slip),
        "store_id": slip.store or None,
        "pos_id": slip.pos or None,
    }
    if slip.channel == "outgoing":
        return document | {"collector": {"id": 2_052_122_995}, "payer_id": int(seller.id), "payer": {}}
    return document | {"collector_id": int(seller.id)}


def refunds(money: Sequence[Movement], seller: Seller) -> list[dict[str, Any]]:
    """Every refund of a payment, oldest first: made, waiting for the bank, or come to nothing."""
    found = [entry for entry in money if entry.kind.startswith("refund")]
    if not found:
        return []
    made = {entry.note for entry in found if entry.kind == "refund"}
    ended = {entry.note: entry.name for entry in found if entry.kind == "refund_ended"}
    rows = [_refund(entry, seller, "approved") for entry in found if entry.kind == "refund"]
    rows += [
        _refund(entry, seller, ended.get(entry.note, "in_process"))
        for entry in found
        if entry.kind == "refund_asked" and entry.note not in made
    ]
    return sorted(rows, key=lambda row: (row["date_created"], row["id"]))


def _refund(entry: Movement, seller: Seller, status: str) -> dict[str, Any]:
    """One refund, embedded or alone."""
    return {
        "id": int(entry.note),
        "payment_id": entry.payment,
        "amount": number(entry.hundredths),
        "adjustment_amount": 0,
        "status": status,
        "refund_mode": "standard",
        "source": {"id": seller.id, "name": seller.name, "type": "collector"},
        "date_created": payment_date(entry.at),
        "metadata": {},
        "reason": None,
        "unique_sequence_number": None,
        "external_refund_id": None,
        "labels": [],
        "partition_details": [],
    }


def _details(slip: Slip, amount: int, net: int) -> dict[str, Any]:
    return {
        "net_received_amount": number(net),
        "total_paid_amount": number(amount),
        "installment_amount": round(amount / 100 / slip.installments, 2) if slip.type in _CARDS else 0,
        "overpaid_amount": 0,
        "external_resource_url": None,
        "financial_institution": None,
        "acquirer_reference": None,
        "payment_method_reference_id": None,
        "payable_deferral_period": None,
    }


def _charges(slip: Slip, money: Sequence[Movement]) -> list[dict[str, Any]]:
    """Fees and withholdings from the collector, and a coupon from the platform where there is one."""
    back: dict[str, int] = {}
    for entry in money:
        if entry.kind == "fee_refund":
            back[entry.name] = back.get(entry.name, 0) + entry.hundredths
    sale = money[0].hundredths if money else 0
    rates = dict(slip.rates)
    found = [
        _charge(slip, n, entry)
        | {
            "amounts": {"original": number(entry.hundredths), "refunded": number(back.get(entry.name, 0))},
            "base_amount": number(sale),
            "rate": rates.get(entry.name),
        }
        for n, entry in enumerate((e for e in money if e.kind in {"fee", "tax"}), 1)
    ]
    if slip.coupon and money:
        coupon = money[0]._replace(kind="coupon", name="coupon_off", hundredths=slip.coupon)
        found.append(_charge(slip, len(found) + 1, coupon))
    return found


def _charge(slip: Slip, n: int, entry: Movement) -> dict[str, Any]:
    """The n-th charge of a payment; a coupon is the platform's money, everything else the collector's."""
    coupon = entry.kind == "coupon"
    return {
        "id": f"{slip.id}-{n:03d}",
        "name": entry.name,
        "type": entry.kind,
        "accounts": {"from": "ml" if coupon else "collector", "to": "collector" if coupon else "mp"},
        "amounts": {"original": number(entry.hundredths), "refunded": 0},
        "client_id": 0,
        "date_created": payment_date(entry.at),
        "last_updated": payment_date(entry.at),
        "metadata": _TAX_NOTE if entry.kind == "tax" else _FEE_NOTE,
        "refund_charges": [],
        "reserve_id": None,
        **({"external_charge_id": f"01KC{slip.id:020d}{n:02d}"} if entry.kind == "fee" else {}),
    }


def _routed(slip: Slip) -> dict[str, Any]:
    return {"routing_data": {"merchant_account_id": "160"}} if slip.type in _CARDS else {}


def _executed(slip: Slip, approved: int) -> dict[str, Any]:
    if not approved or slip.channel == "outgoing":
        return {}
    return {"internal_execution": {"date": payment_date(approved), "execution_id": f"01KC{slip.id:022d}"}}


def _about(slip: Slip, amount: int) -> dict[str, Any]:
    """Where it came from and, with an order of the till, what was sold: all texts, numbers too."""
    found: dict[str, Any] = {"ip_address": f"203.0.113.{slip.payer % 250}", "tracking_id": "platform:v1-blacklabel"}
    if slip.order:
        price = f"{number(amount)}"
        found["items"] = [{"title": slip.description, "description": None, "quantity": "1", "unit_price": price}]
    return found


def _person(slip: Slip) -> tuple[str, str]:
    drawn = hashlib.blake2b(str(slip.payer).encode(), digest_size=4).digest()
    return f"{_FIRST[drawn[0] % len(_FIRST)]} {_LAST[drawn[1] % len(_LAST)]}", f"{10**7 + slip.payer % 10**7}"


def _payer(slip: Slip, seller: Seller) -> dict[str, Any]:
    """A made-up person; in a transfer it is the seller, for another wallet's payment nobody."""
    if slip.channel in {"transfer", "funding"}:
        return {"id": seller.id, "email": "owner@example.com", "identification": {"type": "CUIT", "number": "0"}}
    if slip.wallet:
        return {"id": str(slip.payer)}
    name, document = _person(slip)
    return {
        "id": str(slip.payer),
        "email": f"{name.lower().replace(' ', '.')}@example.com",
        "identification": {"type": "DNI", "number": document},
        "first_name": name.split()[0],
        "last_name": name.split()[1],
        "phone": {"area_code": "11", "number": f"5555{slip.payer % 10**4:04d}", "extension": None},
        "type": None,
        "entity_type": None,
        "operator_id": None,
    }


def _card(slip: Slip) -> dict[str, Any]:
    if slip.type not in _CARDS:
        return {}
    name, document = _person(slip)
    return {
        "id": str(9_000_000_000 + slip.payer % 10**9),
        "first_six_digits": "450995",
        "last_four_digits": f"{slip.payer % 10**4:04d}",
        "bin": "45099535",
        "expiration_month": 1 + slip.payer % 12,
        "expiration_year": 2030,
        "cardholder": {"name": name.upper(), "identification": {"type": "DNI", "number": document}},
        "tags": ["credit" if slip.type == "credit_card" else "debit"],
        "country": None,
        "date_created": payment_date(slip.created),
        "date_last_updated": payment_date(slip.created),
    }


def _point(slip: Slip) -> dict[str, Any]:
    """Where it was paid: what the channel of a payment is recognised by."""
    if slip.channel == "transfer":
        business = {"unit": "digital_accounts_cards", "sub_unit": "money_inflows", "branch": "null"}
        return {"type": "PSP_TRANSFER", "sub_type": "INTER_PSP", "business_info": business}
    if slip.channel in {"outgoing", "online", "funding"}:
        unit = {"outgoing": "credits", "funding": "wallet"}.get(slip.channel, "online_payments")
        return {"type": "CHECKOUT", "business_info": {"unit": unit, "sub_unit": "collections", "branch": None}}
    paying = {**_PAYING, "account_id": slip.payer, "long_name": slip.wallet or None}
    bank = {**_BANK, "payer": paying, "collector": _COLLECTOR}
    point: dict[str, Any] = {
        "type": "INSTORE",
        "sub_type": "INTER_PSP" if slip.wallet else "INTRA_PSP",
        "business_info": {"unit": "wallet", "sub_unit": "qr", "branch": "QR"},
        "linked_to": "regular_payment",
        "location": {"source": "store", "state_id": slip.province},
        "application_data": _APPLICATION,
        "transaction_data": {**_TRANSACTION, "bank_info": bank},
    }
    if slip.order:
        point["references"] = [{"id": f"ORDTST01{slip.order:024d}", "type": "ORDER_MP"}]
    return point
