"""Where a payment was made and what was charged for it: the blocks of a payment's document with shapes of their own.

Shapes: the contract's 1.4 and 1.5 and the measured payments behind them; a terminal's (`POINT`) is documented only.
"""

from __future__ import annotations

from typing import Any

from mpkit.sandbox.leaves import Leaves, Look
from mpkit.sandbox.seller import Seller

ORDER = "ORDTST01{number:024d}"  # the id of the order a payment was made with
TERMINAL = "NEWLAND_N950__N950NCB{pos}"
_PLAIN = {  # channel to the unit and part of the business
    "online": ("online_payments", "default"),
    "outgoing": ("credits", "collections"),
    "funding": ("wallet", "money_inflows"),
}


def point(how: Look, it: Leaves, seller: Seller) -> dict[str, Any]:
    """Where it was paid: what the channel of a payment is recognised by."""
    form = how.form
    if form.channel == "transfer":
        business = {"unit": "digital_accounts_cards", "sub_unit": "money_inflows", "branch": "null"}
        return {"type": "PSP_TRANSFER", "sub_type": "INTER_PSP", "business_info": business}
    if form.channel in _PLAIN:
        return _online(how, it)
    if form.taken == "legacy":
        return {"type": "UNSPECIFIED", "business_info": {"unit": "wallet", "sub_unit": "qr"}}
    terminal = form.taken == "point"
    found: dict[str, Any] = {
        "type": "POINT" if terminal else "INSTORE",
        "sub_type": None if terminal else "INTER_PSP" if form.wallet else "INTRA_PSP",
        "business_info": _at_terminal() if terminal else {"unit": "wallet", "sub_unit": "qr", "branch": "QR"},
        "application_data": {"name": None, "operating_system": None, "version": None},
        "linked_to": "openfinance" if form.method == "pix" else "regular_payment",
        "location": {"source": "store", "state_id": it.province},
        "transaction_data": _transaction(how, it, seller),
    }
    if how.order:
        found["references"] = [{"id": ORDER.format(number=it.order), "type": "ORDER_MP"}]
    return found


def charge(n: int, name: str, rate: float, it: Leaves, *, back: tuple[Any, Any], seller: Seller) -> dict[str, Any]:
    """The n-th charge of a payment, from the collector; `back` is what refunds gave back of it, and when last."""
    taxed = name.startswith("tax")
    found = {
        "id": f"{it.id}-{n:03d}",
        "name": name,
        "type": "tax" if taxed else "fee",
        "accounts": {"from": "collector", "to": "mp"},
        "amounts": {"original": it.charges[n - 1], "refunded": back[0]},
        "base_amount": it.amount,
        "rate": rate,
        "client_id": 0,
        "date_created": it.approved,
        "last_updated": it.approved if taxed else back[1],
        "refund_charges": [],
        "reserve_id": None,
    }
    if not taxed:
        source = {"reason": "", "source": "proc-svc-charges", "source_detail": "processing_fee_charge"}
        return found | {"external_charge_id": f"01KMPKITFEE{it.id:015d}", "metadata": source}
    detail, _, entity = name.removeprefix("tax_").partition("-")
    source = {
        "mov_detail": f"tax_{detail}",
        "mov_financial_entity": entity,
        "mov_type": "expense",
        "source": "taxes",
        "source_detail": "",
        "tax_status": "applied",
    }
    return found | {"metadata": source | {"tax_id": it.id, "user_id": int(seller.id)}}


def coupon_charge(n: int, it: Leaves) -> dict[str, Any]:
    """A coupon: the platform's money, not the collector's."""
    return {
        "id": f"{it.id}-{n:03d}",
        "name": "coupon_off",
        "type": "coupon",
        "accounts": {"from": "ml", "to": "collector"},
        "amounts": {"original": it.coupon, "refunded": 0},
        "base_amount": it.amount,
        "rate": None,
        "client_id": 0,
        "date_created": it.approved,
        "last_updated": it.approved,
        "metadata": {"reason": "", "source": "proc-svc-charges", "source_detail": "coupon"},
        "refund_charges": [],
        "reserve_id": None,
    }


def _at_terminal() -> dict[str, Any]:
    return {"unit": "point", "sub_unit": "default", "branch": "Point"}


def _online(how: Look, it: Leaves) -> dict[str, Any]:
    unit, part = _PLAIN[how.form.channel]
    if how.form.method != "pix":
        return {"type": "CHECKOUT", "business_info": {"unit": unit, "sub_unit": part, "branch": None}}
    return {
        "type": "OPENPLATFORM",
        "sub_type": "INTER_PSP",
        "business_info": {"unit": unit, "sub_unit": part, "branch": None},
        "linked_to": "openfinance",
        "location": {"source": None, "state_id": None},
        "transaction_data": {"e2e_id": f"E{it.payer:011d}{it.id:020d}", "qr_code": None, "ticket_url": None},
    }


def _transaction(how: Look, it: Leaves, seller: Seller) -> dict[str, Any]:
    payer: dict[str, Any] = {
        "account_id": it.payer if how.form.wallet else None,
        "branch": None,
        "external_account_id": None,
        "id": None,
        "identification": {},
        "is_end_consumer": None,
        "long_name": it.wallet if how.form.wallet else None,
    }
    collector = dict.fromkeys(("account_alias", "account_id", "long_name", "transfer_account_id"))
    bank = {
        "payer": payer,
        "collector": collector | {"account_holder_name": seller.name if how.form.wallet else None},
        "is_same_bank_account_owner": None,
        "origin_bank_id": None,
        "origin_wallet_id": None,
    }
    return {
        "bank_info": bank,
        "bank_transfer_id": None,
        "e2e_id": f"E{it.payer:011d}{it.id:020d}" if how.form.method == "pix" else None,
        "financial_institution": None,
        "infringement_notification": {"status": None, "type": None},
        "merchant_category_code": None,
        "qr_code": None,
        "ticket_url": None,
        "transaction_id": None,
    }
