"""Refunds asked of the API: what may be given back, every refusal by its code, keys, a Pix that takes its time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpkit.sandbox import World
from mpkit.sandbox.balance import SIGNS
from mpkit.sandbox.refund_rules import codes
from mpkit.sites import SITES
from mpkit.work import FixedClock
from tests.sandbox.asking import NOON, Asking, Heard, ask

DAY = 86_400
SEE = {"X_Render_In_Process_Refunds": "true"}


def shop(site: str = "MLA", **options: Any) -> Asking:
    """A shop with money in its account, so that withholdings are no obstacle."""
    it = ask(site=site, stores=1, registers=1, **options)
    it("PUT", "/_sandbox/balance", {"available": "100000.00"})
    return it


def paid(it: Asking, amount: object = "100.00", method: str = "account_money", **more: object) -> Any:
    pos = it.state()["pos"][0]["id"]
    wanted = {"action": "pay", "pos": pos, "amount": amount, "method": method, "as_order": True, **more}
    return it("POST", "/_sandbox/buyer", wanted).body


def refund(it: Asking, payment: Any, amount: object = None, key: str = "a-key", **headers: str) -> Heard:
    id_ = payment["id"] if isinstance(payment, dict) else payment
    body = {} if amount is None else {"amount": amount}
    named = {"X_Idempotency_Key": key} if key else {}
    return it("POST", f"/v1/payments/{id_}/refunds", body, **named, **headers)


def code(heard: Heard) -> int | None:
    return heard.body["cause"][0]["code"] if heard.body["cause"] else None


def generated(it: Asking, channel: str) -> int:
    return next(slip.id for slip in reversed(it.world.book.slips.values()) if slip.channel == channel)


def turned(it: Asking, **switches: object) -> None:
    assert it("PUT", "/_sandbox/refunds", switches).status == 200


# what is given back


def test_a_whole_refund_turns_the_payment_and_brings_the_fee_back() -> None:
    it = shop()
    sale = paid(it, "5200.00", "visa")
    it.clock.sleep(60)
    made = refund(it, sale)
    assert made.status == 201
    assert made.body["amount"] == 5200
    after = it("GET", f"/v1/payments/{sale['id']}").body
    assert (after["status"], after["status_detail"]) == ("refunded", "refunded")
    assert after["transaction_amount_refunded"] == 5200
    assert after["date_last_updated"] == made.body["date_created"] > sale["date_last_updated"]
    assert after["refunds"] == [made.body]
    fee = next(charge for charge in after["charges_details"] if charge["type"] == "fee")
    assert fee["amounts"]["refunded"] == fee["amounts"]["original"] > 0
    taxes = [charge for charge in after["charges_details"] if charge["type"] == "tax"]
    assert taxes
    assert all(charge["amounts"]["refunded"] == 0 for charge in taxes)
    net = "net_received_amount"
    assert after["transaction_details"][net] == sale["transaction_details"][net]


def test_partials_leave_it_approved_until_the_last() -> None:
    it = shop()
    sale = paid(it)
    seen = []
    for n, part in enumerate((30, 20.5, None)):
        it.clock.sleep(1)
        assert refund(it, sale, part, f"key-{n}").status == 201
        now = it("GET", f"/v1/payments/{sale['id']}").body
        seen.append((now["status"], now["status_detail"], now["transaction_amount_refunded"]))
    assert seen == [
        ("approved", "partially_refunded", 30),
        ("approved", "partially_refunded", 50.5),
        ("refunded", "refunded", 100),
    ]
    listed = it("GET", f"/v1/payments/{sale['id']}/refunds").body
    assert [row["amount"] for row in listed] == [30, 20.5, 49.5]
    for row in listed:
        assert it("GET", f"/v1/payments/{sale['id']}/refunds/{row['id']}").body == row


@pytest.mark.parametrize("body", [b"", b"{}", b'{"amount": null}', b'{"amount": 100}', b'{"amount": 1e2}'])
def test_every_way_to_ask_for_all(body: bytes) -> None:
    it = shop()
    sale = paid(it)
    made = it("POST", f"/v1/payments/{sale['id']}/refunds", body, X_Idempotency_Key="k")
    assert (made.status, made.body["amount"]) == (201, 100)


def test_a_refund_counts_on_its_own_day_in_the_ledger() -> None:
    it = shop()
    sale = paid(it, "200.00")
    it.clock.sleep(3 * DAY)
    refund(it, sale, 50)
    days = it("GET", "/_sandbox/ledger?by=day").body["rows"]
    assert [(row["gross"], row["refunds"]) for row in days] == [("200.00", "0.00"), ("0.00", "50.00")]


# what is refused


def year() -> Asking:
    it = ask(stores=1, registers=1, payments=1_000)
    it("PUT", "/_sandbox/balance", {"available": "90000000"})
    return it


def aged(site: str, method: str, days: float) -> tuple[Asking, Any]:
    it = shop(site)
    sale = paid(it, "10.00" if SITES[site].decimals else "1000", method)
    it.clock.sleep(days * DAY)
    return it, sale


def spent(it: Asking, sale: Any, left: str) -> tuple[Asking, Any]:
    it("PUT", "/_sandbox/balance", {"available": left})
    return it, sale


def done(it: Asking, sale: Any, **pressed: object) -> tuple[Asking, Any]:
    assert it("POST", "/_sandbox/buyer", {"payment_id": sale["id"], **pressed}).status == 201
    return it, sale


def own(make: Callable[[Asking], Any], **options: Any) -> Callable[[], tuple[Asking, Any]]:
    def start() -> tuple[Asking, Any]:
        it = shop(**options)
        return it, make(it)

    return start


def switched(**switches: object) -> Callable[[], tuple[Asking, Any]]:
    def start() -> tuple[Asking, Any]:
        it = shop()
        turned(it, **switches)
        return it, paid(it)

    return start


def twice() -> tuple[Asking, Any]:
    it = shop()
    sale = paid(it)
    turned(it, most=1)
    assert refund(it, sale, 1, "first").status == 201
    return it, sale


def unreleased() -> tuple[Asking, Any]:
    it = ask(site="MLB", stores=1, registers=1)
    sale, _ = paid(it), paid(it, method="visa")
    return spent(it, sale, "5.00")


REFUSED: list[tuple[str, Callable[[], tuple[Asking, Any]], object, int, int | None]] = [
    ("an unknown payment", own(lambda _: 1), None, 404, 2000),
    ("no number of a payment", own(lambda _: "abc"), None, 404, 2000),
    ("more than is left", own(paid), 100.01, 400, 2017),
    ("more decimals than the currency", own(paid), 10.005, 400, 2017),
    ("cents in Chile", own(lambda it: paid(it, "1000"), site="MLC"), 10.5, 400, 2017),
    ("given back already", lambda: done(*own(paid)(), action="refund"), None, 400, 2018),
    ("not paid yet", own(lambda it: paid(it, pending=True)), None, 400, 2018),
    ("the merchant is the payer", lambda: ((it := year()), generated(it, "outgoing")), None, 400, 2021),
    ("too many refunds", twice, 1, 400, 2022),
    ("too old, by card", lambda: aged("MLA", "visa", 180.01), None, 400, 2024),
    ("too old in Peru", lambda: aged("MPE", "visa", 90.01), None, 400, 2024),
    ("too old, by bank", lambda: aged("MLB", "pix", 180.01), None, 400, 15016),
    ("own money put in", lambda: ((it := year()), generated(it, "funding")), None, 400, 2025),
    ("a transfer", lambda: ((it := year()), generated(it, "transfer")), None, 400, 2027),
    ("no money at all", lambda: spent(*own(paid)(), left="1.00"), None, 400, 2030),
    ("money not released yet", unreleased, None, 400, 2031),
    ("only admins", switched(refuse=2041), None, 403, 2041),
    ("disputed", lambda: done(*own(lambda it: paid(it, method="visa"))(), action="chargeback"), None, 400, 2063),
    ("in mediation", lambda: done(*own(paid)(), action="claim"), None, 400, 2063),
    ("partial of a credit", own(lambda it: paid(it, method="consumer_credits")), 10, 400, 3024),
    ("partial in Peru", own(paid, site="MPE"), 10, 400, 3024),
    ("partials switched off", switched(partials=False), 10, 400, 3024),
    ("nothing", own(paid), 0, 400, 4040),
    ("less than nothing", own(paid), -5, 400, 4040),
    ("a text", own(paid), "10.00", 400, 4041),
    ("a truth", own(paid), True, 400, 4041),
    ("a list", own(paid), [10], 400, 4041),
    ("a number beyond all", own(paid), 1e30, 400, 2017),
    *(
        (f"switched to {n}", switched(refuse=n), None, {2000: 404, 2032: 404, 2041: 403}.get(n, 400), n)
        for n in codes()
    ),
]


@pytest.mark.parametrize(
    ("start", "amount", "status", "number"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_refusals(start: Callable[[], tuple[Asking, Any]], amount: object, status: int, number: int) -> None:
    it, payment = start()
    before = list(it.world.book.movements())
    said = refund(it, payment, amount, "another-key")
    assert (said.status, code(said)) == (status, number)
    assert set(said.body) == {"message", "error", "status", "cause"}
    assert said.body["status"] == said.status
    assert re.fullmatch(r"\d\d-\d\d-\d{4}T\d\d:\d\d:\d\dUTC;[0-9a-f-]{36}", said.body["cause"][0]["data"])
    assert list(it.world.book.movements()) == before


def test_the_last_instant_of_the_window() -> None:
    assert refund(*aged("MLA", "visa", 180)).status == 201
    assert refund(*aged("MPE", "account_money", 90)).status == 201


def test_a_whole_refund_is_taken_where_parts_are_not() -> None:
    it = shop("MPE")
    assert refund(it, paid(it)).status == 201
    turned(it, partials=True)
    assert refund(it, paid(it), 10, "part").status == 201


def test_without_a_key_nothing_happens() -> None:
    it = shop()
    said = refund(it, paid(it), key="")
    assert (said.status, code(said)) == (400, 4292)
    assert it("GET", "/_sandbox/refunds").body["refuse"] == 0


@pytest.mark.parametrize("body", [b"[1]", b'"all"', b"3"])
def test_a_body_that_is_no_object(body: bytes) -> None:
    it = shop()
    sale = paid(it)
    said = it("POST", f"/v1/payments/{sale['id']}/refunds", body, X_Idempotency_Key="k")
    assert (said.status, code(said)) == (400, 4041)


def test_the_policy_of_the_gateway_closes_refunds() -> None:
    it = shop()
    sale = paid(it)
    turned(it, policy=["refunds"])
    said = refund(it, sale)
    assert said.status == 403
    assert said.body["blocked_by"] == "PolicyAgent"
    assert it("GET", f"/v1/payments/{sale['id']}/refunds").status == 403
    assert it("GET", f"/v1/payments/{sale['id']}").status == 200
    turned(it, policy=[])
    assert refund(it, sale).status == 201


def test_right_after_approval_it_is_too_early_and_the_same_key_works_later() -> None:
    it = shop()
    turned(it, not_yet_s=5)
    seen = set()
    for n in range(30):
        sale = paid(it)
        said = refund(it, sale, key=f"key-{n}")
        assert said.status in {409, 422}
        assert code(said) is None
        seen.add((said.status, said.body["error"]))
        if n == 29:
            it.clock.sleep(5)
            assert refund(it, sale, key=f"key-{n}").status == 201
    assert seen == {(422, "unprocessable_entity"), (409, "post_processing_operation_pending")}


def test_a_refund_that_is_not_there() -> None:
    it = shop()
    sale = paid(it)
    refund(it, sale, 10)
    for wanted in ("1", "x"):
        said = it("GET", f"/v1/payments/{sale['id']}/refunds/{wanted}")
        assert (said.status, code(said)) == (404, 2032)
    assert code(it("GET", "/v1/payments/1/refunds")) == 2000
    assert code(it("GET", "/v1/payments/1/refunds/2")) == 2000


def test_another_account_sees_none_of_it() -> None:
    it = shop()
    sale = paid(it)
    it("POST", "/_sandbox/accounts", {"token": "other", "user_id": "999"})
    said = it("POST", f"/v1/payments/{sale['id']}/refunds", {}, token="other", X_Idempotency_Key="k")
    assert (said.status, code(said)) == (404, 2000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"refuse": 1},
        {"most": 1.5},
        {"most": True},
        {"in_process": 2},
        {"policy": "refunds"},
        {"policy": ["all"]},
        {"x": 1},
    ],
)
def test_a_switch_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    it = ask()
    before = it("GET", "/_sandbox/refunds").body
    assert it("PUT", "/_sandbox/refunds", wrong).status == 400
    assert it("GET", "/_sandbox/refunds").body == before


# keys


def test_the_same_key_answers_the_same_and_does_nothing_more() -> None:
    it = shop()
    sale = paid(it)
    first = refund(it, sale, 30)
    it.clock.sleep(23 * 3600)
    again = refund(it, sale, 30)
    assert (again.status, again.body) == (201, first.body)
    assert it("GET", f"/v1/payments/{sale['id']}").body["transaction_amount_refunded"] == 30


def test_the_same_key_for_another_request_is_refused() -> None:
    it = shop()
    sale, other = paid(it), paid(it)
    refund(it, sale, 30)
    for payment, amount in ((sale, 31), (sale, None), (other, 30)):
        said = refund(it, payment, amount)
        assert (said.status, said.body["error"]) == (409, "idempotency_key_already_used")


def test_a_key_is_forgotten_after_a_day() -> None:
    it = shop()
    sale = paid(it)
    refund(it, sale, 30)
    it.clock.sleep(DAY)
    assert refund(it, sale, 30).status == 201
    assert it("GET", f"/v1/payments/{sale['id']}").body["transaction_amount_refunded"] == 60


def test_a_refused_key_is_free_to_be_used_again() -> None:
    it = shop()
    sale = paid(it)
    assert code(refund(it, sale, 200)) == 2017
    assert refund(it, sale, 30).status == 201


def test_a_key_outlives_a_restart(tmp_path: Path) -> None:
    file, clock = tmp_path / "state", FixedClock(NOON)

    def begin() -> Asking:
        return Asking(World("MLB", clock=clock, sleep=clock.sleep, stores=1, registers=1, state=file), clock)

    it = begin()
    it("PUT", "/_sandbox/balance", {"available": "500.00"})
    turned(it, in_process=1, rejected=0)
    sale, slow = paid(it), paid(it, method="pix")
    first = refund(it, sale, 30)
    assert refund(it, slow, key="slow", **SEE).body["status"] == "in_process"
    held = it("GET", "/_sandbox/balance").body
    it.world.close()
    it = begin()
    assert it("GET", "/_sandbox/balance").body == held
    assert refund(it, sale, 30).body == first.body
    assert it("GET", f"/v1/payments/{sale['id']}").body["transaction_amount_refunded"] == 30
    it.clock.sleep(DAY)
    assert it("GET", f"/v1/payments/{slow['id']}").body["status"] == "refunded"
    it.world.close()
    assert begin()("GET", f"/v1/payments/{slow['id']}").body["transaction_amount_refunded"] == 100


# a Pix that takes its time


def slow_pix(*, rejected: float = 0) -> tuple[Asking, Any]:
    it = shop("MLB")
    turned(it, in_process=1, rejected=rejected, in_process_s=600)
    return it, paid(it, method="pix")


def test_a_slow_pix_is_shown_to_who_asks_to_see_it() -> None:
    it, sale = slow_pix()
    made = refund(it, sale, 40, **SEE)
    assert (made.status, made.body["status"]) == (201, "in_process")
    path = f"/v1/payments/{sale['id']}/refunds"
    assert it("GET", path, **SEE).body == [made.body]
    assert it("GET", path).body == []
    one = f"{path}/{made.body['id']}"
    assert it("GET", one, **SEE).body == made.body
    assert code(it("GET", one)) == 2032
    now = it("GET", f"/v1/payments/{sale['id']}").body
    assert (now["status"], now["status_detail"], now["transaction_amount_refunded"]) == ("approved", "accredited", 0)
    assert now["refunds"] == []
    it.clock.sleep(599)
    assert it("GET", path, **SEE).body[0]["status"] == "in_process"
    it.clock.sleep(1)
    assert it("GET", path).body == [made.body | {"status": "approved"}]
    now = it("GET", f"/v1/payments/{sale['id']}").body
    assert (now["status_detail"], now["transaction_amount_refunded"]) == ("partially_refunded", 40)
    assert now["date_last_updated"] > made.body["date_created"]
    assert refund(it, sale, 40, **SEE).body == made.body  # its key says what it said


def test_a_slow_pix_is_an_error_to_who_does_not_and_goes_on_all_the_same() -> None:
    it, sale = slow_pix()
    said = refund(it, sale)
    assert (said.status, code(said)) == (400, None)
    assert refund(it, sale).status == 400  # the key again: still nothing new
    it.clock.sleep(600)
    assert it("GET", f"/v1/payments/{sale['id']}").body["status"] == "refunded"
    assert len(it("GET", f"/v1/payments/{sale['id']}/refunds").body) == 1


def test_a_slow_pix_may_come_to_nothing() -> None:
    it, sale = slow_pix(rejected=1)
    made = refund(it, sale, **SEE)
    it.clock.sleep(600)
    assert it("GET", f"/v1/payments/{sale['id']}/refunds").body == [made.body | {"status": "rejected"}]
    now = it("GET", f"/v1/payments/{sale['id']}").body
    assert (now["status"], now["transaction_amount_refunded"]) == ("approved", 0)
    assert now["refunds"][0]["status"] == "rejected"
    turned(it, rejected=0)
    assert refund(it, sale, key="next", **SEE).status == 201


def test_while_one_is_in_process_there_is_no_other() -> None:
    it, sale = slow_pix()
    refund(it, sale, 40, **SEE)
    assert code(refund(it, sale, 10, "next", **SEE)) == 2063
    assert it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": sale["id"], "amount": 10}).status == 409
    it.clock.sleep(600)
    assert refund(it, sale, 10, "next", **SEE).status == 201


def test_the_share_of_slow_ones_is_drawn_by_the_seed() -> None:
    def trace() -> list[str]:
        it = shop("MLB")
        return [refund(it, paid(it, method="pix"), key=f"k{n}", **SEE).body["status"] for n in range(40)]

    first = trace()
    assert first == trace()
    assert {"approved", "in_process"} == set(first)
    assert first.count("approved") > first.count("in_process")


def test_only_a_pix_takes_its_time() -> None:
    it = shop("MLB")
    turned(it, in_process=1)
    assert refund(it, paid(it, method="visa"), **SEE).body["status"] == "approved"


# the balance


def test_the_balance_is_the_released_movements_less_payouts() -> None:
    it = ask(site="MLB", stores=1, registers=1)
    held = it("GET", "/_sandbox/balance").body
    assert (held["available"], held["unavailable"]) == ("0.00", "0.00")
    paid(it, "100.00")  # 0.99 per cent
    slow_release = it("GET", "/_sandbox/balance").body
    assert slow_release["available"] == "99.01"
    it("PUT", "/_sandbox/balance", {"available": "10.00"})
    now = it("GET", "/_sandbox/balance").body
    assert (now["available"], [row["amount"] for row in now["payouts"]]) == ("10.00", ["89.01"])


def test_the_balance_equals_the_sums_of_a_year() -> None:
    it = ask(site="MLB", stores=2, registers=3, payments=2_000)
    rows = it("GET", "/_sandbox/ledger?by=day").body["rows"]
    net = sum(round(float(row["net"]) * 100) for row in rows)
    moved = {"outgoing": -1, "funding": 1}
    net += sum(moved.get(entry.kind, 0) * entry.hundredths for entry in it.world.book.movements())
    net -= sum(payout.hundredths for payout in it.world.office.payouts)
    held = it("GET", "/_sandbox/balance").body
    assert round((float(held["available"]) + float(held["unavailable"])) * 100) == net
    later = 0  # cards of the last two weeks, one by one
    for id_, slip in it.world.book.slips.items():
        money = it.world.book.money[id_]
        if it.world.book.dates(slip, money)["money_release_date"] > it.world.now().timestamp():
            later += sum(SIGNS[entry.kind] * entry.hundredths for entry in money if entry.kind in SIGNS)
    assert round(float(held["unavailable"]) * 100) == later > 0
    it.clock.sleep(30 * DAY)
    assert it("GET", "/_sandbox/balance").body["unavailable"] == "0.00"


def test_a_refund_of_the_only_sale_needs_no_more_than_came_in() -> None:
    it = ask(site="MLB", stores=1, registers=1)
    turned(it, in_process=0)
    assert refund(it, paid(it, method="pix")).status == 201
    assert it("GET", "/_sandbox/balance").body["available"] == "0.00"


# the shape


def shape(document: Any) -> Any:
    return {name: type(value).__name__ for name, value in document.items()}


@pytest.mark.parametrize(
    "sample",
    ["refund.get", "refunds.create.partial", "refunds.create.go-sdk", "refunds.list", "refunds.list.two"],
)
def test_a_refund_has_the_keys_and_types_of_the_recorded_ones(sample: str, shared: Path) -> None:
    told = json.loads((shared / f"api/samples-payments/{sample}.response.json").read_text(encoding="utf-8"))
    it = shop()
    made = refund(it, paid(it), 12.34).body
    for row in told if isinstance(told, list) else [told]:
        assert set(row) <= set(made)
        assert set(row["source"]) == set(made["source"])
        for name, kind in shape(row).items():
            assert {kind, shape(made)[name]} <= {kind} | ({"int", "float"} if kind in {"int", "float"} else set()), name


def test_the_policy_answer_is_the_recorded_one(shared: Path) -> None:
    told = json.loads((shared / "api/samples-payments/error.policyagent.403.json").read_text(encoding="utf-8"))
    it = shop()
    turned(it, policy=["refunds"])
    assert refund(it, paid(it)).body == told


def test_a_whole_answer_to_a_refund(golden: Callable[[str, str], None]) -> None:
    it = shop()
    sale = paid(it, "1284.50", "visa")
    it.clock.sleep(60)
    first = refund(it, sale, 84.5)
    said = {
        "refund": first.body,
        "list": it("GET", f"/v1/payments/{sale['id']}/refunds").body,
        "too much": refund(it, sale, 5000, "more").body,
        "no key": refund(it, sale, 1, "").body,
    }
    golden("sandbox/refund.json", json.dumps(said, ensure_ascii=False, indent=1))


# cancelling


def test_what_is_not_paid_yet_can_be_cancelled() -> None:
    it = shop()
    waiting = paid(it, pending=True)
    assert (waiting["status"], waiting["transaction_amount"], waiting["date_approved"]) == ("pending", 100, None)
    it.clock.sleep(60)
    gone = it("PUT", f"/v1/payments/{waiting['id']}", {"status": "cancelled"})
    assert (gone.status, gone.body["status"], gone.body["status_detail"]) == (200, "cancelled", "by_collector")
    assert gone.body["date_last_updated"] > waiting["date_last_updated"]
    again = it("PUT", f"/v1/payments/{waiting['id']}", {"status": "cancelled"})
    assert (again.status, code(again)) == (400, 2018)


def test_what_is_paid_cannot() -> None:
    it = shop()
    sale = paid(it)
    said = it("PUT", f"/v1/payments/{sale['id']}", {"status": "cancelled"})
    assert (said.status, code(said)) == (400, 2018)
    assert it("PUT", f"/v1/payments/{sale['id']}", {"status": "approved"}).status == 400
    assert it("PUT", f"/v1/payments/{sale['id']}", {}).status == 400
    assert code(it("PUT", "/v1/payments/1", {"status": "cancelled"})) == 2000
    assert it("PUT", f"/v1/payments/{sale['id']}/cancellations", {}).status == 404
