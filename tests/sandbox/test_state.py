"""The state file: nothing that was answered is lost, whatever happens to the process, the disk or the file."""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpkit.errors import Refused
from mpkit.sandbox import World
from mpkit.work import FixedClock
from tests.sandbox.asking import NOON, STORE, Asking
from tests.sandbox.processes import Process
from tests.soak import Bar

unix = pytest.mark.skipif(sys.platform == "win32", reason="no signals and limits of this kind there")


def world(path: Path, **options: Any) -> World:
    clock = FixedClock(NOON)
    return World(clock=clock, sleep=clock.sleep, state=path, **options)


def asking(made: World) -> Asking:
    return Asking(made, made._clock)  # type: ignore[arg-type]


class Writer(threading.Thread):
    """Makes, changes and deletes as fast as it can, and keeps what it was answered, until the other side is gone."""

    def __init__(self, process: Process, seed: int) -> None:
        super().__init__()
        self.process, self.chance = process, random.Random(seed)
        self.prefix = f"L{seed}"
        self.stores: dict[str, str] = {}  # id to name, as last answered
        self.pos: set[str] = set()
        self.gone: set[str] = set()
        self.paid: set[str] = set()
        self.answered = 0
        self.doubt = ""  # the id whose change was sent and not answered

    def run(self) -> None:
        try:
            for n in range(10_000):
                self._one(n)
                self.answered += 1
        except (OSError, http.client.HTTPException):
            pass

    def _one(self, n: int) -> None:
        ask, stores = self.process.ask, f"/users/{self.process.user}/stores"
        choice = self.chance.randrange(5) if self.stores else 0
        if choice == 0:
            status, made = ask("POST", stores, {**STORE, "external_id": f"{self.prefix}S{n}"})
            assert status == 201
            self.stores[made["id"]] = made["name"]
        elif choice == 1:
            self.doubt = self.chance.choice(list(self.stores))
            name = f"Nueva {n}"
            assert ask("PUT", f"{stores}/{self.doubt}", {"name": name})[0] == 200
            self.stores[self.doubt] = name
        elif choice == 2:
            self.doubt = self.chance.choice(list(self.stores))
            assert ask("DELETE", f"{stores}/{self.doubt}")[0] == 200
            self.gone.add(self.doubt)
            del self.stores[self.doubt]
        elif choice == 3:
            body = {"name": "Caja", "store_id": next(iter(self.stores)), "external_id": f"{self.prefix}P{n}"}
            self.pos.add(str(ask("POST", "/pos", body)[1]["id"]))
        elif self.pos:
            press = {"action": "pay", "pos": next(iter(self.pos)), "amount": "10.00"}
            self.paid.add(str(ask("POST", "/_sandbox/buyer", press)[1]["id"]))
        self.doubt = ""

    def check(self, state: Any, ask: Callable[[str, str], tuple[int, Any]]) -> None:
        """Everything that was answered is there as it was answered."""
        names = {row["id"]: row["name"] for row in state["stores"]}
        for id_, name in self.stores.items():
            assert id_ in names or id_ == self.doubt, f"store {id_} is lost"
            assert names.get(id_) == name or id_ == self.doubt, f"store {id_} has lost its change"
        assert not self.gone & set(names), "a deleted store is back"
        assert self.pos <= {row["id"] for row in state["pos"]}, "a register is lost"
        for id_ in self.paid:
            assert ask("GET", f"/v1/payments/{id_}")[0] == 200, "a payment is lost"


@unix
def test_killed_at_any_moment_nothing_answered_is_lost(bar: Bar, tmp_path: Path) -> None:
    file, chance, answered = tmp_path / "world.jsonl", random.Random(5), 0
    writers: list[Writer] = []
    for seed in bar.rounds(stated=20, reduced=3):
        process = Process(tmp_path, "--state", str(file))
        assert process.ready, process.said
        state = process.ask("GET", "/_sandbox/state")[1]
        for earlier in writers:
            earlier.check(state, process.ask)
        writer = Writer(process, seed)
        writer.start()
        wanted = chance.randrange(1, 60)
        while writer.answered < wanted and writer.is_alive():
            time.sleep(0.001)
        time.sleep(chance.random() / 100)
        process.kill()
        writer.join()
        assert writer.answered >= wanted
        answered += writer.answered
        writers.append(writer)
    made = world(file, token="planted")
    for earlier in writers:
        earlier.check(asking(made).state(), lambda m, p: (asking(made)(m, p).status, None))
    bar.saw(f"{answered} answers, none lost")


@unix
def test_a_disk_that_fills_up_ends_it_with_one_sentence_and_keeps_what_was_answered(tmp_path: Path) -> None:
    import resource

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))

    file = tmp_path / "world.jsonl"
    process = Process(tmp_path, "--state", str(file), limit=little_room)
    made: list[str] = []

    def make_more() -> None:
        for n in range(100):
            body = {**STORE, "external_id": f"S{n}"}
            made.append(process.ask("POST", f"/users/{process.user}/stores", body)[1]["id"])

    with pytest.raises((OSError, http.client.HTTPException)):
        make_more()
    said = process.end()
    assert process.child.returncode == 1
    assert len(said.strip().splitlines()) == 1
    assert str(file) in said
    assert "Make room" in said
    again = world(file)
    assert set(made) == set(again.shelf.stores)
    assert file.stat().st_size <= 6000
    asking(again).create_store(external_id="MORE")
    assert len(world_of(again, file).shelf.stores) == len(made) + 1


def world_of(before: World, file: Path) -> World:
    before.close()
    return world(file)


def test_a_write_that_fails_half_way_leaves_no_half_line_and_nothing_is_answered_after_it(tmp_path: Path) -> None:
    file = tmp_path / "world.jsonl"
    made = world(file)
    asking(made).create_store(external_id="KEPT")
    real = made.journal._file
    assert real is not None

    class Full:
        """Takes a few bytes of a line and then has no room."""

        def __init__(self) -> None:
            self.room = 10

        def write(self, data: bytes) -> int:
            if not self.room:
                raise OSError(28, "No space left on device")
            taken, self.room = real.write(data[: self.room]), 0
            return taken

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    made.journal._file = Full()  # type: ignore[assignment]
    with pytest.raises(Refused, match="No space left"):
        asking(made).create_store(external_id="LOST")
    made.journal._file = real
    assert file.read_bytes().endswith(b"\n"), "half a line is left"
    with pytest.raises(Refused, match="No space left"):  # what it has in mind is not what the file says
        asking(made)("GET", "/users/me")
    again = world_of(made, file)
    assert [row.external_id for row in again.shelf.stores.values()] == ["KEPT"]


def test_two_sandboxes_do_not_share_a_file(tmp_path: Path) -> None:
    file = tmp_path / "world.jsonl"
    first = world(file)
    with pytest.raises(Refused, match="Another sandbox"):
        world(file)
    asking(first).create_store()  # and the first lives on
    assert len(world_of(first, file).shelf.stores) == 1


def test_what_differs_is_named_as_the_options_it_was_made_with(tmp_path: Path) -> None:
    file = tmp_path / "world.jsonl"
    world(file, stores=2, registers=3).close()
    with pytest.raises(Refused, match=r"\(--stores 2, --registers 3\)"):
        world(file, stores=4, registers=5)
    with pytest.raises(Refused, match=r"--payload plain"):
        world(file, stores=2, registers=3, long_payload=True)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("broken", "no JSON"),
        ('{"kind": "store"}', "no list"),
        ('[{"kind": "comet"}]', "an unknown kind"),
        ('[{"kind": "store-gone", "id": "1"}]', "of something that is not there"),
        ("[7]", "no change"),
    ],
)
def test_a_damaged_line_is_named_and_the_file_left_as_it_is(tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "world.jsonl"
    made = world(file)
    for n in range(3):
        asking(made).create_store(external_id=f"S{n}")
    made.close()
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[2] = line
    text = "\n".join(lines) + "\n"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=r"world\.jsonl is damaged in line 3"):
        world(file)
    assert file.read_text(encoding="utf-8") == text, why


def test_one_request_is_one_line_so_that_none_is_half_kept(tmp_path: Path) -> None:
    file = tmp_path / "world.jsonl"
    made = world(file)
    store = asking(made).create_store().body["id"]
    for n in range(3):
        asking(made).create_pos(store_id=store, external_id=f"P{n}")
    before = len(file.read_text(encoding="utf-8").splitlines())
    asking(made)("DELETE", f"/users/{made.seller.id}/stores/{store}")  # unlinks three registers, deletes the store
    *_, last = file.read_text(encoding="utf-8").splitlines()
    assert len(file.read_text(encoding="utf-8").splitlines()) == before + 1
    assert [change["kind"] for change in json.loads(last)] == ["pos", "pos", "pos", "store-gone"]


def test_keys_live_on(tmp_path: Path) -> None:
    file = tmp_path / "world.jsonl"
    made = world(file)
    store = asking(made).create_store().body["id"]
    sent = {"store_id": store, "external_id": "P1"}
    first = asking(made)("POST", "/v2/pos", sent, X_Idempotency_Key="k1")
    assert first.status == 201
    again = world_of(made, file)
    replayed = asking(again)("POST", "/v2/pos", sent, X_Idempotency_Key="k1")
    assert (replayed.status, replayed.body) == (201, first.body)
    assert asking(again)("POST", "/v2/pos", {**sent, "name": "other"}, X_Idempotency_Key="k1").status == 400
    assert len(again.shelf.pos) == 1
