"""The generated year: repeatable, believable, and its payments say the same as its movements."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpkit.money import hundredths
from mpkit.sandbox.believable import believable
from mpkit.sandbox.book import RANGES
from mpkit.sandbox.days import easter, factor
from mpkit.sandbox.figures import fee_share
from mpkit.sandbox.hours import zone_at
from mpkit.sites import SITES
from tests.sandbox.asking import NOON, Asking, ask

COLUMNS = ("gross", "refunds", "chargebacks", "fees", "taxes")
OPERATIONS = {"regular_payment", "pos_payment"}
SALES = {"approved", "refunded", "charged_back", "in_mediation"}


def told(it: Asking) -> Iterator[dict[str, Any]]:
    """Every payment as the API shows it; few at once, as they are large."""
    for some in np.array_split(np.arange(it.world.book.columns.count), it.world.book.columns.count // 500 + 1):
        yield from orjson.loads(it.world.typesetter.set(some))


def local_day(text: str, zone: str) -> str:
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).date().isoformat()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), site=st.sampled_from(sorted(SITES)), shops=st.integers(0, 3))
def test_amounts_add_up_in_every_world(seed: int, site: str, shops: int) -> None:
    it = ask(site=site, seed=seed, stores=shops, registers=shops * 2, payments=150)
    assert len(it.world.book.slips) == 150
    for row in told(it):
        money = it.world.book.money[int(row["id"])]
        amount = hundredths(row["transaction_amount"])
        assert amount > 0
        if not money:
            assert row["status"] in {"rejected", "cancelled", "pending"}
            assert row["date_approved"] is None
            continue
        own = [c for c in row["charges_details"] if c["accounts"]["from"] == "collector"]
        charges = sum(hundredths(c["amounts"]["original"]) for c in own if c["date_created"] == row["date_approved"])
        assert hundredths(row["transaction_details"]["net_received_amount"]) == amount - charges
        refunded = sum(hundredths(r["amount"]) for r in row["refunds"])
        assert hundredths(row["transaction_amount_refunded"]) == refunded <= amount
        assert (row["status"] == "refunded") == (refunded == amount)
        assert row["date_created"] <= row["date_approved"] <= row["date_last_updated"]
        for entry in money:
            assert entry.hundredths >= 0
            assert entry.at <= it.world.now().timestamp()
            if it.world.site.decimals == 0 and entry.kind in {"sale", "refund"}:
                assert entry.hundredths % 100 == 0


@given(st.integers(0, 10**7), st.integers(1, 10**8), st.lists(st.integers(1, 10**7), max_size=5))
def test_the_parts_of_a_fee_that_come_back_make_up_the_fee(fee: int, amount: int, parts: list[int]) -> None:
    refunded, back = 0, 0
    for wish in [*parts, amount]:
        part = min(wish, amount - refunded)
        share = fee_share(fee, amount, refunded + part) - fee_share(fee, amount, refunded)
        assert share >= 0
        refunded, back = refunded + part, back + share
    assert (refunded, back) == (amount, fee)


def test_the_same_seed_and_clock_make_the_same_year_and_another_seed_another() -> None:
    first, again = (ask(stores=3, registers=5, payments=500, seed=9) for _ in range(2))
    assert list(told(first)) == list(told(again))
    assert first.state() == again.state()
    assert list(told(ask(stores=3, registers=5, payments=500, seed=10))) != list(told(first))


def test_the_year_is_believable() -> None:
    it = ask(stores=6, registers=14, payments=5_000)
    state = it.state()
    assert (len(state["stores"]), len(state["pos"]), state["payments"]) == (6, 14, 5_000)
    assert any(row["external_id"] is None and not row["fixed_amount"] for row in state["pos"])
    assert any(row["external_id"] is None for row in state["stores"])
    zone = it.world.site.zone
    every = list(told(it))
    at_counters = [row for row in every if row["pos_id"]]
    hours = Counter(datetime.fromisoformat(row["date_created"]).astimezone(ZoneInfo(zone)).hour for row in at_counters)
    assert not set(hours) & set(range(6))  # nobody sells at night
    weekdays = Counter(
        datetime.fromisoformat(row["date_created"]).astimezone(ZoneInfo(zone)).weekday() for row in at_counters
    )
    assert weekdays[5] > weekdays[1]  # Saturdays against Tuesdays
    days = {local_day(row["date_created"], zone) for row in at_counters}
    assert f"{NOON:%Y}-05-01" not in days
    assert 340 <= len(days) <= 364
    kinds = Counter(row["status_detail"] for row in every)
    assert {"accredited", "partially_refunded", "refunded", "expired"} <= set(kinds)
    late = [
        row
        for row in every
        for refund in row["refunds"]
        if local_day(refund["date_created"], zone) != local_day(row["date_approved"], zone)
    ]
    assert late
    methods = Counter(row["payment_method_id"] for row in every)
    assert {"account_money", "interop_transfer", "cvu", "debin_transfer", "visa"} <= set(methods)


def test_one_register_falls_silent_and_only_one() -> None:
    it = ask(stores=3, registers=8, payments=4_000)
    last: dict[str, datetime] = {}
    for row in told(it):
        if row["pos_id"]:
            last[row["pos_id"]] = datetime.fromisoformat(row["date_created"])
    silent = [pos for pos, at in last.items() if NOON - at > timedelta(days=10)]
    assert len(silent) == 1
    assert len(last) == 8


@pytest.mark.parametrize("site", sorted(SITES))
def test_hours_of_the_shops_hold_in_their_own_zones(site: str) -> None:
    it = ask(site=site, stores=12, registers=12, payments=1_500)
    stores = {row["id"]: row for row in it.state()["stores"]}
    zones = set()
    for row in told(it):
        if not row["store_id"]:
            continue
        zone = zone_at(it.world, row["store_id"])
        zones.add(zone.key)
        at = datetime.fromisoformat(row["date_created"]).astimezone(zone)
        hours = stores[row["store_id"]]["hours"].get(at.strftime("%A").lower(), [])
        assert any(part["open"] <= at.strftime("%H:%M") < part["close"] for part in hours)
    assert len(zones) > 1 or site not in {"MLM", "MLB", "MLC"}


@pytest.mark.parametrize("site", sorted(SITES))
def test_nobody_sells_on_the_days_on_which_shops_are_shut(site: str) -> None:
    it = ask(site=site, stores=6, registers=9, payments=4_000)
    days = Counter(
        datetime.fromisoformat(row["date_created"]).astimezone(zone_at(it.world, row["store_id"])).date()
        for row in told(it)
        if row["store_id"]
    )
    shut = [day for day in (NOON.date() - timedelta(days=n) for n in range(1, 360)) if not factor(site, day)]
    assert len(shut) >= 2
    assert not [day for day in shut if days[day]]
    december = [n for day, n in days.items() if day.month == 12 and 10 <= day.day <= 23]
    february = [n for day, n in days.items() if day.month == 2]
    assert sum(december) / len(december) > sum(february) / len(february)


def test_easter_is_where_the_church_has_it() -> None:
    known = {2000: (4, 23), 2008: (3, 23), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2038: (4, 25)}
    assert {year: (easter(year).month, easter(year).day) for year in known} == known


@pytest.mark.parametrize("site", sorted(SITES))
def test_every_outcome_the_contract_tells_of_is_in_a_year(site: str) -> None:
    it = ask(site=site, stores=5, registers=9, payments=12_000)
    names = (
        *("status", "status_detail", "operation_type", "coupon_amount", "money_release_status", "installments"),
        *("transaction_details", "transaction_amount", "date_approved", "date_last_updated", "point_of_interaction"),
    )
    rows = [{name: row[name] for name in names} for row in told(it)]
    seen = {(row["status"], row["status_detail"]) for row in rows}
    disputes = {"in_process", "reimbursed", "settled"}
    assert {("approved", "accredited"), ("refunded", "refunded"), ("in_mediation", "pending")} <= seen
    assert ("approved", "partially_refunded") in seen or not it.world.site.partial_refunds
    assert {detail for status, detail in seen if status == "charged_back"} & disputes
    assert {"rejected", "cancelled"} <= {status for status, _ in seen}
    unit = {(row["point_of_interaction"]["type"], row["point_of_interaction"].get("sub_type")) for row in rows}
    assert {"INSTORE", "POINT", "UNSPECIFIED", "PSP_TRANSFER"} <= {kind for kind, _ in unit}
    assert {row["operation_type"] for row in rows} == {"regular_payment", "pos_payment", "account_fund"}
    assert any(row["coupon_amount"] for row in rows)
    assert any(row["money_release_status"] == "pending" for row in rows)
    parts = [row for row in rows if row["installments"] > 1 and row["status"] == "approved"]
    assert parts
    for row in parts:
        whole = row["transaction_details"]
        assert abs(whole["installment_amount"] * row["installments"] - whole["total_paid_amount"]) < 0.1
    if site == "MLC":
        assert any(row["transaction_details"]["installment_amount"] % 1 for row in parts)
        assert all(row["transaction_amount"] % 1 == 0 for row in rows)
    for row in rows:
        if row["date_approved"]:
            assert row["date_approved"].endswith("-04:00")
            assert row["date_last_updated"] > row["date_approved"]


def test_one_register_gives_back_more_than_usual_for_some_days() -> None:
    it = ask(stores=2, registers=4, payments=30_000)
    words = believable("MLA")["strange"]
    begin = NOON - timedelta(days=words["from"])
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in told(it):
        if row["pos_id"] and row["date_approved"]:
            then = datetime.fromisoformat(row["date_approved"])
            inside = begin <= then < begin + timedelta(days=words["days"])
            counts[row["pos_id"]]["sales then" if inside else "sales"] += 1
            counts[row["pos_id"]]["refunds then" if inside else "refunds"] += bool(row["refunds"])
    rates = {
        pos: (each["refunds then"] / each["sales then"], each["refunds"] / each["sales"])
        for pos, each in counts.items()
    }
    assert [pos for pos, (then, usual) in rates.items() if then > 2 * usual + 0.05] == [
        max(counts, key=lambda pos: counts[pos]["sales"])
    ]


@pytest.mark.parametrize("site", sorted(SITES))
def test_a_year_stays_what_it_is(site: str, golden: Callable[[str, str], None]) -> None:
    """Byte for byte, in process: a seed is a trace."""
    it = ask(site=site, stores=9, registers=14, payments=3_000)
    book = it.world.book
    digest = hashlib.sha256()
    for name in RANGES:
        rows = it.world.finder.rows(name, (0, 2**40), {}, name, falling=False).rows
        digest.update(it.world.typesetter.set(rows))
    digest.update(json.dumps(it("GET", "/_sandbox/ledger?by=pos").body).encode())
    told = f"{digest.hexdigest()}\n{book.columns.count} payments, {len(book.later)} moved later\n"
    golden(f"sandbox/year/{site}.txt", told)


def test_what_is_bought_live_enters_the_ledger_on_its_day() -> None:
    it = ask(stores=2, registers=2, payments=300)
    before = {row["key"]: row for row in it("GET", "/_sandbox/ledger?by=day").body["rows"]}
    it("PUT", "/_sandbox/clock", {"now": "2026-11-23T02:30:00+00:00"})  # still the 22nd in Buenos Aires
    pos = it.state()["pos"][0]["id"]
    pay = {"action": "pay", "pos": pos, "amount": "10.00", "method": "account_money", "as_order": True}
    assert it("POST", "/_sandbox/buyer", pay).status == 201
    after = {row["key"]: row for row in it("GET", "/_sandbox/ledger?by=day").body["rows"]}
    assert after.pop("2026-11-22")["gross"] == "10.00"
    assert after == before
