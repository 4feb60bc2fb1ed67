"""Shops of one account in several zones: each opens and counts its days by the clock on its own wall."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mpkit.sandbox import World
from mpkit.sandbox.hours import zone_at, zone_said
from mpkit.sandbox.ledger import ledger
from mpkit.work import FixedClock

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def mexico() -> World:
    return World("MLM", 7, stores=9, registers=9, payments=6_000, clock=FixedClock(NOW))


def test_a_chain_of_mexico_stands_in_several_zones(mexico: World) -> None:
    zones = {zone_at(mexico, store).key for store in mexico.shelf.stores}
    assert {"America/Mexico_City", "America/Tijuana"} <= zones
    assert zone_at(mexico, "no such store").key == "America/Mexico_City"


def test_nobody_pays_while_the_shop_is_shut(mexico: World) -> None:
    for slip in mexico.book.slips.values():
        if slip.channel != "qr":
            continue
        hours = mexico.shelf.stores[slip.store].hours
        local = datetime.fromtimestamp(slip.created, zone_at(mexico, slip.store))
        day = hours[f"{local:%A}".lower()]
        assert any(part["open"] <= f"{local:%H:%M}" < part["close"] for part in day)


def test_a_movement_counts_on_the_day_of_its_store(mexico: World) -> None:
    expected: Counter[str] = Counter()
    central = Counter(expected)
    for entry in mexico.book.movements():
        if entry.kind == "sale":
            expected[f"{datetime.fromtimestamp(entry.at, zone_at(mexico, entry.store)):%Y-%m-%d}"] += 1
            central[f"{datetime.fromtimestamp(entry.at, ZoneInfo(mexico.site.zone)):%Y-%m-%d}"] += 1
    counted = Counter({row["key"]: row["count"] for row in ledger(mexico, "day")})
    assert +counted == +expected
    assert expected != central, "no sale lies on two days: the test shows nothing"


def test_the_ledger_says_whose_hour_its_days_have(mexico: World) -> None:
    assert zone_said(mexico) == "store"
    assert zone_said(World("MLA", 7, stores=3)) == "America/Argentina/Buenos_Aires"
    assert zone_said(World("MLC", 7)) == "America/Santiago"
