"""The reports of the sandbox: their rules as the contract has them, and files that add up to the movements of money."""

from __future__ import annotations

import csv
import io
import json
import threading
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mpkit.api.report_rows import SettlementRow
from mpkit.money import hundredths
from mpkit.sandbox import World
from mpkit.sandbox.hours import zone_at
from mpkit.sandbox.reports.columns import COLUMNS, KINDS
from mpkit.sites import SITES
from tests.sandbox.asking import Asking, ask
from tests.sandbox.reporting import CONFIG, Reporting, reporting
from tests.soak import Bar

SHOP = {"stores": 3, "registers": 5}
OCTOBER = {"begin_date": "2026-10-01T03:00:00Z", "end_date": "2026-11-01T02:59:59Z"}
OF_THE_LEDGER = {"SETTLEMENT": "gross", "REFUND": "refunds", "CHARGEBACK": "chargebacks"}


def path(kind: str, rest: str = "") -> str:
    return f"/v1/account/{kind}_report{rest}"


def configured(kind: str = "settlement", **changed: Any) -> Asking:
    it = ask(**SHOP, payments=1_500)
    assert it("POST", path(kind, "/config"), {**CONFIG, **changed}).status == 201
    return it


def made(
    it: Asking, kind: str = "settlement", span: dict[str, str] | None = None
) -> tuple[list[str], list[dict[str, str]]]:
    """A report asked for, waited for and read as plain cells."""
    assert it("POST", path(kind), span or OCTOBER).status == 202
    it.clock.sleep(90)
    text = it("GET", path(kind, "/" + it("GET", path(kind, "/list")).body[0]["file_name"])).body.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    return text.splitlines()[0].split(";"), rows


# the year adds up


def sums_of_rows(world: World, rows: Iterable[SettlementRow], by: str) -> dict[str, dict[str, int]]:
    """The ledger again, from nothing but the report; what is on its way to or from the owner is no income."""
    sums: dict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("gross", "refunds", "chargebacks", "fees", "taxes"), 0)
    )
    for row in rows:
        column = OF_THE_LEDGER.get(row.kind)
        if column is None or (row.kind == "SETTLEMENT" and (row.amount < 0 or row.unit == "Money in")):
            continue
        keys = {"store": row.spot.store_id, "pos": row.spot.pos_id}
        key = keys[by] if by in keys else row.at.astimezone(zone_at(world, row.spot.store_id)).date().isoformat()
        assert row.fee is not None
        assert row.taxes is not None
        sums[key][column] += row.amount if column == "gross" else -row.amount
        sums[key]["fees"] -= row.fee
        sums[key]["taxes"] -= row.taxes
    return {key: row for key, row in sums.items() if any(row.values())}


def ledger(it: Reporting, by: str) -> dict[str, dict[str, int]]:
    rows = it.ask("GET", f"/_sandbox/ledger?by={by}").body["rows"]
    found = {
        row["key"]: {name: hundredths(row[name]) for name in ("gross", "refunds", "chargebacks", "fees", "taxes")}
        for row in rows
    }
    return {key: row for key, row in found.items() if any(row.values())}


def test_a_year_of_settlement_rows_adds_up_to_the_ledger_on_every_site(bar: Bar, tmp_path: Path) -> None:
    """Settlement rows of a generated year are the ledger's sums by day, store and register, to the hundredth."""
    read = 0
    for seed in bar.rounds(stated=25, reduced=1):
        for site in sorted(SITES):
            it = reporting(tmp_path, site=site, seed=seed, **SHOP, payments=20_000 if bar.whole else 700)
            it.clock.at += timedelta(days=1)  # so that the day of birth is over, too
            rows = it.settlement(it.year()[0], it.year()[1] + timedelta(days=1))
            for by in ("day", "store", "pos"):
                assert sums_of_rows(it.world, rows, by) == ledger(it, by), f"{site} {seed} {by}"
            kinds = Counter(row.kind for row in rows)
            assert {"SETTLEMENT", "REFUND", "PAYOUTS"} <= set(kinds)
            assert len({(row.source_id, row.kind, row.at, row.amount) for row in rows}) == len(rows)
            for row in rows:
                assert row.net == row.amount + (row.fee or 0) + (row.taxes or 0)
                assert sum(amount for _, amount in row.taxes_by) == row.taxes
            read += len(rows)
    bar.saw(f"{read} rows on {len(SITES)} sites, 0 hundredths apart")


def test_disputes_and_claims_have_rows_of_their_own(tmp_path: Path) -> None:
    it = reporting(tmp_path, **SHOP, payments=2_500)
    cards = [id_ for id_, slip in it.world.book.slips.items() if slip.type == "credit_card" and not slip.fate][-3:]
    for payment in cards:
        assert it.ask("POST", "/_sandbox/buyer", {"action": "chargeback", "payment_id": str(payment)}).status == 201
    it.clock.sleep(86_400)
    won = {"action": "settle", "payment_id": str(cards[0]), "outcome": "reimbursed"}
    assert it.ask("POST", "/_sandbox/buyer", won).status == 201
    claimed = next(id_ for id_, money in it.world.book.money.items() if money and money[0].at > 1_780_000_000)
    it.world.book.refate(claimed, "in_mediation/pending")
    it.clock.sleep(2 * 86_400)
    first, last = it.year()
    rows = it.settlement(first, last + timedelta(days=3))
    charged = [row for row in rows if row.source_id == str(cards[0])]
    assert [(row.kind, row.amount > 0) for row in sorted(charged, key=lambda row: row.at)] == [
        ("SETTLEMENT", True),
        ("CHARGEBACK", False),
        ("CHARGEBACK", True),
    ]
    held = next(row for row in rows if row.kind == "DISPUTE" and row.source_id == str(claimed))
    assert held.amount == -it.world.book.money[claimed][0].hundredths
    assert sums_of_rows(it.world, rows, "day") == ledger(it, "day")
    lost = next(row for row in rows if row.source_id == str(cards[1]) and row.kind == "SETTLEMENT")
    assert lost.real == lost.net - lost.amount  # of a sale what is left after the dispute


def test_the_running_balance_of_the_releases_is_consistent(bar: Bar, tmp_path: Path) -> None:
    """Each release row leaves the balance it says; a month begins with what the one before ended with."""
    for seed in bar.rounds(stated=20, reduced=1):
        for site in ("MLB", "MLC"):  # cards are released weeks later; no decimals
            it = reporting(tmp_path, site=site, seed=seed, **SHOP, payments=1_200)
            held = 0
            moved = 0
            for month in it.release(*it.year()):
                first, *movements, total = month
                assert (first.record, total.record) == ("initial_available_balance", "total")
                assert first.credit - first.debit == first.balance == held
                assert [row.at for row in movements] == sorted(row.at for row in movements if row.at)
                for row in movements:
                    held += row.credit - row.debit
                    assert row.balance == held
                    assert min(row.credit, row.debit) == 0
                    assert row.credit - row.debit == (row.gross or 0) + (row.fee or 0) + (row.taxes or 0)
                assert total.credit - total.debit == held
                moved += len(movements)
            assert moved > 1_000
    bar.saw("every row and every month")


def test_money_of_a_card_is_released_when_the_payment_says(tmp_path: Path) -> None:
    it = reporting(tmp_path, site="MLB", **SHOP, payments=600)
    released = {r.source_id: r for month in it.release(*it.year()) for r in month if r.description == "payment"}
    late = 0
    for row in it.settlement(*it.year()):
        if row.kind == "SETTLEMENT" and row.is_released:
            assert released[row.source_id].at == row.released
            assert released[row.source_id].approved == row.at
            late += row.released != row.at
    assert late > 20


# rules of the API


@pytest.mark.parametrize(("kind", "status"), [("release", 404), ("settlement", 400)])
def test_a_report_that_was_never_configured(kind: str, status: int) -> None:
    it = ask()
    heard = it("GET", path(kind, "/config"))
    assert (heard.status, heard.body["error"]) == (status, "config_not_found_for_user")
    asked = it("POST", path(kind), OCTOBER)
    assert (asked.status, asked.body) == (404, b"")
    assert it("POST", path(kind, "/schedule")).status == 404
    assert it("GET", path(kind, "/list")).body == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_configuration_is_made_once_replaced_and_told(kind: str) -> None:
    it = ask()
    made_ = it("POST", path(kind, "/config"), {**CONFIG, "columns": [{"key": "SOURCE_ID"}]})
    assert (made_.status, made_.body["scheduled"]) == (201, False)
    assert it("GET", path(kind, "/config")).body == made_.body
    changed = it("PUT", path(kind, "/config"), {**CONFIG, "separator": ","})
    assert (changed.status, changed.body["separator"], changed.body["columns"]) == (200, ",", [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"frequency": None},
        {"frequency": {"hour": 24, "type": "daily"}},
        {"frequency": {"hour": 1, "type": "hourly"}},
        {"file_name_prefix": "../x"},
        {"file_name_prefix": ""},
        {"columns": [{"key": "NOT_A_COLUMN"}]},
        {"columns": "SOURCE_ID"},
        {"display_timezone": "America/Argentina/Buenos_Aires"},
        {"separator": "|"},
        {"notification_email_list": "a@example.com"},
        {"refund_detailed": "yes"},
        {"report_translation": "de"},
    ],
)
def test_a_configuration_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    it = ask()
    assert it("POST", path("settlement", "/config"), {**CONFIG, **wrong}).status == 400
    assert it("GET", path("settlement", "/config")).status == 400


@pytest.mark.parametrize(
    ("span", "code"),
    [
        ({}, "invalid_begin_date"),
        ({"begin_date": "2026-10-01"}, "invalid_begin_date"),
        ({"begin_date": "2026-02-31T00:00:00Z", "end_date": "2026-03-31T00:00:00Z"}, "invalid_begin_date"),
        ({"begin_date": "2026-10-01T00:00:00Z"}, "invalid_end_date"),
        ({"begin_date": "2026-10-02T00:00:00Z", "end_date": "2026-10-01T00:00:00Z"}, "end_date_before_begin_date"),
        ({"begin_date": "2026-08-01T00:00:00Z", "end_date": "2026-10-01T00:00:00Z"}, "invalid_end_date"),
        ({"begin_date": "2026-10-01T00:00:00Z", "end_date": "2026-10-01T20:00:00Z"}, "invalid_end_date"),
        ({"begin_date": "2027-10-01T00:00:00Z", "end_date": "2027-10-20T00:00:00Z"}, "invalid_begin_date"),
    ],
)
def test_a_span_a_report_cannot_have(span: dict[str, str], code: str) -> None:
    heard = configured()("POST", path("settlement"), span)
    assert (heard.status, heard.body["error"]) == (400, code)


def test_sixty_days_and_a_single_day_are_spans() -> None:
    it = configured()
    for begin, end in (("08-02T00:00:00Z", "10-01T00:00:00Z"), ("10-01T03:00:00Z", "10-02T02:59:59Z")):
        assert it("POST", path("settlement"), {"begin_date": f"2026-{begin}", "end_date": f"2026-{end}"}).status == 202


def test_the_bare_path_and_a_wrong_token() -> None:
    it = ask()
    assert it("GET", path("settlement")).status == 405
    heard = it("GET", path("settlement", "/list"), token="TEST-nobody")
    assert (heard.status, heard.body["message"]) == (401, "Invalid token")


def test_a_report_is_there_when_its_time_has_come() -> None:
    it = configured()
    task = it("POST", path("settlement"), OCTOBER).body["id"]
    assert it("GET", path("settlement", f"/task/{task}")).body["status"] == "pending"
    it.clock.sleep(89)
    assert it("GET", path("settlement", "/list")).body == []
    name = f"informe-{(it.clock.at + timedelta(seconds=1) - timedelta(hours=3)):%Y-%m-%d-%H%M%S}.csv"
    assert it("GET", path("settlement", f"/{name}")).status == 404
    it.clock.sleep(1)
    (row,) = it("GET", path("settlement", "/list")).body
    assert (row["id"], row["file_name"], row["created_from"]) == (task, name, "manual")
    assert (row["begin_date"], row["end_date"]) == tuple(OCTOBER.values())
    assert it("GET", path("settlement", f"/task/{task}")).body["status"] == "done"
    assert it("GET", path("settlement", f"/{name}")).status == 200
    assert it("GET", path("release", "/list")).body == []
    assert it("GET", path("settlement", "/task/1")).body["error"] == "internal_error"


def test_a_generation_that_fails_is_never_on_the_list() -> None:
    it = configured()
    it("PUT", "/_sandbox/reports", {"fail": 1})
    first = it("POST", path("settlement"), OCTOBER).body["id"]
    second = it("POST", path("settlement"), OCTOBER).body["id"]
    it.clock.sleep(200)
    assert it("GET", path("settlement", f"/task/{first}")).body["status"] == "failed"
    assert [row["id"] for row in it("GET", path("settlement", "/list")).body] == [second]


@pytest.mark.parametrize(("site", "statuses"), [("MLA", [203, 203, 202]), ("MLB", [202, 202, 202])])
def test_accepted_and_nothing_made_is_not_for_brazil(site: str, statuses: list[int]) -> None:
    it = ask(site=site)
    it("POST", path("release", "/config"), CONFIG)
    it("PUT", "/_sandbox/reports", {"ask_again": 2})
    assert [it("POST", path("release"), OCTOBER).status for _ in range(3)] == statuses
    it.clock.sleep(300)
    assert len(it("GET", path("release", "/list")).body) == statuses.count(202)


def test_list_and_search_have_pages() -> None:
    it = configured()
    ids = [it("POST", path("settlement"), OCTOBER).body["id"] for _ in range(5)]
    it.clock.sleep(100)
    assert [row["id"] for row in it("GET", path("settlement", "/list?limit=2&offset=1")).body] == ids[::-1][1:3]
    assert it("GET", path("settlement", "/list?limit=x")).status == 400
    found = it("GET", path("settlement", f"/search?begin_date={OCTOBER['begin_date']}&limit=3")).body
    assert found["paging"] == {"total": 5, "limit": 3, "offset": 0}
    assert len(found["results"]) == 3
    assert it("GET", path("settlement", "/search?begin_date=2020-01-01T00:00:00Z")).body["results"] == []
    assert len({row["file_name"] for row in it("GET", path("settlement", "/list")).body}) == 5


def test_a_schedule_makes_a_report_of_each_month() -> None:
    it = configured("release")
    enabled = it("POST", path("release", "/schedule"))
    assert (enabled.status, enabled.body["status"], enabled.body["created_from"]) == (200, "pending", "schedule")
    assert (enabled.body["begin_date"], enabled.body["end_date"]) == ("2026-11-01T03:00:00Z", "2026-12-01T02:59:59Z")
    assert it("GET", path("release", "/config")).body["scheduled"] is True
    weekly = {**CONFIG, "frequency": {"hour": 3, "type": "weekly", "value": 1}}
    assert it("PUT", path("release", "/config"), weekly).status == 400
    it.clock.sleep(60 * 86_400)  # the 19th of January
    rows = it("GET", path("release", "/list")).body
    assert [row["begin_date"] for row in rows] == ["2026-12-01T03:00:00Z", "2026-11-01T03:00:00Z"]
    assert {row["created_from"] for row in rows} == {"schedule"}
    disabled = it("DELETE", path("release", "/schedule"))
    assert (disabled.status, disabled.body["status"]) == (200, "deleted")
    it.clock.sleep(60 * 86_400)
    assert len(it("GET", path("release", "/list")).body) == 2
    assert it("PUT", path("release", "/config"), weekly).status == 200


def test_the_panel_and_other_accounts_have_their_own() -> None:
    it = ask()
    press = {"action": "config", "report": "settlement", "config": {**CONFIG, "columns": [{"key": "SOURCE_ID"}]}}
    assert it("POST", "/_sandbox/reports", press).status == 201
    assert it("GET", path("settlement", "/config")).body["columns"] == [{"key": "SOURCE_ID"}]
    assert it("POST", "/_sandbox/reports", {"action": "ask", "report": "settlement", **OCTOBER}).status == 201
    it("POST", "/_sandbox/accounts", {"token": "other", "user_id": "999"})
    assert it("GET", path("settlement", "/config"), token="other").status == 400
    it.clock.sleep(100)
    (row,) = it("GET", path("settlement", "/list")).body
    assert it("GET", path("settlement", "/list"), token="other").body == []
    assert it("GET", path("settlement", f"/{row['file_name']}"), token="other").status == 404
    for wrong in ({"action": "fly"}, {"action": "ask", "report": "none"}, {"action": "config", "report": "release"}):
        assert it("POST", "/_sandbox/reports", wrong).status == 400
    for quirk in ({"unknown": 1}, {"bom": 1}, {"fail": True}, {"delay_s": "x"}, []):
        assert it("PUT", "/_sandbox/reports", quirk).status == 400


# the file


def test_columns_come_in_mercado_pagos_order_and_dates_in_the_zone_of_the_configuration() -> None:
    wanted = ["TRANSACTION_DATE", "SOURCE_ID", "EXTERNAL_POS_ID", "EXTERNAL_STORE_ID", "STORE_ID", "PAYER_NAME"]
    it = configured(columns=[{"key": name} for name in wanted], display_timezone="GMT-02:30")
    header, rows = made(it)
    assert header == [name for name in COLUMNS["settlement"] if name in wanted]
    assert header[:2] == ["SOURCE_ID", "TRANSACTION_DATE"]
    assert {row["TRANSACTION_DATE"][-6:] for row in rows} == {"-02:30"}
    stores = {row["id"]: row["external_id"] or "" for row in it.state()["stores"]}
    assert {row["EXTERNAL_STORE_ID"] for row in rows if row["STORE_ID"]} <= set(stores.values())
    assert all(stores[row["STORE_ID"]] == row["EXTERNAL_STORE_ID"] for row in rows if row["STORE_ID"])


def test_only_argentina_knows_payer_columns() -> None:
    it = ask(site="MLB", **SHOP, payments=300)
    it("POST", path("settlement", "/config"), {**CONFIG, "columns": [{"key": "PAYER_NAME"}, {"key": "SOURCE_ID"}]})
    assert made(it)[0] == ["SOURCE_ID"]


def test_quirks_of_the_file() -> None:
    it = configured(columns=[{"key": name} for name in COLUMNS["settlement"]])
    _, plain = made(it)
    it("PUT", "/_sandbox/reports", {"bom": True, "scientific": True, "loose_taxes": True, "slack_s": 86_400})
    assert it("POST", path("settlement"), OCTOBER).status == 202
    it.clock.sleep(90)
    raw = it("GET", path("settlement", "/" + it("GET", path("settlement", "/list")).body[0]["file_name"])).body
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) > len(plain)
    mangled = [row["SOURCE_ID"] for row in rows if "E+" in row["SOURCE_ID"]]
    assert mangled
    assert len(mangled) < len(rows) / 4
    assert any(row["TAXES_DISAGGREGATED"].startswith("[{financial_entity:") for row in rows)
    for row in plain:
        assert sum(hundredths(tax["amount"]) for tax in json.loads(row["TAXES_DISAGGREGATED"])) == hundredths(
            row["TAXES_AMOUNT"]
        )


def test_wallets_tags_and_refunds_are_told() -> None:
    it = configured(columns=[{"key": name} for name in COLUMNS["settlement"]])
    rows = [
        row
        for month in range(1, 11)
        for row in made(
            it, span={"begin_date": f"2026-{month:02d}-01T03:00:00Z", "end_date": f"2026-{month + 1:02d}-01T02:59:59Z"}
        )[1]
    ]
    assert {row["POI_WALLET_NAME"] for row in rows if row["PAYMENT_METHOD"] == "interop_transfer"} - {""}
    assert {row["OPERATION_TAGS"] for row in rows if row["POS_ID"]} == {"QR", "PO"}
    refund = next(row for row in rows if row["TRANSACTION_TYPE"] == "REFUND")
    assert json.loads(refund["METADATA"])[0]["refund_id"]
    assert refund["TRANSACTION_AMOUNT"].startswith("-")
    assert not refund["FEE_AMOUNT"].startswith("-")
    out = next(
        row for row in rows if row["TRANSACTION_TYPE"] == "SETTLEMENT" and row["TRANSACTION_AMOUNT"].startswith("-")
    )
    assert out["STORE_ID"] == ""


def test_the_same_rows_as_a_workbook() -> None:
    it = configured()
    header, rows = made(it)
    name = it("GET", path("settlement", "/list")).body[0]["file_name"].removesuffix(".csv")
    with zipfile.ZipFile(io.BytesIO(it("GET", path("settlement", f"/{name}.xlsx")).body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(rows) + 1
    assert all(f">{name}<" in sheet for name in header)
    assert it("GET", path("settlement", f"/{name}.pdf")).status == 404


def test_a_balance_is_told_around_each_withdrawal_where_asked_for() -> None:
    columns = [
        {"key": name}
        for name in ("DATE", "SOURCE_ID", "RECORD_TYPE", "DESCRIPTION", "NET_CREDIT_AMOUNT", "NET_DEBIT_AMOUNT")
    ]
    it = configured("release", columns=columns, check_available_balance=True)
    _, rows = made(it, "release")
    n = next(n for n, row in enumerate(rows) if row["DESCRIPTION"] == "payout")
    id_ = rows[n]["SOURCE_ID"]
    assert [row["DESCRIPTION"] for row in rows[n - 1 : n + 2]] == [f"pre_payout_{id_}", "payout", f"pos_payout_{id_}"]
    before, paid, after = (
        hundredths(row["NET_CREDIT_AMOUNT"]) or -hundredths(row["NET_DEBIT_AMOUNT"]) for row in rows[n - 1 : n + 2]
    )
    assert before + paid == after


def test_a_file_stays_the_same_over_a_restart_and_what_came_after(tmp_path: Path) -> None:
    options = {**SHOP, "payments": 900, "state": tmp_path / "state"}
    it = ask(**options)
    it("POST", path("settlement", "/config"), CONFIG)
    it("POST", path("settlement"), OCTOBER)
    it("POST", path("settlement", "/schedule"))
    it.clock.sleep(100)
    listed = it("GET", path("settlement", "/list")).body
    file = it("GET", path("settlement", "/" + listed[0]["file_name"])).body
    sold = next(
        row
        for row in csv.DictReader(io.StringIO(file.decode()), delimiter=";")
        if row["TRANSACTION_TYPE"] == "SETTLEMENT" and row["ORDER_ID"]
    )
    press = {"action": "refund", "payment_id": sold["SOURCE_ID"]}
    it("POST", "/_sandbox/buyer", press)
    it.world.close()
    again = ask(**options)
    again.clock.sleep(100)
    assert again("GET", path("settlement", "/list")).body == listed
    assert again("GET", path("settlement", "/" + listed[0]["file_name"])).body == file
    assert again("GET", path("settlement", "/config")).body["scheduled"] is True
    again.world.close()


def test_others_are_answered_while_a_file_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    it = configured()
    it("POST", path("settlement"), OCTOBER)
    it.clock.sleep(90)
    name = it("GET", path("settlement", "/list")).body[0]["file_name"]
    begun, go_on = threading.Event(), threading.Event()
    from mpkit.sandbox.reports import writing

    real = writing._csv

    def slow(*given: Any) -> bytes:
        begun.set()
        assert go_on.wait(30)
        return real(*given)

    monkeypatch.setattr(writing, "_csv", slow)
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(it("GET", path("settlement", f"/{name}"))))
    thread.start()
    assert begun.wait(30)
    pay = {"action": "pay", "pos": it.state()["pos"][0]["id"], "amount": "10.00", "as_order": True}
    assert it("POST", "/_sandbox/buyer", pay).status == 201  # with the lock held it would wait for ever
    go_on.set()
    thread.join(30)
    assert found[0].status == 200


# samples


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(part) for name, part in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return (
        "null"
        if value is None
        else "bool"
        if isinstance(value, bool)
        else "number"
        if isinstance(value, int | float)
        else "text"
    )


def answers() -> dict[str, Any]:
    """What the sandbox answers where the contract has a sample, by the sample's name."""
    it = ask()
    found: dict[str, Any] = {}
    for kind in KINDS:
        config = it(
            "POST",
            path(kind, "/config"),
            {**CONFIG, "columns": [{"key": "SOURCE_ID"}], "notification_email_list": ["a@example.com"]},
        )
        found[f"{kind}_report.config.201.response.json"] = config.body
        found[f"{kind}_report.create.202.response.json"] = it("POST", path(kind), OCTOBER).body
        it.clock.sleep(100)
        found[f"{kind}_report.list.response.json"] = it("GET", path(kind, "/list")).body
        found[f"{kind}_report.schedule.enable.response.json"] = it("POST", path(kind, "/schedule")).body
        found[f"{kind}_report.schedule.disable.response.json"] = it("DELETE", path(kind, "/schedule")).body
    return found


def test_answers_have_the_shape_of_the_samples(shared: Path) -> None:
    compared = 0
    for name, answer in answers().items():
        sample = shared / "api/samples-payments" / name
        if not sample.exists():
            continue
        wanted, found = shape(json.loads(sample.read_text(encoding="utf-8"))), shape(answer)
        if "config" in name:  # which flags it has is the merchant's choice
            wanted = {key: value for key, value in wanted.items() if key in found}
            assert {"columns", "file_name_prefix", "frequency", "scheduled"} <= set(wanted)
            found = {key: value for key, value in found.items() if key in wanted}
        if isinstance(wanted, list):
            wanted, found = wanted[0], found[0]
        wanted["user_id"] = found["user_id"] = "any"  # a placeholder in some samples
        assert found == wanted, name
        compared += 1
    assert compared == 8


@pytest.mark.parametrize("kind", KINDS)
def test_files_have_the_default_columns_of_the_samples(shared: Path, kind: str) -> None:
    text = (shared / f"api/samples-payments/{kind}_report.csv").read_text(encoding="utf-8")
    separator = ";" if kind == "settlement" else ","
    header, _ = made(configured(kind), kind)
    assert header == text.splitlines()[0].split(separator)


def test_the_answers_are_the_ones_that_were_looked_at(golden: Callable[[str, str], None]) -> None:
    golden("sandbox/reports.json", json.dumps(answers(), indent=1, ensure_ascii=False, sort_keys=True) + "\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_the_one_that_was_looked_at(kind: str, golden: Callable[[str, str], None]) -> None:
    """A few sales made by hand, one of each fate: every column of both reports."""
    it = ask()
    it.create_store()
    pos = it.create_pos(external_id="SUC001CAJA01", external_store_id="SUC001", fixed_amount=False).body["id"]
    sold = []
    for method, amount in (("account_money", "1500.00"), ("interop_transfer", "820.50"), ("visa", "9999.99")):
        press = {"action": "pay", "pos": str(pos), "amount": amount, "method": method}
        sold.append(str(it("POST", "/_sandbox/buyer", press).body["id"]))
        it.clock.sleep(3600)
    it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": sold[0], "amount": "500.00"})
    it.clock.sleep(60)
    it("POST", "/_sandbox/buyer", {"action": "chargeback", "payment_id": sold[2]})
    it.clock.sleep(86_400)
    it("POST", "/_sandbox/buyer", {"action": "settle", "payment_id": sold[2], "outcome": "reimbursed"})
    it("POST", path(kind, "/config"), {**CONFIG, "columns": [{"key": name} for name in COLUMNS[kind]]})
    it("POST", path(kind), {"begin_date": "2026-11-20T03:00:00Z", "end_date": "2026-12-01T02:59:59Z"})
    it.clock.sleep(90)
    file = it("GET", path(kind, "/" + it("GET", path(kind, "/list")).body[0]["file_name"])).body
    golden(f"sandbox/{kind}_report.csv", file.decode())


def test_a_year_begins_where_its_data_does(tmp_path: Path) -> None:
    it = reporting(tmp_path, **SHOP, payments=300)
    assert it.settlement(date(2025, 1, 1), date(2025, 9, 30)) == []
    assert datetime.fromisoformat("2025-11-01T00:00:00+00:00") < min(row.at for row in it.settlement(*it.year()))
