"""The sandbox over HTTP on loopback: bytes come in, the world's reply goes out, or the connection really drops."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mpkit.errors import Refused
from mpkit.sandbox.world import Reply, World
from mpkit.work import HttpRequest

LOOPBACK = "127.0.0.1"
_BODY = 1_000_000  # bytes; more is refused
_STARTS_WITHIN_S = 30.0
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _Droppable(H11Protocol):
    """Lets the application reach its connection, in order to drop it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def application(world: World) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The ASGI application of a world."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            await _send(send, 413, {"connection": "close"}, b"")
            return
        request = HttpRequest(
            scope["method"],
            scope["path"],
            tuple(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body,
        )
        # in a thread: a large ledger must not hold up the other connections
        reply = await asyncio.to_thread(world.answer, request)
        if reply.seconds:
            await asyncio.sleep(reply.seconds)
        await _play(reply, scope["state"]["transport"], receive, send)

    return answer


async def _play(reply: Reply, transport: asyncio.Transport, receive: Receive, send: Send) -> None:
    response = reply.response
    if response is None or reply.cut in {"before", "after"}:
        transport.abort()
        await receive()  # until the server has noticed
        return
    if reply.cut == "half":
        await send(_head(response.status, {**response.headers, "content-length": str(len(response.body) + 1)}))
        await send({"type": "http.response.body", "body": response.body[: len(response.body) // 2], "more_body": True})
        transport.close()
        await receive()
        return
    await _send(send, response.status, response.headers, response.body)


async def _send(send: Send, status: int, headers: Any, body: bytes) -> None:  # noqa: ANN401 - a mapping of texts
    sized = dict(headers) if status == 204 else {**headers, "content-length": str(len(body))}
    await send(_head(status, sized))
    await send({"type": "http.response.body", "body": body})


def _head(status: int, headers: MutableMapping[str, str] | dict[str, str]) -> dict[str, Any]:
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": encoded}


async def _body(receive: Receive) -> bytes | None:
    """The whole body, None where it is too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > _BODY:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


@dataclass
class Served:
    """A world that is being served; `close()` ends it."""

    world: World
    url: str
    _server: uvicorn.Server
    _thread: threading.Thread

    def close(self) -> None:
        """Stop taking requests and end the thread."""
        self._server.should_exit = True
        self._thread.join(timeout=10)

    def wait(self) -> None:
        """Until it ends by itself or is interrupted."""
        while self._thread.is_alive():
            self._thread.join(timeout=0.5)


class _Telling(uvicorn.Server):
    """A server that says when it answers; its signals are its parent's."""

    told: threading.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.told.set()


def serve(world: World, port: int = 0) -> Served:
    """Serve a world on loopback from a thread of its own (`port` 0: any free one) and return when it answers."""
    # named as TCP, or asyncio leaves the wait for small packets on: 40 ms an answer
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise Refused("sandbox_port_taken", port=str(port)) from error
    world.url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        application(world),
        http=_Droppable,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    server, started = _Telling(config), threading.Event()
    server.told = started

    def loop() -> None:
        with contextlib.closing(listener):
            server.run(sockets=[listener])

    thread = threading.Thread(target=loop, name="sandbox", daemon=True)
    thread.start()
    if not started.wait(_STARTS_WITHIN_S) or not server.started:
        raise Refused("sandbox_not_started", port=str(port))
    return Served(world, world.url, server, thread)
