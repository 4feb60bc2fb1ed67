"""Rates with bounds, weeks far from usual, growth of the same branches: small counts do not shout, all adds up."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit import sales
from mpkit.db import Engine
from mpkit.model import Payment, Period
from mpkit.sales import Question, coverage, placing, rows
from mpkit.sales.growth import PARTS
from mpkit.sales.mirror import Mirror
from mpkit.sales.peers import tail, wilson
from mpkit.sales.windows import CREATED, Window
from mpkit.work import FixedClock, Seams
from tests.sales.making import ACCOUNT, PLACES, ZONE, payment, refund

DAY = timedelta(days=1)
LAST = date(2026, 6, 14)
NOW = datetime(2026, 6, 15, 15, tzinfo=UTC)
MONTH = Question(ACCOUNT, Period(LAST - 27 * DAY, LAST), by="store", compare="previous", currency="ARS")
Make = Callable[..., Mirror]


@pytest.fixture
def mirror_of(store: Engine, tmp_path: Path) -> Make:
    """A mirror of payments; `back` are those of the second register given back on their own day, by number."""

    def made(many: list[Payment], reach: int = 300) -> Mirror:
        placing.keep_places(store, ACCOUNT, ZONE, [*PLACES.stores.values(), *PLACES.registers.values()])
        rows.keep_payments(store, ACCOUNT, many, PLACES)
        coverage.finish_window(store, ACCOUNT, Window(CREATED, NOW - reach * DAY, NOW, NOW), NOW)
        mirror = Mirror(tmp_path / "mirror", store, ACCOUNT, ZONE, Seams(clock=FixedClock(NOW)))
        mirror.catch_up()
        return mirror

    return made


def sold(
    pos: str, first: date, last: date, a_day: int = 3, back: Callable[[int], bool] = lambda _: False
) -> list[Payment]:
    store = {"700": "900", "701": "901"}[pos]
    many = []
    for n in range(((last - first).days + 1) * a_day):
        at = datetime.combine(first + (n // a_day) * DAY, time(15), UTC) + (n % a_day) * timedelta(minutes=9)
        key = (int(pos) << 20) + first.toordinal() * 1000 + n
        refunds = (refund(key, 10_000, at + timedelta(hours=1)),) if back(n) else ()
        many.append(payment(key, approved=at, store_id=store, pos_id=pos, refunds=refunds))
    return many


@given(st.integers(0, 60), st.integers(0, 5_000))
def test_the_bounds_hold_the_rate_and_narrow_with_more_payments(cases: int, more: int) -> None:
    payments = cases + more
    low, high = wilson(cases, payments)
    assert 0.0 <= low <= high <= 1.0
    if payments:
        assert low <= cases / payments <= high
        narrow = wilson(10 * cases, 10 * payments)
        assert narrow[1] - narrow[0] <= high - low + 1e-12


def test_wilson_as_printed() -> None:
    assert wilson(10, 100, 1.96) == pytest.approx((0.0552, 0.1744), abs=1e-4)


@given(st.integers(0, 20), st.floats(0.1, 20), st.floats(0.5, 50))
def test_the_tail_is_one_less_what_is_below_it(cases: int, mean: float, shape: float) -> None:
    part = mean / (mean + shape)
    below, chance = 0.0, (1 - part) ** shape
    for k in range(cases):
        below += chance
        chance *= part * (shape + k) / (k + 1)
    assert math.isclose(tail(cases, mean, shape), 1 - below, abs_tol=1e-6)


def test_who_stands_out_does_so_for_certain(mirror_of: Make) -> None:
    often = sold("701", LAST - 27 * DAY, LAST, back=lambda n: n % 4 == 0)
    seldom = sold("700", LAST - 27 * DAY, LAST, 8, back=lambda n: n % 50 == 0)
    seen = sales.rates(mirror_of([*often, *seldom]), MONTH, "refunds", "register")
    first, second = seen.rows
    assert (first.id, first.name, first.store, first.payments, first.cases) == ("701", "Caja 1", "Tijuana", 84, 21)
    assert first.stands_out
    assert first.others == pytest.approx(second.rate) == pytest.approx(5 / 224)
    assert not second.stands_out
    assert (seen.places, seen.out) == (2, 1)


def test_two_refunds_of_three_payments_do_not_shout(mirror_of: Make) -> None:
    few = sold("701", LAST, LAST, 3, back=lambda n: n < 2)
    many = sold("700", LAST - 27 * DAY, LAST, 8, back=lambda n: n % 50 == 0)
    seen = sales.rates(mirror_of([*few, *many]), MONTH, "refunds", "store")
    assert seen.out == 0
    assert {each.id for each in seen.rows} == {"900", "901"}


def test_a_week_far_from_usual_is_found_and_dated(mirror_of: Make) -> None:
    first = LAST - 118 * DAY
    strange = range((105 - 6 - 1) * 8, 105 * 8)  # the payments of one week

    def back(n: int) -> bool:
        return n % 60 == 0 or (n in strange and n % 4 == 0)

    mirror = mirror_of(sold("700", first, LAST, 8, back=back))
    (spike,) = sales.spikes(mirror, MONTH)
    assert (spike.id, spike.name, spike.store) == ("700", "Caja 1", "Centro")
    assert (spike.first, spike.last) == (LAST - 20 * DAY, LAST - 14 * DAY)
    assert spike.cases > 10 * spike.expected
    assert spike.amount == spike.cases * 10_000
    earlier = Question(ACCOUNT, Period(LAST - 10 * DAY, LAST), currency="ARS")
    assert sales.spikes(mirror, earlier) == (), "it lies before these days"


def test_refunds_as_always_are_no_spike(mirror_of: Make) -> None:
    mirror = mirror_of(sold("700", LAST - 118 * DAY, LAST, 8, back=lambda n: n % 12 == 0))
    assert sales.spikes(mirror, MONTH) == ()


def test_growth_is_of_the_same_branches_and_all_parts_make_the_account(mirror_of: Make) -> None:
    middle = MONTH.period.first
    old = [*sold("700", LAST - 100 * DAY, middle - DAY, 4), *sold("700", middle, LAST, 5)]
    new = sold("701", middle - 5 * DAY, LAST, 9)
    transfer = payment(
        7, approved=datetime.combine(LAST, time(15), UTC), store_id=None, pos_id=None, channel="transfer"
    )
    mirror = mirror_of([*old, *new, transfer])
    seen = sales.growth(mirror, MONTH)
    assert [[each.now.key for each in getattr(seen, part)] for part in PARTS] == [["900"], ["901"], []]
    assert seen.growth == pytest.approx(0.25)
    assert seen.known
    whole = sales.ask(mirror, Question(ACCOUNT, MONTH.period, by="", currency="ARS")).totals[0]
    assert sum(seen.total(part).now.gross for part in PARTS) + transfer.amount == whole.gross


def test_a_branch_that_sells_no_more_is_listed_beside(mirror_of: Make) -> None:
    stays, left = sold("700", LAST - 100 * DAY, LAST), sold("701", LAST - 100 * DAY, LAST - 20 * DAY)
    seen = sales.growth(mirror_of([*stays, *left]), MONTH)
    assert [each.before.key for each in seen.gone] == ["901"]
    assert seen.growth == 0.0


def test_where_the_sales_do_not_reach_back_it_is_said(mirror_of: Make) -> None:
    mirror = mirror_of(sold("700", LAST - 30 * DAY, LAST), reach=31)
    assert not sales.growth(mirror, MONTH).known
