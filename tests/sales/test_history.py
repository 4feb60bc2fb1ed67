"""What is older than the search reaches comes from settlement reports: to the cent, once, with the merchant's leave."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mpkit import db, sales
from mpkit.api.report_rows import SettlementRow
from mpkit.db import Engine, open_store
from mpkit.errors import Refused, RefusedByApi, UnknownOutcome, Unreachable
from mpkit.model import Account, Period
from mpkit.sales import Mirror, Question, Synced, chunks, coverage, reported, rows
from mpkit.sales.places_of_sale import PlacesOfSale
from mpkit.sales.windows import REPORTED
from mpkit.sites import SITES
from mpkit.work import Cancelled, Seams, silent
from tests.sandbox.reporting import CONFIG, Reporting, reporting

EVER = Period(date(2020, 1, 1), date(2035, 12, 31))
SINCE = date(2025, 11, 1)  # before the sandbox's generated year begins
NAMES = ("count", "gross", "refunds", "chargebacks", "fees", "taxes", "net")


class House:
    """A world whose year has half gone out of the search's reach, and a store for it."""

    def __init__(self, it: Reporting, store: Engine, folder: Path) -> None:
        self.it, self.store = it, store
        self.account: Account = it.account.seller()
        self.seams = Seams(clock=it.clock, sleep=it.clock.sleep)
        self.mirror: Mirror = sales.open_mirror(folder, store, self.account, self.seams)

    def sync(self, since: date | None = SINCE, *, consent: bool = True, progress: Any = silent) -> Synced:
        return sales.sync(self.it.account, self.mirror, self.account, since=since, consent=consent, progress=progress)

    def disputes(self, told: list[SettlementRow]) -> None:
        """Of some sales one is disputed and lost, one won, one still open; a month passes."""
        changed = {row.source_id for row in told if not row.is_sale}
        plain = [row.source_id for row in told if row.is_sale and "QR" in row.tags and row.source_id not in changed]
        for payment in plain[:3]:
            heard = self.it.ask("POST", "/_sandbox/buyer", {"action": "chargeback", "payment_id": payment})
            assert heard.status == 201, heard.body
        self.it.clock.sleep(3_600)
        for payment, outcome in zip(plain, ("settled", "reimbursed"), strict=False):
            settled = {"action": "settle", "payment_id": payment, "outcome": outcome}
            assert self.it.ask("POST", "/_sandbox/buyer", settled).status == 201
        self.it.clock.sleep(40 * 86_400)

    def assert_equals_the_ledger(self) -> None:
        for ours, theirs in (("day", "day"), ("store", "store"), ("register", "pos")):
            ledger = self.it.ask("GET", f"/_sandbox/ledger?by={theirs}").body["rows"]
            expected = {row["key"]: {name: row[name] for name in NAMES} for row in ledger}
            answer = sales.ask(self.mirror, Question(self.account.id, EVER, by=ours)).to_json()
            assert {row["key"]: {name: row[name] for name in NAMES} for row in answer["rows"]} == expected


def house(store: Engine, folder: Path, *, away: int = 200, **options: Any) -> House:
    it = reporting(folder, **({"stores": 3, "registers": 6, "payments": 700} | options))
    it.clock.sleep(away * 86_400)
    return House(it, store, folder)


def test_what_the_search_no_longer_reaches_equals_the_ledger(store: Engine, tmp_path: Path) -> None:
    it = house(store, tmp_path, away=1)
    it.disputes(it.it.settlement(date(2026, 6, 1), date(2026, 8, 31)))
    it.it.clock.sleep(300 * 86_400)
    asked = it.it.requests()
    found = it.sync(None)
    reached = sales.ask(it.mirror, Question(it.account.id, EVER, by="")).totals[0].count
    assert it.it.requests() == asked
    synced = it.sync()
    it.assert_equals_the_ledger()
    assert found.changed > 0
    assert reached < sales.ask(it.mirror, Question(it.account.id, EVER, by="")).totals[0].count
    assert synced.gaps == ()
    assert synced.since is not None
    assert synced.since.date() <= SINCE
    assert {channel for chunk in chunks.every(store, it.account.id) for channel in chunk.payments["channel"]} >= {"qr"}
    months = it.it.requests()
    again = it.sync()
    assert (again.changed, it.it.requests()) == (0, months), "no month is asked for twice"
    assert not (tmp_path / "accounts" / it.account.id / "reports").exists(), "no file stays"


def test_the_accounts_own_settings_are_not_touched_without_consent(store: Engine, tmp_path: Path) -> None:
    it = house(store, tmp_path)
    own = {"report": "settlement", "config": {**CONFIG, "columns": [{"key": "SOURCE_ID"}], "refund_detailed": True}}
    assert it.it.ask("POST", "/_sandbox/reports", {"action": "config", **own}).status == 201
    with pytest.raises(Refused) as refused:
        it.sync(consent=False)
    assert refused.value.key == "api_report_consent"
    config = it.it.account.reports("settlement").config()
    assert config is not None
    assert config.columns == ("SOURCE_ID",)
    assert list(chunks.every(store, it.account.id)) == [], "it was asked before anything was read"
    it.sync()
    config = it.it.account.reports("settlement").config()
    assert config is not None
    assert set(config.columns) > {"SOURCE_ID", "STORE_ID", "POS_ID"}
    assert config.told["refund_detailed"] is True, "everything else stays as it was"
    it.assert_equals_the_ledger()


def test_stopped_at_every_word_of_progress_it_goes_on(store: Engine, tmp_path: Path) -> None:
    it = house(store, tmp_path, payments=250, away=330)
    it.it.turn(ask_again=1, pending_rows=True, slack_s=7_200, bom=True, loose_taxes=True)
    stops = 0
    for number in range(200):
        told = iter(range(number % 7 + 2))

        def stop(_done: int, _total: int | None, step: str, told: Any = told) -> None:
            if ("report" in step or "history" in step) and next(told, None) is None:
                raise Cancelled

        try:
            it.sync(progress=stop)
        except Cancelled:
            stops += 1
        else:
            break
    assert stops > 10
    it.assert_equals_the_ledger()
    asked = it.it.requests()
    done = [window for window in coverage.known_windows(store, it.account.id) if window.range == REPORTED]
    assert len(done) == 1, "one stretch without a gap"
    assert asked <= 14, "a month that was asked for is waited for, not asked for again"


def test_some_old_days_alone_are_read_and_no_more_is_promised(store: Engine, tmp_path: Path) -> None:
    it = house(store, tmp_path, away=200)
    first, last = date(2026, 1, 10), date(2026, 2, 20)
    sales.sync(it.it.account, it.mirror, it.account, since=first, until=last, consent=True)
    ledger = it.it.ask("GET", "/_sandbox/ledger?by=day").body["rows"]
    answer = sales.ask(it.mirror, Question(it.account.id, Period(first, last))).to_json()["rows"]
    between = {row["key"]: row["count"] for row in ledger if first.isoformat() <= row["key"] <= last.isoformat()}
    assert {row["key"]: row["count"] for row in answer if row["count"]} == {k: n for k, n in between.items() if n}
    nothing = sales.ask(it.mirror, Question(it.account.id, Period(date(2025, 11, 1), date(2026, 1, 8))))
    assert nothing.rows == ()
    since = it.mirror.freshness().since
    assert since is not None
    assert since.date() > last, "the days between are not promised"


def test_a_report_made_before_our_columns_were_chosen_is_not_taken(store: Engine, tmp_path: Path) -> None:
    it = house(store, tmp_path, payments=200, away=330)
    own = {"report": "settlement", "config": {**CONFIG, "columns": []}}
    it.it.ask("POST", "/_sandbox/reports", {"action": "config", **own})
    for window in sales.history.History(
        it.it.account, store, it.account.id, zone=it.mirror.zone, folder=tmp_path / "x", seams=it.seams
    ).left(SINCE):
        it.it.account.reports("settlement").obtain(window.begin, window.end)
    it.sync()
    it.assert_equals_the_ledger()


def test_rows_in_any_order_and_twice_leave_the_same_and_the_search_wins(store: Engine, tmp_path: Path) -> None:
    it = house(store, tmp_path, payments=400, away=5)
    first, last = it.it.year()
    it.disputes(it.it.settlement(last - timedelta(days=90), last))
    told = it.it.settlement(first, last + timedelta(days=40))
    where = PlacesOfSale(it.mirror.zone, {}, {})
    for batch in (told[::-1], told[::2], told):
        reported.keep_reported(store, it.account.id, batch, where)
    ids = [key for chunk in chunks.every(store, it.account.id) for key in chunk.payments["payment_id"]]
    of_reports = {each.payment["payment_id"]: each for each in rows.booked(store, it.account.id, ids)}
    assert any(each.chargebacks for each in of_reports.values())
    assert any(each.refunds for each in of_reports.values())
    it.sync(None)
    it.assert_equals_the_ledger()
    reported.keep_reported(store, it.account.id, told, where)
    it.mirror.catch_up()
    it.assert_equals_the_ledger()
    figures = ("amount", "currency", "method", "store_id", "pos_id", "approved", "refunded", "channel")
    for each in rows.booked(store, it.account.id, ids):
        before = of_reports[each.payment["payment_id"]].payment
        assert {name: before[name] for name in figures} == {name: each.payment[name] for name in figures}


def test_a_row_whose_payment_id_is_lost_is_told_not_guessed(store: Engine, tmp_path: Path) -> None:
    it = house(store, tmp_path, payments=300, away=330)
    it.it.turn(scientific=True)
    synced = it.sync()
    assert synced.lost > 0
    assert synced.to_json()["lost"] == synced.lost
    ids = [key for chunk in chunks.every(store, it.account.id) for key in chunk.payments["payment_id"]]
    assert all(key.isdecimal() for key in ids)


FAULTS = {
    "500": 0.04, "429": 0.02, "reset": 0.04, "lost-answer": 0.04, "half-answer": 0.03, "html-error": 0.03,
    "order-flips": 0.03, "duplicate-ids": 0.05, "cut-page": 0.02, "late-index": 0.05,
    "short-page": 0.1, "moving-page": 0.05, "502": 0.02, "503": 0.02,
}  # fmt: skip
QUIRKS = (
    {"ask_again": 2, "pending_rows": True},
    {"whole_days": True, "bom": True},
    {"slack_s": 7_200, "loose_taxes": True, "fail": 1},
)


class Killed(BaseException):
    """The process would be gone here."""


def test_every_country_under_every_fault_with_kills_equals_its_ledger(
    bar: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven countries, every fault, killed at random: a year and what is older than the search reaches, to the cent."""
    rounds = bar.rounds(stated=70, reduced=3)
    for seed in rounds:
        store = open_store(f"sqlite:///{tmp_path / f'{seed}.sqlite'}")
        _killed_until_done(seed, store, tmp_path / str(seed), monkeypatch)
        store.dispose()
    bar.saw("figures equal the ledger to the cent, older history included")


def test_the_same_on_postgresql(bar: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_database: Any) -> None:
    """The same on PostgreSQL: seven countries, every fault, killed at random, older history included."""
    for seed in bar.rounds(stated=21, reduced=1):
        store = open_store(new_database())
        _killed_until_done(seed, store, tmp_path / str(seed), monkeypatch)
        store.dispose()
    bar.saw("figures equal the ledger to the cent on PostgreSQL")


def _killed_until_done(seed: int, store: Engine, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Sync, dying at a random transaction, until one run comes to its end; then faults are off and all is compared."""
    chance = random.Random(seed)
    site = sorted(SITES)[seed % len(SITES)]
    it = house(store, folder, away=chance.randrange(30, 300), site=site, stores=3, registers=6, payments=150)
    it.it.ask("PUT", "/_sandbox/faults", FAULTS)
    it.it.turn(**QUIRKS[seed % len(QUIRKS)])
    writing, kills = db.writing, 0
    for attempt in range(60):
        left = itertools.count(-chance.randrange(3, 12 + 12 * attempt))

        @contextmanager
        def dying(engine: Engine, left: Iterator[int] = left) -> Iterator[Any]:
            with writing(engine) as connection:
                yield connection
                if next(left) == 0:
                    raise Killed  # before it is committed

        with patch.context() as now:
            now.setattr(db, "writing", dying)
            try:
                it.sync()
            except Killed:
                kills += 1
                continue
            except (Unreachable, UnknownOutcome, RefusedByApi, Refused):
                continue  # the faults were too many this time
        break
    it.it.ask("PUT", "/_sandbox/faults", {})
    assert it.sync().gaps == ()
    assert kills > 1
    it.assert_equals_the_ledger()
