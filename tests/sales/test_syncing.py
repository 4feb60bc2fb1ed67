"""Synced over real HTTP from a sandbox, the figures equal its ledger of movements to the cent, whatever happens."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from mpkit import sales
from mpkit.api import connect
from mpkit.db import Engine, open_store
from mpkit.model import Account, Branch, Location, Period
from mpkit.sales import Mirror, Question, Synced, chunks, coverage, syncing, windows
from mpkit.sandbox.believable import believable
from mpkit.sites import SITES
from mpkit.work import Cancelled, FixedClock, Progress, Seams, silent
from tests.conftest import Running
from tests.sales.making import ZONE

EVER = Period(date(2020, 1, 1), date(2035, 12, 31))
FAULTS = {
    "500": 0.05,
    "429": 0.03,
    "reset": 0.05,
    "lost-answer": 0.05,
    "half-answer": 0.03,
    "html-error": 0.03,
    "short-page": 0.1,
    "moving-page": 0.05,
}
Start = Callable[..., Running]


class House:
    """A store and a mirror for one sandbox."""

    def __init__(self, sandbox: Running, store: Engine, folder: Path, seams: Seams | None = None) -> None:
        self.sandbox, self.store, self.folder = sandbox, store, folder
        self.seams = seams or Seams()
        with self.connected() as api:
            self.account: Account = api.seller()
        self.mirror: Mirror = sales.open_mirror(folder, store, self.account, self.seams)

    def connected(self) -> Any:
        return connect(self.sandbox.url, SecretStr(self.sandbox.token), seams=self.seams)

    def sync(self, progress: Progress = silent, **more: Any) -> Synced:
        with self.connected() as api:
            return sales.sync(api, self.mirror, self.account, progress=progress, **more)

    def figures(self, by: str) -> dict[tuple[str, str], dict[str, Any]]:
        answer = sales.ask(self.mirror, Question(self.account.id, EVER, by=by))
        return {(row["key"], row["currency"]): row for row in answer.to_json()["rows"]}

    def assert_equals_the_ledger(self) -> None:
        for ours, theirs in (("day", "day"), ("store", "store"), ("register", "pos")):
            ledger = self.sandbox.get(f"/_sandbox/ledger?by={theirs}")["rows"]
            names = ("key", "currency", "count", "gross", "refunds", "chargebacks", "fees", "taxes", "net")
            expected = {(row["key"], row["currency"]): {name: row[name] for name in names} for row in ledger}
            found = self.figures(ours)
            assert {key: {name: row[name] for name in names} for key, row in found.items()} == expected

    def buyer(self, action: str, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.sandbox.post("/_sandbox/buyer", {"action": action, **more})
        return answer

    def registers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sandbox.get("/_sandbox/state")["pos"]
        return found


def test_a_generated_year_equals_the_ledger(start_sandbox: Start, store: Engine, tmp_path: Path) -> None:
    house = House(start_sandbox(stores=6, registers=12, payments=4_000), store, tmp_path)
    synced = house.sync()
    house.assert_equals_the_ledger()
    assert synced.gaps == ()
    answer = sales.ask(house.mirror, Question(house.account.id, EVER, by=""))
    assert answer.unexplained == ()
    assert answer.as_of == synced.as_of
    (total,) = answer.totals
    assert total.gross - total.refunds - total.chargebacks - total.fees - total.taxes == total.net
    assert total.refunds > 0
    assert total.fees > 0
    assert total.taxes > 0
    # what the merchant paid is in the search and not in the rows
    assert synced.read < house.sandbox.get("/_sandbox/state")["payments"]
    again = house.sync()
    assert again.changed == 0
    assert again.gaps == ()


def test_the_same_under_faults(start_sandbox: Start, store: Engine, tmp_path: Path) -> None:
    sandbox = start_sandbox(stores=4, registers=8, payments=2_000, faults=FAULTS)
    seams = Seams(sleep=lambda seconds: threading.Event().wait(min(seconds, 0.02)) and None)
    house = House(sandbox, store, tmp_path, seams)
    house.sync()
    wanted = ("500", "reset", "lost-answer", "short-page", "moving-page")
    for _ in range(20):  # which requests meet which fault depends on the threads' order
        fired = sandbox.get("/_sandbox/faults")["fired"]
        if all(fired[name] for name in wanted):
            break
        house.sync(since=datetime.now(UTC).date() - timedelta(days=300))
    assert all(fired[name] for name in wanted)
    sandbox.put("/_sandbox/faults", {})
    house.assert_equals_the_ledger()


@pytest.mark.parametrize("site", sorted(SITES))
def test_every_country_equals_its_ledger(
    site: str, start_sandbox: Start, store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year in which many a sale has something happen to it months later, charges put right among it."""
    monkeypatch.setitem(believable(site), "later", {"refunded": 0.04, "corrected": 0.12, "disputed": 0.2})
    sandbox = start_sandbox(site=site, stores=4, registers=8, payments=400, faults=FAULTS)
    seams = Seams(sleep=lambda seconds: threading.Event().wait(min(seconds, 0.02)) and None)
    house = House(sandbox, store, tmp_path, seams)
    house.sync()
    sandbox.put("/_sandbox/faults", {})
    house.assert_equals_the_ledger()
    answer = sales.ask(house.mirror, Question(house.account.id, EVER, by=""))
    (total,) = answer.totals
    assert (total.currency, total.refunds > 0, total.fees > 0) == (SITES[site].currency, True, True)
    assert {"fee_back", "fee"} <= {entry.kind for money in sandbox.world.book.later.values() for entry in money}
    assert answer.unexplained == ()


LATE = {"old-version": 0.5, "late-index": 0.4, "moving-page": 0.2, "order-flips": 0.2, "duplicate-ids": 0.2, "500": 0.1}
NO_WAY_BACK = """
CREATE TRIGGER no_way_back BEFORE UPDATE ON payments
WHEN NEW.seniority < OLD.seniority OR NEW.updated < OLD.updated OR NEW.refunded < OLD.refunded
BEGIN SELECT RAISE(ABORT, 'a payment went back to an older version'); END
"""


class Till:
    """A day at a register: what happens next is drawn, and now and then the sales are synced."""

    def __init__(self, house: House, clock: FixedClock, seed: int) -> None:
        self.house, self.clock, self.chance = house, clock, random.Random(seed)
        self.register = house.registers()[0]["id"]
        self.paid: list[str] = []
        self.done: Counter[str] = Counter()

    def step(self) -> None:
        what = self.chance.choice(("pay", "refund", "refund", "correct", "chargeback", "settle", "sync", "sync"))
        if what == "sync":
            self.house.sync()
        elif what == "pay" or not self.paid:
            amount = f"{self.chance.randrange(50, 900)}.00"
            method = self.chance.choice(("visa", "account_money"))
            sold = self.house.buyer("pay", pos=self.register, amount=amount, method=method, as_order=True)
            self.paid.append(str(sold["id"]))
        else:
            more: dict[str, Any] = {"refund": {"amount": "7.00"}, "correct": {"to": f"{self.chance.randrange(4)}.00"}}
            more["settle"] = {"outcome": self.chance.choice(("reimbursed", "settled"))}
            try:
                self.house.buyer(what, payment_id=self.chance.choice(self.paid), **more.get(what, {}))
            except HTTPError:  # it cannot be done to this payment (any more)
                what = "refused"
        self.done[what] += 1
        self.clock.sleep(self.chance.choice((1, 20, 90, 200, 4_000, 100_000)))


def test_late_and_reordered_updates_never_take_a_payment_back(start_sandbox: Start, bar: Any, tmp_path: Path) -> None:
    """Copies that lag behind and an index that takes its time: newest version wins, and in the end all is known."""
    done: Counter[str] = Counter()
    for seed in bar.rounds(stated=70, reduced=2):
        clock = FixedClock(datetime(2026, 3, 10, 15, 0, tzinfo=UTC))
        site = sorted(SITES)[seed % len(SITES)]
        sandbox = start_sandbox(
            site=site, seed=seed, stores=2, registers=2, payments=60, clock=clock, sleep=clock.sleep, faults=LATE
        )
        store = open_store(f"sqlite:///{tmp_path / f'{seed}.sqlite'}")
        with store.begin() as connection:
            connection.exec_driver_sql(NO_WAY_BACK)
        house = House(sandbox, store, tmp_path / str(seed), Seams(clock=clock, sleep=clock.sleep))
        house.sync()  # before days pass by: what is a year old is out of the search's reach then
        till = Till(house, clock, seed)
        for _ in range(30):
            till.step()
        fired = sandbox.get("/_sandbox/faults")["fired"]
        assert fired["old-version"]
        assert fired["late-index"]
        sandbox.put("/_sandbox/faults", {})
        clock.sleep(301)
        house.sync()
        house.assert_equals_the_ledger()
        store.dispose()
        done += till.done
    assert {"sync", "pay", "refund"} <= set(done)
    bar.saw(f"{sum(done.values())} steps, no payment went back, figures equal the ledger to the cent")


CHILD = """
import sys
from pathlib import Path
from pydantic import SecretStr
from mpkit import sales
from mpkit.api import calls, connect
from mpkit.db import open_store
from mpkit.sales import syncing
calls._FIRST_WAIT = 0.02
url, token, store, folder = sys.argv[1:]
engine = open_store(store)
with connect(url, SecretStr(token)) as api:
    account = api.seller()
    mirror = sales.open_mirror(Path(folder), engine, account)
    syncing._MIRROR_EVERY = 0.05
    print("ready", flush=True)
    sales.sync(api, mirror, account)
print("done", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_killed_at_any_moment_it_goes_on(start_sandbox: Start, bar: Any, tmp_path: Path) -> None:
    """A real process, a real SIGKILL a little later each time, until one run comes to its end."""
    home = Path(__file__).parents[2]
    for seed in bar.rounds(stated=21, reduced=1):
        site = sorted(SITES)[seed % len(SITES)]
        sandbox = start_sandbox(site=site, stores=4, registers=8, payments=4_000, latency_s=0.005, faults=FAULTS)
        folder = tmp_path / str(seed)
        folder.mkdir()
        url = f"sqlite:///{folder / 'store.sqlite'}"
        store = open_store(url)
        kills = 0
        for attempt in range(20):
            child = subprocess.Popen(
                [sys.executable, "-c", CHILD, sandbox.url, sandbox.token, url, str(folder)],
                stdout=subprocess.PIPE,
                cwd=home,
                env={**os.environ, "PYTHONPATH": str(home)},
            )
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            try:
                child.wait((0.2 + 0.017 * seed) * 1.6**attempt)
            except subprocess.TimeoutExpired:
                child.kill()
                kills += 1
            said = child.stdout.read()
            child.wait()
            child.stdout.close()
            if said == b"done\n":
                break
        assert kills > 1, "it must have been killed on the way"
        sandbox.put("/_sandbox/faults", {})
        House(sandbox, store, folder).assert_equals_the_ledger()
        store.dispose()
    bar.saw("figures equal the ledger to the cent")


def test_two_at_once_do_no_harm(start_sandbox: Start, store: Engine, tmp_path: Path) -> None:
    sandbox = start_sandbox(stores=3, registers=6, payments=1_500)
    house = House(sandbox, store, tmp_path)
    other = House(sandbox, store, tmp_path)
    troubles: list[BaseException] = []

    def run(one: House) -> None:
        try:
            one.sync()
        except BaseException as trouble:  # noqa: BLE001 - shown below
            troubles.append(trouble)

    threads = [threading.Thread(target=run, args=(one,)) for one in (house, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    house.mirror.catch_up()
    house.assert_equals_the_ledger()
    assert house.sync().gaps == ()


def test_what_happens_later_is_found_by_its_change(start_sandbox: Start, store: Engine, tmp_path: Path) -> None:
    sandbox = start_sandbox(stores=3, registers=6, payments=900)
    house = House(sandbox, store, tmp_path)
    house.sync()
    lines = sales.payments_page(house.mirror, sales.PaymentFilter(house.account.id, EVER), limit=900).rows
    plain = [line for line in lines if line.status == "approved" and line.channel == "qr" and not line.refunds]
    asked = sandbox.get("/_sandbox/requests")["count"]
    whole, part, lost, won = plain[3], plain[-1], plain[7], plain[11]
    house.buyer("refund", payment_id=whole.payment_id)
    house.buyer("refund", payment_id=part.payment_id, amount="1.00")
    house.buyer("chargeback", payment_id=lost.payment_id)
    house.buyer("chargeback", payment_id=won.payment_id)
    register = house.registers()[0]["id"]
    house.buyer("pay", pos=register, amount="1234.56", as_order=True)
    synced = house.sync()
    assert synced.changed >= 5
    assert synced.chargebacks == 2
    house.assert_equals_the_ledger()
    sandbox.put("/_sandbox/clock", {"advance_s": 3600})
    house.buyer("settle", payment_id=won.payment_id, outcome="reimbursed")
    house.buyer("settle", payment_id=lost.payment_id, outcome="settled")
    clock = FixedClock(datetime.fromisoformat(sandbox.get("/_sandbox/clock")["now"]))
    house.seams = Seams(clock=clock, sleep=clock.sleep)
    house.sync(seams=house.seams)
    house.assert_equals_the_ledger()
    found = {line.payment_id: line for line in _all(house)}
    assert (found[won.payment_id].chargebacks, found[lost.payment_id].net) == (0, -lost.fees - lost.taxes)
    assert found[part.payment_id].refunds == 100
    # a handful of questions, not the year again
    assert sandbox.get("/_sandbox/requests")["count"] - asked < 60


def _all(house: House) -> tuple[sales.PaymentLine, ...]:
    return sales.payments_page(house.mirror, sales.PaymentFilter(house.account.id, EVER), limit=5_000).rows


def test_sales_around_midnight_land_on_their_own_day(start_sandbox: Start, store: Engine, tmp_path: Path) -> None:
    zone = ZoneInfo(ZONE)
    clock = FixedClock(datetime(2026, 3, 10, 20, 0, tzinfo=zone))
    sandbox = start_sandbox(stores=1, registers=1, payments=0, clock=clock)
    house = House(sandbox, store, tmp_path, Seams(clock=clock, sleep=clock.sleep))
    (register,) = house.registers()
    for at, amount in (("2026-03-10T23:59:00-03:00", "10.00"), ("2026-03-11T00:01:00-03:00", "20.00")):
        sandbox.put("/_sandbox/clock", {"now": at})
        house.buyer("pay", pos=register["id"], amount=amount, as_order=True)
    clock.at = datetime.fromisoformat(sandbox.get("/_sandbox/clock")["now"]) + timedelta(minutes=5)
    house.sync()
    days = {key: row["gross"] for (key, _), row in house.figures("day").items()}
    assert days == {"2026-03-10": "10.00", "2026-03-11": "20.00"}
    hours = {key: row["gross"] for (key, _), row in house.figures("hour").items()}
    assert hours == {"23": "10.00", "00": "20.00"}
    # the same sales in a branch that lives by another clock: both before its midnight
    (shop,) = sandbox.get("/_sandbox/state")["stores"]
    branch = Branch(shop["external_id"], "x", Location("", "", "", "", 0, 0), zone="America/Mexico_City")
    house.sync(branches=[branch])
    days = {key: row["gross"] for (key, _), row in house.figures("day").items()}
    assert days == {"2026-03-10": "30.00"}
    assert sales.ask(house.mirror, Question(house.account.id, EVER)).zone == "America/Mexico_City"


def test_windows_that_hold_too_much_are_cut(
    start_sandbox: Start, store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mpkit.sales.reading.DEEPEST", 100)
    house = House(start_sandbox(stores=2, registers=4, payments=900), store, tmp_path)
    assert house.sync().gaps == ()
    house.assert_equals_the_ledger()
    asked = [row for row in house.sandbox.get("/_sandbox/requests")["requests"] if row["path"] == "/v1/payments/search"]
    offsets = [int(row["query"]["offset"]) for row in asked]
    assert max(offsets) <= 100 + 100
    assert len(coverage.known_windows(store, house.account.id)) == 2, "cut windows that touch are one again"


def test_a_cancelled_sync_keeps_what_it_has(start_sandbox: Start, store: Engine, tmp_path: Path) -> None:
    house = House(start_sandbox(stores=2, registers=4, payments=1_500, latency_s=0.02), store, tmp_path)

    def impatient(done: int, total: int | None, step: str = "") -> None:
        assert total is None or total > 1_400
        if step == "sales_step_payments" and done > 100:
            raise Cancelled

    with pytest.raises(Cancelled):
        house.sync(impatient)
    fresh = sales.freshness(house.mirror)
    assert fresh.importing
    before = sum(len(chunk) for chunk in chunks.every(store, house.account.id))
    assert 0 < before < 1_400
    house.sync()
    house.assert_equals_the_ledger()
    assert not sales.freshness(house.mirror).importing


def test_days_named_are_read_again_and_the_rest_is_found_missing(
    start_sandbox: Start, store: Engine, tmp_path: Path
) -> None:
    house = House(start_sandbox(stores=2, registers=4, payments=800), store, tmp_path)
    today = sales.local_day(house.mirror)
    first, last = today - timedelta(days=60), today - timedelta(days=31)
    house.sync(since=first, until=last)
    # what is paid at a counter is approved as it is made; a cash ticket days after
    created = {line.approved.astimezone(ZoneInfo(ZONE)).date() for line in _all(house) if line.pos_id}
    assert created
    assert min(created) >= first
    assert max(created) <= last
    assert house.sync(since=first, until=last).changed == 0
    assert house.sync().gaps == ()
    house.assert_equals_the_ledger()


def test_after_a_year_away_everything_is_read_again(start_sandbox: Start, store: Engine, tmp_path: Path) -> None:
    sandbox = start_sandbox(stores=1, registers=2, payments=100)
    house = House(sandbox, store, tmp_path)
    long_ago = house.seams.clock.now() - timedelta(days=500)
    old = windows.Window(windows.CREATED, long_ago - timedelta(days=365), long_ago, long_ago)
    coverage.finish_window(store, house.account.id, old, long_ago)
    assert house.sync().gaps == ()
    house.assert_equals_the_ledger()
    assert all(w.begin > long_ago for w in coverage.known_windows(store, house.account.id))


def test_the_columns_follow_while_the_first_sync_runs(
    start_sandbox: Start, store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "_MIRROR_EVERY", 0.0)
    house = House(start_sandbox(stores=2, registers=4, payments=3_000, latency_s=0.01), store, tmp_path)
    counts: list[int] = []

    def watch(*_: object) -> None:
        totals = sales.ask(house.mirror, Question(house.account.id, EVER, by="")).totals
        counts.append(totals[0].count if totals else 0)

    house.sync(watch)
    assert counts == sorted(counts)
    assert len(set(counts)) > 3
