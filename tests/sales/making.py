"""Payments as the API would answer them, for the tests of this room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mpkit.db import Engine
from mpkit.model import Charge, Payment, Refund
from mpkit.sales import Booked, chunks, rows
from mpkit.sales.places_of_sale import REGISTER, STORE, Place, PlacesOfSale, gather

ACCOUNT = "3021033244"
ZONE = "America/Argentina/Buenos_Aires"
NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # noon in Buenos Aires

PLACES: PlacesOfSale = gather(
    ZONE,
    [
        Place(STORE, "900", "Centro", "CENTRO"),
        Place(STORE, "901", "Tijuana", "TIJUANA", zone="America/Tijuana"),
        Place(REGISTER, "700", "Caja 1", "CENTRO1", "900"),
        Place(REGISTER, "701", "Caja 1", "TIJUANA1", "901"),
    ],
)


def charge(kind: str, original: int, refunded: int = 0, payer: str = "collector") -> Charge:
    return Charge(kind, f"a_{kind}", payer, original, refunded)


def refund(number: int, amount: int, created: datetime, status: str = "approved") -> Refund:
    return Refund(str(number), "1", amount, status, created)


def payment(
    number: int = 1,
    *,
    amount: int = 10_000,
    status: str = "approved",
    approved: datetime = NOON,
    updated: datetime | None = None,
    charges: tuple[Charge, ...] = (),
    refunds: tuple[Refund, ...] = (),
    **more: object,
) -> Payment:
    """A sale of 100.00 ARS at noon on 10 March 2026 in the centre; `more` are fields of `Payment`."""
    own = sum(each.original for each in charges if each.payer in {"collector", ""})
    values: dict[str, object] = {
        "collector_id": ACCOUNT,
        "status_detail": "",
        "operation_type": "regular_payment",
        "currency": "ARS",
        "refunded": sum(each.amount for each in refunds if each.status == "approved"),
        "net_received": amount - own,
        "coupon": 0,
        "created": approved - timedelta(seconds=2),
        "method": "visa",
        "method_type": "credit_card",
        "store_id": "900",
        "pos_id": "700",
        "channel": "qr",
    } | more
    return Payment(
        id=str(number),
        status=status,
        amount=amount,
        approved=approved,
        updated=updated or approved + timedelta(seconds=8),
        charges=charges,
        refunds=refunds,
        **values,  # type: ignore[arg-type]
    )


def every_booked(store: Engine) -> list[Booked]:
    """All payments of the account as the rows have them."""
    ids = [key for chunk in chunks.every(store, ACCOUNT) for key in chunk.payments["payment_id"]]
    return rows.booked(store, ACCOUNT, ids)
