"""Whoever sends what is no honest request gets an answer or loses the connection; everybody else is served on."""

from __future__ import annotations

import http.client
import json
import resource
import socket
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from mpkit.sandbox import asgi, line
from tests.conftest import Running

Start = Callable[..., Running]


def wire(running: Running, seconds: float = 10) -> socket.socket:
    host, port = running.url.removeprefix("http://").split(":")
    made = socket.create_connection((host, int(port)), timeout=seconds)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def heard(made: socket.socket) -> bytes:
    """All that comes until the other side is silent or gone."""
    got = b""
    with suppress(TimeoutError, ConnectionError):
        while part := made.recv(1 << 16):
            got += part
    return got


def served(running: Running) -> bool:
    return bool(running.get("/users/me")["id"])


def head(running: Running, first: str, *more: str) -> bytes:
    lines = (first, "Host: x", f"Authorization: Bearer {running.token}", *more)
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),  # TLS
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x00" * 4000,
        b"GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /users/me HTTP/1.1\r\nHost: x\r\nContent-Length: minus\r\n\r\n",
        b"POST /pos HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_ends(start_sandbox: Start, raw: bytes) -> None:
    running = start_sandbox()
    made = wire(running, 20)
    made.sendall(raw)
    try:
        got = made.recv(1 << 16)  # an answer, or the end of the connection; silence is a failure
    except ConnectionError:
        got = b""
    assert got[:12] in {b"", b"HTTP/1.1 400", b"HTTP/1.1 401"}, got[:80]
    assert served(running)


def test_a_head_without_end_is_cut_off(start_sandbox: Start) -> None:
    running = start_sandbox()
    made, taken = wire(running, 5), 0
    with suppress(OSError):  # reset or broken pipe, as the system likes
        made.sendall(b"GET /users/me?")
        for taken in range(500):  # noqa: B007 - read after the loop
            made.sendall(b"x" * 10_000)
            time.sleep(0.001)
    assert taken < 499
    assert served(running)


@pytest.mark.parametrize("length", [asgi._BODY + 1, 500_000_000])
def test_a_huge_body_is_refused_before_it_has_all_come(start_sandbox: Start, length: int) -> None:
    running = start_sandbox()
    made = wire(running, 5)
    made.sendall(head(running, "POST /pos HTTP/1.1", f"Content-Length: {length}"))
    sent = 0
    with suppress(OSError):
        while sent < length:
            made.sendall(b"x" * min(100_000, length - sent))
            sent += 100_000
    assert sent < 100_000_000
    assert heard(made)[:12] in {b"HTTP/1.1 413", b""}
    assert served(running)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'"\xff\xfe"',
        b'{"name": "\\ud800"}',
        b'{"name": NaN}',
        b"1" * 5_000,
        b'{"latitude": 1e999}',
        b"{" + b'"k":1,' * 20_000 + b'"k":1}',
    ],
)
def test_a_body_that_is_no_document_is_a_400(start_sandbox: Start, body: bytes) -> None:
    running = start_sandbox()
    for path in ("/pos", f"/users/{running.user_id}/stores", "/v2/pos", "/_sandbox/panel"):
        made = wire(running)
        made.sendall(head(running, f"POST {path} HTTP/1.1", f"Content-Length: {len(body)}", "Connection: close") + body)
        got = heard(made)
        assert got.startswith(b"HTTP/1.1 400"), (path, got[:80])
    assert served(running)


def test_bad_letters_in_path_query_and_headers_are_answered(start_sandbox: Start) -> None:
    running = start_sandbox()
    for first in (
        "GET /stores/%FF%FE HTTP/1.1",
        "GET /stores/%00 HTTP/1.1",
        "GET /stores/%2e%2e%2f HTTP/1.1",
        f"GET /users/{running.user_id}/stores/search?external_id=%FF HTTP/1.1",
        "GET /pos?limit=%F0%9F%98%80&offset=\xff HTTP/1.1",
        "GET //pos HTTP/1.1",
        "GET /stores/%2A HTTP/1.1",
        "GET /instore/merchant/qr/1/%2A HTTP/1.1",
        "GET /instore/merchant/qr/1/..%2f..%2fetc%2fpasswd HTTP/1.1",
    ):
        made = wire(running)
        made.sendall(head(running, first, "X-Odd: \xe9\xff", "Connection: close"))
        got = heard(made)
        assert got[:10] == b"HTTP/1.1 4", first
        assert (b"Invalid HTTP request" in got) == (not first.isascii()), first
    assert served(running)


def test_requests_in_one_piece_are_answered_in_their_order(start_sandbox: Start) -> None:
    running = start_sandbox(stores=1, registers=5)
    paths = ["/users/me", "/pos?limit=1", "/stores/x", "/_sandbox/ledger?by=day", "/pos?limit=2"] * 8
    made = wire(running, 5)
    made.sendall(b"".join(head(running, f"GET {path} HTTP/1.1") for path in paths[:-1]))
    made.sendall(head(running, f"GET {paths[-1]} HTTP/1.1", "Connection: close"))
    got = heard(made)
    statuses = [int(part[:3]) for part in got.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 200, 400, 200, 200] * 8
    assert [row["path"] for row in running.get("/_sandbox/requests")["requests"]] == [
        path.partition("?")[0] for path in paths if not path.startswith("/_sandbox")
    ]


def test_a_request_byte_by_byte_is_answered(start_sandbox: Start) -> None:
    running = start_sandbox()
    made = wire(running)
    for byte in head(running, "GET /users/me HTTP/1.1", "Connection: close"):
        made.sendall(bytes([byte]))
    assert heard(made).startswith(b"HTTP/1.1 200")


def test_half_a_request_does_not_hold_its_connection_for_ever(
    start_sandbox: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PATIENCE_S", 0.5)
    running = start_sandbox()
    stuck = []
    for raw in (b"", b"GET /users", head(running, "POST /pos HTTP/1.1", "Content-Length: 10") + b"12345"):
        stuck.append(wire(running, 10))
        stuck[-1].sendall(raw)
    idle = wire(running)
    idle.sendall(head(running, "GET /users/me HTTP/1.1"))
    assert [heard(made) for made in stuck] == [b""] * 3  # ended, not timed out: see below
    for made in stuck:
        made.settimeout(0.1)
        with suppress(ConnectionError):
            assert made.recv(1) == b""
    time.sleep(1.5)
    assert idle.recv(1 << 16).startswith(b"HTTP/1.1 200")
    idle.sendall(head(running, "GET /users/me HTTP/1.1"))  # who waits between two requests may
    assert idle.recv(1 << 16).startswith(b"HTTP/1.1 200")


def test_a_client_that_does_not_read_holds_up_nobody(start_sandbox: Start) -> None:
    running = start_sandbox(stores=30, registers=100)
    lazy = wire(running)
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    lazy.sendall(head(running, "GET /pos?limit=100 HTTP/1.1") * 60)
    for _ in range(20):
        assert served(running)


def test_a_thousand_connections_at_once(start_sandbox: Start) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2_300:
        pytest.skip(f"this system gives a process {hard} open files, both ends here need 2,300")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2_300), hard))
    try:
        running = start_sandbox()
        lines = [wire(running, 30) for _ in range(1_000)]
        for made in lines:
            made.sendall(head(running, "GET /users/me HTTP/1.1"))
        for made in lines:
            answer = http.client.HTTPResponse(made)
            answer.begin()
            assert answer.status == 200
            assert json.loads(answer.read())["id"]
            made.close()
        assert running.get("/_sandbox/requests")["count"] == 1_000
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
