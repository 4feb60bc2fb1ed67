"""Answers: the document of `sales --json`, its keys and orders, comparisons, currencies, pages, both engines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mpkit import sales
from mpkit.db import Engine
from mpkit.errors import WrongUsage
from mpkit.model import Chargeback, Period
from mpkit.sales import PaymentFilter, Question, Row, coverage, paging, placing, rows, said
from mpkit.sales.disputes import disputes
from mpkit.sales.kinds import Kind
from mpkit.sales.mirror import Mirror
from mpkit.sales.question import Which, earlier
from mpkit.sales.windows import CREATED, Window
from mpkit.work import FixedClock, Seams
from tests.sales.making import ACCOUNT, NOON, PLACES, ZONE, charge, payment, refund

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
DAY = timedelta(days=1)
TODAY = datetime(2026, 3, 21, 18, 0, tzinfo=UTC)


@pytest.fixture
def mirror(store: Engine, tmp_path: Path) -> Mirror:
    """Two weeks of two registers, one of which fell silent; a refund, a chargeback, a transfer, dollars."""
    placing.keep_places(store, ACCOUNT, ZONE, [*PLACES.stores.values(), *PLACES.registers.values()])
    fee = (charge("fee", 761), charge("tax", 300))
    many = []
    for number in range(14):
        at = NOON + number * DAY - 4 * DAY
        many.append(payment(100 + number, approved=at, charges=fee))
        if number != 13:
            many.append(
                payment(200 + number, approved=at + timedelta(hours=3), store_id="901", pos_id="701", method="amex")
            )
    many[0] = payment(100, approved=NOON - 4 * DAY, charges=fee, refunds=(refund(1, 2_500, NOON - 3 * DAY),))
    many.append(payment(300, store_id=None, pos_id=None, method="cvu", channel="transfer", amount=150_000))
    many.append(payment(301, currency="USD", amount=999, approved=NOON - 2 * DAY))
    many.append(payment(302, net_received=9_500, approved=NOON + DAY, method="master"))
    many.append(payment(303, status="charged_back", approved=NOON, updated=NOON + 2 * DAY, charges=fee))
    rows.keep_payments(store, ACCOUNT, many, PLACES)
    coverage.finish_window(store, ACCOUNT, Window(CREATED, NOON - 365 * DAY, TODAY, TODAY), TODAY)
    found = Mirror(tmp_path / "mirror", store, ACCOUNT, ZONE, Seams(clock=FixedClock(TODAY)))
    found.catch_up()
    return found


@pytest.mark.parametrize("by", sales.BY)
def test_golden_answers(by: str, mirror: Mirror, golden: Callable[[str, str], None]) -> None:
    answer = sales.ask(mirror, Question(ACCOUNT, MARCH, by=by, compare="previous"))
    golden(f"sales/by-{by}.json", json.dumps(answer.to_json(), indent=1, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("by", sales.BY)
def test_every_row_adds_up_and_the_rows_make_the_total(by: str, mirror: Mirror) -> None:
    answer = sales.ask(mirror, Question(ACCOUNT, MARCH, by=by))
    for row in (*answer.rows, *answer.totals):
        assert row.gross - row.refunds - row.chargebacks - row.fees - row.taxes == row.net
    for total in answer.totals:
        same = [row for row in answer.rows if row.currency == total.currency]
        for name in ("count", "gross", "refunds", "chargebacks", "fees", "taxes", "net"):
            assert sum(getattr(row, name) for row in same) == getattr(total, name)


def test_currencies_are_never_added(mirror: Mirror) -> None:
    answer = sales.ask(mirror, Question(ACCOUNT, MARCH, by="store"))
    assert [row.currency for row in answer.totals] == ["ARS", "USD"]
    assert {row.currency for row in answer.rows if row.key == "900"} == {"ARS", "USD"}
    (dollars,) = sales.ask(mirror, Question(ACCOUNT, MARCH, by="", currency="USD")).totals
    assert (dollars.gross, dollars.count) == (999, 1)


def test_filters(mirror: Mirror) -> None:
    def gross(**more: Any) -> int:
        return sum(row.gross for row in sales.ask(mirror, Question(ACCOUNT, MARCH, by="", **more)).totals)

    assert gross(stores=("901",)) == gross(registers=("701",)) == gross(methods=("amex",)) == 130_000
    assert gross(stores=("",)) == gross(channels=("transfer",)) == 150_000
    assert gross(means=("credit_card",)) == gross()
    assert gross(hours=(12,), weekdays=(2,)) == 3 * 10_000 + 150_000
    assert gross(stores=("901", "")) == 280_000
    assert gross(stores=("1' OR '1'='1",)) == 0
    assert sales.ask(mirror, Question("99", MARCH)).rows == ()


def test_the_net_that_is_not_what_was_received_is_listed(mirror: Mirror) -> None:
    answer = sales.ask(mirror, Question(ACCOUNT, MARCH))
    assert [(each.payment_id, each.net, each.net_received) for each in answer.unexplained] == [("302", 10_000, 9_500)]


def test_the_zone_is_said(mirror: Mirror) -> None:
    assert sales.ask(mirror, Question(ACCOUNT, MARCH)).zone == "store"
    assert sales.ask(mirror, Question(ACCOUNT, MARCH, stores=("901",))).zone == "America/Tijuana"
    nothing = sales.ask(mirror, Question(ACCOUNT, Period(date(2020, 1, 1), date(2020, 1, 2))))
    assert (nothing.rows, nothing.totals, nothing.zone) == ((), (), ZONE)


def test_periods_compared() -> None:
    assert earlier(MARCH, "previous") == Period(date(2026, 1, 29), date(2026, 2, 28))
    assert earlier(MARCH, "last-year") == Period(date(2025, 3, 1), date(2025, 3, 31))
    assert earlier(MARCH, "weekdays") == Period(date(2026, 1, 25), date(2026, 2, 24))
    assert earlier(Period(MARCH.last, MARCH.last), "weekdays").last == date(2026, 3, 24)
    assert earlier(Period(date(2024, 2, 29), date(2024, 2, 29)), "last-year").first == date(2023, 2, 28)


@pytest.mark.parametrize("wrong", [{"by": "year"}, {"compare": "next"}, {"period": Period(MARCH.last, MARCH.first)}])
def test_what_cannot_be_asked_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(WrongUsage):
        Question(**({"account": ACCOUNT, "period": MARCH} | wrong))


def test_the_ticket_is_rounded_half_up() -> None:
    assert Row("x", "ARS", count=2, gross=101).ticket == 51
    assert Row("x", "ARS", count=3, gross=100).ticket == 33
    assert Row("x", "ARS").ticket == 0


def test_payments_newest_first_in_pages(mirror: Mirror) -> None:
    asked = PaymentFilter(ACCOUNT, MARCH)
    page = sales.payments_page(mirror, asked, 0, 10)
    rest = sales.payments_page(mirror, asked, 10, 100)
    assert page.count == rest.count == 31
    ids = [line.payment_id for line in (*page.rows, *rest.rows)]
    assert len(ids) == len(set(ids)) == 31
    times = [line.approved for line in (*page.rows, *rest.rows)]
    assert times == sorted(times, reverse=True)
    (one,) = sales.payments_page(mirror, PaymentFilter(ACCOUNT, MARCH, payment_id="100")).rows
    assert (one.gross, one.refunds, one.fees, one.taxes, one.store, one.register) == (
        10_000,
        2_500,
        761,
        300,
        "Centro",
        "Caja 1",
    )
    for only, found in (("refunded", "100"), ("charged_back", "303"), ("unexplained", "302")):
        chosen = sales.payments_page(mirror, PaymentFilter(ACCOUNT, MARCH, only=only))
        assert [line.payment_id for line in chosen.rows] == [found]
        assert chosen.count == 1


@pytest.mark.parametrize(
    "asked",
    [
        PaymentFilter(ACCOUNT, MARCH, stores=("900",)),
        PaymentFilter(ACCOUNT, MARCH, stores=("900", "901"), methods=("amex", "master")),
        PaymentFilter(ACCOUNT, MARCH, stores=("", "900"), channels=("transfer",)),
        PaymentFilter(ACCOUNT, MARCH, stores=("900",), registers=("700",), currency="USD"),
        PaymentFilter(ACCOUNT, Period(date(2026, 3, 9), date(2026, 3, 11)), stores=("900",)),
        PaymentFilter(ACCOUNT, MARCH, stores=("nobody",)),
    ],
)
def test_rows_and_columns_find_the_same_payments(
    asked: PaymentFilter, mirror: Mirror, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.keep_payments(store, ACCOUNT, [payment(400, status="rejected"), payment(401, store_id="902")], PLACES)
    mirror.catch_up()
    pages = [sales.payments_page(mirror, asked, offset, 4) for offset in (0, 4, 8)]
    monkeypatch.setattr(paging, "_FEW", 0)
    assert pages == [sales.payments_page(mirror, asked, offset, 4) for offset in (0, 4, 8)]
    assert bool(pages[0].rows) == (asked.stores != ("nobody",))


@pytest.mark.parametrize(
    ("narrowed", "there"),
    [({}, True), ({"stores": ("900",)}, True), ({"stores": ("901",)}, False), ({"only": "refunded"}, True),
     ({"only": "unexplained"}, False), ({"methods": ("amex",)}, False), ({"currency": "USD"}, False)],
)  # fmt: skip
def test_one_payment_is_found_whatever_its_day(narrowed: dict[str, Any], there: bool, mirror: Mirror) -> None:
    april = Period(date(2026, 4, 1), date(2026, 4, 30))
    page = sales.payments_page(mirror, PaymentFilter(ACCOUNT, april, payment_id="100", **narrowed))
    assert (page.count, len(page.rows)) == (int(there), int(there))


def test_yesterday(mirror: Mirror) -> None:
    clock = mirror.seams.clock
    assert isinstance(clock, FixedClock)
    clock.at = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)  # yesterday is the 19th, the 14th day of the fixture
    seen = sales.yesterday_sentence(mirror)
    assert (seen.day, seen.registers) == (date(2026, 3, 19), 1)
    assert (seen.totals[0].gross, seen.week_before[0].gross) == (10_000, 20_000)
    assert seen.changes("ARS") == -0.5


def test_the_overview_has_every_day(mirror: Mirror) -> None:
    seen = sales.overview(mirror)
    assert len([row for row in seen.rows if row.currency == "ARS"]) == 30
    assert len([row for row in seen.before if row.currency == "ARS"]) == 30
    assert seen.changes("ARS") is None
    assert sum(row.gross for row in seen.rows) == sum(row.gross for row in seen.answer.totals)


def test_a_ranking_totals_to_the_account(mirror: Mirror) -> None:
    asked = Question(ACCOUNT, MARCH, currency="ARS")
    whole = sales.ranking(mirror, asked)
    assert [(each.now.key, each.now.label) for each in whole.rows] == [("900", "Centro"), ("901", "Tijuana")]
    assert (whole.places, whole.rest.now.gross, whole.nowhere.now.gross) == (2, 0, 150_000)
    (total,) = sales.ask(mirror, replace(asked, by="")).totals
    assert whole.whole.now == total
    second = sales.ranking(mirror, asked, "register", offset=1, limit=1)
    assert [each.now.key for each in second.rows] == ["701"]
    for name in ("count", "gross", "refunds", "chargebacks", "fees", "taxes", "net"):
        parts = [*second.rows, second.rest, second.nowhere]
        assert sum(getattr(each.now, name) for each in parts) == getattr(total, name)
    assert sum(second.share(each.now) for each in parts) == pytest.approx(1)


def test_a_ranking_stands_beside_the_period_before(mirror: Mirror) -> None:
    last_days = Period(date(2026, 3, 19), date(2026, 3, 19))
    (centre, tijuana) = sales.ranking(mirror, Question(ACCOUNT, last_days, currency="ARS", compare="weekdays")).rows
    assert (centre.now.gross, centre.before.gross) == (10_000, 10_000)
    assert (tijuana.now.key, tijuana.now.gross, tijuana.before.gross) == ("901", 0, 10_000), "sold only before"


def test_where_most_came_back(mirror: Mirror) -> None:
    asked = Question(ACCOUNT, MARCH, by="register", currency="ARS")
    every = [row for row in sales.ask(mirror, asked).rows if row.refunds or row.chargebacks]
    assert [(row.key, row.label) for row in every] == [("700", "Caja 1")]
    assert list(sales.most_back(mirror, asked, 10)) == every
    days = sales.most_back(mirror, replace(asked, by="day"), 2)
    assert [row.refunds + row.chargebacks for row in days] == [10_000, 2_500]
    assert sales.most_back(mirror, replace(asked, by="day"), 1) == days[:1]
    assert sales.most_back(mirror, replace(asked, stores=("901",)), 10) == ()


def test_hours(mirror: Mirror) -> None:
    hours = sales.hour_by_weekday(mirror, Question(ACCOUNT, MARCH, currency="ARS"))
    assert {row.key for _, row in hours} >= {"12"}
    assert {day for day, _ in hours} <= set("1234567")
    assert sum(row.gross for _, row in hours) == 14 * 10_000 + 13 * 10_000 + 150_000 + 20_000


def test_today(mirror: Mirror) -> None:
    clock = mirror.seams.clock
    assert isinstance(clock, FixedClock)
    clock.at = datetime(2026, 3, 19, 20, 0, tzinfo=UTC)
    seen = sales.today(mirror)
    assert [(row.key, row.gross) for row in seen.overview.answer.rows] == [("12", 10_000)]
    assert len(seen.overview.rows) == len(seen.overview.before) == 24
    now, before = seen.compared("ARS")
    assert (seen.hours, now.gross, before.gross) == (17, 10_000, 20_000)
    clock.at = datetime(2026, 3, 19, 15, 30, tzinfo=UTC)
    now, before = sales.today(mirror).compared("ARS")
    assert (now.gross, before.gross) == (0, 10_000), "noon is not over; the other sold at eleven of its own clock"
    assert sales.today(mirror, Question(ACCOUNT, MARCH, stores=("901",))).overview.answer.rows == ()


def test_days_not_fetched_yet_are_said(mirror: Mirror, store: Engine) -> None:
    assert sales.missing(mirror, MARCH) == ()
    before = Period(date(2025, 3, 1), date(2025, 3, 31))
    assert sales.missing(mirror, before) == (Period(date(2025, 3, 1), date(2025, 3, 10)),)
    coverage.forget_windows(store, ACCOUNT)
    assert sales.missing(mirror, MARCH) == (), "nothing at all was fetched: that is another state"
    noon = Window(CREATED, NOON, TODAY, TODAY)
    coverage.plan_windows(store, ACCOUNT, [noon, Window(CREATED, NOON - 300 * DAY, NOON, TODAY)])
    coverage.finish_window(store, ACCOUNT, noon, TODAY)
    assert sales.missing(mirror, MARCH) == (Period(date(2026, 3, 1), date(2026, 3, 10)),)


@pytest.mark.parametrize(
    "asked",
    [
        PaymentFilter(ACCOUNT, MARCH),
        PaymentFilter(ACCOUNT, MARCH, hours=(12,), weekdays=(2, 3)),
        PaymentFilter(ACCOUNT, MARCH, means=("credit_card",), channels=("qr",), wallets=("",)),
        PaymentFilter(ACCOUNT, MARCH, only="refunded"),
        PaymentFilter(ACCOUNT, MARCH, only="charged_back"),
        PaymentFilter(ACCOUNT, MARCH, only="unexplained"),
        PaymentFilter(ACCOUNT, MARCH, stores=("nobody",)),
    ],
)
def test_every_payment_is_the_pages_one_after_another(
    asked: PaymentFilter, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "_AT_ONCE", 3)
    every = list(sales.every_payment(mirror, asked))
    assert every == list(sales.payments_page(mirror, asked, limit=100).rows)
    assert bool(every) == (asked.stores == ())


def test_the_payments_of_a_question_are_what_they_did_in_its_period(mirror: Mirror) -> None:
    seventh = Question(ACCOUNT, Period(date(2026, 3, 7), date(2026, 3, 7)), by="payment", currency="ARS")
    lines = {line.payment_id: line for line in sales.every_payment(mirror, seventh)}
    answer = sales.ask(mirror, seventh)
    assert {row.key for row in answer.rows} == lines.keys()
    assert (lines["100"].gross, lines["100"].refunds) == (0, 2_500), "sold the day before"
    for name in ("gross", "refunds", "fees", "taxes", "net"):
        assert sum(getattr(line, name) for line in lines.values()) == getattr(answer.totals[0], name)


def test_refunded_payments_are_those_of_the_refunds_in_the_figures(mirror: Mirror) -> None:
    day = Period(date(2026, 3, 7), date(2026, 3, 7))
    (total,) = sales.ask(mirror, Question(ACCOUNT, day, by="", currency="ARS")).totals
    found = sales.payments_page(mirror, PaymentFilter(ACCOUNT, day, only="refunded"))
    assert [line.payment_id for line in found.rows] == ["100"]
    assert total.refunds == found.rows[0].refunds
    assert (
        sales.payments_page(
            mirror, PaymentFilter(ACCOUNT, Period(day.first - DAY, day.first - DAY), only="refunded")
        ).count
        == 0
    )


def test_fees_and_taxes_by_kind_add_up_to_the_figures(mirror: Mirror, store: Engine) -> None:
    asked = Question(ACCOUNT, MARCH, by="", currency="ARS")
    back = (charge("fee", 761, 190), charge("tax", 300), charge("fee", 50, payer="ml"))
    given = payment(
        100, approved=NOON - 4 * DAY, updated=TODAY, charges=back, refunds=(refund(1, 2_500, NOON - 3 * DAY),)
    )
    rows.keep_payments(store, ACCOUNT, [given], PLACES)
    mirror.catch_up()
    (total,) = sales.ask(mirror, asked).totals
    found = sales.kinds(mirror, asked, total)
    assert {each.name for each in found} == {"a_fee", "a_tax", ""}
    assert sum(each.amount for each in found if each.kind == "fee") == total.fees
    assert sum(each.amount for each in found if each.kind == "tax") == total.taxes
    assert [each.amount for each in found if not each.name] == [-190], "what came back with the refund"
    assert sales.charged(mirror, "100") == (Kind("fee", "a_fee", 761), Kind("tax", "a_tax", 300))
    in_tijuana = replace(asked, stores=("901",))
    assert sales.kinds(mirror, in_tijuana, sales.ask(mirror, in_tijuana).totals[0]) == ()


def test_disputes_open_lost_and_won(mirror: Mirror, store: Engine) -> None:
    (due,) = rows.chargebacks_due(store, ACCOUNT, 9)
    for covered, day in ((None, 0), (False, 1), (True, 2), (True, 40)):
        at = NOON + day * DAY
        made = Chargeback(f"cb{day}", "303", 10_000, "ARS", covered, at, at + DAY)
        rows.keep_chargebacks(store, ACCOUNT, due, [made])
    found = disputes(mirror, Which(ACCOUNT, MARCH, currency="ARS"), limit=2)
    assert dict(found.counts) == {"open": 1, "lost": 1, "won": 1}
    assert dict(found.sums) == {"open": 10_000, "lost": 10_000, "won": 10_000}
    assert [(each.chargeback_id, each.state, each.store) for each in found.rows] == [
        ("cb2", "won", "Centro"),
        ("cb1", "lost", "Centro"),
    ]
    assert not disputes(mirror, Which(ACCOUNT, MARCH, currency="ARS", stores=("901",))).rows
    assert not disputes(mirror, Which(ACCOUNT, MARCH, currency="USD")).rows


def test_the_same_text_is_understood_by_clickhouse(mirror: Mirror) -> None:
    """Every text we say, run unchanged by DuckDB and by ClickHouse in process, over the same files."""
    chdb = pytest.importorskip("chdb.session", reason="chdb (ClickHouse in process) is not installed")
    manifest = mirror.manifest()
    assert manifest is not None
    assert manifest.layers == ()
    session = chdb.Session()
    parts = [f"SELECT * FROM file('{mirror.folder / name}', Parquet)" for name in manifest.months.values()]
    session.query("CREATE DATABASE IF NOT EXISTS mpkit ENGINE = Atomic")
    session.query(f"CREATE VIEW mpkit.entries AS {' UNION ALL '.join(parts)}")
    session.query("USE mpkit")
    question = Question(ACCOUNT, MARCH, stores=("900", "901"), channels=("qr",), currency="ARS")
    asked = PaymentFilter(ACCOUNT, MARCH, methods=("visa", "amex"), only="refunded")
    texts = [
        *(said.sums(question, by=by) for by in ("", *sales.BY)),
        said.matrix(question, "hour", "weekday"),
        said.matrix(question, "store", "day"),
        said.most_back(replace(question, by="store"), 5),
        said.zones(question),
        said.selling(question),
        said.ranked(replace(question, by="store"), earlier(MARCH, "previous"), 0, 5),
        said.placed(replace(question, by="register"), earlier(MARCH, "previous")),
        said.approved_between(question),
        said.paid(question, MARCH.first, MARCH.last),
        said.paid(asked, MARCH.first, MARCH.last),
        said.unexplained(Question(ACCOUNT, MARCH)),
        said.payment_keys(asked, 0, 5),
        said.payment_keys(PaymentFilter(ACCOUNT, MARCH), 3, 7),
        said.payment_count(asked),
        said.payment_count(PaymentFilter(ACCOUNT, MARCH)),
        *(
            said.payment_keys(PaymentFilter(ACCOUNT, MARCH, only=only), 0, 9)
            for only in ("charged_back", "unexplained")
        ),
    ]
    try:
        for text in texts:
            ours = [[_plain(value) for value in row] for row in mirror.fetch(text)]
            used = set(re.findall(r"\{(\w+):\w+\}", text.text))
            values = {name: str(value) for name, value in text.values.items() if name in used}
            answer = json.loads(str(session.query(text.text, "JSONCompact", params=values)))
            assert ours, text.text
            assert [[_plain(value) for value in row] for row in answer["data"]] == ours
    finally:
        session.close()


def _plain(value: object) -> str:
    return str(value)
