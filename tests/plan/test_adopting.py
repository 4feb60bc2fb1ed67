"""What the panel made: matched with a reason, taken over once, its sticker valid and in the books."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mpkit import ledger
from mpkit.db import Engine
from mpkit.errors import Refused
from mpkit.model import Amount
from mpkit.plan import Existing, Plan, decisions, match, read, take_over
from mpkit.work import HttpRequest, NoAnswer
from tests.plan.chain import Listed, account_with, as_pos, as_store, branch, chain, register
from tests.plan.test_applying import Bench
from tests.plan.verdict import seal


@pytest.fixture
def bench(store: Engine) -> Iterator[Bench]:
    made = Bench(store)
    yield made
    made.api.close()


def panel_of(listed: Listed, **changed: Any) -> Existing:
    """The account with everything of the list in it, but made in the panel: without external ids."""
    there = account_with(listed)
    stores = tuple(replace(one, external_id=None, **changed) for one in there.stores)
    return Existing(stores, tuple(replace(one, external_id=None, external_store_id=None) for one in there.pos))


def press(bench: Bench, **wanted: Any) -> str:
    answer = bench.world.handle(HttpRequest("POST", "/_sandbox/panel", (), {}, json.dumps(wanted).encode()))
    assert answer.status == 200, answer.body
    return str(json.loads(answer.body)["id"])


def in_the_panel(bench: Bench, listed: Listed) -> dict[str, str]:
    """Make everything of the list by hand; external id to Mercado Pago's."""
    ids: dict[str, str] = {}
    for one in listed.branches:
        place = one.location
        where = {"state": place.state, "city": place.city, "latitude": place.latitude, "longitude": place.longitude}
        street = {"street_name": place.street_name, "street_number": place.street_number}
        ids[one.external_id] = press(bench, action="create_store", name=one.name, **where, **street)
    for till in listed.registers:
        home = ids[till.branch_external_id]
        ids[till.external_id] = press(bench, action="create_pos", name=till.name, store_id=home)
    return ids


def adoption(bench: Bench, listed: Listed, named: dict[str, str] | None = None) -> Plan:
    known = ledger.known(bench.store, bench.account.id, seal=seal)
    existing = read(bench.api, known.values())
    taken = match(listed, existing, named).taken | (named or {})
    return take_over(listed, existing, known, account=bench.account, adopting=taken, printed={})


def test_what_is_the_same_in_name_address_and_place_is_sure() -> None:
    listed = chain(4, 6)
    found = match(listed, panel_of(listed))
    assert {one.external_id: one.id for one in found.matches if one.sure} == {
        **{f"S00{n}": str(600 + n) for n in range(4)},
        **{f"P00{n}": str(900 + n) for n in range(6)},
    }
    first = next(one for one in found.matches if one.external_id == "S000")
    assert (first.score, first.reasons, first.metres) == (1.0, ("name", "address", "near"), 0)
    assert found.strangers == ()


def test_another_name_at_the_same_door_is_seen_and_another_door_with_the_same_name_is_not_sure() -> None:
    wanted = branch(0)
    door = as_store(wanted, "600", external_id=None, name="Mi local")
    (one,) = match(Listed((wanted,)), Existing((door,))).matches
    assert one.reasons == ("address", "near")
    assert 0.4 <= one.score < 0.7
    away = as_store(wanted, "601", external_id=None, address_line="Mitre 5", latitude=wanted.location.latitude + 1)
    (other,) = match(Listed((wanted,)), Existing((away,))).matches
    assert other.reasons == ("name",)
    assert not other.sure


def test_two_that_are_equally_good_are_nobody_s_to_choose() -> None:
    wanted = branch(0)
    twins = tuple(as_store(wanted, id_, external_id=None) for id_ in ("600", "601"))
    found = match(Listed((wanted,)), Existing(twins))
    assert [one.sure for one in found.matches] == [False, False]
    decided = match(Listed((wanted,)), Existing(twins), {"store:S000": "601"})
    assert decided.matches == ()
    assert [one.id for one in decided.strangers] == ["600"]


def test_the_only_register_of_a_branch_is_it_whatever_its_name_is() -> None:
    listed = chain(1)
    panel = panel_of(listed)
    panel = replace(panel, pos=(replace(panel.pos[0], name="QR del mostrador"),))
    (till,) = (one for one in match(listed, panel).matches if one.object == "pos")
    assert (till.sure, till.reasons) == (True, ("only",))


def test_what_exists_already_and_what_is_closed_is_matched_with_nothing() -> None:
    listed = chain(1)
    there = account_with(listed)
    twin = as_store(branch(0), "700", external_id=None)
    found = match(listed, replace(there, stores=(*there.stores, twin)))
    assert (found.matches, [one.id for one in found.strangers]) == ((), ["700"])
    shut = Listed((branch(0, closed=True),), listed.registers)
    assert match(shut, panel_of(listed)).matches == ()


def test_taken_over_nothing_is_made_every_code_stays_and_every_sticker_is_in_the_books(bench: Bench) -> None:
    listed = chain(3, 4)
    ids = in_the_panel(bench, listed)
    codes = {str(id_): row.qr_code for id_, row in bench.world.shelf.pos.items()}
    plan = adoption(bench, listed)
    assert {(one.kind, one.fields[0]) for one in plan.changes} == {("adopt", "external_id")}
    assert {field for one in plan.changes for field in one.fields} == {"external_id", "hours"}
    assert plan.confirm_stickers is None
    assert bench.apply(plan, listed).done == 7
    rows = (*bench.world.shelf.stores.values(), *bench.world.shelf.pos.values())
    assert {row.external_id: str(row.id) for row in rows} == ids
    for pos in ledger.of_registers(bench.store, bench.account.id, seal=seal):
        assert pos.qr_payload == codes[pos.remote_id]
    pieces = ledger.pieces_of(bench.store, bench.account.id, seal=seal)
    assert sorted((one.register, one.state, one.book, one.sound) for one in pieces) == [
        (f"P00{n}", "placed", ledger.PANEL, True) for n in range(4)
    ]
    assert bench.plan(listed).changes == ()
    assert bench.apply(plan, listed).done == 7  # again: no second entry in the books
    assert len(ledger.pieces_of(bench.store, bench.account.id, seal=seal)) == 4


def test_an_amount_typed_by_the_buyer_is_switched_only_with_a_word_about_it(bench: Bench) -> None:
    listed = chain(1)
    in_the_panel(bench, listed)
    bench.account = replace(bench.account, amount=Amount.TILL)
    plan = adoption(bench, listed)
    (till,) = (one for one in plan.changes if one.object == "pos")
    assert till.fields == ("external_id", "fixed_amount")
    document = plan.document("en")
    assert "what buyers see changes" in document["changes"][1]["why"]
    assert document["confirm"] == {"changes": None, "stickers": None, "switches": 1}
    for typed in ({}, {"confirm_switches": 2}, {"confirm_changes": 1}):
        with pytest.raises(Refused) as refused:
            bench.apply(plan, listed, **typed)
        assert (refused.value.key, refused.value.values["n"]) == ("plan_confirm_switches", 1)
    assert [row.external_id for row in bench.world.shelf.pos.values()] == [None]
    bench.apply(plan, listed, confirm_switches=1)
    (row,) = bench.world.shelf.pos.values()
    assert (row.fixed_amount, row.external_id) == (True, "P000")


def test_a_lost_answer_is_settled_by_reading_and_an_object_given_away_meanwhile_is_a_conflict(bench: Bench) -> None:
    listed = chain(1)
    ids = in_the_panel(bench, listed)
    plan = adoption(bench, listed)
    puts: list[str] = []

    def lose_first(request: HttpRequest) -> None:
        if request.method == "PUT":
            puts.append(request.path)
            if len(puts) == 1:
                bench.world.handle(request)
                raise NoAnswer("lost")

    bench.before = lose_first
    assert bench.apply(plan, listed).done == 2
    assert len(puts) == 2  # the store's id was there when it was looked at: not sent a second time
    assert {str(row.id) for row in bench.world.shelf.stores.values()} == {ids["S000"]}


def test_its_own_id_come_late_and_refused_as_taken_is_looked_at_once_more(bench: Bench) -> None:
    listed = Listed((branch(0),))
    ids = in_the_panel(bench, listed)
    plan = adoption(bench, listed)
    late: list[HttpRequest] = []

    def delay(request: HttpRequest) -> None:
        if request.method == "PUT" and not late:
            late.append(request)
            raise NoAnswer
        if request.method == "PUT" and len(late) == 1:
            late.append(request)
            bench.world.manner = "live"  # a store's own id, sent again, counts as taken
            bench.world.handle(late[0])

    bench.before = delay
    applied = bench.apply(plan, listed)
    assert [one.end for one in applied.outcomes] == ["done"]
    assert {row.external_id: str(row.id) for row in bench.world.shelf.stores.values()} == ids


def test_somebody_else_naming_it_first_is_a_conflict_and_left_alone(bench: Bench) -> None:
    listed = chain(1)
    ids = in_the_panel(bench, listed)
    plan = adoption(bench, listed)

    def intrude(request: HttpRequest) -> None:
        if request.method == "PUT" and "/stores/" in request.path:
            bench.before = lambda _: None
            press(bench, action="edit_store", id=ids["S000"], external_id="AJENO")
            raise NoAnswer("lost")

    bench.before = intrude
    applied = bench.apply(plan, listed)
    assert {one.change.key: one.end for one in applied.outcomes} == {"store:S000": "conflict", "pos:P000": "skipped"}
    (row,) = bench.world.shelf.stores.values()
    assert row.external_id == "AJENO"


def test_decisions_of_a_person() -> None:
    listed = chain(2)
    panel = panel_of(listed)
    taken, left = decisions("id,external_id\n600,S001\n900,\n", listed, panel)
    assert (taken, left) == ({"store:S001": "600"}, {"pos:900"})
    for wrong, key in (
        ("nothing\n1\n", "plan_match_columns"),
        ("id,external_id\n999,S001\n", "plan_match_id"),
        ("id,external_id\n600,P000\n", "plan_match_external_id"),
        ("id,external_id\n600,S001\n601,S001\n", "plan_match_external_id"),
    ):
        with pytest.raises(Refused) as refused:
            decisions(wrong, listed, panel)
        assert refused.value.key == key
    both = replace(panel, pos=(as_pos(register(0), "600", "600", external_id=None),))
    with pytest.raises(Refused):
        decisions("id,external_id\n600,S001\n", listed, both)
    assert decisions("object;id;external_id\npos;600;P001\n", listed, both)[0] == {"pos:P001": "600"}
