"""One Mercado Pago of our own: a request goes in, the real API's answer comes out, faults included."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from mpkit.places import catalogue
from mpkit.sandbox import gone, strikes
from mpkit.sandbox.agenda import catch_up
from mpkit.sandbox.answers import Answer, Refusal, flat
from mpkit.sandbox.book import Book
from mpkit.sandbox.faults import Faults
from mpkit.sandbox.finding import Finder
from mpkit.sandbox.instore import Queue
from mpkit.sandbox.journal import Journal
from mpkit.sandbox.keys import Keys, key_of
from mpkit.sandbox.keys import field as header
from mpkit.sandbox.late import made, whole
from mpkit.sandbox.manners import Manner, documented
from mpkit.sandbox.office import Office, Payout, Switches
from mpkit.sandbox.quiet import Hush, Quiet
from mpkit.sandbox.rate import Rate
from mpkit.sandbox.reports.available import monthly
from mpkit.sandbox.reports.desk import Desk
from mpkit.sandbox.reports.writing import Files
from mpkit.sandbox.routes import Found, is_long
from mpkit.sandbox.seller import Seller, seller
from mpkit.sandbox.shelf import Shelf
from mpkit.sandbox.table import API, CONTROL, OPEN
from mpkit.sandbox.trace import Trace
from mpkit.sandbox.typeset import Typesetter
from mpkit.sandbox.year import Year, fill
from mpkit.sites import SITES
from mpkit.work import Clock, HttpRequest, HttpResponse, NoAnswer, NotSent, SystemClock

SLOW_S = 4.0  # how long a slow answer takes
STALE_S = 5.0  # how long a fresh object may stay unseen


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
    moved further by the control route; `rate` is requests a second and account before 429 (0: no limit); `state` a file
    that keeps the changes across restarts; `url_hosts` are those a POS may name in its `url`; `lag_s` is how long a
    fresh store is unknown to the creation of POS; `manner` whether it answers as seen, or as documented; `quiet` which
    registers fall silent or hardly sell: `hush` knows the truth of it.
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
        page_cap: int = 100,
        lag_s: float = 0.0,
        manner: Manner = "live",
        quiet: Quiet | None = None,
    ) -> None:
        self.site, self.seed = SITES[site], seed
        self.places, self.page_cap = catalogue(site, places), page_cap
        self.long_payload, self.latency_s, self.lag_s = long_payload, latency_s, lag_s
        self.manner = manner
        self.url_hosts = frozenset(url_hosts)
        self._url = "https://www.mercadopago.com"
        self.faults = Faults(seed, faults)
        self.rate = Rate(rate)
        self.gone: dict[str, int] = {}  # paths switched off, see `gone`
        self.trace = Trace()
        self.seller = seller(site, seed, token)
        self.sellers = {self.seller.token: self.seller}
        self._clock, self._sleep = clock or SystemClock(), sleep
        self.ahead = timedelta()
        self._moment: datetime | None = None  # while a late request is carried out: when it arrived
        self._late: list[tuple[datetime, int, HttpRequest, int]] = []
        self._lost = count()
        self.lock = threading.RLock()
        self._cities: dict[str, dict[str, int]] = {}
        asked: dict[str, Any] = {"site": site, "seed": seed, "stores": stores, "registers": registers}
        asked |= {"payments": payments, "places": str(places or ""), "payload": "long" if long_payload else "plain"}
        asked |= {"quiet": str(quiet)} if quiet else {}
        self.journal = Journal(state, asked, self._clock.now())
        self.hush = Hush((), 0)
        self._furnish(Year(stores, registers, payments, self.journal.born, quiet, self.journal.made > 1))

    def _furnish(self, year: Year) -> None:
        """One line each: what the world keeps beside its clock, and what the state file carries over a restart."""
        self.shelf = self.journal.family(Shelf(self.journal.remember, self.seed))
        self.book = self.journal.family(Book(self.site, self.journal.remember, self.now))
        self.keys = self.journal.family(Keys(self.journal.remember))
        self.office = self.journal.family(Office(self.journal.remember, Switches(partials=self.site.partial_refunds)))
        self.waiting = self.journal.family(Queue(self.journal.remember))
        self.desk, self.files = self.journal.family(Desk(self.journal.remember)), Files()
        self.finder = Finder(self.book, self.seller.id)
        self.typesetter = Typesetter(self.book, self.seller)
        fill(self, year)
        self.office.payouts += [Payout(*paid) for paid in monthly(self.book, self.journal.born)]
        self.journal.replay()

    @property
    def url(self) -> str:
        """Where the pictures of a POS are: set by whoever serves the world."""
        return self._url

    @url.setter
    def url(self, url: str) -> None:
        self._url = url
        self.shelf.forget_shown()

    def now(self) -> datetime:
        """The sandbox's time of day, aware, UTC."""
        return self._moment or self._clock.now() + self.ahead

    def close(self) -> None:
        """Let the state file go."""
        with self.lock:
            self.journal.close()

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
        return whole(reply.response)

    def is_long(self, request: HttpRequest) -> bool:
        """Whether the answer to this request takes more than a few milliseconds to make."""
        for router in (CONTROL,) if request.path.startswith("/_sandbox/") else (API, OPEN):
            found = router.find(request.method, request.path)
            if found is not None:
                return is_long(found[0])
        return False

    def answer(self, request: HttpRequest) -> Reply:
        """What is to happen on the wire, without waiting: one request at a time changes the world.

        Raises `Refused` when what the request changed cannot be kept in the state file; from then on always.
        """
        reply = self._locked(request)
        response = made(reply.response)
        return reply if response is reply.response else replace(reply, response=response)

    def _locked(self, request: HttpRequest) -> Reply:
        with self.lock:
            try:
                self._carry_out_late()
                catch_up(self)
                if request.path.startswith("/_sandbox/"):
                    found = CONTROL.find(request.method, request.path)
                    return Reply(_bytes(self._caught(found, request, None, self.seller)))
                asker = self.sellers.get(_bearer(request))
                if asker is not None and self.rate.exceeded(asker.id, self._clock.monotonic()):
                    fault: str | None = None
                    answer: Answer | None = (refused := strikes.limited())
                    reply = Reply(_bytes(refused), self.latency_s)
                else:
                    fault = self.faults.drawn(request, self.now().timestamp()) if self.faults.probabilities else None
                    reply, answer = self._struck(request, asker, fault)
                self.trace.add(self.now(), request, answer, fault)
                return reply
            finally:
                self.journal.commit()

    def page(self, call: Call, rows: Sequence[Any], offset: int, limit: int) -> Sequence[Any]:
        """One page of a list; the faults of pages show here."""
        return strikes.page(self.faults, call.request, call.fault, rows, at=offset, most=limit)

    def hidden(self, created: datetime, call: Call) -> bool:
        """Whether an object is too fresh to be seen by this read (fault `stale-read`)."""
        return call.fault == "stale-read" and self.now() - created < timedelta(seconds=STALE_S)

    def lags(self, created: datetime) -> bool:
        """Whether a store is too fresh to be known to the creation of POS."""
        return bool(self.lag_s) and self.now() - created < timedelta(seconds=self.lag_s)

    def cities(self, state: str) -> Mapping[str, int]:
        """The cities of a state in the catalogue's order, each with its number from 1."""
        found = self._cities.get(state)
        if found is None:
            found = {city: n for n, city in enumerate(self.places.cities(state), 1)}
            self._cities[state] = found
        return found

    def _struck(self, request: HttpRequest, asker: Seller | None, fault: str | None) -> tuple[Reply, Answer | None]:
        """The reply under a fault, and the answer that was made (None where the request was not handled yet)."""
        if fault is None:
            answer = self._handled(request, asker, None)
            return Reply(_bytes(answer), self.latency_s), answer
        before = strikes.instead(self.faults, request, fault, self.now().timestamp())
        if before is not None:
            return Reply(_bytes(before), self.latency_s), before
        if fault == "reset":
            return Reply(None, self.latency_s, "before"), None
        if fault == "late":
            due = self.now() + timedelta(seconds=self.faults.lateness(request))
            heappush(self._late, (due, next(self._lost), request, self.trace.count + 1))
            self._hold(asker, request, due)
            return Reply(None, self.latency_s, "after"), None
        answer = self._handled(request, asker, fault)
        seconds = self.latency_s
        if fault == "slow":
            seconds += SLOW_S
            self._hold(asker, request, self.now() + timedelta(seconds=seconds))
        cut = {"lost-answer": "after", "half-answer": "half"}.get(fault, "")
        return Reply(_bytes(strikes.after(self.faults, request, fault, answer)), seconds, cut), answer

    def _carry_out_late(self) -> None:
        """Handle what was lost on its way and has arrived by now, each at its own moment."""
        while self._late and self._late[0][0] <= self.now():
            self._moment, _, request, first = heappop(self._late)
            try:
                asker = self.sellers.get(_bearer(request))
                if asker is not None:
                    self.keys.free(asker.id, key_of(request))
                self.trace.add(self._moment, request, self._handled(request, asker, None), late=first)
            finally:
                self._moment = None

    def _hold(self, asker: Seller | None, request: HttpRequest, until: datetime) -> None:
        """The key of a request that is not finished yet is in use."""
        key = key_of(request)
        if asker is not None and key:
            self.keys.hold(asker.id, key, until)

    def _handled(self, request: HttpRequest, asker: Seller | None, fault: str | None) -> Answer:
        answer = self._routed(request, asker, fault)
        return documented(request, answer) if self.manner == "documented" else answer

    def _routed(self, request: HttpRequest, asker: Seller | None, fault: str | None) -> Answer:
        if asker is not None:
            lost = gone.answer(self.gone, request) if self.gone else None
            if lost is not None:
                return lost
            found = API.find(request.method, request.path)
            if found is not None:
                return self._caught(found, request, fault, asker)
        opened = OPEN.find(request.method, request.path)
        if opened is not None:
            return self._caught(opened, request, fault, asker or self.seller)
        if not _bearer(request):
            return flat(401, "unauthorized", "authorization value not present").answer
        if asker is None:
            return strikes.unknown_token(request.path).answer
        return strikes.nowhere([*API.methods(request.path), *OPEN.methods(request.path)])

    def _caught(self, found: Found | None, request: HttpRequest, fault: str | None, asker: Seller) -> Answer:
        """The answer of a route; a refusal is an answer too."""
        if found is None:
            return strikes.nowhere(CONTROL.methods(request.path))
        handler, params = found
        try:
            return handler(self, Call(request, asker, params, dict(request.query), _json(request), fault))
        except Refusal as refusal:
            return refusal.answer


def _bearer(request: HttpRequest) -> str:
    scheme, _, token = header(request, "authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _json(request: HttpRequest) -> Any:  # noqa: ANN401 - whatever was sent
    if not request.body or header(request, "content-type").lower().startswith("multipart/"):
        return None
    try:
        return orjson.loads(request.body)
    except ValueError as error:
        raise strikes.unreadable(request.path) from error


def _bytes(answer: Answer) -> HttpResponse:
    headers = {"content-type": answer.kind, **answer.headers} if answer.document is not None else dict(answer.headers)
    return HttpResponse(answer.status, headers, answer.body)
