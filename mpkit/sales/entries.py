"""One payment as the API sends it becomes booked rows, each on its store's business day; booked rows become entries.

An entry is one effect of a payment on one business day, in columns shaped so that every question is a sum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from mpkit.model import Charge, Chargeback, Payment, Refund
from mpkit.sales.places_of_sale import Spot

# What counts as income: payments contract 1.6 (status) and 1.7 (operation type).
INCOME_STATUS = frozenset({"approved", "refunded", "charged_back", "in_mediation"})
SALES = frozenset({"regular_payment", "pos_payment"})

# On equal times the later state of a payment's life wins; unknown states stand with `approved`.
_RANK = {
    "pending": 0,
    "in_process": 1,
    "authorized": 2,
    "rejected": 3,
    "cancelled": 3,
    "approved": 4,
    "in_mediation": 5,
    "charged_back": 6,
    "refunded": 7,
}
_EPOCH = date(1970, 1, 1)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

# All that was said, in the order of the fields: twice as fast as to have the objects written out.
_APART = {"charges", "refunds", "told"}
_OF_PAYMENT = attrgetter(*(field.name for field in fields(Payment) if field.name not in _APART))
_OF_CHARGE = attrgetter(*(field.name for field in fields(Charge)))
_OF_REFUND = attrgetter(*(field.name for field in fields(Refund)))

FROM_SEARCH = 10**17  # the least seniority of what the API said of a payment; what a report says of it has less

Facts = dict[str, Any]  # one row of a table, by column name; never leaves this room


@dataclass(frozen=True, slots=True)
class Entry:
    """One effect of one payment on one business day; amounts in hundredths, signs as in the measures.

    `kind`: sale, refund, chargeback, reimbursed, or adjustment (charges given back with neither).
    """

    kind: str
    at: datetime
    day: date
    hour: int
    weekday: int
    count: int = 0
    gross: int = 0
    refunds: int = 0
    chargebacks: int = 0
    fees: int = 0
    taxes: int = 0

    @property
    def net(self) -> int:
        """What is left of gross when refunds, chargebacks, fees and taxes are taken off."""
        return self.gross - self.refunds - self.chargebacks - self.fees - self.taxes


@cache
def zone_of(name: str) -> ZoneInfo:
    """An IANA zone; unknown names raise `ZoneInfoNotFoundError`."""
    return ZoneInfo(name)


def business_day(moment: datetime, zone: str, cutoff: int = 0) -> date:
    """The local business day of an instant: what is sold before `cutoff` minutes after midnight is the day before's."""
    local = moment.astimezone(zone_of(zone))
    # The clock on the wall decides, also on days that are an hour longer or shorter.
    return (local.replace(tzinfo=None) - timedelta(minutes=cutoff)).date() if cutoff else local.date()


def paid_by_collector(charge: Charge) -> bool:
    """Whether the merchant pays this charge; a charge that names nobody was seen to be the merchant's (MLC)."""
    return charge.payer in {"collector", ""}


def is_income(payment: Payment, account: str) -> bool:
    """Own income: the account is the collector, the operation a sale, the money was credited."""
    return payment.collector_id == account and payment.operation_type in SALES and payment.status in INCOME_STATUS


def seniority(payment: Payment, version: str) -> int:
    """A number that orders the versions of one payment: time of change, then stage of life, refunds, content.

    Equal content gives an equal number; of any set of versions the same one is greatest, in whatever order they come.
    """
    since = payment.updated - _BEGINNING
    milliseconds = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    stage = _RANK.get(payment.status, 4) * 100 + min(len(payment.refunds), 99)
    return (milliseconds * 1000 + stage) * 1000 + int(version[:8], 16) % 1000


def payment_facts(payment: Payment, account: str, spot: Spot) -> Facts:
    """The row of `payments`; `spot` is where it counts."""
    charges = orjson.dumps([_OF_CHARGE(charge) for charge in payment.charges])
    version = _version(payment, charges)
    fees, taxes, fees_refunded, taxes_refunded = _charged(payment)
    income = is_income(payment, account)
    approved = payment.approved or payment.created
    untouched = income and payment.refunded == 0 and payment.status in {"approved", "in_mediation"}
    return {
        "account": account,
        "payment_id": payment.id,
        "seniority": seniority(payment, version),
        "version": version,
        "status": payment.status,
        "status_detail": payment.status_detail,
        "operation_type": payment.operation_type,
        "income": income,
        "currency": payment.currency,
        "amount": payment.amount,
        "refunded": payment.refunded,
        "net_received": payment.net_received,
        "coupon": payment.coupon,
        "fees": fees,
        "taxes": taxes,
        "fees_refunded": fees_refunded,
        "taxes_refunded": taxes_refunded,
        "unexplained": payment.amount - fees - taxes - payment.net_received if untouched else 0,
        "created": payment.created,
        "approved": approved,
        "updated": payment.updated,
        "released": payment.released,
        "zone": spot.zone,
        "cutoff": spot.cutoff,
        "day": business_day(approved, spot.zone, spot.cutoff),
        "method": payment.method,
        "method_type": payment.method_type,
        "channel": payment.channel,
        "store_id": spot.store_id,
        "pos_id": spot.pos_id,
        "paid_at": payment.pos_id if payment.pos_id and payment.pos_id != spot.pos_id else "",
        "order_id": payment.order_id,
        "wallet": payment.wallet,
        "reference": payment.external_reference,
        "charges": charges.decode(),
        "raw": hashlib.sha256(payment.told).hexdigest()[:32] if payment.told else "",
    }


def _charged(payment: Payment) -> tuple[int, int, int, int]:
    """What the merchant was charged: fees, taxes, and how much of either was given back; hundredths."""
    fees = taxes = fees_refunded = taxes_refunded = 0
    for charge in payment.charges:
        if not paid_by_collector(charge):
            continue
        if charge.kind == "tax":
            taxes += charge.original
            taxes_refunded += charge.refunded
        else:
            fees += charge.original
            fees_refunded += charge.refunded
    return fees, taxes, fees_refunded, taxes_refunded


def _version(payment: Payment, charges: bytes) -> str:
    """A hash of what the API said, so that equal answers are known as equal; in whatever order it lists refunds."""
    said = _OF_PAYMENT(payment)
    refunds = sorted(_OF_REFUND(refund) for refund in payment.refunds) if payment.refunds else ()
    return hashlib.sha256(orjson.dumps((said, refunds)) + charges).hexdigest()[:32]


def refund_facts(payment: Payment, account: str, booked_on: Mapping[str, Any]) -> list[Facts]:
    """The rows of `refunds`: one each, with the charges given back with it; on days like those of the payment's row.

    Money the payment says was given back beyond the refunds it lists (hidden refunds are not listed, payments contract
    1.1.3) is one row without id on the day of the payment's last change.
    """
    if not payment.refunds and payment.refunded <= 0:
        return []
    counted = sorted((r for r in payment.refunds if r.status == "approved"), key=lambda r: (r.created, r.id))
    missing = payment.refunded - sum(refund.amount for refund in counted)
    if missing > 0:
        counted.append(Refund("", payment.id, missing, "approved", payment.updated))
    fees = _shares([c for c in payment.charges if c.kind != "tax"], counted, payment.amount)
    taxes = _shares([c for c in payment.charges if c.kind == "tax"], counted, payment.amount)
    back = {refund.id: (fee, tax) for refund, fee, tax in zip(counted, fees, taxes, strict=True)}
    waiting = [refund for refund in payment.refunds if refund.status != "approved"]
    return [
        {
            "account": account,
            "payment_id": payment.id,
            "refund_id": refund.id,
            "amount": refund.amount,
            "status": refund.status,
            "created": refund.created,
            "day": _day(refund.created, booked_on),
            "fees": back.get(refund.id, (0, 0))[0],
            "taxes": back.get(refund.id, (0, 0))[1],
        }
        for refund in (*counted, *waiting)
    ]


def _shares(charges: Sequence[Charge], refunds: Sequence[Refund], amount: int) -> list[int]:
    """How much of the charges came back with each refund, in order; their sum is exactly what came back in all.

    The API gives the refunded part of a charge once, not by refund. Fees come back in proportion to the refund
    (payments contract 2.5), so each refund gets what the running sum of refunds had earned, less what earlier ones got.
    """
    whole = sum(refund.amount for refund in refunds)
    shares = [0] * len(refunds)
    if not whole:
        return shares
    for charge in charges:
        if not paid_by_collector(charge) or not charge.refunded:
            continue
        proportional = amount > 0 and _part(charge.original, whole, amount) == charge.refunded
        given = running = 0
        for index, refund in enumerate(refunds):
            running += refund.amount
            so_far = _part(charge.original, running, amount) if proportional else _part(charge.refunded, running, whole)
            shares[index] += so_far - given
            given = so_far
    return shares


def _part(amount: int, share: int, whole: int) -> int:
    """`amount` times `share` over `whole`, rounded half up."""
    return (2 * amount * share + whole) // (2 * whole)


def _day(moment: datetime, booked_on: Mapping[str, Any]) -> date:
    """A business day, told as the row of a payment tells its own."""
    return business_day(moment, booked_on["zone"], booked_on["cutoff"])


def chargeback_facts(chargeback: Chargeback, account: str, booked_on: Mapping[str, Any]) -> Facts:
    """The row of `chargebacks`; money that came back is dated on the chargeback's last change."""
    return {
        "account": account,
        "payment_id": chargeback.payment_id,
        "chargeback_id": chargeback.id,
        "amount": chargeback.amount,
        "covered": chargeback.covered,
        "created": chargeback.created,
        "updated": chargeback.updated,
        "day": _day(chargeback.created, booked_on),
        "back_day": _day(chargeback.updated, booked_on),
    }


def entries(
    payment: Mapping[str, Any], refunds: Iterable[Mapping[str, Any]], chargebacks: Iterable[Mapping[str, Any]]
) -> Iterator[Entry]:
    """All effects of one booked payment; nothing where it is no income."""
    if not payment["income"]:
        return
    enter = _entering(zone_of(payment["zone"]))
    sums = {"count": 1, "gross": payment["amount"], "fees": payment["fees"], "taxes": payment["taxes"]}
    yield enter("sale", payment["approved"], payment["day"], **sums)
    fees, taxes = payment["fees_refunded"], payment["taxes_refunded"]
    for refund in refunds:
        if refund["status"] == "approved":
            fees, taxes = fees - refund["fees"], taxes - refund["taxes"]
            sums = {"refunds": refund["amount"], "fees": -refund["fees"], "taxes": -refund["taxes"]}
            yield enter("refund", refund["created"], refund["day"], **sums)
    # Charges given back without a refund come back with the dispute, else on the day of the last change.
    loose = {"fees": -fees, "taxes": -taxes}
    changed = payment["updated"]
    disputes = sorted(chargebacks, key=lambda c: (c["created"], c["chargeback_id"]))
    for dispute in disputes:
        yield enter("chargeback", dispute["created"], dispute["day"], chargebacks=dispute["amount"], **loose)
        loose = {}
        if dispute["covered"]:
            yield enter("reimbursed", dispute["updated"], dispute["back_day"], chargebacks=-dispute["amount"])
    if not disputes and payment["status"] == "charged_back" and payment["status_detail"] != "reimbursed":
        taken = payment["amount"] - payment["refunded"]
        yield enter("chargeback", changed, _day(changed, payment), chargebacks=taken, **loose)
    elif any(loose.values()):
        yield enter("adjustment", changed, _day(changed, payment), **loose)


def _entering(zone: ZoneInfo) -> Callable[..., Entry]:
    def enter(kind: str, at: datetime, day: date, **sums: int) -> Entry:
        weekday = ((day - _EPOCH).days + 3) % 7 + 1
        return Entry(kind, at, day, at.astimezone(zone).hour, weekday, **sums)

    return enter
