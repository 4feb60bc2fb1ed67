"""The routes of POS, second generation (`/v2/pos`), over the same objects: idempotency keys, `data`, `qr_response`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mpkit.sandbox.answers import Answer, Effect, counted, listed, newer, zulu
from mpkit.sandbox.keys import Told, digest, key_of
from mpkit.sandbox.pos import external_store_id, links, make
from mpkit.sandbox.shelf import PosRow, StoreRow
from mpkit.sandbox.store_checks import ALPHANUMERIC

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_MODES = {"pdv", "unattended", "self_service", "standalone"}
_NAME = re.compile(r"[A-Za-z0-9_-](?:[A-Za-z0-9_ -]{0,43}[A-Za-z0-9_-])?")
_ID, _KEY, _PAGE = 40, 64, 50


def create(world: World, call: Call) -> Answer:
    """`POST /v2/pos`: the same key and body give the first answer again."""
    key, body = _key(call), _object(call)
    played = _replayed(world, call, key)
    if played is not None:
        return played
    external_id = body.get("external_id")
    if external_id is not None and not (
        isinstance(external_id, str) and ALPHANUMERIC.fullmatch(external_id) and len(external_id) <= _ID
    ):
        raise newer(400, "bad_request", "external_id does not meet the expected format")
    store = _store(world, call, body)
    if store is None:
        raise newer(400, "bad_request", "store_id or external_store_id is required")
    mode, category = _config(world, body)
    name = _name(body.get("name", external_id))
    if external_id and world.shelf.pos_by_external_id(call.seller.id, external_id):
        text = "A point of sale with the same external_id already exists for this user"
        raise newer(409, "pos_already_exists", text)
    row = make(
        world,
        call.seller,
        store,
        name=name,
        external_id=external_id,
        mode=mode or "standalone",
        category=category,
    )
    answer = Answer(201, _shown(world, row), Effect("create", "pos", row.id, row.external_id))
    return _kept(world, call, key, answer)


def search(world: World, call: Call) -> Answer:
    """`GET /v2/pos?external_id=…`."""
    wanted = call.query.get("external_id")
    shelf = world.shelf
    ids = shelf.pos_of(call.seller.id)
    if wanted is not None:
        ids = shelf.pos_named(call.seller.id, wanted)
    if call.fault == "stale-read":
        ids = [id_ for id_ in ids if not world.hidden(shelf.pos[str(id_)].created, call)]
    at, limit = counted(call.query, "offset", 0), counted(call.query, "limit", _PAGE)
    if at is None or limit is None:
        raise newer(400, "bad_request", "limit and offset must be numbers")
    most = min(_PAGE * 2, limit or _PAGE)
    rows = shelf.shown("v2", world.page(call, ids, at, most), lambda id_: _shown(world, shelf.pos[id_]))
    return Answer(200, listed(rows, total=len(ids), offset=at, limit=most, under="data"))


def read(world: World, call: Call) -> Answer:
    """`GET /v2/pos/{id}`."""
    row = _find(world, call)
    if world.hidden(row.created, call):
        raise newer(404, "pos_not_found", "Point of sale not found")
    return Answer(200, world.shelf.shown("v2", [int(row.id)], lambda _: _shown(world, row))[0])


def update(world: World, call: Call) -> Answer:
    """`PATCH /v2/pos/{id}`: name, store and config; an external id only where there is none."""
    key, body, row = _key(call), _object(call), _find(world, call)
    played = _replayed(world, call, key)
    if played is not None:
        return played
    store, (mode, category) = _store(world, call, body), _config(world, body)
    given = body.get("external_id")
    if given is not None and given != row.external_id:
        if row.external_id is not None or not (isinstance(given, str) and ALPHANUMERIC.fullmatch(given)):
            raise newer(400, "bad_request", "external_id does not meet the expected format")
        if world.shelf.pos_by_external_id(call.seller.id, given):
            text = "A point of sale with the same external_id already exists for this user"
            raise newer(409, "pos_already_exists", text)
    row = replace(
        row,
        name=_name(body.get("name", row.name)),
        store_id=store.id if store else row.store_id,
        external_id=given or row.external_id,
        mode=mode or row.mode,
        category=category if category is not None else row.category,
        changed=world.now(),
    )
    world.shelf.put_pos(row)
    answer = Answer(200, _shown(world, row), Effect("update", "pos", row.id, row.external_id))
    return _kept(world, call, key, answer)


def delete(world: World, call: Call) -> Answer:
    """`DELETE /v2/pos/{id}`: 204; again with the same key 200."""
    key = _key(call)
    if not call.params["id"].isdecimal():
        raise newer(400, "resource_bad_request_error", "The id of the point of sale must be numeric")
    if _replayed(world, call, key) is not None:
        return Answer(200, {})
    row = _find(world, call)
    world.shelf.drop_pos(row.id)
    answer = Answer(204, effect=Effect("delete", "pos", row.id, row.external_id))
    return _kept(world, call, key, answer)


def _key(call: Call) -> str:
    key = key_of(call.request)
    if not key:
        raise newer(400, "bad_request", "Missing X-Idempotency-Key header")
    if len(key) > _KEY:
        raise newer(400, "bad_request", f"X-Idempotency-Key must have at most {_KEY} characters")
    return key


def _replayed(world: World, call: Call, key: str) -> Answer | None:
    """The first answer to this key, without its effect; refused where the request differs, or is still in process."""
    if world.keys.held(call.seller.id, key, world.now()):
        raise newer(409, "conflict", "A request with this key is still being processed")
    found = world.keys.told(call.seller.id, key, world.now())
    if found is None:
        return None
    if found.digest != digest(call.request):
        raise newer(400, "idempotency_key_already_used", "The key was used with another request")
    return found.answer


def _kept(world: World, call: Call, key: str, answer: Answer) -> Answer:
    """The answer, which the key now has."""
    world.keys.keep(call.seller.id, key, Told(digest(call.request), answer, world.now()))
    return answer


def _object(call: Call) -> Mapping[str, Any]:
    if not isinstance(call.body, dict):
        raise newer(400, "bad_request", "The body must be a JSON object")
    return call.body


def _store(world: World, call: Call, body: Mapping[str, Any]) -> StoreRow | None:
    id_, external = body.get("store_id"), body.get("external_store_id")
    if id_ is None and external is None:
        return None
    if id_ is not None and not isinstance(id_, str):
        raise newer(400, "bad_request", "store_id expected string, but got number")
    if external is not None and not isinstance(external, str):
        raise newer(400, "invalid_external_store_id", "external_store_id expected string")
    found = world.shelf.stores.get(id_) if id_ is not None else None
    if external is not None:
        by_external = world.shelf.store_by_external_id(call.seller.id, external)
        if id_ is not None and by_external != found:
            raise newer(400, "bad_request", "store_id and external_store_id are not the same store")
        found = by_external
    if found is None or world.hidden(found.created, call) or world.lags(found.created):
        raise newer(404, "store_not_found", "Store not found")
    if found.user != call.seller.id:
        raise newer(424, "internal_error_check_store_owner", "Failed to check the store owner")
    return found


def _config(world: World, body: Mapping[str, Any]) -> tuple[str | None, int | None]:
    config = body.get("config", {})
    qr = config.get("qr", {}) if isinstance(config, dict) else None
    if not isinstance(qr, dict):
        raise newer(400, "bad_request", "config.qr expected object")
    mode, category = qr.get("operating_mode"), qr.get("category")
    if mode is not None and mode not in _MODES:
        raise newer(400, "bad_request", "config.qr.operating_mode is not valid")
    if category is not None and category not in {world.site.gastronomy, world.site.gas_station}:
        raise newer(400, "bad_request", "config.qr.category is not valid for the site")
    return mode, category


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise newer(400, "bad_request", "name does not meet the expected format")
    return value


def _find(world: World, call: Call) -> PosRow:
    row = world.shelf.pos.get(call.params["id"])
    if row is None or row.user != call.seller.id:
        raise newer(404, "pos_not_found", "Point of sale not found")
    return row


def _shown(world: World, row: PosRow) -> dict[str, Any]:
    qr: dict[str, Any] = {"operating_mode": row.mode}
    if row.category is not None:
        qr["category"] = row.category
    return {
        "id": int(row.id),
        "name": row.name,
        "status": "active",
        "date_created": zulu(row.created),
        "date_last_updated": zulu(row.changed),
        "user_id": int(row.user),
        "store_id": row.store_id,
        "external_store_id": external_store_id(world, row),
        "external_id": row.external_id,
        "config": {"qr": qr},
        "qr_response": {"uuid": row.uuid, **links(world, row), "qr_code": row.qr_code},
    }


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("POST", "/v2/pos", create),
    ("GET", "/v2/pos", search),
    ("GET", "/v2/pos/{id}", read),
    ("PATCH", "/v2/pos/{id}", update),
    ("DELETE", "/v2/pos/{id}", delete),
)
