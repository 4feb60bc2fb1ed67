"""The transport against real sockets: what it calls not sent, what unknown, and where it stops."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from contextlib import suppress

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


def test_nothing_of_the_library_hangs_on_to_what_is_raised():
    with server(lambda _: None) as (url, _), pytest.raises(NoAnswer) as told:
        ask(url)
    assert (told.value.__cause__, told.value.__context__) == (None, None)
    with pytest.raises(NotSent) as unsent:
        ask("http://127.0.0.1:9")
    assert (unsent.value.__cause__, unsent.value.__context__) == (None, None)


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


# why a request did not leave


def test_who_does_not_listen_is_told_from_a_name_that_does_not_exist():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NotSent) as told:
        ask(f"http://127.0.0.1:{port}")
    assert (told.value.why, told.value.host) == ("refused", "127.0.0.1")
    with pytest.raises(NotSent) as told:
        ask("https://mercadopago.invalid")
    assert (told.value.why, told.value.host) == ("name", "mercadopago.invalid")


def called(answer):
    """Why a TLS connection to a server that does so was not made."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=lambda: answer(listening.accept()[0]), daemon=True).start()
        with pytest.raises(NotSent) as told:
            ask(f"https://127.0.0.1:{listening.getsockname()[1]}", headers={"authorization": "Bearer x"})
    return told.value.why


def test_a_server_without_tls_and_one_with_a_certificate_of_its_own_are_not_trusted(tmp_path):
    def plain(connection):
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    assert called(plain) == "untrusted"
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here to make a certificate")
    made = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    made += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, "-keyout", "k.pem", "-out", "c.pem"], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "c.pem", tmp_path / "k.pem")
    heads = []

    def secured(connection):
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as inner:
            heads.append(inner.recv(65536))

    assert called(secured) == "untrusted"
    assert heads in ([], [b""]), "the token was not sent"


def test_a_certificate_of_the_environment_is_not_used(monkeypatch, tmp_path):
    (tmp_path / "mine.pem").write_text("not a certificate")
    client._trust.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "mine.pem"))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    with server(lambda c: c.sendall(whole(b"{}"))) as (url, heads):
        assert ask(url).status == 200
    assert b"authorization" not in heads[0].lower()


# answers that lie


def test_a_packed_bomb_is_left_before_it_bursts():
    bomb = gzip.compress(bytes(5 * client.MOST_BYTES), compresslevel=9)  # 160 MB in 160 KB
    assert len(bomb) < 500_000
    with server(lambda c: c.sendall(whole(bomb, b"Content-Encoding: gzip\r\n"))) as (url, _):
        tracemalloc.start()
        try:
            with pytest.raises(NoAnswer, match="TooManyBytes"):
                ask(url, seconds=60)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert most < 3 * client.MOST_BYTES


@pytest.mark.parametrize("encoding", [b"br", b"zstd", b"gzip, gzip", b"deflate", b"x"])
def test_an_encoding_nobody_asked_for_is_no_answer(encoding):
    body = gzip.compress(gzip.compress(b"{}"))
    head = b"Content-Encoding: %s\r\n" % encoding
    with server(lambda c: c.sendall(whole(body, head))) as (url, _), pytest.raises(NoAnswer):
        ask(url)


def test_a_packed_answer_is_unpacked_and_half_of_one_is_none():
    packed = gzip.compress(b'{"id": 1}' * 1000)
    head = b"Content-Encoding: gzip\r\n"
    with server(lambda c: c.sendall(whole(packed, head))) as (url, heads):
        assert ask(url).body == b'{"id": 1}' * 1000
    assert b"accept-encoding: gzip\r\n" in heads[0].lower()
    for half in (packed[: len(packed) // 2], b""):
        with server(lambda c, half=half: c.sendall(whole(half, head))) as (url, _), pytest.raises(NoAnswer):
            ask(url)


@pytest.mark.parametrize(
    "bomb",
    [
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 2_000_000,
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(200_000)),
        b"HTTP/1.1 200 " + b"a" * 2_000_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 2_000_000,
    ],
    ids=["one header", "many headers", "first line", "length of a part"],
)
def test_a_head_without_end_is_left(bomb):
    with server(lambda c: c.sendall(bomb)) as (url, _), pytest.raises(NoAnswer):
        ask(url)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
        b"HTTP/1.1 999999 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/3 200 OK\r\n\r\n",
    ],
)
def test_a_length_or_status_that_makes_no_sense_is_no_answer(answer):
    with server(lambda c: c.sendall(answer)) as (url, _), pytest.raises(NoAnswer):
        ask(url)


def test_what_comes_after_the_announced_length_is_not_taken_for_the_next_answer():
    over = threading.Event()

    def twice(connection):
        connection.sendall(whole(b"{}") + whole(b'{"id": "a lie"}'))
        over.wait(30)  # it does not close: nothing but what it said too much tells it from an honest server

    with server(twice) as (url, heads):
        transport = HttpxTransport(url)
        bodies = [transport(HttpRequest("GET", "/x", seconds=5)).body for _ in range(2)]
        over.set()
        transport.close()
    assert bodies == [b"{}", b"{}"]
    assert len(heads) == 2
