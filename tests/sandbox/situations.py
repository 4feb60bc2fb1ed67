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


# payments and what comes after


def paid(it: Asking, amount: str = "1500.00", **more: Any) -> Heard:
    pos = it.state()["pos"] or [register(it, fixed_amount=True).body]
    sent = {"action": "pay", "pos": str(pos[0]["id"]), "amount": amount, "as_order": True, **more}
    made = it("POST", "/_sandbox/buyer", sent)
    assert made.status == 201, made.body
    return it("GET", f"/v1/payments/{made.body['id']}")


def channel(it: Asking, name: str) -> Heard:
    slip = next(slip for slip in it.world.book.slips.values() if slip.channel == name and not slip.fate)
    return it("GET", f"/v1/payments/{slip.id}")


@of("payment.get.qr-static-card.mla.response.json")
def _(it):
    return paid(it, method="visa", amount="5200.00")


@of("payment.fragment.qr-mp-wallet.mla.json")
def _(it):
    return paid(it)


@of("payment.fragment.qr-other-wallet.mla.json")
def _(it):
    return paid(it, method="interop_transfer")


@of("payment.fragment.alias-transfer.mla.json", **YEAR)
def _(it):
    return channel(it, "transfer")


@of("payment.fragment.outgoing-as-payer.mla.json", **YEAR)
def _(it):
    return channel(it, "outgoing")


@of("payment.fragment.card-integer-amounts.mlc.json", site="MLC", **YEAR)
def _(it):
    slip = next(s for s in it.world.book.slips.values() if s.type == "credit_card" and s.order and not s.fate)
    return it("GET", f"/v1/payments/{slip.id}")


@of("payment.fragment.installments-decimal-clp.mlc.json", site="MLC", **YEAR)
def _(it):
    slip = next(s for s in it.world.book.slips.values() if s.installments > 1 and not s.fate)
    return it("GET", f"/v1/payments/{slip.id}")


@of("payment.get.card.response.json", site="MLB", **YEAR)
def _(it):
    return channel(it, "online")


@of("payment.get.pix-pending.mlb.response.json", site="MLB")
def _(it):
    brazilian(it)
    register(it, external_store_id="CEB001", category=5611203)
    return paid(it, method="pix", pending=True)


@of("payment.get.qr-legacy-wallet.mlm.response.json", site="MLM", **YEAR)
def _(it):
    return paid(it)


@of("payments.search.response.json", "payments.search.docs.response.json", **YEAR)
def _(it):
    return it("GET", "/v1/payments/search?limit=5")


@of("payments.search.empty.response.json", **YEAR)
def _(it):
    return it("GET", "/v1/payments/search?offset=5000")


@of("error.payment-not-found.404.json")
def _(it):
    return it("GET", "/v1/payments/1")


@of("payment_methods.list.response.json", site="MLB")
def _(it):
    return it("GET", "/v1/payment_methods")


def refunded(it: Asking, *amounts: float) -> tuple[str, Heard]:
    path = REFUNDS.format(paid(it).body["id"])
    heard = None
    for n, amount in enumerate(amounts):
        heard = it("POST", path, {"amount": amount} if amount else {}, X_Idempotency_Key=f"key-{n}")
    assert heard is not None
    return path, heard


@of("refunds.create.partial.response.json", "refunds.create.go-sdk.response.json")
def _(it):
    return refunded(it, 12.34)[1]


@of("refund.get.response.json")
def _(it):
    path, made = refunded(it, 50)
    return it("GET", f"{path}/{made.body['id']}")


@of("refunds.list.response.json")
def _(it):
    return it("GET", refunded(it, 12.34)[0])


@of("refunds.list.two.response.json")
def _(it):
    return it("GET", refunded(it, 50, 50)[0])


@of("chargeback.get.response.json", **YEAR)
def _(it):
    id_ = paid(it).body["id"]
    it("POST", "/_sandbox/buyer", {"action": "chargeback", "payment_id": id_})
    (case,) = it("GET", f"/v1/chargebacks/search?payment_id={id_}").body["results"]
    return it("GET", f"/v1/chargebacks/{case['id']}")


@of("chargebacks.search.empty.measured.response.json")
def _(it):
    return it("GET", f"/v1/chargebacks/search?payment_id={paid(it).body['id']}")


@of("claim.get.partial.response.json")
def _(it):
    id_ = paid(it).body["id"]
    it("POST", "/_sandbox/buyer", {"action": "claim", "payment_id": id_})
    (claim,) = it("GET", f"/post-purchase/v1/claims/search?resource_id={id_}").body["data"]
    return it("GET", f"/post-purchase/v1/claims/{claim['id']}")


# reports

SPAN = {"begin_date": "2026-10-01T00:00:00Z", "end_date": "2026-10-08T23:59:59Z"}
_CONFIG = {
    "file_name_prefix": "report",
    "display_timezone": "GMT-04",
    "notification_email_list": ["one@example.com"],
    "frequency": {"hour": 0, "type": "monthly", "value": 1},
    "columns": [{"key": "SOURCE_ID"}, {"key": "EXTERNAL_REFERENCE"}],
}
SETTLEMENT = {
    **_CONFIG,
    **dict.fromkeys(("coupon_detailed", "include_withdraw", "shipping_detail", "refund_detailed"), True),
    "show_fee_prevision": False,
    "show_chargeback_cancel": True,
}
RELEASE = {**_CONFIG, "include_withdrawal_at_end": True, "execute_after_withdrawal": False}
CONFIGS = {"settlement": SETTLEMENT, "release": RELEASE}


def configured(it: Asking, kind: str, **changed: Any) -> Heard:
    return it("POST", f"/v1/account/{kind}_report/config", {**CONFIGS[kind], **changed})


def asked(it: Asking, kind: str, **changed: Any) -> Heard:
    configured(it, kind, **changed)
    return it("POST", f"/v1/account/{kind}_report", SPAN)


for _kind in CONFIGS:

    @of(f"{_kind}_report.config.201.response.json")
    def _(it, kind=_kind):
        return configured(it, kind)

    @of(f"{_kind}_report.list.response.json")
    def _(it, kind=_kind):
        asked(it, kind)
        it.clock.sleep(3600)
        return it("GET", f"/v1/account/{kind}_report/list")

    @of(f"{_kind}_report.schedule.enable.response.json")
    def _(it, kind=_kind):
        configured(it, kind)
        return it("POST", f"/v1/account/{kind}_report/schedule")

    @of(f"{_kind}_report.csv", **YEAR)
    def _(it, kind=_kind):
        """The columns of a report that was configured with none, by name."""
        heard = asked(it, kind, columns=[], separator=";" if kind == "settlement" else ",")
        it.clock.sleep(3600)
        (row,) = it("GET", f"/v1/account/{kind}_report/list").body
        heard = it("GET", f"/v1/account/{kind}_report/{row['file_name']}")
        return only(heard, header(heard.body))


def header(file: bytes) -> dict[str, str]:
    """The names in the first line of a CSV, as a document."""
    line = file.decode("utf-8-sig").splitlines()[0]
    return dict.fromkeys(line.split(";" if ";" in line else ","), "")


@of("release_report.create.202.response.json")
def _(it):
    return asked(it, "release")


@of("release_report.schedule.disable.response.json")
def _(it):
    configured(it, "release")
    it("POST", "/v1/account/release_report/schedule")
    return it("DELETE", "/v1/account/release_report/schedule")


# requests: a body of the sample's shape, sent


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
    "refunds.create.full.request.json": Request({}, _refunded),
    "refunds.create.partial.request.json": Request({"amount": 12.34}, _refunded),
}
