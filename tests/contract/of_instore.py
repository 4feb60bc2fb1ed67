"""Cases of the order that waits at a POS, second generation of in-store calls (contract S 7.2)."""

from __future__ import annotations

from tests.contract.stage import MISSING, REGISTER, Cases, Stage

case = Cases("orders at a POS")
_POS = "/instore/qr/seller/collectors/{user}/pos/{pos}/orders"
ASSIGN = "PUT /instore/qr/seller/collectors/{user}/stores/{store}/pos/{pos}/orders"
OLDER, READ, REMOVE = f"PUT {_POS}", f"GET {_POS}", f"DELETE {_POS}"
ITEM = {"title": "Pan", "unit_measure": "unit", "unit_price": 75.0, "quantity": 2, "total_amount": 150.0}
ORDER = {"external_reference": "T-1", "title": "Mesa 4", "description": "Almuerzo", "total_amount": 150.0}


def path(on: Stage, *, store: str = "", pos: str = REGISTER.external_id, user: str = "") -> str:
    between = f"/stores/{store}" if store else ""
    return f"/instore/qr/seller/collectors/{user or on.user}{between}/pos/{pos}/orders"


def assigning(on: Stage, at: str = "", **changed):
    on.account.pos_by_external_id(REGISTER.external_id) or on.register()
    body = {**ORDER, "items": [ITEM], **changed}
    kept = {name: value for name, value in body.items() if value is not MISSING}
    return lambda: on.ask("PUT", at or path(on, store="SUC001"), kept)


@case(ASSIGN, "an amount put on a POS", "S 7.2", "204", "nothing")
def assigned(on: Stage):
    return assigning(on)


@case(OLDER, "the older path, without the store", "S 7.2", "204", "nothing")
def assigned_without_store(on: Stage):
    return assigning(on, path(on))


@case(ASSIGN, "a second order takes the place of the first", "S 7.2", "200", "WaitingOrder")
def replaced(on: Stage):
    assigning(on)()
    assigning(on, external_reference="T-2")()

    def check(order):
        assert (order.reference, order.title, order.amount) == ("T-2", "Mesa 4", 150_00)

    return lambda: on.account.waiting_order(REGISTER.external_id), check


def refused(situation: str, code: str, **changed):
    case(ASSIGN, situation, "S 7.2", f"400 {code} · causes", "RefusedByApi")(lambda on: assigning(on, **changed))


refused("no reference", "invalid_external_reference", external_reference=MISSING)
refused("no title", "invalid_title", title="")
refused("no description", "invalid_description", description=5)
refused("an amount that is none", "invalid_total_amount", total_amount="150")
refused("an amount that is not the sum of its items", "invalid_total_amount", total_amount=149.0)
refused("no items", "invalid_items", items=[])
refused("an item without a price", "invalid_items.unit_price", items=[{**ITEM, "unit_price": None}])
refused("an end in the past", "invalid_expiration_date", expiration_date="2020-01-01T00:00:00.000-04:00")


@case(ASSIGN, "another store's POS", "S 7.2", "404 pos_obtainment_error · causes", "NotFound")
def of_another_store(on: Stage):
    return assigning(on, path(on, store="SUC002"))


@case(READ, "an order that waits", "S 7.2", "200", "WaitingOrder")
def read(on: Stage):
    assigning(on)()
    return lambda: on.account.waiting_order(REGISTER.external_id)


@case(READ, "nothing waits", "S 7.2", "404 point_of_sale_in_store_order_not_found · causes", "nothing")
def nothing_waits(on: Stage):
    on.register()
    return lambda: on.account.waiting_order(REGISTER.external_id)


@case(READ, "its time is over", "S 7.2", "404 point_of_sale_in_store_order_not_found · causes", "nothing")
def over(on: Stage):
    assigning(on, expiration_date="2030-01-01T00:00:00.000-04:00")()
    on.control("clock", {"now": "2030-01-01T05:00:00+00:00"})
    return lambda: on.account.waiting_order(REGISTER.external_id)


@case(READ, "a POS that is not known", "S 7.2", "404 pos_obtainment_error · causes", "nothing")
def unknown(on: Stage):
    return lambda: on.account.waiting_order("NOSUCHPOS")


@case(READ, "the numeric id in place of the external one", "S 7.2", "404 pos_obtainment_error · causes", "nothing")
def by_number(on: Stage):
    pos = on.register()
    return lambda: on.account.waiting_order(pos.id)


@case(REMOVE, "an order taken off again", "S 7.2", "204", "nothing")
def removed(on: Stage):
    assigning(on)()
    return lambda: on.ask("DELETE", path(on))


@case(REMOVE, "nothing there", "S 7.2", "500 in_store_order_creation_error · causes", "UnknownOutcome")
def nothing_there(on: Stage):
    on.register()
    return lambda: on.ask("DELETE", path(on))


CASES = case.all
