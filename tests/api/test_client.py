"""The transport against real sockets: what it calls not sent, what unknown, and where it stops."""

from __future__ import annotations

import gzip
import socket
import threading
import time

import pytest

from mpkit.api import client
from mpkit.api.client import HttpxTransport
from mpkit.work import HttpRequest, NoAnswer, NotSent
from tests.api.serving import server, whole


def ask(url, seconds=5.0, path="/x", **more):
    transport = HttpxTransport(url)
    try:
        return transport(HttpRequest("GET", path, seconds=seconds, **more))
    finally:
        transport.close()


def test_an_answer_comes_whole_with_lower_case_headers():
    with server(lambda c: c.sendall(whole(b"{}", b"X-Request-Id: Abc\r\n"))) as (url, _):
        answer = ask(url)
    assert (answer.status, answer.body, answer.headers["x-request-id"]) == (200, b"{}", "Abc")


def test_path_and_query_arrive_as_they_were_meant():
    query = (("begin_date", "2026-01-01T00:00:00+02:00"), ("collector.id", "1"), ("q", "ñ&="))
    with server(lambda c: c.sendall(whole(b"{}"))) as (url, heads):
        ask(f"{url}/base/", path="/a%2Fb", query=query)
    assert heads[0].startswith(
        b"GET /base/a%2Fb?begin_date=2026-01-01T00%3A00%3A00%2B02%3A00&collector.id=1&q=%C3%B1%26%3D HTTP/1.1\r\n"
    )


def test_nobody_listens_means_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NotSent):
        ask(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: None,  # closed without a word
        lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),  # half an answer
        lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
        lambda c: c.sendall(b"no http at all\r\n\r\n"),
        lambda c: c.sendall(whole(b"not gzip", b"Content-Encoding: gzip\r\n")),
    ],
)
def test_an_answer_that_is_none_means_unknown(answer):
    with server(answer) as (url, _), pytest.raises(NoAnswer):
        ask(url)


def test_a_reset_after_the_request_means_unknown():
    def reset(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    with server(reset) as (url, _), pytest.raises(NoAnswer):
        ask(url)


def drip(head):
    """One byte now and then, for ever: each read is quick, the whole is not."""

    def answer(connection):
        connection.sendall(head)
        while True:
            connection.sendall(b"a")
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"]
)
def test_a_dripping_server_is_left_at_the_total_time(head):
    with server(drip(head)) as (url, _), pytest.raises(NoAnswer):
        ask(url, seconds=0.4)  # without the total time this would never end: the test's own time limit says so


def test_a_silent_server_is_left():
    with server(lambda _: time.sleep(3)) as (url, _), pytest.raises(NoAnswer):
        ask(url, seconds=0.3)


@pytest.mark.parametrize("packed", [False, True])
def test_too_many_bytes_are_not_swallowed(monkeypatch, packed):
    monkeypatch.setattr(client, "MOST_BYTES", 100_000)
    body = b"a" * 100_001
    sent = gzip.compress(body) if packed else body
    head = b"Content-Encoding: gzip\r\n" if packed else b""
    with server(lambda c: c.sendall(whole(sent, head))) as (url, _), pytest.raises(NoAnswer, match="TooManyBytes"):
        ask(url)
    with server(lambda c: c.sendall(whole(b"a" * 100_000))) as (url, _):
        assert len(ask(url).body) == 100_000


def test_a_redirect_is_not_followed_so_the_token_stays_here():
    asked = []

    def elsewhere(connection):
        asked.append(1)
        connection.sendall(whole(b"{}"))

    with server(elsewhere) as (other, _):
        head = b"HTTP/1.1 307 Temporary\r\nLocation: %s/y\r\nContent-Length: 0\r\n\r\n" % other.encode()
        with server(lambda c: c.sendall(head)) as (url, _):
            assert ask(url, headers={"authorization": "Bearer x"}).status == 307
    assert asked == []


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with server(lambda c: c.sendall(whole(b"{}"))) as (url, _):
        assert ask(url).status == 200


def test_threads_share_the_pool_and_each_has_its_own_deadline():
    def answer(connection):
        time.sleep(0.3)
        connection.sendall(whole(b"{}"))

    results = []
    with server(answer) as (url, _):
        transport = HttpxTransport(url)

        def one(seconds):
            try:
                results.append(transport(HttpRequest("GET", "/x", seconds=seconds)).status)
            except NoAnswer:
                results.append("late")

        threads = [threading.Thread(target=one, args=(seconds,)) for seconds in (0.1, 5, 0.1, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        transport.close()
    assert sorted(map(str, results)) == ["200", "200", "late", "late"]
