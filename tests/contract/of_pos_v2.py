"""Cases of POS, second generation of calls, over the same objects as the first (contract S 4 and 5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mpkit.api import answers
from mpkit.errors import ApiError
from tests.contract.of_pos import by_panel
from tests.contract.stage import MISSING, REGISTER, Cases, Stage

second = Cases("POS, second generation")
V2, ONE = "/v2/pos", "/v2/pos/{id}"


def _is(found, wanted):
    assert found == wanted


def made(on: Stage, key: str = "key-1", **changed):
    """`POST /v2/pos` as a POS."""
    store = on.account.store_by_external_id("SUC001") or on.store()
    body = {
        "name": "Caja 1",
        "store_id": store.id,
        "external_id": "SUC001CAJA01",
        "config": {"qr": {"operating_mode": "pdv"}},
        **changed,
    }
    kept = {name: value for name, value in body.items() if value is not MISSING}
    return lambda: answers.pos(on.ask("POST", V2, kept, key=key))


@second(f"POST {V2}", "a POS in mode `pdv`: it waits for an order", "S 4.2", "201", "Pos")
def v2_created(on: Stage):
    def check(pos):
        assert (pos.external_id, pos.fixed_amount) == ("SUC001CAJA01", True)
        assert pos.qr_code == on.account.pos(pos.id).qr_code

    return made(on), check


@second(
    f"POST {V2}",
    "no mode: `standalone`, the buyer types the amount; the name is the external id",
    "S 4.1",
    "201",
    "Pos",
)
def v2_bare(on: Stage):
    def check(pos):
        assert (pos.name, pos.fixed_amount) == ("SUC001CAJA01", False)

    return made(on, name=MISSING, config=MISSING), check


@second(f"POST {V2}", "the same key and body again: the first answer, one POS", "S 4", "201", "Pos")
def v2_replayed(on: Stage):
    first = made(on)()
    return made(on), lambda _: _is([pos.id for pos in on.account.pos_list()], [first.id])


def v2_refused(situation: str, code: str, makes: str = "RefusedByApi", status: int = 400, key: str = "k", **changed):
    second(f"POST {V2}", situation, "S 4.3", f"{status} {code} · errors", makes)(lambda on: made(on, key, **changed))


v2_refused("no key", "bad_request", key="")
v2_refused("a key of 65 characters", "bad_request", key="k" * 65)
v2_refused("a store id that is a number", "bad_request", store_id=61000001)
v2_refused("no store at all", "bad_request", store_id=MISSING)
v2_refused("an external store id that is no text", "invalid_external_store_id", external_store_id=5)
v2_refused("an external id with a hyphen", "bad_request", external_id="SUC-1")
v2_refused("an external id of 41 characters", "bad_request", external_id="A" * 41)
v2_refused("a name with a blank at its end", "bad_request", name="Caja ")
v2_refused("a name of 46 characters", "bad_request", name="C" * 46)
v2_refused("a mode that does not exist", "bad_request", config={"qr": {"operating_mode": "till"}})
v2_refused("a category of another site", "bad_request", config={"qr": {"category": 5812}})
v2_refused("a store nobody has", "store_not_found", "NotFound", 404, store_id="99")


@second(f"POST {V2}", "the key of another body", "S 4.3", "400 idempotency_key_already_used · errors", "Conflict")
def v2_other_body(on: Stage):
    made(on)()
    return made(on, name="Otra")


@second(f"POST {V2}", "both names of the store, of two stores", "S 4.1", "400 bad_request · errors", "RefusedByApi")
def v2_two_stores(on: Stage):
    other = on.store(external_id="SUC002")
    return made(on, store_id=other.id, external_store_id="SUC001")


@second(f"POST {V2}", "a store made this second, not seen yet", "S 2.10", "404 store_not_found · errors", "NotFound")
def v2_lag(on: Stage):
    call = made(on)
    on.control("faults", {"stale-read": 1})
    return call


@second(f"POST {V2}", "the external id is taken", "S 4.3", "409 pos_already_exists · errors", "Conflict")
def v2_taken(on: Stage):
    on.register()
    return made(on)


@second(
    f"POST {V2}", "another seller's store", "S 4.3", "424 internal_error_check_store_owner · errors", "RefusedByApi"
)
def v2_owner(on: Stage):
    store, token = on.store(), on.stranger()
    return lambda: on.ask("POST", V2, {"store_id": store.id, "external_id": "C1"}, key="k", token=token)


def newer(on: Stage):
    return on.client(generation="v2")


@second(f"POST {V2}", "a register of the client, with its own key", "S 4", "201", "Pos")
def v2_client(on: Stage):
    store = on.store()

    def check(pos):
        assert (pos.external_id, pos.store_id, pos.fixed_amount) == ("SUC001CAJA01", store.id, True)
        assert pos.qr_code == on.account.pos(pos.id).qr_code

    return lambda: newer(on).create_pos(REGISTER, store_id=store.id, waits_for_order=True, key="mine"), check


@second(f"GET {V2}", "an account without POS", "S 4.2", "200", "an empty list")
def v2_none(on: Stage):
    return lambda: list(newer(on).pos_list())


@second(
    f"GET {V2}",
    "more POS than a page holds: `data`, not `results`",
    "S 4.2",
    "200",
    "list of Pos",
    stores=20,
    registers=130,
)
def v2_every(on: Stage):
    def check(found):
        assert {pos.id for pos in found} == {pos.id for pos in on.account.pos_list()}

    return lambda: list(newer(on).pos_list()), check


@second(f"GET {V2}", "by external id", "S 4.2", "200", "Pos")
def v2_found(on: Stage):
    pos = on.register()
    return lambda: newer(on).pos_by_external_id("SUC001CAJA01"), lambda found: _is(found.id, pos.id)


@second(f"GET {V2}", "by an external id nobody has", "S 4.2", "200", "nothing")
def v2_not_found(on: Stage):
    return lambda: newer(on).pos_by_external_id("SUC001CAJA01")


@second(f"GET {V2}", "a `limit` that is no number", "S 4.3", "400 bad_request · errors", "RefusedByApi")
def v2_limit(on: Stage):
    return lambda: on.ask("GET", V2, query={"limit": "many"})


@second(f"GET {ONE}", "a POS made by the first generation", "S 5", "200", "Pos")
def v2_read(on: Stage):
    pos = on.register(waits_for_order=True)
    return (
        lambda: newer(on).pos(pos.id),
        lambda found: _is((found.fixed_amount, found.qr_code), (True, pos.qr_code)),
    )


@second(f"GET {ONE}", "a POS nobody has", "S 4.3", "404 pos_not_found · errors", "NotFound")
def v2_unknown(on: Stage):
    return lambda: newer(on).pos("104000099")


@second(f"PATCH {ONE}", "name and mode (read before); the code stays", "S 4", "200", "Pos")
def v2_changed(on: Stage):
    pos = on.register()
    changed = replace(REGISTER, name="Mostrador")

    def check(found):
        assert (found.fixed_amount, found.name, found.qr_code) == (True, "Mostrador", pos.qr_code)

    return lambda: newer(on).update_pos(pos.id, changed, store_id=pos.store_id, waits_for_order=True), check


@second(f"PATCH {ONE}", "a POS made in the panel is given its external id", "S 5", "200", "Pos")
def v2_adopted(on: Stage):
    store, pos = by_panel(on)

    def check(found):
        assert (found.external_id, found.qr_code) == ("SUC001CAJA01", pos.qr_code)

    return lambda: newer(on).update_pos(
        pos.id, REGISTER, store_id=store.id, waits_for_order=False, external_id="SUC001CAJA01"
    ), check


@second(
    f"PATCH {ONE}", "an external id that another POS has", "S 4.3", "200 → 409 pos_already_exists · errors", "Conflict"
)
def v2_adopted_taken(on: Stage):
    store, pos = by_panel(on)
    on.register()
    return lambda: newer(on).update_pos(
        pos.id, REGISTER, store_id=store.id, waits_for_order=False, external_id="SUC001CAJA01"
    )


@second(f"PATCH {ONE}", "no key", "S 4", "400 bad_request · errors", "RefusedByApi")
def v2_change_no_key(on: Stage):
    pos = on.register()
    return lambda: on.ask("PATCH", f"{V2}/{pos.id}", {"name": "Otra"})


@second(f"DELETE {ONE}", "a POS", "S 4", "204", "nothing")
def v2_deleted(on: Stage):
    pos = on.register()
    return lambda: newer(on).delete_pos(pos.id), lambda _: _gone(on, pos.id)


def _gone(on: Stage, pos_id: str):
    with pytest.raises(ApiError):
        on.account.pos(pos_id)


@second(f"DELETE {ONE}", "again with the same key", "S 4", "200", "nothing")
def v2_deleted_again(on: Stage):
    pos = on.register()
    newer(on).delete_pos(pos.id, key="mine")
    return lambda: newer(on).delete_pos(pos.id, key="mine")


@second(f"DELETE {ONE}", "a POS nobody has", "S 4.3", "404 pos_not_found · errors", "NotFound")
def v2_delete_gone(on: Stage):
    return lambda: newer(on).delete_pos("104000099")


@second(f"DELETE {ONE}", "no key", "S 4", "400 bad_request · errors", "RefusedByApi")
def v2_delete_no_key(on: Stage):
    pos = on.register()
    return lambda: on.ask("DELETE", f"{V2}/{pos.id}")


CASES = second.all
