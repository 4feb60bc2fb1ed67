"""The situations of payments, of what comes after them and of reports, beside those of stores and registers."""

from __future__ import annotations

from typing import Any

from tests.sandbox.asking import Asking, Heard
from tests.sandbox.situations import REFUNDS, SITUATIONS, YEAR, Situation, brazilian, of, only, register

__all__ = ["SITUATIONS", "Situation", "header"]

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


def ordered(it: Asking, **more: Any) -> str:
    """The path of the order of a new payment."""
    (reference,) = paid(it, **more).body["point_of_interaction"]["references"]
    return f"/v1/orders/{reference['id']}"


@of("order.get.qr-static-processed.mla.response.json", "order.qr.get.processed.response.json")
def _(it):
    return it("GET", ordered(it, method="visa", amount="5200.00"))


@of("order.get.paid.measured.response.json")
def _(it):
    return it("GET", ordered(it))


def given_back(it: Asking, *amounts: str) -> Heard:
    path = ordered(it, amount="19.90")
    for amount in amounts:
        payment = it("GET", path).body["transactions"]["payments"][0]["reference_id"]
        it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": payment, "amount": amount})
    return it("GET", path)


@of("order.get.partially-refunded.measured.response.json")
def _(it):
    return given_back(it, "5.00")


@of("order.get.refunded.measured.response.json")
def _(it):
    return given_back(it, "5.00", "14.90")


@of("order.get.qr-canceled.mla.docs.response.json")
def _(it):
    payment = paid(it, pending=True).body
    it("PUT", f"/v1/payments/{payment['id']}", {"status": "cancelled"})
    return it("GET", f"/v1/orders/{payment['point_of_interaction']['references'][0]['id']}")


@of("order.error-400-path-param.json")
def _(it):
    return it("GET", "/v1/orders/123")


@of("order.error-404-order-not-found.json")
def _(it):
    return it("GET", "/v1/orders/ORD01JV3AW3NFSTSTB669F41NACDX")


@of("merchant_order.get.opened.response.json", "merchant_order.get.go-sdk.response.json")
def _(it):
    return it("GET", f"/merchant_orders/{paid(it, pending=True).body['order']['id']}")


@of("merchant_order.get.closed-two-attempts.docs.response.json")
def _(it):
    return it("GET", f"/merchant_orders/{paid(it).body['order']['id']}")


@of("merchant_order.search.response.json")
def _(it):
    paid(it, pending=True)
    return it("GET", "/merchant_orders/search?status=opened")


@of("merchant_order.search.empty.response.json")
def _(it):
    return it("GET", "/merchant_orders/search?external_reference=nobody")


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
