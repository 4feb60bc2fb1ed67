"""`mpkit apply` over real HTTP, under faults, killed with SIGKILL at random moments and started again."""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.forking import Started
from tests.plan.chain import chain
from tests.plan.shop import Shop
from tests.soak import Bar

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not known there")
FAULTS = {"lost-answer": 0.1, "500": 0.1, "429": 0.1}


def kill_when(process: Started, sandbox: Any, requests: int, delay: float) -> bool:
    """Kill it `delay` seconds after the sandbox has seen so many more requests; whether it was still alive."""
    until = sandbox.world.trace.count + requests
    while process.poll() is None and sandbox.world.trace.count < until:
        time.sleep(0.002)
    time.sleep(delay)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    return alive


def test_killed_at_random_moments_nothing_is_doubled_and_nothing_missing(
    bar: Bar, tmp_path: Path, start_sandbox: Callable[..., Any]
) -> None:
    kills = list(bar.rounds(stated=20, reduced=5))
    rng = random.Random(4)
    stores, registers = (118, 118) if bar.whole else (10, 18)
    shop = Shop(tmp_path, start_sandbox(site="MLA", seed=7))
    shop.want(chain(stores, registers))
    code, out, err = shop.run("plan", "--amount", "buyer", "--out", "p.json", "--json")
    assert (code, json.loads(out)["summary"]["create"]) == (3, stores + registers), err
    shop.sandbox.put("/_sandbox/faults", FAULTS)
    killed = 0
    for _ in kills:
        process = shop.start("apply", "p.json", "--yes", "--json")
        killed += kill_when(process, shop.sandbox, rng.randint(1, (stores + registers) // 8 + 4), rng.uniform(0, 0.05))
    code, out, err = shop.run("apply", "p.json", "--yes", "--json")
    assert code == 0, err
    result = json.loads(out)
    assert (result["done"], result["failed"], result["skipped"]) == (stores + registers, 0, 0)
    made = shop.creates()
    assert set(made.values()) == {1}
    assert len(made) == stores + registers
    ids = {one["external_id"]: one["id"] for one in result["results"]}
    world = shop.sandbox.world
    assert ids == {row.external_id: row.id for row in (*world.shelf.stores.values(), *world.shelf.pos.values())}
    assert killed >= len(kills) - 1  # the last may have come to its end before
    code, out, err = shop.run("plan", "--json")
    assert (code, json.loads(out)["changes"]) == (0, []), err
    bar.saw(f"{killed} kills, {len(made)} objects, 0 duplicates, 0 missing")


def test_killed_while_closing_all_of_it_is_gone_once_and_on_record_as_gone(
    bar: Bar, tmp_path: Path, start_sandbox: Callable[..., Any]
) -> None:
    kills = list(bar.rounds(stated=20, reduced=3))
    rng = random.Random(5)
    stores, registers = (40, 100) if bar.whole else (6, 14)
    shop = Shop(tmp_path, start_sandbox(site="MLA", seed=7))
    listed = chain(stores, registers)
    shop.want(listed)
    shop.run("plan", "--amount", "buyer", "--out", "p.json")
    assert shop.run("apply", "p.json", "--yes")[0] == 0
    shut = ",".join(one.external_id for one in listed.branches[1:])
    code, out, err = shop.run("plan", "--close", shut, "--out", "q.json", "--json")
    going = json.loads(out)["summary"]["delete"]
    assert code == 3, err
    words = ("apply", "q.json", "--yes", "--json", "--confirm-changes", str(going))
    shop.sandbox.put("/_sandbox/faults", FAULTS)
    for _ in kills:
        process = shop.start(*words)
        kill_when(process, shop.sandbox, rng.randint(1, going // 4 + 4), rng.uniform(0, 0.05))
    code, out, err = shop.run(*words)
    assert code == 0, err
    assert json.loads(out)["done"] == going
    world = shop.sandbox.world
    assert [row.external_id for row in world.shelf.stores.values()] == ["S000"]
    assert {row.store_id for row in world.shelf.pos.values()} == {row.id for row in world.shelf.stores.values()}
    rows = [row for row in world.trace.rows() if str(row["effect"] or "").startswith("delete")]
    assert len({(row["object"], row["external_id"]) for row in rows}) == len(rows) == going
    shop.sandbox.put("/_sandbox/faults", {})
    code, out, err = shop.run("plan", "--json")
    assert (code, json.loads(out)["changes"]) == (0, []), err
    bar.saw(f"{len(kills)} kills, {going} objects closed, each once, none left")
