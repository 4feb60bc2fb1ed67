"""The ledger sums movements; the same sums from nothing but what the API serves must be equal, to the hundredth."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from mpkit.api import MercadoPago, connect
from mpkit.api.mercadopago import Window
from mpkit.model import Charge, Payment
from mpkit.money import hundredths
from mpkit.sandbox.figures import fee_share
from mpkit.sandbox.hours import zone_at
from mpkit.sites import SITES
from mpkit.work import FixedClock, Seams
from tests.sandbox.asking import NOON, Asking, ask
from tests.soak import Bar

COLUMNS = ("gross", "refunds", "chargebacks", "fees", "taxes", "count")
SALES = {"regular_payment", "pos_payment"}
INCOME = {"approved", "refunded", "charged_back", "in_mediation"}
BEGIN = NOON - timedelta(days=364, hours=23)
Sums = dict[str, Counter[str]]


def client(it: Asking) -> MercadoPago:
    clock = FixedClock(NOON)  # its own: while it waits, no dispute is decided
    seams = Seams(clock=clock, sleep=clock.sleep)
    return connect("https://api.example", SecretStr(it.world.seller.token), transport=it.world, seams=seams)


def own(payment: Payment) -> list[Charge]:
    return [charge for charge in payment.charges if charge.payer == "collector"]


def came_back(payment: Payment, charge: Charge) -> Iterator[tuple[datetime, int]]:
    """When something of a charge came back: whole, where it was put right, else the share of each refund of a fee."""
    if charge.changed is not None and charge.changed not in {refund.created for refund in payment.refunds}:
        yield charge.changed, charge.original
    elif charge.kind != "tax":
        so_far = 0
        for refund in payment.refunds:
            before, so_far = so_far, so_far + refund.amount
            shares = (fee_share(charge.original, payment.amount, refunded) for refunded in (so_far, before))
            yield refund.created, next(shares) - next(shares)


def read_by_the_client(it: Asking) -> dict[str, Sums]:
    """The whole year as the client parses it, summed by day of the shop, store and POS."""
    sums: dict[str, Sums] = {by: defaultdict(Counter) for by in ("day", "store", "pos")}
    api = client(it)

    def post(payment: Payment, at: datetime, column: str, amount: int) -> None:
        day = at.astimezone(zone_at(it.world, payment.store_id or "")).date().isoformat()
        for by, key in (("day", day), ("store", payment.store_id or ""), ("pos", payment.pos_id or "")):
            sums[by][key][column] += amount

    for payment in api.payments(window=Window("date_created", BEGIN, NOON), collector_id=it.user):
        if payment.operation_type not in SALES or payment.status not in INCOME:
            continue
        assert payment.approved is not None
        post(payment, payment.approved, "gross", payment.amount)
        post(payment, payment.approved, "count", 1)
        assert payment.net_received == payment.amount - sum(c.original for c in own(payment) if c.made is None)
        for refund in payment.refunds:
            post(payment, refund.created, "refunds", refund.amount)
        assert sum(refund.amount for refund in payment.refunds) == payment.refunded
        for charge in own(payment):
            column = "taxes" if charge.kind == "tax" else "fees"
            post(payment, charge.made or payment.approved, column, charge.original)
            back = list(came_back(payment, charge))
            assert charge.refunded == sum(amount for _, amount in back)
            for at, amount in back:
                post(payment, at, column, -amount)
        for case in api.chargebacks_of(payment.id) if payment.status == "charged_back" else ():
            post(payment, case.created, "chargebacks", case.amount)
            if case.covered:
                post(payment, case.updated, "chargebacks", -case.amount)
    return sums


def ledger(it: Asking, by: str) -> Sums:
    rows = it("GET", f"/_sandbox/ledger?by={by}").body["rows"]
    for row in rows:
        assert hundredths(row["net"]) == hundredths(row["gross"]) - sum(hundredths(row[c]) for c in COLUMNS[1:5])
    return {row["key"]: Counter({c: row[c] if c == "count" else hundredths(row[c]) for c in COLUMNS}) for row in rows}


def without_zeros(sums: Sums) -> dict[str, dict[str, int]]:
    told = {key: {column: n for column, n in row.items() if n} for key, row in sums.items()}
    return {key: row for key, row in told.items() if row}


@pytest.mark.parametrize("site", sorted(SITES))
def test_a_year_adds_up(bar: Bar, site: str) -> None:
    """A generated year adds up: movements against what the client reads of payments, refunds and chargebacks."""
    count = 0
    for seed in bar.rounds(stated=20, reduced=1):
        it = ask(site=site, seed=seed, stores=7, registers=12, payments=20_000 if bar.whole else 2_000)
        found = read_by_the_client(it)
        for by, sums in found.items():
            assert without_zeros(sums) == without_zeros(ledger(it, by)), (site, seed, by)
        assert sum(row["refunds"] for row in found["day"].values()) > 0
        count += it.world.book.columns.count
    bar.saw(f"{count:,} payments of {site} equal to the hundredth, by day, store and POS")


def served(it: Asking) -> Iterator[dict[str, Any]]:
    """The year's rows as JSON, a month a window."""
    for back in range(12, -1, -1):
        begin, end = NOON - timedelta(days=30 * (back + 1)), NOON - timedelta(days=30 * back, seconds=1)
        window = f"begin_date={max(begin, BEGIN):%Y-%m-%dT%H:%M:%S}.000Z&end_date={end:%Y-%m-%dT%H:%M:%S}.000Z"
        offset = 0
        while page := it("GET", f"/v1/payments/search?{window}&limit=100&offset={offset}").body["results"]:
            yield from page
            offset += len(page)


@pytest.mark.parametrize("site", sorted(SITES))
def test_the_movements_of_each_payment_are_what_its_json_says(site: str) -> None:
    it = ask(site=site, stores=3, registers=5, payments=1_200, seed=11)
    rows = list(served(it))
    assert len({int(row["id"]) for row in rows}) == len(rows) > 1_150
    for row in rows:
        money: Counter[str] = Counter()
        for entry in it.world.book.money[int(row["id"])]:
            money[entry.kind] += entry.hundredths
        approved = row["date_approved"] is not None
        charges = [c for c in row["charges_details"] if c["accounts"]["from"] == "collector"]
        assert money["sale"] + money["outgoing"] + money["funding"] == (
            hundredths(row["transaction_amount"]) if approved else 0
        )
        assert money["fee"] == sum(hundredths(c["amounts"]["original"]) for c in charges if c["type"] == "fee")
        in_force = sum(hundredths(f["amount"]) for f in row["fee_details"] if f["fee_payer"] == "collector")
        assert money["fee"] - money["fee_back"] == in_force
        assert money["tax"] == sum(hundredths(c["amounts"]["original"]) for c in charges if c["type"] == "tax")
        back = money["fee_refund"] + money["fee_back"] + money["tax_back"]
        assert back == sum(hundredths(c["amounts"]["refunded"]) for c in charges)
        assert money["refund"] == sum(hundredths(r["amount"]) for r in row["refunds"])
        assert money["refund"] == hundredths(row["transaction_amount_refunded"])
        assert bool(money["chargeback"]) == (row["status"] == "charged_back")
        for charge in (charge for charge in charges if charge["rate"] is not None):
            exact = hundredths(charge["base_amount"]) * charge["rate"] / 100
            assert abs(hundredths(charge["amounts"]["original"]) - exact) <= (50 if site == "MLC" else 0.51)


def test_days_are_of_each_store_of_the_site_or_of_one_zone() -> None:
    it = ask(site="MLM", stores=8, registers=8, payments=6_000)
    told = {zone: it("GET", f"/_sandbox/ledger?by=day&zone={zone}").body for zone in ("store", "site", "Asia/Tokyo")}
    assert told["store"]["rows"] == it("GET", "/_sandbox/ledger?by=day").body["rows"]
    totals = {zone: sum(hundredths(row["gross"]) for row in body["rows"]) for zone, body in told.items()}
    assert len(set(totals.values())) == 1
    assert len({json.dumps(body["rows"]) for body in told.values()}) == 3
    expected: Counter[str] = Counter()
    for entry in it.world.book.movements():
        if entry.kind == "sale":
            expected[datetime.fromtimestamp(entry.at, ZoneInfo("Asia/Tokyo")).date().isoformat()] += entry.hundredths
    assert {row["key"]: hundredths(row["gross"]) for row in told["Asia/Tokyo"]["rows"] if row["count"]} == expected
    assert it("GET", "/_sandbox/ledger?by=day&zone=Mars/Base").status == 400
