"""One Mercado Pago of our own: a request goes in, the real API's answer comes out, faults included."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mpkit.places import catalogue
from mpkit.sandbox import control, payments, pos, pos_v2, stores
from mpkit.sandbox.answers import Answer, Refusal, classic, family, flat
from mpkit.sandbox.book import Book
from mpkit.sandbox.description import described
from mpkit.sandbox.faults import Faults
from mpkit.sandbox.journal import Journal
from mpkit.sandbox.routes import Found, Router
from mpkit.sandbox.seller import Seller, seller
from mpkit.sandbox.shelf import Shelf
from mpkit.sandbox.trace import Trace
from mpkit.sandbox.year import Year, fill
from mpkit.sites import SITES
from mpkit.work import Clock, HttpRequest, HttpResponse, NoAnswer, NotSent, SystemClock

CONTROL = "/_sandbox/"
SLOW_S = 4.0  # how long a slow answer takes
STALE_S = 5.0  # how long a fresh object may stay unseen
_HTML = "<html><head><title>Error</title></head><body><h1>Oops</h1><p>Something went wrong.</p></body></html>"


@dataclass(frozen=True, slots=True)
class Call:
    """One request understood: who asks, the parts of the path, the query, the JSON body, the fault drawn for it."""

    request: HttpRequest
    seller: Seller
    params: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What happens on the wire: wait `seconds`, then the answer; `cut` "before", "after" or "half" drops it."""

    response: HttpResponse | None
    seconds: float = 0.0
    cut: str = ""


class World:
    """A Mercado Pago of one site. Same seed, same clock, same requests: same answers. Safe to call from threads.

    `stores`, `registers` and `payments` are totals that are generated at the start; `clock` is any clock of `work`,
    moved further by the control route; `rate` is requests a second before 429 (0: no limit); `state` a file that
    keeps the changes across restarts.
    """

    def __init__(
        self,
        site: str = "MLA",
        seed: int = 7,
        clock: Clock | None = None,
        *,
        stores: int = 0,
        registers: int = 0,
        payments: int = 0,
        places: Path | None = None,
        long_payload: bool = False,
        latency_s: float = 0.0,
        rate: float = 0.0,
        faults: Mapping[str, float] | None = None,
        token: str | None = None,
        state: Path | None = None,
        sleep: Callable[[float], None] = time.sleep,
        url_hosts: Sequence[str] = (),
    ) -> None:
        self.site, self.seed = SITES[site], seed
        self.places = catalogue(site, places)
        self.long_payload, self.latency_s, self.rate = long_payload, latency_s, rate
        self.url_hosts = frozenset(url_hosts)
        self.url = "https://www.mercadopago.com"  # set by whoever serves it
        self.faults = Faults(seed, faults)
        self.trace = Trace()
        self.replays: dict[tuple[str, str], tuple[bytes, Answer]] = {}  # idempotency keys of pos_v2
        self.searches: dict[tuple[object, ...], list[int]] = {}  # remembered queries of payments
        self.seller = seller(site, seed, token)
        self.sellers = {self.seller.token: self.seller}
        self._clock, self._sleep = clock or SystemClock(), sleep
        self.ahead = timedelta()
        self._lock = threading.RLock()
        self._second, self._asked = -1, 0
        asked = {"site": site, "seed": seed, "stores": stores, "registers": registers, "payments": payments}
        self.journal = Journal(state, {**asked, "places": str(places or "")}, self._clock.now())
        # one line each: what the world keeps beside its clock, and what the state file carries over a restart
        self.shelf = self.journal.family(Shelf(self.journal.remember))
        self.book = self.journal.family(Book(self.site, self.journal.remember))
        fill(self, Year(stores, registers, payments, self.journal.born))
        self.journal.replay()

    def now(self) -> datetime:
        """The sandbox's time of day, aware, UTC."""
        return self._clock.now() + self.ahead

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A sandbox in process is a transport."""
        return self.handle(request)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer in process: waits with the `sleep` it was given; raises `NotSent` (reset) and `NoAnswer`."""
        reply = self.answer(request)
        if reply.seconds:
            self._sleep(min(reply.seconds, request.seconds))
        if reply.cut == "before":
            raise NotSent
        if reply.cut or reply.response is None:
            raise NoAnswer
        if reply.seconds >= request.seconds:
            raise NoAnswer
        return reply.response

    def answer(self, request: HttpRequest) -> Reply:
        """What is to happen on the wire, without waiting: one request at a time changes the world."""
        with self._lock:
            if request.path.startswith(CONTROL):
                found = _CONTROL.find(request.method, request.path)
                return Reply(_bytes(self._caught(found, request, None, self.seller)))
            fault = self.faults.drawn(request)
            reply, answer = self._struck(request, fault)
            self.trace.add(self.now(), request, answer, fault)
            return reply

    def page(self, call: Call, rows: Sequence[Any], offset: int, limit: int) -> Sequence[Any]:
        """One page of a list; the faults `short-page` and `moving-page` show here."""
        if call.fault == "moving-page":
            offset = max(0, offset + (1 if self.faults.variant(call.request, "moving-page") else -1))
        found = rows[offset : offset + limit]
        return found[: max(1, len(found) * 2 // 3)] if call.fault == "short-page" else found

    def hidden(self, created: datetime, call: Call) -> bool:
        """Whether an object is too fresh to be seen by this read (fault `stale-read`)."""
        return call.fault == "stale-read" and self.now() - created < timedelta(seconds=STALE_S)

    def _struck(self, request: HttpRequest, fault: str | None) -> tuple[Reply, Answer | None]:
        """The reply under a fault, and the answer that was made (None where the request was never handled)."""
        if self._too_many():
            answer = self._limited(with_wait=True, plain=False)
            return Reply(_bytes(answer), self.latency_s), answer
        before = self._instead(request, fault)
        if before is not None:
            return Reply(_bytes(before), self.latency_s), before
        if fault == "reset":
            return Reply(None, self.latency_s, "before"), None
        answer = self._handled(request, fault)
        if fault == "500":  # the other half: it was carried out
            return Reply(_bytes(_server_error(500)), self.latency_s), answer
        cut = {"lost-answer": "after", "half-answer": "half"}.get(fault or "", "")
        seconds = self.latency_s + (SLOW_S if fault == "slow" else 0.0)
        return Reply(_bytes(answer), seconds, cut), answer

    def _instead(self, request: HttpRequest, fault: str | None) -> Answer | None:
        """The answer that comes instead of handling the request, None where it is handled."""
        coin = fault is not None and self.faults.variant(request, fault)
        if fault == "429":
            return self._limited(with_wait=coin, plain=not coin)
        if fault == "token-expired":
            return _unknown_token(request.path).answer
        if fault in {"502", "503"}:
            return _server_error(int(fault))
        if fault == "500" and (coin or request.method == "GET"):
            return _server_error(500)
        if fault == "html-error":
            return Answer(200 if coin else 502, _HTML, kind="text/html; charset=utf-8")
        return None

    def _handled(self, request: HttpRequest, fault: str | None) -> Answer:
        opened = _OPEN.find(request.method, request.path)
        if opened is not None:
            return self._caught(opened, request, fault, self.seller)
        token = _bearer(request)
        if not token:
            return flat(401, "unauthorized", "authorization value not present").answer
        asker = self.sellers.get(token)
        if asker is None:
            return _unknown_token(request.path).answer
        return self._caught(API.find(request.method, request.path), request, fault, asker)

    def _caught(self, found: Found | None, request: HttpRequest, fault: str | None, asker: Seller) -> Answer:
        """The answer of a route; a refusal is an answer too."""
        if found is None:
            return Answer(404, {"message": "resource not found", "error": "not_found", "status": 404, "cause": []})
        handler, params = found
        try:
            return handler(self, Call(request, asker, params, dict(request.query), _json(request), fault))
        except Refusal as refusal:
            return refusal.answer

    def _too_many(self) -> bool:
        if not self.rate:
            return False
        second = int(self._clock.monotonic())
        if second != self._second:
            self._second, self._asked = second, 0
        self._asked += 1
        return self._asked > self.rate

    @staticmethod
    def _limited(*, with_wait: bool, plain: bool) -> Answer:
        headers = {"retry-after": "1"} if with_wait else {}
        if plain:
            return Answer(429, "local_rate_limited", kind="text/plain", headers=headers)
        text = "Rate limit exceeded. Retry after the indicated number of seconds."
        return Answer(429, {"status": 429, "error": "too_many_requests", "message": text}, headers=headers)


def me(world: World, call: Call) -> Answer:  # noqa: ARG001 - every route has this shape
    """`GET /users/me`."""
    return Answer(200, call.seller.me())


def openapi(world: World, call: Call) -> Answer:  # noqa: ARG001 - as above
    """`GET /_sandbox/openapi.json`: this document."""
    return Answer(200, description(world.url))


def description(url: str) -> dict[str, Any]:
    """The sandbox, served at `url`, described by OpenAPI 3.1."""
    tables = (*API.table, *_OPEN.table, *_CONTROL.table)
    return described(tables, {path for _, path, _ in (*_OPEN.table, *_CONTROL.table)}, url)


def _bearer(request: HttpRequest) -> str:
    headers = {name.lower(): value for name, value in request.headers.items()}
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _unknown_token(path: str) -> Refusal:
    if path.startswith(("/v2/", "/v1/orders")):
        return flat(401, "unauthorized", "user not found")
    if path.startswith(("/v1/", "/users/me")):
        return family(401, "unauthorized", "invalid access token")
    return classic(401, "unauthorized", "Invalid access token.")


def _server_error(status: int) -> Answer:
    if status == 500:
        return Answer(500, {"message": "internal_server_error", "error": "internal_server_error", "status": 500})
    text = "upstream connect error or disconnect/reset before headers"
    return Answer(status, text, kind="text/plain")


def _json(request: HttpRequest) -> Any:  # noqa: ANN401 - whatever was sent
    if not request.body:
        return None
    try:
        found = json.loads(request.body)
        json.dumps(found, ensure_ascii=False).encode()  # half a character cannot be answered again
    except (ValueError, RecursionError) as error:
        raise classic(400, "bad_request", "The body is not valid JSON") from error
    return found


def _bytes(answer: Answer) -> HttpResponse:
    headers = {"content-type": answer.kind, **answer.headers} if answer.document is not None else dict(answer.headers)
    return HttpResponse(answer.status, headers, answer.body)


# one name each: every module of routes has ROUTES, some have OPEN_ROUTES, which need no token
_MODULES = (stores, pos, pos_v2, payments)
API = Router((("GET", "/users/me", me), *(route for module in _MODULES for route in module.ROUTES)))
_OPEN = Router(route for module in _MODULES for route in getattr(module, "OPEN_ROUTES", ()))
_CONTROL = Router((*control.ROUTES, ("GET", "/_sandbox/openapi.json", openapi)))
