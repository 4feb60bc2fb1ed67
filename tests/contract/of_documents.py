"""Cases of the API as its documents say it, where live answers differ (contract S 14): the client bears both."""

from __future__ import annotations

from dataclasses import replace

from tests.contract.of_pos import REGISTER
from tests.contract.stage import BRANCH, PLACE, Cases, Stage

case = Cases("As the documents say it")
STORES, POS = "/users/{user}/stores", "/pos"
MANNER = {"manner": "documented"}


def _is(found, wanted):
    assert found == wanted


@case(f"POST {STORES}", "200 for what is made; the id is a number", "S 14.2", "200", "Store", **MANNER)
def made(on: Stage):
    return on.store, lambda store: _is(on.account.store(store.id).id, store.id)


@case(f"GET {STORES}/search", "the page is wrapped in an array", "S 14.5", "200", "list of Store", **MANNER)
def wrapped(on: Stage):
    store = on.store()
    return lambda: list(on.account.stores()), lambda found: _is([each.id for each in found], [store.id])


@case(f"GET {STORES}/search", "by external id", "S 14.5", "200", "Store", **MANNER)
def wrapped_one(on: Stage):
    store = on.store()
    return lambda: on.account.store_by_external_id("SUC001"), lambda found: _is(found.id, store.id)


@case(
    f"GET {STORES}/search", "by an external id nobody has", "S 2.9", "404 STORE_NOT_FOUND · cause", "nothing", **MANNER
)
def not_found(on: Stage):
    return lambda: on.account.store_by_external_id("SUC001")


@case(f"PUT {STORES}/{{id}}", "its own external id, unchanged, is taken", "S 14.9", "200", "Store", **MANNER)
def own_id(on: Stage):
    store = on.store()
    return lambda: on.account.update_store(store.id, BRANCH, external_id="SUC001")


@case(
    f"POST {STORES}",
    "the code in capitals, under `cause`",
    "S 1.3",
    "400 VALIDATION_ERROR/400 · cause",
    "RefusedByApi",
    **MANNER,
)
def capitals(on: Stage):
    return (
        lambda: on.store(location=replace(PLACE, city="Nowhere")),
        lambda error: _is(error.code, "validation_error"),
    )


@case(f"POST {POS}", "200 for what is made", "S 3.1", "200", "Pos", **MANNER)
def pos_made(on: Stage):
    return on.registering()


@case(f"POST {POS}", "the external id is taken", "S 3.8", "409 POINT_OF_SALE_EXISTS · cause", "Conflict", **MANNER)
def pos_taken(on: Stage):
    on.register()
    return on.registering()


@case(f"POST {POS}", "an external store id nobody has", "S 3.8", "400 INEXISTENT_EXTERNAL_STORE_ID · cause", "NotFound",
      **MANNER)  # fmt: skip
def pos_nowhere(on: Stage):
    return lambda: on.account.create_pos(REGISTER, store_id="99", waits_for_order=False)


@case(f"GET {POS}/{{id}}", "the id is a text", "S 3.4", "200", "Pos", **MANNER)
def pos_read(on: Stage):
    pos = on.register()
    return lambda: on.account.pos(pos.id), lambda found: _is((found.id, found.qr_code), (pos.id, pos.qr_code))


@case(f"DELETE {POS}/{{id}}", "200 with a body", "S 14.13", "200", "nothing", **MANNER)
def pos_deleted(on: Stage):
    pos = on.register()
    return lambda: on.account.delete_pos(pos.id), lambda _: _is(list(on.account.pos_list()), [])


CASES = case.all
