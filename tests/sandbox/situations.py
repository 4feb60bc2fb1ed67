"""The situations the samples were taken in, played on the sandbox: a sample's name goes in, the answer comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from mpkit.model import WEEK as OPEN_DAYS
from mpkit.work import NoAnswer
from tests.sandbox.asking import STORE, Asking, Heard, ask, in_location

Play = Callable[[Asking], Heard]
REFUNDS = "/v1/payments/{}/refunds"
YEAR = {"stores": 3, "registers": 6, "payments": 600}
SAO_PAULO = in_location(city_name="São Paulo", state_name="São Paulo", latitude=-23.5613, longitude=-46.6565)
WEEK = {day: [{"open": "09:00", "close": "18:00"}] for day in OPEN_DAYS}


@dataclass(frozen=True)
class Situation:
    play: Play
    options: Mapping[str, Any] = field(default_factory=dict)

    def heard(self) -> Heard:
        return self.play(ask(**self.options))


SITUATIONS: dict[str, Situation] = {}


def of(*samples: str, **options: Any) -> Callable[[Play], Play]:
    """This is the situation of these samples."""

    def add(play: Play) -> Play:
        SITUATIONS.update(dict.fromkeys(samples, Situation(play, options)))
        return play

    return add


def only(heard: Heard, body: Any) -> Heard:
    """The same answer, cut down to what the sample shows of it."""
    return replace(heard, body=body)


def stranger(it: Asking) -> str:
    it("POST", "/_sandbox/accounts", {"token": "other", "user_id": "999"})
    return "other"


def brazilian(it: Asking) -> Heard:
    return it.create_store(external_id="CEB001", business_hours=WEEK, **SAO_PAULO)


# stores and places


@of("store.create.response.json")
def _(it):
    return it.create_store()


@of("store.create.response.live-mlb.json", site="MLB")
def _(it):
    return brazilian(it)


@of("store.search.response.json")
def _(it):
    it.create_store()
    heard = it("GET", f"/users/{it.user}/stores/search")
    return only(heard, [heard.body])  # the documentation wraps it, live answers do not


@of("store.search.response.live-mlb.json", site="MLB")
def _(it):
    brazilian(it)
    return it("GET", f"/users/{it.user}/stores/search?external_id=CEB001")


@of("store.get.response.json")
def _(it):
    return it("GET", f"/stores/{it.create_store().body['id']}")


@of("store.update.response.json")
def _(it):
    id_ = it.create_store().body["id"]
    return it("PUT", f"/users/{it.user}/stores/{id_}", {**STORE, "name": "Sucursal 2", "external_id": "SUC002"})


@of("store.delete.response.json")
def _(it):
    return it("DELETE", f"/users/{it.user}/stores/{it.create_store().body['id']}")


@of("store.create.error-400-city.json", site="MLM")
def _(it):
    mexican = in_location(city_name="Leon", state_name="Guanajuato", latitude=21.12, longitude=-101.68)
    return it.create_store(**mexican)


@of("store.create.error-400-coordinates.json")
def _(it):
    return it.create_store(**in_location(latitude=40.4))


@of("store.create.error-400-duplicate.json")
def _(it):
    it.create_store()
    return it.create_store()


@of("store.create.error-400-hours.json")
def _(it):
    return it.create_store(business_hours={"monday": [{"open": "08:00", "close": "09:00"}] * 5})


@of("store.create.error-403.json")
def _(it):
    return it("POST", "/users/1/stores", STORE)


@of("store.search.error-404.json")
def _(it):
    return it("GET", f"/users/{it.user}/stores/search?external_id=SUC001")


@of("store.get.error-401.json")
def _(it):
    return it("GET", f"/stores/{it.create_store().body['id']}", token=stranger(it))


@of("store.get.error-404.json")
def _(it):
    return it("GET", "/stores/30163646")


@of("store.delete.error-401.json")
def _(it):
    return it("DELETE", f"/users/999/stores/{it.create_store().body['id']}", token=stranger(it))


@of("store.delete.error-404.json")
def _(it):
    return it("DELETE", f"/users/{it.user}/stores/6112507")


@of("locations.country.response.partial.json", site="MLB")
def _(it):
    return it("GET", "/countries/BR", token="")


@of("locations.state.response.partial.json", site="MLB")
def _(it):
    return it("GET", "/states/BR-SP", token="")


# POS


def register(it: Asking, **given: Any) -> Heard:
    if not it.state()["stores"]:
        it.create_store()
    sent = {"external_store_id": "SUC001", "external_id": "SUC001POS001", "category": 621102, **given}
    return it.create_pos(**sent)


@of("pos.create.response.json")
def _(it):
    return register(it)


@of("pos.create.response.live-mlb.json", site="MLB")
def _(it):
    brazilian(it)
    return register(it, external_store_id="CEB001", category=5611203)


@of("pos.search.response.json")
def _(it):
    register(it)
    return it("GET", "/pos?external_id=SUC001POS001")


@of("pos.search.response.empty.json")
def _(it):
    return it("GET", "/pos")


@of("pos.search.response.panel-created.json")
def _(it):
    store = it.create_store(external_id=None).body["id"]
    it("POST", "/_sandbox/panel", {"action": "create_pos", "store_id": store, "name": "Caja 1"})
    return it("GET", "/pos?limit=50")


@of("pos.get.response.json")
def _(it):
    return it("GET", f"/pos/{register(it).body['id']}")


@of("pos.update.response.json")
def _(it):
    id_ = register(it).body["id"]
    return it("PUT", f"/pos/{id_}", {"name": "First POS", "fixed_amount": False})


@of("pos.create.error-400-external-id.json")
def _(it):
    return register(it, external_id="SUC001-POS001")


@of("pos.create.error-400-unknown-mcc.json")
def _(it):
    return register(it, category=1)


@of("pos.create.error-400-store.json")
def _(it):
    return register(it, external_store_id="NONE")


@of("pos.create.error-400-url-fixed-amount.json")
def _(it):
    return register(it, url="https://till.example/next", fixed_amount=False)


@of("pos.create.error-403-url-host.json")
def _(it):
    return register(it, url="https://till.example/next")


@of("pos.create.error-409.json")
def _(it):
    register(it)
    return register(it)


@of("pos.get.error-404.json")
def _(it):
    return it("GET", "/pos/1")


def second(it: Asking, key: str = "one", **given: Any) -> Heard:
    store = it.create_store().body["id"]
    sent = {"name": "POS-001", "store_id": store, "external_id": "SUC001POS001", **given}
    return it("POST", "/v2/pos", sent, **({"X_Idempotency_Key": key} if key else {}))


@of("pos.v2.create.response.json")
def _(it):
    return second(it)


@of("pos.v2.create.config.response.json")
def _(it):
    return second(it, config={"qr": {"operating_mode": "pdv", "category": 621102}})


@of("pos.v2.search.response.json")
def _(it):
    second(it)
    return it("GET", "/v2/pos?external_id=SUC001POS001")


@of("pos.v2.create.error-400-external-id.json")
def _(it):
    return second(it, external_id="SUC001-POS001")


@of("pos.v2.create.error-400-missing-key.json")
def _(it):
    return second(it, key="")


@of("pos.v2.create.error-400-store-id-type.json")
def _(it):
    return second(it, store_id=61000001)


@of("pos.v2.create.error-404-store.json")
def _(it):
    return second(it, store_id="99")


@of("pos.v2.create.error-409-exists.json")
def _(it):
    register(it)
    (store,) = it.state()["stores"]
    sent = {"name": "POS-001", "store_id": store["id"], "external_id": "SUC001POS001"}
    return it("POST", "/v2/pos", sent, X_Idempotency_Key="one")


@of("pos.v2.create.error-424-owner.json")
def _(it):
    store = it.create_store().body["id"]
    return it("POST", "/v2/pos", {"store_id": store}, token=stranger(it), X_Idempotency_Key="one")


@of("pos.v2.create.error-409-conflict.json")
def _(it):
    """The first is still on its way when the same comes again."""
    sent = {"name": "POS-001", "store_id": it.create_store().body["id"]}
    it("PUT", "/_sandbox/faults", {"late": 1})
    with pytest.raises(NoAnswer):
        it("POST", "/v2/pos", sent, X_Idempotency_Key="one")
    it("PUT", "/_sandbox/faults", {})
    return it("POST", "/v2/pos", sent, X_Idempotency_Key="one")


# account and gateway


@of("auth.error-401.flat.json", "error.gateway-no-token.401.json")
def _(it):
    return it("GET", "/users/me", token="")


@of("auth.error-401.flat-user.json")
def _(it):
    return it("GET", "/v2/pos", token="nobody")


@of("users.me.test-user.partial.response.json", site="MLM")
def _(it):
    return it("GET", "/users/me")


@of("users.me.java-sdk.mlb.response.json", "users.me.measured.mlb.response.json", site="MLB")
def _(it):
    return it("GET", "/users/me")


@of("error.rate-limit.openapi.429.json", rate=1)
def _(it):
    for _ in range(3):
        it("GET", "/users/me")
    return it("GET", "/users/me")


@of("error.policyagent.403.json")
def _(it):
    it("PUT", "/_sandbox/refunds", {"policy": ["claims"]})
    return it("GET", "/post-purchase/v1/claims/search")


# what waits at a register

IN_STORE_ORDER = {
    "external_reference": "till-17",
    "title": "Compra",
    "description": "Mesa 4",
    "notification_url": "https://shop.example",
    "expiration_date": "2026-11-20T13:00:00.000-04:00",
    "total_amount": 1190,
    "items": [
        {
            "sku_number": "A1",
            "category": "FOOD",
            "title": "Pan",
            "description": "Pan de campo",
            "unit_price": 238,
            "quantity": 5,
            "unit_measure": "unit",
            "total_amount": 1190,
        }
    ],
    "sponsor": {"id": 1},
}


def waiting_at(it: Asking, pos: str) -> str:
    return f"/instore/qr/seller/collectors/{it.user}/pos/{pos}/orders"


@of("legacy.v2.order.get.response.json")
def _(it):
    register(it)
    it("PUT", waiting_at(it, "SUC001POS001"), IN_STORE_ORDER)
    return it("GET", waiting_at(it, "SUC001POS001"))


@of("legacy.v2.order.get.error-404.json")
def _(it):
    register(it)
    return it("GET", waiting_at(it, "SUC001POS001"))


@of("legacy.v2.order.error-404-pos.json")
def _(it):
    return it("PUT", waiting_at(it, "NOBODY"), IN_STORE_ORDER)


@of("legacy.v2.order.error-500.json")
def _(it):
    register(it)
    return it("DELETE", waiting_at(it, "SUC001POS001"))
