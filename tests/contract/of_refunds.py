"""Cases of what comes after a payment: refunds, papers, claims; and the ways to pay (contract P 1 to 3)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.contract.of_payments import SHOP, disputed
from tests.contract.stage import Cases, Stage

case = Cases("Refunds")
PATH = "/v1/payments/{id}/refunds"
CREATE, LIST, ONE = f"POST {PATH}", f"GET {PATH}", f"GET {PATH}/{{refund_id}}"
WAIT, PENDING = "422 unprocessable_entity · cause", "409 post_processing_operation_pending · cause"
NOT_YET = f"{WAIT} → {PENDING} → {WAIT} → 201"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")


def rich(on: Stage) -> None:
    on.control("balance", {"available": "100000.00"})


def sold(on: Stage, amount: str = "150.00", **more) -> str:
    """A payment that can be given back: there is money in the account."""
    id_ = str(on.sale(amount, **more)["id"])
    rich(on)
    return id_


def back(on: Stage, id_: str, amount: int | None = None, key: str = "key-1"):
    return lambda: on.account.refund(id_, amount=amount, key=key)


def _is(found, wanted):
    assert found == wanted


@case(CREATE, "all of it", "P 2.2", "201", "Refund")
def whole(on: Stage):
    id_ = sold(on)

    def check(refund):
        assert (refund.payment_id, refund.amount, refund.status) == (id_, 15000, "approved")
        assert on.account.payment(id_).status == "refunded"

    return back(on, id_), check


@case(CREATE, "a part of it; the payment stays `approved`", "P 2.2", "201", "Refund")
def part(on: Stage):
    id_ = sold(on)

    def check(refund):
        assert refund.amount == 1234
        payment = on.account.payment(id_)
        assert (payment.status, payment.status_detail, payment.refunded) == ("approved", "partially_refunded", 1234)

    return back(on, id_, 1234), check


@case(CREATE, "the rest after a part", "P 2.2", "201", "Refund")
def rest(on: Stage):
    id_ = sold(on)
    back(on, id_, 5000)()

    def check(refund):
        assert refund.amount == 10000
        assert on.account.payment(id_).status == "refunded"

    return back(on, id_, key="key-2"), check


@case(CREATE, "the same key again: the same refund, one only", "P 8.3", "201", "Refund")
def again(on: Stage):
    id_ = sold(on)
    first = back(on, id_, 5000)()

    def check(refund):
        assert refund == first
        assert len(on.account.refunds_of(id_)) == 1

    return back(on, id_, 5000), check


@case(CREATE, "the key of another amount", "P 8.3", "409 idempotency_key_already_used · cause", "Conflict")
def other_body(on: Stage):
    id_ = sold(on)
    back(on, id_, 5000)()
    return back(on, id_, 6000)


@case(CREATE, "no key", "P 2.4", "400 bad_request/4292 · cause", "RefusedByApi")
def no_key(on: Stage):
    id_ = sold(on)
    return lambda: on.ask("POST", PATH.replace("{id}", id_), {})


@case(CREATE, "an amount that is a text", "P 2.4", "400 bad_request/4041 · cause", "RefusedByApi")
def text_amount(on: Stage):
    id_ = sold(on)
    return lambda: on.ask("POST", PATH.replace("{id}", id_), {"amount": "10.00"}, key="k")


@case(CREATE, "an amount of nothing", "P 2.4", "400 bad_request/4040 · cause", "RefusedByApi")
def nothing(on: Stage):
    id_ = sold(on)
    return lambda: on.ask("POST", PATH.replace("{id}", id_), {"amount": 0}, key="k")


@case(CREATE, "more than is left", "P 2.4", "400 bad_request/2017 · cause", "RefusedByApi")
def too_much(on: Stage):
    return back(on, sold(on), 15001)


@case(CREATE, "a payment that was given back", "P 2.4", "400 bad_request/2018 · cause", "RefusedByApi")
def twice(on: Stage):
    id_ = sold(on)
    back(on, id_)()
    return back(on, id_, key="key-2")


@case(CREATE, "a payment that is disputed", "P 2.4", "400 bad_request/2063 · cause", "RefusedByApi")
def under_dispute(on: Stage):
    id_ = disputed(on)
    rich(on)
    return back(on, id_)


@case(CREATE, "more than 180 days after approval", "P 2.5", "400 bad_request/2024 · cause", "RefusedByApi")
def too_old(on: Stage):
    id_ = sold(on)
    on.clock.at += timedelta(days=181)
    rich(on)
    return back(on, id_)


def at_a_register(on: Stage, method: str, amount: str = "150.00") -> str:
    """A payment at a register that was there from the start, in any country."""
    pos = next(pos for pos in on.account.pos_list() if pos.external_id)
    sent = {"action": "pay", "pos": pos.id, "amount": amount, "method": method, "as_order": True}
    id_ = str(on.control("buyer", sent)["id"])
    rich(on)
    return id_


ONE_SHOP: Mapping[str, int] = {"stores": 1, "registers": 1}


@case(
    CREATE,
    "in Peru, more than 90 days after approval",
    "P 2.5",
    "400 bad_request/2024 · cause",
    "RefusedByApi",
    site="MPE",
    **ONE_SHOP,
)
def too_old_in_peru(on: Stage):
    id_ = at_a_register(on, "account_money")
    on.clock.at += timedelta(days=91)
    rich(on)
    return back(on, id_)


@case(CREATE, "an account without the money", "P 2.5", "400 bad_request/2030 · cause", "RefusedByApi")
def no_money(on: Stage):
    id_ = str(on.sale()["id"])
    on.control("balance", {"available": "0.00"})
    return back(on, id_)


@case(CREATE, "one refund more than are taken", "P 2.4", "400 bad_request/2022 · cause", "RefusedByApi")
def too_many(on: Stage):
    id_ = sold(on)
    on.control("refunds", {"most": 1})
    back(on, id_, 100)()
    return back(on, id_, 100, key="key-2")


@case(CREATE, "a part, where only all is taken", "P 2.5", "400 bad_request/3024 · cause", "RefusedByApi")
def only_whole(on: Stage):
    on.control("refunds", {"partials": False})
    return back(on, sold(on), 100)


@case(CREATE, "a transfer to the merchant's alias", "P 2.4", "400 bad_request/2027 · cause", "RefusedByApi", **SHOP)
def transfer(on: Stage):
    rich(on)
    slip = next(slip for slip in on.world.book.slips.values() if slip.channel == "transfer")
    return back(on, str(slip.id))


@case(CREATE, "what the merchant paid", "P 2.4", "400 bad_request/2021 · cause", "RefusedByApi", **SHOP)
def outgoing(on: Stage):
    slip = next(slip for slip in on.world.book.slips.values() if slip.channel == "outgoing")
    return back(on, str(slip.id))


@case(CREATE, "a payment nobody has", "P 2.4", "404 not_found/2000 · cause", "NotFound")
def unknown(on: Stage):
    return back(on, "130000000099")


for code, makes in {
    2020: "RefusedByApi", 2025: "RefusedByApi", 2029: "RefusedByApi", 2031: "RefusedByApi", 2085: "RefusedByApi",
    4211: "RefusedByApi", 4248: "RefusedByApi", 4291: "RefusedByApi", 4293: "RefusedByApi", 4294: "RefusedByApi",
    4295: "RefusedByApi", 4296: "RefusedByApi", 4297: "RefusedByApi", 15016: "RefusedByApi",
}.items():  # fmt: skip

    @case(CREATE, f"refused with {code}, whatever the reason", "P 2.4", f"400 bad_request/{code} · cause", makes)
    def by_code(on: Stage, code=code):
        on.control("refunds", {"refuse": code})
        return back(on, sold(on))


@case(CREATE, "only administrators may", "P 2.4", "403 forbidden/2041 · cause", "Unauthorised")
def only_admin(on: Stage):
    on.control("refunds", {"refuse": 2041})
    return back(on, sold(on))


@case(CREATE, "the token is not let in", "P 2.4", "403 PA_UNAUTHORIZED_RESULT_FROM_POLICIES · flat", "Unauthorised")
def policy(on: Stage):
    id_ = sold(on)
    on.control("refunds", {"policy": ["refunds"]})
    return back(on, id_)


@case(CREATE, "right after approval: not yet; waited for and repeated with the same key", "P 2.7", NOT_YET, "Refund")
def not_yet(on: Stage):
    id_ = sold(on)
    on.control("refunds", {"not_yet_s": 5})

    def check(refund):
        assert [row.id for row in on.account.refunds_of(id_)] == [refund.id]

    return back(on, id_), check


def pix(on: Stage, **switches) -> str:
    on.control("refunds", {"in_process": 1, "rejected": 0, **switches})
    return at_a_register(on, "pix")


BRAZIL: Mapping[str, Any] = {"site": "MLB", **ONE_SHOP}


@case(CREATE, "a Pix that takes its time: `in_process`, then `approved`", "P 2.6", "200 → 201", "Refund", **BRAZIL)
def pix_in_process(on: Stage):
    id_ = pix(on)

    def check(refund):
        assert refund.status == "in_process"
        on.clock.sleep(600)
        assert on.account.refund_by_id(id_, refund.id).status == "approved"

    return back(on, id_), check


@case(CREATE, "a Pix the bank turns down in the end", "P 2.6", "200 → 201", "Refund", **BRAZIL)
def pix_rejected(on: Stage):
    id_ = pix(on, rejected=1)

    def check(refund):
        on.clock.sleep(600)
        assert on.account.refund_by_id(id_, refund.id).status == "rejected"
        assert on.account.payment(id_).refunded == 0

    return back(on, id_), check


@case(
    CREATE,
    "a Pix on its way, asked for without saying that one wants to see it",
    "P 2.6",
    "400 bad_request · cause",
    "RefusedByApi",
    **BRAZIL,
)
def pix_unseen(on: Stage):
    id_ = pix(on)

    def check(_):
        (refund,) = on.account.refunds_of(id_)
        assert refund.status == "in_process"

    return lambda: on.ask("POST", PATH.replace("{id}", id_), {}, key="k"), check


@case(LIST, "oldest first, those in process among them", "P 2.3", "200", "list of Refund")
def listed(on: Stage):
    id_ = sold(on)
    made = [back(on, id_, 100, key=f"key-{n}")() for n in range(3)]
    return lambda: on.account.refunds_of(id_), lambda found: _is([row.id for row in found], [row.id for row in made])


@case(LIST, "a payment without any", "P 2.3", "200", "an empty list")
def none(on: Stage):
    id_ = sold(on)
    return lambda: on.account.refunds_of(id_)


@case(LIST, "a payment nobody has", "P 2.4", "404 not_found/2000 · cause", "NotFound")
def list_unknown(on: Stage):
    return lambda: on.account.refunds_of("130000000099")


@case(ONE, "a refund", "P 2.3", "200", "Refund")
def one(on: Stage):
    id_ = sold(on)
    made = back(on, id_, 100)()
    return lambda: on.account.refund_by_id(id_, made.id), lambda refund: _is(refund, made)


@case(ONE, "a refund nobody has", "P 2.4", "404 not_found/2032 · cause", "NotFound")
def one_unknown(on: Stage):
    id_ = sold(on)
    return lambda: on.account.refund_by_id(id_, "1")


cancel = Cases("Cancellations")
PUT = "PUT /v1/payments/{id}"


@cancel(PUT, "a payment that is not paid yet", "P 1.3", "200", "Payment")
def cancelled(on: Stage):
    paid = on.sale(pending=True)

    def check(payment):
        assert (payment.status, payment.status_detail) == ("cancelled", "by_collector")

    return lambda: on.account.cancel_payment(str(paid["id"])), check


@cancel(PUT, "a payment that is paid", "P 1.3", "400 bad_request/2018 · cause", "RefusedByApi")
def paid_already(on: Stage):
    id_ = sold(on)
    return lambda: on.account.cancel_payment(id_)


@cancel(PUT, "a payment nobody has", "P 1.3", "404 not_found/2000 · cause", "NotFound")
def cancel_unknown(on: Stage):
    return lambda: on.account.cancel_payment("130000000099")


@cancel(
    "PUT /v1/payments/{id}/cancellations",
    "in the official description, not routed",
    "P 12-25",
    "404 not_found · cause",
    "NotFound",
)
def not_routed(on: Stage):
    id_ = sold(on)
    return lambda: on.ask("PUT", f"/v1/payments/{id_}/cancellations", {})


papers = Cases("Papers and claims")
FILE = "POST /v1/chargebacks/{id}/documentation"


def dispute(on: Stage, outcome: str = "") -> str:
    return on.account.chargebacks_of(disputed(on, outcome))[0].id


@papers(FILE, "a picture", "P 3.3", "200", "Chargeback")
def filed(on: Stage):
    id_ = dispute(on)
    return (
        lambda: on.account.chargeback_documents(id_, [("ticket.png", PNG)]),
        lambda found: _is(found.papers_status, "review_pending"),
    )


@papers(FILE, "a decided dispute", "P 3.3", "400 bad_request · cause", "RefusedByApi")
def decided(on: Stage):
    id_ = dispute(on, "settled")
    return lambda: on.account.chargeback_documents(id_, [("ticket.png", PNG)])


@papers(FILE, "after the deadline of ten days", "P 3.3", "400 bad_request · cause", "RefusedByApi")
def late(on: Stage):
    id_ = dispute(on)
    on.clock.at += timedelta(days=11)
    return lambda: on.account.chargeback_documents(id_, [("ticket.png", PNG)])


@papers(FILE, "a dispute nobody has", "P 3.1", "404 not_found · cause", "NotFound")
def no_dispute(on: Stage):
    return lambda: on.account.chargeback_documents("217000087000000999", [("ticket.png", PNG)])


@papers(
    "GET /v1/chargebacks/search",
    "the token is not let in",
    "P 3.2",
    "403 PA_UNAUTHORIZED_RESULT_FROM_POLICIES · flat",
    "Unauthorised",
)
def closed(on: Stage):
    on.control("refunds", {"policy": ["chargebacks"]})
    return lambda: on.account.chargebacks_of("1")


CLAIMS, CLAIM = "GET /post-purchase/v1/claims/search", "GET /post-purchase/v1/claims/{claim_id}"


def claimed(on: Stage) -> str:
    id_ = sold(on)
    on.control("buyer", {"action": "claim", "payment_id": id_})
    return id_


@papers(CLAIMS, "a payment a buyer complains about; it is `in_mediation`", "P 3.5", "200", "list of Claim")
def claims(on: Stage):
    id_ = claimed(on)

    def check(found):
        assert [(row.resource, row.resource_id, row.status) for row in found] == [("payment", id_, "opened")]
        assert on.account.payment(id_).status == "in_mediation"

    return lambda: on.account.claims_of(id_), check


@papers(CLAIMS, "a payment nobody complains about", "P 3.5", "200", "an empty list")
def no_claims(on: Stage):
    id_ = sold(on)
    return lambda: on.account.claims_of(id_)


@papers(CLAIMS, "the token is not let in", "P 3.5", "403 PA_UNAUTHORIZED_RESULT_FROM_POLICIES · flat", "Unauthorised")
def claims_closed(on: Stage):
    on.control("refunds", {"policy": ["claims"]})
    return lambda: on.account.claims_of("1")


@papers(CLAIM, "a claim", "P 3.5", "200", "Claim")
def claim(on: Stage):
    (row,) = on.account.claims_of(claimed(on))
    return lambda: on.account.claim(row.id), lambda found: _is(found, row)


@papers(CLAIM, "a claim nobody has", "P 3.5", "404 not_found · cause", "NotFound")
def claim_unknown(on: Stage):
    return lambda: on.account.claim("1")


methods = Cases("Ways to pay")

for site, sample in {"MLA": "interop_transfer", "MLB": "pix", "MLM": "clabe", "MLC": "khipu", "MCO": "pse",
                     "MPE": "yape", "MLU": "abitab"}.items():  # fmt: skip

    @methods(
        "GET /v1/payment_methods", f"{site}: `{sample}` among them", "P 1.8", "200", "list of PaymentMethod", site=site
    )
    def every_method(on: Stage, sample=sample):
        def check(found):
            assert sample in {method.id for method in found}

        return on.account.payment_methods, check


CASES = [*case.all, *cancel.all, *papers.all, *methods.all]
