"""What comes back of a payment's charges, and when: with refunds, by itself, or both."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mpkit.model import Charge, Payment, Refund
from mpkit.sales.charging import charged, moved_later, part, since
from tests.sales.making import NOON, charge, payment, refund

DAY = timedelta(days=1)


def fee(original: int, refunded: int = 0, *, made: datetime | None = None, changed: datetime | None = None) -> Charge:
    return Charge("fee", "a_fee", "collector", original, refunded, made, changed)


def told(one: Payment) -> tuple[list[tuple[int, int]], list[tuple[datetime, int, int]]]:
    return since(one, one.refunds)


def test_a_charge_put_right_comes_back_on_its_own_day_and_is_made_anew() -> None:
    later = NOON + 40 * DAY
    one = payment(charges=(fee(800, 800, changed=later), fee(300, made=later), charge("tax", 100)), net_received=9_100)
    found = charged(one)
    assert (found.sale, found.back) == ([800, 100], [500, 0])
    assert told(one) == ([], [(later, 500, 0)])


def test_a_refund_after_a_correction_gives_back_what_is_charged_now() -> None:
    later = NOON + 40 * DAY
    charges = (fee(800, 800, changed=later), fee(300, 300, made=later, changed=later + DAY))
    one = payment(charges=charges, refunds=(refund(5, 10_000, later + DAY),))
    assert told(one) == ([(300, 0)], [(later, 500, 0)])


def test_taxes_given_back_by_themselves_are_no_refunds() -> None:
    back = Charge("tax", "a_tax", "collector", 200, 200, None, NOON + 30 * DAY)
    one = payment(charges=(back, fee(400, 100)), refunds=(refund(5, 2_500, NOON + DAY),))
    assert told(one) == ([(100, 0)], [(NOON + 30 * DAY, 0, 200)])


def test_a_change_that_came_with_the_refund_is_the_refunds_and_one_that_tells_no_time_too() -> None:
    at = NOON + 20 * DAY
    for changed in (at, at + timedelta(seconds=4), None, NOON):
        one = payment(charges=(fee(800, 800, changed=changed),), refunds=(refund(5, 4_000, at),))
        assert told(one) == ([(800, 0)], [])


def test_what_is_added_some_seconds_after_the_approval_is_the_sales() -> None:
    one = payment(charges=(fee(800, made=NOON + timedelta(seconds=8)),))
    assert (charged(one).sale, charged(one).back) == ([800, 0], [0, 0])
    assert told(one) == ([], [])
    assert moved_later(one)


def test_who_else_pays_is_not_asked() -> None:
    coupon = Charge("coupon", "coupon_off", "ml", 500, 500, NOON + 9 * DAY, NOON + 9 * DAY)
    one = payment(charges=(coupon,))
    assert (charged(one).sale, charged(one).back, told(one)) == ([0, 0], [0, 0], ([], []))


@settings(max_examples=60, deadline=None)
@given(
    fees=st.lists(st.tuples(st.integers(0, 900), st.integers(1, 60)), min_size=1, max_size=4),
    parts=st.lists(st.tuples(st.integers(1, 4_000), st.integers(1, 60)), max_size=3),
)
def test_it_finds_again_what_happened(fees: list[tuple[int, int]], parts: list[tuple[int, int]]) -> None:
    """A fee put right again and again, then refunds: each movement on its own day, to the cent."""
    at, charges, alone = NOON, list[Charge](), dict[datetime, int]()
    made: datetime | None = None
    for n, (amount, days) in enumerate(fees):
        if n:  # what stood before comes back whole
            at += days * DAY
            last = charges.pop()
            charges.append(fee(last.original, last.original, made=made, changed=at))
            alone[at] = last.original - amount
            made = at
        charges.append(fee(amount, made=made))
    standing, refunds, shares, given_back = charges.pop(), list[Refund](), list[tuple[int, int]](), 0
    for n, (amount, days) in enumerate(parts):
        if given_back + amount > 10_000:
            break
        at += days * DAY
        before, given_back = part(standing.original, given_back, 10_000), given_back + amount
        shares.append((part(standing.original, given_back, 10_000) - before, 0))
        refunds.append(refund(n, amount, at))
    back = sum(share for share, _ in shares)
    charges.append(fee(standing.original, back, made=made, changed=at if back else None))
    one = payment(charges=tuple(charges), refunds=tuple(refunds))
    found, (of_refunds, by_themselves) = charged(one), told(one)
    assert of_refunds == shares
    assert {when: fees for when, fees, _ in by_themselves} == alone
    assert found.back[0] == sum(alone.values()) + back
    assert found.sale[0] == fees[0][0]
