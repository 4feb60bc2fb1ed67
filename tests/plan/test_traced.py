"""A small apply, killed at every system call by which it changes anything, and with every write of its disk failing."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mpkit.sandbox.world import Reply
from mpkit.work import HttpRequest
from tests.plan.chain import chain
from tests.plan.shop import Shop
from tests.soak import Bar
from tests.tracing import Fate, Told, Tracer, refusal

APPLY = ("apply", "p.json", "--yes", "--json")
STORES, REGISTERS = 1, 3
_INTENT = "SELECT state FROM intents WHERE object = ? AND external_id = ?"


class Traced:
    """One installation with a plan of three registers, set back to its beginning as often as asked."""

    def __init__(self, folder: Path, sandbox: Any, tracer: Tracer) -> None:
        self.shop, self.tracer, self.data = Shop(folder, sandbox), tracer, folder / "data"
        self.world, self.lapses = sandbox.world, list[str]()
        self.shop.want(chain(STORES, REGISTERS))
        code, _, err = self.shop.run("plan", "--amount", "buyer", "--out", "p.json")
        assert code == 3, err
        shutil.copytree(self.data, folder / "beginning")
        answer = self.world.answer
        self.world.answer = lambda request: self._looked_at(request) or answer(request)
        self.since = 0
        self.reset()

    def reset(self) -> None:
        """As it was before the first apply, here and in the account."""
        shutil.rmtree(self.data)
        shutil.copytree(self.data.parent / "beginning", self.data)
        with self.world.lock:
            for id_ in list(self.world.shelf.pos):
                self.world.shelf.drop_pos(id_)
            for id_ in list(self.world.shelf.stores):
                self.world.shelf.drop_store(id_)
        self.since = self.world.trace.count

    def run(self, fate: Fate, *, disk: bool = False) -> Told:
        """One apply and its fate."""
        folder = self.shop.folder
        return self.tracer.run(APPLY, env=self.shop.env, cwd=folder, under=self.data, disk=disk, fate=fate)

    def again(self) -> list[str]:
        """The apply once more, undisturbed; what is wrong after it."""
        code, out, err = self.shop.run(*APPLY)
        if code != 0:
            return [f"the next apply ends with {code}: {err}"]
        answer = json.loads(out)
        wrong = [] if (answer["failed"], answer["skipped"]) == (0, 0) else [f"the next apply leaves {out}"]
        made = Counter(row["external_id"] for row in self._effects("create"))
        wanted = {f"S{n:03d}" for n in range(STORES)} | {f"P{n:03d}" for n in range(REGISTERS)}
        wrong += [f"made {count} times: {name}" for name, count in made.items() if count > 1]
        wrong += [f"missing: {name}" for name in sorted(wanted - set(made))]
        shelf = self.world.shelf
        there = {("store", row.external_id, row.id, None) for row in shelf.stores.values()}
        there |= {("pos", row.external_id, row.id, row.qr_code) for row in shelf.pos.values()}
        with closing(sqlite3.connect(self.data / "mpkit.sqlite")) as books:
            known = set(books.execute("SELECT object, external_id, remote_id, qr_payload FROM objects"))
        wrong += [f"on record and not there, or there and not on record: {one}" for one in known ^ there]
        lapses, self.lapses[:] = list(self.lapses), []
        return wrong + lapses

    def _effects(self, verb: str) -> list[dict[str, Any]]:
        return [row for row in self.world.trace.rows(self.since) if str(row["effect"] or "").startswith(verb)]

    def _looked_at(self, request: HttpRequest) -> Reply | None:
        """No create arrives whose intent another process could not read from the file."""
        if request.method == "POST" and not request.path.startswith("/_"):
            kind, name = "store" if request.path.endswith("/stores") else "pos", json.loads(request.body)["external_id"]
            with closing(sqlite3.connect(self.data / "mpkit.sqlite", timeout=30)) as books:
                if books.execute(_INTENT, (kind, name)).fetchone() != ("sent",):
                    self.lapses.append(f"sent without a durable intent: {name}")
        return None


@pytest.fixture(scope="module")
def tracer() -> Iterator[Tracer]:
    if why := refusal():
        pytest.skip(why)
    with Tracer() as started:
        yield started


@pytest.fixture
def traced(tmp_path: Path, start_sandbox: Callable[..., Any], tracer: Tracer) -> Traced:
    return Traced(tmp_path, start_sandbox(site="MLA", seed=7), tracer)


def points(bar: Bar, total: int, reduced: int) -> Iterator[int]:
    """Every point from 1 to `total` in the soak, a few spread over all of them in the tests."""
    for n in bar.rounds(stated=total, reduced=reduced):
        yield n + 1 if bar.whole else 1 + (2 * n + 1) * total // (2 * reduced)


def test_killed_at_every_system_call_the_next_apply_ends_the_work(bar: Bar, traced: Traced) -> None:
    """SIGKILL at every system call that changes a file or speaks to the network, of an apply of 3 registers."""
    whole = traced.run(Fate())
    assert whole.code == 0, whole.said
    assert whole.calls["sendto"] >= STORES + REGISTERS  # its threads are followed too
    assert traced.again() == []
    killed: Counter[str] = Counter()
    for point in points(bar, whole.total, 6):
        traced.reset()
        told = traced.run(Fate(at=point))
        killed["killed" if told.code == -9 else "ended before"] += 1
        assert traced.again() == [], f"killed at call {point} of {told.calls}: {told.said}"
    # threads take turns: the last calls are not always reached
    assert killed["ended before"] <= 1 + killed.total() // 10
    bar.saw(f"0 / 0 / 0 at {whole.total} calls, {killed['killed']} killed; every next apply ended the work")


@pytest.mark.parametrize(("what", "stays"), [("ENOSPC", True), ("EIO", False)])
def test_a_failing_disk_sends_nothing_that_is_not_on_record(bar: Bar, traced: Traced, what: str, stays: bool) -> None:
    """ENOSPC (from there on) and EIO (once) at every write, fsync and open of an apply of 3 registers."""
    whole = traced.run(Fate(), disk=True)
    assert whole.code == 0, whole.said
    refused = 0
    for point in points(bar, whole.total, 4):
        traced.reset()
        told = traced.run(Fate(at=point, what=what, stays=stays), disk=True)
        refused += told.code == 1
        assert told.code in {0, 1}, told.said
        assert "Traceback" not in told.said, f"{what} at call {point}: {told.said}"
        assert traced.again() == [], f"{what} at call {point} of {told.calls}: {told.said}"
    assert refused > 0
    bar.saw(f"{what} at {whole.total} calls: 0 sent without a durable intent, {refused} runs refused, all resumed")


def test_the_look_at_each_create_sees_one_without_an_intent(traced: Traced) -> None:
    body = json.dumps({"external_id": "P999"}).encode()
    traced._looked_at(HttpRequest("POST", "/pos", body=body))
    assert traced.lapses == ["sent without a durable intent: P999"]
