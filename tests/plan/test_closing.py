"""What goes: closing for good and undoing a run, as plans and as applied; what it costs in signs and what keeps it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from mpkit import ledger
from mpkit.api import connect
from mpkit.db import Engine
from mpkit.errors import Refused, StalePlan
from mpkit.ledger import Piece
from mpkit.model import Amount
from mpkit.plan import (
    Only,
    Plan,
    closed,
    created,
    doomed,
    for_branch,
    last_payments,
    marked,
    parse_only,
    read,
    text,
    undo,
    waiting_orders,
)
from mpkit.work import HttpRequest
from tests.plan.chain import Listed, as_pos, branch, chain, register
from tests.plan.test_applying import Bench
from tests.plan.test_making import account_with, known_as, planned
from tests.plan.verdict import seal

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def bench(store: Engine) -> Iterator[Bench]:
    made = Bench(store)
    yield made
    made.api.close()


def without(listed: Listed, *ids: str) -> Listed:
    """The list with some entries closed."""
    branches, registers = marked(listed, closed(listed, ids))
    shut = {one.external_id: one for one in (*branches, *registers)}
    return Listed(
        tuple(shut.get(one.external_id, one) for one in listed.branches),  # type: ignore[misc]
        tuple(shut.get(one.external_id, one) for one in listed.registers),  # type: ignore[misc]
    )


def printed(bench: Bench, register_: str, n: int) -> tuple[int, ...]:
    serials = ledger.next_serials(bench.store, bench.account.id, n)
    made = [Piece(one, register_, "1", "h", "CODE", "book", 1, 1, AT) for one in serials]
    ledger.record_pieces(bench.store, bench.account.id, made, seal=seal)
    return serials


def closing(bench: Bench, listed: Listed, *ids: str) -> Plan:
    return bench.plan(listed, close=closed(listed, ids))


def test_a_branch_goes_after_its_registers_and_only_when_it_is_said() -> None:
    listed = without(chain(3, 4), "S000")
    existing = account_with(chain(3, 4))
    known = known_as(chain(3, 4), existing)
    assert [one.kind for one in planned(listed, existing, known).changes] == ["unmanaged"] * 3
    plan = planned(listed, existing, known, close=closed(listed, ["own-0"]), printed={"P000": (4, 7)})
    assert [(one.kind, one.key) for one in plan.changes] == [
        ("delete", "pos:P000"),
        ("delete", "pos:P003"),
        ("delete", "store:S000"),
    ]
    assert plan.summary["stickers_void"] == plan.confirm_stickers == 2
    assert plan.confirm_changes == 3
    cost = plan.document()["stickers"]
    assert cost["stores"] == [{"store": "S000", "branch": "Sucursal 0", "void": 2, "steps": 0}]
    assert [(one["register"], one["serials"], one["anew"]) for one in cost["recall"]] == [("P000", [4, 7], None)]
    assert cost["reprint"] == []


def test_an_entry_that_is_only_absent_is_never_taken_away() -> None:
    whole = chain(3)
    existing = account_with(whole)
    fewer = Listed(whole.branches[1:], whole.registers[1:])
    plan = planned(fewer, existing, known_as(whole, existing))
    assert plan.work == ()
    with pytest.raises(Refused) as refused:
        closed(fewer, ["S000"])
    assert refused.value.key == "plan_close_unknown"


def test_an_id_that_names_two_things_must_say_which() -> None:
    listed = Listed((branch(0),), (register(0, external_id="S000"),))
    with pytest.raises(Refused) as refused:
        closed(listed, ["S000"])
    assert refused.value.key == "plan_close_which"
    assert closed(listed, ["pos:S000"]).branches == frozenset()
    assert closed(listed, ["store:S000"]).branches == {"S000"}


def test_a_store_with_a_register_of_the_panel_stays() -> None:
    listed = without(chain(1), "S000")
    existing = account_with(chain(1))
    panel = as_pos(register(9), "990", "600", external_id=None, name="QR del mostrador")
    existing = replace(existing, pos=(*existing.pos, panel))
    plan = planned(listed, existing, known_as(chain(1), existing), close=closed(listed, ["S000"]))
    assert [(one.kind, one.object) for one in plan.changes] == [
        ("delete", "pos"),
        ("blocked", "store"),
        ("unmanaged", "pos"),
    ]
    assert "QR del mostrador" in text(plan, "es")


def test_what_goes_says_its_last_payment_its_signs_and_that_an_order_may_be_open() -> None:
    listed = without(chain(1), "S000")
    existing = account_with(chain(1))
    waiting = replace(existing, pos=(replace(existing.pos[0], fixed_amount=True),))
    plan = planned(
        listed,
        waiting,
        known_as(chain(1), existing),
        close=closed(listed, ["S000"]),
        printed={"P000": (1, 2, 3)},
        paid={"900": AT},
    )
    said = text(plan, "en")
    assert "Last payment: 3/1/26" in said
    assert "useless: 3" in said
    assert "order open" in said
    never = planned(listed, existing, {}, close=closed(listed, ["P000"]), paid={"900": None})
    assert "No payment in the last year" in text(never, "en")
    assert "order" not in text(never, "en")


def test_closed_and_applied_it_is_gone_its_signs_are_void_and_its_code_stays_on_record(bench: Bench) -> None:
    listed = chain(2, 3)
    bench.apply(bench.plan(listed), listed)
    before = ledger.known(bench.store, bench.account.id, seal=seal)["pos", "P000"]
    serials = printed(bench, "P000", 2)
    shut = without(listed, "S000")
    plan = closing(bench, shut, "S000")
    for numbers in ({}, {"confirm_changes": 3}, {"confirm_stickers": 2}, {"confirm_changes": 2, "confirm_stickers": 2}):
        with pytest.raises(Refused):
            bench.apply(plan, shut, **numbers)
    assert bench.world.trace.effects == {"create store": 2, "create pos": 3}
    applied = bench.apply(plan, shut, confirm_changes=3, confirm_stickers=2)
    assert (applied.done, applied.failed) == (3, 0)
    effects = [str(row["effect"]) for row in bench.world.trace.rows() if str(row["effect"]).startswith("delete")]
    assert effects[-1].startswith("delete store")  # its POS went first
    states = {one.serial: one.state for one in ledger.pieces_of(bench.store, bench.account.id, seal=seal)}
    assert states == dict.fromkeys(serials, "void")
    assert ("pos", "P000") not in ledger.known(bench.store, bench.account.id, seal=seal)
    gone = ledger.recorded(bench.store, bench.account.id, seal=seal)["pos", "P000"]
    assert (gone.qr_payload, gone.sound, gone.gone is not None) == (before.qr_payload, True, True)
    assert bench.plan(shut).changes == ()
    assert bench.apply(plan, shut, confirm_changes=3, confirm_stickers=2).done == 3  # again: nothing more is sent
    assert sum(str(row["effect"]).startswith("delete") for row in bench.world.trace.rows()) == 3


def test_closed_opened_and_made_anew_it_has_another_code(bench: Bench) -> None:
    listed = chain(1)
    bench.apply(bench.plan(listed), listed)
    old = ledger.known(bench.store, bench.account.id, seal=seal)["pos", "P000"]
    shut = without(listed, "P000")
    bench.apply(closing(bench, shut, "P000"), shut, confirm_changes=1)
    bench.apply(bench.plan(listed), listed)
    new = ledger.known(bench.store, bench.account.id, seal=seal)["pos", "P000"]
    assert new.remote_id != old.remote_id
    assert new.qr_payload != old.qr_payload


def test_signs_printed_after_the_plan_make_it_stale(bench: Bench) -> None:
    listed = chain(1)
    bench.apply(bench.plan(listed), listed)
    shut = without(listed, "P000")
    plan = closing(bench, shut, "P000")
    printed(bench, "P000", 1)
    with pytest.raises(StalePlan) as stale:
        bench.apply(plan, shut, confirm_changes=1)
    assert stale.value.key == "plan_stale_signs"
    assert len(bench.world.shelf.pos) == 1


def pay(bench: Bench, pos_id: str) -> None:
    body = f'{{"action": "pay", "pos": "{pos_id}", "amount": "100.00"}}'.encode()
    answer = bench.world.handle(HttpRequest("POST", "/_sandbox/buyer", (), {}, body))
    assert answer.status == 201, answer.body


def test_a_payment_after_the_plan_makes_it_stale(bench: Bench) -> None:
    listed = chain(1)
    bench.apply(bench.plan(listed), listed)
    shut = without(listed, "P000")
    plan = closing(bench, shut, "P000")
    (id_,) = bench.world.shelf.pos
    pay(bench, str(id_))
    with pytest.raises(StalePlan) as stale:
        bench.apply(plan, shut, confirm_changes=1)
    assert stale.value.key == "plan_stale_paid"
    assert len(bench.world.shelf.pos) == 1


def test_the_last_payment_of_each_is_the_same_asked_for_one_by_one_or_all_at_once(bench: Bench) -> None:
    listed = chain(3)
    bench.apply(bench.plan(listed), listed)
    ids = [str(id_) for id_ in bench.world.shelf.pos]
    for _ in range(3):
        pay(bench, ids[0])
    pay(bench, ids[1])
    now = datetime.now(UTC)
    together = last_payments(bench.api, ids, now=now)
    assert together[ids[2]] is None
    assert now - timedelta(minutes=5) < (together[ids[0]] or AT) <= now + timedelta(minutes=1)
    from mpkit.plan import paying

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paying, "_PAGE", 1)
        assert last_payments(bench.api, ids, now=now) == together


def undoing(bench: Bench, run: Plan) -> Plan:
    made = created(ledger.of_plan(bench.store, bench.account.id, run.hash))
    seen = read(bench.api)
    ids = [str(one.remote_id) for one in made if one.object == "pos"]
    return undo(
        made,
        seen,
        account=bench.account,
        printed=ledger.serials_in_use(bench.store, bench.account.id),
        paid=last_payments(bench.api, ids, now=datetime.now(UTC)),
    )


def test_undone_is_only_what_the_run_made(bench: Bench) -> None:
    first = chain(2)
    bench.apply(bench.plan(first), first)
    more = chain(4, 5)
    run = bench.plan(more)
    bench.apply(run, more)
    plan = undoing(bench, run)
    assert {one.key for one in plan.changes} == {"store:S002", "store:S003", "pos:P002", "pos:P003", "pos:P004"}
    assert plan.confirm_changes == 5
    bench.apply(plan, more, confirm_changes=5)
    assert {row.external_id for row in bench.world.shelf.stores.values()} == {"S000", "S001"}
    assert {row.external_id for row in bench.world.shelf.pos.values()} == {"P000", "P001"}
    assert undoing(bench, run).changes == ()
    assert bench.apply(bench.plan(more), more).done == 5  # the list still wants them
    assert len(bench.world.shelf.pos) == 5


def test_what_was_paid_at_or_printed_stays_with_its_store(bench: Bench) -> None:
    listed = chain(3, 4)
    run = bench.plan(listed)
    bench.apply(run, listed)
    ids = {row.external_id: str(id_) for id_, row in bench.world.shelf.pos.items()}
    pay(bench, ids["P000"])
    printed(bench, "P001", 1)
    plan = undoing(bench, run)
    kept = {one.key: one.why for one in plan.changes if one.kind == "blocked"}
    assert kept == {
        "pos:P000": "plan_why_undo_paid",
        "store:S000": "plan_why_close_occupied",
        "pos:P001": "plan_why_undo_signs",
        "store:S001": "plan_why_close_occupied",
    }
    assert plan.confirm_stickers is None
    bench.apply(plan, listed, confirm_changes=plan.confirm_changes)
    assert {row.external_id for row in bench.world.shelf.pos.values()} == {"P000", "P001"}


def test_a_run_that_made_nothing_cannot_be_undone(bench: Bench) -> None:
    with pytest.raises(Refused) as refused:
        created(ledger.of_plan(bench.store, bench.account.id, "sha256:none"))
    assert refused.value.key == "plan_undo_nothing"


def test_steps_that_are_no_longer_true_are_counted_and_named() -> None:
    listed = chain(2)
    existing = account_with(listed)
    plan = planned(listed, existing, known_as(listed, existing), amount=Amount.TILL, printed={"P001": (5,)})
    assert (plan.summary["stickers_void"], plan.summary["steps_false"]) == (1, 1)
    (one,) = plan.document()["stickers"]["recall"]
    assert (one["reason"], one["serials"], one["anew"]) == ("steps", [5], "P001")
    assert plan.document()["stickers"]["reprint"] == ["P001"]
    assert "Signs whose steps to pay are no longer true: 1" in text(plan, "en")


def test_a_register_with_another_code_is_another_register_and_its_signs_are_printed_in_place_of_the_old() -> None:
    before = chain(2)
    existing = account_with(before)
    heir = replace(before.registers[0], external_id="P000B")
    listed = without(Listed(before.branches, (*before.registers, heir)), "pos:P000=P000B")
    going = closed(listed, ["pos:P000=P000B"])
    plan = planned(
        listed,
        existing,
        known_as(before, existing),
        close=going,
        only=Only(ids=("store:S000",)),
        printed={"P000": (3,)},
    )
    assert [(one.kind, one.key) for one in plan.changes] == [("delete", "pos:P000"), ("create", "pos:P000B")]
    assert (plan.confirm_changes, plan.confirm_stickers) == (1, 1)
    cost = plan.document()["stickers"]
    assert [(one["register"], one["serials"], one["anew"]) for one in cost["recall"]] == [("P000", [3], "P000B")]
    assert cost["reprint"] == ["P000B"]
    for wrong in ("pos:P000=P001", "pos:P000=NONE", "pos:P000B=P000B"):
        with pytest.raises(Refused) as refused:
            closed(listed, [wrong])
        assert refused.value.key == "plan_close_heir"


def test_a_press_is_a_plan_of_one_branch_that_says_nothing_of_the_others() -> None:
    listed = chain(3)
    existing = account_with(listed)
    panel = as_pos(register(9), "990", existing.stores[0].id, external_id=None)
    existing = replace(existing, pos=(*existing.pos, panel))
    asked = for_branch("700", "S000", close=["pos:P000"])
    only = parse_only(asked["only"])
    renamed = Listed((branch(0, name="Otra"), branch(1, name="Otra"), branch(2, own_id="S000")), listed.registers)
    plan = planned(renamed, existing, known_as(listed, existing), only=only)
    assert plan.scope == ("S000",)  # and not the branch that somebody else calls so
    assert [(one.kind, one.name) for one in plan.changes] == [("update", "Otra"), ("unmanaged", panel.name)]


def order_at(bench: Bench, pos: str, reference: str, ends: datetime | None = None) -> None:
    """A till puts an amount on a register."""
    items = [{"title": "Pan", "unit_measure": "unit", "unit_price": 500.5, "quantity": 1, "total_amount": 500.5}]
    body = {"external_reference": reference, "title": "Mesa", "description": "4", "total_amount": 500.5, "items": items}
    body |= {"expiration_date": ends.isoformat()} if ends else {}
    path = f"/instore/qr/seller/collectors/{bench.account.id}/pos/{pos}/orders"
    head = {"authorization": f"Bearer {bench.world.seller.token}"}
    assert bench.world.handle(HttpRequest("PUT", path, (), head, json.dumps(body).encode())).status == 204


@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_closing_says_the_order_that_waits_and_one_that_came_since_stops_it(bench: Bench, generation: str) -> None:
    listed = Listed(chain(3).branches, tuple(replace(one, amount=Amount.TILL) for one in chain(3).registers))
    bench.api.close()
    bench.api = connect(
        "http://127.0.0.1", SecretStr(bench.world.seller.token), transport=bench._carry, generation=generation
    )
    bench.apply(bench.plan(listed), listed)
    order_at(bench, "P000", "mesa-4")
    less = without(listed, "S000", "S001")
    going = closed(less, ["S000", "S001"])
    pos = doomed(read(bench.api), going)
    plan = bench.plan(less, close=going, waiting=waiting_orders(bench.api, pos), paid={one.id: None for one in pos})
    told = plan.document("es")["changes"]
    said = {one["external_id"]: one["why"] for one in told if one["object"] == "pos"}
    assert "$\u00a0500,50" in said["P000"]
    assert "mesa-4" in said["P000"]
    assert "Ninguna orden espera" in said["P001"]
    order_at(bench, "P001", "mesa-9")
    with pytest.raises(StalePlan) as stale:
        bench.apply(plan, less, confirm_changes=plan.confirm_changes)
    assert (stale.value.key, stale.value.values["names"]) == ("plan_stale_order", "P001")
    order_at(bench, "P001", "mesa-9", datetime.now(UTC) + timedelta(seconds=0.5))
    time.sleep(0.6)  # its time is over
    assert bench.apply(plan, less, confirm_changes=plan.confirm_changes).done == 4


def test_where_nobody_says_whether_an_order_waits_closing_says_that_one_may() -> None:
    listed = Listed(chain(1).branches, (replace(chain(1).registers[0], amount=Amount.TILL),))
    existing = account_with(chain(1))
    existing = replace(existing, pos=(replace(existing.pos[0], fixed_amount=True),))
    less = without(listed, "S000")
    plan = planned(less, existing, known_as(chain(1), existing), close=closed(less, ["S000"]))
    assert plan.changes[0].values["also"] == ["plan_close_order"]
