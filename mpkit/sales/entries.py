"""One payment as the API sends it becomes booked rows, each on its store's business day; booked rows become entries.

An entry is one effect of a payment on one business day, in columns shaped so that every question is a sum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from mpkit.model import Chargeback, Payment, Refund
from mpkit.sales.charging import charged, moved_later, since
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
_OF_CHARGE = attrgetter("kind", "name", "payer", "original", "refunded")
_OF_REFUND = attrgetter(*(field.name for field in fields(Refund)))

_CORRECTED = "charges "  # and a number: the id of a row of charges that changed without a refund

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
    (fees, taxes), back = (found := charged(payment)).sale, found.back
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
        "fees_refunded": back[0],
        "taxes_refunded": back[1],
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


def _version(payment: Payment, charges: bytes) -> str:
    """A hash of what the API said, so that equal answers are known as equal; in whatever order it lists refunds."""
    said = _OF_PAYMENT(payment)
    refunds = sorted(_OF_REFUND(refund) for refund in payment.refunds) if payment.refunds else ()
    times = ([(charge.made, charge.changed) for charge in payment.charges],) if moved_later(payment) else ()
    return hashlib.sha256(orjson.dumps((said, refunds, *times)) + charges).hexdigest()[:32]


def refund_facts(payment: Payment, account: str, booked_on: Mapping[str, Any]) -> list[Facts]:
    """The rows of `refunds`: one each, with the charges given back with it; on days like those of the payment's row.

    Money the payment says was given back beyond the refunds it lists (hidden refunds are not listed, payments contract
    1.1.3) is one row without id on the day of the payment's last change. Charges that changed without a refund are rows
    of no amount on their own days; what is charged later is below zero there.
    """
    if not payment.refunds and payment.refunded <= 0 and not moved_later(payment):
        return []
    counted = sorted((r for r in payment.refunds if r.status == "approved"), key=lambda r: (r.created, r.id))
    missing = payment.refunded - sum(refund.amount for refund in counted)
    if missing > 0:
        counted.append(Refund("", payment.id, missing, "approved", payment.updated))
    shares, alone = since(payment, counted)
    corrected = [Refund(f"{_CORRECTED}{n}", payment.id, 0, "approved", at) for n, (at, _, _) in enumerate(alone)]
    shares += [(fee, tax) for _, fee, tax in alone]
    back = {refund.id: share for refund, share in zip((*counted, *corrected), shares, strict=True)}
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
        for refund in (*counted, *corrected, *waiting)
    ]


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
            kind = "refund" if refund["amount"] else "adjustment"
            yield enter(kind, refund["created"], refund["day"], **sums)
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
