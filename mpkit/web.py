"""The ASGI application: settings come in, the dashboard with health, metrics and guards around it goes out."""

from __future__ import annotations

import ipaddress
import json
import secrets
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import streamlit as st
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from mpkit import accounts, log, shipped
from mpkit.db import connect
from mpkit.errors import WrongUsage
from mpkit.settings import Settings

_log = log.get("web")

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# What a page may load: only from here. Charts compile expressions and the file viewer runs WebAssembly.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
# Routes of Streamlit that answer about the process or drive it: not ours to offer.
_CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")


class Guard:
    """Answers only to the names this server is known by, closes what is not offered, and adds the safe headers."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if _name(host) not in self.hosts:
            await _refuse(scope, receive, send, 421)
        elif scope["path"].startswith(_CLOSED):
            await _refuse(scope, receive, send, 404)
        else:
            await self.app(scope, receive, _with_headers(send))


def application(settings: Settings, host: str = "127.0.0.1") -> st.App:
    """The dashboard as an ASGI application that a server on `host` runs.

    Raises `WrongUsage` where it would be open to everybody without a name to be asked by.
    """
    hosts = known_by(settings, host)
    app = st.App(
        shipped.folder("app.py"),
        routes=routes(settings),
        middleware=[guard(hosts)],
        on_script_error=_script_failed,
    )
    config.get_config_options(force_reparse=True)
    config.set_option("server.allowedHosts", sorted(hosts))
    return app


def routes(settings: Settings) -> list[Route]:
    """What answers beside the dashboard."""
    return [Route("/health", _health(settings)), Route("/metrics", _metrics)]


def guard(hosts: Iterable[str]) -> Middleware:
    """The guard around everything, for the names this server is known by."""
    return Middleware(Guard, hosts=frozenset(hosts))


def known_by(settings: Settings, host: str) -> set[str]:
    """The names this server may be asked by: loopback, the address it listens on, and the public one."""
    public = urlsplit(settings.public_url).hostname or ""
    everywhere = host in {"0.0.0.0", "::", ""}  # noqa: S104 - compared, not bound
    if everywhere and not public:
        raise WrongUsage("web_public_url_needed")
    return {*LOOPBACK, *({_name(host)} if not everywhere else set()), *({public} if public else set())}


def _health(settings: Settings) -> Callable[[Request], Response]:
    """200 while the store can be read; what is wrong stands in the log, not in the answer."""
    store = connect(settings.database)

    def answer(_request: Request) -> Response:
        try:
            accounts.known(store)
        except Exception:  # noqa: BLE001 - whatever it is, this server is not healthy
            _log.exception("the store cannot be read")
            return _json({"status": "store unreachable"}, 503)
        return _json({"status": "ok"}, 200)

    return answer


async def _metrics(request: Request) -> Response:
    """Figures for a monitor on this machine; nobody else gets them, a proxy's visitors neither."""
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    client = request.client.host if request.client else ""
    if forwarded or not _loopback(client):
        return Response(status_code=404)
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})


def _script_failed(error: Exception) -> bool:
    """The last net under a page: its number to the visitor, its trace to the log."""
    number = secrets.token_hex(3).upper()
    _log.error("failed", number=number, exc_info=error)
    st.error(number)
    return True


def _json(answer: dict[str, str], status: int) -> Response:
    return Response(json.dumps(answer), status, media_type="application/json")


def _name(host: str) -> str:
    """The host name of a Host header or address, without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return f"[{host}]" if host.count(":") > 1 else host.partition(":")[0].lower()


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await Response(status_code=status)(scope, receive, send)


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            present: Iterable[tuple[bytes, bytes]] = message.get("headers", ())
            names = {name for name, _ in present}
            message["headers"] = [*present, *(pair for pair in _HEADERS if pair[0] not in names)]
        await send(message)

    return sent
