"""A world and short ways to ask it, for the tests of the sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mpkit.sandbox import World
from mpkit.work import FixedClock, HttpRequest

NOON = datetime(2026, 11, 20, 15, tzinfo=UTC)  # noon in Buenos Aires

STORE = {
    "name": "Sucursal Centro",
    "external_id": "SUC001",
    "business_hours": {"monday": [{"open": "09:00", "close": "18:00"}]},
    "location": {
        "street_name": "Caseros",
        "street_number": "3039",
        "city_name": "Rosario",
        "state_name": "Santa Fe",
        "latitude": -32.9468,
        "longitude": -60.6393,
        "reference": "3er piso",
    },
}


@dataclass(frozen=True)
class Heard:
    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass
class Asking:
    world: World
    clock: FixedClock

    @property
    def user(self) -> str:
        return self.world.seller.id

    def __call__(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **headers: str
    ) -> Heard:
        path, _, query = path.partition("?")
        pairs = tuple(tuple(part.split("=", 1)) for part in query.split("&") if part)
        chosen = self.world.seller.token if token is None else token
        sent = {"Authorization": f"Bearer {chosen}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = self.world.handle(HttpRequest(method, path, pairs, sent if chosen else {}, raw))
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return Heard(answer.status, json.loads(answer.body) if is_json else answer.body, answer.headers)

    def create_store(self, **changed: object) -> Heard:
        return self("POST", f"/users/{self.user}/stores", {**STORE, **changed})

    def create_pos(self, **given: object) -> Heard:
        return self("POST", "/pos", {"name": "Caja 1", "fixed_amount": True, **given})

    def state(self) -> Any:
        return self("GET", "/_sandbox/state").body

    def requests(self) -> Any:
        return self("GET", "/_sandbox/requests").body


def ask(**options: Any) -> Asking:
    clock = FixedClock(NOON)
    return Asking(World(clock=clock, sleep=clock.sleep, **options), clock)


def in_location(**changed: object) -> dict[str, object]:
    return {"location": {**STORE["location"], **changed}}  # type: ignore[dict-item]
