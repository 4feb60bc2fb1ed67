"""A whole chain of 1,000 stores and 20,000 registers, made once over real HTTP by a process that is killed 50 times."""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.plan.chain import chain
from tests.plan.shop import Shop
from tests.soak import Bar

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not known there")
STORES, REGISTERS, KILLS = 1_000, 20_000, 50


def made(world: Any) -> int:
    """How many objects were ever created in the account."""
    return sum(world.trace.effects[f"create {kind}"] for kind in ("store", "pos"))


def test_a_whole_chain_is_made_once_whatever_kills_the_process(
    bar: Bar, tmp_path: Path, start_sandbox: Callable[..., Any]
) -> None:
    """1,000 stores with 20,000 registers, over HTTP, applied once with 50 kills at random: 0 duplicates, 0 missing."""
    large = bar.whole and bar.deadline is None  # it has no smaller part for a slice
    stores, registers, kills = (STORES, REGISTERS, KILLS) if large else (4, 12, 2)
    rng, total = random.Random(50), stores + registers
    shop = Shop(tmp_path, start_sandbox(site="MLA", seed=7))
    shop.want(chain(stores, registers))
    code, _, err = shop.run("plan", "--amount", "buyer", "--out", "p.json")
    assert code == 3, err
    began, killed, world = time.monotonic(), 0, shop.sandbox.world
    marks = sorted(
        rng.sample(range(1, total if large else total // 2), kills)
    )  # killed when so many objects are there …
    for n in bar.rounds(stated=KILLS if large else kills, reduced=kills):
        process = shop.start("apply", "p.json", "--yes", "--json")
        until = world.trace.count + rng.randint(1, 40 + total // 25) if rng.random() < 0.2 else 2**60  # … or reading
        while process.poll() is None and made(world) < marks[n] and world.trace.count < until:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.05 if large else 0.005))
        killed += process.poll() is None
        process.kill()
        process.communicate(timeout=60)
    code, out, err = shop.run("apply", "p.json", "--yes", "--json")
    took = time.monotonic() - began
    assert code == 0, err
    result = json.loads(out)
    assert (result["done"], result["failed"], result["skipped"]) == (total, 0, 0)
    assert made(world) == total
    shelf = world.shelf
    assert len({*shelf.stores, *shelf.pos}) == total
    there = {(row.external_id, row.id, None) for row in shelf.stores.values()}
    there |= {(row.external_id, row.id, row.qr_code) for row in shelf.pos.values()}
    with closing(sqlite3.connect(tmp_path / "data" / "mpkit.sqlite")) as books:
        assert there == set(books.execute("SELECT external_id, remote_id, qr_payload FROM objects"))
    assert killed >= (0.9 * kills if large else 1)  # some end before it comes
    code, out, err = shop.run("plan", "--json")
    assert (code, json.loads(out)["changes"]) == (0, []), err
    bar.saw(f"{killed} kills, {stores:,} stores and {registers:,} registers in {took:.0f} s: 0 duplicates, 0 missing")
