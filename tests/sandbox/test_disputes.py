"""Disputes: papers by a deadline, a review, won or lost by the clock or by hand; complaints; and ways to pay."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.api.forms import form
from mpkit.sandbox import World
from mpkit.sandbox.sale import disputed as sale_disputed
from mpkit.sandbox.upload import Unusable, parts
from mpkit.sites import SITES
from mpkit.work import FixedClock, HttpRequest
from tests.sandbox.asking import NOON, Asking, Heard, ask
from tests.sandbox.test_refunds import DAY, generated, paid, refund, shop, turned

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
JPG = b"\xff\xd8\xff\xe0" + b"\r\n--\n\r" * 50
PDF = b"%PDF-1.7\n" + b"\x00\xff" * 200


def disputed(site: str = "MLA", amount: str = "80") -> tuple[Asking, str, str]:
    """A shop, the payment that is disputed and the case."""
    it = shop(site)
    sale = paid(it, amount, "visa")
    it.clock.sleep(DAY)
    it("POST", "/_sandbox/buyer", {"action": "chargeback", "payment_id": sale["id"]})
    case = it("GET", f"/v1/chargebacks/search?payment_id={sale['id']}").body["results"][0]["id"]
    return it, str(sale["id"]), case


def sent(it: Asking, case: str, *files: tuple[str, bytes], field: str = "files[]") -> Heard:
    made = form(field, [(name, "application/octet-stream", content) for name, content in files])
    return it("POST", f"/v1/chargebacks/{case}/documentation", made.content, Content_Type=made.kind)


def chargeback(it: Asking, case: str) -> Any:
    return it("GET", f"/v1/chargebacks/{case}").body


# the life of a dispute


@pytest.mark.parametrize(("site", "days"), [("MLA", 10), ("MLC", 7), ("MPE", 10)])
def test_without_papers_it_is_lost_after_the_deadline(site: str, days: int) -> None:
    it, payment, case = disputed(site)
    opened = chargeback(it, case)
    assert (opened["documentation_status"], opened["documentation_required"]) == ("pending", True)
    until = datetime.fromisoformat(opened["date_documentation_deadline"])
    assert (until - datetime.fromisoformat(opened["date_created"])).days == days
    it.clock.sleep(days * DAY + 1)
    late = chargeback(it, case)
    assert (late["documentation_status"], late["coverage_applied"]) == ("not_supplied", None)
    assert it("GET", f"/v1/payments/{payment}").body["status_detail"] == "in_process"
    it.clock.sleep(3 * DAY)
    lost = chargeback(it, case)
    assert (lost["documentation_status"], lost["coverage_applied"]) == ("not_supplied", False)
    assert it("GET", f"/v1/payments/{payment}").body["status_detail"] == "settled"
    (row,) = it("GET", "/_sandbox/ledger?by=pos").body["rows"]
    assert row["chargebacks"].removesuffix(".00") == "80"


def test_with_papers_it_is_reviewed_and_won_or_lost() -> None:
    ends = set()
    for seed in range(8):
        it = shop(seed=seed)
        sale = paid(it, "80", "visa")
        it("POST", "/_sandbox/buyer", {"action": "chargeback", "payment_id": sale["id"]})
        case = it("GET", f"/v1/chargebacks/search?payment_id={sale['id']}").body["results"][0]["id"]
        it.clock.sleep(2 * DAY)
        now = sent(it, case, ("a.png", PNG), ("b.pdf", PDF))
        assert now.status == 200
        assert now.body["documentation_status"] == "review_pending"
        it.clock.sleep(14 * DAY)
        assert chargeback(it, case)["coverage_applied"] is None
        it.clock.sleep(130 * DAY)
        end = chargeback(it, case)
        payment = it("GET", f"/v1/payments/{sale['id']}").body
        detail = {True: "reimbursed", False: "settled"}[end["coverage_applied"]]
        assert payment["status_detail"] == detail
        assert end["date_last_updated"] == payment["date_last_updated"] > now.body["date_last_updated"]
        back = sum(e.hundredths for e in it.world.book.movements() if e.kind == "chargeback_back")
        assert back == (8000 if end["coverage_applied"] else 0)
        assert end["documentation_status"] in ({"valid"} if end["coverage_applied"] else {"valid", "invalid"})
        ends.add(end["coverage_applied"])
    assert ends == {True, False}


def test_the_decision_is_dated_when_it_was_due_and_not_when_somebody_looked() -> None:
    it, _, case = disputed()
    it.clock.sleep(100 * DAY)
    lost = chargeback(it, case)
    opened, ended = (datetime.fromisoformat(lost[name]) for name in ("date_created", "date_last_updated"))
    assert (ended - opened).days == 12


def test_a_decision_by_hand_stands() -> None:
    it, payment, case = disputed()
    it("POST", "/_sandbox/buyer", {"action": "settle", "payment_id": payment, "outcome": "reimbursed"})
    it.clock.sleep(300 * DAY)
    assert chargeback(it, case)["coverage_applied"] is True
    kinds = [e.kind for e in it.world.book.movements() if e.kind.startswith("chargeback")]
    assert kinds == ["chargeback", "chargeback_back"]


def test_a_refund_on_its_way_comes_to_nothing_when_the_payment_is_disputed() -> None:
    it = shop("MLB")
    turned(it, in_process=1, rejected=0, in_process_s=1000)
    sale = paid(it, "80", "pix")
    made = refund(it, sale, X_Render_In_Process_Refunds="true").body
    slip = it.world.book.slips[sale["id"]]
    at = int(it.world.now().timestamp())
    # the buyer's route refuses it: the payment is busy
    it.world.book.move(slip.id, [sale_disputed(it.world.site, slip, 8000, at, case="217000087999999999")])
    it.clock.sleep(1000)
    assert it("GET", f"/v1/payments/{sale['id']}/refunds").body == [made | {"status": "rejected"}]


def test_open_disputes_of_a_generated_year_are_decided_later_and_never_before() -> None:
    it = ask(site="MLC", stores=3, registers=6, payments=20_000, seed=4)
    book = it.world.book
    still = [case for case in book.cases if chargeback(it, case)["coverage_applied"] is None]
    assert still
    born = it.world.now().timestamp()
    assert all(entry.at <= born for entry in book.movements())
    it.clock.sleep(180 * DAY)
    decided = [chargeback(it, case) for case in still]
    assert all(isinstance(case["coverage_applied"], bool) for case in decided)
    assert all(datetime.fromisoformat(case["date_last_updated"]).timestamp() > born for case in decided)
    statuses = {chargeback(it, case)["documentation_status"] for case in book.cases}
    assert statuses <= {"valid", "invalid", "not_supplied"}


def test_the_life_of_a_dispute_goes_on_after_a_restart(tmp_path: Path) -> None:
    file, clock = tmp_path / "state", FixedClock(NOON)

    def begin() -> Asking:
        return Asking(World("MLA", clock=clock, sleep=clock.sleep, stores=1, registers=1, state=file), clock)

    it = begin()
    sale = paid(it, "80", "visa")
    it("POST", "/_sandbox/buyer", {"action": "chargeback", "payment_id": sale["id"]})
    case = it("GET", f"/v1/chargebacks/search?payment_id={sale['id']}").body["results"][0]["id"]
    told = sent(it, case, ("a.png", PNG)).body
    it.world.close()
    it = begin()
    assert chargeback(it, case) == told
    it.clock.sleep(200 * DAY)
    end = chargeback(it, case)
    assert isinstance(end["coverage_applied"], bool)
    it.world.close()
    assert chargeback(begin(), case) == end


# papers

REFUSED_PAPERS: list[tuple[str, Callable[[Asking, str], Heard]]] = [
    ("no form", lambda it, case: it("POST", f"/v1/chargebacks/{case}/documentation", {"files": []})),
    ("no file", sent),
    ("another field", lambda it, case: sent(it, case, ("a.png", PNG), field="papers")),
    ("another kind", lambda it, case: sent(it, case, ("a.png", PNG), ("b.docx", b"PK\x03\x04"))),
    ("too much", lambda it, case: sent(it, case, ("a.png", PNG + bytes(6_000_000)), ("b.pdf", PDF + bytes(4_000_000)))),
    (
        "a form without boundary",
        lambda it, case: it("POST", f"/v1/chargebacks/{case}/documentation", b"x", Content_Type="multipart/form-data"),
    ),
]


@pytest.mark.parametrize("send", [row[1] for row in REFUSED_PAPERS], ids=[row[0] for row in REFUSED_PAPERS])
def test_papers_that_are_refused(send: Callable[[Asking, str], Heard]) -> None:
    it, _, case = disputed()
    said = send(it, case)
    assert said.status == 400
    assert chargeback(it, case)["documentation"] == []


def test_papers_are_told_of_and_taken_once() -> None:
    it, _, case = disputed()
    said = sent(it, case, ("ticket 1.jpg", JPG), ("b.png", PNG)).body
    assert [(row["type"], row["description"]) for row in said["documentation"]] == [
        ("image/jpeg", f"File: ticket 1.jpg, Size: {len(JPG)}"),
        ("image/png", f"File: b.png, Size: {len(PNG)}"),
    ]
    assert sent(it, case, ("c.png", PNG)).status == 400


def test_papers_come_too_late_and_for_no_case() -> None:
    it, _, case = disputed()
    assert sent(it, "1", ("a.png", PNG)).status == 404
    it.clock.sleep(10 * DAY + 1)
    assert sent(it, case, ("a.png", PNG)).status == 400


def test_ten_million_bytes_are_just_enough() -> None:
    it, _, case = disputed()
    assert sent(it, case, ("a.png", PNG + bytes(10_000_000 - len(PNG)))).status == 200


@given(files=st.lists(st.tuples(st.text(max_size=12), st.binary(max_size=300)), min_size=1, max_size=4))
def test_what_the_client_packs_the_sandbox_unpacks(files: list[tuple[str, bytes]]) -> None:
    made = form("files[]", [(name, "application/pdf", content) for name, content in files])
    found = parts(HttpRequest("POST", "/x", (), {"Content-Type": made.kind}, made.content))
    assert [part.content for part in found] == [content for _, content in files]
    assert {part.field for part in found} == {"files[]"}


@given(body=st.binary(max_size=200), kind=st.text(max_size=40))
def test_no_form_breaks_the_reader(body: bytes, kind: str) -> None:
    for said in (kind, f"multipart/form-data; boundary={kind}"):
        with contextlib.suppress(Unusable):
            parts(HttpRequest("POST", "/x", (), {"content-type": said}, body))


# the search


def test_the_policy_closes_disputes_and_complaints() -> None:
    it, payment, case = disputed()
    turned(it, policy=["chargebacks", "claims"])
    for path in (
        f"/v1/chargebacks/{case}",
        f"/v1/chargebacks/search?payment_id={payment}",
        "/post-purchase/v1/claims/search",
        "/post-purchase/v1/claims/1",
    ):
        assert it("GET", path).body["blocked_by"] == "PolicyAgent"


def test_an_unknown_case_is_said_as_measured() -> None:
    said = ask()("GET", "/v1/chargebacks/217000087654321000")
    assert (said.status, said.body["message"]) == (404, "Case for 217000087654321000 doesn't exist")


def test_the_shapes_are_the_recorded_ones(shared: Path) -> None:
    folder = shared / "api/samples-payments"
    it, payment, case = disputed()
    sent(it, case, ("a.png", PNG))
    told = json.loads((folder / "chargeback.get.response.json").read_text(encoding="utf-8"))
    now = chargeback(it, case)
    assert set(now) == set(told)
    assert set(now["documentation"][0]) == set(told["documentation"][0])
    empty = json.loads((folder / "chargebacks.search.empty.measured.response.json").read_text(encoding="utf-8"))
    assert it("GET", f"/v1/chargebacks/search?payment_id={int(payment) + 1}").body == empty
    claim = json.loads((folder / "claim.get.partial.response.json").read_text(encoding="utf-8"))
    it("POST", "/_sandbox/buyer", {"action": "claim", "payment_id": paid(it)["id"]})
    found = it("GET", "/post-purchase/v1/claims/search").body["data"][0]
    assert set(claim) <= set(found)
    for name, value in claim.items():
        assert type(found[name]) is type(value), name


# complaints


def test_a_complaint_is_found_by_its_payment_and_holds_the_refund_up() -> None:
    it = shop()
    sale = paid(it)
    assert it("GET", f"/post-purchase/v1/claims/search?resource_id={sale['id']}").body["data"] == []
    now = it("POST", "/_sandbox/buyer", {"action": "claim", "payment_id": sale["id"], "reason": "PNR3430"}).body
    assert (now["status"], now["status_detail"]) == ("in_mediation", "pending")
    page = it("GET", f"/post-purchase/v1/claims/search?resource=payment&resource_id={sale['id']}").body
    assert page["paging"] == {"offset": 0, "limit": 30, "total": 1}
    (claim,) = page["data"]
    assert (claim["status"], claim["reason_id"], claim["resource_id"]) == ("opened", "PNR3430", sale["id"])
    assert it("GET", f"/post-purchase/v1/claims/{claim['id']}").body == claim
    assert refund(it, sale).status == 400
    it.clock.sleep(60)
    it("POST", "/_sandbox/buyer", {"action": "close_claim", "payment_id": sale["id"]})
    closed = it("GET", f"/post-purchase/v1/claims/{claim['id']}").body
    assert (closed["status"], closed["resolution"]["date_created"]) == ("closed", closed["last_updated"])
    assert it("GET", "/post-purchase/v1/claims/search?status=opened").body["data"] == []
    assert refund(it, sale).status == 201
    assert it("POST", "/_sandbox/buyer", {"action": "close_claim", "payment_id": sale["id"]}).status == 409


def test_the_complaints_of_a_generated_year() -> None:
    it = ask(stores=2, registers=3, payments=8_000)
    page = it("GET", "/post-purchase/v1/claims/search?limit=1000").body
    found = {row["resource_id"] for row in page["data"]}
    assert found == {slip.id for slip in it.world.book.slips.values() if slip.fate.startswith("in_mediation")}
    assert found
    assert all(datetime.fromisoformat(row["date_created"]) <= it.world.now() for row in page["data"])
    one = page["data"][0]["resource_id"]
    it("POST", "/_sandbox/buyer", {"action": "close_claim", "payment_id": one})
    assert it("GET", f"/v1/payments/{one}").body["status"] == "approved"
    it("POST", "/_sandbox/accounts", {"token": "other", "user_id": "999"})
    assert it("GET", "/post-purchase/v1/claims/search", token="other").body["data"] == []


@pytest.mark.parametrize("query", ["limit=x", "offset=-1", "limit=99999999999"])
def test_a_page_that_is_no_number(query: str) -> None:
    assert ask()("GET", f"/post-purchase/v1/claims/search?{query}").status == 400


def test_an_unknown_complaint() -> None:
    assert ask()("GET", "/post-purchase/v1/claims/5").status == 404


# ways to pay


@pytest.mark.parametrize("site", sorted(SITES))
def test_the_methods_of_a_site(site: str) -> None:
    found = ask(site=site)("GET", "/v1/payment_methods").body
    assert [(row["id"], row["payment_type_id"]) for row in found] == [(m.id, m.type) for m in SITES[site].methods]
    assert all(0 < row["min_allowed_amount"] < row["max_allowed_amount"] for row in found)
    assert {row["status"] for row in found} <= {"active", "testing"}
    assert all(bool(row["settings"]) == ("card" in row["payment_type_id"]) for row in found)


def test_a_method_has_the_keys_and_types_of_the_recorded_ones(shared: Path) -> None:
    file = shared / "api/samples-payments/payment_methods.list.response.json"
    told = {row["id"]: row for row in json.loads(file.read_text(encoding="utf-8"))}
    found = {row["id"]: row for row in ask(site="MLB")("GET", "/v1/payment_methods").body}
    assert {"pix", "visa", "elo", "bolbradesco"} <= set(told) & set(found)
    for id_ in set(told) & set(found):
        assert set(told[id_]) == set(found[id_])
        assert told[id_]["payment_type_id"] == found[id_]["payment_type_id"]
        assert told[id_]["deferred_capture"] == found[id_]["deferred_capture"] or id_ in {"account_money", "pec"}


def test_whole_answers_about_disputes(golden: Callable[[str, str], None]) -> None:
    it, payment, case = disputed()
    before = chargeback(it, case)
    sent(it, case, ("comprobante.png", PNG))
    it("POST", "/_sandbox/buyer", {"action": "settle", "payment_id": payment, "outcome": "reimbursed"})
    it("POST", "/_sandbox/buyer", {"action": "claim", "payment_id": paid(it)["id"]})
    said = {
        "opened": before,
        "won": chargeback(it, case),
        "claims": it("GET", "/post-purchase/v1/claims/search").body,
        "methods": it("GET", "/v1/payment_methods").body[:2],
    }
    golden("sandbox/disputes.json", json.dumps(said, ensure_ascii=False, indent=1))


def test_money_and_documents_agree_after_a_year_of_trouble() -> None:
    it = shop("MLB", payments=1_500, seed=3)
    draw = random.Random(5)
    for n, id_ in enumerate(draw.sample(list(it.world.book.slips), 150)):
        action = draw.choice(("refund", "part", "chargeback", "claim", "settle", "close_claim"))
        if action in {"refund", "part"}:
            refund(it, id_, None if action == "refund" else 1, f"k{n}")
        else:
            it("POST", "/_sandbox/buyer", {"action": action, "payment_id": id_, "outcome": "reimbursed"})
        it.clock.sleep(3600)
    it.clock.sleep(2 * DAY)
    assert generated(it, "qr")
    total = 0
    for id_ in it.world.book.slips:
        document = it("GET", f"/v1/payments/{id_}").body
        total += round(document["transaction_amount_refunded"] * 100)
        assert document["transaction_amount_refunded"] <= document["transaction_amount"]
    rows = it("GET", "/_sandbox/ledger?by=day").body["rows"]
    assert total == sum(round(float(row["refunds"]) * 100) for row in rows) > 0
