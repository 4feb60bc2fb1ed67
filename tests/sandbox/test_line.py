"""The two ways a request takes: what is plain is answered at once, the rest as uvicorn does, and nobody can tell."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mpkit.sandbox.asgi import Application
from mpkit.sandbox.line import Line
from tests.conftest import Running
from tests.sandbox.asking import STORE
from tests.sandbox.test_hostile import head, wire

Start = Callable[..., Running]


@pytest.fixture
def running(start_sandbox: Start) -> Running:
    return start_sandbox(stores=2, registers=4, payments=200)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which way each request took, in order."""
    taken = list[str]()
    at_once, ordinary = Line._answer, Application.__call__

    def answer(self: Line, response: object) -> None:
        taken.append("at once")
        at_once(self, response)  # type: ignore[arg-type]

    async def called(self: Application, scope: Any, receive: Any, send: Any) -> None:
        taken.append("ordinary")
        await ordinary(self, scope, receive, send)

    monkeypatch.setattr(Line, "_answer", answer)
    monkeypatch.setattr(Application, "__call__", called)
    return taken


def answers(made: socket.socket) -> Iterator[tuple[int, dict[str, str], bytes]]:
    """Status, headers and body of one answer after another."""
    with contextlib.closing(made.makefile("rb")) as file:
        while first := file.readline():
            named = (line.decode().rstrip().split(": ", 1) for line in iter(file.readline, b"\r\n"))
            headers = {name.lower(): value for name, value in named}
            yield int(first.split()[1]), headers, file.read(int(headers.get("content-length", 0)))


@pytest.mark.parametrize(
    ("more", "body", "way"),
    [
        ((), b"", "at once"),
        (("Content-Length: 5",), b"12345", "at once"),
        (("Content-Length: 12345",), b" " * 12344 + b"1", "ordinary"),
        (("Transfer-Encoding: chunked",), b"5\r\n12345\r\n0\r\n\r\n", "ordinary"),
        (("Connection: close",), b"", "ordinary"),
        (("Connection: Upgrade", "Upgrade: websocket"), b"", "ordinary"),
        (("Content-Length: 5", "Expect: 100-continue"), b"12345", "ordinary"),
    ],
)
def test_both_ways_give_the_same_answer(
    running: Running, ways: list[str], more: tuple[str, ...], body: bytes, way: str
) -> None:
    with wire(running) as made:
        made.sendall(head(running, "GET /pos?limit=2 HTTP/1.1", *more) + body)
        found = answers(made)
        status, headers, got = next(found)
        if "Expect: 100-continue" in more:
            assert status == 100
            status, headers, got = next(found)
    assert ways == [way]
    assert (status, json.loads(got)) == (200, running.get("/pos?limit=2"))
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert ("connection" in headers) == ("Connection: close" in more)


def test_an_old_client_is_answered_and_its_connection_ends(running: Running, ways: list[str]) -> None:
    with wire(running) as made:
        made.sendall(head(running, "GET /users/me HTTP/1.0"))
        assert [status for status, *_ in answers(made)] == [200]
    assert ways == ["ordinary"]


def test_one_after_another_in_one_piece_long_ones_between(running: Running, ways: list[str]) -> None:
    asked = ["/users/me", "/_sandbox/ledger", "/pos?limit=1", "/pos?limit=2", "/users/me"]
    with wire(running) as made:
        made.sendall(b"".join(head(running, f"GET {path} HTTP/1.1") for path in asked))
        found = answers(made)
        got = [json.loads(next(found)[2]) for _ in asked]
        made.sendall(head(running, "GET /users/me HTTP/1.1"))
        next(found)
    assert got == [running.get(path) for path in asked]
    assert ways[: len(asked) + 1] == ["at once", *["ordinary"] * 4, "at once"]  # behind a long one all wait in line


def test_whoever_does_not_read_waits_for_himself_and_loses_nothing(running: Running, ways: list[str]) -> None:
    count = 60
    with wire(running) as made:
        for n in range(count):
            made.sendall(head(running, f"GET /v1/payments/search?limit=50&offset={n % 3} HTTP/1.1"))
            if n == 20:
                assert running.get("/users/me")["id"]  # others are answered
        found = answers(made)
        sizes = [len(next(found)[2]) for _ in range(count)]
    assert min(sizes) > 100_000
    assert {"at once", "ordinary"} <= set(ways)


def test_a_reply_that_was_made_is_not_made_again(start_sandbox: Start, ways: list[str]) -> None:
    running = start_sandbox(faults={"slow": 1.0})
    body = json.dumps(STORE).encode()
    with wire(running) as made:
        first = f"POST /users/{running.user_id}/stores HTTP/1.1"
        made.sendall(head(running, first, f"Content-Length: {len(body)}") + body)
        status, *_ = next(answers(made))
    assert (status, ways) == (201, ["ordinary"])
    assert running.world.trace.writes() == {"store": {"create": 1}}


def test_an_error_of_our_own_is_a_500_and_the_next_is_answered(
    running: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_: object) -> dict[str, object]:
        raise ZeroDivisionError

    with monkeypatch.context() as planted:
        planted.setattr("mpkit.sandbox.seller.Seller.me", breaks)
        with wire(running) as made:
            made.sendall(head(running, "GET /users/me HTTP/1.1"))
            assert next(answers(made))[0] == 500
    assert "ZeroDivisionError" in caplog.text
    assert running.get("/users/me")["id"]
