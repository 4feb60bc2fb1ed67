"""Cases of stores and of the catalogue of places (contract S 2)."""

from __future__ import annotations

from dataclasses import replace

from mpkit.api import valid_values
from tests.contract.stage import BRANCH, MISSING, PLACE, Cases, Stage
from tests.sandbox.asking import STORE, in_location

case = Cases("Stores")
CREATE, SEARCH, READ = "POST /users/{user}/stores", "GET /users/{user}/stores/search", "GET /stores/{id}"
# some refusals have one code for several things: the client looks who has the external id before it says which
FREE = "404 store_not_found · causes"
UPDATE, DELETE = "PUT /users/{user}/stores/{id}", "DELETE /users/{user}/stores/{id}"


@case(CREATE, "a branch becomes a store; its id is text, its date `date_created`", "S 2.5", "201", "Store")
def created(on: Stage):
    def check(store):
        assert (store.external_id, store.hours, store.created) == ("SUC001", BRANCH.hours, on.clock.now())
        assert "3039" in store.address_line

    return on.store, check


@case(CREATE, "four intervals a day", "S 2.3", "201", "Store")
def four_intervals(on: Stage):
    spans = (("08:00", "10:00"), ("11:00", "13:00"), ("14:00", "16:00"), ("17:00", "19:00"))
    return lambda: on.store(hours={"monday": spans})


@case(CREATE, "a hyphen in the external id is taken", "S 2.2", "201", "Store")
def hyphen(on: Stage):
    return lambda: on.store(external_id="BCN-1-2")


def sent(on: Stage, **changed):
    """A body the client would not send."""
    body = {name: value for name, value in {**STORE, **changed}.items() if value is not MISSING}
    return lambda: on.ask("POST", f"/users/{on.user}/stores", body)


def refused(situation: str, code: str, makes: str = "RefusedByApi", section: str = "S 2.9", **changed):
    case(CREATE, situation, section, f"400 {code} · causes", makes)(lambda on: sent(on, **changed))


refused("an unknown property", "unknown_field", colour="red")
refused("an unknown property of the location", "unknown_field", **in_location(colour="red"))
refused("a name that is no text", "invalid_name", name=5)
refused("no name", "invalid_name", name=MISSING)
refused("hours that are no object", "invalid_business_hours", business_hours=[])
refused("a day that is no list", "invalid_day", business_hours={"monday": "09:00"})
refused("a day that does not exist", "invalid_day", business_hours={"someday": []})
refused("a time that is none", "invalid_day", business_hours={"monday": [{"open": "9", "close": "18:00"}]})
refused(
    "five intervals a day",
    "validation_error",
    section="S 2.3",
    business_hours={"monday": [{"open": "09:00", "close": "10:00"}] * 5},
)
refused("no location", "invalid_location", location=MISSING)
refused("a location that is no object", "invalid_location", location="Rosario")
for part, wrong in {
    "street_name": 5,
    "street_number": 3039,
    "city_name": None,
    "state_name": 1,
    "reference": 3,
    "zip_code": 2000,
    "latitude": "-32.9",
    "longitude": "-60.6",
}.items():
    refused(f"`{part}` of a wrong type", f"invalid_{part}", **in_location(**{part: wrong}))
refused("an external id that is no text", "invalid_external_id", external_id=7)


@case(CREATE, "coordinates outside the country", "S 2.4", f"400 bad_request · causes → {FREE}", "RefusedByApi")
def outside(on: Stage):
    return lambda: on.store(location=replace(PLACE, latitude=40.4, longitude=-3.7))


@case(CREATE, "an external id of 61 characters", "S 2.7", f"400 bad_request · causes → {FREE}", "RefusedByApi")
def too_long(on: Stage):
    return lambda: on.store(external_id="A" * 61)


def _listed(field: str, spelling: str):
    def check(error):
        said, values = valid_values(error)
        assert said == field
        assert spelling in values

    return check


@case(CREATE, "a state that is not in the catalogue", "S 2.4", "400 validation_error · causes", "RefusedByApi")
def wrong_state(on: Stage):
    return lambda: on.store(location=replace(PLACE, state="Santa Fé")), _listed("state_name", "Santa Fe")


@case(CREATE, "a city that is not in the catalogue", "S 2.4", "400 validation_error · causes", "RefusedByApi")
def wrong_city(on: Stage):
    return lambda: on.store(location=replace(PLACE, city="rosario")), _listed("city_name", "Rosario")


@case(CREATE, "the external id is taken", "S 2.9", "400 validation_error · causes → 200", "Conflict")
def taken(on: Stage):
    on.store()
    return on.store


@case(CREATE, "no body", "S 2.9", "400 bad_request · causes", "RefusedByApi")
def no_body(on: Stage):
    return lambda: on.ask("POST", f"/users/{on.user}/stores")


@case(CREATE, "the path names another user", "S 2.1", "403 Forbidden · causes", "Unauthorised")
def other_user(on: Stage):
    return lambda: on.ask("POST", "/users/999/stores", STORE)


@case(CREATE, "the user is no number", "S 2.9", "400 invalid_user_id · causes", "RefusedByApi")
def no_user(on: Stage):
    return lambda: on.ask("POST", "/users/me/stores", STORE)


@case(SEARCH, "an account without stores", "S 2.6", "200", "an empty list")
def none_yet(on: Stage):
    return lambda: list(on.account.stores())


@case(
    SEARCH,
    "more stores than a page holds, some made in the panel (`external_id` null)",
    "S 2.6",
    "200",
    "list of Store",
    stores=70,
    registers=70,
)
def every(on: Stage):
    def check(stores):
        assert len({store.id for store in stores}) == 70
        assert any(store.external_id is None for store in stores)
        assert all(store.created for store in stores)  # rows say date_creation

    return lambda: list(on.account.stores()), check


@case(SEARCH, "by external id; `paging.limit` says 0", "S 2.6", "200", "Store")
def by_id(on: Stage):
    on.store()
    return lambda: on.account.store_by_external_id("SUC001")


@case(SEARCH, "by an external id nobody has", "S 2.6", "404 store_not_found · causes", "nothing")
def by_unknown_id(on: Stage):
    return lambda: on.account.store_by_external_id("SUC001")


@case(SEARCH, "by an external id with a hyphen", "S 2.9", "400 invalid_external_id · causes", "RefusedByApi")
def by_hyphen(on: Stage):
    return lambda: on.account.store_by_external_id("BCN-1")


for name in ("limit", "offset"):
    case(SEARCH, f"a `{name}` that is no number", "S 2.9", f"400 invalid_{name} · causes", "RefusedByApi")(
        lambda on, name=name: lambda: on.ask("GET", f"/users/{on.user}/stores/search", query={name: "many"})
    )


@case(SEARCH, "the path names another user", "S 2.9", "403 Forbidden · causes", "Unauthorised")
def search_other(on: Stage):
    return lambda: on.ask("GET", "/users/999/stores/search")


@case(READ, "a store; its date is `date_creation`, street and city are folded into one line", "S 2.5", "200", "Store")
def read(on: Stage):
    store = on.store()
    return lambda: on.account.store(store.id), lambda found: _same(found, store)


def _same(found, store):
    assert found == store


@case(READ, "a store nobody has", "S 2.9", "404 not_found · causes", "NotFound")
def read_unknown(on: Stage):
    return lambda: on.account.store("61000099")


@case(READ, "an id that is no number", "S 2.9", "400 invalid_store_id · causes", "RefusedByApi")
def read_text(on: Stage):
    return lambda: on.account.store("SUC001")


@case(READ, "another seller's store", "S 2.9", "401 unauthorized_scopes · causes", "Unauthorised")
def read_foreign(on: Stage):
    store, stranger = on.store(), on.client(on.stranger())
    stranger.seller()
    return lambda: stranger.store(store.id)


@case(UPDATE, "only the name", "S 2.7", "200", "Store")
def renamed(on: Stage):
    store = on.store()

    def check(changed):
        assert (changed.name, changed.hours, changed.address_line) == ("Otra", store.hours, store.address_line)

    return lambda: on.account.update_store(store.id, replace(BRANCH, name="Otra"), fields={"name"}), check


@case(UPDATE, "a store made in the panel is given its external id", "S 9", "200", "Store", stores=1, registers=1)
def adopted(on: Stage):
    made = on.control("panel", {"action": "create_store", "name": "Mi local"})

    def check(store):
        assert (store.id, store.external_id, store.name) == (made["id"], "SUC009", "Mi local")

    return lambda: on.account.update_store(made["id"], BRANCH, fields=set(), external_id="SUC009"), check


@case(UPDATE, "its own external id, unchanged", "S 2.7", "400 validation_error · causes → 200", "RefusedByApi")
def own_id(on: Stage):
    store = on.store()
    return lambda: on.account.update_store(store.id, BRANCH, external_id="SUC001")


@case(UPDATE, "the external id of another store", "S 2.9", "400 validation_error · causes → 200", "Conflict")
def other_id(on: Stage):
    on.store()
    second = on.store(external_id="SUC002")
    return lambda: on.account.update_store(second.id, BRANCH, fields=set(), external_id="SUC001")


@case(UPDATE, "an unknown property", "S 2.9", "400 unknown_field · causes", "RefusedByApi")
def update_unknown(on: Stage):
    store = on.store()
    return lambda: on.ask("PUT", f"/users/{on.user}/stores/{store.id}", {"colour": "red"})


@case(UPDATE, "five intervals a day", "S 2.3", "400 validation_error · causes", "RefusedByApi")
def update_hours(on: Stage):
    store = on.store()
    five = replace(BRANCH, hours={"monday": (("09:00", "10:00"),) * 5})
    return lambda: on.account.update_store(store.id, five, fields={"hours"})


@case(UPDATE, "a store nobody has", "S 2.9", "404 not_found · causes", "NotFound")
def update_gone(on: Stage):
    return lambda: on.account.update_store("61000099", BRANCH)


@case(UPDATE, "another seller's store", "S 2.9", "401 unauthorized_scopes · causes", "Unauthorised")
def update_foreign(on: Stage):
    store, stranger = on.store(), on.client(on.stranger())
    stranger.seller()
    return lambda: stranger.update_store(store.id, BRANCH)


@case(DELETE, "a store; its registers stay, without a store", "S 2.8", "200", "nothing")
def deleted(on: Stage):
    pos = on.register()
    return lambda: on.account.delete_store(pos.store_id), lambda _: _is(on.account.pos(pos.id).store_id, None)


def _is(found, wanted):
    assert found == wanted


@case(DELETE, "a store nobody has", "S 2.9", "404 not_found · causes", "NotFound")
def delete_gone(on: Stage):
    return lambda: on.account.delete_store("61000099")


@case(DELETE, "another seller's store", "S 2.9", "401 unauthorized_scopes · causes", "Unauthorised")
def delete_foreign(on: Stage):
    store, stranger = on.store(), on.client(on.stranger())
    stranger.seller()
    return lambda: stranger.delete_store(store.id)


places = Cases("Places")


@places("GET /countries/{country}", "the states of the country", "S 2.4", "200", "list of list of text")
def states(on: Stage):
    return lambda: on.account.states("AR"), lambda found: _has(found, ("AR-S", "Santa Fe"))


@places("GET /states/{id}", "the cities of a state", "S 2.4", "200", "list of list of text")
def cities(on: Stage):
    return lambda: on.account.cities("AR-S"), lambda found: _has([name for _, name in found], "Rosario")


def _has(found, wanted):
    assert wanted in found


@places("GET /countries/{country}", "a country that does not exist", "S 2.4", "404 not_found · causes", "NotFound")
def no_country(on: Stage):
    return lambda: on.account.states("XX")


@places("GET /states/{id}", "a state that does not exist", "S 2.4", "404 not_found · causes", "NotFound")
def no_state(on: Stage):
    return lambda: on.account.cities("AR-QQ")


CASES = [*case.all, *places.all]
