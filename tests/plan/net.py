"""The way between us and the sandbox: it loses requests, lets others meddle, looks whether creates are on record.

What else befalls a request is the sandbox's own: `FAULTS` are probabilities of its fault machinery, for each request.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mpkit.sandbox import World
from mpkit.work import HttpRequest, HttpResponse, NoAnswer

FAULTS: Mapping[str, float] = {
    "429-storm": 0.01,
    "429": 0.03,
    "token-expired": 0.002,
    "403": 0.002,
    "reset": 0.04,
    "500": 0.06,
    "502": 0.03,
    "html-error": 0.04,
    "late": 0.05,
    "lost-answer": 0.06,
    "half-answer": 0.03,
    "stale-read": 0.1,
    "short-page": 0.02,
    "order-flips": 0.02,
    "duplicate-ids": 0.02,
    "cut-page": 0.02,
}
MOVING = {"moving-page": 0.02}  # a page begins one row too late: a look may find nothing, however often it is repeated
LOST = 0.05  # of a request that never arrives
_BOOKED = "SELECT 1 FROM intents WHERE object = ? AND external_id = ? AND state = 'sent'"


@dataclass
class Net:
    """The transport of a simulation. `calm` switches all of it off but the clock."""

    world: World
    rng: random.Random
    ledger: Path
    odds: float  # times the probabilities
    moving: bool = True
    sleep: Callable[[float], None] = lambda _: None
    meddle: Callable[[HttpRequest], None] = lambda _: None  # what others do, a moment before a request arrives
    intruder: str = ""  # an external id somebody else takes under another name, a moment before we do
    fired: Counter[str] = field(default_factory=Counter)
    keys: dict[str, set[str]] = field(default_factory=dict)  # of creates of the newer generation, by external id
    lapses: list[str] = field(default_factory=list)
    lost: float = LOST
    page: int = 50  # rows a page of a list has at most, whatever was asked for
    _calm: bool = False
    _books: sqlite3.Connection | None = None

    @property
    def calm(self) -> bool:
        """Whether nothing goes wrong."""
        return self._calm

    @calm.setter
    def calm(self, calm: bool) -> None:
        self._calm = calm
        faults = {**FAULTS, **(MOVING if self.moving else {})}
        self.world.faults.set({} if calm else {name: chance * self.odds for name, chance in faults.items()})

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.sleep(self.rng.uniform(0.05, 0.5))
        if request.method == "POST":
            self._looked_at(request)
        if not self._calm:
            self.meddle(request)
            if self.rng.random() < self.lost * self.odds:
                self.fired["lost"] += 1
                self.sleep(request.seconds)
                raise NoAnswer
        query = tuple((name, str(self.page) if name == "limit" else value) for name, value in request.query)
        return self.world.handle(request if query == request.query else replace(request, query=query))

    def arrive(self) -> None:
        """What is on its way and due arrives; the sandbox sees to it at each request."""
        self.world.handle(HttpRequest("GET", "/_sandbox/clock"))

    def disturb(self, meddle: Callable[[HttpRequest], None]) -> None:
        """Others meddle, and the network is as it is."""
        self.meddle, self._calm, self.lost = meddle, False, 0.0

    def apart(self, request: HttpRequest) -> None:
        """A request of somebody else's, who has no trouble with the network."""
        chances = self.world.faults.probabilities
        self.world.faults.set({})
        self.world.handle(request)
        self.world.faults.set(chances)

    def close_books(self) -> None:
        """Let the ledger's file go: it is about to be another one."""
        if self._books is not None:
            self._books.close()
            self._books = None

    def _looked_at(self, request: HttpRequest) -> None:
        """No create leaves without its durable intent; and somebody may be faster than it."""
        document = json.loads(request.body)
        wanted = str(document.get("external_id", ""))
        self._books = self._books or sqlite3.connect(self.ledger, isolation_level=None, check_same_thread=False)
        kind = "store" if request.path.endswith("/stores") else "pos"
        if self._books.execute(_BOOKED, (kind, wanted)).fetchone() is None:
            self.lapses.append(f"sent without an intent: {kind} {wanted}")
        if request.path == "/v2/pos":
            self.keys.setdefault(wanted, set()).add(request.headers["x-idempotency-key"])
        if self.intruder and self.intruder == wanted and not self._calm:
            self.apart(replace(request, body=json.dumps({**document, "name": "Intruso"}).encode()))
            self.intruder = ""
