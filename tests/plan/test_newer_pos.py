"""Plan and apply on the newer generation of the POS calls: unchanged, with one key a register, and found out alone."""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import SecretStr

from mpkit import accounts, ledger
from mpkit.api import connect
from mpkit.db import Engine, open_store
from mpkit.model import Amount
from mpkit.plan import Applied, Applying, Plan, make, read
from mpkit.sandbox import World
from mpkit.work import HttpRequest, HttpResponse, NoAnswer, Seams
from tests.plan.chain import Listed, chain, register
from tests.plan.shop import Shop
from tests.plan.simulator import Simulation
from tests.plan.test_killed import kill_when
from tests.plan.verdict import seal
from tests.soak import Bar


class Bench:
    """A sandbox, an account in it that is asked by one generation, a ledger; what was sent is kept."""

    def __init__(self, store: Engine, generation: Literal["v1", "v2"] = "v2", **options: Any) -> None:
        self.store, self.sent = store, list[HttpRequest]()
        self.world = World("MLA", 7, **options)
        self.lose: Callable[[HttpRequest], bool] = lambda _: False
        token = SecretStr(self.world.seller.token)
        self.moves: list[str] = []
        self.api = connect(
            "http://127.0.0.1", token, transport=self._carry, generation=generation, moved=self.moves.append
        )
        self.account = replace(self.api.seller(), amount=Amount.BUYER)

    def _carry(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        answer = self.world.handle(request)
        if self.lose(request):
            raise NoAnswer
        return answer

    def plan(self, listed: Listed) -> Plan:
        known = ledger.known(self.store, self.account.id, seal=seal)
        existing = read(self.api, known.values())
        return make(listed, existing, known, account=self.account, amount=self.account.amount)

    def apply(self, listed: Listed) -> Applied:
        applying = Applying(
            self.store, self.api, account=self.account, wanted=listed, seal=seal, seams=Seams(), settle=0.05
        )
        plan = self.plan(listed)
        return applying.apply(plan, confirm_changes=plan.confirm_changes)

    def told(self) -> list[tuple[str, str]]:
        """The external id and the idempotency key of every create of a POS that was sent."""
        return [
            (json.loads(request.body)["external_id"], request.headers["x-idempotency-key"])
            for request in self.sent
            if (request.method, request.path) == ("POST", "/v2/pos")
        ]


@pytest.fixture
def bench(store: Engine) -> Iterator[Bench]:
    made = Bench(store)
    yield made
    made.api.close()


def test_the_whole_round_and_nothing_of_the_first_generation(bench: Bench) -> None:
    listed = chain(4, 9)
    applied = bench.apply(listed)
    assert (applied.done, applied.failed, applied.skipped) == (13, 0, 0)
    assert bench.plan(listed).work == ()
    paths = Counter(request.path for request in bench.sent if request.path.startswith("/pos"))
    assert paths == {}
    for pos in ledger.of_registers(bench.store, bench.account.id, seal=seal):
        assert pos.qr_payload == bench.world.shelf.pos[pos.remote_id].qr_code
    renamed = replace(listed, registers=(replace(listed.registers[0], name="Caja nueva"), *listed.registers[1:]))
    assert bench.apply(renamed).done == 1
    assert bench.plan(renamed).work == ()
    back = bench.apply(listed)
    again = bench.apply(renamed)  # the same change a second time: an old answer played back would leave it undone
    assert (back.done, again.done) == (1, 1)
    assert bench.plan(renamed).work == ()


def test_the_key_of_a_register_is_on_record_and_the_same_after_a_lost_answer(bench: Bench) -> None:
    listed = chain(1, 2)
    lost = Counter[str]()

    def lose(request: HttpRequest) -> bool:
        new = request.method == "POST" and request.path == "/v2/pos"
        lost[request.path] += new
        return bool(new and lost[request.path] <= 3)

    bench.lose = lose
    applied = bench.apply(listed)
    assert (applied.done, applied.failed) == (3, 0)
    assert bench.world.trace.effects == {"create store": 1, "create pos": 2}
    recorded = {
        intent.external_id: intent.key
        for intent in ledger.of_plan(bench.store, bench.account.id, applied.plan)
        if intent.object == "pos"
    }
    assert set(bench.told()) == set(recorded.items())
    assert len(set(recorded.values())) == 2


def test_a_register_deleted_in_the_panel_time_and_again_is_made_anew_and_not_played_back(bench: Bench) -> None:
    listed = chain(1, 2)
    bench.apply(listed)
    ids = set(bench.world.shelf.pos)
    for turn in range(1, 4):  # the plans of these turns are equal, and so are their names
        (pos,) = (row for row in bench.world.shelf.pos.values() if row.external_id == "P001")
        bench.api.delete_pos(pos.id)
        assert bench.apply(listed).done == 1
        ids |= set(bench.world.shelf.pos)
        assert len(ids) == 2 + turn
        assert bench.plan(listed).work == ()
    assert len({key for _, key in bench.told()}) == 5


def test_a_name_with_letters_it_does_not_take_is_made_plain_and_counts_as_the_same(bench: Bench) -> None:
    listed = chain(1)
    names = ("Caja Peñón — salón n.º 1", "Ünïque / bar", "  Caja_2-b ", "★★")
    listed = replace(listed, registers=tuple(register(n, of=0, name=name) for n, name in enumerate(names)))
    assert bench.apply(listed).failed == 0
    made = [row.name for row in bench.world.shelf.pos.values()]
    assert sorted(made) == sorted(["Caja Penon salon n o 1", "Unique bar", "Caja_2-b", "P003"])
    assert bench.plan(listed).work == ()


@pytest.mark.parametrize("status", [404, 405, 410])
@pytest.mark.parametrize("family", ["/pos", "POST /pos"])
def test_an_account_whose_first_generation_ends_moves_by_itself(store: Engine, status: int, family: str) -> None:
    bench = Bench(store, "v1")
    bench.apply(chain(2, 2))
    bench.world.gone = {family: status}
    listed = chain(3, 6)
    applied = bench.apply(listed)
    assert (applied.done, applied.failed, applied.skipped) == (5, 0, 0)
    assert bench.api.generation == "v2"
    assert bench.moves == ["v2"]
    assert bench.plan(listed).work == ()
    assert bench.world.trace.effects == {"create store": 3, "create pos": 6}
    bench.api.close()


def test_no_seed_doubles_loses_or_forgets_anything(bar: Bar, tmp_path: Path) -> None:
    for seed in bar.rounds(stated=100, reduced=12):
        folder = tmp_path / str(seed)
        folder.mkdir()
        run = Simulation(seed, folder, generation="v2").run()
        assert run.faults() == [], f"seed {seed}"
        assert run.applied is not None
        assert run.applied.failed == run.applied.skipped == 0
    bar.saw("0 duplicates, 0 missing, 0 unrecorded, 0 wrong codes on /v2/pos")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not known there")
def test_killed_over_real_http_and_the_generation_is_remembered(
    tmp_path: Path, start_sandbox: Callable[..., Any]
) -> None:
    assert signal.SIGKILL
    shop = Shop(tmp_path, start_sandbox(site="MLA", seed=7))
    shop.want(chain(3, 8))
    shop.sandbox.put("/_sandbox/gone", {"/pos": 404})
    code, _, err = shop.run("plan", "--amount", "buyer", "--out", "p.json")
    assert code == 3, err
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'mpkit.sqlite'}")
    assert accounts.generation(store, shop.sandbox.user_id) == "v2"
    store.dispose()
    shop.sandbox.put("/_sandbox/faults", {"lost-answer": 0.15, "500": 0.1})
    for wait in (2, 4, 6):
        kill_when(shop.start("apply", "p.json", "--yes"), shop.sandbox, wait, 0.02)
    code, out, err = shop.run("apply", "p.json", "--yes", "--json")
    assert code == 0, err
    assert (json.loads(out)["done"], json.loads(out)["failed"]) == (11, 0)
    assert set(shop.creates().values()) == {1}
    assert len(shop.creates()) == 11
    asked = [row["path"] for row in shop.sandbox.world.trace.rows()]
    assert sum(path == "/pos" for path in asked) <= 2, "asked once, and once more to be sure; then remembered"
