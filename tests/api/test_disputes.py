"""Chargebacks with their papers, claims and payment methods through the client against the sandbox."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from mpkit.api import connect, disputes, methods
from mpkit.api.calls import Unreadable
from mpkit.errors import NotFound, Refused, RefusedByApi, Unauthorised, UnknownOutcome
from mpkit.i18n import LANGUAGES, say_error
from mpkit.model import PaymentMethod
from mpkit.sites import SITES
from tests.api.afterwards import DAY, shop
from tests.api.conftest import said
from tests.sandbox.asking import NOON

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PDF = b"%PDF-1.7\n" + b"\x00\xff\r\n" * 90


def disputed(**options):
    s = shop(**options)
    sale = s.paid("80.00", "visa")
    s.pressed("chargeback", sale)
    (case,) = s.account.chargebacks_of(sale)
    return s, sale, case


# chargebacks


def test_a_dispute_from_its_opening_to_its_end():
    s, sale, case = disputed()
    assert (case.payment_id, case.payment_ids, case.amount, case.currency) == (sale, (sale,), 8000, "ARS")
    assert (case.outcome, case.covered, case.reason, case.can_be_covered) == ("open", None, "fraud", True)
    assert (case.papers_wanted, case.papers_status, case.papers) == (True, "pending", ())
    assert case.created == case.updated == NOON
    assert case.papers_until == NOON + timedelta(days=10)
    assert s.account.chargeback(case.id) == case
    s.clock.sleep(DAY)
    sent = s.account.chargeback_documents(case.id, [("a receipt.png", PNG), ("b.pdf", PDF)])
    assert (sent.papers_status, sent.papers_wanted, sent.updated) == ("review_pending", False, NOON + timedelta(days=1))
    assert [(paper.kind, paper.told) for paper in sent.papers] == [
        ("image/png", f"File: a receipt.png, Size: {len(PNG)}"),
        ("application/pdf", f"File: b.pdf, Size: {len(PDF)}"),
    ]
    with pytest.raises(RefusedByApi):
        s.account.chargeback_documents(case.id, [("c.png", PNG)])
    s.pressed("settle", sale, outcome="reimbursed")
    won = s.account.chargeback(case.id)
    assert (won.outcome, won.covered, won.papers_status) == ("won", True, "valid")


def test_a_dispute_nobody_answers_is_lost():
    s, sale, case = disputed()
    s.clock.sleep(20 * DAY)
    lost = s.account.chargeback(case.id)
    assert (lost.outcome, lost.papers_status) == ("lost", "not_supplied")
    assert s.account.payment(sale).status_detail == "settled"
    with pytest.raises(RefusedByApi):
        s.account.chargeback_documents(case.id, [("late.png", PNG)])


def test_papers_over_real_http(start_sandbox):
    running = start_sandbox(stores=1, registers=1)
    pos = running.get("/_sandbox/state")["pos"][0]["id"]
    pay = {"action": "pay", "pos": pos, "amount": 80, "method": "visa", "as_order": True}
    sale = running.post("/_sandbox/buyer", pay)["id"]
    running.post("/_sandbox/buyer", {"action": "chargeback", "payment_id": sale})
    with connect(running.url, SecretStr(running.token)) as account:
        (case,) = account.chargebacks_of(str(sale))
        big = PNG + bytes(10_000_000 - len(PNG))
        assert account.chargeback_documents(case.id, [('ñandú "1".png', big)]).papers_status == "review_pending"


@pytest.mark.parametrize(
    ("files", "key"),
    [
        ([], "api_papers_size"),
        ([("a.png", PNG), ("b.png", PNG + bytes(10_000_000))], "api_papers_size"),
        ([("a.png", PNG), ("notes.docx", b"PK\x03\x04")], "api_papers_kind"),
        ([("empty.pdf", b"")], "api_papers_kind"),
    ],
)
def test_papers_that_are_not_sent(files, key):
    s, _, case = disputed()
    before = len(s.asked)
    with pytest.raises(Refused) as told:
        s.account.chargeback_documents(case.id, files)
    assert told.value.key == key
    assert len(s.asked) == before
    for language in LANGUAGES:
        assert "{" not in say_error(told.value, language)


def test_papers_go_out_once(other):
    o = other(said(500))
    with pytest.raises(UnknownOutcome):
        o.account.chargeback_documents("1", [("a.png", PNG)])
    assert len(o.transport.asked) == 1


def test_no_dispute_and_no_right_to_look():
    s, sale, case = disputed()
    assert s.account.chargebacks_of(s.paid()) == ()
    with pytest.raises(NotFound):
        s.account.chargeback("217000087654321000")
    with pytest.raises(NotFound):
        s.account.chargeback_documents("217000087654321000", [("a.png", PNG)])
    s.turned(policy=["chargebacks", "claims"])
    for ask in (
        lambda: s.account.chargeback(case.id),
        lambda: s.account.chargebacks_of(sale),
        lambda: s.account.claims_of(sale),
        lambda: s.account.claim("1"),
    ):
        with pytest.raises(Unauthorised):
            ask()


CASE = {
    "id": "217000087654321000",
    "payments": [7],
    "currency": "ARS",
    "amount": 100.2,
    "date_created": "2026-03-01T10:00:00.000-04:00",
}


def read(document, payment_id=""):
    return disputes.chargeback(json.loads(json.dumps(document), parse_float=str), payment_id)


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, {"outcome": "open", "papers_until": None, "papers": (), "can_be_covered": None, "amount": 10_020}),
        ({"id": 217000087654321000}, {"id": "217000087654321000"}),
        ({"payments": ["7", 8]}, {"payment_id": "7", "payment_ids": ("7", "8")}),
        ({"coverage_applied": True}, {"outcome": "won"}),
        ({"coverage_applied": False}, {"outcome": "lost"}),
        ({"documentation_status": "being_thought_about"}, {"papers_status": "being_thought_about"}),
        ({"documentation": None, "date_documentation_deadline": ""}, {"papers": (), "papers_until": None}),
        ({"date_last_updated": None}, {"updated": datetime(2026, 3, 1, 14, tzinfo=UTC)}),
    ],
)
def test_a_chargeback_is_read_in_all_its_forms(changed, wanted):
    found = read(CASE | changed)
    assert {name: getattr(found, name) for name in wanted} == wanted


@pytest.mark.parametrize(
    "wrong", [{"payments": []}, {"payments": None}, {"coverage_applied": "yes"}, {"date_created": None}, {"id": None}]
)
def test_a_chargeback_without_what_matters_is_unreadable(wrong):
    with pytest.raises(Unreadable):
        read(CASE | wrong)


def test_one_found_by_its_payment_needs_no_list_of_payments():
    assert read({**CASE, "payments": None}, "9").payment_ids == ("9",)


def test_the_recorded_chargeback_is_read(shared):
    told = json.loads((shared / "api/samples-payments/chargeback.get.response.json").read_text(encoding="utf-8"))
    found = read(told)
    assert (found.outcome, found.papers_status, found.papers_wanted) == ("lost", "valid", True)
    assert found.papers_until == datetime(2018, 12, 8, 13, 50, 37, tzinfo=UTC)
    assert found.papers[0].kind == "image/png"


# claims


def test_a_claim_from_opened_to_closed():
    s = shop()
    sale = s.paid()
    assert s.account.claims_of(sale) == ()
    s.pressed("claim", sale, reason="PNR3430")
    (claim,) = s.account.claims_of(sale)
    assert (claim.resource, claim.resource_id, claim.status, claim.reason) == ("payment", sale, "opened", "PNR3430")
    assert (claim.kind, claim.stage, claim.delivered, claim.created) == ("mediations", "dispute", True, NOON)
    assert s.account.claim(claim.id) == claim
    assert s.account.payment(sale).status == "in_mediation"
    s.clock.sleep(60)
    s.pressed("close_claim", sale)
    (closed,) = s.account.claims_of(sale)
    assert (closed.status, closed.updated) == ("closed", NOON + timedelta(seconds=60))
    assert closed.resolution
    with pytest.raises(NotFound):
        s.account.claim("1")


def row(id_, resource_id=7, **changed):
    return {"id": id_, "resource_id": resource_id, "resource": "payment", "status": "opened"} | changed


@pytest.mark.parametrize("under", ["data", "results"])
def test_claims_of_many_pages_under_either_name(other, under):
    pages = [[row(n) for n in range(30)], [row(n) for n in range(25, 40)]]
    o = other(*(said(200, {"paging": {"total": 40}, under: page}) for page in pages))
    assert [claim.id for claim in o.account.claims_of("7")] == [str(n) for n in range(40)]
    assert dict(o.transport.asked[1].query)["offset"] == "30"


def test_a_server_that_knows_no_filter_and_no_offset_is_not_asked_for_ever(other):
    page = [row(n, 7 if n == 3 else "9") for n in range(30)]
    o = other(said(200, {"paging": {}, "data": page}))
    assert [claim.id for claim in o.account.claims_of("7")] == ["3"]
    assert len(o.transport.asked) == 2


def test_the_documented_claim_is_read(shared):
    told = json.loads((shared / "api/samples-payments/claim.get.partial.response.json").read_text(encoding="utf-8"))
    claim = disputes.claim(told)
    assert (claim.resource, claim.resource_id, claim.created, claim.resolution) == ("shipment", "7138572864", None, "")


# ways to pay


@pytest.mark.parametrize("site", sorted(SITES))
def test_the_methods_of_a_country(site):
    found = shop(site).account.payment_methods()
    assert {method.id for method in found} == {method.id for method in SITES[site].methods}
    assert all(method.least is not None and 0 < method.least < (method.most or 0) for method in found)


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"id": "pix"}, PaymentMethod("pix", "", "", "")),
        (
            {"id": "x", "min_allowed_amount": "0.50", "max_allowed_amount": 60000, "accreditation_time": "1440"},
            PaymentMethod("x", "", "", "", 50, 6_000_000, 1440),
        ),
        ({"id": "x", "status": "asleep", "settings": {}}, PaymentMethod("x", "", "", "asleep")),
    ],
)
def test_a_method_is_read_in_all_its_forms(told, wanted):
    assert methods.method(told) == wanted


@pytest.mark.parametrize(
    "wrong", [{}, {"id": "x", "accreditation_time": "soon"}, {"id": "x", "min_allowed_amount": []}]
)
def test_a_method_that_cannot_be_read(wrong):
    with pytest.raises(Unreadable):
        methods.method(wrong)


def test_the_recorded_methods_are_read(other, shared):
    file = shared / "api/samples-payments/payment_methods.list.response.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    found = {method.id: method for method in other(said(200, told)).account.payment_methods()}
    assert found["pix"] == PaymentMethod("pix", "PIX", "bank_transfer", "active", 1, 999_999_900, 0)
    assert len(found) == len(told)
