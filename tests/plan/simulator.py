"""Apply under every fault, on a virtual clock, in one thread: a seed is a trace.

The driver is replaced by one that decides by the seed what happens next: which request goes out, which wait ends, where
the process dies. Between it and the sandbox stands a network that loses requests and answers and carries some out late.
"""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import SecretStr

from mpkit import db, ledger, log
from mpkit.api import Pace, Reread, connect
from mpkit.db import Engine, open_store
from mpkit.errors import ApiError, Busy, MpkitError, Refused, StalePlan, StoreTrouble
from mpkit.model import Account, Amount
from mpkit.plan import Applied, Applying, Plan, make, scan
from mpkit.sandbox import World
from mpkit.work import Clock, FixedClock, Progress, Seams, silent
from tests.plan.chain import chain
from tests.plan.net import Net
from tests.plan.verdict import Run, seal
from tests.plan.virtual import Crash, Virtual

SETTLE = 90.0
LIVES = 60  # of the process for one plan
_CALM_FROM = 50  # the life from which on nothing goes wrong any more
PLANS = 40  # for one list
_CALM_TURN = 12  # the plan from which on nothing goes wrong any more
_NOBODY = 99_999_999  # no process has this number
# what the net looks at before each create, without reading every intent of every plan
_UNDER_WAY = "CREATE INDEX under_way ON intents (object, external_id) WHERE state = 'sent'"


@cache
def _new_store() -> bytes:
    """An empty store, made once."""
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/store.sqlite")
        with db.writing(store) as connection:
            connection.execute(sa.text(_UNDER_WAY))
        store.dispose()
        return Path(folder, "store.sqlite").read_bytes()


def quick_store(folder: Path) -> Engine:
    """A store whose commits do not wait for the disk: here, a crash is an exception and not a power cut."""
    file = folder / "store.sqlite"
    file.write_bytes(_new_store())
    engine = db.connect(f"sqlite:///{file}")

    @sa.event.listens_for(engine, "connect")
    def _quick(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")

    return engine


def _again(list_: Callable[..., Any], known: Reread, progress: Progress = silent, _: Reread | None = None) -> Any:
    return list_(progress, known)


@dataclass
class Simulation:
    """One seed: a chain, an account, a network, and as many lives of the process as it takes."""

    seed: int
    folder: Path
    registers: int = 20
    crash: float | None = None  # at each step; where not given, so that a run dies a few times whatever its size
    odds: float = 1.0  # times the probability of each fault
    settle: float = SETTLE
    intruder: str = ""  # an external id somebody else takes while we work
    generation: Literal["v1", "v2"] = "v1"  # of the POS calls
    forgetful: bool = False  # the API makes a second object under the same external id instead of refusing it

    def __post_init__(self) -> None:
        log.setup("CRITICAL", "text")
        self.crash = 0.2 / self.registers if self.crash is None else self.crash
        self.rng = random.Random(self.seed)
        self.outside()
        if self.forgetful:
            self.world.shelf.store_by_external_id = lambda *_: None  # type: ignore[method-assign]
            self.world.shelf.pos_by_external_id = lambda *_: None  # type: ignore[method-assign]
        self.store = quick_store(self.folder)
        file = self.folder / "store.sqlite"
        self.net = Net(self.world, self.rng, file, self.odds, not self.forgetful, self.sleep)
        self.net.page = min(50, max(5, self.registers // 4))  # so that a list has several, however small it is
        self.seams = Seams(clock=self.watch(), sleep=self.sleep, random=self.rng)
        self.lapses = self.net.lapses
        self.listed = chain(max(1, self.registers // 2), self.registers)
        pace = Pace(per_second=1000.0, in_flight=8, first_pause=0.5, seams=self.seams)
        token = SecretStr(self.world.seller.token)
        self.api = connect(
            "http://127.0.0.1", token, seams=self.seams, transport=self.net, pace=pace, generation=self.generation
        )
        self._read_once()
        self.net.calm = True
        seller = self.api.seller()
        self.account = Account(seller.id, seller.nickname, seller.site, seller.test, seller.name, Amount.BUYER)
        self.trace: list[str] = []

    def _read_once(self) -> None:
        """A page that came before, in whatever life, is what it was parsed to then: parsing depends on nothing else."""
        for name in ("stores", "pos_list"):
            setattr(self.api, name, partial(_again, getattr(self.api, name), Reread()))

    def outside(self) -> None:
        """What the process shares with others: the account, and the time that passes."""
        self.clock = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
        self.sleep: Callable[[float], None] = self.clock.sleep
        self.world = World("MLA", self.seed, self.clock, sleep=self.clock.sleep)

    def watch(self) -> Clock:
        """The clock our process looks at."""
        return self.clock

    def run(self) -> Run:
        """One plan, carried out."""
        plan = self.plan()
        self.net.intruder = self.intruder
        return self.result(*self.carry_out(plan))

    def plan(self, *, calm: bool = True) -> Plan:
        """The plan a person makes now, on a quiet day or in the middle of it all."""
        self.net.calm = calm
        known = ledger.known(self.store, self.account.id, seal=seal)
        existing = scan.read(self.api, known.values())
        return make(self.listed, existing, known, account=self.account, amount=self.account.amount)

    def until_nothing_is_left(self) -> tuple[Applied | None, int]:
        """Plan and apply again until a plan has nothing to do; the last apply, all lives, None if never."""
        applied, lives, calm = None, 0, False
        for turn in range(PLANS):
            calm = calm or turn >= _CALM_TURN
            try:
                plan = self.plan(calm=calm)
                if not plan.work and calm:
                    return applied, lives
                calm = not plan.work or calm  # nothing is left to do: is it so when all is quiet?
                applied, more = self.carry_out(plan, calm=calm)
                lives += more
            except (ApiError, Refused) as error:  # gone stale, mostly
                self.told(turn, error.key)
                self.freed()
        return None, lives

    def carry_out(self, plan: Plan, *, calm: bool = False) -> tuple[Applied | None, int]:
        """Apply a plan in as many lives as it takes; what came of it, None where it never came to an end."""
        numbers = {f"confirm_{name}": number for name, number in plan.confirm.items()}
        for life in range(1, LIVES):
            self.net.calm = calm or life > _CALM_FROM
            try:
                applied = self.applying().apply(plan, **numbers)
            except Crash:
                self.told(life, "crash")
                self.left_behind()
                continue
            except (Busy, StalePlan):
                raise
            except (ApiError, Refused, StoreTrouble) as error:  # a person frees the disk, waits, and starts again
                self.told(life, error.key)
                self.freed(error)
                continue
            self.told(life, f"done {applied.done}")
            if not any(one.end in {"unknown", "left"} for one in applied.outcomes):
                self.sleep(60)  # what is still on its way arrives
                self.net.arrive()
                return applied, life
        return None, LIVES

    def told(self, life: int, what: str) -> None:
        """A line of the trace."""
        self.trace.append(f"{life} {what} {self.clock.monotonic():.2f}")

    def left_behind(self) -> None:
        """A killed process lets nothing go: its hold stands there, and nobody behind it."""
        now = self.seams.clock.now()
        row: dict[str, object] = {
            "account": self.account.id,
            "purpose": "apply",
            "holder": "killed",
            "host": socket.gethostname(),
        }
        row |= {"process": _NOBODY, "born": "1", "who": "killed", "taken": now, "heartbeat": now}
        with db.writing(self.store) as connection:
            db.upsert(connection, db.metadata.tables["holders"], [row], key=("account", "purpose"))

    def freed(self, trouble: MpkitError | None = None) -> None:
        """Somebody who was told of a trouble has seen to it."""

    def applying(self) -> Applying:
        return Applying(
            self.store, self.api, self.account, self.listed, seal, self.seams, settle=self.settle, driver=self.driver
        )

    def result(self, applied: Applied | None, lives: int) -> Run:
        """What it came to."""
        self.trace += [json.dumps(row, sort_keys=True) for row in self.world.trace.rows()]
        fired = self.net.fired + self.world.faults.fired
        seen = (fired, lives, self.trace, self.net.keys, self.lapses)
        return Run(applied, self.world, self.store, self.account, self.listed, *seen)

    def driver(self, **given: Any) -> Virtual:
        return Virtual(**given, rng=self.rng, crash=0.0 if self.net.calm else self.crash or 0.0)


@dataclass
class Frozen(Simulation):
    """Somewhere in the middle our process stands still for minutes; another takes over, ends the work, and we wake."""

    frozen: bool = False

    def driver(self, **given: Any) -> Virtual:
        driver = super().driver(**given)
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
        self.sleep(600)
        hold = ledger.take(self.store, self.account.id, "apply", who="second", clock=self.clock)
        ledger.give_back(self.store, hold)
