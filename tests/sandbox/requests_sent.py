"""Requests of the shape of the contract's samples: a sample's name goes in, a body and its sending come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox.asking import STORE, Asking, Heard, ask
from tests.sandbox.situations import IN_STORE_ORDER, REFUNDS, register, waiting_at
from tests.sandbox.situations_of_money import RELEASE, SETTLEMENT, SPAN, asked, paid


@dataclass(frozen=True)
class Request:
    body: Mapping[str, Any]
    send: Callable[[Asking, Mapping[str, Any]], Heard]
    options: Mapping[str, Any] = field(default_factory=dict)

    def heard(self) -> Heard:
        return self.send(ask(**self.options), self.body)


def _new_store(it: Asking, body: Mapping[str, Any]) -> Heard:
    return it("POST", f"/users/{it.user}/stores", body)


def _changed_store(it: Asking, body: Mapping[str, Any]) -> Heard:
    return it("PUT", f"/users/{it.user}/stores/{it.create_store().body['id']}", body)


def _at(body: Mapping[str, Any], store: str) -> dict[str, Any]:
    """The body with the id of the store that is there, in the type it has in the body."""
    return {**body, "store_id": type(body["store_id"])(store)} if "store_id" in body else dict(body)


def _new_pos(it: Asking, body: Mapping[str, Any]) -> Heard:
    return it("POST", "/pos", _at(body, it.create_store().body["id"]))


def _changed_pos(it: Asking, body: Mapping[str, Any]) -> Heard:
    made = register(it).body
    return it("PUT", f"/pos/{made['id']}", _at(body, made["store_id"]))


def _adopted_pos(it: Asking, body: Mapping[str, Any]) -> Heard:
    store = it.create_store().body["id"]
    made = it("POST", "/_sandbox/panel", {"action": "create_pos", "store_id": store, "name": "Caja 1"})
    return it("PUT", f"/pos/{made.body['id']}", _at(body, store))


def _second_pos(it: Asking, body: Mapping[str, Any]) -> Heard:
    return it("POST", "/v2/pos", _at(body, it.create_store().body["id"]), X_Idempotency_Key="one")


def _put_on_a_register(it: Asking, body: Mapping[str, Any]) -> Heard:
    register(it)
    there = waiting_at(it, "SUC001POS001").replace("/pos/", "/stores/SUC001/pos/")
    return it("PUT", there, body)


def _refunded(it: Asking, body: Mapping[str, Any]) -> Heard:
    it("PUT", "/_sandbox/balance", {"available": "9000.00"})
    return it("POST", REFUNDS.format(paid(it).body["id"]), body, X_Idempotency_Key="one")


TWO_DAYS = {
    "monday": [{"open": "08:00", "close": "13:00"}, {"open": "15:00", "close": "18:00"}],
    "tuesday": [{"open": "08:00", "close": "18:00"}],
}
_POS = {"name": "Caja 1", "fixed_amount": True, "category": 621102, "external_id": "CAJA0001"}
_BOTH = {"store_id": "0", "external_store_id": "SUC001"}
_V2 = {"name": "POS-001", "store_id": "0", "external_id": "SUC001POS001"}
URL = "https://till.example/next?place=1"

REQUESTS: dict[str, Request] = {
    "store.create.request.json": Request({**STORE, "business_hours": TWO_DAYS}, _new_store),
    "store.create.two-intervals.request.json": Request({**STORE, "business_hours": TWO_DAYS}, _new_store),
    "store.update.request.json": Request(
        {**STORE, "external_id": "SUC002", "business_hours": TWO_DAYS}, _changed_store
    ),
    "pos.create.request.json": Request({**_POS, **_BOTH}, _new_pos),
    "pos.create.attended.request.json": Request({**_POS, "external_store_id": "SUC001"}, _new_pos),
    "pos.create.unattended.request.json": Request(
        {**_POS, "external_store_id": "SUC001", "url": URL}, _new_pos, {"url_hosts": ("till.example",)}
    ),
    "pos.update.request.json": Request(
        {"name": "Caja 2", "fixed_amount": False, "category": 621102, **_BOTH}, _changed_pos
    ),
    "pos.update.adopt.request.json": Request({**_POS, "store_id": 0}, _adopted_pos),
    "pos.v2.create.request.json": Request(_V2, _second_pos),
    "pos.v2.create.config.request.json": Request(
        {**_V2, "external_store_id": "SUC001", "config": {"qr": {"operating_mode": "pdv", "category": 621102}}},
        _second_pos,
    ),
    "settlement_report.config.request.json": Request(
        SETTLEMENT, lambda it, body: it("POST", "/v1/account/settlement_report/config", body)
    ),
    "release_report.config.request.json": Request(
        RELEASE, lambda it, body: it("POST", "/v1/account/release_report/config", body)
    ),
    "settlement_report.create.request.json": Request(SPAN, lambda it, _: asked(it, "settlement")),
    "release_report.create.request.json": Request(SPAN, lambda it, _: asked(it, "release")),
    "legacy.v2.order.put.request.json": Request(IN_STORE_ORDER, _put_on_a_register),
    "refunds.create.full.request.json": Request({}, _refunded),
    "refunds.create.partial.request.json": Request({"amount": 12.34}, _refunded),
}
