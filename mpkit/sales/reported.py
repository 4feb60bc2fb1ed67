"""Rows of a settlement report become booked payments, refunds and chargebacks, as far as the search does not know them.

What the search said of a payment is never touched. Everything is written under keys made of the report's own rows, and
what a payment sums to is summed anew from them: the same rows read twice, or in any order, leave the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mpkit import db
from mpkit.api.report_rows import SettlementRow
from mpkit.db import Connection, Engine
from mpkit.model import Charge, Payment
from mpkit.sales.entries import FROM_SEARCH, Facts, business_day, payment_facts
from mpkit.sales.places_of_sale import PlacesOfSale
from mpkit.sales.rows import chargebacks, payments, rebook, refunds, tell_mirrors

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_OTHERS_MONEY = {"money in", "money_inflows"}  # the merchant's own money, put into the account
_POINT, _QR = "PO", "QR"
_DISPUTE = "reported"  # a report says that there was a dispute, and not which
_REFUND_KEY = ("account", "payment_id", "refund_id")
_DISPUTE_KEY = ("account", "payment_id", "chargeback_id")


@dataclass(slots=True)
class Sorted:
    """The rows of one batch by what they tell, each of them of one payment."""

    sales: dict[str, SettlementRow] = field(default_factory=dict)
    refunds: dict[tuple[str, str], SettlementRow] = field(default_factory=dict)
    disputes: list[SettlementRow] = field(default_factory=list)

    def ids(self) -> set[str]:
        """Every payment there is something of."""
        return {*self.sales, *(key for key, _ in self.refunds), *(row.source_id for row in self.disputes)}


def keep_reported(engine: Engine, account: str, batch: Sequence[SettlementRow], where: PlacesOfSale) -> int:
    """Write what these rows tell of payments that the search has not told; returns how many payments that were."""
    told = _sorted(batch)
    if not (ids := told.ids()):
        return 0
    with db.writing(engine) as connection:
        known = _booked_on(connection, account, ids)
        mine = {key for key in ids if known.get(key, {}).get("seniority", 0) < FROM_SEARCH}
        sales = [_facts(row, account, where) for key, row in told.sales.items() if key in mine]
        db.upsert(connection, payments, sales, key=("account", "payment_id"), newer_by="seniority")
        spots = _Spots(where, {**known, **{facts["payment_id"]: facts for facts in sales}})
        back = [_refund(row, account, key, spots) for key, row in told.refunds.items() if key[0] in mine]
        db.upsert(connection, refunds, back, key=_REFUND_KEY)
        for row in (row for row in told.disputes if row.source_id in mine):
            taken = row.amount < 0  # its beginning and its end may come in either order: each keeps what the other said
            kept = ("covered", "updated", "back_day") if taken else ("amount", "created", "day")
            db.upsert(connection, chargebacks, [_dispute(row, account, spots)], key=_DISPUTE_KEY, keep=kept)
        _sum_up(connection, account, mine)
        tell_mirrors(connection, account, sorted(mine))
    return len(mine)


def _sorted(batch: Iterable[SettlementRow]) -> Sorted:
    told = Sorted()
    for row in batch:
        if row.is_sale and row.unit.lower() not in _OTHERS_MONEY:
            told.sales[row.source_id] = row
        elif row.kind == "REFUND":
            told.refunds[row.source_id, row.refund_id or f"{_milliseconds(row.at)}:{-row.amount}"] = row
        elif row.kind == "CHARGEBACK":
            told.disputes.append(row)
            if row.fee or row.taxes:  # charges that come back with it are a refund of charges alone
                told.refunds[row.source_id, f"{_DISPUTE}:{_milliseconds(row.at)}"] = row
    return told


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND


def _booked_on(connection: Connection, account: str, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    query = payments.select().where(payments.c.account == account, db.among(payments.c.payment_id, ids))
    return {row["payment_id"]: dict(row) for row in connection.execute(query).mappings()}


def _facts(row: SettlementRow, account: str, where: PlacesOfSale) -> Facts:
    """The row of a sale; any word of the search is newer."""
    named = row.taxes_by if sum(amount for _, amount in row.taxes_by) == (row.taxes or 0) else (("", row.taxes or 0),)
    charges = [Charge("fee", "fee", "collector", -(row.fee or 0), 0)] if row.fee else []
    charges += [Charge("tax", name, "collector", -amount, 0) for name, amount in named if amount]
    payment = Payment(
        id=row.source_id, collector_id=account, status="approved", status_detail="", operation_type="regular_payment",
        currency=row.currency, amount=row.amount, refunded=0, net_received=row.net, coupon=row.coupon or 0,
        created=row.at, approved=row.at, updated=row.at, method=row.method, method_type=row.method_type,
        store_id=row.spot.store_id or None, pos_id=row.spot.pos_id or None,
        external_reference=row.external_reference, order_id=row.order_id, channel=_channel(row),
        wallet=row.wallet or row.bank, charges=tuple(charges), released=row.released,
    )  # fmt: skip
    facts = payment_facts(payment, account, where.spot_of(payment.store_id, payment.pos_id))
    return facts | {"seniority": _milliseconds(row.at), "chargebacks_due": False}


def _channel(row: SettlementRow) -> str:
    """How the sale was made, in the words the search's payments are told by; "" where nothing tells."""
    unit = row.unit.lower()
    if _QR in row.tags or unit == "qr":
        return "qr"
    if _POINT in row.tags or unit == "point":
        return "point"
    if "transfer" in unit or row.method == "cvu":
        return "transfer"
    in_store = bool(row.spot.store_id or row.spot.pos_id)
    return "online" if unit and not in_store else ""


@dataclass(frozen=True, slots=True)
class _Spots:
    """Zone and cut-off of each payment; of one whose sale is in a report still to come, of its row's own store."""

    where: PlacesOfSale
    facts: Mapping[str, Mapping[str, Any]]

    def day(self, row: SettlementRow) -> Any:  # noqa: ANN401 - a date
        found = self.facts.get(row.source_id)
        if found is not None:
            return business_day(row.at, found["zone"], found["cutoff"])
        spot = self.where.spot_of(row.spot.store_id or None, row.spot.pos_id or None)
        return business_day(row.at, spot.zone, spot.cutoff)


def _refund(row: SettlementRow, account: str, key: tuple[str, str], spots: _Spots) -> Facts:
    payment_id, refund_id = key
    return {
        "account": account,
        "payment_id": payment_id,
        "refund_id": refund_id,
        "amount": -row.amount if row.kind == "REFUND" else 0,
        "status": "approved",
        "created": row.at,
        "day": spots.day(row),
        "fees": row.fee or 0,
        "taxes": row.taxes or 0,
    }


def _dispute(row: SettlementRow, account: str, spots: _Spots) -> Facts:
    day = spots.day(row)
    return {
        "account": account,
        "payment_id": row.source_id,
        "chargeback_id": _DISPUTE,
        "amount": abs(row.amount),
        "covered": row.amount > 0 or None,
        "created": row.at,
        "updated": row.at,
        "day": day,
        "back_day": day,
    }


def _sum_up(connection: Connection, account: str, mine: Iterable[str]) -> None:
    """What was given back of each payment, and what state that leaves it in, from the rows of its parts."""
    booked = _booked_on(connection, account, mine)
    given = {name: Counter[str]() for name in ("amount", "fees", "taxes")}
    of_these = refunds.select().where(refunds.c.account == account, db.among(refunds.c.payment_id, booked))
    for refund in connection.execute(of_these).mappings():
        for name, sums in given.items():
            sums[refund["payment_id"]] += refund[name]
    theirs = chargebacks.select().where(chargebacks.c.account == account, db.among(chargebacks.c.payment_id, booked))
    disputed = {row["payment_id"]: row["covered"] for row in connection.execute(theirs).mappings()}
    lines = []
    for key, row in booked.items():
        back = given["amount"][key]
        status, detail = _state(row["amount"], back, disputed.get(key, ...))
        line = {
            "payment_id": key,
            "refunded": back,
            "fees_refunded": given["fees"][key],
            "taxes_refunded": given["taxes"][key],
            "status": status,
            "status_detail": detail,
        }
        if back or key in disputed:
            line["unexplained"] = 0
        lines.append({"unexplained": row["unexplained"], **line})
    if lines:
        rebook(connection, payments, account, lines)


def _state(amount: int, back: int, covered: object) -> tuple[str, str]:
    """Status and detail as the search would say them; `covered` is `...` where there was no dispute."""
    if covered is True:
        return "charged_back", "reimbursed"
    if covered is not ...:
        return "charged_back", "settled"
    if back >= amount:
        return "refunded", "refunded"
    return "approved", "partially_refunded" if back else "accredited"
