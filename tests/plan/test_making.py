"""The plan is pure: what it says, that it is the same each time, and that carrying it out leaves nothing to do."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpkit.db import canonical
from mpkit.errors import Refused, StalePlan, WrongUsage
from mpkit.ledger import Known
from mpkit.model import Amount
from mpkit.plan import Existing, Only, Plan, make, parse_only, text
from mpkit.plan.fields import differing, of_branch, of_pos, of_register, stands
from tests.plan.chain import ACCOUNT, Listed, account_with, applied, as_pos, as_store, branch, chain, register

NOTHING = Existing()


def planned(listed: Listed, existing: Existing = NOTHING, known: object = None, **given_: object) -> Plan:
    given_.setdefault("amount", Amount.BUYER)
    return make(listed, existing, known or {}, account=ACCOUNT, **given_)  # type: ignore[arg-type]


def known_as(listed: Listed, existing: Existing, amount: Amount = Amount.BUYER) -> dict[tuple[str, str], Known]:
    stores = {store.external_id: store.id for store in existing.stores}
    pos = {one.external_id: one.id for one in existing.pos}
    known = {
        ("store", one.external_id): Known("store", one.external_id, stores[one.external_id], None, of_branch(one))
        for one in listed.branches
    }
    return known | {
        ("pos", one.external_id): Known("pos", one.external_id, pos[one.external_id], None, of_register(one, amount))
        for one in listed.registers
    }


def test_an_empty_account_gets_every_store_and_then_its_registers() -> None:
    plan = planned(chain(2, 4))
    said = [(change.kind, change.key) for change in plan.changes]
    wanted = ["store:S000", "pos:P000", "pos:P002", "store:S001", "pos:P001", "pos:P003"]
    assert said == [("create", key) for key in wanted]
    assert plan.summary["create"] == 6
    assert plan.changes[0].after is not None
    assert plan.changes[0].record == 1


def test_without_an_answer_who_enters_the_amount_there_is_no_plan() -> None:
    with pytest.raises(Refused) as refused:
        planned(chain(1, 3), amount=None)
    assert "--amount" in str(refused.value)
    assert "3" in str(refused.value)
    answered = Listed(chain(1).branches, (register(0, amount=Amount.TILL),))
    assert planned(answered, amount=None).changes[1].after["fixed_amount"] is True  # type: ignore[index]


@pytest.mark.parametrize(("amount", "waits"), [("buyer", False), ("own-system", True), ("till", True)])
def test_the_answer_decides_whether_the_app_waits_for_an_order(amount: str, waits: bool) -> None:
    change = planned(chain(1), amount=Amount(amount)).changes[1]
    assert change.after is not None
    assert change.after["fixed_amount"] is waits


def test_what_is_as_wanted_is_no_change() -> None:
    listed = chain(3, 6)
    existing = account_with(listed)
    plan = planned(listed, existing, known_as(listed, existing))
    assert plan.changes == ()
    assert plan.same == 9


def test_our_external_id_unknown_to_the_ledger_is_adopted_and_corrected_only_where_it_differs() -> None:
    listed = chain(2)
    existing = account_with(listed)
    plan = planned(listed, existing)
    assert [(one.kind, one.fields) for one in plan.changes] == [("adopt", ())] * 4
    renamed = replace(existing, stores=(replace(existing.stores[0], name="Otra"), existing.stores[1]))
    first = planned(listed, renamed).changes[0]
    assert (first.kind, first.fields, first.remote_id) == ("adopt", ("name",), "600")
    moved = replace(existing, stores=(replace(existing.stores[0], address_line="Otra calle 5"), existing.stores[1]))
    assert planned(listed, moved).changes[0].fields == ("street_name", "street_number", "city")


def test_an_address_never_echoed_is_compared_with_what_was_sent() -> None:
    listed = chain(1)
    existing = account_with(listed)
    known = known_as(listed, existing)
    moved = branch(0, location=replace(branch(0).location, street_number="7777"))
    plan = planned(Listed((moved,), listed.registers), existing, known)
    assert [(one.kind, one.fields) for one in plan.changes] == [("update", ("street_number",))]
    spelled = branch(0, location=replace(branch(0).location, street_name="SAN MARTIN"))
    assert planned(Listed((spelled,), listed.registers), existing, known).changes == ()


def test_a_blank_in_the_list_leaves_what_exists_as_it_is() -> None:
    listed = chain(1)
    existing = account_with(listed)
    store = replace(existing.stores[0], hours={"sunday": (("10:00", "12:00"),)}, reference="frente a la plaza")
    pos = replace(existing.pos[0], category=621102)
    assert planned(listed, Existing((store,), (pos,)), known_as(listed, existing)).changes == ()


def test_hours_are_compared_in_one_form() -> None:
    wanted = branch(0, hours={"monday": (("14:00", "18:00"), ("9:00", "13:00")), "sunday": ()})
    listed = Listed((wanted,))
    found = as_store(wanted, "600", hours={"monday": (("09:00", "13:00"), ("14:00", "18:00"))})
    known = {("store", "S000"): Known("store", "S000", "600", None, of_branch(wanted))}
    assert planned(listed, Existing((found,)), known).changes == ()


def test_absence_from_the_list_and_panel_objects_are_left() -> None:
    listed = chain(1)
    existing = account_with(listed)
    panel = as_pos(register(9), "990", "600", external_id=None)
    foreign = as_store(branch(8), "608")
    plan = planned(listed, Existing((*existing.stores, foreign), (*existing.pos, panel)), known_as(listed, existing))
    assert [(one.kind, one.why, one.remote_id) for one in plan.changes] == [
        ("unmanaged", "plan_why_foreign", "608"),
        ("unmanaged", "plan_why_panel", "990"),
    ]
    assert plan.work == ()


def test_a_closed_branch_is_neither_made_nor_deleted() -> None:
    listed = Listed((branch(0, closed=True),), (register(0),))
    assert planned(listed).changes == ()
    existing = account_with(chain(1))
    kinds = [(one.kind, one.why) for one in planned(listed, existing).changes]
    assert kinds == [("unmanaged", "plan_why_closed")] * 2


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (branch(0, external_id="con espacio"), "plan_why_id"),
        (branch(0, external_id="A" * 61), "plan_why_id"),
        (branch(0, name=" "), "plan_why_incomplete"),
        (branch(0, location=replace(branch(0).location, latitude=48.0)), "plan_why_outside"),
    ],
)
def test_what_the_api_would_refuse_is_blocked_with_its_registers(wanted: object, why: str) -> None:
    one = replace(register(0), branch_external_id=wanted.external_id)  # type: ignore[attr-defined]
    plan = planned(Listed((wanted,), (one,)))  # type: ignore[arg-type]
    assert [(change.kind, change.why) for change in plan.changes] == [
        ("blocked", why),
        ("blocked", "plan_why_branch_blocked"),
    ]


def test_a_register_is_blocked_for_its_own_reasons() -> None:
    listed = Listed(
        (branch(0),),
        (register(0, name="x" * 45), register(1, of=0, external_id="B" * 40), register(2, of=7)),
    )
    said = {change.external_id: change.why for change in planned(listed).changes if change.kind == "blocked"}
    assert said == {"P000": "plan_why_name_long", "B" * 40: "plan_why_id", "P002": "plan_why_no_branch"}


def test_one_external_id_twice_in_the_account_is_blocked() -> None:
    listed = chain(1)
    existing = account_with(listed)
    twin = replace(existing.pos[0], id="999")
    plan = planned(listed, replace(existing, pos=(*existing.pos, twin)), known_as(listed, existing))
    assert [(one.kind, one.why) for one in plan.changes] == [("blocked", "plan_why_twice")]


def test_printed_signs_that_would_lie_are_counted_and_must_be_typed() -> None:
    listed = chain(2)
    existing = account_with(listed)
    known = known_as(listed, existing)
    flipped = planned(listed, existing, known, amount=Amount.TILL, printed={"P000": (1, 2, 3)})
    assert flipped.summary["stickers_void"] == 3
    assert flipped.confirm_stickers == 3
    gone = planned(listed, replace(existing, pos=existing.pos[1:]), known, printed={"P000": (1, 2)})
    assert [(one.kind, one.why, one.stickers_void) for one in gone.changes] == [("create", "plan_why_gone", 2)]
    other = replace(existing.pos[0], id="777")
    swapped = planned(listed, replace(existing, pos=(other, existing.pos[1])), known, printed={"P000": (1, 2)})
    assert [(one.kind, one.why, one.stickers_void) for one in swapped.changes] == [("adopt", "plan_why_replaced", 2)]
    renamed = Listed(listed.branches, (replace(listed.registers[0], name="Nueva"), listed.registers[1]))
    assert planned(renamed, existing, known, printed={"P000": (1, 2, 3)}).confirm_stickers is None


def test_many_changes_to_what_exists_must_be_typed_from_ten_objects_up() -> None:
    listed = chain(5)
    existing = account_with(listed)
    known = known_as(listed, existing)
    for renamed, asked in ((3, None), (4, 4)):
        branches = tuple(replace(one, name="Otra") if n < renamed else one for n, one in enumerate(listed.branches))
        assert planned(Listed(branches, listed.registers), existing, known).confirm_changes == asked
    few = chain(4)
    small = account_with(few)
    branches = tuple(replace(one, name="Otra") for one in few.branches)
    assert planned(Listed(branches, few.registers), small, known_as(few, small)).confirm_changes is None


def test_a_damaged_row_of_the_ledger_counts_as_unknown() -> None:
    listed = chain(1)
    existing = account_with(listed)
    known = {key: replace(one, sound=False) for key, one in known_as(listed, existing).items()}
    assert [one.kind for one in planned(listed, existing, known).changes] == ["adopt", "adopt"]


def test_only_some_branches() -> None:
    listed = chain(6)
    assert planned(listed, only=Only(first=2)).scope == ("S000", "S001")
    assert planned(listed, only=Only(ids=("own-4", "S001"))).scope == ("S001", "S004")
    assert planned(listed, only=Only(regions=("sur",))).scope == ("S000", "S003")
    half = chain(3)
    existing = account_with(half)
    going_on = planned(listed, existing, known_as(half, existing), only=Only(first=2))
    assert going_on.scope == ("S003", "S004")  # the first that still need work
    with pytest.raises(Refused):
        planned(listed, only=Only(ids=("S001", "nobody")))


def test_only_as_it_is_written() -> None:
    assert parse_only("") is None
    assert parse_only("region=Norte, Sur") == Only(regions=("Norte", "Sur"))
    assert parse_only("S1,S2") == Only(ids=("S1", "S2"))
    assert parse_only("first=5") == Only(first=5)
    for wrong in ("first=0", "first=x", "size=3", "region=", ","):
        with pytest.raises(WrongUsage):
            parse_only(wrong)


def test_a_plan_is_read_back_as_itself_or_not_at_all() -> None:
    plan = planned(chain(2, 3))
    document = json.loads(json.dumps(plan.document("es")))
    assert Plan.read(document) == plan
    assert Plan.read(document).hash == plan.hash == document["plan"]
    altered = json.loads(json.dumps(document))
    altered["changes"][0]["after"]["name"] = "Otra"
    with pytest.raises(Refused):
        Plan.read(altered)
    with pytest.raises(StalePlan):
        Plan.read({**document, "format": 0})
    for wrong in ({}, {"plan": "x", "changes": [], "format": 2}):
        with pytest.raises(Refused):
            Plan.read(wrong)


def test_the_hash_is_the_same_in_every_language_and_differs_with_what_matters() -> None:
    listed = chain(2)
    one = planned(listed)
    assert one.document("es")["plan"] == one.document("pt")["plan"]
    assert one.document("es")["changes"][0]["why"] != one.document("en")["changes"][0]["why"]
    assert planned(listed).hash == one.hash
    assert planned(listed, amount=Amount.TILL).hash != one.hash
    assert planned(chain(3)).hash != one.hash
    assert planned(listed, Existing((as_store(branch(9), "9"),))).hash != one.hash
    other = make(listed, Existing(), {}, account=replace(ACCOUNT, id="2"), amount=Amount.BUYER)
    assert other.hash != one.hash


_TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=20).filter(
    str.strip
)


@st.composite
def lists(draw: st.DrawFn) -> Listed:
    count = draw(st.integers(0, 5))
    branches = []
    for n in range(count):
        made = branch(n, name=draw(_TEXTS))
        if draw(st.booleans()):
            made = replace(made, location=replace(made.location, reference=draw(_TEXTS)))
        branches.append(made)
    registers = [
        register(
            n, of=draw(st.integers(0, count - 1)), name=draw(_TEXTS), amount=draw(st.sampled_from([None, *Amount]))
        )
        for n in range(draw(st.integers(0, 8)) if count else 0)
    ]
    return Listed(tuple(branches), tuple(registers))


@settings(max_examples=60, deadline=None)
@given(before=lists(), after=lists(), amount=st.sampled_from(list(Amount)))
def test_after_a_plan_is_carried_out_the_next_one_is_empty(before: Listed, after: Listed, amount: Amount) -> None:
    first = planned(before, amount=amount)
    existing, known = applied(first, Existing())
    second = make(after, existing, known, account=ACCOUNT, amount=amount)  # type: ignore[arg-type]
    existing_then, known_then = applied(second, existing)
    third = make(after, existing_then, {**known, **known_then}, account=ACCOUNT, amount=amount)  # type: ignore[arg-type]
    assert [change for change in third.changes if change.kind != "unmanaged"] == []
    assert third.same == len(after.branches) + len(after.registers)


@settings(max_examples=40, deadline=None)
@given(listed=lists(), amount=st.sampled_from(list(Amount)))
def test_a_store_stands_before_its_registers_and_the_document_keeps_everything(listed: Listed, amount: Amount) -> None:
    plan = planned(listed, amount=amount)
    seen: set[str] = set()
    for change in plan.changes:
        if change.object == "pos" and change.after:
            assert change.after["store"] in seen
        seen.add(change.external_id)
    again = Plan.read(json.loads(json.dumps(plan.document("pt"))))
    assert canonical(again.document("en")) == canonical(plan.document("en"))


@given(
    st.sampled_from(["Caja 1", "Caja Ñandú!", "!!!", ""]),
    st.sampled_from(["Caja 1", "Caja Nandu", "Caja Ñandú!", ""]),
    st.booleans(),
    st.tuples(st.sampled_from([None, 621102]), st.sampled_from([None, 621102, 473000])),
    st.sampled_from(["600", "601", None]),
)
def test_the_quick_look_at_a_register_says_what_comparing_its_fields_says(
    wanted: str, name: str, waits: bool, categories: tuple[int | None, int | None], home: str | None
) -> None:
    category, there = categories
    homes = {"600": "S000"}
    one = register(0, name=wanted, amount=Amount.TILL, category=category)
    found = replace(as_pos(one, "900", "600"), name=name, fixed_amount=waits, category=there, store_id=home)
    fields = differing(of_register(one, Amount.TILL), of_pos(found, homes))
    assert stands(one, Amount.TILL.waits_for_order, found, homes) == (not fields)


def test_what_would_be_made_although_the_account_seems_to_have_it_says_so() -> None:
    listed = chain(4)
    panel = as_store(branch(1), "990", external_id=None)
    foreign = as_store(branch(2), "991", external_id="OTRO")
    home = as_store(branch(3), "993")
    till = as_pos(register(3), "994", "993", external_id=None)
    plan = planned(listed, Existing((panel, foreign, home), (till,)))
    said = {one.key: one.values.get("also", []) for one in plan.changes if one.kind == "create"}
    assert said == {
        "store:S000": [],
        "pos:P000": [],
        "store:S001": ["plan_twin_panel"],
        "pos:P001": [],
        "store:S002": ["plan_twin_other"],
        "pos:P002": [],
        "pos:P003": ["plan_twin_panel"],
    }
    shown = text(plan, "en")
    assert 'the panel made "Sucursal 1" (990)' in shown
    assert "with the id OTRO" in shown
