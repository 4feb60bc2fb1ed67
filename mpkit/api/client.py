"""Requests over HTTP: one `HttpRequest` in, one `HttpResponse` out, within a total time and a number of bytes.

The only file that knows httpx. It decides one thing that everything above leans on: whether a request that failed
certainly did not arrive (`NotSent`) or may have been carried out (`NoAnswer`).
"""

from __future__ import annotations

import socket
import ssl
import threading
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import httpcore
import httpx

from mpkit.work import Clock, HttpRequest, HttpResponse, NoAnswer, NotSent, Sink, SystemClock

MOST_BYTES = 32 * 1024 * 1024  # the largest honest answer (100 payments) has less than 1 MB
_PIECE = 64 * 1024
_CONNECT_SECONDS = 10.0

# Raised before the first byte of a request has left.
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
    httpx.InvalidURL,
    httpx.LocalProtocolError,
)


class _Deadline(threading.local):
    """When the request of this thread must be over, on the monotonic clock."""

    at = float("inf")


class _TimedStream(httpcore.NetworkStream):
    """A connection that counts every wait against the request's total time.

    Time limits of HTTP libraries run for each read: a server that sends one byte now and then holds a request for ever.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline, clock: Clock) -> None:
        self._stream = stream
        self._deadline = deadline
        self._clock = clock

    def _left(self, timeout: float | None) -> float:
        left = self._deadline.at - self._clock.monotonic()
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._left(timeout)
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._left(timeout)
        if left <= 0:
            raise httpcore.WriteTimeout
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._left(timeout)
        if left <= 0:
            raise httpcore.ConnectTimeout
        secured = self._stream.start_tls(ssl_context, server_hostname, left)
        return _TimedStream(secured, self._deadline, self._clock)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the library's own signature
        return self._stream.get_extra_info(info)


class _TimedNetwork(httpcore.SyncBackend):
    """Opens connections that know the request's deadline."""

    def __init__(self, deadline: _Deadline, clock: Clock) -> None:
        self._deadline = deadline
        self._clock = clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = min(self._deadline.at - self._clock.monotonic(), timeout or _CONNECT_SECONDS)
        if left <= 0:
            raise httpcore.ConnectTimeout
        stream = super().connect_tcp(host, port, left, local_address, socket_options)
        return _TimedStream(stream, self._deadline, self._clock)


class _Connection(httpcore.HTTPConnection):
    """A connection that is not used again once more has come than was announced.

    The library keeps what was too much and gives it as the answer to the next request, if that comes before the server
    has closed.
    """

    def has_expired(self) -> bool:
        """Asked by the pool before every use; what a connection at work has read ahead is its own."""
        spoken: Any = self._connection
        if spoken is not None and spoken.is_idle() and spoken._h11_state.trailing_data[0]:  # noqa: SLF001 - see above
            return True
        return super().has_expired()


class _Pool(httpcore.ConnectionPool):
    """Keeps connections of ours."""

    def create_connection(self, origin: httpcore.Origin) -> httpcore.ConnectionInterface:
        return _Connection(
            origin,
            ssl_context=self._ssl_context,
            keepalive_expiry=self._keepalive_expiry,
            network_backend=self._network_backend,
        )


@cache
def _trust() -> ssl.SSLContext:
    """Whom we believe: the certificates that come with the library, read once for all connections."""
    return httpx.create_ssl_context(trust_env=False)


class HttpxTransport:
    """A pool of connections to one address; safe to share between threads.

    No proxy or certificate from the environment, no redirects: a token goes to the address it was given for or nowhere.
    """

    def __init__(self, url: str, *, connections: int = 8, clock: Clock | None = None) -> None:
        """`url` is the address in front of every path, without a slash at its end."""
        self._url = httpx.URL(url)
        self._clock = clock or SystemClock()
        self._deadline = _Deadline()
        carrier = httpx.HTTPTransport(verify=_trust(), trust_env=False)
        carrier._pool = _Pool(  # noqa: SLF001 - the only way to count total time; httpx is pinned
            ssl_context=_trust(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=20.0,
            network_backend=_TimedNetwork(self._deadline, self._clock),
        )
        self._client = httpx.Client(
            transport=carrier, trust_env=False, follow_redirects=False, timeout=_CONNECT_SECONDS
        )

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The whole answer. Raises `NotSent` or `NoAnswer`."""
        self._deadline.at = self._clock.monotonic() + request.seconds
        limits = httpx.Timeout(
            request.seconds,
            connect=min(_CONNECT_SECONDS, request.seconds),
            pool=request.seconds,
        )
        problem: NotSent | NoAnswer
        try:
            with self._client.stream(
                request.method,
                self._url.copy_with(path=self._url.path.rstrip("/") + request.path),
                params=request.query or None,
                headers={"accept-encoding": "gzip", **request.headers},
                content=request.body or None,
                timeout=limits,
            ) as response:
                return HttpResponse(
                    status=response.status_code,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=_body(response) if request.sink is None else _poured(response, request.sink),
                )
        except _NEVER_LEFT as error:
            problem = NotSent(type(error).__name__, why=_why(error), host=self._url.host)
        except (httpx.HTTPError, httpx.StreamError, httpcore.TimeoutException, httpcore.NetworkError) as error:
            problem = NoAnswer(type(error).__name__)
        raise problem  # here, so that nothing hangs on to the library's error: its frames hold the headers


def _why(error: BaseException | None) -> str:
    """What kept a connection from being made: "untrusted", "name", "refused", "" for anything else."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, ssl.SSLError):
            return "untrusted"
        if isinstance(error, socket.gaierror):
            return "name"
        if isinstance(error, ConnectionRefusedError):
            return "refused"
        error = error.__cause__ or error.__context__
    return ""


def _body(response: httpx.Response) -> bytes:
    """The body, unpacked; never more than the limit is held, however small what was sent."""
    body = bytearray()
    for part in _parts(response):
        body += part
        if len(body) > MOST_BYTES:
            raise NoAnswer("TooManyBytes")
    return bytes(body)


def _poured(response: httpx.Response, sink: Sink) -> bytes:
    """The body given to whoever takes it, and none left; that of a refusal is kept."""
    if not response.is_success:
        return _body(response)
    sink.begin()
    for part in _parts(response):
        sink(part)
    return b""


def _parts(response: httpx.Response) -> Iterable[bytes]:
    """The body, unpacked, in pieces of bounded size."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip"}:
        raise NoAnswer("UnknownEncoding")
    return response.iter_raw() if encoding != "gzip" else _unpacked(response.iter_raw())


def _unpacked(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of a gzip stream, in pieces of bounded size."""
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for part in parts:
            left = part
            while left:
                yield stream.decompress(left, _PIECE)
                left = stream.unconsumed_tail
    except zlib.error:
        raise NoAnswer("DecodingError") from None
    if not stream.eof:
        raise NoAnswer("HalfAnswer")
