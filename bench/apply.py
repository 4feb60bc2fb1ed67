"""A plan carried out: how much of a rate limit is used, what a created object costs, and whether memory stays flat.

Each part runs in processes of its own, against a sandbox over real HTTP in another one:

    rate      5, 20 and 100 requests a second at 50 ms, not known to us: after the warm-up (60 s or 500 requests) the
              share of the limit that was used (bar: 0.90 and more) and of requests refused (bar: under 1 %)
    cost      processor time a created object, against a bare httpx POST of the same body with two durable commits
              (bar: 1.5 times)
    memory    the peak with 20,000 registers against that with 1,000 (bar: 1.3 times)

`python bench/apply.py rate cost` runs those named.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.queues import Queue
from pathlib import Path

import httpx
from pydantic import SecretStr

from mpkit import accounts, branches, keys, plan
from mpkit.api import MercadoPago, Pace, connect
from mpkit.api.bodies import pos_body
from mpkit.api.client import HttpxTransport
from mpkit.branches import Origin
from mpkit.db import Engine, open_store
from mpkit.jobs.kinds.apply import Wanted
from mpkit.model import Account, Amount, Branch, Location, Register
from mpkit.places import catalogue
from mpkit.sandbox import World, serve
from mpkit.work import Cancelled, HttpRequest, HttpResponse, Seams, SystemClock, gather_rarely

SEED = 7
TOKEN = "bench"  # no secret: the sandbox takes what it is told
SHARE, REFUSED, TIMES, GROWTH = 0.90, 0.01, 1.5, 1.3  # the bars
WARM_SECONDS, WARM_REQUESTS = 60.0, 500
RATES = (5, 20, 100)  # requests a second
MEASURED = 60.0  # seconds, after the warm-up
_STORES = 50
_MB = 1024 if sys.platform != "darwin" else 1024 * 1024  # units of ru_maxrss in a megabyte


def chain(stores: int, registers: int) -> tuple[list[Branch], list[Register]]:
    """So many branches in one real town, the registers dealt out to them in turn."""
    places = catalogue("MLA")
    state = places.states[0]
    city = places.cities(state)[0]
    latitude, longitude = (float(degrees) for degrees in places.point(state, city) or (0, 0))
    made = [
        Branch(f"S{n}", f"Sucursal {n}", Location("San Martín", str(n), city, state, latitude, longitude))
        for n in range(stores)
    ]
    return made, [Register(f"P{n}", f"S{n % stores}", f"Caja {n}") for n in range(registers)]


@contextmanager
def sandbox(**options: float) -> Iterator[str]:
    """A sandbox in a child; its address."""
    told: Queue[str] = multiprocessing.Queue()
    child = multiprocessing.Process(target=_served, args=(told, options), daemon=True)
    child.start()
    try:
        yield told.get(timeout=60)
    finally:
        child.terminate()


def _served(told: Queue[str], options: dict[str, float]) -> None:
    there = serve(World("MLA", SEED, token=TOKEN, **options))  # type: ignore[arg-type]
    told.put(there.url)
    there.wait()


@dataclass
class Counted:
    """A transport that notes when each answer came and what it was."""

    inner: HttpxTransport
    seen: list[tuple[float, int]] = field(default_factory=list)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, noted."""
        answer = self.inner(request)
        self.seen.append((time.monotonic(), answer.status))
        return answer


@dataclass
class Room:
    """An installation with a list of its own, against the sandbox at `url`."""

    url: str
    folder: Path
    pace: Pace
    stores: int
    registers: int
    transport: Counted | None = None

    def listed(self) -> None:
        """The list of the chain, in the store."""
        store = self._store()
        with self._connected() as api:
            account = api.seller()
            accounts.pin(store, account, self.url)
            wanted, registers = chain(self.stores, self.registers)
            branches.propose(store, account.id, wanted, registers, origin=Origin("file"), clock=SystemClock())
        store.dispose()

    @contextmanager
    def planned(self) -> Iterator[tuple[plan.Applying, plan.Plan]]:
        """An apply that is ready to go, and the plan it is for; the list is there."""
        store = self._store()
        with self._connected() as api:
            account = replace(api.seller(), amount=Amount.BUYER)
            applying = self._applying(store, api, account)
            wanted = branches.wanted(store, account.id)
            made = plan.make(wanted, plan.read(api), {}, account=account, amount=account.amount)
            del wanted  # what is looked at once is not held, as in the job
            yield applying, made
        store.dispose()

    def _store(self) -> Engine:
        return open_store(f"sqlite:///{self.folder / 'store.sqlite'}")

    def _connected(self) -> MercadoPago:
        return connect(self.url, SecretStr(TOKEN), pace=self.pace, transport=self.transport)

    def _applying(self, store: Engine, api: MercadoPago, account: Account) -> plan.Applying:
        return plan.Applying(
            store=store,
            api=api,
            account=account,
            wanted=Wanted(store, account.id),
            seal=keys.first(self.folder).seal("ledger"),
            seams=Seams(),
            settle=0.5,
            in_flight=api.in_flight,
        )


# --- the share of a limit


def rate(limit: int, seconds: float) -> tuple[float, float]:
    """The share of a limit used after the warm-up, and of requests refused."""
    with tempfile.TemporaryDirectory() as folder, sandbox(rate=limit, latency_s=0.05) as url:
        pace = Pace.of(url, Seams(), most=100)
        counted = Counted(HttpxTransport(url, connections=pace.in_flight))
        room = Room(url, Path(folder), pace, _STORES, int(limit * (WARM_SECONDS + seconds)) + WARM_REQUESTS, counted)
        room.listed()
        with room.planned() as (applying, made):
            counted.seen.clear()
            window = _Window(counted, seconds)
            with suppress(Cancelled):
                replace(applying, progress=window).apply(made)
            return window.found(limit)


@dataclass
class _Window:
    """The part of a run that counts; as its progress it ends the run after that."""

    counted: Counted
    seconds: float
    warm: float = 0.0
    _began: float = field(default_factory=time.monotonic)

    def __call__(self, done: int, total: int | None, step: str = "") -> None:  # noqa: ARG002 - a progress
        now = time.monotonic()
        if not self.warm and (now - self._began >= WARM_SECONDS or len(self.counted.seen) >= WARM_REQUESTS):
            self.warm = now
        if self.warm and now - self.warm >= self.seconds:
            raise Cancelled

    def found(self, limit: int) -> tuple[float, float]:
        statuses = [status for at, status in self.counted.seen if self.warm <= at < self.warm + self.seconds]
        refused = statuses.count(429)
        return (len(statuses) - refused) / (limit * self.seconds), refused / len(statuses)


# --- the cost of one object


def cost(objects: int) -> tuple[float, float]:
    """Milliseconds of processor time a created object: ours, and the bare calls with their commits."""
    with tempfile.TemporaryDirectory() as folder, sandbox() as url:
        pace = Pace(per_second=1e6, in_flight=8, first_pause=0.5, seams=Seams())
        room = Room(url, Path(folder), pace, _STORES, objects)
        room.listed()
        with room.planned() as (applying, made):
            began = time.process_time()
            applied = applying.apply(made)
            ours = (time.process_time() - began) / applied.done
            store = str(applying.api.store_by_external_id("S0").id)  # type: ignore[union-attr]
        return ours * 1000, bare(url, Path(folder), store, objects) * 1000


def bare(url: str, folder: Path, store: str, objects: int) -> float:
    """Seconds of processor time of one POST and its two durable commits, by hand."""
    book = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    book.execute("PRAGMA synchronous = FULL")
    book.execute("CREATE TABLE intents (id TEXT PRIMARY KEY, body TEXT, state TEXT, remote TEXT)")
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {TOKEN}"}, trust_env=False) as client:
        began = time.process_time()
        for n in range(objects):
            body = pos_body(
                Register(f"B{n}", "S0", f"Caja {n}"), store_id=store, waits_for_order=False, external_id=f"B{n}"
            )
            book.execute("INSERT INTO intents VALUES (?, ?, 'sent', NULL)", (f"B{n}", json.dumps(body)))
            answer = client.post("/pos", json=body).raise_for_status().json()
            book.execute("UPDATE intents SET state = 'done', remote = ? WHERE id = ?", (str(answer["id"]), f"B{n}"))
        took = time.process_time() - began
    book.close()
    return took / objects


# --- memory


def peak(registers: int) -> float:
    """Megabytes at the peak of planning and applying; the list is written by another process, as a file is taken in."""
    spawned = multiprocessing.get_context("spawn")
    told: Queue[float] = spawned.Queue()
    with tempfile.TemporaryDirectory() as folder, sandbox() as url:
        for work in (_list, _peak):
            child = spawned.Process(target=work, args=(told, url, Path(folder), registers))
            child.start()
            found = told.get(timeout=3600)
            child.join()
    return found


def _room(url: str, folder: Path, registers: int) -> Room:
    pace = Pace(per_second=1e6, in_flight=8, first_pause=0.5, seams=Seams())
    return Room(url, folder, pace, registers // 20, registers)


def _list(told: Queue[float], url: str, folder: Path, registers: int) -> None:
    _room(url, folder, registers).listed()
    told.put(0.0)


def _peak(told: Queue[float], url: str, folder: Path, registers: int) -> None:
    gather_rarely()
    with _room(url, folder, registers).planned() as (applying, made):
        done = applying.apply(made).done
    if done != registers + registers // 20:
        message = f"only {done} were made"
        raise SystemExit(message)
    told.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB)


# --- what is printed


def _verdict(name: str, found: float, bar: float, *, least: bool = False) -> bool:
    held = found >= bar if least else found <= bar
    print(f"  {name:<40} {found:8.3f}   bar {bar:g}{'' if held else '   NOT HELD'}", flush=True)
    return held


def rates() -> bool:
    """Every rate."""
    held = True
    for limit in RATES:
        share, refused = rate(limit, MEASURED)
        held &= _verdict(f"{limit} requests/s, 50 ms: share used", share, SHARE, least=True)
        held &= _verdict(f"{limit} requests/s, 50 ms: refused", refused, REFUSED)
    return held


def costs() -> bool:
    """Ours against bare, the cheapest of three each."""
    found = [cost(2_000) for _ in range(3)]
    ours, by_hand = min(one for one, _ in found), min(one for _, one in found)
    print(f"  a created object: {ours:.2f} ms of processor time, by hand {by_hand:.2f} ms")
    return _verdict("times the bare call and its commits", ours / by_hand, TIMES)


def memory() -> bool:
    """The peaks."""
    few, many = peak(1_000), peak(20_000)
    print(f"  peak with 1,000 registers {few:.0f} MB, with 20,000 {many:.0f} MB")
    return _verdict("times", many / few, GROWTH)


PARTS: dict[str, Callable[[], bool]] = {"rate": rates, "cost": costs, "memory": memory}


def main(names: list[str]) -> None:
    """Run the parts named, all where none is; each says which of its bars are not held here."""
    held = [PARTS[name]() for name in names or PARTS]
    if not all(held):
        print("  a busy machine holds less: see the load before reading what is not held")


if __name__ == "__main__":
    main(sys.argv[1:])
