"""Apply under every fault, on a virtual clock, in one thread: a seed is a trace.

The driver is replaced by one that decides by the seed what happens next: which request goes out, which wait ends, where
the process dies. Between it and the sandbox stands a network that loses requests and answers and carries some out late.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import SecretStr

from mpkit import ledger, log
from mpkit.api import Pace, connect
from mpkit.db import Engine, open_store
from mpkit.errors import ApiError, Busy, Refused, StalePlan
from mpkit.model import Account, Amount
from mpkit.plan import Applied, Applying, Plan, make, scan
from mpkit.plan.drive import Driver
from mpkit.plan.events import Call, Wait, Woke
from mpkit.sandbox import World
from mpkit.work import FixedClock, HttpRequest, HttpResponse, NoAnswer, NotSent, Seams
from tests.plan.chain import Listed, chain

SETTLE = 90.0
FAULTS = ("lost", "answer-lost", "500-after", "500-before", "late", "429", "401", "html", "reset")


_INSTEAD = {
    "401": HttpResponse(401, {}, b'{"code":"unauthorized","message":"Invalid access token."}'),
    "500-before": HttpResponse(500, {}, b'{"error":"internal"}'),
}
_AFTER = {
    "500-after": HttpResponse(502, {}, b"upstream"),
    "html": HttpResponse(200, {}, b"<html>maintenance</html>"),
}


class Crash(BaseException):
    """The process is killed here."""


@dataclass
class Net:
    """The way between us and the sandbox, with its own mishaps."""

    world: World
    clock: FixedClock
    rng: random.Random
    odds: float = 0.06  # of each fault, for each request
    late: list[tuple[float, HttpRequest]] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)
    calm: bool = False
    intruder: str = ""  # an external id
    keys: dict[str, set[str]] = field(default_factory=dict)  # of creates of the newer generation, by external id

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.clock.sleep(self.rng.uniform(0.05, 0.5))
        self.deliver()
        self._intrude(request)
        if request.method == "POST" and request.path == "/v2/pos":
            wanted = str(json.loads(request.body)["external_id"])
            self.keys.setdefault(wanted, set()).add(request.headers["x-idempotency-key"])
        fault = self._drawn(request)
        if fault:
            self.fired[fault] += 1
        if fault in _INSTEAD:
            return _INSTEAD[fault]
        if fault == "429":
            headers = {"retry-after": "1"} if self.rng.random() < 0.5 else {}
            return HttpResponse(429, headers, b'{"error":"too_many_requests"}')
        if fault == "reset":
            raise NotSent(fault)
        if fault == "lost":
            self.clock.sleep(request.seconds)
            raise NoAnswer(fault)
        if fault == "late":
            self.late.append((self.clock.monotonic() + self.rng.uniform(5, 40), request))
            raise NoAnswer(fault)
        answer = self.world.handle(request)
        if fault == "answer-lost":
            raise NoAnswer(fault)
        return _AFTER.get(fault, answer)

    def _intrude(self, request: HttpRequest) -> None:
        """Somebody else makes an object under one of our ids, a moment before we do, and calls it otherwise."""
        if self.intruder and request.method == "POST" and f'"{self.intruder}"'.encode() in request.body:
            body = {**json.loads(request.body), "name": "Intruso"}
            self.world.handle(replace(request, body=json.dumps(body).encode()))
            self.intruder = ""

    def _drawn(self, request: HttpRequest) -> str:
        if self.calm:
            return ""
        for fault in FAULTS:
            odds = self.odds / 20 if fault == "401" else self.odds
            if self.rng.random() < odds and (request.method != "GET" or fault not in {"late", "500-after"}):
                return fault
        return ""

    def deliver(self) -> None:
        """Carry out the late requests whose time has come."""
        due = [request for at, request in self.late if at <= self.clock.monotonic()]
        self.late = [(at, request) for at, request in self.late if at > self.clock.monotonic()]
        for request in due:
            self.world.handle(request)


@dataclass
class Virtual(Driver):
    """The driver's duties in an order drawn by the seed."""

    rng: random.Random = field(default_factory=random.Random)
    net: Net | None = None
    crash: float = 0.0

    def run(self) -> None:
        effects = self.machine.start()
        calls: list[Call] = []
        waits: list[tuple[float, str]] = []
        while True:
            rest: list[Any] = []
            while effects:
                rest += [one for one in effects if isinstance(one, Call | Wait)]
                entries = [one for one in effects if not isinstance(one, Call | Wait)]
                self._perhaps_crash(calls)
                refused = self.write(entries) if entries else []
                effects = [more for event in refused for more in self.machine.on(event)]
            calls += [one for one in rest if isinstance(one, Call)]
            now = self.seams.clock.monotonic()
            waits += [
                (now + (self.settle if one.settle else one.seconds), one.change.key)
                for one in rest
                if isinstance(one, Wait)
            ]
            self._perhaps_crash(calls)
            if self.machine.finished:
                return
            due = [key for at, key in waits if at <= now]
            if due and (not calls or self.rng.random() < 0.5):
                key = self.rng.choice(due)
                waits = [(at, one) for at, one in waits if one != key]
                effects = self.machine.on(Woke(key))
            elif calls:
                call = calls.pop(self.rng.randrange(len(calls)))
                effects = self.machine.on(self.perform(call))
            else:
                self.seams.sleep(min(at for at, _ in waits) - now)
                assert self.net
                self.net.deliver()

    def _perhaps_crash(self, calls: list[Call]) -> None:
        """Die here; what was about to leave may have left."""
        if self.rng.random() < self.crash:
            for call in calls:
                if self.rng.random() < 0.5:
                    self.perform(call)
            raise Crash


@dataclass
class Run:
    """What one seed came to."""

    applied: Applied | None
    world: World
    store: Engine
    account: Account
    listed: Listed
    fired: Counter[str]
    lives: int
    trace: list[str]
    keys: dict[str, set[str]] = field(default_factory=dict)
    lapses: list[str] = field(default_factory=list)  # what else was seen on the way that must never be

    @property
    def conflicts(self) -> set[tuple[str, str]]:
        """What was told to a person instead of being decided, and the POS of such a store."""
        ends = self.applied.outcomes if self.applied else ()
        return {(one.change.object, one.change.external_id) for one in ends if one.end in {"conflict", "skipped"}}

    def faults(self) -> list[str]:
        """Everything that must never be: doubles, gaps, objects not on record, records that are wrong."""
        wrong = list(self.lapses)
        wrong += [f"two keys for one register: {name}" for name, keys in self.keys.items() if len(keys) > 1]
        uses = Counter(key for keys in self.keys.values() for key in keys)
        wrong += [f"one key for {count} registers" for count in uses.values() if count > 1]
        rows = [("store", row) for row in self.world.shelf.stores.values()]
        rows += [("pos", row) for row in self.world.shelf.pos.values()]
        there = Counter((kind, row.external_id) for kind, row in rows)
        wanted = {("store", one.external_id): one for one in self.listed.branches if not one.closed}
        wanted |= {("pos", one.external_id): one for one in self.listed.registers if not one.closed}
        wrong += [f"made twice: {key}" for key, count in there.items() if count > 1]
        wrong += [f"not ours: {key}" for key in there if key not in wanted]
        wrong += [f"missing: {key}" for key in wanted if key not in there and key not in self.conflicts]
        ids = {(kind, row.external_id): row for kind, row in rows}
        known = ledger.known(self.store, self.account.id, seal=seal)
        stores = {one.external_id: one.remote_id for (kind, _), one in known.items() if kind == "store"}
        for key, one in wanted.items():
            row, record = ids.get(key), known.get(key)
            if row is None or key in self.conflicts:
                continue
            if record is None:
                wrong.append(f"not on record: {key}")
                continue
            if record.remote_id != row.id or record.sent["name"] != one.name or row.name != one.name:
                wrong.append(f"wrong on record: {key}")
            if key[0] == "pos" and (record.qr_payload != row.qr_code or row.store_id != stores[one.branch_external_id]):
                wrong.append(f"wrong code or store: {key}")
        return wrong


def seal(text: str) -> str:
    """A seal for tests: no key, the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()


def quick_store(folder: Path) -> Engine:
    """A store whose commits do not wait for the disk: here, a crash is an exception and not a power cut."""
    engine = open_store(f"sqlite:///{folder / 'store.sqlite'}")

    @sa.event.listens_for(engine, "connect")
    def _quick(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")

    engine.dispose()
    return engine


@dataclass
class Simulation:
    """One seed: a chain, an account, a network, and as many lives of the process as it takes."""

    seed: int
    folder: Path
    registers: int = 20
    crash: float | None = None  # at each step; where not given, so that a run dies a few times whatever its size
    odds: float = 0.06
    settle: float = SETTLE
    intruder: str = ""  # an external id somebody else takes while we work
    generation: Literal["v1", "v2"] = "v1"  # of the POS calls
    forgetful: bool = False  # the API makes a second object under the same external id instead of refusing it

    def __post_init__(self) -> None:
        log.setup("CRITICAL", "text")
        self.crash = 0.2 / self.registers if self.crash is None else self.crash
        self.rng = random.Random(self.seed)
        self.clock = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
        self.world = World("MLA", self.seed, self.clock, sleep=self.clock.sleep)
        if self.forgetful:
            self.world.shelf.store_by_external_id = lambda *_: None  # type: ignore[method-assign]
            self.world.shelf.pos_by_external_id = lambda *_: None  # type: ignore[method-assign]
        self.net = Net(self.world, self.clock, self.rng, odds=self.odds)
        self.seams = Seams(clock=self.clock, sleep=self.clock.sleep, random=self.rng)
        self.store = quick_store(self.folder)
        self.lapses: list[str] = []
        self.listed = chain(max(1, self.registers // 2), self.registers)
        pace = Pace(per_second=1000.0, in_flight=8, first_pause=0.5, seams=self.seams)
        token = SecretStr(self.world.seller.token)
        self.api = connect(
            "http://127.0.0.1", token, seams=self.seams, transport=self.net, pace=pace, generation=self.generation
        )
        self.net.calm = True
        seller = self.api.seller()
        self.account = Account(seller.id, seller.nickname, seller.site, seller.test, seller.name, Amount.BUYER)

    def run(self) -> Run:
        existing = scan.read(self.api)
        plan = make(self.listed, existing, {}, account=self.account, amount=Amount.BUYER)
        self.net.intruder = self.intruder
        trace: list[str] = []
        applied, lives = self.carry_out(plan, trace)
        return self._result(applied, lives, trace)

    def carry_out(self, plan: Plan, trace: list[str], **numbers: int | None) -> tuple[Applied | None, int]:
        """Apply a plan in as many lives as it takes; what came of it, None where it never came to an end."""
        for life in range(1, 60):
            self.net.calm = life > 50
            applying = Applying(
                self.store,
                self.api,
                self.account,
                self.listed,
                seal,
                self.seams,
                settle=self.settle,
                driver=self._driver,
            )
            try:
                applied = applying.apply(plan, **numbers)
            except Crash:
                trace.append(f"{life} crash {self.clock.monotonic():.2f}")
                continue
            except (Busy, StalePlan):
                raise
            except (ApiError, Refused) as error:  # the connection refused, the account restless: a person starts again
                trace.append(f"{life} {error.key} {self.clock.monotonic():.2f}")
                continue
            trace.append(f"{life} done {applied.done} {self.clock.monotonic():.2f}")
            if not self._unfinished(applied):
                self.clock.sleep(60)  # what is still on its way arrives
                self.net.deliver()
                return applied, life
        return None, 60

    @staticmethod
    def _unfinished(applied: Applied) -> bool:
        return any(one.end in {"unknown", "left"} for one in applied.outcomes)

    def _result(self, applied: Applied | None, lives: int, trace: list[str]) -> Run:
        trace += [json.dumps(row, sort_keys=True) for row in self.world.trace.rows()]
        seen = (self.net.fired, lives, trace, self.net.keys, self.lapses)
        return Run(applied, self.world, self.store, self.account, self.listed, *seen)

    def _driver(self, **given: Any) -> Virtual:
        return Virtual(**given, rng=self.rng, net=self.net, crash=0.0 if self.net.calm else self.crash)


@dataclass
class Frozen(Simulation):
    """Somewhere in the middle our process stands still for minutes; another takes over, ends the work, and we wake."""

    frozen: bool = False

    def _driver(self, **given: Any) -> Virtual:
        driver = super()._driver(**given)
        if self.frozen:
            return driver
        self.frozen = True
        write, left = driver.write, self.rng.randint(1, self.registers)

        def write_later(entries: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                self._other_takes_over()
                try:
                    answer = write(entries)
                except Busy as busy:
                    raise Crash from busy  # as it must be: whoever lost the hold stops
                self.lapses.append("wrote on under a hold that was lost")
                return answer
            return write(entries)

        driver.write = write_later
        driver.crash = 0.0
        return driver

    def _other_takes_over(self) -> None:
        """To the other, we are on another machine and silent."""
        with self.store.begin() as connection:
            connection.execute(sa.text("UPDATE holders SET host = 'elsewhere'"))
        self.clock.sleep(600)
        hold = ledger.take(self.store, self.account.id, "apply", who="second", clock=self.clock)
        ledger.give_back(self.store, hold)
