"""The API as documented, where live answers differ: the sandbox can play both, the client bears both."""

from __future__ import annotations

from tests.sandbox.asking import STORE, ask
from tests.sandbox.test_fault_runs import look, shop, work


def test_what_the_documents_say() -> None:
    it = ask(manner="documented")
    stores = f"/users/{it.user}/stores"
    made = it.create_store()
    assert (made.status, type(made.body["id"])) == (200, int)
    (page,) = it("GET", f"{stores}/search").body
    assert page["results"][0]["id"] == made.body["id"]
    taken = it.create_store()
    assert (taken.status, taken.body["error"], taken.body["causes"]) == (400, "VALIDATION_ERROR", [])
    assert taken.body["cause"] == []
    wrong = it.create_store(external_id="B", location={**STORE["location"], "city_name": "Nowhere"})  # type: ignore[dict-item]
    assert "Valid values are" in wrong.body["cause"][0]["description"]
    assert it("PUT", f"{stores}/{made.body['id']}", {"external_id": "SUC001"}).status == 200
    pos = it.create_pos(store_id=made.body["id"], external_id="P1")
    assert (pos.status, type(pos.body["id"])) == (200, int)
    assert it("GET", f"/pos/{pos.body['id']}").body["id"] == str(pos.body["id"])
    assert type(it("GET", "/pos").body["results"][0]["id"]) is int
    assert it.create_pos(store_id=made.body["id"], external_id="P1").body["error"] == "POINT_OF_SALE_EXISTS"
    gone = it("DELETE", f"/pos/{pos.body['id']}")
    assert (gone.status, gone.body) == (200, {})
    assert it("DELETE", f"{stores}/{made.body['id']}").body == {"store": made.body["id"], "user": int(it.user)}
    assert it.requests()["writes"] == {
        "pos": {"create": 1, "delete": 1},
        "store": {"create": 1, "delete": 1, "update": 1},
    }


def test_other_families_are_as_they_are() -> None:
    live, documented = (ask(stores=1, registers=1, payments=3, manner=manner) for manner in ("live", "documented"))
    paths = ["/users/me", "/v2/pos", "/v2/pos/x", "/v1/payments/search", "/v1/payments/1", "/countries/AR", "/nothing"]
    for path in paths:
        heard, other = live("GET", path), documented("GET", path)
        assert (heard.status, heard.body) == (other.status, other.body), path
    for path in ("/pos", f"/users/{live.user}/stores"):  # the gateway's own words
        assert documented("GET", path, token="").body == live("GET", path, token="").body


def test_the_client_bears_it() -> None:
    at = shop(3, {})
    at.world.manner = "documented"
    for turn in range(5):
        work(at, f"{turn}")
    look(at)
    assert {what for what in at.heard if not what.endswith(": ok")} == set()
    assert len(at.world.shelf.pos) == 5 + 5
    work(at, "0")  # again: each is refused as taken
    assert at.heard["create store: Conflict"] == at.heard["create pos: Conflict"] == 1
