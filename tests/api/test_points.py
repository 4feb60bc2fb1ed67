"""Both generations of POS calls against the sandbox over real HTTP: the same round, and from one to the other."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace

import pytest
from pydantic import SecretStr

from mpkit.api import MercadoPago, connect, plain_name
from mpkit.errors import Conflict, NotFound, RefusedByApi, Unauthorised, UnknownOutcome
from mpkit.model import Branch, Location, Register
from tests.api.conftest import said

ME = {"id": 1, "site_id": "MLA", "nickname": "TESTUSER1"}
BRANCH = Branch("SUC001", "Uno", Location("Caseros", "3039", "Palermo", "Capital Federal", -34.58, -58.42))
REGISTER = Register("SUC001C1", "SUC001", "Caja 1", category=621102)
BOTH = pytest.mark.parametrize("generation", ["v1", "v2"])


@pytest.fixture
def at(start_sandbox):
    """A sandbox with one store, the account behind its token and the store's id."""

    def start(generation="v1", **options):
        running = start_sandbox(site="MLA", seed=7, **options)
        moves = []
        account = connect(running.url, SecretStr(running.token), generation=generation, moved=moves.append)
        cities = [city for _, city in account.cities(dict(map(reversed, account.states("AR")))["Capital Federal"])]
        branch = replace(BRANCH, location=replace(BRANCH.location, city=cities[0]))
        store = account.create_store(branch)
        return running, account, store.id, moves

    return start


@BOTH
def test_a_register_from_nothing_to_nothing(at, generation):
    running, account, store, moves = at(generation)
    with account:
        made = account.create_pos(REGISTER, store_id=store, waits_for_order=False, key="key-of-c1")
        assert (made.external_id, made.store_id, made.fixed_amount, made.category) == ("SUC001C1", store, False, 621102)
        assert account.pos(made.id).qr_code == running.world.shelf.pos[made.id].qr_code
        assert [pos.id for pos in account.pos_list()] == [made.id]
        assert account.pos_by_external_id("suc001c1").id == made.id
        assert account.pos_by_external_id("OTHER") is None
        changed = account.update_pos(made.id, replace(REGISTER, name="Caja dos"), store_id=store, waits_for_order=True)
        assert (changed.name, changed.fixed_amount) == ("Caja dos", True)
        assert account.pos(made.id).qr_code == made.qr_code
        account.delete_pos(made.id)
        for gone in (lambda: account.pos(made.id), lambda: account.delete_pos(made.id)):
            with pytest.raises(NotFound):
                gone()
        assert list(account.pos_list()) == []
        account.delete_store(store)
        with pytest.raises(NotFound):
            account.delete_store(store)
        assert (account.generation, moves) == (generation, [])
    asked = {row["path"].split("/pos")[0] for row in running.world.trace.rows() if "/pos" in row["path"]}
    assert asked == {"/v2" if generation == "v2" else ""}


@BOTH
def test_a_register_made_in_the_panel_gets_its_id_and_keeps_its_code(at, generation):
    running, account, store, _ = at(generation)
    with account:
        id_ = running.post("/_sandbox/panel", {"action": "create_pos", "name": "Mostrador", "store_id": store})["id"]
        code = account.pos(id_).qr_code
        assert account.pos(id_).external_id is None
        account.update_pos(id_, REGISTER, store_id=store, waits_for_order=False, external_id="SUC001C1")
        adopted = account.pos_by_external_id("SUC001C1")
        assert (adopted.id, adopted.name, account.pos(id_).qr_code) == (id_, "Caja 1", code)
        with pytest.raises(RefusedByApi):  # given once, for good
            account.update_pos(id_, REGISTER, store_id=store, waits_for_order=False, external_id="OTHER")


@BOTH
def test_an_id_that_is_taken_is_a_conflict_whatever_is_said(at, generation):
    _, account, store, _ = at(generation)
    with account:
        account.create_pos(REGISTER, store_id=store, waits_for_order=False)
        with pytest.raises(Conflict):
            account.create_pos(replace(REGISTER, name="Otra"), store_id=store, waits_for_order=False)
        with pytest.raises(Conflict):
            account.create_store(replace(BRANCH, location=replace(BRANCH.location, city=city_of(account))))


def city_of(account):
    return account.cities(dict(map(reversed, account.states("AR")))["Capital Federal"])[0][1]


@BOTH
def test_a_store_that_is_not_there_yet(at, generation):
    _, account, _, _ = at(generation)
    with account, pytest.raises(NotFound):
        account.create_pos(REGISTER, store_id="99999", waits_for_order=False)


def test_the_store_of_another_account_is_a_refusal_of_this_request_only(at):
    running, account, store, _ = at("v2")
    running.post("/_sandbox/accounts", {"token": "TEST-somebody", "user_id": "77"})
    with account, connect(running.url, SecretStr("TEST-somebody"), generation="v2") as other:
        with pytest.raises(RefusedByApi) as told:
            other.create_pos(REGISTER, store_id=store, waits_for_order=False)
        assert told.value.key == "api_other_owner"
        with pytest.raises(Unauthorised):
            other.store(store)


# the newer generation's own


def test_the_same_key_gives_the_same_register_and_a_changed_body_none(at):
    running, account, store, _ = at("v2")
    with account:
        first = account.create_pos(REGISTER, store_id=store, waits_for_order=False, key="k")
        again = account.create_pos(REGISTER, store_id=store, waits_for_order=False, key="k")
        assert first == again
        with pytest.raises(Conflict):
            account.create_pos(replace(REGISTER, name="Otra"), store_id=store, waits_for_order=False, key="k")
    assert running.get("/_sandbox/state")["effects"]["create pos"] == 1


def test_every_write_has_a_key_and_changes_never_the_same(other):
    pos = {"id": 9, "store_id": "7", "config": {"qr": {"operating_mode": "standalone"}}}
    o = other(said(200, pos), generation="v2")
    o.account.create_pos(REGISTER, store_id="7", waits_for_order=True, key="mine")
    o.account.create_pos(REGISTER, store_id="7", waits_for_order=True)
    for _ in range(2):
        o.account.update_pos("9", REGISTER, store_id="7", waits_for_order=True)
        o.account.delete_pos("9")
    sent = [request for request in o.transport.asked if request.method != "GET"]
    keys = [request.headers["x-idempotency-key"] for request in sent]
    assert keys[0] == "mine"
    assert len(set(keys)) == len(keys) == 6
    assert all(1 <= len(key) <= 64 for key in keys)
    assert json.loads(sent[0].body) == {
        "name": "Caja 1",
        "store_id": "7",
        "external_id": "SUC001C1",
        "config": {"qr": {"operating_mode": "pdv", "category": 621102}},
    }
    assert (sent[2].method, sent[2].path) == ("PATCH", "/v2/pos/9")


@pytest.mark.parametrize("mode", ["unattended", "self_service", "pdv"])
def test_a_machine_stays_one_when_its_register_is_renamed(other, mode):
    o = other(said(200, {"id": 9, "config": {"qr": {"operating_mode": mode}}}), generation="v2")
    o.account.update_pos("9", replace(REGISTER, category=None), store_id="7", waits_for_order=True)
    assert json.loads(o.transport.asked[-1].body) == {"name": "Caja 1", "store_id": "7"}
    o.account.update_pos("9", replace(REGISTER, category=None), store_id="7", waits_for_order=False)
    assert json.loads(o.transport.asked[-1].body)["config"] == {"qr": {"operating_mode": "standalone"}}


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Caja 1", "Caja 1"),
        ("  Peñón / Ünïque ", "Penon Unique"),
        ("a" * 60, "a" * 45),
        ("a" * 44 + " b", "a" * 44),
        ("C_1-b", "C_1-b"),
        ("★", ""),
        ("", ""),
    ],
)
def test_names_as_the_newer_generation_takes_them(name, plain):
    assert plain_name(name) == plain
    assert plain_name(plain) == plain


# unattended machines


def test_an_unattended_machine_is_made_by_the_first_generation_whichever_is_used(at):
    for generation in ("v1", "v2"):
        running, account, store, _ = at(generation, url_hosts=("machines.example",))
        with account:
            url = "https://machines.example/order?m=1"
            made = account.create_pos(REGISTER, store_id=store, waits_for_order=False, url=url)
            assert made.fixed_amount
            assert running.world.shelf.pos[made.id].mode == "unattended"
            assert account.pos(made.id).fixed_amount
            if generation == "v1":
                assert account.pos(made.id).url == url
            other = replace(REGISTER, external_id="SUC001C2")
            with pytest.raises(Unauthorised):
                account.create_pos(other, store_id=store, waits_for_order=True, url="https://elsewhere.example/")


def test_where_the_first_generation_is_gone_no_machine_can_be_made_and_it_is_said(at):
    running, account, store, _ = at("v2")
    running.put("/_sandbox/gone", {"/pos": 410})
    with account, pytest.raises(RefusedByApi) as told:
        account.create_pos(REGISTER, store_id=store, waits_for_order=True, url="https://machines.example/")
    assert told.value.key == "api_unattended_gone"


# from one generation to the other


@dataclass(frozen=True)
class Here:
    """An account with one register."""

    account: MercadoPago
    pos: str
    store: str


ASKS = {
    "list": lambda at: [one.id for one in at.account.pos_list()] == [at.pos],
    "search": lambda at: at.account.pos_by_external_id("SUC001C1").id == at.pos,
    "search in vain": lambda at: at.account.pos_by_external_id("NOPE") is None,
    "read": lambda at: at.account.pos(at.pos).id == at.pos,
    "create": lambda at: (
        at.account.create_pos(
            replace(REGISTER, external_id="SUC001C2"), store_id=at.store, waits_for_order=True, key="k"
        ).fixed_amount
    ),
    "update": lambda at: (
        at.account.update_pos(at.pos, replace(REGISTER, name="Otra"), store_id=at.store, waits_for_order=True).name
        == "Otra"
    ),
    "delete": lambda at: at.account.delete_pos(at.pos) is None,
}


@pytest.mark.parametrize("status", [404, 405, 410])
@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS.keys())
def test_whatever_is_asked_first_finds_out_that_the_first_generation_is_gone(at, ask, status):
    running, account, store, moves = at()
    with account:
        pos = account.create_pos(REGISTER, store_id=store, waits_for_order=False).id
        running.put("/_sandbox/gone", {"/pos": status})
        assert ask(Here(account, pos, store))
        assert (account.generation, moves) == ("v2", ["v2"])
        before = running.world.trace.count
        assert isinstance(list(account.pos_list()), list)
        assert all(row["path"] != "/pos" for row in running.world.trace.rows() if row["n"] > before)


def test_many_threads_move_once(at):
    running, account, store, moves = at()
    with account:
        running.put("/_sandbox/gone", {"/pos": 404})
        made = []

        def make(n):
            register = replace(REGISTER, external_id=f"SUC001C{n}")
            made.append(account.create_pos(register, store_id=store, waits_for_order=False, key=f"k{n}"))

        threads = [threading.Thread(target=make, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(made) == 6
    assert moves == ["v2"]


def test_a_register_that_is_unknown_is_no_generation_that_is_gone(at):
    _, account, store, moves = at()
    with account:
        account.create_pos(REGISTER, store_id=store, waits_for_order=False)
        for ask in (
            lambda: account.pos("424242"),
            lambda: account.delete_pos("424242"),
            lambda: account.update_pos("424242", REGISTER, store_id=store, waits_for_order=True),
            lambda: account.create_pos(REGISTER, store_id="424242", waits_for_order=True),
        ):
            with pytest.raises(NotFound):
                ask()
    assert (account.generation, moves) == ("v1", [])


@pytest.mark.parametrize("gone", [{"/pos": 404, "/v2/pos": 404}, {"POST /pos": 405, "/v2/pos": 410}])
def test_where_neither_answers_nothing_moves(at, gone):
    running, account, store, moves = at()
    running.put("/_sandbox/gone", gone)
    with account, pytest.raises((NotFound, RefusedByApi)):
        account.create_pos(REGISTER, store_id=store, waits_for_order=False)
    assert (account.generation, moves) == ("v1", [])


def test_an_account_without_registers_may_be_told_404(other):
    o = other(said(200, ME), generation="v1")

    def answer(request):
        return said(404, {"error": "not_found"}) if "pos" in request.path else said(200, ME)

    o = other(transport=answer)
    assert list(o.account.pos_list()) == []
    assert o.account.pos_by_external_id("X") is None
    assert o.account.generation == "v1"


# state, not text


@pytest.mark.parametrize("text", ["", "external id 'SUC001' is already assigned", "Campo inválido", "日本語"])
@pytest.mark.parametrize("code", ["VALIDATION_ERROR", "bad_request", ""])
@pytest.mark.parametrize("taken", [True, False])
def test_a_refused_create_asks_the_account_whether_the_id_is_taken(other, text, code, taken):
    def answer(request):
        if request.path == "/users/me":
            return said(200, ME)
        if request.method in {"POST", "PUT"}:
            return said(400, {"error": code, "message": text, "status": 400, "causes": []})
        if not taken:
            return said(404, {"error": "store_not_found"}) if "stores" in request.path else said(200, {"results": []})
        return said(200, {"paging": {"total": 1}, "results": [{"id": "9", "external_id": "SUC001"}]})

    account = other(transport=answer).account
    kind = Conflict if taken else RefusedByApi
    register = replace(REGISTER, external_id="SUC001")
    for write in (
        lambda: account.create_store(BRANCH),
        lambda: account.update_store("7", BRANCH, external_id="SUC001"),
        lambda: account.create_pos(register, store_id="7", waits_for_order=False),
        lambda: account.update_pos("8", register, store_id="7", waits_for_order=False, external_id="SUC001"),
    ):
        with pytest.raises(kind) as told:
            write()
        assert told.value.status == 400


def test_a_refusal_about_another_field_asks_nobody(other):
    o = other(said(200, ME), said(400, {"error": "INVALID_NAME", "message": "already assigned"}))
    with pytest.raises(RefusedByApi):
        o.account.create_store(BRANCH)
    assert [request.method for request in o.transport.asked] == ["GET", "POST"]


def test_a_question_without_an_answer_leaves_the_outcome_open(other):
    def answer(request):
        if request.path == "/users/me":
            return said(200, ME)
        return said(400, {"error": "validation_error"}) if request.method == "POST" else said(500)

    with pytest.raises(UnknownOutcome):
        other(transport=answer).account.create_store(BRANCH)
