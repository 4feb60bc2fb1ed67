"""Every payment of a till has its order, found by its number alone; what no till made has none."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from mpkit.sandbox import orders, table
from mpkit.sites import SITES
from tests.sandbox.asking import ask

IDS = "ORDTST01{:024d}"


@pytest.mark.parametrize("site", sorted(SITES))
def test_each_order_of_a_year_is_as_described_and_says_what_its_payment_says(site: str) -> None:
    it = ask(site=site, stores=4, registers=7, payments=450)
    schemas = table.description("http://127.0.0.1")
    today, older = (
        Draft202012Validator({**schemas, "$ref": f"#/components/schemas/{name}"}) for name in ("Order", "MerchantOrder")
    )
    seen = set()
    for slip in (slip for slip in it.world.book.slips.values() if slip.order):
        payment = it("GET", f"/v1/payments/{slip.id}").body
        merchant = it("GET", f"/merchant_orders/{payment['order']['id']}").body
        older.validate(merchant)
        (attempt,) = merchant["payments"]
        assert (attempt["id"], attempt["status"]) == (slip.id, payment["status"])
        assert attempt["amount_refunded"] == payment["transaction_amount_refunded"] == merchant["refunded_amount"]
        assert merchant["total_amount"] == payment["transaction_amount"]
        assert merchant["paid_amount"] == (payment["transaction_amount"] if payment["date_approved"] else 0)
        assert (merchant["status"] == "closed") == bool(payment["date_approved"])
        named = payment["point_of_interaction"].get("references")
        order = it("GET", f"/v1/orders/{named[0]['id'] if named else IDS.format(slip.order)}")
        if order.status == 200:
            today.validate(order.body)
            (paid,) = order.body["transactions"]["payments"]
            given_back = [row["amount"] for row in order.body["transactions"].get("refunds", [])]
            assert sum(map(float, given_back)) == pytest.approx(payment["transaction_amount_refunded"])
            assert float(order.body["total_amount"]) == payment["transaction_amount"]
            assert ("reference_id" in paid) == bool(payment["date_approved"])
            seen.add((order.body["type"], order.body["status"]))
        else:
            assert order.body["errors"][0]["code"] == "order_not_found"
    assert ("qr", "processed") in seen
    assert len(seen) > 1


def test_a_number_is_found_without_being_kept() -> None:
    it = ask(stores=4, registers=7, payments=20_000)
    book = it.world.book
    before = book.columns.bytes
    ours = {int(order): row for row, order in enumerate(book.columns.order[: book.columns.count].tolist()) if order}
    assert all(orders.found(book, order) == row for order, row in ours.items())
    around = {order + step for order in ours for step in (-1, 1)} - set(ours)
    assert len(around) > 10_000
    assert {orders.found(book, order) for order in around} == {-1}
    assert {orders.found(book, order) for order in (0, -1, orders.FIRST - 1, orders.FIRST + orders.ROUND)} == {-1}
    assert book.columns.bytes == before


def test_an_empty_account_has_none() -> None:
    it = ask()
    assert it("GET", "/merchant_orders/36000000001").status == 404
    assert it("GET", f"/v1/orders/{IDS.format(36000000001)}").status == 404
    assert it("GET", "/merchant_orders/search").body == {"elements": None, "next_offset": 0, "total": 0}
    assert it("GET", "/merchant_orders/search?limit=much").status == 400
