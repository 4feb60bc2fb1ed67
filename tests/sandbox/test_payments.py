"""Payments: found within the limits of the search, shown as the API shows them, and derived from movements."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mpkit.sandbox.window import window as search_window
from tests.sandbox.asking import NOON, Asking, ask

PATH = "/v1/payments/search"


@pytest.fixture(scope="module")
def year() -> Asking:
    """A small shop's year; only read."""
    return ask(stores=3, registers=5, payments=1_200)


def window(begin: datetime, end: datetime, range_: str = "date_created") -> str:
    return f"range={range_}&begin_date={stamp(begin)}&end_date={stamp(end)}"


def stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def rows(it: Asking, query: str, limit: int = 100) -> Iterator[dict[str, Any]]:
    """Every row of a query, by rows and not by totals."""
    offset = 0
    while page := it("GET", f"{PATH}?{query}&limit={limit}&offset={offset}").body["results"]:
        yield from page
        offset += len(page)


ALL = window(NOON - timedelta(days=364, hours=20), NOON)


@pytest.fixture(scope="module")
def every(year: Asking) -> list[dict[str, Any]]:
    """All rows of the year, by their creation."""
    return list(rows(year, ALL))


def test_the_whole_year_is_reached_by_pages(every: list[dict[str, Any]]) -> None:
    found = [row["id"] for row in every]
    assert len(found) == len(set(found)) == 1_200
    created = [row["date_created"] for row in every]
    assert created == sorted(created)


def test_both_ends_of_a_window_are_inside(year: Asking, every: list[dict[str, Any]]) -> None:
    row = every[700]
    at = datetime.fromisoformat(row["date_created"])
    assert row["id"] in {found["id"] for found in rows(year, window(at, at))}
    second = timedelta(seconds=1)
    assert row["id"] not in {found["id"] for found in rows(year, window(at + second, at + second))}
    assert row["id"] not in {found["id"] for found in rows(year, window(at - second, at - second))}


def test_a_limit_above_the_cap_is_cut_in_silence(year: Asking) -> None:
    page = year("GET", f"{PATH}?{ALL}&limit=500").body
    assert (len(page["results"]), page["paging"]["limit"]) == (100, 100)
    assert len(year("GET", f"{PATH}?{ALL}").body["results"]) == 30
    documented = ask(payments=80, page_cap=50)("GET", f"{PATH}?{ALL}&limit=100").body
    assert (len(documented["results"]), documented["paging"]["limit"]) == (50, 50)


def test_past_the_end_there_is_an_empty_page_and_the_total_drifts(year: Asking) -> None:
    pages = [year("GET", f"{PATH}?{ALL}&offset=5000").body for _ in range(4)]
    assert all(page["results"] == [] for page in pages)
    totals = {page["paging"]["total"] for page in pages}
    assert len(totals) > 1
    assert totals <= {1_198, 1_199, 1_200}


REFUSED = [
    ("limit=1001", 1000),
    ("offset=10001", 1000),
    ("limit=many", 1),
    ("range=date_eaten", 1),
    ("sort=colour", 1003),
    ("criteria=up", 1004),
    ("begin_date=2026-11-01", 1001),
    ("begin_date=2026-02-31T00:00:00.000Z", 1001),
    ("begin_date=2026-11-01T00:00:00.000 03:00", 1001),
    ("begin_date=NOW-3FORTNIGHTS", 1001),
    ("begin_date=NOW-99999999999DAYS", 1001),
    ("begin_date=NOW-900000DAYS", 1001),
    ("begin_date=NOW-61MINUTES", 1001),
    ("begin_date=NOW-9WEEKS", 1001),
    ("begin_date=NOW-0DAYS", 1001),
    ("begin_date=NOW-13MONTHS", 1001),
    ("begin_date=NOW-1YEAR", 1001),
    ("end_date=NOW%2B1DAYS", 1001),
    ("begin_date=NOW-365DAYS", 9062),
    (window(NOON - timedelta(days=365), NOON), 9062),
]


@pytest.mark.parametrize(("query", "code"), REFUSED)
def test_limits_of_the_search(year: Asking, query: str, code: int) -> None:
    refused = year("GET", f"{PATH}?{query}")
    assert refused.status == 400
    assert refused.body["cause"][0]["code"] == code


def test_without_dates_the_last_three_months_come(year: Asking) -> None:
    found = [datetime.fromisoformat(row["date_created"]) for row in rows(year, "sort=date_created")]
    begin = NOON.replace(month=8)
    assert min(found) >= begin
    assert len(found) == len(list(rows(year, window(begin, NOON))))


def test_relative_dates(year: Asking) -> None:
    week = list(rows(year, "begin_date=NOW-7DAYS&end_date=NOW"))
    assert week == list(rows(year, window(NOON - timedelta(days=7), NOON)))
    assert week
    for told, begin in (
        ("NOW-60MINUTES", NOON - timedelta(hours=1)),
        ("NOW-24HOURS", NOON - timedelta(days=1)),
        ("NOW-8WEEKS", NOON - timedelta(weeks=8)),
        ("NOW-2MONTHS", NOON.replace(month=9)),
    ):
        assert list(rows(year, f"begin_date={told}")) == list(rows(year, window(begin, NOON))), told


def test_a_date_counts_by_its_offset_with_or_without_milliseconds(year: Asking, every: list[dict[str, Any]]) -> None:
    day = list(rows(year, "begin_date=2026-11-18T00:00:00.000-03:00&end_date=2026-11-19T00:00:00.000-03:00"))
    assert day == list(rows(year, "begin_date=2026-11-18T03:00:00Z&end_date=2026-11-18T18:00:00.000-09:00"))
    assert 0 < len(day) < len(every)


def test_months_end_on_their_last_day() -> None:
    march = datetime(2026, 3, 31, 12, tzinfo=UTC)
    assert search_window({"begin_date": "NOW-1MONTH", "end_date": "NOW"}, march)[0] == int(
        datetime(2026, 2, 28, 12, tzinfo=UTC).timestamp()
    )


def test_an_empty_parameter_is_none(year: Asking) -> None:
    plain = year("GET", f"{PATH}?{ALL}&limit=7").body["results"]
    assert year("GET", f"{PATH}?{ALL}&limit=7&status=&pos_id=&sort=").body["results"] == plain


def test_what_is_older_than_twelve_months_is_silently_missing() -> None:
    it = ask(stores=1, registers=1, payments=400)
    it("PUT", "/_sandbox/clock", {"advance_s": 60 * 86_400})
    begin = NOON - timedelta(days=364)
    early = list(rows(it, window(begin, NOON)))
    reach = NOON + timedelta(days=60) - timedelta(days=365)
    assert 0 < len(early) < 400
    assert all(datetime.fromisoformat(row["date_created"]) >= reach for row in early)


FILTERS = [
    ("status", lambda row: row["status"]),
    ("status_detail", lambda row: row["status_detail"]),
    ("payment_method_id", lambda row: row["payment_method_id"]),
    ("payment_type_id", lambda row: row["payment_type_id"]),
    ("operation_type", lambda row: row["operation_type"]),
    ("store_id", lambda row: row["store_id"]),
    ("pos_id", lambda row: row["pos_id"]),
    ("external_reference", lambda row: row["external_reference"]),
    ("installments", lambda row: str(row["installments"])),
    ("processing_mode", lambda row: row["processing_mode"]),
    ("payer.id", lambda row: row["payer"].get("id")),
]


@pytest.mark.parametrize(("name", "value_of"), FILTERS, ids=[name for name, _ in FILTERS])
def test_filters_keep_exactly_what_fits(
    year: Asking, every: list[dict[str, Any]], name: str, value_of: Callable[[dict[str, Any]], str]
) -> None:
    wanted = sorted({value_of(row) for row in every if value_of(row)})[:3]
    for value in wanted:
        found = [row["id"] for row in rows(year, f"{ALL}&{name}={value}")]
        assert found == [row["id"] for row in every if value_of(row) == value]
        assert found


def test_the_collector_filter_drops_what_the_merchant_paid(year: Asking, every: list[dict[str, Any]]) -> None:
    own = list(rows(year, f"{ALL}&collector.id={year.user}"))
    paid = [row for row in every if "collector_id" not in row]
    assert paid
    assert all(row["collector"]["id"] != int(year.user) for row in paid)
    assert [row["id"] for row in own] == [row["id"] for row in every if row not in paid]


SORTS = ["id", "date_created", "date_approved", "date_last_updated", "money_release_date", "external_reference"]


@pytest.mark.parametrize("name", SORTS)
def test_sorting_both_ways(year: Asking, name: str) -> None:
    up = list(rows(year, f"{ALL}&sort={name}&criteria=asc"))
    down = list(rows(year, f"{ALL}&sort={name}&criteria=desc"))
    values = [int(row["id"]) if name == "id" else row[name] or "" for row in up]
    assert values == sorted(values)
    assert len(set(values)) > 1
    assert [row["id"] for row in up] == [row["id"] for row in down][::-1]


@pytest.mark.parametrize("name", ["date_created", "date_last_updated", "date_approved", "money_release_date"])
def test_the_window_is_of_the_date_that_is_asked_for(year: Asking, every: list[dict[str, Any]], name: str) -> None:
    begin, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    found = [row["id"] for row in rows(year, window(begin, end, name))]
    inside = [row for row in every if row[name] and begin <= datetime.fromisoformat(row[name]) <= end]
    assert found == [row["id"] for row in sorted(inside, key=lambda row: (row[name], int(row["id"])))]
    assert found


def test_some_ids_are_texts_and_found_all_the_same(every: list[dict[str, Any]]) -> None:
    quoted = [row for row in every if isinstance(row["id"], str)]
    assert 0 < len(quoted) < 20
    assert all(isinstance(row.get("collector_id", ""), str) for row in quoted)


def test_a_row_of_the_search_is_the_payment_itself(year: Asking) -> None:
    row = next(rows(year, f"{ALL}&status=approved"))
    assert year("GET", f"/v1/payments/{row['id']}").body == row


def test_an_unknown_payment_is_refused_with_its_cause(year: Asking) -> None:
    refused = year("GET", "/v1/payments/1")
    assert refused.status == 404
    assert refused.body["cause"][0]["code"] == 2000


def test_a_payment_and_its_refunds_move_as_the_contract_says() -> None:
    it = ask(stores=1, registers=1)
    pos = it.state()["pos"][0]["external_id"]
    waiting = it("POST", "/_sandbox/buyer", {"action": "pay", "pos": pos, "amount": "100.00"})
    assert waiting.status == 409  # the app waits for an order
    pay = {"action": "pay", "pos": pos, "amount": "5200.00", "method": "visa", "as_order": True}
    paid = it("POST", "/_sandbox/buyer", pay).body
    assert (paid["status"], paid["status_detail"], paid["transaction_amount"]) == ("approved", "accredited", 5200)
    assert paid["fee_details"] == [{"type": "mercadopago_fee", "amount": 395.72, "fee_payer": "collector"}]
    net = paid["transaction_details"]["net_received_amount"]
    charges = sum(round(100 * charge["amounts"]["original"]) for charge in paid["charges_details"])
    assert round(net * 100) == 520_000 - charges
    it.clock.sleep(3600)
    part = it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": paid["id"], "amount": "1300"}).body
    assert (part["status"], part["status_detail"]) == ("approved", "partially_refunded")
    assert part["transaction_amount_refunded"] == 1300
    assert part["date_last_updated"] == part["refunds"][0]["date_created"] > part["date_approved"]
    assert part["transaction_details"]["net_received_amount"] == net
    assert part["charges_details"][0]["amounts"] == {"original": 395.72, "refunded": 98.93}
    assert part["charges_details"][1]["amounts"]["refunded"] == 0  # withholdings stay
    whole = it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": paid["id"]}).body
    assert (whole["status"], whole["date_approved"]) == ("refunded", paid["date_approved"])
    assert whole["charges_details"][0]["amounts"]["refunded"] == 395.72
    assert len(it("GET", f"/v1/payments/{paid['id']}/refunds").body) == 2
    assert it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": paid["id"]}).status == 409


@pytest.mark.parametrize(("outcome", "covered", "left"), [("reimbursed", True, "0.00"), ("settled", False, "80.00")])
def test_a_dispute_is_found_by_its_payment_only(outcome: str, covered: bool, left: str) -> None:
    it = ask(stores=1, registers=1)
    pos = it.state()["pos"][0]["id"]
    pay = {"action": "pay", "pos": pos, "amount": 80, "method": "visa", "as_order": True}
    paid = it("POST", "/_sandbox/buyer", pay).body
    assert it("GET", f"/v1/chargebacks/search?payment_id={paid['id']}").body["results"] == []
    it.clock.sleep(86_400)
    lost = it("POST", "/_sandbox/buyer", {"action": "chargeback", "payment_id": paid["id"]}).body
    assert (lost["status"], lost["status_detail"]) == ("charged_back", "in_process")
    assert it("GET", "/v1/chargebacks/search?limit=5").body["message"] == "Wrong parameters in Search Cases"
    page = it("GET", f"/v1/chargebacks/search?payment_id={paid['id']}&limit=5").body
    assert page["paging"] == {"offset": 0, "limit": 25, "total": 1}
    case = page["results"][0]
    assert (case["coverage_applied"], case["amount"], case["payments"]) == (None, 80, [paid["id"]])
    it.clock.sleep(86_400)
    it("POST", "/_sandbox/buyer", {"action": "settle", "payment_id": paid["id"], "outcome": outcome})
    decided = it("GET", f"/v1/chargebacks/{case['id']}").body
    assert decided["coverage_applied"] is covered
    assert decided["date_last_updated"] > decided["date_created"] == case["date_created"]
    (row,) = it("GET", "/_sandbox/ledger?by=pos").body["rows"]
    assert row["chargebacks"] == left
    assert it("GET", "/v1/chargebacks/1").status == 404


def test_personal_data_is_there_to_be_left_there(year: Asking) -> None:
    card = next(row for row in rows(year, f"{ALL}&payment_type_id=credit_card&status=approved") if row["pos_id"])
    assert card["payer"]["email"].endswith("@example.com")
    assert card["payer"]["identification"]["number"]
    assert card["card"]["cardholder"]["name"]


def test_channels_look_as_recorded(every: list[dict[str, Any]], shared: Path) -> None:
    recorded = {
        "payment.fragment.alias-transfer.mla": next(r for r in every if r["payment_method_id"] == "cvu"),
        "payment.fragment.qr-other-wallet.mla": next(
            r for r in every if r["payment_method_id"] == "interop_transfer" and r["pos_id"]
        ),
        "payment.fragment.qr-mp-wallet.mla": next(
            r for r in every if r["payment_method_id"] == "account_money" and r["pos_id"]
        ),
        "payment.fragment.outgoing-as-payer.mla": next(r for r in every if "collector_id" not in r),
    }
    for sample, row in recorded.items():
        told = json.loads((shared / f"api/samples-payments/{sample}.json").read_text(encoding="utf-8"))
        assert set(told) <= set(row), sample
        for name in ("type", "sub_type"):
            assert row["point_of_interaction"].get(name) == told["point_of_interaction"].get(name), sample
        if told["point_of_interaction"]["type"] == "INSTORE":
            assert row["point_of_interaction"]["business_info"] == told["point_of_interaction"]["business_info"]
        assert told["metadata"] == row["metadata"], sample


def test_a_payment_has_the_keys_and_types_of_the_recorded_one(year: Asking, shared: Path) -> None:
    file = shared / "api/samples-payments/payment.get.qr-static-card.mla.response.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    row = next(r for r in rows(year, f"{ALL}&payment_method_id=visa&status=approved") if r["pos_id"])
    assert set(told) - set(row) <= {"charges_execution_info", "acquirer_reconciliation"}
    for name, value in told.items():
        if value is not None and row.get(name) is not None:
            both = {type(value), type(row[name])}
            assert len(both) == 1 or both == {int, float}, name
    assert set(told["charges_details"][0]) == set(row["charges_details"][0])
    assert set(told["transaction_details"]) == set(row["transaction_details"])


def test_a_whole_payment_answer(golden: Callable[[str, str], None]) -> None:
    it = ask(stores=1, registers=1)
    pos = it.state()["pos"][0]["id"]
    pay = {"action": "pay", "pos": pos, "amount": "1284.50", "method": "visa", "as_order": True}
    paid = it("POST", "/_sandbox/buyer", pay).body
    it.clock.sleep(60)
    after = it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": paid["id"], "amount": "84.50"}).body
    golden("sandbox/payment.json", json.dumps(after, ensure_ascii=False, indent=1))
