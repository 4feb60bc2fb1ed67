"""A payment or a refund as the API shows it: slip and movements go in, the JSON document comes out.

Shape: the contract's section 1.4 and its measured samples. `document` is the one definition of a payment's document:
`payment` fills it with values, `typeset` with the slots of a template. Payer, card and bank blocks are filled with
made-up persons: a client has to leave them where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpkit.sandbox.answers import number, payment_date
from mpkit.sandbox.believable import believable
from mpkit.sandbox.book import Book, Movement, Slip
from mpkit.sandbox.corrections import amended, is_amended
from mpkit.sandbox.leaves import CARDS, Leaves, Look, leaves, look
from mpkit.sandbox.point import TERMINAL, charge, coupon_charge, point
from mpkit.sandbox.seller import Seller

_NULLS = (
    "accounts_info",
    "brand_id",
    "call_for_authorize_id",
    "corporation_id",
    "counter_currency",
    "date_of_expiration",
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
)
PAYEE = 2_052_122_995  # whom the merchant pays


def payment(book: Book, seller: Seller, id_: int) -> dict[str, Any]:
    """The payment object, the same in a search as in a read."""
    return version(book, seller, book.slips[id_], book.money[id_])


def version(book: Book, seller: Seller, slip: Slip, money: Sequence[Movement]) -> dict[str, Any]:
    """The payment object after these of its movements."""
    given = [row for row in refunds(money, seller) if row["status"] != "in_process"]
    found = document(look(book, slip, money), leaves(book, slip, money, given), seller)
    return amended(found, slip, money) if is_amended(money) else found


def document(how: Look, it: Leaves, seller: Seller) -> dict[str, Any]:
    """A payment's document; a leaf is put where it belongs, alone or within a text, and never looked at."""
    form, site = how.form, seller.site
    found: dict[str, Any] = dict.fromkeys(_NULLS)
    found |= {
        "id": f"{it.id}" if form.quoted else it.id,
        **_dates(how, it),
        "operation_type": operation(form.channel, form.taken),
        "payment_method_id": form.method,
        "payment_type_id": form.type,
        "payment_method": _method(how),
        "issuer_id": _issuer(how),
        "status": how.status,
        "status_detail": how.detail,
        "currency_id": site.currency,
        "description": it.description,
        "live_mode": True,
        "authorization_code": f"{it.code:06d}" if form.type in CARDS and how.approved else None,
        "metadata": {"hide_payer_information": True} if form.wallet else {},
        "additional_info": _additional(how, it),
        "order": {"id": f"{it.order}", "type": "mercadopago"} if how.order else {},
        "external_reference": it.reference if how.reference else None,
        **_amounts(how, it),
        "captured": True,
        "binary_mode": form.channel == "qr",
        "installments": form.installments,
        "statement_descriptor": believable(site.id)["descriptor"] if form.type in CARDS else None,
        "processing_mode": "aggregator",
        "build_version": "3.134.0-rc-1",
        "acquirer_reconciliation": [],
        **_money(how, it, seller),
        "card": _card(how, it, seller),
        "payer": _payer(how, it, seller),
        "point_of_interaction": point(how, it, seller),
        "store_id": f"{it.store}" if how.store else None,
        "pos_id": f"{it.pos}" if how.pos else None,
    }
    if form.channel == "outgoing":
        return found | {"collector": {"id": PAYEE}, "payer_id": int(seller.id), "payer": {}}
    return found | {"collector_id": seller.id if form.quoted else int(seller.id)}


def _dates(how: Look, it: Leaves) -> dict[str, Any]:
    return {
        "date_created": it.created,
        "date_approved": it.approved if how.approved else None,
        "date_last_updated": it.updated,
        "money_release_date": it.released if how.approved else None,
        "money_release_status": ("released" if how.released else "pending") if how.approved else None,
    }


def _amounts(how: Look, it: Leaves) -> dict[str, Any]:
    return {
        "transaction_amount": it.amount,
        "transaction_amount_refunded": it.refunded if how.refunds else 0,
        "coupon_amount": it.coupon if how.coupon else 0,
        "shipping_amount": 0,
        "taxes_amount": 0,
        "transaction_details": _details(how, it),
    }


def _money(how: Look, it: Leaves, seller: Seller) -> dict[str, Any]:
    """What was taken from the amount, and what went back."""
    return {
        "charges_execution_info": _execution(how, it),
        "charges_details": _charges(how, it, seller),
        "fee_details": _fees(how, it),
        "refunds": it.refunds if how.refunds else [],
    }


def operation(channel: str, taken: str) -> str:
    """The operation type: what is no sale is told by it."""
    if channel == "funding":
        return "account_fund"
    return "pos_payment" if taken == "point" else "regular_payment"


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


def _method(how: Look) -> dict[str, Any]:
    form = how.form
    routing = {"routing_data": {"merchant_account_id": "160"}} if form.type in CARDS else {}
    return {"id": form.method, "type": form.type, "issuer_id": _issuer(how), "data": routing}


def _issuer(how: Look) -> str | None:
    words = believable("MLA")  # the same for all sites
    return str(words["issuers"].get(how.form.method, words["issuer"])) if how.form.type in CARDS else None


def _additional(how: Look, it: Leaves) -> dict[str, Any]:
    found: dict[str, Any] = {"tracking_id": "platform:v1-blacklabel,so:ALL,type:N/A,security:none"}
    if how.form.channel != "qr":
        return found
    found["ip_address"] = f"203.0.113.{it.ip}"
    if how.order:
        item = {"title": it.description, "description": None, "quantity": "1"}
        found["items"] = [item | {"unit_price": f"{it.amount}"}]
    if how.form.taken == "point":
        found["poi_id"] = TERMINAL.format(pos=it.pos)
    return found


def _details(how: Look, it: Leaves) -> dict[str, Any]:
    return {
        "net_received_amount": it.net if how.approved else 0,
        "total_paid_amount": it.total,
        "installment_amount": it.part if how.form.type in CARDS else 0,
        "overpaid_amount": 0,
        "external_resource_url": f"https://www.example.com/ticket/{it.id}" if how.form.type == "ticket" else None,
        "financial_institution": None,
        "acquirer_reference": None,
        "payment_method_reference_id": None,
        "payable_deferral_period": None,
    }


def _execution(how: Look, it: Leaves) -> dict[str, Any] | None:
    if not how.charged:
        return None
    return {"internal_execution": {"date": it.approved, "execution_id": f"01KMPKIT{it.id:018d}"}}


def _charges(how: Look, it: Leaves, seller: Seller) -> list[dict[str, Any]]:
    """Fees and withholdings from the collector, and a coupon from the platform where there is one."""
    found = [
        charge(n, name, rate, it, back=(it.back[n - 1], it.moved) if how.refunds else (0, it.approved), seller=seller)
        for n, (name, rate) in enumerate(how.charged, 1)
    ]
    if how.coupon and how.approved:
        found.append(coupon_charge(len(found) + 1, it))
    return found


def _fees(how: Look, it: Leaves) -> list[dict[str, Any]]:
    """The fees alone, without withholdings; what a buyer pays for instalments is one the collector does not pay."""
    found = [
        {"type": name, "amount": amount, "fee_payer": "collector"}
        for (name, _), amount in zip(how.charged, it.charges, strict=False)
        if not name.startswith("tax")
    ]
    if how.extra and how.approved:
        found.append({"type": "financing_fee", "amount": it.extra, "fee_payer": "payer"})
    return found


def _payer(how: Look, it: Leaves, seller: Seller) -> dict[str, Any]:
    """A made-up person; in a transfer it is the seller, for another wallet's payment nobody."""
    if how.form.channel in {"transfer", "funding"}:
        mine = {"type": believable(seller.site.id)["document"], "number": seller.tax_id}
        return {"id": seller.id, "email": "owner@example.com", "identification": mine}
    if how.form.wallet:
        return {"id": f"{it.payer}"}
    return {
        "id": f"{it.payer}",
        "email": f"payer{it.payer}@example.com",
        "identification": {"type": believable(seller.site.id)["document"], "number": f"{it.document}"},
        "first_name": None,
        "last_name": None,
        "phone": {"area_code": None, "number": None, "extension": None},
        "type": None,
        "entity_type": None,
        "operator_id": None,
    }


def _card(how: Look, it: Leaves, seller: Seller) -> dict[str, Any]:
    form, words = how.form, believable(seller.site.id)
    if form.type not in CARDS:
        return {}
    bin_ = str(words["bins"].get(form.method, words["bin"]))
    return {
        "id": f"9{it.document}",
        "first_six_digits": bin_[:6],
        "last_four_digits": f"{it.last:04d}",
        "bin": bin_,
        "country": seller.site.country_alpha3,
        "expiration_month": it.month,
        "expiration_year": 2030,
        "cardholder": {"name": it.name, "identification": {"type": words["document"], "number": f"{it.document}"}},
        "date_created": it.created,
        "date_last_updated": it.created,
        "tags": ["credit" if form.type == "credit_card" else "debit"],
    }
