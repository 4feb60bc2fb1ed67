"""The shelf and the tables: ids are given once, lists are in order, what is shown from ready bytes is never stale."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpkit.sandbox.routes import Router, is_long, long
from mpkit.sandbox.shelf import Ids
from tests.sandbox.asking import Asking, ask


def everything(it: Asking) -> list[Any]:
    """All views of all objects."""
    state = it.state()
    paths = [f"/users/{it.user}/stores/search?limit=100", "/pos?limit=100", "/v2/pos?limit=100"]
    paths += [f"/stores/{row['id']}" for row in state["stores"]]
    paths += [f"{generation}/{row['id']}" for row in state["pos"] for generation in ("/pos", "/v2/pos")]
    return [(path, it("GET", path).status, it("GET", path).body) for path in paths]


def one_change(it: Asking, draw: random.Random, n: int) -> None:
    state = it.state()
    stores, pos = [row["id"] for row in state["stores"]], [row["id"] for row in state["pos"]]
    store, one = draw.choice([*stores, "0"]), draw.choice([*pos, "0"])
    press = "/_sandbox/panel"
    draw.choice(
        [
            lambda: it.create_store(external_id=f"S{draw.randrange(6)}"),
            lambda: it.create_pos(store_id=store, external_id=f"P{draw.randrange(8)}"),
            lambda: it("POST", "/v2/pos", {"store_id": store, "external_id": f"V{n}"}, X_Idempotency_Key=f"{n}"),
            lambda: it("PUT", f"/users/{it.user}/stores/{store}", {"name": f"Otra {n}"}),
            lambda: it("PUT", f"/users/{it.user}/stores/{store}", {"external_id": f"T{n}"}),
            lambda: it("PUT", f"/pos/{one}", {"name": f"Caja {n}", "fixed_amount": bool(n % 2)}),
            lambda: it("PATCH", f"/v2/pos/{one}", {"name": f"V-{n}", "store_id": store}, X_Idempotency_Key=f"p{n}"),
            lambda: it("DELETE", f"/users/{it.user}/stores/{store}"),
            lambda: it("DELETE", f"/pos/{one}"),
            lambda: it("POST", press, {"action": "create_pos", "store_id": store}),
            lambda: it("POST", press, {"action": "edit_store", "id": store, "external_id": f"S{draw.randrange(6)}"}),
            lambda: it("POST", press, {"action": "edit_pos", "id": one, "store_id": store}),
            lambda: setattr(it.world, "url", f"http://127.0.0.1:{n}"),
        ]
    )()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_what_is_shown_is_what_is_there(seed: int) -> None:
    it, draw = ask(stores=1, registers=2), random.Random(seed)
    for n in range(25):
        one_change(it, draw, n)
        shown = everything(it)
        it.world.shelf.forget_shown()
        assert shown == everything(it)
    shelf = it.world.shelf
    assert list(shelf.stores_of(it.user)) == sorted(int(id_) for id_ in shelf.stores)
    assert list(shelf.pos_of(it.user)) == sorted(int(id_) for id_ in shelf.pos)
    for store in shelf.stores:
        assert list(shelf.pos_in(store)) == sorted(int(row.id) for row in shelf.pos.values() if row.store_id == store)
    for row in shelf.pos.values():
        assert not row.external_id or int(row.id) in shelf.pos_named(it.user, row.external_id.swapcase())


def test_who_comes_back_under_its_old_name_is_somebody_new() -> None:
    it = ask()
    stores, pos = set(), set()
    for _ in range(5):
        store = it.create_store().body["id"]
        made = it.create_pos(store_id=store, external_id="P1").body
        stores.add(store)
        pos.add((made["id"], made["uuid"], made["qr_code"]))
        it("DELETE", f"/pos/{made['id']}")
        it("DELETE", f"/users/{it.user}/stores/{store}")
    assert len(stores) == len(pos) == 5
    assert len({code for _, _, code in pos}) == 5


def test_ids_follow_the_name_and_not_the_order() -> None:
    names = [f"S{n}" for n in range(300)]
    ids = []
    for order in (names, names[::-1]):
        numbers = Ids(7, 61_000_001, 62_000_000, 38_000_000)
        given = {}
        for name in order:
            given[name] = numbers.next("1", name)
            numbers.give(given[name])
        ids.append(given)
    assert ids[0] == ids[1]
    assert len(set(ids[0].values())) == 300
    assert all(62_000_000 <= int(id_) < 100_000_000 for id_ in ids[0].values())


def test_an_id_that_is_taken_is_not_given_again() -> None:
    numbers = Ids(7, 1, 10, 3)
    for name in ("A", "A", "B"):
        numbers.give(numbers.next("1", name))
    with pytest.raises(OverflowError):
        numbers.next("1", "C")


def test_a_search_costs_no_more_where_there_are_more() -> None:
    it = ask(stores=3, registers=300)
    asked: list[str] = []
    rows = it.world.shelf.pos

    class Counted(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            asked.append(key)
            return rows[key]

        def values(self) -> Any:
            raise AssertionError

    it.world.shelf.pos = Counted(rows)
    assert len(it("GET", "/pos?limit=10&offset=200").body["results"]) == 10
    assert len(asked) == 10
    assert it("GET", "/pos?external_id=SUC001CAJA01").body["paging"]["total"] == 1
    assert len(asked) <= 12


def handler(*_: object) -> Any: ...


def other(*_: object) -> Any: ...


def test_a_path_is_found_with_its_parts() -> None:
    router = Router(
        [
            ("GET", "/a/{x}/b/{y}", handler),
            ("GET", "/a/last", other),
            ("POST", "/a/{x}", other),
            ("GET", "/a/{x}", handler),
        ]
    )
    assert router.find("GET", "/a/1/b/2") == (handler, {"x": "1", "y": "2"})
    assert router.find("GET", "/a/last") == (other, {})
    assert router.find("POST", "/a/last") == (other, {"x": "last"})
    for method, path in (
        ("GET", "/a"),
        ("GET", "/a/"),
        ("GET", "/a/1/b"),
        ("GET", "/a//b/2"),
        ("PUT", "/a/1"),
        ("GET", ""),
    ):
        assert router.find(method, path) is None, path
    assert is_long(long(other))
    assert not is_long(handler)


@pytest.mark.parametrize("twice", ["/a", "/a/{x}"])
def test_a_table_that_contradicts_itself_is_an_error(twice: str) -> None:
    with pytest.raises(ValueError, match="twice"):
        Router([("GET", twice, handler), ("GET", twice, other)])
    with pytest.raises(ValueError, match="no template"):
        Router([("GET", r"/a/(?P<x>[^/]+)", handler)])


def test_a_place_in_the_panel_that_cannot_be_is_refused_and_nothing_is_kept() -> None:
    it = ask(stores=1, registers=1)
    store, pos = it.state()["stores"][0]["id"], it.state()["pos"][0]["id"]
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    before = it.state()
    for wrong in (
        {"action": "edit_store", "id": store, "hours": {"monday": deep}},
        {"action": "edit_store", "id": store, "location": {"city_name": "Nowhere"}},
        {"action": "edit_store", "id": store, "location": 7},
        {"action": "edit_store", "id": store, "name": 7},
        {"action": "edit_pos", "id": pos, "store_id": "1"},
        {"action": "create_pos", "store_id": store, "name": ["x"]},
        {"action": "create_store", "latitude": "north"},
    ):
        assert it("POST", "/_sandbox/panel", wrong).status in {400, 404}, wrong
        assert it.state() | {"now": 0} == before | {"now": 0}
    assert it("GET", f"/stores/{store}").status == 200
