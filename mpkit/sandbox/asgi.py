"""The sandbox as an application: a request's bytes come in, the world's reply goes out, or the connection really drops.

What is answered from memory is answered at once; the rest goes the ordinary way of ASGI, in a task of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from mpkit.errors import Refused
from mpkit.sandbox.world import Reply, World
from mpkit.work import HttpRequest

_BODY = 10_100_000  # bytes: the papers of a dispute and the form they come in; more is refused
_EMPTY = 204  # the status of an answer without a body
_QUICK = ("/users/", "/pos/", "/stores/", "/v2/")  # nothing there is long: not looked up twice
Headers = Sequence[tuple[bytes, bytes]]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Application:
    """The ASGI application of a world; `failed` is told when the world can go no further.

    The server may ask `at_once` first. Where it gets a reply that does not end in an answer, or an error, it puts that
    into the scope's state as `reply`, and it is acted upon the ordinary way.
    """

    def __init__(self, world: World, failed: Callable[[Refused], None]) -> None:
        self._world, self._failed = world, failed

    def at_once(self, method: str, path: str, query: bytes, headers: Headers, body: bytes) -> Reply | Exception | None:
        """The reply, where it is quick and nobody holds the world; None else: then nothing has happened yet."""
        try:
            return self._made(_understood(method, path, query, headers, body))
        except Exception as error:  # noqa: BLE001 - it is raised again, where the server looks for it
            return error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        message = await receive()
        body = await _rest(message, receive) if message.get("more_body") else message.get("body", b"")
        if body is None or len(body) > _BODY:
            await _send(send, 413, {"connection": "close"}, b"")
            return
        try:
            reply = await self._reply(scope, body)
        except Refused as refused:
            self._failed(refused)
            reply = Reply(None, cut="after")
        if reply.seconds:
            await asyncio.sleep(reply.seconds)
        if reply.cut or reply.response is None:
            await _break_off(reply, scope["state"]["transport"], receive, send)
        else:
            await _send(send, reply.response.status, reply.response.headers, reply.response.body)

    async def _reply(self, scope: Scope, body: bytes) -> Reply:
        """The world's reply, made at once where it is quick, and in a thread where it is long or one is being made.

        Whoever changes or reads the world holds its lock; the loop only ever tries for it, so a long answer holds up
        those who wait for it in threads of their own, and never the connections. One connection's requests come one
        after the other; between connections there is no order to keep, here as in the real API.
        """
        asked = (scope["method"], scope["path"], scope["query_string"], scope["headers"], body)
        reply: Reply | Exception | None = scope["state"].get("reply") or self.at_once(*asked)
        if reply is None:
            return await asyncio.to_thread(self._world.answer, _understood(*asked))
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _made(self, request: HttpRequest) -> Reply | None:
        if not self._quick(request) or not self._world.lock.acquire(blocking=False):
            return None
        try:
            return self._world.answer(request)
        finally:
            self._world.lock.release()

    def _quick(self, request: HttpRequest) -> bool:
        path = request.path
        return path == "/pos" or path.startswith(_QUICK) or not self._world.is_long(request)


def head(status: int, headers: Mapping[str, str], size: int) -> list[tuple[bytes, bytes]]:
    """The headers of an answer as bytes, with the `size` of its body where it has one."""
    found = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    if status != _EMPTY:
        found.append((b"content-length", b"%d" % size))
    return found


def _understood(method: str, path: str, query: bytes, headers: Headers, body: bytes) -> HttpRequest:
    named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    return HttpRequest(method, path, _query(query), named, body)


def _query(raw: bytes) -> tuple[tuple[str, str], ...]:
    if not raw:
        return ()
    text = raw.decode("latin-1")
    if "%" in text or "+" in text or "=" not in text:
        return tuple(parse_qsl(text, keep_blank_values=True))
    return tuple([pair.partition("=")[::2] for pair in text.split("&") if pair])


async def _break_off(reply: Reply, transport: asyncio.Transport, receive: Receive, send: Send) -> None:
    """Drop the connection, after half of the answer or without any."""
    response = reply.response
    if response is None or reply.cut != "half":
        transport.abort()
        await receive()  # until the server has noticed
        return
    await send(_begin(response.status, head(response.status, response.headers, len(response.body) + 1)))
    await send({"type": "http.response.body", "body": response.body[: len(response.body) // 2], "more_body": True})
    transport.close()
    await receive()


async def _send(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    await send(_begin(status, head(status, headers, len(body))))
    await send({"type": "http.response.body", "body": body})


def _begin(status: int, headers: Headers) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": headers}


async def _rest(message: MutableMapping[str, Any], receive: Receive) -> bytes | None:
    """The whole body that comes in parts, None where it is too large."""
    parts, size = [message.get("body", b"")], len(message.get("body", b""))
    while message.get("more_body") and size <= _BODY:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
    return b"".join(parts) if size <= _BODY else None
