"""One connection of a client: uvicorn's own protocol on httptools, which can be dropped and does not wait for ever."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD = 64 * 1024  # bytes of a request's line and headers
PATIENCE_S = 30.0  # from the first byte a client could send to the last of its request


class Line(HttpToolsProtocol):
    """Lets the application reach its connection; refuses a head that is too large; ends when a request gets stuck."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._head: int | None = 0  # bytes of a head that has not ended, None while a body comes
        self._since: float | None = None  # when the request that is coming began, None while there is none

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the way to the connection."""
        super().connection_made(transport)
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
