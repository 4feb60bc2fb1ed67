"""The world as a whole: who may ask, unknown paths, the panel, and its memory across restarts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mpkit.errors import Refused
from mpkit.sandbox import World
from mpkit.sandbox.seller import seller
from mpkit.work import FixedClock
from tests.sandbox.asking import NOON, Asking, ask


def test_who_has_no_token_or_a_wrong_one_is_refused_in_each_familys_words(shared: Path) -> None:
    it = ask()
    nobody = it("GET", "/users/me", token="")
    assert nobody.status == 401
    assert nobody.body == json.loads((shared / "api/samples/auth.error-401.flat.json").read_text(encoding="utf-8"))
    assert it("GET", "/pos", token="wrong").body["message"] == "Invalid access token."
    assert it("GET", "/v1/payments/search", token="wrong").body["cause"] == []
    flat = json.loads((shared / "api/samples/auth.error-401.flat-user.json").read_text(encoding="utf-8"))
    assert it("GET", "/v2/pos", token="wrong").body == flat
    for path in ("/users/me", "/pos", "/v2/pos", "/v1/payments/search"):
        assert it("GET", path, token="wrong").status == 401


def test_the_seller_is_a_test_user_of_the_site_with_a_token_of_no_real_form() -> None:
    it = ask(site="MLB", seed=11)
    me = it("GET", "/users/me").body
    assert me["site_id"] == "MLB"
    assert "test_user" in me["tags"]
    assert it.world.seller.token == f"TEST-sandbox-{me['id']}"
    assert me["id"] != ask(site="MLB", seed=12)("GET", "/users/me").body["id"]


def test_the_keys_of_users_me_are_among_the_recorded(shared: Path) -> None:
    file = shared / "api/samples-payments/users.me.measured.mlb.response.json"
    assert set(ask()("GET", "/users/me").body) <= set(json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("seed", range(40))
def test_the_tax_id_has_its_right_check_digit(seed: int) -> None:
    digits = [int(d) for d in seller("MLA", seed).tax_id]
    assert len(digits) == 11
    weighed = sum(d * w for d, w in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True))
    assert weighed % 11 in {0, 10 if digits[-1] == 9 else 0}


def test_an_unknown_path_is_a_404_and_needs_the_token_first() -> None:
    it = ask()
    assert it("GET", "/v1/orders").status == 404
    assert it("GET", "/v1/orders", token="").status == 401
    assert it("GET", "/_sandbox/nothing").status == 404


def test_another_account_has_its_own_world() -> None:
    it = ask(stores=2, registers=2, payments=50)
    assert it("POST", "/_sandbox/accounts", {"token": "other", "user_id": "999"}).status == 201
    assert it("GET", "/users/me", token="other").body["id"] == 999
    assert it("GET", "/pos", token="other").body["results"] == []
    assert it("GET", "/v1/payments/search?begin_date=NOW-11MONTHS", token="other").body["results"] == []
    payment = next(iter(it.world.book.slips))
    assert it("GET", f"/v1/payments/{payment}", token="other").status == 404
    pos = it.state()["pos"][0]["id"]
    assert it("GET", f"/pos/{pos}", token="other").status == 404
    assert it("POST", "/_sandbox/accounts", {"token": ""}).status == 400


def test_the_panel_makes_changes_and_deletes_behind_our_back() -> None:
    it = ask()
    store = it("POST", "/_sandbox/panel", {"action": "create_store", "name": "Kiosco"}).body["id"]
    pos = it("POST", "/_sandbox/panel", {"action": "create_pos", "store_id": store}).body["id"]
    shown = it("GET", f"/stores/{store}").body
    assert (shown["name"], shown["external_id"]) == ("Kiosco", None)
    it("POST", "/_sandbox/panel", {"action": "edit_store", "id": store, "name": "Otro", "external_id": "K1"})
    it("POST", "/_sandbox/panel", {"action": "edit_pos", "id": pos, "fixed_amount": True, "name": "Caja 9"})
    assert it("GET", f"/users/{it.user}/stores/search?external_id=K1").body["results"][0]["name"] == "Otro"
    assert it("GET", f"/pos/{pos}").body["fixed_amount"] is True
    it("POST", "/_sandbox/panel", {"action": "delete_store", "id": store})
    assert it("GET", f"/pos/{pos}").body["store_id"] is None
    it("POST", "/_sandbox/panel", {"action": "delete_pos", "id": pos})
    assert it("GET", f"/pos/{pos}").status == 404
    effects = it.requests()["effects"]
    assert effects == {}  # the panel is no request of ours
    for wrong in ({"action": "dance"}, {"action": "edit_pos", "id": "1"}, {"action": "create_store", "city": "?"}):
        assert it("POST", "/_sandbox/panel", wrong).status in {400, 404}


def test_the_buyer_is_refused_what_makes_no_sense() -> None:
    it = ask(stores=1, registers=1)
    pos = it.state()["pos"][0]["id"]
    pay = {"action": "pay", "pos": pos, "as_order": True}
    for wrong in (
        {"action": "steal"},
        {**pay, "amount": "0"},
        {**pay, "amount": "much"},
        {**pay, "amount": 5, "method": "shells"},
        {**pay, "amount": 5, "pos": "nowhere"},
        {"action": "refund", "payment_id": "1"},
        {"action": "settle", "payment_id": "1"},
    ):
        assert it("POST", "/_sandbox/buyer", wrong).status in {400, 404}, wrong
    paid = it("POST", "/_sandbox/buyer", {**pay, "amount": 5}).body["id"]
    assert it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": paid, "amount": 6}).status == 400
    assert it("POST", "/_sandbox/buyer", {"action": "settle", "payment_id": paid, "outcome": "settled"}).status == 400
    assert it.state()["payments"] == 1


LIVING: dict[Path, World] = {}


def again(path: Path, **options: object) -> Asking:
    """A world in this file, after the one that lives there has ended."""
    clock = FixedClock(NOON)
    if path in LIVING:
        LIVING.pop(path).close()
    made = {"stores": 2, "registers": 3, "payments": 60, **options}
    LIVING[path] = World(clock=clock, sleep=clock.sleep, state=path, **made)  # type: ignore[arg-type]
    return Asking(LIVING[path], clock)


def live_a_little(it: Asking) -> None:
    """Every kind of change there is."""
    it.create_store()
    pos = it.create_pos(external_store_id="SUC001", external_id="NEW").status == 409 or it.state()["pos"][0]["id"]
    gone = it.create_store(external_id="GONE").body["id"]
    it("DELETE", f"/users/{it.user}/stores/{gone}")
    it("DELETE", f"/pos/{it.state()['pos'][-1]['id']}")
    pay = {"action": "pay", "pos": pos, "amount": "50.00", "method": "visa", "as_order": True}
    paid = [it("POST", "/_sandbox/buyer", pay).body["id"] for _ in range(3)]
    it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": paid[0], "amount": "20.00"})
    it("POST", "/_sandbox/buyer", {"action": "chargeback", "payment_id": paid[1]})
    it("POST", "/_sandbox/buyer", {"action": "settle", "payment_id": paid[1], "outcome": "reimbursed"})


def remembered(it: Asking) -> object:
    state = it.state()
    begin = "begin_date=NOW-364DAYS&limit=100"
    searches = [
        it("GET", f"/v1/payments/search?range={range_}&{begin}").body["results"]
        for range_ in ("date_created", "date_last_updated", "date_approved", "money_release_date")
    ]
    return state["stores"], state["pos"], state["payments"], searches, it("GET", "/_sandbox/ledger?by=pos").body


def test_a_world_lives_on_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "state" / "world.jsonl"
    first = again(file)
    live_a_little(first)
    before = remembered(first)
    second = again(file)
    assert remembered(second) == before
    fresh = second.create_store(external_id="LATER").body["id"]
    assert fresh not in {row["id"] for row in before[0]}  # type: ignore[index]
    third = again(file)
    assert fresh in {row["id"] for row in third.state()["stores"]}


def test_a_torn_last_line_is_dropped_and_the_rest_kept(tmp_path: Path) -> None:
    file = tmp_path / "world.jsonl"
    first = again(file)
    first.create_store(external_id="KEPT")
    first.create_store(external_id="TORN")
    text = file.read_text(encoding="utf-8")
    file.write_text(text[:-40], encoding="utf-8")
    second = again(file)
    assert {"KEPT"} == {row["external_id"] for row in second.state()["stores"]} & {"KEPT", "TORN"}
    assert second.create_store(external_id="TORN").status == 201
    assert len(again(file).state()["stores"]) == 4


@pytest.mark.parametrize(
    "text", ["not json", "{}", "not json\n", "[1, 2]\n", "7\nx", "{}\n", '{"asked": 1}\nbroken\n{}\n']
)
def test_a_file_that_is_none_of_ours_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=r"notes\.txt"):
        again(file)
    assert file.read_text(encoding="utf-8") == text
    with pytest.raises(Refused, match=r"notes\.txt"):
        again(file / "below")


def test_a_file_of_another_world_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "world.jsonl"
    again(file)
    with pytest.raises(Refused, match=r"world\.jsonl"):
        again(file, stores=3)
