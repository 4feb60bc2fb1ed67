"""Two applies of one account on one ledger: the second is refused at once and told who is at work."""

from __future__ import annotations

import getpass
import json
import signal
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.plan.chain import chain
from tests.plan.shop import Shop
from tests.soak import Bar

MOST_S = 1.0


def held(shop: Shop) -> bool:
    with closing(sqlite3.connect(shop.folder / "data" / "mpkit.sqlite", timeout=30)) as books:
        return bool(books.execute("SELECT 1 FROM holders WHERE purpose = 'apply'").fetchone())


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be made to stand still there")
def test_a_second_apply_on_one_ledger_is_refused_and_told_who_holds_it(
    bar: Bar, tmp_path: Path, start_sandbox: Callable[..., Any]
) -> None:
    """Two appliers, one ledger: the second is refused within a second, before it sends anything, and told who."""
    size, wait = (300, 1.5) if bar.whole else (30, 0.0)
    shop = Shop(tmp_path, start_sandbox(site="MLA", seed=7, latency_s=wait / 3))
    shop.want(chain(size, size))
    for file, words in (("p.json", ()), ("q.json", ("--only", "first=2"))):
        assert shop.run("plan", "--amount", "buyer", "--out", file, *words)[0] == 3
    first = shop.start("apply", "p.json", "--yes", "--json")
    while not held(shop):
        time.sleep(0.002)
    took = []
    for _ in bar.rounds(stated=20, reduced=2):
        first.send_signal(signal.SIGCONT)  # its heart beats; one that stood still for long would be taken for dead
        time.sleep(wait)
        assert first.poll() is None
        first.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        code, _, err = shop.run("apply", "q.json", "--yes")
        took.append(time.monotonic() - began)
        assert code == 1, err
        assert getpass.getuser() in err or str(first.pid) in err, err
    with closing(sqlite3.connect(shop.folder / "data" / "mpkit.sqlite", isolation_level=None)) as writer:
        with suppress(sqlite3.OperationalError):  # where the first was stopped in the middle of writing, it is the one
            writer.execute("BEGIN IMMEDIATE")  # somebody writes, and goes on writing: to be refused is to read
        code, _, err = shop.run("apply", "q.json", "--yes")
        assert (code, "already going on" in err) == (1, True), err
    first.send_signal(signal.SIGCONT)
    out, err = first.communicate(timeout=300)
    assert first.returncode == 0, err
    assert json.loads(out)["done"] == 2 * size
    assert set(shop.creates().values()) == {1}
    median = statistics.median(took)
    assert median <= MOST_S or not bar.whole  # a busy machine tells nothing in the tests
    bar.saw(f"refused {len(took)} times, in {median:.2f} s (median of the whole command)")
