"""Apply against a sandbox in process, with the real driver and its threads: what it refuses, and what it leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mpkit import ledger
from mpkit.api import MercadoPago, connect
from mpkit.db import Engine
from mpkit.errors import Busy, Refused, StalePlan, StoreTrouble, Unauthorised
from mpkit.model import Account, Amount
from mpkit.places.own import of_account
from mpkit.plan import Applied, Applying, Plan, carry, make, read
from mpkit.sandbox import World
from mpkit.work import Cancelled, HttpRequest, HttpResponse, Seams
from tests.plan.chain import Listed, branch, chain, register
from tests.plan.verdict import seal


class Bench:
    """A sandbox, an account in it, a ledger."""

    def __init__(self, store: Engine, **options: Any) -> None:
        self.store = store
        self.world = World("MLA", 7, **options)
        self.before: Callable[[HttpRequest], None] = lambda _request: None
        self.api: MercadoPago = connect("http://127.0.0.1", SecretStr(self.world.seller.token), transport=self._carry)
        self.account = replace(self.api.seller(), amount=Amount.BUYER)

    def _carry(self, request: HttpRequest) -> HttpResponse:
        self.before(request)
        return self.world.handle(request)

    def plan(self, listed: Listed, **options: Any) -> Plan:
        known = ledger.known(self.store, self.account.id, seal=seal)
        options.setdefault("printed", ledger.serials_in_use(self.store, self.account.id))
        existing = read(self.api, known.values())
        return make(listed, existing, known, account=self.account, amount=self.account.amount, **options)

    def applying(self, listed: Listed, **options: Any) -> Applying:
        options.setdefault("settle", 0.05)
        options.setdefault("account", self.account)
        return Applying(self.store, self.api, wanted=listed, seal=seal, seams=Seams(), **options)

    def apply(self, plan: Plan, listed: Listed, **options: Any) -> Applied:
        return self.applying(listed).apply(plan, **options)


@pytest.fixture
def bench(store: Engine) -> Iterator[Bench]:
    made = Bench(store)
    yield made
    made.api.close()


def test_applied_once_the_next_plan_is_empty_and_the_same_plan_does_nothing_more(bench: Bench) -> None:
    listed = chain(12, 20)
    plan = bench.plan(listed)
    applied = bench.apply(plan, listed)
    assert (applied.done, applied.failed, applied.skipped) == (32, 0, 0)
    assert applied.requests <= 32 + 2 * 2 + 4  # every create once, and reading the account twice
    assert bench.plan(listed).work == ()
    again = bench.apply(plan, listed)
    assert again.done == 32
    assert bench.world.trace.effects == {"create store": 12, "create pos": 20}
    assert {one["outcome"] for one in again.document("es")["results"]} == {"done"}


def test_codes_and_what_was_sent_are_on_record(bench: Bench) -> None:
    listed = chain(2, 3)
    bench.apply(bench.plan(listed), listed)
    for pos in ledger.of_registers(bench.store, bench.account.id, seal=seal):
        row = bench.world.shelf.pos[pos.remote_id]
        assert pos.qr_payload == row.qr_code
        assert pos.sent["fixed_amount"] is False
        assert pos.sound
    known = ledger.known(bench.store, bench.account.id, seal=seal)
    assert known["store", "S000"].sent["street_name"] == "San Martín"


def test_changes_are_sent_and_nothing_else(bench: Bench) -> None:
    listed = chain(3)
    bench.apply(bench.plan(listed), listed)
    moved = branch(0, location=replace(branch(0).location, street_number="9999"))
    wanted = Listed(
        (moved, replace(branch(1), name="Otra"), branch(2)), (*listed.registers[:2], register(2, amount=Amount.TILL))
    )
    plan = bench.plan(wanted)
    assert [(one.kind, one.fields) for one in plan.changes] == [
        ("update", ("street_number",)),
        ("update", ("name",)),
        ("update", ("fixed_amount",)),
    ]
    assert bench.apply(plan, wanted).done == 3
    assert bench.world.trace.effects["update store"] == 2
    assert bench.world.trace.effects["update pos"] == 1
    assert bench.plan(wanted).work == ()


def test_what_another_installation_made_is_adopted_without_a_request(bench: Bench, tmp_path: Path) -> None:
    from mpkit.db import open_store

    listed = chain(3)
    bench.apply(bench.plan(listed), listed)
    bench.store = open_store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    plan = bench.plan(listed)
    assert plan.summary["adopt"] == 6
    assert bench.apply(plan, listed).done == 6
    assert bench.world.trace.effects == {"create store": 3, "create pos": 3}
    assert bench.plan(listed).changes == ()


def test_a_plan_is_refused_when_the_list_has_changed(bench: Bench) -> None:
    plan = bench.plan(chain(2))
    with pytest.raises(StalePlan) as stale:
        bench.apply(plan, chain(3))
    assert stale.value.key == "plan_stale_list"
    account = replace(bench.account, amount=Amount.TILL)
    with pytest.raises(StalePlan):
        bench.applying(chain(2), account=account).apply(plan)
    assert bench.world.shelf.stores == {}


def test_a_plan_for_some_branches_does_not_mind_changes_to_others(bench: Bench) -> None:
    from mpkit.plan import Only

    plan = bench.plan(chain(4), only=Only(first=2))
    more = chain(6)
    assert bench.apply(plan, more).done == 4
    assert bench.plan(more, only=Only(first=2)).scope == ("S002", "S003")


def test_a_plan_is_refused_when_the_account_has_changed(bench: Bench) -> None:
    listed = chain(2)
    bench.apply(bench.plan(listed), listed)
    wanted = Listed((replace(branch(0), name="Otra"), branch(1)), listed.registers)
    plan = bench.plan(wanted)
    row = next(each for each in bench.world.shelf.stores.values() if each.external_id == "S000")
    bench.world.shelf.put_store(replace(row, name="Cambiada en el panel"))
    with pytest.raises(StalePlan) as stale:
        bench.apply(plan, wanted)
    assert "store:S000" in str(stale.value)
    assert bench.world.trace.effects["update store"] == 0


def test_a_plan_half_applied_goes_on_but_notices_what_others_did(bench: Bench) -> None:
    listed = chain(8)
    plan = bench.plan(listed)

    def stop(done: int, _total: int | None, step: str = "") -> None:
        if step == "plan_step_apply" and done >= 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        bench.applying(listed, progress=stop).apply(plan)
    made = dict(bench.world.trace.effects)
    assert 3 <= sum(made.values()) < 16
    half = [one for one in ledger.of_plan(bench.store, bench.account.id, plan.hash) if one.state == "done"]
    assert len(half) == sum(made.values())  # what was in flight was recorded before it stopped
    assert bench.apply(plan, listed).done == 16
    gone = next(iter(bench.world.shelf.pos))
    bench.world.shelf.drop_pos(gone)
    with pytest.raises(StalePlan):
        bench.apply(plan, listed)


def test_the_wrong_account_and_the_wrong_token_are_refused(bench: Bench) -> None:
    listed = chain(1)
    plan = bench.plan(listed)
    other = Account("99", "OTHER", "MLA", test=True, amount=Amount.BUYER)
    with pytest.raises(StalePlan):
        bench.applying(listed, account=other).apply(plan)
    foreign = make(listed, read(bench.api), {}, account=other, amount=Amount.BUYER)
    with pytest.raises(StalePlan) as stale:
        bench.applying(listed, account=other).apply(foreign)
    assert bench.account.id in str(stale.value)
    assert bench.world.shelf.stores == {}


def test_numbers_that_must_be_typed(bench: Bench) -> None:
    listed = chain(6)
    bench.apply(bench.plan(listed), listed)
    wanted = Listed(listed.branches, tuple(replace(one, amount=Amount.TILL) for one in listed.registers))
    plan = bench.plan(wanted, printed={"P000": (1, 2)})
    assert (plan.confirm_changes, plan.confirm_stickers) == (6, 2)
    for typed in ({}, {"confirm_changes": 6}, {"confirm_changes": 5, "confirm_stickers": 2}):
        with pytest.raises(Refused):
            bench.apply(plan, wanted, **typed)
    assert bench.world.trace.effects["update pos"] == 0
    assert bench.apply(plan, wanted, confirm_changes=6, confirm_stickers=2).done == 6


def test_the_second_of_two_is_refused_at_once_and_told_who_works(bench: Bench) -> None:
    listed = chain(4)
    plan = bench.plan(listed)
    first_is_at_it, second_has_tried = threading.Event(), threading.Event()

    def wait(request: HttpRequest) -> None:
        if request.method == "POST":
            first_is_at_it.set()
            second_has_tried.wait(30)

    bench.before = wait
    first = threading.Thread(target=lambda: bench.applying(listed, who="ana").apply(plan))
    first.start()
    assert first_is_at_it.wait(30)
    try:
        with pytest.raises(Busy) as busy:
            bench.applying(listed, who="eva").apply(plan)
    finally:
        second_has_tried.set()
        first.join(30)
    assert "ana" in str(busy.value)
    assert bench.world.trace.effects == {"create store": 4, "create pos": 4}


def test_a_connection_no_longer_accepted_ends_with_a_sentence_and_goes_on_later(bench: Bench) -> None:
    listed = chain(6)
    plan = bench.plan(listed)
    token = dict(bench.world.sellers)

    def revoke(request: HttpRequest) -> None:
        if request.method == "POST" and sum(bench.world.trace.effects.values()) >= 3:
            bench.world.sellers.clear()

    bench.before = revoke
    with pytest.raises(Unauthorised) as refused:
        bench.apply(plan, listed)
    assert refused.value.key == "plan_unauthorised"
    bench.before = lambda _request: None
    bench.world.sellers.update(token)
    assert bench.apply(plan, listed).done == 12
    assert bench.world.trace.effects == {"create store": 6, "create pos": 6}


def test_nothing_is_sent_that_could_not_be_written_down(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = chain(4)
    plan = bench.plan(listed)
    real = carry.Book._sending
    written: list[str] = []

    def full(self: Any, connection: Any, entry: Any) -> None:
        if len(written) >= 3:
            raise StoreTrouble("disk_full", where="store")
        written.append(entry.change.external_id)
        real(self, connection, entry)

    monkeypatch.setattr(carry.Book, "_sending", full)
    with pytest.raises(StoreTrouble):
        bench.apply(plan, listed)
    monkeypatch.undo()
    assert {row.external_id for row in bench.world.shelf.stores.values()} <= set(written)
    assert bench.apply(plan, listed).done == 8
    assert bench.world.trace.effects == {"create store": 4, "create pos": 4}


def test_a_city_in_other_letters_is_repaired_and_the_next_plan_is_empty(bench: Bench) -> None:
    place = branch(0).location
    listed = Listed((branch(0, location=replace(place, city=place.city.upper())),), (register(0),))
    applied = bench.apply(bench.plan(listed), listed)
    assert applied.document("en")["results"][0]["repaired"] == {"city": place.city}
    assert bench.plan(listed).changes == ()


def test_what_a_refusal_lists_as_valid_is_learned_for_the_next_check(bench: Bench) -> None:
    place = bench.world.places.places[0]
    listed = chain(1, 1)
    wrong = replace(listed.branches[0].location, city="Ciudad Inventada", state=place.state)
    listed = replace(listed, branches=(replace(listed.branches[0], location=wrong),))
    applied = bench.apply(bench.plan(listed), listed)
    assert applied.failed
    own = of_account(bench.store, bench.account)
    assert own is not None
    assert own.cities(place.state) == bench.world.places.cities(place.state)
    assert own.decides_in(place.state)


def test_a_refused_branch_is_reported_with_its_registers(bench: Bench) -> None:
    wrong = branch(0, location=replace(branch(0).location, city="No Existe"))
    listed = Listed((wrong, branch(1)), (register(0), register(1)))
    result = bench.apply(bench.plan(listed), listed).document("es")
    assert (result["done"], result["failed"], result["skipped"]) == (2, 1, 1)
    first, second = result["results"][:2]
    assert (first["outcome"], second["outcome"]) == ("refused", "skipped")
    assert len(first["error"]) < 600  # a refusal lists every city of the state; a person is not shown all
    assert "S000" in second["error"]


@pytest.mark.parametrize("fault", ["lost-answer", "half-answer", "500", "502", "html-error", "stale-read", "reset"])
def test_each_fault_of_the_sandbox_alone(store: Engine, fault: str) -> None:
    bench = Bench(store)
    listed = chain(5, 8)
    plan = bench.plan(listed)
    bench.world.faults.set({fault: 0.3})
    for _ in range(8):
        applied = bench.apply(plan, listed)
        if applied.done == 13:
            break
    assert applied.done == 13
    assert bench.world.trace.effects == {"create store": 5, "create pos": 8}
    bench.api.close()
