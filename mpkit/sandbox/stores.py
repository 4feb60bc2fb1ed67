"""The routes of stores: create, search, read, update, delete, and the catalogue that names their states and cities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mpkit.sandbox.answers import Answer, Effect, Refusal, classic, counted, listed, zulu
from mpkit.sandbox.shelf import StoreRow
from mpkit.sandbox.store_checks import ALPHANUMERIC, judge

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_PAGE, _MOST = 30, 100


def create(world: World, call: Call) -> Answer:
    """`POST /users/{user}/stores`."""
    _own(call)
    body = judge(world, call.body, new=True)
    _free(world, call, body.get("external_id"))
    now = world.now()
    row = StoreRow(
        id=world.shelf.store_numbers.next(call.seller.id, body.get("external_id") or body["name"]),
        user=call.seller.id,
        name=body["name"],
        external_id=body.get("external_id") or None,
        hours=body.get("business_hours", {}),
        location=body["location"],
        created=now,
        changed=now,
    )
    world.shelf.put_store(row)
    answer = {**_document(world, row), "date_created": zulu(row.created)}
    return Answer(201, answer, Effect("create", "store", row.id, row.external_id))


def search(world: World, call: Call) -> Answer:
    """`GET /users/{user}/stores/search`: with `external_id`, 404 where nothing is found and a limit of 0 else."""
    _own(call)
    wanted = call.query.get("external_id")
    offset, limit = whole(call.query, "offset", 0), min(_MOST, whole(call.query, "limit", _PAGE))
    ids = world.shelf.stores_of(call.seller.id)
    if wanted is not None:
        if not ALPHANUMERIC.fullmatch(wanted):
            raise classic(400, "invalid_external_id", "The external_id must be alphanumeric")
        ids, limit = world.shelf.stores_named(call.seller.id, wanted), max(limit, 1)
    if call.fault == "stale-read":
        ids = [id_ for id_ in ids if not world.hidden(world.shelf.stores[str(id_)].created, call)]
    if wanted is not None and not ids:
        raise classic(404, "store_not_found", "Store not found.")
    page = world.page(call, ids, offset, limit)
    return Answer(
        200, listed(_shown(world, page), total=len(ids), offset=offset, limit=0 if wanted is not None else limit)
    )


def read(world: World, call: Call) -> Answer:
    """`GET /stores/{id}`."""
    row = world.shelf.stores.get(_numeric(call.params["id"]))
    if row is None or world.hidden(row.created, call):
        raise classic(404, "not_found", f"Store {call.params['id']} not found")
    if row.user != call.seller.id:
        raise classic(401, "unauthorized_scopes", "You are not allowed to access this resource")
    return Answer(200, _shown(world, [int(row.id)])[0])


def update(world: World, call: Call) -> Answer:
    """`PUT /users/{user}/stores/{id}`: partial; a store's own external id, sent again, counts as taken."""
    row = _to_change(world, call)
    body = judge(world, call.body, new=False)
    if body.get("external_id") != row.external_id or world.manner == "live":
        _free(world, call, body.get("external_id"))
    row = replace(
        row,
        name=body.get("name", row.name),
        external_id=body.get("external_id") or row.external_id,
        hours=body.get("business_hours", row.hours),
        location=body.get("location", row.location),
        changed=world.now(),
    )
    world.shelf.put_store(row)
    dates = {"date_creation": zulu(row.created), "date_created": zulu(row.created)}
    return Answer(200, {**_document(world, row), **dates}, Effect("update", "store", row.id, row.external_id))


def delete(world: World, call: Call) -> Answer:
    """`DELETE /users/{user}/stores/{id}`: unlinks the store's POS, does not delete them."""
    row = _to_change(world, call)
    unlink(world, row.id)
    world.shelf.drop_store(row.id)
    effect = Effect("delete", "store", row.id, row.external_id)
    return Answer(200, {"store": int(row.id), "user": int(call.seller.id)}, effect)


def unlink(world: World, store: str) -> None:
    """The POS of a store that is going are in none from now on; their codes live on."""
    for id_ in list(world.shelf.pos_in(store)):
        world.shelf.put_pos(replace(world.shelf.pos[str(id_)], store_id=None, changed=world.now()))


def country(world: World, call: Call) -> Answer:
    """`GET /countries/{CC}`: the states and their ids."""
    if call.params["country"] != world.site.country:
        raise classic(404, "not_found", "Country not found")
    states = [{"id": world.places.code(state), "name": state} for state in world.places.states]
    head = {"id": world.site.country, "name": world.site.name, "locale": world.site.locale}
    return Answer(200, {**head, "currency_id": world.site.currency, "states": states})


def state(world: World, call: Call) -> Answer:
    """`GET /states/{id}`: the cities and their ids."""
    name = world.places.state_of_code(call.params["id"])
    if name is None:
        raise classic(404, "not_found", "State not found")
    cities = [{"id": city_id(world, name, city), "name": city} for city in world.cities(name)]
    land = {"id": world.site.country, "name": world.site.name}
    return Answer(200, {"id": call.params["id"], "name": name, "country": land, "cities": cities})


def city_id(world: World, state_name: str, city: str) -> str:
    """The id of a city in the form `BR-SP-44`."""
    return f"{world.places.code(state_name)}-{world.cities(state_name)[city]}"


def whole(query: Mapping[str, str], name: str, default: int) -> int:
    """A paging parameter; refused where it is no number."""
    found = counted(query, name, default)
    if found is None:
        raise classic(400, f"invalid_{name}", f"The {name} must be a number")
    return found


def _shown(world: World, ids: Sequence[int]) -> list[bytes]:
    """As reads and searches show them, with the date under their name for it."""

    def made(id_: str) -> dict[str, Any]:
        row = world.shelf.stores[id_]
        return {**_document(world, row), "date_creation": zulu(row.created)}

    return world.shelf.shown("store", ids, made)


def _document(world: World, row: StoreRow) -> dict[str, Any]:
    """What every answer shows: street, city and state are folded into `address_line`."""
    sent = row.location
    where = (f"{sent['street_name']} {sent['street_number']}".strip(), sent["city_name"], sent["state_name"])
    location = {
        "address_line": ", ".join((*where, world.site.name)),
        "reference": sent.get("reference", ""),
        "latitude": sent["latitude"],
        "longitude": sent["longitude"],
        "id": city_id(world, sent["state_name"], sent["city_name"]),
        "type": "city",
        "city": sent["city_name"],
        "state_id": world.places.code(sent["state_name"]),
    }
    head = {"id": row.id, "name": row.name, "business_hours": row.hours}
    return {**head, "location": location, "external_id": row.external_id}


def _own(call: Call) -> None:
    if not call.params["user"].isdecimal():
        raise classic(400, "invalid_user_id", "The user id must be numeric")
    if call.params["user"] != call.seller.id:
        raise classic(403, "Forbidden", "Forbidden")


def _numeric(text: str) -> str:
    if not text.isdecimal():
        raise classic(400, "invalid_store_id", "The store id must be numeric")
    return text


def _to_change(world: World, call: Call) -> StoreRow:
    _own(call)
    row = world.shelf.stores.get(_numeric(call.params["id"]))
    if row is None:
        raise classic(404, "not_found", f"store {call.params['id']} not found.")
    if row.user != call.seller.id:
        text = f"Mismatch between user id '{call.seller.id}' and store id '{row.id}'."
        raise classic(401, "unauthorized_scopes", text)
    return row


def _free(world: World, call: Call, external_id: str | None) -> None:
    if external_id and world.shelf.store_by_external_id(call.seller.id, external_id):
        raise taken(external_id)


def taken(external_id: str) -> Refusal:
    """Another store of this account has this external id: a 400, not a 409."""
    return classic(400, "validation_error", f"external id '{external_id}' is already assigned to this user")


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("POST", "/users/{user}/stores", create),
    ("GET", "/users/{user}/stores/search", search),
    ("GET", "/stores/{id}", read),
    ("PUT", "/users/{user}/stores/{id}", update),
    ("DELETE", "/users/{user}/stores/{id}", delete),
)
OPEN_ROUTES: Sequence[tuple[str, str, Any]] = (
    ("GET", "/countries/{country}", country),
    ("GET", "/states/{id}", state),
)
