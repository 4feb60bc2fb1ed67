"""One connection of a client: uvicorn's own protocol on httptools, which can be dropped and does not wait for ever.

What the application answers at once goes out at once, without a task and its messages: bytes to the parser come in, the
whole answer is on its way when the parser comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from typing import Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mpkit.sandbox.asgi import Application, head
from mpkit.sandbox.late import Sheets
from mpkit.sandbox.world import Reply
from mpkit.work import HttpResponse

_GO_ON = b"HTTP/1.1 100 "  # the client waits for this before it sends a body
_HEAD = 64 * 1024  # bytes of a request's line and headers
_DIGITS = 4  # of the length of a body that is answered at once
_LARGE = 32 * 1024  # bytes of a body that is not copied to stand behind its head
_WRITEV: Callable[[int, Sequence[bytes | memoryview]], int] | None = getattr(os, "writev", None)  # not everywhere
PATIENCE_S = 30.0  # from the first byte a client could send to the last of its request


class _Joining:
    """A transport that sends the head of an answer together with its body: one call of the system instead of two."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        line = transport.get_extra_info("socket")
        self._number = line.fileno() if line is not None and _WRITEV else -1
        self.is_closing, self.get_write_buffer_size = transport.is_closing, transport.get_write_buffer_size

    def write(self, data: bytes | memoryview) -> None:
        """Send, or keep what is a whole head until its body comes."""
        if self._head:
            head, self._head = self._head, b""
            self.send(head, data)
        elif isinstance(data, bytes) and data.endswith(b"\r\n\r\n") and not data.startswith(_GO_ON):
            self._head = data
        elif data:
            self._transport.write(data)

    def send(self, head: bytes, body: bytes | memoryview) -> None:
        """Send a whole answer."""
        copied = len(body) <= _LARGE and not isinstance(body, Sheets)
        left = b"".join((head, body)) if copied else self._sent(head, body)
        if left:
            self._transport.write(left)

    def _sent(self, head: bytes, body: bytes | memoryview) -> bytes | memoryview:
        """Send without copying as much as the system takes at once; what is left."""
        pieces, taken = body.pieces if isinstance(body, Sheets) else (body,), 0
        if _WRITEV and self._number >= 0 and not self.is_closing() and not self.get_write_buffer_size():
            with contextlib.suppress(OSError):  # it takes nothing now, or the transport will find out why
                taken = _WRITEV(self._number, (head, *pieces))
        if taken == len(head) + len(body):
            return b""
        return memoryview(b"".join((head, *pieces)))[taken:]

    def close(self) -> None:
        """Send what is kept, then end."""
        if self._head:
            self.write(b"")
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a transport has
        return getattr(self._transport, name)


class Line(HttpToolsProtocol):
    """Answers at once what it can; lets the application reach the connection; refuses too large a head, ends the stuck.

    A request that wants more than a reply (a long body, one in chunks, another protocol, the end of the connection), or
    whose reply wants more than an answer, takes uvicorn's way: its scope and its cycle are made only then.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._head: int | None = 0  # bytes of a head that has not ended, None while a body comes
        self._since: float | None = None  # when the request that is coming began, None while there is none
        self._parts: list[bytes] | None = None  # of the body of what may be answered at once

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the way to the connection."""
        super().connection_made(cast("asyncio.Transport", _Joining(transport)))
        self.app_state = {"transport": transport}
        self._since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Count what is no whole head yet."""
        if self._head is not None:
            if self._since is None:
                self._since = self.loop.time()
            self._head += len(data)
            if self._head > _HEAD and not self._ends_head(data):
                self.send_400_response("Request head too large.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request comes."""
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def on_headers_complete(self) -> None:
        """From here on a body comes: kept where it is short, else the application counts it."""
        self._head = None
        self._parts = [] if self._is_plain() else None
        if self._parts is None:
            self._go_ordinary()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if self._parts is None:
            super().on_body(body)
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._head, self._since = 0, None
        if self._parts is None:
            super().on_message_complete()
            return
        body = b"".join(self._parts)
        reply = self._reply(body)
        if isinstance(reply, Reply) and reply.response is not None and not (reply.seconds or reply.cut):
            self._answer(reply.response)
            return
        self._go_ordinary()
        if reply is not None:
            self.scope["state"]["reply"] = reply
        if body:
            super().on_body(body)
        super().on_message_complete()

    def end_if_stuck(self, now: float) -> None:
        """Drop a client whose request does not come to its end."""
        if self._since is not None and now - self._since > PATIENCE_S:
            self.transport.abort()

    def _is_plain(self) -> bool:
        """Whether nothing but a reply is asked for, and nobody waits for one here."""
        parser = self.parser
        return (
            (self.cycle is None or self.cycle.response_complete)
            and not self.expect_100_continue
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and parser.get_http_version() == "1.1"
            and parser.get_method() != b"HEAD"
            and not self.transport.get_write_buffer_size()
            and not any(
                name == b"transfer-encoding" or (name == b"content-length" and len(value) > _DIGITS)
                for name, value in self.headers
            )
        )

    def _reply(self, body: bytes) -> Reply | Exception | None:
        url, application = httptools.parse_url(self.url), cast("Application", self.app)
        path = url.path.decode("ascii")
        path = unquote(path) if "%" in path else path
        return application.at_once(self.parser.get_method().decode("ascii"), path, url.query or b"", self.headers, body)

    def _answer(self, response: HttpResponse) -> None:
        """Send it as uvicorn would."""
        lines = [STATUS_LINE[response.status]]
        for name, value in (
            *self.server_state.default_headers,
            *head(response.status, response.headers, len(response.body)),
        ):
            lines += (name, b": ", value, b"\r\n")
        lines.append(b"\r\n")
        cast("_Joining", self.transport).send(b"".join(lines), response.body)
        self.on_response_complete()

    def _go_ordinary(self) -> None:
        """Take up the request as uvicorn does."""
        url, headers, waits = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, waits
        self.headers += headers  # the scope's own
        super().on_headers_complete()

    @staticmethod
    def _ends_head(data: bytes) -> bool:
        """Whether a head ends here: then it is a large body that came with it in one piece."""
        return b"\r\n\r\n" in data
