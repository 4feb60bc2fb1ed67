"""The state machine, event by event: what is asked of the network, what is written down first, when it gives up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from mpkit.errors import (
    ApiError,
    Conflict,
    NotFound,
    RateLimited,
    RefusedByApi,
    Unauthorised,
    UnknownOutcome,
    Unreachable,
)
from mpkit.ledger import Intent
from mpkit.model import Amount, Pos, Store
from mpkit.plan import Existing, make
from mpkit.plan.carry import repair
from mpkit.plan.change import Change
from mpkit.plan.events import Answer, Call, Effect, Ended, Sending, Taken, Trouble, Wait, Woke
from mpkit.plan.machine import Machine
from mpkit.plan.moves import ATTEMPTS
from tests.plan.chain import ACCOUNT, Listed, account_with, as_pos, as_store, branch, chain, register


def changes(listed: Listed, existing: Existing | None = None) -> tuple[Change, ...]:
    return make(listed, existing or Existing(), {}, account=ACCOUNT, amount=Amount.BUYER).work


def machine(listed: Listed, existing: Existing | None = None, **options: object) -> Machine:
    options.setdefault("journal", {})
    options.setdefault("stores", {})
    return Machine(changes(listed, existing), repair=repair, **options)  # type: ignore[arg-type]


def said(effects: Iterable[Effect]) -> list[str]:
    """Effects in short: what a person would read in a trace."""
    words = []
    for effect in effects:
        key = effect.change.key
        if isinstance(effect, Sending):
            words.append(f"sending {key} {effect.attempt}")
        elif isinstance(effect, Ended):
            words.append(f"{effect.end} {key}")
        elif isinstance(effect, Call):
            words.append(f"{effect.action} {key}")
        else:
            words.append(f"wait {key} {'settle' if effect.settle else effect.seconds}")
    return words


ONE = Listed((branch(0),), (register(0),))
STORE = as_store(branch(0), "600")
POS = as_pos(register(0), "900", "600")
UNKNOWN = UnknownOutcome("api_no_answer")


def with_store() -> Machine:
    """A machine whose only change left is one POS."""
    account = Existing((STORE,))
    options = {"seen": {"store:600": STORE}, "stores": {"S000": "600"}}
    made = machine(ONE, account, **options)
    assert said(made.start()) == ["done store:S000", "sending pos:P000 1", "create pos:P000"]
    return made


def test_the_store_first_then_its_register() -> None:
    one = machine(ONE)
    assert said(one.start()) == ["sending store:S000 1", "create store:S000"]
    assert said(one.on(Answer("store:S000", STORE))) == ["done store:S000", "sending pos:P000 1", "create pos:P000"]
    effects = one.on(Answer("pos:P000", POS))
    assert said(effects) == ["done pos:P000"]
    ended = effects[0]
    assert isinstance(ended, Ended)
    assert (ended.remote_id, ended.qr_payload) == ("900", "qr 900")
    assert one.finished
    assert (one.done, one.total) == (2, 2)


def test_a_register_is_made_in_the_store_just_made() -> None:
    one = machine(ONE)
    one.start()
    call = one.on(Answer("store:S000", STORE))[-1]
    assert isinstance(call, Call)
    assert call.store_id == "600"


def test_a_code_that_is_not_in_the_answer_is_read() -> None:
    one = with_store()
    effects = one.on(Answer("pos:P000", replace(POS, qr_code=None)))
    assert said(effects) == ["read pos:P000"]
    assert isinstance(effects[0], Call)
    assert effects[0].target == "900"
    assert said(one.on(Answer("pos:P000", POS))) == ["done pos:P000"]


@pytest.mark.parametrize(
    "error", [UNKNOWN, UnknownOutcome("api_unknown_outcome", status=500), Conflict("api_conflict")]
)
def test_an_unknown_outcome_is_looked_up_and_what_is_found_is_taken(error: ApiError) -> None:
    one = with_store()
    assert said(one.on(Trouble("pos:P000", error))) == ["look pos:P000"]
    assert said(one.on(Answer("pos:P000", POS))) == ["done pos:P000"]


@pytest.mark.parametrize(
    "found",
    [replace(POS, name="Otra"), replace(POS, store_id="601"), replace(POS, fixed_amount=True)],
    ids=["name", "store", "amount"],
)
def test_what_is_found_and_is_not_ours_is_a_conflict(found: Pos) -> None:
    one = with_store()
    one.on(Trouble("pos:P000", UNKNOWN))
    effects = one.on(Answer("pos:P000", found))
    assert said(effects) == ["conflict pos:P000"]
    assert one.finished


def test_absent_twice_with_a_settle_window_between_before_it_is_sent_again() -> None:
    one = with_store()
    one.on(Trouble("pos:P000", UNKNOWN))
    assert said(one.on(Answer("pos:P000", None))) == ["wait pos:P000 settle"]
    assert said(one.on(Woke("pos:P000"))) == ["look pos:P000"]
    effects = one.on(Answer("pos:P000", None))
    assert said(effects) == ["sending pos:P000 2", "create pos:P000"]


def test_the_same_request_five_times_at_most_and_never_another_id() -> None:
    one = with_store()
    sent = [effect for effect in one.on(Trouble("pos:P000", UNKNOWN)) if isinstance(effect, Sending)]
    for _ in range(ATTEMPTS + 1):
        one.on(Answer("pos:P000", None))
        one.on(Woke("pos:P000"))
        effects = one.on(Answer("pos:P000", None))
        sent += [effect for effect in effects if isinstance(effect, Sending)]
        if one.finished:
            break
        one.on(Trouble("pos:P000", UNKNOWN))
    assert [effect.attempt for effect in sent] == [2, 3, 4, 5]
    assert {effect.change.external_id for effect in sent} == {"P000"}
    assert said(effects) == ["unknown pos:P000"]


def test_in_use_by_nothing_that_can_be_seen_ends_as_a_conflict() -> None:
    one = with_store()
    for _ in range(ATTEMPTS):
        one.on(Trouble("pos:P000", Conflict("api_conflict")))
        one.on(Answer("pos:P000", None))
        one.on(Woke("pos:P000"))
        effects = one.on(Answer("pos:P000", None))
    assert said(effects) == ["conflict pos:P000"]
    assert one.outcomes()[1].error is not None
    assert one.outcomes()[1].error.key == "plan_conflict_unseen"


def test_a_fresh_store_may_be_unknown_to_its_register_for_some_seconds() -> None:
    one = with_store()
    waits = []
    for _ in range(3):
        effects = one.on(Trouble("pos:P000", NotFound("api_not_found", status=404)))
        waits += [effect.seconds for effect in effects if isinstance(effect, Wait)]
        one.on(Woke("pos:P000"))
    assert waits == [1.5, 3.0, 6.0]
    assert said(one.on(Trouble("pos:P000", NotFound("api_not_found")))) == ["refused pos:P000"]


def test_a_place_spelled_otherwise_is_repaired_once_by_the_apis_own_list() -> None:
    listed = Listed((branch(0, location=replace(branch(0).location, city="culiacan")),))
    text = "location.city_name was invalid. Valid values are: Mazatlán, Culiacán, Los Mochis"
    refusal = RefusedByApi("api_refused", status=400, code="validation_error", detail=text)
    one = machine(listed)
    one.start()
    effects = one.on(Trouble("store:S000", refusal))
    assert said(effects) == ["sending store:S000 2", "create store:S000"]
    assert isinstance(effects[1], Call)
    assert effects[1].fields["city"] == "Culiacán"
    assert said(one.on(Trouble("store:S000", refusal))) == ["refused store:S000"]
    assert one.outcomes()[0].note == {"city": "Culiacán"}


def test_a_place_that_is_not_in_the_list_is_refused_and_so_are_its_registers() -> None:
    text = "location.city_name was invalid. Valid values are: Mazatlán, Los Mochis"
    one = machine(ONE)
    one.start()
    effects = one.on(Trouble("store:S000", RefusedByApi("api_refused", status=400, detail=text)))
    assert said(effects) == ["refused store:S000", "skipped pos:P000"]
    assert one.finished


def test_too_many_requests_waits_and_does_not_count_as_an_attempt() -> None:
    one = with_store()
    effects = one.on(Trouble("pos:P000", RateLimited("api_rate_limited", retry_after=7)))
    assert said(effects) == ["wait pos:P000 7"]
    assert said(one.on(Woke("pos:P000"))) == ["sending pos:P000 1", "create pos:P000"]


def test_a_token_no_longer_accepted_halts_everything_and_loses_nothing() -> None:
    one = machine(chain(6), in_flight=2)
    assert len(one.start()) == 4
    effects = one.on(Trouble("store:S000", Unauthorised("api_token_refused", status=401)))
    assert said(effects) == ["left store:S000"]
    assert not one.finished  # another request is still in flight
    assert said(one.on(Answer("store:S001", as_store(branch(1), "601")))) == ["done store:S001"]
    assert one.finished
    assert isinstance(one.trouble, Unauthorised)
    ends = {ended.change.key: ended.end for ended in one.outcomes()}
    assert ends["store:S001"] == "done"
    assert ends["store:S000"] == ends["pos:P005"] == "left"


def test_a_server_that_cannot_be_reached_halts_after_some_tries() -> None:
    one = with_store()
    for _ in range(ATTEMPTS - 1):
        assert said(one.on(Trouble("pos:P000", Unreachable("api_unreachable"))))[0].startswith("wait")
        one.on(Woke("pos:P000"))
    assert said(one.on(Trouble("pos:P000", Unreachable("api_unreachable")))) == ["left pos:P000"]
    assert one.finished
    assert isinstance(one.trouble, Unreachable)


def test_an_update_of_unknown_outcome_is_said_again() -> None:
    existing = account_with(ONE)
    renamed = Listed((replace(branch(0), name="Nueva"),), ONE.registers)
    one = machine(renamed, existing, stores={"S000": "600"}, seen={"pos:900": existing.pos[0]})
    assert said(one.start()) == ["sending store:S000 1", "update store:S000", "done pos:P000"]
    assert said(one.on(Trouble("store:S000", UNKNOWN))) == ["wait store:S000 1.0"]
    assert said(one.on(Woke("store:S000"))) == ["sending store:S000 2", "update store:S000"]
    assert said(one.on(Answer("store:S000", replace(STORE, name="Nueva")))) == ["done store:S000"]


def test_a_refused_change_to_a_store_does_not_keep_its_new_register_from_being_made() -> None:
    renamed = Listed((replace(branch(0), name="Nueva"),), ONE.registers)
    one = machine(renamed, Existing((STORE,)), stores={"S000": "600"})
    assert said(one.start())[-1] == "create pos:P000"
    assert said(one.on(Trouble("store:S000", RefusedByApi("api_refused", status=400)))) == ["refused store:S000"]
    assert said(one.on(Answer("pos:P000", POS))) == ["done pos:P000"]


def test_an_answer_about_something_else_is_not_believed() -> None:
    one = with_store()
    assert said(one.on(Answer("pos:P000", replace(POS, external_id="P999")))) == ["look pos:P000"]


def test_an_adoption_without_differences_sends_nothing() -> None:
    existing = account_with(ONE)
    one = machine(
        ONE, existing, stores={"S000": "600"}, seen={"store:600": existing.stores[0], "pos:900": existing.pos[0]}
    )
    assert said(one.start()) == ["done store:S000", "done pos:P000"]


def test_an_adopted_register_without_its_code_in_the_list_is_read() -> None:
    existing = account_with(ONE)
    seen: dict[str, Store | Pos] = {"store:600": STORE, "pos:900": replace(existing.pos[0], qr_code=None)}
    one = machine(ONE, existing, stores={"S000": "600"}, seen=seen)
    assert said(one.start()) == ["done store:S000", "read pos:P000"]
    assert said(one.on(Answer("pos:P000", existing.pos[0]))) == ["done pos:P000"]


@pytest.mark.parametrize("state", ["sent", "unknown", "conflict"])
def test_after_a_restart_what_was_sent_is_looked_up_first(state: str) -> None:
    journal = {"store:S000": Intent("p", "store", "S000", "create", state=state, attempts=2)}
    one = machine(Listed((branch(0),)), journal=journal)
    assert said(one.start()) == ["look store:S000"]
    assert said(one.on(Answer("store:S000", None))) == ["wait store:S000 settle"]
    assert said(one.on(Woke("store:S000"))) == ["look store:S000"]
    assert said(one.on(Answer("store:S000", None))) == ["sending store:S000 3", "create store:S000"]


def test_after_a_restart_what_was_done_is_not_done_again() -> None:
    journal = {"store:S000": Intent("p", "store", "S000", "create", state="done", remote_id="600", attempts=1)}
    one = machine(ONE, journal=journal)
    assert said(one.start()) == ["sending pos:P000 1", "create pos:P000"]
    assert one.outcomes()[0].end == "done"


def test_what_another_plan_left_unsettled_is_looked_up_first() -> None:
    one = machine(Listed((branch(0),)), unsettled=["store:S000"])
    assert said(one.start()) == ["look store:S000"]


def test_an_outcome_the_ledger_refuses_becomes_a_conflict() -> None:
    one = with_store()
    one.on(Answer("pos:P000", POS))
    assert said(one.on(Taken("pos:P000", "P777"))) == ["conflict pos:P000"]
    assert one.outcomes()[1].end == "conflict"


def test_never_more_in_flight_than_allowed() -> None:
    one = machine(chain(20), in_flight=3)
    flying = {effect.change.key for effect in one.start() if isinstance(effect, Call)}
    for n in range(200):
        assert len(flying) <= 3
        if not flying:
            break
        key = sorted(flying)[n % len(flying)]
        flying.discard(key)
        kind, _, external_id = key.partition(":")
        number = int(external_id[1:])
        found = (
            as_store(branch(number), f"6{number}") if kind == "store" else as_pos(register(number), f"9{number}", "")
        )
        flying |= {effect.change.key for effect in one.on(Answer(key, found)) if isinstance(effect, Call)}
    assert one.finished
    assert all(ended.end == "done" for ended in one.outcomes())
