"""One connection of a client: uvicorn's own protocol on httptools, which can be dropped and does not wait for ever."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mpkit.sandbox.late import Sheets

_GO_ON = b"HTTP/1.1 100 "  # the client waits for this before it sends a body
_HEAD = 64 * 1024  # bytes of a request's line and headers
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

    def write(self, data: bytes | memoryview) -> None:
        """Send, or keep what is a whole head until its body comes."""
        if self._head:
            head, self._head = self._head, b""
            copied = len(data) <= _LARGE and not isinstance(data, Sheets)
            data = b"".join((head, data)) if copied else self._sent(head, data)
        elif isinstance(data, bytes) and data.endswith(b"\r\n\r\n") and not data.startswith(_GO_ON):
            self._head = data
            return
        if data:
            self._transport.write(data)

    def _sent(self, head: bytes, body: bytes | memoryview) -> bytes | memoryview:
        """Send without copying as much as the system takes at once; what is left."""
        pieces, taken = body.pieces if isinstance(body, Sheets) else (body,), 0
        if (
            _WRITEV
            and self._number >= 0
            and not self._transport.is_closing()
            and not self._transport.get_write_buffer_size()
        ):
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
    """Lets the application reach its connection; refuses a head that is too large; ends when a request gets stuck."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._head: int | None = 0  # bytes of a head that has not ended, None while a body comes
        self._since: float | None = None  # when the request that is coming began, None while there is none

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

    def on_headers_complete(self) -> None:
        """From here on a body comes, which the application counts."""
        super().on_headers_complete()
        self._head = None

    def on_message_complete(self) -> None:
        """The request is whole."""
        super().on_message_complete()
        self._head, self._since = 0, None

    def end_if_stuck(self, now: float) -> None:
        """Drop a client whose request does not come to its end."""
        if self._since is not None and now - self._since > PATIENCE_S:
            self.transport.abort()

    @staticmethod
    def _ends_head(data: bytes) -> bool:
        """Whether a head ends here: then it is a large body that came with it in one piece."""
        return b"\r\n\r\n" in data
