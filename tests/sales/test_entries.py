"""A payment's effects: what, how much, on which business day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.model import Chargeback, Payment
from mpkit.sales.entries import Entry, chargeback_facts, entries, is_income, payment_facts, refund_facts
from mpkit.sales.places_of_sale import Spot
from tests.sales.making import ACCOUNT, NOON, PLACES, ZONE, charge, payment, refund


def effects(one: Payment, *disputes: Chargeback) -> list[Entry]:
    store = PLACES.store_of(one.store_id, one.pos_id)
    zone = PLACES.zone_of(store)
    facts = payment_facts(one, ACCOUNT, Spot(store, "700", zone))
    back = refund_facts(one, ACCOUNT, facts)
    return list(entries(facts, back, [chargeback_facts(each, ACCOUNT, facts) for each in disputes]))


def dispute(
    amount: int, created: datetime, *, covered: bool | None = None, updated: datetime | None = None
) -> Chargeback:
    return Chargeback("77", "1", amount, "ARS", covered, created, updated or created)


def total(found: list[Entry], name: str) -> int:
    return sum(getattr(each, name) for each in found)


def test_a_sale_is_one_entry_that_adds_up() -> None:
    (sale,) = effects(payment(charges=(charge("fee", 761), charge("tax", 300), charge("coupon", 50, payer="ml"))))
    assert (sale.kind, sale.count, sale.gross, sale.fees, sale.taxes, sale.net) == ("sale", 1, 10_000, 761, 300, 8_939)
    assert (sale.day, sale.hour, sale.weekday) == (date(2026, 3, 10), 12, 2)


@pytest.mark.parametrize(
    ("at", "day", "hour"),
    [
        (datetime(2026, 3, 11, 2, 59, 59, tzinfo=UTC), date(2026, 3, 10), 23),
        (datetime(2026, 3, 11, 3, 0, 1, tzinfo=UTC), date(2026, 3, 11), 0),
        (datetime.fromisoformat("2026-03-10T22:59:00-04:00"), date(2026, 3, 10), 23),
        (datetime.fromisoformat("2026-03-10T23:01:00-04:00"), date(2026, 3, 11), 0),
    ],
)
def test_the_day_is_the_stores_own(at: datetime, day: date, hour: int) -> None:
    (sale,) = effects(payment(approved=at))
    assert (sale.day, sale.hour) == (day, hour)


def test_a_branch_may_live_in_another_zone() -> None:
    at = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)  # 21:00 in Tijuana (summer time since the 8th), 01:00 in Buenos Aires
    (there,) = effects(payment(approved=at, store_id="901", pos_id="701"))
    (here,) = effects(payment(approved=at))
    assert (there.day, there.hour) == (date(2026, 3, 10), 21)
    assert (here.day, here.hour) == (date(2026, 3, 11), 1)


def test_a_payment_without_store_belongs_to_its_registers() -> None:
    (sale,) = effects(payment(approved=datetime(2026, 3, 11, 4, 0, tzinfo=UTC), store_id=None, pos_id="701"))
    assert sale.day == date(2026, 3, 10)


def test_a_refund_counts_on_its_own_day_with_the_fee_that_comes_back() -> None:
    later = NOON + timedelta(days=3)
    found = effects(payment(charges=(charge("fee", 1000, 400),), refunds=(refund(5, 4_000, later),)))
    sale, back = found
    assert (sale.gross, sale.fees) == (10_000, 1000)
    assert (back.kind, back.day, back.refunds, back.fees, back.count) == ("refund", date(2026, 3, 13), 4_000, -400, 0)
    assert total(found, "net") == 10_000 - 4_000 - 600


def test_parts_of_a_fee_follow_the_running_sum_of_refunds() -> None:
    # 3 x 33.33 % of a fee of 1.00: rounding each by itself would give 0.33 three times
    days = [NOON + timedelta(days=n) for n in (1, 2, 3)]
    back = tuple(refund(n, amount, day) for n, (amount, day) in enumerate(zip((3333, 3333, 3334), days, strict=True)))
    found = effects(payment(status="refunded", charges=(charge("fee", 100, 100),), refunds=back))
    assert [each.fees for each in found] == [100, -33, -34, -33]
    assert total(found, "net") == 0


def test_only_approved_refunds_count() -> None:
    found = effects(payment(refunds=(refund(5, 4_000, NOON, "in_process"), refund(6, 1_000, NOON, "rejected"))))
    assert [each.kind for each in found] == ["sale"]


def test_hidden_refunds_are_dated_on_the_last_change() -> None:
    changed = NOON + timedelta(days=5)
    one = payment(refunds=(refund(5, 1_000, NOON + timedelta(days=1)),), refunded=3_000, updated=changed)
    found = effects(one)
    assert [(each.refunds, each.day) for each in found[1:]] == [(1_000, date(2026, 3, 11)), (2_000, date(2026, 3, 15))]


def test_a_chargeback_counts_on_its_day_and_comes_back_on_another() -> None:
    opened, decided = NOON + timedelta(days=20), NOON + timedelta(days=60)
    one = payment(status="charged_back", status_detail="reimbursed", updated=decided)
    found = effects(one, dispute(10_000, opened, covered=True, updated=decided))
    assert [(e.kind, e.day, e.chargebacks) for e in found[1:]] == [
        ("chargeback", date(2026, 3, 30), 10_000),
        ("reimbursed", date(2026, 5, 9), -10_000),
    ]
    lost = effects(replace(one, status_detail="settled"), dispute(10_000, opened, covered=False, updated=decided))
    assert total(lost, "net") == 0


def test_until_the_chargeback_is_known_the_payment_is_believed() -> None:
    changed = NOON + timedelta(days=2)
    found = effects(payment(status="charged_back", status_detail="in_process", updated=changed))
    assert [(e.kind, e.day, e.chargebacks) for e in found[1:]] == [("chargeback", date(2026, 3, 12), 10_000)]
    assert len(effects(payment(status="charged_back", status_detail="reimbursed"))) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"collector_id": "99"},
        {"collector_id": None},
        {"status": "rejected"},
        {"status": "pending"},
        {"status": "cancelled"},
        {"operation_type": "money_transfer"},
        {"operation_type": "account_fund"},
    ],
)
def test_what_is_no_income_has_no_entries(more: dict[str, object]) -> None:
    assert is_income(payment(), ACCOUNT)
    assert not is_income(payment(**more), ACCOUNT)  # type: ignore[arg-type]
    assert effects(payment(**more)) == []  # type: ignore[arg-type]


def test_a_net_that_is_not_what_was_received_is_unexplained() -> None:
    def unexplained(one: Payment) -> int:
        return int(payment_facts(one, ACCOUNT, Spot("900", "700", ZONE))["unexplained"])

    assert unexplained(payment(charges=(charge("fee", 761),))) == 0
    assert unexplained(payment(charges=(charge("fee", 761),), net_received=9_000)) == 239
    assert unexplained(payment(refunds=(refund(1, 10_000, NOON),), status="refunded", net_received=1)) == 0


money = st.integers(min_value=1, max_value=5_000_000)


@given(
    amount=money,
    fee=st.integers(0, 100_000),
    tax=st.integers(0, 100_000),
    shares=st.lists(st.integers(1, 100), max_size=6),
    came_back=st.floats(0, 1),
)
def test_the_entries_of_a_payment_always_add_up(
    amount: int, fee: int, tax: int, shares: list[int], came_back: float
) -> None:
    parts = [amount * share // 700 for share in shares]
    back = tuple(refund(n, part, NOON + timedelta(days=n)) for n, part in enumerate(parts) if part)
    returned = int(fee * came_back)
    one = payment(amount=amount, charges=(charge("fee", fee, returned), charge("tax", tax)), refunds=back)
    found = effects(one)
    given_back = sum(each.amount for each in back)
    if back:
        assert total(found, "fees") == fee - returned
        assert [each.refunds for each in found if each.kind == "refund"] == [each.amount for each in back]
    assert total(found, "net") == amount - given_back - total(found, "fees") - tax
    assert total(found, "gross") == amount
