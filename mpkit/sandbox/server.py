"""The sandbox over HTTP on loopback: bytes come in, the world's reply goes out, or the connection really drops."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import uvicorn

from mpkit.errors import Refused
from mpkit.sandbox.ahead import Ahead, begin
from mpkit.sandbox.line import Line
from mpkit.sandbox.world import Reply, World
from mpkit.work import HttpRequest

LOOPBACK = "127.0.0.1"
_BODY = 10_100_000  # bytes: the papers of a dispute and the form they come in; more is refused
_STARTS_WITHIN_S = 30.0
_QUICK = ("/users/", "/pos/", "/stores/", "/v2/")  # nothing there is long: not looked up twice
_SWEPT_EVERY = 10  # tenths of a second
_WAITING = 1024  # connections the system keeps for us until we take them
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def application(world: World, failed: Callable[[Refused], None]) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The ASGI application of a world; `failed` is told when the world can go no further."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        body = await _rest(message, receive) if message.get("more_body") else message.get("body", b"")
        if body is None or len(body) > _BODY:
            await _send(send, 413, {"connection": "close"}, b"")
            return
        try:
            reply = await _reply(world, _understood(scope, body))
        except Refused as refused:
            failed(refused)
            reply = Reply(None, cut="after")
        if reply.seconds:
            await asyncio.sleep(reply.seconds)
        if reply.cut or reply.response is None:
            await _break_off(reply, scope["state"]["transport"], receive, send)
        else:
            await _send(send, reply.response.status, reply.response.headers, reply.response.body)

    return answer


async def _reply(world: World, request: HttpRequest) -> Reply:
    """The world's reply, made at once where it is quick, and in a thread where it is long or a long one is being made.

    Whoever changes or reads the world holds its lock; the loop only ever tries for it, so a long answer holds up those
    who wait for it in threads of their own, and never the connections. One connection's requests come one after the
    other; between connections there is no order to keep, here as in the real API.
    """
    quick = request.path == "/pos" or request.path.startswith(_QUICK) or not world.is_long(request)
    if quick and world.lock.acquire(blocking=False):
        try:
            return world.answer(request)
        finally:
            world.lock.release()
    return await asyncio.to_thread(world.answer, request)


def _understood(scope: Scope, body: bytes) -> HttpRequest:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return HttpRequest(scope["method"], scope["path"], _query(scope["query_string"]), headers, body)


def _query(raw: bytes) -> tuple[tuple[str, str], ...]:
    if not raw:
        return ()
    text = raw.decode("latin-1")
    if "%" in text or "+" in text or "=" not in text:
        return tuple(parse_qsl(text, keep_blank_values=True))
    return tuple([pair.partition("=")[::2] for pair in text.split("&") if pair])


def settle() -> None:
    """What this process has made by now stays: the collector need not walk through a year of payments again."""
    gc.collect()
    gc.freeze()


async def _break_off(reply: Reply, transport: asyncio.Transport, receive: Receive, send: Send) -> None:
    """Drop the connection, after half of the answer or without any."""
    response = reply.response
    if response is None or reply.cut != "half":
        transport.abort()
        await receive()  # until the server has noticed
        return
    await send(_head(response.status, {**response.headers, "content-length": str(len(response.body) + 1)}))
    await send({"type": "http.response.body", "body": response.body[: len(response.body) // 2], "more_body": True})
    transport.close()
    await receive()


async def _send(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    await send(_head(status, headers if status == 204 else {**headers, "content-length": str(len(body))}))
    await send({"type": "http.response.body", "body": body})


def _head(status: int, headers: Mapping[str, str]) -> dict[str, Any]:
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": encoded}


async def _rest(message: MutableMapping[str, Any], receive: Receive) -> bytes | None:
    """The whole body that comes in parts, None where it is too large."""
    parts, size = [message.get("body", b"")], len(message.get("body", b""))
    while message.get("more_body") and size <= _BODY:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    return b"".join(parts) if size <= _BODY else None


@dataclass
class Served:
    """A world that is being served; `close()` ends it."""

    world: World
    url: str
    _server: _Telling
    _thread: threading.Thread
    ahead: Ahead | None  # prints payments before they are asked for

    def close(self) -> None:
        """Stop taking requests, end the threads, let the state file go."""
        if self.ahead is not None:
            self.ahead.close()
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self.world.close()

    def wait(self) -> None:
        """Until it ends by itself or is interrupted. Raises `Refused` when its state file can no longer be written."""
        while self._thread.is_alive():
            self._thread.join(timeout=0.5)
        if self._server.failures:
            raise self._server.failures[0]


class _Telling(uvicorn.Server):
    """A server that says when it answers and why it ended; its signals are its parent's."""

    def __init__(self, config: uvicorn.Config, failures: list[Refused]) -> None:
        super().__init__(config)
        self.told, self.failures = threading.Event(), failures

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.told.set()

    async def on_tick(self, counter: int) -> bool:
        """End the connections whose request does not come to an end, and all when the world can go no further."""
        if counter % _SWEPT_EVERY == 0:
            now = asyncio.get_running_loop().time()
            for line in [line for line in self.server_state.connections if isinstance(line, Line)]:
                line.end_if_stuck(now)
        return await super().on_tick(counter) or bool(self.failures)


def serve(world: World, port: int | socket.socket = 0, *, ahead: bool = True) -> Served:
    """Serve a world on loopback from a thread of its own and return when it answers.

    `port` 0 takes any free one; a socket from `reserve` is taken as it is. With `ahead` many payments are printed
    before they are asked for, into a file.
    """
    listener = reserve(port) if isinstance(port, int) else port
    world.url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    failures = list[Refused]()
    config = uvicorn.Config(
        application(world, failures.append),
        http=Line,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    server = _Telling(config, failures)

    def loop() -> None:
        with contextlib.closing(listener):
            server.run(sockets=[listener])

    thread = threading.Thread(target=loop, name="sandbox", daemon=True)
    thread.start()
    if not server.told.wait(_STARTS_WITHIN_S) or not server.started:
        raise Refused("sandbox_not_started", port=world.url.rpartition(":")[2])
    return Served(world, world.url, server, thread, begin(world) if ahead else None)


def reserve(port: int) -> socket.socket:
    """A socket that holds the port before a world is made for it; raises `Refused` where the port is taken."""
    # named as TCP, or asyncio leaves the wait for small packets on: 40 ms an answer
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(_WAITING)
    except OSError as error:
        listener.close()
        key = "sandbox_port_taken" if error.errno == errno.EADDRINUSE else "sandbox_port_refused"
        raise Refused(key, port=str(port), why=error.strerror or str(error)) from error
    return listener
