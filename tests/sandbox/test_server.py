"""The sandbox over real HTTP: the same answers, and connections that really drop."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mpkit.errors import Refused
from mpkit.sandbox import World, asgi, serve, table
from mpkit.sandbox.routes import is_long
from mpkit.work import HttpRequest
from tests.conftest import Running
from tests.sandbox.asking import STORE

Start = Callable[..., Running]


class Line:
    """One connection of a plain client."""

    def __init__(self, running: Running) -> None:
        self.connection = http.client.HTTPConnection(running.url.removeprefix("http://"), timeout=10)
        self.headers = {"Authorization": f"Bearer {running.token}"}

    def __call__(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        raw = None if body is None else json.dumps(body)
        self.connection.request(method, path, raw, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        is_json = (answer.getheader("content-type") or "").startswith("application/json")
        return answer.status, json.loads(text) if is_json else text


def test_the_same_answers_as_in_process(start_sandbox: Start) -> None:
    running = start_sandbox(stores=2, registers=3, payments=40)
    line = Line(running)
    assert line("GET", "/users/me") == (200, running.world.seller.me())
    status, made = line("POST", f"/users/{running.user_id}/stores", {**STORE, "external_id": "NEW"})
    assert status == 201
    assert running.get("/_sandbox/state")["stores"][-1]["id"] == made["id"]
    assert line("DELETE", f"/pos/{running.get('/_sandbox/state')['pos'][0]['id']}") == (204, b"")
    assert line("GET", "/users/me")[0] == 200  # the connection lives on after an empty answer
    status, page = line("GET", "/v1/payments/search?begin_date=NOW-364DAYS&end_date=NOW&limit=7")
    assert (status, len(page["results"])) == (200, 7)
    picture = running.world.shelf.pos[str(running.get("/_sandbox/state")["pos"][0]["id"])]
    assert line("GET", f"/instore/merchant/qr/{picture.id}/{picture.uuid}.png")[1].startswith(b"\x89PNG")


@pytest.mark.parametrize(("fault", "made"), [("reset", 0), ("lost-answer", 1), ("half-answer", 1)])
def test_the_connection_really_drops(start_sandbox: Start, fault: str, made: int) -> None:
    running = start_sandbox()
    running.put("/_sandbox/faults", {fault: 1})
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        Line(running)("POST", f"/users/{running.user_id}/stores", STORE)
    running.put("/_sandbox/faults", {})
    assert len(running.get("/_sandbox/state")["stores"]) == made
    assert Line(running)("GET", "/users/me")[0] == 200  # and the server is still there


def test_a_slow_answer_holds_up_nobody_else(start_sandbox: Start) -> None:
    running = start_sandbox()
    running.put("/_sandbox/faults", {"slow": 1})
    waiting = threading.Thread(target=lambda: Line(running)("GET", "/users/me"))
    waiting.start()
    while not running.get("/_sandbox/requests")["count"]:
        time.sleep(0.01)
    running.put("/_sandbox/faults", {})
    assert Line(running)("GET", "/users/me")[0] == 200
    assert waiting.is_alive()
    waiting.join()


def test_many_clients_at_once_make_each_object_once(start_sandbox: Start) -> None:
    running = start_sandbox()
    statuses: list[int] = []

    def create(line: Line, names: Iterator[int]) -> None:
        statuses.extend(
            line("POST", f"/users/{running.user_id}/stores", {**STORE, "external_id": f"S{n}"})[0] for n in names
        )

    threads = [threading.Thread(target=create, args=(Line(running), iter(range(25)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] * 25 + [400] * 75
    assert running.get("/_sandbox/requests")["effects"] == {"create store": 25}


def test_what_is_no_request_of_the_api_is_answered_too(start_sandbox: Start) -> None:
    line = Line(start_sandbox())
    assert line("PURGE", "/nothing")[0] == 404
    line.connection.request("POST", "/pos", b"x" * 10_200_000, line.headers)
    assert line.connection.getresponse().status == 413


def test_a_taken_port_is_said() -> None:
    first = serve(World())
    try:
        with pytest.raises(Refused, match="already in use"):
            serve(World(), int(first.url.rpartition(":")[2]))
    finally:
        first.close()


def test_a_long_answer_holds_up_no_connection_and_loses_nothing(start_sandbox: Start) -> None:
    running = start_sandbox(stores=1, registers=1)
    world, statuses = running.world, list[int]()
    with world.lock:  # as a thread that makes a long answer holds it

        def create(n: int) -> None:
            body = {**STORE, "external_id": f"S{n}"}
            statuses.append(Line(running)("POST", f"/users/{running.user_id}/stores", body)[0])

        waiting = [threading.Thread(target=create, args=(n,)) for n in range(12)]
        for thread in waiting:
            thread.start()
        line = Line(running)  # the loop itself goes on: what needs no world is answered
        line.connection.request("POST", "/pos", b"x" * (asgi._BODY + 1), line.headers)
        assert line.connection.getresponse().status == 413
        assert not statuses
    for thread in waiting:
        thread.join()
    assert statuses == [201] * 12
    assert running.get("/_sandbox/requests")["writes"] == {"store": {"create": 12}}


def test_long_answers_are_made_in_threads_and_quick_ones_in_the_loop(start_sandbox: Start) -> None:
    running = start_sandbox(stores=1, registers=1)
    made_in: dict[str, str] = {}
    answer = running.world.answer

    def watched(request: HttpRequest) -> Any:
        made_in[request.path] = threading.current_thread().name
        return answer(request)

    running.world.answer = watched  # type: ignore[method-assign]
    picture = next(iter(running.world.shelf.pos.values()))
    for path in (
        "/users/me",
        "/pos",
        "/_sandbox/ledger",
        "/_sandbox/state",
        f"/instore/merchant/qr/{picture.id}/x.png",
    ):
        Line(running)("GET", path)
    quick = {path for path, name in made_in.items() if name == "sandbox"}
    assert quick == {"/users/me", "/pos"}
    assert len(made_in) == 5


def test_what_is_not_looked_up_is_never_long() -> None:
    for router in (table.API, table.OPEN, table.CONTROL):
        for _, path, handler in router.table:
            assert not (path.startswith(asgi._QUICK) and is_long(handler)), path
