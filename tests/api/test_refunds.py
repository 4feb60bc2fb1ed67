"""Refunds through the client against the sandbox: every code becomes one of our errors, no key works twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mpkit.api import sales
from mpkit.errors import (
    ApiError,
    Conflict,
    NotFound,
    RateLimited,
    RefusedByApi,
    Unauthorised,
    UnknownOutcome,
    Unreachable,
    WrongUsage,
)
from mpkit.i18n import LANGUAGES, say_error
from mpkit.sandbox.refund_rules import codes
from mpkit.work import HttpResponse, NoAnswer, NotSent
from tests.api.afterwards import DAY, shop
from tests.api.conftest import said
from tests.sandbox.asking import NOON

KEY = "0b0e7d0e-8a3c-4bd4-9f57-0d3b1f6a2c11"


# what is given back


def test_a_part_and_the_rest():
    s = shop()
    sale = s.paid("100.00")
    s.clock.sleep(60)
    part = s.account.refund(sale, amount=3050, key="part")
    assert (part.payment_id, part.amount, part.status, part.source) == (sale, 3050, "approved", "collector")
    assert part.created == NOON + timedelta(seconds=60)
    assert part.created.tzinfo is UTC
    rest = s.account.refund(sale, amount=None, key="rest")
    assert rest.amount == 6950
    assert s.account.refunds_of(sale) == (part, rest)
    assert s.account.refund_by_id(sale, part.id) == part
    payment = s.account.payment(sale)
    assert (payment.status, payment.refunded, payment.refunds) == ("refunded", 10_000, (part, rest))


def test_what_is_sent():
    s = shop()
    s.account.refund(s.paid(), amount=3050, key=KEY)
    (sent,) = [request for request in s.asked if request.method == "POST"]
    assert sent.headers["x-idempotency-key"] == KEY
    assert sent.headers["x-render-in-process-refunds"] == "true"
    assert sent.body == b'{"amount": 30.5}'
    s.account.refund(s.paid(), amount=None, key="all")
    assert s.asked[-1].body == b"{}"
    s.account.refunds_of(s.paid())
    assert s.asked[-1].headers["x-render-in-process-refunds"] == "true"


@pytest.mark.parametrize(
    ("site", "amount", "body"),
    [
        ("MLA", 1, b'{"amount": 0.01}'),
        ("MLA", 100, b'{"amount": 1}'),
        ("MLB", 123_456_789, b'{"amount": 1234567.89}'),
        ("MLC", 150_000, b'{"amount": 1500}'),
        ("MCO", 150_000, b'{"amount": 1500}'),
        ("MCO", 150_050, b'{"amount": 1500.5}'),
    ],
)
def test_amounts_are_sent_by_the_rule_of_the_site(site, amount, body):
    s = shop(site)
    sale = s.paid("2000000" if site in {"MLB", "MLC", "MCO"} else "100")
    s.it("PUT", "/_sandbox/balance", {"available": "9000000.00"})
    assert s.account.refund(sale, amount=amount, key=KEY).amount == amount
    assert s.asked[-1].body == body


@pytest.mark.parametrize(("site", "amount"), [("MLC", 150_050), ("MLA", -1)])
def test_an_amount_the_site_cannot_be_sent_is_not(site, amount):
    s = shop(site)
    sale = s.paid("1000")
    with pytest.raises(WrongUsage):
        s.account.refund(sale, amount=amount, key=KEY)
    assert [request for request in s.asked if request.method == "POST"] == []


@pytest.mark.parametrize("key", ["", "x" * 65, "two words", "ñ", "a\r\nb"])
def test_a_key_that_cannot_be_sent_is_not(key):
    s = shop()
    with pytest.raises(ValueError, match="key"):
        s.account.refund(s.paid(), amount=None, key=key)
    assert [request for request in s.asked if request.method == "POST"] == []


# every code of the table

NO, GONE, MAY_NOT, TWICE = RefusedByApi, NotFound, Unauthorised, Conflict
CODES = {
    2000: (GONE, "api_payment_not_found"),
    2017: (NO, "api_refund_amount"),
    2018: (NO, "api_payment_state"),
    2020: (NO, "api_refund_other_way"),
    2021: (NO, "api_refund_other_way"),
    2022: (NO, "api_refund_too_many"),
    2024: (NO, "api_refund_too_old"),
    2025: (NO, "api_refund_other_way"),
    2027: (NO, "api_refund_other_way"),
    2029: (NO, "api_refund_other_way"),
    2030: (NO, "api_refund_no_money"),
    2031: (NO, "api_refund_no_money"),
    2032: (GONE, "api_refund_not_found"),
    2041: (MAY_NOT, "api_refund_only_panel"),
    2063: (NO, "api_payment_state"),
    2085: (NO, "api_refund_other_way"),
    3024: (NO, "api_refund_only_whole"),
    4040: (NO, "api_refund_amount"),
    4041: (NO, "api_refund_amount"),
    15016: (NO, "api_refund_too_old"),
    **dict.fromkeys((4211, 4248, 4291, 4292, 4293, 4294, 4295, 4296, 4297), (NO, "api_refused")),
}


def test_the_table_is_whole():
    assert set(CODES) == codes()


@pytest.mark.parametrize("site", ["MLA", "MLB"])
@pytest.mark.parametrize(("code", "kind", "key"), [(code, *said) for code, said in sorted(CODES.items())])
def test_every_code_is_one_of_our_errors(site, code, kind, key):
    s = shop(site)
    s.turned(refuse=code)
    sale = s.paid(method="pix" if site == "MLB" else "account_money")
    with pytest.raises(ApiError) as told:
        s.account.refund(sale, amount=None, key=KEY)
    assert (type(told.value), told.value.key, told.value.cause) == (kind, key, str(code))
    assert len([request for request in s.asked if request.method == "POST"]) == 1
    assert s.made() == 0
    for language in LANGUAGES:
        sentence = say_error(told.value, language)
        assert "{" not in sentence
        assert key not in sentence


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@pytest.mark.parametrize("code", [2024, 2030, 3024, 4040])
def test_the_cause_goes_before_the_status_and_the_text(other, code, status):
    cause = {"code": code, "description": "Payment not found", "data": ""}
    o = other(said(200, {"id": 1, "site_id": "MLA"}), said(status, {"error": "x", "message": "y", "cause": [cause]}))
    with pytest.raises(ApiError) as told:
        o.account.refund("7", amount=None, key=KEY)
    assert (type(told.value), told.value.key) == CODES[code]


def test_a_refusal_says_the_days_of_the_country():
    for site, days in (("MPE", 90), ("MLU", 180)):
        s = shop(site)
        sale = s.paid()
        s.clock.sleep((days + 1) * DAY)
        with pytest.raises(RefusedByApi) as told:
            s.account.refund(sale, amount=None, key=KEY)
        assert f"{days} días" in say_error(told.value, "es")


def test_the_panel_is_the_only_way_for_some_tokens():
    s = shop()
    sale = s.paid()
    s.turned(policy=["refunds"])
    with pytest.raises(Unauthorised) as told:
        s.account.refund(sale, amount=None, key=KEY)
    assert told.value.key == "api_refund_only_panel"


def test_a_key_of_another_request_is_a_conflict():
    s = shop()
    sale, another = s.paid(), s.paid()
    s.account.refund(sale, amount=1000, key=KEY)
    for payment, amount in ((sale, 2000), (another, 1000)):
        with pytest.raises(Conflict) as told:
            s.account.refund(payment, amount=amount, key=KEY)
        assert told.value.key == "api_refund_key_used"
    assert s.made() == 1


def test_what_is_not_there():
    s = shop()
    for ask in (
        lambda: s.account.refunds_of("1"),
        lambda: s.account.refund("1", amount=None, key=KEY),
        lambda: s.account.refund_by_id("1", "2"),
    ):
        with pytest.raises(NotFound) as told:
            ask()
        assert told.value.key == "api_payment_not_found"
    with pytest.raises(NotFound) as told:
        s.account.refund_by_id(s.paid(), "2")
    assert told.value.key == "api_refund_not_found"


# the same key, however often


def test_the_same_key_is_the_same_refund():
    s = shop()
    sale = s.paid()
    first = s.account.refund(sale, amount=1000, key=KEY)
    s.clock.sleep(3600)
    assert s.account.refund(sale, amount=1000, key=KEY) == first
    assert s.account.payment(sale).refunded == 1000


@pytest.mark.parametrize(
    "fault", ["lost-answer", "half-answer", "500", "502", "503", "reset", "429", "html-error", "slow", "cut-page"]
)
def test_a_refund_is_made_once_whatever_happens_on_the_way(fault):
    done = 0
    for seed in range(12):
        s = shop("MLB", seed=seed)
        sale = s.paid(method="pix")
        s.account.seller()
        s.faults(**{f"_{fault}": 0.6})
        try:
            refund = s.account.refund(sale, amount=1000, key=KEY)
        except (UnknownOutcome, Unreachable, RateLimited):
            refund = None
        s.faults()
        again = s.account.refund(sale, amount=1000, key=KEY)
        assert refund in (None, again)
        assert s.made() == 1
        done += refund is not None
    assert done >= 6, "with six attempts most come through"


def test_too_early_is_waited_out_with_the_same_key():
    s = shop()
    s.turned(not_yet_s=5)
    sale = s.paid()
    began = s.clock.elapsed
    assert s.account.refund(sale, amount=None, key=KEY).status == "approved"
    assert 5 <= s.clock.elapsed - began < 20
    assert len({request.headers["x-idempotency-key"] for request in s.asked if request.method == "POST"}) == 1


def test_too_early_for_too_long_is_said_as_that():
    s = shop()
    s.turned(not_yet_s=10**6)
    with pytest.raises(Conflict) as told:
        s.account.refund(s.paid(), amount=None, key=KEY)
    assert told.value.key == "api_not_yet"
    assert s.made() == 0


@pytest.mark.parametrize("status", [409, 422, 423])
def test_not_yet_is_repeated_and_a_used_key_is_not(other, status):
    made = {"id": 5, "payment_id": 7, "amount": 10, "date_created": "2026-03-01T10:00:00.000-04:00"}
    code = "unprocessable_entity" if status == 422 else "post_processing_operation_pending"
    me = said(200, {"id": 1, "site_id": "MLA"})
    o = other(me, said(status, {"error": code, "message": "later"}), said(201, made))
    assert o.account.refund("7", amount=1000, key=KEY).id == "5"
    o = other(me, said(status, {"error": "idempotency_key_already_used", "message": "no"}))
    with pytest.raises(Conflict):
        o.account.refund("7", amount=1000, key=KEY)
    assert len(o.transport.asked) == 2


@pytest.mark.parametrize(
    "lost", [said(500), NoAnswer("x"), said(200, b"<html>"), said(201, b'{"id": 5'), said(201, {})]
)
@pytest.mark.parametrize(
    "then", [said(400, {"cause": [{"code": 2018}]}), said(401, {}), said(404, {"cause": [{"code": 2000}]})]
)
def test_a_refusal_after_a_lost_answer_settles_nothing(other, lost, then):
    o = other(said(200, {"id": 1, "site_id": "MLA"}), lost, then)
    with pytest.raises(UnknownOutcome) as told:
        o.account.refund("7", amount=1000, key=KEY)
    assert told.value.key == "api_unsettled"
    assert len(o.transport.asked) == 3


def test_what_never_left_is_no_unknown_outcome(other):
    o = other(said(200, {"id": 1, "site_id": "MLA"}), NotSent("x"), said(400, {"cause": [{"code": 2030}]}))
    with pytest.raises(RefusedByApi) as told:
        o.account.refund("7", amount=1000, key=KEY)
    assert told.value.key == "api_refund_no_money"


@pytest.mark.parametrize("changed", [{"payment_id": 8}, {"amount": 9}, {"amount": 1000}, {"id": None}])
def test_an_answer_about_another_refund_is_none(other, changed):
    made = {"id": 5, "payment_id": 7, "amount": 10, "date_created": "2026-03-01T10:00:00.000-04:00"}
    o = other(said(200, {"id": 1, "site_id": "MLA"}), said(201, made | changed))
    with pytest.raises(UnknownOutcome):
        o.account.refund("7", amount=1000, key=KEY)


# a Pix


def test_a_slow_pix_is_in_process_and_then_approved():
    s = shop("MLB")
    s.turned(in_process=1, rejected=0)
    sale = s.paid(method="pix")
    slow = s.account.refund(sale, amount=4000, key=KEY)
    assert slow.status == "in_process"
    assert s.account.refunds_of(sale) == (slow,)
    assert s.account.payment(sale).refunded == 0
    s.clock.sleep(DAY / 2)
    assert s.account.refund_by_id(sale, slow.id) == replace(slow, status="approved")
    assert s.account.payment(sale).refunded == 4000
    assert s.account.refund(sale, amount=4000, key=KEY).id == slow.id


@pytest.mark.parametrize("amount", [4000, None])
def test_a_pix_refused_by_a_relay_that_drops_the_header_is_found_in_the_list(amount):
    s = shop("MLB", strip="x-render-in-process-refunds")
    s.turned(in_process=1, rejected=0)
    sale = s.paid(method="pix")
    found = s.account.refund(sale, amount=amount, key=KEY)
    assert (found.status, found.amount) == ("in_process", amount or 10_000)
    assert s.made() == 1


def test_a_refused_pix_is_refused_only_after_a_look_at_the_list():
    s = shop("MLB")
    sale = s.paid(method="pix")
    s.turned(refuse=2030)
    with pytest.raises(RefusedByApi) as told:
        s.account.refund(sale, amount=None, key=KEY)
    assert told.value.key == "api_refund_no_money"
    assert s.asked[-1].path == f"/v1/payments/{sale}/refunds"
    assert s.asked[-1].method == "GET"


def test_a_pix_that_may_be_the_one_of_before_is_not_taken_for_this_one():
    s = shop("MLB", strip="x-render-in-process-refunds")
    s.turned(in_process=1, rejected=0, in_process_s=10**6)
    sale = s.paid(method="pix")
    s.account.refund(sale, amount=1000, key="first")
    for key in ("first", "second"):
        with pytest.raises(UnknownOutcome) as told:
            s.account.refund(sale, amount=1000, key=key)
        assert told.value.key == "api_unsettled"
    assert s.made() == 1


def test_an_equal_pix_of_before_is_not_taken_for_a_refused_one():
    s = shop("MLB")
    s.turned(in_process=0)
    sale = s.paid(method="pix")
    s.account.refund(sale, amount=1000, key="first")
    s.turned(refuse=2031)
    with pytest.raises(RefusedByApi):
        s.account.refund(sale, amount=1000, key="second")


def test_a_refused_pix_whose_list_cannot_be_read_is_unknown(other):
    me = said(200, {"id": 1, "site_id": "MLB"})
    at = "2026-03-01T10:00:00.000-04:00"
    pix = {"id": 7, "status": "approved", "currency_id": "BRL", "transaction_amount": 10, "date_created": at}
    pix |= {"payment_method_id": "pix", "payment_type_id": "bank_transfer"}
    o = other(me, said(200, pix), said(200, []), said(400, {"error": "bad_request"}), said(503))
    with pytest.raises(UnknownOutcome) as told:
        o.account.refund("7", amount=None, key=KEY)
    assert told.value.key == "api_unsettled"
    o = other(me, said(200, pix), said(200, []), said(400, {"error": "bad_request"}), said(200, []))
    with pytest.raises(RefusedByApi):
        o.account.refund("7", amount=None, key=KEY)
    rejected = {"id": 5, "payment_id": 7, "amount": 10, "date_created": at, "status": "rejected"}
    o = other(me, said(200, pix), said(200, []), said(400, {"error": "bad_request"}), said(200, [rejected]))
    with pytest.raises(RefusedByApi):
        o.account.refund("7", amount=None, key=KEY)


def test_a_pix_that_cannot_be_read_is_not_sent(other):
    o = other(said(200, {"id": 1, "site_id": "MLB"}), said(503))
    with pytest.raises(UnknownOutcome):
        o.account.refund("7", amount=None, key=KEY)
    assert {request.method for request in o.transport.asked} == {"GET"}


# reading

ROW = {"id": 5, "payment_id": 7, "amount": 10, "date_created": "2026-03-01T10:00:00.000-04:00", "status": "approved"}


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, {}),
        ({"id": "5", "payment_id": "7"}, {}),
        ({"payment_id": None}, {}),
        ({"amount": "10.00"}, {}),
        ({"amount": 10.0}, {}),
        ({"status": None}, {}),
        ({"status": "on_hold"}, {"status": "on_hold"}),
        ({"date_created": "2026-03-01T14:00:00Z"}, {}),
        ({"source": {"id": "9", "name": "A B", "type": "operator"}}, {"source": "operator"}),
        ({"source": [{"id": "9", "name": "A B", "type": "bpp"}]}, {"source": "bpp"}),
        ({"source": []}, {}),
        ({"source": None}, {}),
        ({"reason": None, "labels": None, "partition_details": [], "new_field": {}}, {}),
        ({"reason": "double"}, {"reason": "double"}),
    ],
)
def test_a_refund_is_read_in_all_its_forms(changed, wanted):
    plain = sales.refund(ROW, "7")
    assert plain.created == datetime(2026, 3, 1, 14, tzinfo=UTC)
    told = json.loads(json.dumps(ROW | changed), parse_float=str)
    assert sales.refund(told, "7") == replace(plain, **wanted)


def test_a_list_is_ordered_whatever_the_api_does(other):
    later = ROW | {"id": 4, "date_created": "2026-03-02T10:00:00.000-04:00"}
    o = other(said(200, [later, ROW]))
    assert [refund.id for refund in o.account.refunds_of("7")] == ["5", "4"]


@pytest.mark.parametrize("sample", ["refunds.list", "refunds.list.two"])
def test_the_recorded_lists_are_read(other, shared, sample):
    told = json.loads((shared / f"api/samples-payments/{sample}.response.json").read_text(encoding="utf-8"))
    found = other(said(200, told)).account.refunds_of("17014025134")
    assert {refund.id for refund in found} == {str(row["id"]) for row in told}
    assert {refund.source for refund in found} == {"collector"}


# cancelling


def test_a_payment_that_waits_is_cancelled_and_a_paid_one_is_not():
    s = shop()
    waiting, sale = s.paid(pending=True), s.paid()
    gone = s.account.cancel_payment(waiting)
    assert (gone.id, gone.status, gone.amount) == (waiting, "cancelled", 10_000)
    for payment in (waiting, sale):
        with pytest.raises(RefusedByApi) as told:
            s.account.cancel_payment(payment)
        assert told.value.key == "api_payment_state"
    with pytest.raises(NotFound):
        s.account.cancel_payment("1")


def test_a_cancellation_goes_out_once(other):
    o = other(HttpResponse(500, {}, b""))
    with pytest.raises(UnknownOutcome):
        o.account.cancel_payment("7")
    assert len(o.transport.asked) == 1
