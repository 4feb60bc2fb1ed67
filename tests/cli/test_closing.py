"""Closing, taking over and undoing as a person and a script meet them: numbers typed, files written, exit codes."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mpkit import keys, ledger
from mpkit.db import open_store
from mpkit.ledger import Piece
from tests.plan.chain import Listed, branch, chain, register
from tests.plan.shop import Shop


@pytest.fixture
def shop(tmp_path: Path, start_sandbox: Callable[..., Any]) -> Shop:
    return Shop(tmp_path, start_sandbox(site="MLA", seed=7))


def made(shop: Shop, listed: Listed) -> None:
    shop.want(listed)
    assert shop.run("plan", "--amount", "buyer", "--out", "p.json")[0] == 3
    code, _, err = shop.run("apply", "p.json", "--yes")
    assert code == 0, err


def printed(shop: Shop, register_: str, n: int) -> None:
    """So many signs of a register on record."""
    store = open_store(f"sqlite:///{shop.folder / 'data' / 'mpkit.sqlite'}")
    at = datetime(2026, 3, 1, tzinfo=UTC)
    serials = ledger.next_serials(store, shop.sandbox.user_id, n)
    pieces = [Piece(one, register_, "1", "h", "CODE", "book", 1, 1, at) for one in serials]

    def seal(text: str) -> str:
        return keys.mac("ledger", text, data=shop.folder / "data")

    ledger.record_pieces(store, shop.sandbox.user_id, pieces, seal=seal)
    store.dispose()


def test_a_branch_is_closed_with_both_numbers_typed_and_a_list_of_what_to_take_down(shop: Shop, tmp_path: Path) -> None:
    made(shop, chain(2, 3))
    printed(shop, "P000", 2)
    code, out, err = shop.run("plan", "--close", "own-0", "--out", "q.json", "--json")
    plan = json.loads(out)
    assert code == 3, err
    assert [one["kind"] for one in plan["changes"]] == ["delete"] * 3
    assert plan["confirm"] == {"changes": 3, "stickers": 2, "switches": None}
    assert "q.recall.xlsx" in err
    assert zipfile.is_zipfile(tmp_path / "q.recall.xlsx")
    assert (tmp_path / "q.reprint.txt").read_text() == "\n"  # what is closed is not printed anew
    for words, asked in (((), "--confirm-stickers 2"), (("--confirm-stickers", "2"), "--confirm-changes 3")):
        code, _, err = shop.run("apply", "q.json", "--yes", *words)
        assert code == 1
        assert asked in err
    assert len(shop.sandbox.world.shelf.pos) == 3
    code, _, err = shop.run("apply", "q.json", "--yes", "--confirm-stickers", "2", "--confirm-changes", "3")
    assert code == 0, err
    assert [row.external_id for row in shop.sandbox.world.shelf.stores.values()] == ["S001"]
    code, out, _ = shop.run("plan", "--json")
    assert (code, json.loads(out)["changes"]) == (0, [])


def test_an_id_nobody_knows_closes_nothing(shop: Shop) -> None:
    made(shop, chain(1))
    code, _, err = shop.run("plan", "--close", "P000,NADIE")
    assert code == 1
    assert "NADIE" in err
    assert shop.run("plan", "--json")[0] == 0  # the list is as it was


def test_the_last_run_is_undone_and_the_same_plan_makes_it_anew(shop: Shop) -> None:
    made(shop, chain(1, 2))
    code, out, err = shop.run("plan", "--undo", "last", "--out", "u.json", "--json")
    assert (code, json.loads(out)["summary"]["delete"]) == (3, 3), err
    assert shop.run("apply", "u.json", "--yes", "--confirm-changes", "3")[0] == 0
    assert not shop.sandbox.world.shelf.stores
    code, out, _ = shop.run("plan", "--out", "p.json", "--json")
    assert json.loads(out)["summary"]["create"] == 3
    code, out, err = shop.run("apply", "p.json", "--yes", "--json")
    assert (code, json.loads(out)["done"]) == (0, 3), err
    assert len(shop.sandbox.world.shelf.pos) == 2
    assert shop.run("plan", "--undo", "last", "--only", "first=1")[0] == 2


def test_what_the_panel_made_is_listed_first_and_taken_over_when_it_is_said(shop: Shop, tmp_path: Path) -> None:
    listed = Listed((branch(0), branch(1)), (register(0),))
    shop.want(listed)
    place = listed.branches[0].location
    where = {"state": place.state, "city": place.city, "latitude": place.latitude, "longitude": place.longitude}
    street = {"street_name": place.street_name, "street_number": place.street_number}
    press = shop.sandbox.post
    store = press("/_sandbox/panel", {"action": "create_store", "name": "Sucursal 0", **where, **street})["id"]
    pos = press("/_sandbox/panel", {"action": "create_pos", "name": "Mostrador", "store_id": store})["id"]
    odd = press("/_sandbox/panel", {"action": "create_store", "name": "Depósito Lejano"})["id"]
    assert shop.run("plan", "--amount", "own-system")[0] == 3
    code, out, err = shop.run("adopt", "--json")
    told = json.loads(out)
    assert code == 3, err
    assert {(one["id"], one["external_id"], one["taken"]) for one in told["matches"] if one["taken"]} == {
        (store, "S000", True),
        (pos, "P000", True),
    }
    assert [one["switches"] for one in told["matches"] if one["id"] == pos] == [True]
    assert odd in {one["id"] for one in told["unmatched"]}
    assert told["applied"] is None
    assert all(row.external_id is None for row in shop.sandbox.world.shelf.stores.values())
    (tmp_path / "m.csv").write_text(f"id,external_id\n{odd},S001\n")
    assert told["confirm"]["switches"] == 1
    for number in ((), ("--confirm-switches", "2")):  # whose buyers see something else is a consent of its own
        code, _, err = shop.run("adopt", "--match", "m.csv", "--yes", *number)
        assert (code, "--confirm-switches 1" in err) == (1, True), err
    assert not any(row["method"] == "PUT" for row in shop.sandbox.world.trace.rows())
    code, out, err = shop.run("adopt", "--match", "m.csv", "--yes", "--confirm-switches", "1", "--json")
    told = json.loads(out)
    assert code == 0, err
    assert (told["applied"]["done"], told["applied"]["failed"], told["unmatched"]) == (3, 0, [])
    names = {str(row.id): row.external_id for row in shop.sandbox.world.shelf.stores.values()}
    assert names == {store: "S000", odd: "S001"}
    assert shop.creates() == {}
    code, out, err = shop.run("plan", "--json")
    assert (code, json.loads(out)["changes"]) == (0, []), err


def test_paused_it_leaves_its_workbook_and_goes_on_and_cancelled_it_does_not(
    tmp_path: Path, start_sandbox: Callable[..., Any]
) -> None:
    shop = Shop(tmp_path, start_sandbox(site="MLA", seed=7, latency_s=0.6))
    shop.want(chain(60, 120))
    shop.run("plan", "--amount", "buyer", "--out", "p.json")
    assert "not being applied" in shop.run("apply", "p.json", "--pause")[2]
    for words, says in (("--pause", "Paused"), ("--cancel", "Cancelled")):
        before = sum(shop.creates().values())
        running = shop.start("apply", "p.json", "--yes", "--out", "r.xlsx", "--log", "r.log")
        while running.poll() is None and sum(shop.creates().values()) < before + 3:
            time.sleep(0.02)
        code, _, err = shop.run("apply", "p.json", words)
        assert (code, says in err) == (0, True), err
        running.communicate(timeout=60)
        assert running.returncode == 130
        assert zipfile.is_zipfile(tmp_path / "r.xlsx")
        (tmp_path / "r.xlsx").unlink()
        log = (tmp_path / "r.log").read_text().splitlines()
        assert sum(line.endswith("created") for line in log) >= 3, log
        assert log == sorted(log, key=lambda line: line[:19]), "the oldest first"
    code, out, _ = shop.run("history")
    first = out.splitlines()[0]
    assert (code, "Write to the account" in first, "Stopped" in first) == (0, True, True), out
    code, out, _ = shop.run("history", first.partition(" ")[0], "--json")
    assert (code, json.loads(out)["log"]) == (0, log)
    assert shop.run("history", "nothing")[0] == 1
    assert 0 < sum(shop.creates().values()) < 180
    code, _, err = shop.run("apply", "p.json", "--yes")
    assert (code, "cancelled" in err) == (1, True)
    shop.sandbox.world.latency_s = 0.0
    shop.run("plan", "--out", "p.json")
    assert shop.run("apply", "p.json", "--yes")[0] == 0
    assert set(shop.creates().values()) == {1}
    assert len(shop.creates()) == 180
