"""The newest version of a payment wins, in whatever order versions come; every change is told to every mirror."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from pathlib import Path

import pytest

from mpkit.db import Engine, open_store
from mpkit.model import Branch, Chargeback, Location, Payment, Pos, Store
from mpkit.sales import chunks, coverage, placing, rows
from mpkit.sales.places_of_sale import from_api
from mpkit.sales.windows import CREATED, UPDATED, Window
from tests.sales.making import ACCOUNT, NOON, PLACES, ZONE, charge, every_booked, payment, refund

DAY = timedelta(days=1)


def life() -> list[Payment]:
    """Four versions of one payment, two of them of the same second."""
    first = refund(1, 1_000, NOON + DAY)
    second = refund(2, 9_000, NOON + 2 * DAY)
    fee = (charge("fee", 700),)
    return [
        payment(status="pending", approved=NOON, updated=NOON),
        payment(charges=fee, updated=NOON),
        payment(charges=fee, refunds=(first,), updated=NOON + DAY),
        payment(charges=(charge("fee", 700, 700),), refunds=(first, second), status="refunded", updated=NOON + 2 * DAY),
    ]


def standing(store: Engine) -> list[object]:
    return [(dict(each.payment), [dict(row) for row in each.refunds]) for each in every_booked(store)]


def test_the_newest_version_wins_in_any_order(tmp_path: Path) -> None:
    ends = []
    for number, order in enumerate(itertools.permutations(life())):
        store = open_store(f"sqlite:///{tmp_path / f'{number}.sqlite'}")
        for version in order:
            rows.keep_payments(store, ACCOUNT, [version], PLACES)
        ends.append(standing(store))
        store.dispose()
    assert all(end == ends[0] for end in ends)
    ((facts, refunds),) = ends[0]
    assert (facts["status"], facts["refunded"], len(refunds)) == ("refunded", 10_000, 2)


def test_versions_in_one_batch_and_equal_times(store: Engine) -> None:
    versions = [payment(updated=NOON), payment(status="refunded", refunds=(refund(1, 10_000, NOON),), updated=NOON)]
    assert len(rows.keep_payments(store, ACCOUNT, [versions[1], versions[0]], PLACES)) == 1
    assert rows.keep_payments(store, ACCOUNT, [versions[0]], PLACES) == ()
    ((facts, refunds),) = standing(store)
    assert (facts["status"], len(refunds)) == ("refunded", 1)


def test_a_refund_that_was_hidden_is_not_counted_twice_once_it_is_listed(store: Engine) -> None:
    rows.keep_payments(store, ACCOUNT, [payment(refunded=1_000, updated=NOON + DAY)], PLACES)
    listed = payment(refunds=(refund(1, 1_000, NOON + DAY),), updated=NOON + 2 * DAY)
    rows.keep_payments(store, ACCOUNT, [listed], PLACES)
    ((_, refunds),) = standing(store)
    assert [(row["refund_id"], row["amount"]) for row in refunds] == [("1", 1_000)]


def test_reading_the_same_again_changes_nothing(store: Engine) -> None:
    rows.join_mirrors(store, ACCOUNT, "m", NOON, NOON - DAY)
    many = [payment(number) for number in range(1, 1201)]
    assert len(rows.keep_payments(store, ACCOUNT, many, PLACES)) == 1200
    stamps, booked = chunks.changes(store, ACCOUNT, "m", 5000)
    assert len(stamps) == len(booked) == 1200
    rows.acknowledge(store, ACCOUNT, "m", stamps, NOON)
    assert rows.keep_payments(store, ACCOUNT, random.Random(7).sample(many, 1200), PLACES) == ()
    assert not rows.changes_waiting(store, ACCOUNT, "m")


def test_a_change_while_a_mirror_reads_stays_in_the_outbox(store: Engine) -> None:
    rows.join_mirrors(store, ACCOUNT, "m", NOON, NOON - DAY)
    rows.join_mirrors(store, ACCOUNT, "other", NOON, NOON - DAY)
    versions = life()
    rows.keep_payments(store, ACCOUNT, versions[:1], PLACES)
    stamps, _ = chunks.changes(store, ACCOUNT, "m", 10)
    rows.keep_payments(store, ACCOUNT, versions[1:2], PLACES)
    rows.acknowledge(store, ACCOUNT, "m", stamps, NOON)
    again, booked = chunks.changes(store, ACCOUNT, "m", 10)
    assert set(again) == {"1"}
    assert booked.payments["status"] == ("approved",)
    rows.acknowledge(store, ACCOUNT, "m", again, NOON)
    assert not rows.changes_waiting(store, ACCOUNT, "m")
    assert rows.changes_waiting(store, ACCOUNT, "other")


def test_a_mirror_not_seen_for_long_is_told_nothing_more(store: Engine) -> None:
    rows.join_mirrors(store, ACCOUNT, "old", NOON - 40 * DAY, NOON - 70 * DAY)
    rows.keep_payments(store, ACCOUNT, [payment()], PLACES)
    rows.join_mirrors(store, ACCOUNT, "new", NOON, NOON - 30 * DAY)
    assert not rows.knows_mirror(store, ACCOUNT, "old")
    assert not rows.changes_waiting(store, ACCOUNT, "old")
    assert rows.knows_mirror(store, ACCOUNT, "new")


def test_accounts_are_kept_apart(store: Engine) -> None:
    rows.keep_payments(store, ACCOUNT, [payment()], PLACES)
    assert list(chunks.every(store, "99")) == []


def test_chargebacks_are_asked_for_once_per_version(store: Engine) -> None:
    disputed = payment(status="charged_back", updated=NOON + DAY)
    rows.keep_payments(store, ACCOUNT, [payment(), payment(2)], PLACES)
    assert rows.chargebacks_due(store, ACCOUNT, 10) == ()
    rows.keep_payments(store, ACCOUNT, [disputed], PLACES)
    (due,) = rows.chargebacks_due(store, ACCOUNT, 10)
    found = Chargeback("77", "1", 10_000, "ARS", None, NOON + DAY, NOON + DAY)
    rows.keep_chargebacks(store, ACCOUNT, due, [found])
    assert rows.chargebacks_due(store, ACCOUNT, 10) == ()
    # back to approved: the chargeback is known, so its end is asked for too
    rows.keep_payments(store, ACCOUNT, [payment(updated=NOON + 9 * DAY)], PLACES)
    (again,) = rows.chargebacks_due(store, ACCOUNT, 10)
    rows.keep_payments(store, ACCOUNT, [payment(updated=NOON + 10 * DAY)], PLACES)
    rows.keep_chargebacks(store, ACCOUNT, again, [])
    assert len(rows.chargebacks_due(store, ACCOUNT, 10)) == 1, "it changed while we asked"


def test_a_store_that_moves_zone_moves_its_days(store: Engine) -> None:
    late = NOON.replace(hour=2, minute=30) + DAY  # 23:30 in Buenos Aires, 18:30 or 19:30 in Tijuana
    early = NOON.replace(hour=5)  # 02:00 in Buenos Aires, 22:00 of the day before in Tijuana
    one = payment(approved=late, refunds=(refund(1, 100, early + 2 * DAY),))
    other = payment(2, approved=early)
    rows.keep_payments(store, ACCOUNT, [one, other], PLACES)
    rows.join_mirrors(store, ACCOUNT, "m", NOON, NOON - DAY)
    branch = Branch("CENTRO", "Centro", Location("", "", "", "", 0, 0), zone="America/Tijuana")
    stores = [Store("900", "Centro", "CENTRO")]
    registers = [Pos("700", "Caja 1", "900", "CENTRO1")]
    found = from_api("MLA", stores, registers, [branch])
    assert placing.keep_places(store, ACCOUNT, ZONE, found) == 2
    assert placing.keep_places(store, ACCOUNT, ZONE, found) == 0
    days = {facts["payment_id"]: facts["day"].day for facts, _ in standing(store)}  # type: ignore[attr-defined]
    refunds = [row["day"].day for _, found in standing(store) for row in found]  # type: ignore[attr-defined]
    assert (days, refunds) == ({"1": 10, "2": 9}, [11])
    assert len(chunks.changes(store, ACCOUNT, "m", 10)[0]) == 2


def test_finished_windows_that_touch_are_one(store: Engine) -> None:
    polls = [Window(UPDATED, NOON + n * DAY, NOON + (n + 1) * DAY, NOON + n * DAY) for n in range(5)]
    for window in (polls[3], polls[0], polls[1], polls[4], polls[2], polls[2]):
        coverage.finish_window(store, ACCOUNT, window, NOON)
    (whole,) = coverage.known_windows(store, ACCOUNT)
    assert (whole.begin, whole.end, whole.anchor) == (NOON, NOON + 5 * DAY, NOON)
    coverage.plan_windows(store, ACCOUNT, [Window(CREATED, NOON, NOON + DAY, NOON)])
    assert len(coverage.known_windows(store, ACCOUNT)) == 2


def test_a_planned_window_that_is_done_stays_done(store: Engine) -> None:
    window = Window(CREATED, NOON, NOON + DAY, NOON)
    coverage.finish_window(store, ACCOUNT, window, NOON)
    coverage.plan_windows(store, ACCOUNT, [window])
    assert coverage.known_windows(store, ACCOUNT)[0].done == NOON
    coverage.plan_windows(store, ACCOUNT, [window], instead_of=[window])
    assert coverage.known_windows(store, ACCOUNT)[0].done is None


@pytest.mark.parametrize("text", ["900", "CENTRO"])
def test_a_store_is_found_by_either_id(text: str) -> None:
    assert PLACES.find("store", text) == "900"
    assert PLACES.find("register", text) is None
