"""How fast an account is asked, on a clock that only moves when somebody sleeps; and against a sandbox with a limit."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from mpkit import accounts
from mpkit.api import Pace, connect
from mpkit.api.client import HttpxTransport
from mpkit.errors import StoreTrouble
from mpkit.model import Account, Learned
from mpkit.sandbox import World
from mpkit.work import FixedClock, Seams

REAL = "https://api.mercadopago.com"
HERE = "http://127.0.0.1:8000"
START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Shelf:
    """A memory that can be looked into."""

    kept: list[Learned] = field(default_factory=list)

    def load(self):
        return self.kept[-1] if self.kept else None

    def save(self, learned):
        self.kept.append(learned)


def pace_of(url=REAL, clock=None, **options):
    clock = clock or FixedClock(START)
    return Pace.of(url, Seams(clock=clock, sleep=clock.sleep, random=random.Random(1)), **options), clock


def ask(pace, clock, *, status=200, takes=0.05, retry_after=None):
    """One request that takes so long and is answered so; gives the seconds it waited for its turn."""
    began = clock.elapsed
    with pace.turn() as turn:
        waited = clock.elapsed - began
        clock.sleep(takes)
        turn.answered(status, retry_after)
    return waited


def test_the_real_api_is_asked_four_times_a_second_and_a_rehearsal_faster():
    pace, clock = pace_of()
    for _ in range(9):
        ask(pace, clock, takes=0)
    assert (clock.elapsed, pace.per_second, pace.in_flight) == (pytest.approx(2.0), 4, 4)
    faster, clock = pace_of(HERE)
    for _ in range(9):
        ask(faster, clock, takes=0)
    assert clock.elapsed < 0.2


@pytest.mark.parametrize(("most", "in_flight"), [(1, 1), (0.5, 1), (12, 12), (100, 32)])
def test_only_a_setting_raises_it(most, in_flight):
    pace, clock = pace_of(most=most)
    for _ in range(3_000):
        ask(pace, clock, takes=0)
    assert (pace.per_second, pace.in_flight) == (most, in_flight)


def test_good_answers_never_raise_it_above_what_is_allowed():
    pace, clock = pace_of()
    ask(pace, clock, status=429, retry_after=1)
    assert pace.per_second < 4
    for _ in range(5_000):
        ask(pace, clock)
    assert pace.per_second <= 4
    assert pace.per_second > 3.9


def test_retry_after_stops_every_thread_of_the_account():
    clock = FixedClock(START)
    pace, _ = pace_of(clock=clock)
    ask(pace, clock, status=429, retry_after=30)
    assert ask(pace, clock) == pytest.approx(30, abs=0.3)


def test_without_a_time_the_pause_doubles_from_five_seconds_to_a_minute_with_jitter():
    pace, clock = pace_of()
    ask(pace, clock, status=429)
    waits = [ask(pace, clock, status=429) for _ in range(6)]
    least = [5, 10, 20, 40, 60, 60]
    for wait, seconds in zip(waits, least, strict=True):
        assert seconds <= wait + 0.05 <= seconds * 1.25 + 3
    assert len({round(wait / seconds, 4) for wait, seconds in zip(waits, least, strict=True)}) == 6
    ask(pace, clock)
    ask(pace, clock, status=429)
    assert ask(pace, clock) < 5 * 1.25 + 3, "an answer that went well begins the doubling anew"


def test_a_burst_of_refusals_lowers_the_pace_once():
    pace, clock = pace_of()
    burst = []
    for _ in range(4):  # four in flight
        context = pace.turn()
        burst.append((context, context.__enter__()))
    for _, turn in burst:
        turn.answered(429, 2.0)
    for context, _ in burst:
        context.__exit__(None, None, None)
    assert pace.per_second == pytest.approx(4 * 0.7)
    clock.sleep(3)
    ask(pace, clock, status=429, retry_after=1)
    assert pace.per_second < 4 * 0.7


def test_slow_answers_lower_the_pace_without_a_stop_and_fast_ones_bring_it_back():
    pace, clock = pace_of()
    for _ in range(30):
        ask(pace, clock, takes=0.3)
    assert pace.per_second == 4
    for _ in range(12):
        ask(pace, clock, takes=6.0)
    slowed = pace.per_second
    assert slowed < 4 * 0.75
    assert ask(pace, clock, takes=0.2) < 1, "slowness is no stop"
    for _ in range(300):
        ask(pace, clock, takes=0.1)
    assert pace.per_second > slowed * 1.2


def test_answers_that_are_always_slow_are_no_news():
    pace, clock = pace_of()
    for _ in range(200):
        ask(pace, clock, takes=2.5)
    assert pace.per_second == 4


def test_an_answer_that_never_came_counts_as_slow():
    pace, clock = pace_of()
    for _ in range(20):
        ask(pace, clock, takes=0.2)
    for _ in range(2):
        with pace.turn() as turn:
            clock.sleep(30)
            turn.lost()
    assert pace.per_second < 4


def test_a_pace_that_held_nobody_back_is_not_raised():
    pace, clock = pace_of()
    ask(pace, clock, status=429, retry_after=1)
    ask(pace, clock, takes=2.0)  # waits out the stop
    low = pace.per_second
    for _ in range(100):
        ask(pace, clock, takes=2.0)  # the account answers slower than we would ask
    assert pace.per_second == low


# what processes learn from each other


def test_what_was_learned_is_kept_and_the_next_process_begins_with_it():
    shelf = Shelf()
    pace, clock = pace_of(memory=shelf)
    for _ in range(50):
        ask(pace, clock)
    assert shelf.kept == [], "nothing to tell as long as all is well"
    ask(pace, clock, status=429, retry_after=40)
    (learned,) = shelf.kept
    assert learned.per_second == pytest.approx(2.8)
    assert learned.stopped_until == clock.now() + timedelta(seconds=40)
    other, _ = pace_of(memory=shelf, clock=clock)
    assert other.per_second == pytest.approx(2.8)
    assert ask(other, clock) == pytest.approx(40, abs=0.1)


def test_a_process_at_work_hears_of_the_stop_another_was_told():
    shelf = Shelf()
    clock = FixedClock(START)
    one, _ = pace_of(memory=shelf, clock=clock)
    other, _ = pace_of(memory=shelf, clock=clock)
    ask(other, clock)
    ask(one, clock, status=429, retry_after=60)
    clock.sleep(6)  # it looks round every five seconds
    assert ask(other, clock) == pytest.approx(54, abs=0.3)
    assert other.per_second == pytest.approx(2.8, rel=0.02)


def test_a_pace_that_rises_is_noted_now_and_then_only():
    shelf = Shelf()
    pace, clock = pace_of(memory=shelf)
    ask(pace, clock, status=429, retry_after=0)
    for _ in range(1_000):
        ask(pace, clock)
    assert 2 <= len(shelf.kept) <= clock.elapsed / 30 + 2


def test_the_memory_is_the_store_and_an_account_of_its_own_each(store):
    for number in ("1", "2"):
        accounts.pin(store, Account(number, f"N{number}", "MLA", test=False), REAL)
    learned = Learned(2.5, 3.5, START, START)
    assert accounts.PaceOf(store, "1").load() is None
    accounts.PaceOf(store, "1").save(learned)
    assert accounts.PaceOf(store, "1").load() == learned
    assert accounts.PaceOf(store, "2").load() is None
    accounts.PaceOf(store, "3").save(learned)  # nobody's: nothing happens


def test_a_store_in_trouble_stops_no_request(store, monkeypatch):
    def full(*_):
        raise StoreTrouble("disk_full", where="x")

    monkeypatch.setattr("mpkit.accounts.pacing.keep_learned", full)
    monkeypatch.setattr("mpkit.accounts.pacing.learned", full)
    pace, clock = pace_of(memory=accounts.PaceOf(store, "1"))
    ask(pace, clock, status=429, retry_after=0)
    clock.sleep(10)
    ask(pace, clock)
    assert pace.per_second < 4


# against a limit


@dataclass
class Way:
    """To the sandbox and back, over real HTTP, in time that is slept; counts what was refused."""

    inner: HttpxTransport | World
    clock: FixedClock
    rng: random.Random
    statuses: list[int] = field(default_factory=list)
    most: float = 0.02  # seconds there; back it takes half as long

    def __call__(self, request):
        self.clock.sleep(self.rng.uniform(0.001, self.most))
        answer = self.inner(request)
        self.statuses.append(answer.status)
        self.clock.sleep(self.rng.uniform(0.001, self.most / 2))
        return answer


def test_a_limit_is_found_used_and_hardly_ever_broken(start_sandbox):
    clock = FixedClock(START)
    running = start_sandbox(site="MLA", seed=7, rate=20, clock=clock)
    inner = HttpxTransport(running.url)
    way = Way(inner, clock, random.Random(3))
    pace, _ = pace_of(running.url, clock=clock)
    seams = Seams(clock=clock, sleep=clock.sleep, random=random.Random(2))
    with connect(running.url, SecretStr(running.token), seams=seams, transport=way, pace=pace) as account:
        while len(way.statuses) < 400:  # warm up
            account.seller(anew=True)
        way.statuses.clear()
        began = clock.elapsed
        while len(way.statuses) < 4_000:
            account.seller(anew=True)
    inner.close()
    refused, well = way.statuses.count(429), way.statuses.count(200)
    assert refused + well == len(way.statuses)
    assert refused < 0.01 * len(way.statuses)
    assert well >= 0.90 * 20 * (clock.elapsed - began)


@pytest.mark.parametrize("limit", [5, 20, 100])
def test_whatever_the_limit_is_nine_tenths_of_it_are_used_and_hardly_one_in_a_hundred_is_refused(limit):
    clock = FixedClock(START)
    world = World("MLA", 7, rate=limit, clock=clock)
    way = Way(world, clock, random.Random(3), most=0.4 / limit)
    pace, _ = pace_of(HERE, clock=clock, most=100)
    seams = Seams(clock=clock, sleep=clock.sleep, random=random.Random(2))
    with connect(HERE, SecretStr(world.seller.token), seams=seams, transport=way, pace=pace) as account:
        while len(way.statuses) < 500 and clock.elapsed < 60:  # the warm-up
            account.seller(anew=True)
        way.statuses.clear()
        began = clock.elapsed
        while clock.elapsed - began < 60:
            account.seller(anew=True)
    well = way.statuses.count(200)
    assert len(way.statuses) - well < 0.01 * len(way.statuses)
    assert well >= 0.90 * limit * (clock.elapsed - began)


def test_a_limit_that_is_raised_is_found_out():
    clock = FixedClock(START)
    world = World("MLA", 7, rate=8, clock=clock)
    pace, _ = pace_of(HERE, clock=clock, most=50)
    seams = Seams(clock=clock, sleep=clock.sleep, random=random.Random(2))
    pace.slowest = 1
    with connect(HERE, SecretStr(world.seller.token), seams=seams, transport=world, pace=pace) as account:
        for _ in range(600):
            account.seller(anew=True)
        assert pace.per_second < 9
        world.rate.a_second = 0
        for _ in range(3_000):
            account.seller(anew=True)
    assert pace.per_second > 25


def test_no_more_are_in_flight_than_allowed():
    pace = Pace(per_second=10_000, in_flight=3, first_pause=1, seams=Seams())
    came_in = threading.Semaphore(0)
    let_out = threading.Event()

    def one():
        with pace.turn():
            came_in.release()
            let_out.wait(30)

    threads = [threading.Thread(target=one) for _ in range(9)]
    for thread in threads:
        thread.start()
    assert [came_in.acquire(timeout=30) for _ in range(3)] == [True] * 3
    assert not came_in.acquire(timeout=0.3), "a fourth came in"
    let_out.set()
    for thread in threads:
        thread.join()
    assert [came_in.acquire(timeout=30) for _ in range(6)] == [True] * 6
