"""An address Mercado Pago answered with comes in; the file behind it goes out: without a token, from its hosts only."""

from __future__ import annotations

import re
import threading
from urllib.parse import urlsplit

from mpkit.api.calls import Calls
from mpkit.api.client import HttpxTransport
from mpkit.api.pace import Pace
from mpkit.errors import Refused
from mpkit.work import Seams

MOST = 8 << 20  # bytes of one file
_SECONDS = 60.0
_HOST = re.compile(r"(?:[a-z0-9-]+\.)*(?:mercadopago|mercadolibre|mercadolivre|mlstatic)\.com(?:\.[a-z]{2})?")


class Linked:
    """Fetches what the objects of an account link to; safe to share between threads, closed by `close`."""

    def __init__(self, api_url: str, seams: Seams | None = None) -> None:
        """`api_url` is where the API itself is: a rehearsal serves its files from there."""
        self._own = _origin(api_url)
        self._seams = seams or Seams()
        self._lock = threading.Lock()
        self._calls: dict[str, tuple[Calls, HttpxTransport]] = {}

    def close(self) -> None:
        """Close the connections."""
        for _, transport in self._calls.values():
            transport.close()

    def fetch(self, url: str) -> bytes:
        """The file at an address; `Refused` for an address that is not Mercado Pago's, an `ApiError` where it fails."""
        parts = urlsplit(url)
        origin = _origin(url)
        allowed = (
            parts.scheme == "https" and _HOST.fullmatch((parts.hostname or "").lower()) and parts.port in {None, 443}
        )
        if not (allowed or origin == self._own) or parts.username or parts.query or not parts.path.startswith("/"):
            raise Refused("document_address", host=(parts.hostname or "?")[:80])
        sink = _Kept()
        self._to(origin).fetch(parts.path, sink, accept="application/pdf, image/png, image/jpeg", seconds=_SECONDS)
        return bytes(sink.content)

    def _to(self, origin: str) -> Calls:
        with self._lock:
            if origin not in self._calls:
                transport = HttpxTransport(origin, connections=4)
                self._calls[origin] = Calls(transport, None, Pace.of(origin, self._seams), self._seams), transport
            return self._calls[origin][0]


class _Kept:
    """A file in memory, as far as one may be large."""

    def __init__(self) -> None:
        self.content = bytearray()

    def begin(self) -> None:
        """The file comes once more."""
        self.content.clear()

    def __call__(self, part: bytes) -> None:
        """The next part."""
        self.content += part
        if len(self.content) > MOST:
            raise Refused("document_large", limit=MOST >> 20)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
