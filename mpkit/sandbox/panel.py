"""What somebody does in Mercado Pago's own panel, behind our back: make, change and delete stores and POS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mpkit.sandbox import pos_checks
from mpkit.sandbox.answers import Answer, Effect, Refusal
from mpkit.sandbox.pos import make
from mpkit.sandbox.shelf import PosRow, StoreRow
from mpkit.sandbox.store_checks import judge
from mpkit.sandbox.stores import unlink

if TYPE_CHECKING:
    from mpkit.sandbox.world import World


def act(world: World, wanted: Mapping[str, Any]) -> Answer:
    """One press in the panel, named by `action`.

    `create_store` (`name`, `state`, `city`, optional `latitude`, `longitude`, `street_name`, `street_number`) ·
    `create_pos` (`name`, `store_id`) · `edit_store` (`id`, any of `name`, `external_id`, `hours`, `location`) ·
    `edit_pos` (`id`, any of `name`, `external_id`, `fixed_amount`, `store_id`) · `delete_store`, `delete_pos` (`id`).
    What is created has no external ids, as in life. Answers with the id.
    """
    actions = {
        "create_store": _create_store,
        "create_pos": _create_pos,
        "edit_store": _edit_store,
        "edit_pos": _edit_pos,
        "delete_store": _delete_store,
        "delete_pos": _delete_pos,
    }
    action = actions.get(str(wanted.get("action")))
    if action is None:
        raise _refused(f"action is one of {', '.join(actions)}")
    try:
        effect = action(world, wanted)
    except Refusal as refusal:  # what the API refuses, the panel does not offer
        told = refusal.answer.document
        raise _refused(str(told["message"]), refusal.answer.status) from None
    return Answer(200, {"id": effect.id}, effect)


def _create_store(world: World, wanted: Mapping[str, Any]) -> Effect:
    state = str(wanted.get("state", world.places.states[0]))
    if state not in world.places.states:
        raise _refused("state is not in the catalogue")
    city = str(wanted.get("city", world.places.cities(state)[0]))
    if city not in world.places.cities(state):
        raise _refused("city is not in the catalogue")
    point = world.places.point(state, city) or (world.site.box.south + 1, world.site.box.west + 1)
    location = {
        "street_name": wanted.get("street_name", "Calle Falsa"),
        "street_number": wanted.get("street_number", "123"),
        "city_name": city,
        "state_name": state,
        "latitude": wanted.get("latitude", point[0]),
        "longitude": wanted.get("longitude", point[1]),
        "reference": "",
    }
    name = wanted.get("name", "Mi local")
    judge(world, {"name": name, "location": location}, new=True)
    now, id_ = world.now(), world.shelf.store_numbers.next(world.seller.id, name)
    world.shelf.put_store(StoreRow(id_, world.seller.id, name, None, {}, location, now, now))
    return Effect("panel-create", "store", id_)


def _create_pos(world: World, wanted: Mapping[str, Any]) -> Effect:
    store = _store(world, wanted.get("store_id"))
    name = wanted.get("name", "Caja 1")
    pos_checks.name(name)
    row = make(world, world.seller, store, name=name, external_id=None, mode="standalone")
    return Effect("panel-create", "pos", row.id)


def _edit_store(world: World, wanted: Mapping[str, Any]) -> Effect:
    row = _store(world, wanted.get("id"))
    given = {name: wanted[name] for name in ("name", "external_id", "hours") if name in wanted}
    changed = wanted.get("location", {})
    location = {**row.location, **changed} if isinstance(changed, dict) else changed
    after = {"name": row.name, "external_id": row.external_id, "hours": row.hours} | given
    judged = {"name": after["name"], "external_id": after["external_id"], "business_hours": after["hours"]}
    judge(world, {**judged, "location": location}, new=True)
    world.shelf.put_store(replace(row, **given, location=location, changed=world.now()))
    return Effect("panel-update", "store", row.id)


def _edit_pos(world: World, wanted: Mapping[str, Any]) -> Effect:
    row = _pos(world, wanted.get("id"))
    given = {name: wanted[name] for name in ("name", "external_id", "store_id") if name in wanted}
    if "name" in given:
        pos_checks.name(given["name"])
    if given.get("external_id") is not None:
        pos_checks.external_id(given["external_id"])
    if given.get("store_id") is not None:
        given["store_id"] = _store(world, given["store_id"]).id
    if "fixed_amount" in wanted:
        given["mode"] = "pdv" if wanted["fixed_amount"] else "standalone"
    world.shelf.put_pos(replace(row, **given, changed=world.now()))
    return Effect("panel-update", "pos", row.id)


def _delete_store(world: World, wanted: Mapping[str, Any]) -> Effect:
    row = _store(world, wanted.get("id"))
    unlink(world, row.id)
    world.shelf.drop_store(row.id)
    return Effect("panel-delete", "store", row.id)


def _delete_pos(world: World, wanted: Mapping[str, Any]) -> Effect:
    row = _pos(world, wanted.get("id"))
    world.shelf.drop_pos(row.id)
    return Effect("panel-delete", "pos", row.id)


def _store(world: World, id_: object) -> StoreRow:
    row = world.shelf.stores.get(str(id_))
    if row is None:
        raise _refused(f"there is no store {id_}", 404)
    return row


def _pos(world: World, id_: object) -> PosRow:
    row = world.shelf.pos.get(str(id_))
    if row is None:
        raise _refused(f"there is no POS {id_}", 404)
    return row


def _refused(message: str, status: int = 400) -> Refusal:
    return Refusal(Answer(status, {"error": "panel_refused", "message": message, "status": status}))
