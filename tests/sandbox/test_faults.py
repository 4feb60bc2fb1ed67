"""Faults: each fires, each is seen as what it is, and the seed repeats them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.errors import WrongUsage
from mpkit.sandbox import FAULTS
from mpkit.sandbox.answers import Answer, Effect
from mpkit.sandbox.faults import Faults
from mpkit.sandbox.trace import Trace
from mpkit.work import HttpRequest, NoAnswer, NotSent
from tests.sandbox.asking import NOON, STORE, Asking, ask


def heard(it: Asking, method: str, path: str, body: object = None) -> Any:
    try:
        return it(method, path, body).status
    except (NotSent, NoAnswer) as error:
        return type(error).__name__


def only(name: str) -> Asking:
    return ask(stores=2, registers=4, faults={name: 1.0})


@pytest.mark.parametrize(
    ("name", "seen", "made"),
    [
        ("429", {429}, {0}),
        ("500", {500}, {0, 1}),
        ("502", {502}, {0}),
        ("503", {503}, {0}),
        ("reset", {"NotSent"}, {0}),
        ("lost-answer", {"NoAnswer"}, {1}),
        ("half-answer", {"NoAnswer"}, {1}),
        ("token-expired", {401}, {0}),
        ("html-error", {200, 502}, {0}),
        ("slow", {201}, {1}),
    ],
)
def test_a_create_under_each_fault(name: str, seen: set[Any], made: set[int]) -> None:
    statuses, counts = set(), set()
    for seed in range(12):
        it = ask(seed=seed, faults={name: 1.0})
        statuses.add(heard(it, "POST", f"/users/{it.user}/stores", STORE))
        counts.add(len(it.state()["stores"]))
        (logged,) = it.requests()["requests"]
        assert logged["fault"] == name
        assert bool(logged["effect"]) == bool(it.state()["stores"])
        assert it("GET", "/_sandbox/faults").body["fired"][name] == 1
    assert statuses == seen
    assert counts == made


def test_429_comes_with_and_without_the_time_to_wait() -> None:
    waits = set()
    for seed in range(12):
        it = ask(seed=seed, faults={"429": 1.0})
        waits.add(it("GET", "/users/me").headers.get("retry-after"))
    assert waits == {None, "1"}


def test_html_is_html_whatever_the_status() -> None:
    for seed in range(6):
        it = ask(seed=seed, faults={"html-error": 1.0})
        assert it("GET", "/users/me").body.startswith(b"<html>")


def test_slow_takes_time_and_longer_than_a_request_may() -> None:
    it = ask(faults={"slow": 1.0})
    before = it.clock.monotonic()
    assert it("GET", "/users/me").status == 200
    assert it.clock.monotonic() - before >= 1
    with pytest.raises(NoAnswer):
        it.world.handle(HttpRequest("POST", "/pos", headers={"authorization": "x"}, seconds=0.5))


def test_a_fresh_store_is_not_seen_for_a_while() -> None:
    it = ask(faults={"stale-read": 1.0})
    store = it.create_store().body["id"]
    assert it("GET", f"/users/{it.user}/stores/search?external_id=SUC001").status == 404
    assert it("GET", f"/stores/{store}").status == 404
    assert it.create_pos(store_id=store, external_id="C1").body["error"] == "inexistent_external_store_id"
    assert it.create_store().body["error"] == "validation_error"  # taken, though nobody sees it
    it.clock.sleep(10)
    assert it("GET", f"/users/{it.user}/stores/search?external_id=SUC001").status == 200
    assert it.create_pos(store_id=store, external_id="C1").status == 201


def test_a_short_page_has_fewer_rows_than_asked_for_and_loses_none() -> None:
    it = only("short-page")
    seen: list[int] = []
    while page := it("GET", f"/pos?limit=3&offset={len(seen)}").body["results"]:
        assert len(page) < 3
        seen += [row["id"] for row in page]
    assert seen == [int(row["id"]) for row in it.state()["pos"]]


def test_a_moving_page_repeats_or_misses_rows() -> None:
    ids = {}
    for seed in range(8):
        it = ask(seed=seed, stores=2, registers=6, faults={"moving-page": 1.0})
        pages = [it("GET", f"/pos?limit=2&offset={offset}").body["results"] for offset in (0, 2, 4)]
        ids[seed] = [row["id"] for page in pages for row in page]
    assert any(len(set(found)) < len(found) for found in ids.values())
    assert any(len(set(found)) < 6 for found in ids.values())


def test_rows_come_in_another_order_and_none_is_lost_on_a_page_that_holds_all() -> None:
    it = only("order-flips")
    ids = [row["id"] for row in it("GET", "/pos").body["results"]]
    it("PUT", "/_sandbox/faults", {})
    assert ids == [row["id"] for row in it("GET", "/pos").body["results"]][::-1]


def test_a_row_is_there_twice() -> None:
    it = only("duplicate-ids")
    ids = [row["id"] for row in it("GET", "/pos").body["results"]]
    assert len(ids) == len(set(ids)) + 1 == 5


def test_a_cut_page_is_a_whole_answer_and_no_document() -> None:
    it = only("cut-page")
    answer = it.world.handle(HttpRequest("GET", "/pos", (), {"authorization": f"Bearer {it.world.seller.token}"}))
    assert answer.status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)
    assert it("GET", "/users/me").status == 200  # only lists


def test_one_field_arrives_with_another_type() -> None:
    kinds = set()
    for seed in range(40):
        it = ask(seed=seed, stores=1, registers=1)
        right = it("GET", "/pos").body["results"][0]
        it("PUT", "/_sandbox/faults", {"changed-type": 1})
        wrong = it("GET", "/pos").body["results"][0]
        (field,) = (name for name in right if right[name] != wrong[name])
        assert type(right[field]) is not type(wrong[field])
        kinds.add((type(right[field]).__name__, type(wrong[field]).__name__))
    assert len(kinds) >= 4


def test_a_403_is_in_the_words_of_each_family() -> None:
    it = only("403")
    assert it("GET", "/pos").body["error"] == "Forbidden"
    assert it("GET", "/v2/pos").body["errors"][0]["code"] == "forbidden"
    assert it("GET", "/v1/payments/search").body["error"] == "forbidden"
    assert {it("GET", path).status for path in ("/pos", "/v2/pos", "/users/me")} == {403}


def test_a_late_request_is_carried_out_after_five_to_forty_seconds() -> None:
    waits = set()
    for seed in range(8):
        it = ask(seed=seed, faults={"late": 1.0})
        assert heard(it, "POST", f"/users/{it.user}/stores", STORE) == "NoAnswer"
        it("PUT", "/_sandbox/faults", {})
        sent = it.clock.now()
        it.clock.sleep(4.9)
        assert it.state()["stores"] == []
        it.clock.sleep(36)
        (store,) = it.state()["stores"]
        first, then = it.requests()["requests"][:2]
        assert (first["fault"], first["status"], then["late"], then["status"]) == ("late", None, first["n"], 201)
        assert then["effect"] == f"create store {store['id']}"
        waits.add(round((datetime.fromisoformat(store["created"]) - sent).total_seconds()))
    assert len(waits) > 3
    assert all(5 <= wait <= 40 for wait in waits)


def test_what_is_late_finds_the_world_as_it_is_by_then() -> None:
    it = ask(faults={"late": 1.0})
    heard(it, "POST", f"/users/{it.user}/stores", STORE)
    it("PUT", "/_sandbox/faults", {})
    assert it.create_store().status == 201  # sent again too soon
    it.clock.sleep(60)
    assert len(it.state()["stores"]) == 1  # the late one is refused as taken, and nobody hears it
    assert [row["status"] for row in it.requests()["requests"]] == [None, 201, 400]


@pytest.mark.parametrize("fault", ["slow", "late"])
def test_a_key_whose_request_is_still_handled_is_a_conflict(fault: str) -> None:
    it = ask(faults={fault: 1.0})
    store = it.world.shelf.put_store(replace(ask(stores=1).world.shelf.stores["61000001"], user=it.user)).id
    sent = {"store_id": store, "external_id": "P1"}
    it.world.answer(request(it, sent))  # on its way, nobody waits for it here
    it("PUT", "/_sandbox/faults", {})
    again = it("POST", "/v2/pos", sent, X_Idempotency_Key="k1")
    assert (again.status, again.body["errors"][0]["code"]) == (409, "conflict")
    it.clock.sleep(60)
    assert it("POST", "/v2/pos", sent, X_Idempotency_Key="k1").status == 201
    assert len(it.state()["pos"]) == 1


def request(it: Asking, sent: object) -> HttpRequest:
    headers = {"authorization": f"Bearer {it.world.seller.token}", "x-idempotency-key": "k1"}
    return HttpRequest("POST", "/v2/pos", (), headers, json.dumps(sent).encode())


def test_a_storm_takes_everybody_for_some_seconds_and_says_how_long() -> None:
    it = ask(seed=5, faults={"429-storm": 0.3})
    calm, stormy = 0, 0
    for _ in range(60):
        answers = [it("GET", path) for path in ("/users/me", "/pos", "/v2/pos", "/v1/payments/search")]
        assert len({answer.status for answer in answers}) == 1  # all or none
        if answers[0].status == 429:
            stormy += 1
            it.clock.sleep(int(answers[0].headers["retry-after"]))
        else:
            calm += 1
            it.clock.sleep(5)
    assert stormy >= 5
    assert calm >= 20


def test_a_key_is_forgotten_after_a_day() -> None:
    it = ask()
    store = it.create_store().body["id"]
    sent = {"store_id": store, "external_id": "P1"}
    assert it("POST", "/v2/pos", sent, X_Idempotency_Key="k1").status == 201
    it.clock.sleep(23 * 3600)
    assert it("POST", "/v2/pos", sent, X_Idempotency_Key="k1").status == 201
    assert it("DELETE", "/v2/pos/1", X_Idempotency_Key="k1").status == 400
    it.clock.sleep(2 * 3600)
    assert it("POST", "/v2/pos", sent, X_Idempotency_Key="k1").status == 409


def test_a_fresh_store_is_unknown_to_registers_for_as_long_as_is_asked() -> None:
    it = ask(lag_s=3)
    store = it.create_store().body["id"]
    assert it("GET", f"/stores/{store}").status == 200
    assert it.create_pos(store_id=store).body["error"] == "inexistent_external_store_id"
    assert it("POST", "/v2/pos", {"store_id": store, "name": "x"}, X_Idempotency_Key="k").status == 404
    it.clock.sleep(3)
    assert it.create_pos(store_id=store, external_id="P1").status == 201
    assert it("POST", "/v2/pos", {"store_id": store, "name": "x"}, X_Idempotency_Key="k").status == 201


def test_the_log_is_bounded_and_its_counts_are_not() -> None:
    trace = Trace(kept=3)
    for n in range(10):
        made = Answer(201, {}, Effect("create", "store", str(n)))
        trace.add(NOON, HttpRequest("POST", "/x", body=b"secret", headers={"authorization": "Bearer secret"}), made)
    assert [row["n"] for row in trace.rows()] == [8, 9, 10]
    assert [row["n"] for row in trace.rows(since=9)] == [10]
    assert trace.rows(since=99) == []
    assert (trace.count, trace.writes()) == (10, {"store": {"create": 10}})
    assert "secret" not in json.dumps(trace.rows())


def test_control_routes_are_never_struck() -> None:
    it = ask(faults=dict.fromkeys(FAULTS, 1.0))
    assert it("GET", "/_sandbox/state").status == 200
    assert it("PUT", "/_sandbox/faults", {}).body["faults"] == {}
    assert it("GET", "/users/me").status == 200


def test_faults_are_set_and_refused_by_name() -> None:
    it = ask()
    assert it("PUT", "/_sandbox/faults", {"faults": {"500": 0.5}}).body["faults"] == {"500": 0.5}
    assert it("GET", "/_sandbox/faults").body["faults"] == {"500": 0.5}
    assert it("PUT", "/_sandbox/faults", {"earthquake": 1}).status == 400
    assert it("PUT", "/_sandbox/faults", {"500": 2}).status == 400
    assert it("PUT", "/_sandbox/faults", [1]).status == 400
    with pytest.raises(WrongUsage, match="earthquake"):
        Faults(1, {"earthquake": 0.1})


REQUESTS = [HttpRequest("GET", f"/stores/{n}") for n in range(300)]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_fires_as_often_as_it_is_told(name: str) -> None:
    faults = Faults(5, {name: 0.3})
    lists = [HttpRequest("GET", "/pos", (("offset", str(n)),)) for n in range(300)]
    writes = [HttpRequest("POST", "/pos", body=str(n).encode()) for n in range(300)]
    searches = [HttpRequest("GET", "/v1/payments/search", (("offset", str(n)),)) for n in range(300)]
    kinds = (REQUESTS, lists, writes, searches)
    drawn = [[faults.drawn(request, n * 5.0) for n, request in enumerate(kind)] for kind in kinds]
    struck = [sum(fault == name for fault in kind) for kind in drawn]
    assert 60 <= max(struck) <= 120
    assert faults.fired[name] == sum(struck)


@given(st.integers(0, 10**6), st.permutations(range(40)))
def test_the_schedule_follows_the_seed_and_not_the_order_of_requests(seed: int, order: list[int]) -> None:
    one, other = Faults(seed, {"500": 0.3, "reset": 0.2}), Faults(seed, {"500": 0.3, "reset": 0.2})
    straight = {n: one.drawn(REQUESTS[n]) for n in range(40)}
    shuffled = {n: other.drawn(REQUESTS[n]) for n in order}
    assert straight == shuffled
    again = [one.drawn(REQUESTS[0]) for _ in range(60)]
    assert len(set(again)) > 1  # the same request, sent again, is drawn anew


def test_another_seed_is_another_schedule() -> None:
    schedules = {tuple(Faults(seed, {"500": 0.5}).drawn(r) for r in REQUESTS[:30]) for seed in range(5)}
    assert len(schedules) == 5


def test_the_rate_is_held_per_second() -> None:
    it = ask(rate=3)
    assert [it("GET", "/users/me").status for _ in range(5)] == [200, 200, 200, 429, 429]
    it.clock.sleep(1)
    limited = [it("GET", "/users/me") for _ in range(4)][-1]
    assert (limited.status, limited.headers["retry-after"]) == (429, "1")


def test_the_rate_of_one_account_is_not_that_of_another() -> None:
    it = ask(rate=2)
    it("POST", "/_sandbox/accounts", {"token": "other", "user_id": "999"})
    assert [it("GET", "/users/me").status for _ in range(3)] == [200, 200, 429]
    assert [it("GET", "/users/me", token="other").status for _ in range(3)] == [200, 200, 429]
    assert it("GET", "/countries/AR", token="").status == 200  # nobody's


def test_latency_is_waited() -> None:
    it = ask(latency_s=0.25)
    it("GET", "/users/me")
    assert it.clock.monotonic() == 0.25


def test_the_log_tells_method_path_status_and_effect_and_no_token() -> None:
    it = ask()
    it.create_store()
    it("GET", "/users/me")
    log = it.requests()
    first, second = log["requests"]
    assert (first["method"], first["status"], first["external_id"]) == ("POST", 201, "SUC001")
    assert first["effect"] == f"create store {first['id']}"
    assert second["effect"] is None
    assert it.world.seller.token not in json.dumps(log)
    assert [row["n"] for row in it("GET", "/_sandbox/requests?since=1").body["requests"]] == [2]


def test_the_clock_is_set_and_moved() -> None:
    it = ask()
    assert it("PUT", "/_sandbox/clock", {"now": "2027-01-01T00:00:00+00:00"}).body["now"].startswith("2027-01-01")
    assert it("PUT", "/_sandbox/clock", {"advance_s": 90}).body["now"] == "2027-01-01T00:01:30+00:00"
    assert it.world.now() - it.clock.now() > timedelta(days=30)
    for wrong in (
        {"now": "2027-01-01T00:00:00"},
        {"now": "tomorrow"},
        {},
        {"advance_s": "x"},
        {"advance_s": 1e12},
        {"now": "9999-01-01T00:00:00+00:00"},
    ):
        assert it("PUT", "/_sandbox/clock", wrong).status == 400
