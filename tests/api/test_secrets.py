"""A planted token is in one header of each request and nowhere else: log, error, trace, crash, repr, URL, pickle."""

from __future__ import annotations

import contextlib
import copy
import faulthandler
import io
import json
import logging
import pickle
import socket
import sys
import threading
import traceback

import pytest
from pydantic import SecretStr

from mpkit import errors, log, settings
from mpkit.api import answers, connect
from mpkit.errors import ApiError
from mpkit.i18n import LANGUAGES, say_error
from mpkit.model import Branch, Location
from mpkit.work import HttpResponse
from tests.api.conftest import TOKEN, said
from tests.api.serving import server, whole

ME = {"id": 1, "site_id": "MLA", "nickname": "TESTUSER1"}
BRANCH = Branch("SUC1", "Uno", Location("Caseros", "3039", "Belgrano", "Capital Federal", -34.56, -58.45))


@pytest.fixture
def logs():
    """Logging as a process has it, and as it was afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.getLogRecordFactory(), sys.excepthook, threading.excepthook)
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logging.setLogRecordFactory(before[2])
    sys.excepthook, threading.excepthook = before[3:]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.usefixtures("logs")
def test_the_token_is_in_one_header_and_nowhere_else(other, capsys, form):
    log.setup("DEBUG", form)
    foreign = io.StringIO()
    handler = logging.StreamHandler(foreign)  # a library's own, made after us and cleaned by nobody
    handler.setFormatter(logging.Formatter("%(message)s %(exc_text)s"))
    logging.getLogger("anything").addHandler(handler)
    echo = HttpResponse(400, {}, json.dumps({"message": f"bad token Bearer {TOKEN}", "error": TOKEN}).encode())
    o = other(said(200, ME), echo)
    shown = [repr(o.account), str(o.account), repr(vars(o.account))]
    with pytest.raises(errors.RefusedByApi) as told:
        o.account.create_store(BRANCH)
    logging.getLogger("anything").warning("header %s", f"Bearer {TOKEN}")
    try:
        raise ValueError(TOKEN)  # noqa: TRY301
    except ValueError:
        logging.getLogger("anything").exception("crash with %s", TOKEN)
        log.get("anything").exception("crash", token=TOKEN)
    shown += [str(told.value), repr(told.value), told.value.detail, told.value.code, repr(told.value.__dict__)]
    shown += [say_error(told.value, language) for language in LANGUAGES]
    logging.getLogger("anything").removeHandler(handler)
    shown += [foreign.getvalue(), capsys.readouterr().err]
    assert all("crash" in text and "ValueError" in text and "header" in text for text in shown[-2:])
    assert not [text for text in shown if "canary" in text.lower()]
    for request in o.transport.asked:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in request.path
        assert TOKEN not in str(request.query)
        assert TOKEN.encode() not in request.body


def everything(error: BaseException) -> list[str]:
    """All that can be told of an error and whatever hangs on to it, the variables of every frame included."""
    told = []
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__]
        trace = one.__traceback__
        if one is error and trace is not None:
            trace = trace.tb_next  # the first frame is the test's own
        shown = traceback.TracebackException(type(one), one, trace, capture_locals=True)
        told += ["".join(shown.format()), repr(one), str(one), repr(vars(one))]
    return told


def slam(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def echo(status):
    """What some gateways do: the request's own header comes back in the error."""
    body = json.dumps({"message": f"bad header Bearer {TOKEN}", "error": TOKEN, "cause": [{"code": TOKEN}]}).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nX-Request-Id: {TOKEN}\r\n\r\n".encode()
    return lambda connection: connection.sendall(head + body)


SERVERS = {
    "closes": lambda _: None,
    "resets": slam,
    "half an answer": lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
    "no http": lambda c: c.sendall(f"{TOKEN} is what you said\r\n\r\n".encode()),
    "a page": lambda c: c.sendall(whole(f"<html>{TOKEN}</html>".encode())),
    "another type": lambda c: c.sendall(whole(json.dumps({"id": {TOKEN: TOKEN}}).encode())),
    "not gzip": lambda c: c.sendall(whole(TOKEN.encode(), b"Content-Encoding: gzip\r\n")),
    "elsewhere": lambda c: c.sendall(
        f"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:9/{TOKEN}\r\nContent-Length: 0\r\n\r\n".encode()
    ),
    **{f"echo {status}": echo(status) for status in (400, 401, 403, 404, 409, 422, 429, 500)},
}


@pytest.fixture
def loud(monkeypatch):
    """Everything that any logger of this process says, at DEBUG, through handlers of ours and of a library's own."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.getLogRecordFactory(), sys.excepthook, threading.excepthook)
    foreign, ours = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", ours)
    log.setup("DEBUG", "text")
    handler = logging.StreamHandler(foreign)
    names = ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "stamina", "mpkit.api")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).addHandler(handler)
    yield lambda: [foreign.getvalue(), ours.getvalue()]
    for name in names:
        logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).setLevel(levels[name])
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logging.setLogRecordFactory(before[2])
    sys.excepthook, threading.excepthook = before[3:]


@pytest.mark.parametrize("answer", SERVERS.values(), ids=SERVERS.keys())
def test_whatever_a_server_does_the_token_stays_where_it_is(answer, loud, tmp_path):
    with server(answer) as (url, heads), connect(url, SecretStr(TOKEN)) as account:
        account._seller = None
        with pytest.raises(ApiError) as told:
            account._calls.write("POST", "/pos", {"name": "x"}, parse=answers.pos)
        with (tmp_path / "crash").open("w+") as dump:
            faulthandler.dump_traceback(dump)
            dump.seek(0)
            shown = [dump.read()]
        shown += [*everything(told.value), repr(account), repr(vars(account)), repr(account._calls)]
        shown += [say_error(told.value, language) for language in LANGUAGES]
        shown += [repr(pickle.dumps(told.value)), repr(pickle.loads(pickle.dumps(told.value)))]
        shown += loud()
        assert all(len(text) > 100 for text in shown[-2:]), "the libraries were heard"
        assert [text for text in shown if "canary" in text.lower()] == []
        assert all(f"Bearer {TOKEN}".encode() in head for head in heads)
        assert all(TOKEN.encode() not in head.split(b"\r\n")[0] for head in heads)
    assert heads


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://mercadopago.invalid", "https://127.0.0.1:9"])
def test_a_request_that_never_left_tells_no_token(url, loud):
    with connect(url, SecretStr(TOKEN)) as account, pytest.raises(ApiError) as told:
        account._calls.write("POST", "/pos", {}, parse=dict)
    shown = [*everything(told.value), repr(pickle.dumps(told.value)), *loud()]
    assert [text for text in shown if "canary" in text.lower()] == []


def test_what_holds_a_token_cannot_be_pickled(monkeypatch, other):
    monkeypatch.setenv("MPKIT_ACCESS_TOKEN", TOKEN)
    for holder in (other(said(200, ME)).account, settings.load()):
        with pytest.raises(TypeError):
            pickle.dumps(holder)
    with contextlib.suppress(TypeError):
        assert "canary" not in repr(copy.copy(settings.load()))


def test_a_request_shows_what_is_asked_and_not_who_asks(other):
    o = other(said(200, ME))
    o.account.seller()
    (request,) = o.transport.asked
    assert TOKEN in str(request.headers)
    assert "/users/me" in repr(request)
    assert "canary" not in repr(request)


def test_a_server_that_speaks_no_tls_is_not_told_the_token(monkeypatch):
    monkeypatch.setattr("mpkit.api.client._CONNECT_SECONDS", 1.0)  # it waits for a handshake that never comes

    def listen(connection):
        heads.append(connection.recv(65536))

    heads: list[bytes] = []
    with server(listen) as (url, first), connect(url.replace("http:", "https:"), SecretStr(TOKEN)) as account:
        with pytest.raises(ApiError):
            account._calls.write("POST", "/pos", {}, parse=dict)
        assert all(TOKEN.encode() not in head for head in [*first, *heads])
