"""Everything at once: beside the network's faults, others meddle in the account, and the machine itself fails.

The panel makes, changes and deletes; a second operator makes what we are about to make, and asks for our hold; the
clock jumps; the disk is full; the ledger is altered, made unreadable, or put back from an older copy. A person makes a
new plan whenever the old one has gone stale, until there is nothing left to do.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mpkit import db, ledger
from mpkit.errors import Busy, MpkitError, StoreTrouble
from mpkit.plan import Plan, make, scan
from mpkit.work import Clock, FixedClock, HttpRequest
from tests.plan.simulator import Simulation
from tests.plan.verdict import Key, Run
from tests.plan.virtual import Virtual

# What others do, for each request of ours; such a chain takes a thousand.
PRESSES: Mapping[str, float] = {
    "panel-edit": 0.0015,
    "panel-delete": 0.001,
    "panel-create": 0.001,
    "second-operator": 0.01,
    "second-apply": 0.002,
    "clock": 0.003,
}
TROUBLES: Mapping[str, float] = {"disk-full": 0.0006, "backup": 0.002}  # of the machine, at each step of the driver
DAMAGES: Mapping[str, float] = {"ledger-altered": 0.3, "ledger-unreadable": 0.3, "ledger-older": 0.3}  # each death
TWINS = 0.3  # of the seeds begin with an external id that stands there twice
ALL = ("twins", *PRESSES, "disk-full", *DAMAGES)
_JUMPS = (-3600, -3600, 3600, -7, 0)  # seconds


@dataclass
class Watch:
    """The clock on our machine: it shows another time of day than the sandbox's, and waits like it."""

    true: FixedClock
    wrong: timedelta = timedelta()

    def now(self) -> datetime:
        """The time of day somebody has set."""
        return self.true.now() + self.wrong

    def monotonic(self) -> float:
        """Seconds that pass."""
        return self.true.monotonic()


@dataclass
class Storm(Simulation):
    """One seed of it."""

    twins: set[Key] = field(default_factory=set)
    full: bool = False  # the disk
    copy: bytes = b""  # of the ledger, as it was some time ago

    def __post_init__(self) -> None:
        self.crash = 0.4 / self.registers if self.crash is None else self.crash
        self.forgetful = self.forgetful or bool(self.seed % 2)
        super().__post_init__()

    def watch(self) -> Clock:
        self.shown = Watch(self.clock)
        return self.shown

    def run(self) -> Run:
        self.presses: Mapping[str, Callable[[HttpRequest], bool]] = {
            "panel-edit": self._edit,
            "panel-delete": self._delete,
            "panel-create": self._create,
            "second-operator": self._faster,
            "second-apply": self._second,
            "clock": self._jump,
        }
        self.net.meddle = self._meddle
        sa.event.listen(self.store, "begin", self._filled)
        self._copied()
        self._doubled()
        came = self.until_nothing_is_left()
        return self._judged(self.plan(), self.result(*came))

    def _judged(self, plan: Plan, run: Run) -> Run:
        """In the end only what stood there twice is left to a person."""
        blocked = {(one.object, one.external_id) for one in plan.changes if one.kind == "blocked"}
        if blocked != self.twins:
            self.lapses.append(f"blocked: {sorted(blocked ^ self.twins)}")
        run.twins = frozenset(self.twins)
        return run

    # what others do

    def _meddle(self, request: HttpRequest) -> None:
        for name, chance in PRESSES.items():
            if self.rng.random() < chance and self.presses[name](request):
                self.net.fired[name] += 1

    def _press(self, **wanted: object) -> str:
        answer = self.world.handle(HttpRequest("POST", "/_sandbox/panel", (), {}, json.dumps(wanted).encode()))
        return str(json.loads(answer.body).get("id", ""))

    def _picked(self) -> tuple[str, str] | None:
        """An object of the account that stands there once: its kind and its id."""
        rows: list[Any] = [*self.world.shelf.stores.values(), *self.world.shelf.pos.values()]
        if not rows:
            return None
        row = self.rng.choice(rows)
        kind = "pos" if row.id in self.world.shelf.pos else "store"
        return None if (kind, row.external_id) in self.twins else (kind, row.id)

    def _edit(self, _: HttpRequest) -> bool:
        if found := self._picked():
            self._press(action=f"edit_{found[0]}", id=found[1], name=f"Cambiado {self.rng.randrange(1000)}")
        return bool(found)

    def _delete(self, _: HttpRequest) -> bool:
        found = self._picked()
        inside = found and self.world.shelf.pos_in(found[1])
        if found and not (found[0] == "store" and inside):
            self._press(action=f"delete_{found[0]}", id=found[1])
            return True
        return False

    def _create(self, _: HttpRequest) -> bool:
        branch = self.rng.choice(self.listed.branches)
        store = self._press(action="create_store", name=branch.name)
        self._press(action="create_pos", name=self.rng.choice(self.listed.registers).name, store_id=store)
        return True

    def _faster(self, request: HttpRequest) -> bool:
        """Another installation, with the same list, makes this very object a moment before us."""
        mine = request.method == "POST" and not self.forgetful
        if mine:
            self.net.apart(request)
        return mine

    def _second(self, _: HttpRequest) -> bool:
        """Somebody else's apply on our ledger is refused at once and told who is at work."""
        with db.reading(self.store) as connection:
            ours = connection.execute(sa.text("SELECT process FROM holders")).scalar() == os.getpid()
        if self.full or not ours:
            return False
        try:
            ledger.take(self.store, self.account.id, "apply", who="second", clock=self.shown)
        except Busy as busy:
            return "process" in busy.values
        self.lapses.append("two at work on one ledger")
        return True

    def _jump(self, _: HttpRequest) -> bool:
        self.shown.wrong = timedelta(seconds=self.rng.choice(_JUMPS))
        return True

    def _doubled(self) -> None:
        """Somebody has made two of one external id before us."""
        if self.rng.random() >= TWINS:
            return
        self.net.fired["twins"] += 1
        branch = self.rng.choice(self.listed.branches)
        till = next(one for one in self.listed.registers if one.branch_external_id == branch.external_id)
        store = self.rng.random() < 0.5
        for _ in range(2):
            id_ = self._press(action="create_store", name=branch.name)
            if store:
                self._press(action="edit_store", id=id_, external_id=branch.external_id)
                self.twins.add(("store", branch.external_id))
            else:
                pos = self._press(action="create_pos", name=till.name, store_id=id_)
                self._press(action="edit_pos", id=pos, external_id=till.external_id)
                self.twins.add(("pos", till.external_id))
        if store:
            inside = (one for one in self.listed.registers if one.branch_external_id == branch.external_id)
            self.twins |= {("pos", one.external_id) for one in inside}

    # what befalls the machine

    def driver(self, **given: Any) -> Virtual:
        driver = super().driver(**given)
        driver.stepped = self._befallen
        return driver

    def _befallen(self) -> None:
        if self.net.calm:
            return
        self.full = self.full or self.rng.random() < TROUBLES["disk-full"]
        if self.rng.random() < TROUBLES["backup"]:
            self._copied()

    def _filled(self, connection: db.Connection) -> None:
        """A full disk: the file may not grow, and SQLite itself says so."""
        if connection.info.get("full", False) != self.full:
            connection.info["full"] = self.full
            connection.exec_driver_sql(f"PRAGMA max_page_count = {1 if self.full else 2**30}")

    def _copied(self) -> None:
        with closing(sqlite3.connect(self.net.ledger)) as books:
            self.copy = books.serialize()

    def left_behind(self) -> None:
        """Killed, and what was killed may have left its ledger damaged."""
        self.full = False
        super().left_behind()
        damages = {"ledger-altered": self._altered, "ledger-unreadable": self._unreadable, "ledger-older": self._older}
        if self.forgetful:  # an API that takes anything twice, and a ledger that has forgotten: nobody could tell
            del damages["ledger-unreadable"], damages["ledger-older"]
        for name, damage in damages.items() if not self.net.calm else ():
            if self.rng.random() < DAMAGES[name]:
                self.net.fired[name] += 1
                damage()

    def freed(self, trouble: MpkitError | None = None) -> None:
        if trouble is not None and trouble.key == "disk_full":
            self.net.fired["disk-full"] += 1
        self.full = False

    def _altered(self) -> None:
        """A value of one row is another one: a flipped bit, a foreign hand."""
        column = self.rng.choice(("remote_id", "qr_payload", "sent"))
        changed = f"replace({column}, substr({column}, 12, 1), '7')" if column == "sent" else f"{column} || '7'"
        with db.writing(self.store) as connection:
            rows = connection.execute(sa.text("SELECT external_id, object FROM objects ORDER BY 1")).all()
            if rows:
                row = self.rng.choice(rows)
                where = f"WHERE object = '{row.object}' AND external_id = '{row.external_id}'"
                connection.execute(sa.text(f"UPDATE objects SET {column} = {changed} {where}"))

    def _unreadable(self) -> None:
        """Pages of the file are something else: it is noticed, nothing is sent, and an older copy is put back."""
        file, sent = self.net.ledger, self.world.trace.count
        self._let_go()
        whole = file.read_bytes()
        file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
        try:
            self.applying().apply(self._planned_anyhow())
            self.lapses.append("applied with a ledger nobody can read")
        except StoreTrouble as trouble:
            if trouble.key != "store_damaged":
                self.lapses.append(f"a damaged ledger is called {trouble.key}")
        if any(row["method"] != "GET" and "late" not in row for row in self.world.trace.rows(sent)):
            self.lapses.append("sent with a ledger nobody can read")
        self._older()

    def _older(self) -> None:
        """Restored from a copy: it knows less than was done."""
        self._let_go()
        self.net.ledger.write_bytes(self.copy)
        super().left_behind()  # who was at work when it was copied

    def _let_go(self) -> None:
        self.net.close_books()
        self.store.dispose()

    def _planned_anyhow(self) -> Plan:
        self.net.calm = True
        return make(self.listed, scan.read(self.api), {}, account=self.account, amount=self.account.amount)
