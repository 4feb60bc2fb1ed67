"""Long runs of the real client against each fault: it fires often, repeats by its seed, and is survived or reported."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from pydantic import SecretStr

from mpkit.api import MercadoPago, Window, connect
from mpkit.errors import ApiError, UnknownOutcome
from mpkit.model import Branch, Location, Register
from mpkit.sandbox import FAULTS, World, serve
from mpkit.sandbox import world as of_world
from mpkit.work import FixedClock, Seams, Transport
from tests.sandbox.asking import NOON
from tests.soak import Bar

TOKEN = "PLANTED-canary-token-5512"
PLACE = Location("Caseros", "3039", "Rosario", "Santa Fe", -32.9468, -60.6393)
TIMED = {"429-storm", "late", "late-index", "stale-read", "slow"}  # what depends on the time, and threads share a clock


@dataclass
class Shop:
    """A world, the client of it, and the time they share."""

    world: World
    clock: FixedClock
    account: MercadoPago
    heard: Counter[str]
    said: list[str]

    def did(self, name: str, act: Callable[[], Any]) -> Any:
        """Do one thing; what became of it is counted. Anything but an error of ours fails the test."""
        try:
            found = act()
        except ApiError as error:
            self.said.append(f"{error} {error!r} {error.values}")
            self.heard[f"{name}: {type(error).__name__}"] += 1
            return None
        self.heard[f"{name}: ok"] += 1
        return found


def shop(seed: int, faults: Mapping[str, float], wire: Callable[[World], Transport] = lambda world: world) -> Shop:
    clock = FixedClock(NOON)
    world = World("MLA", seed, clock, sleep=clock.sleep, stores=2, registers=5, payments=40, faults=faults, token=TOKEN)
    return Shop(world, clock, client(clock, seed, wire(world)), Counter(), [])


def clerk(world: World, seed: int) -> Shop:
    """A client with a clock of its own, which knows already who it is."""
    clock = FixedClock(NOON)
    found = Shop(world, clock, client(clock, seed, world), Counter(), [])
    found.account.seller()
    return found


def client(clock: FixedClock, seed: int, transport: Transport) -> MercadoPago:
    seams = Seams(clock=clock, sleep=clock.sleep, random=Random(seed))
    return connect("http://127.0.0.1:1", SecretStr(TOKEN), seams=seams, transport=transport)


def work(at: Shop, name: str) -> None:
    """One branch and its register, from nothing to changed, and a look at everything."""
    account, did = at.account, at.did
    branch = Branch(f"B{name}", f"Sucursal {name}", PLACE, {"monday": (("08:00", "12:00"),)})
    register = Register(f"P{name}", branch.external_id, f"Caja {name}")
    did("create store", lambda: account.create_store(branch))
    store = did("find store", lambda: account.store_by_external_id(branch.external_id))
    if store is None:
        return
    did("read store", lambda: account.store(store.id))
    did("change store", lambda: account.update_store(store.id, branch, fields={"name"}))
    did("create pos", lambda: account.create_pos(register, store_id=store.id, waits_for_order=True))
    pos = did("find pos", lambda: account.pos_by_external_id(register.external_id))
    if pos is not None:
        did("read pos", lambda: account.pos(pos.id))
        did("change pos", lambda: account.update_pos(pos.id, register, store_id=store.id, waits_for_order=False))


def look(at: Shop) -> None:
    """What a sync and a plan read."""
    account, did = at.account, at.did
    did("stores", lambda: list(account.stores()))
    did("registers", lambda: list(account.pos_list()))
    window = Window("date_created", at.world.now() - timedelta(days=90), at.world.now())
    did("payments", lambda: list(account.payments(window=window, collector_id=at.world.seller.id, limit=15)))


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_fires_a_hundred_times_and_is_survived_or_reported(name: str) -> None:
    at = shop(3, {name: 0.3})
    for turn in range(400):
        at.did("me", lambda: at.account.seller(anew=True))
        work(at, f"{turn:03d}")
        look(at)
        at.clock.sleep(1)
        if at.world.faults.fired[name] >= 100:
            break
    assert at.world.faults.fired[name] >= 100, at.heard
    oks = sum(count for what, count in at.heard.items() if what.endswith(": ok"))
    assert oks > 0.3 * sum(at.heard.values()), at.heard
    at.world.faults.set({})
    at.clock.sleep(60)
    work(at, "AFTER")
    assert {what for what in at.heard if "AFTER" in what} == set()
    assert at.did("registers", lambda: [row for row in at.account.pos_list() if row.external_id == "PAFTER"])
    made = [row.external_id for row in at.world.shelf.pos.values() if row.external_id]
    assert len(made) == len(set(made))
    log = json.dumps(at.world.trace.rows())
    assert name in log
    assert TOKEN not in "".join([log, *at.said])


def test_a_create_whose_answer_is_lost_is_told_from_one_that_is_refused() -> None:
    for name in ("lost-answer", "half-answer", "late", "500", "502", "html-error"):
        at = shop(4, {name: 1.0})
        at.world.faults.set({})
        at.account.seller()
        at.world.faults.set({name: 1.0})
        branch = Branch("B1", "Sucursal", PLACE)
        with pytest.raises(UnknownOutcome):
            at.account.create_store(branch)


EVERYTHING = dict.fromkeys(FAULTS, 0.04)


def traced(at: Shop, turns: int) -> str:
    for turn in range(turns):
        at.did("me", lambda: at.account.seller(anew=True))
        work(at, f"{turn:03d}")
        look(at)
    fired = {name: at.world.faults.fired[name] for name in FAULTS}
    return json.dumps([at.world.trace.rows(), fired, dict(at.heard), at.clock.at.isoformat()], default=str)


def test_all_faults_at_once_and_every_one_fires(bar: Bar) -> None:
    fired: Counter[str] = Counter()
    for seed in bar.rounds(stated=100, reduced=3):
        at = shop(seed, EVERYTHING)
        traced(at, 20)
        fired.update(at.world.faults.fired)
    assert all(fired[name] >= (100 if bar.complete else 1) for name in FAULTS), fired
    bar.saw(f"fired {dict(fired)}")


def test_the_same_seed_is_the_same_trace_in_process(bar: Bar) -> None:
    seen = set()
    for seed in bar.rounds(stated=20, reduced=20):
        first, second = (traced(shop(seed, EVERYTHING), 4) for _ in range(2))
        assert first == second, f"seed {seed}"
        seen.add(first)
    assert len(seen) == 20  # and another seed is another trace
    bar.saw("every seed repeats its trace")


def over_http(world: World) -> Iterator[Transport]:
    from mpkit.api.client import HttpxTransport

    with closing(serve(world)) as served, closing(HttpxTransport(served.url)) as transport:
        world.url = "http://sandbox.example"  # the port is another each time, and stands in no trace
        yield transport


def test_the_same_seed_is_the_same_trace_over_http(bar: Bar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_world, "SLOW_S", 0.02)
    for seed in bar.rounds(stated=20, reduced=4):
        traces = []
        for _ in range(2):
            serving: list[Iterator[Transport]] = []

            def wire(world: World, serving: list[Iterator[Transport]] = serving) -> Transport:
                serving.append(over_http(world))
                return next(serving[0])

            traces.append(traced(shop(seed, EVERYTHING, wire), 1))
            next(serving[0], None)
        assert traces[0] == traces[1], f"seed {seed}"
    bar.saw("every seed repeats its trace")


def test_the_same_seed_is_the_same_trace_with_several_threads(bar: Bar) -> None:
    def threaded(seed: int) -> list[str]:
        world = shop(seed, {}).world
        clerks = {f"{n:02d}": clerk(world, seed) for n in range(12)}
        names = list(clerks)
        Random(seed + len(seen)).shuffle(names)  # another order each time
        world.faults.set({name: 0.06 for name in FAULTS if name not in TIMED})
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda name: work(clerks[name], name), names))
        rows = [{**row, "n": 0, "at": ""} for row in world.trace.rows() if row["path"] != "/users/me"]
        return sorted(json.dumps(row) for row in rows)

    seen: list[list[str]] = []
    for seed in bar.rounds(stated=20, reduced=20):
        first = threaded(seed)
        seen.append(first)
        assert threaded(seed) == first, f"seed {seed}"
    assert any('"fault"' in row for row in seen[0])
    bar.saw("every seed repeats its trace")
