"""The routes of POS, first generation (`/pos`): create, search, read, update, delete, and their pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mpkit.sandbox import pos_checks as checks
from mpkit.sandbox.answers import Answer, Effect, Refusal, classic, listed, minus_four, zulu
from mpkit.sandbox.payload import pos_payload
from mpkit.sandbox.pictures import symbol_pdf, symbol_png
from mpkit.sandbox.routes import long
from mpkit.sandbox.shelf import PosRow, StoreRow
from mpkit.sandbox.stores import whole

if TYPE_CHECKING:
    from mpkit.sandbox.seller import Seller
    from mpkit.sandbox.world import Call, World

_MOST = 100
_BARE = 3
_V1_MODES = {True: "pdv", False: "standalone"}


def create(world: World, call: Call) -> Answer:
    """`POST /pos`: sent twice with one external id, the second is a 409."""
    body = checks.judge(world, call, new=True)
    store = checks.store(world, call, new=True)
    _free(world, call, body.get("external_id"))
    row = make(
        world,
        call.seller,
        store,
        name=body["name"],
        external_id=body.get("external_id"),
        mode="unattended" if body.get("url") else _V1_MODES[body.get("fixed_amount", False)],
        category=body.get("category"),
        url=body.get("url"),
    )
    shown = {**_row(world, row), "site": world.site.id, "qr_code": row.qr_code, "uuid": row.uuid}
    return Answer(201, {**shown, **_zulu_dates(row)}, Effect("create", "pos", row.id, row.external_id))


def make(
    world: World,
    seller: Seller,
    store: StoreRow | None,
    *,
    name: str,
    external_id: str | None,
    mode: str,
    category: int | None = None,
    url: str | None = None,
    generated: bool = False,
) -> PosRow:
    """A new POS with its uuid and its code; also used by /v2/pos, the panel and the generated chain."""
    numbers = world.shelf.pos_numbers
    id_ = numbers.counted() if generated else numbers.next(seller.id, external_id or name)
    uuid = hashlib.blake2b(f"{world.seed}|{seller.id}|{id_}".encode(), digest_size=32).hexdigest()
    city = store.location["city_name"] if store else world.site.name
    code = pos_payload(
        world.site,
        pos_id=id_,
        uuid=uuid,
        seller=seller.name,
        city=city,
        tax_id=seller.tax_id,
        long=world.long_payload,
    )
    now = world.now()
    row = PosRow(
        id=id_,
        user=seller.id,
        name=name,
        store_id=store.id if store else None,
        external_id=external_id,
        mode=mode,
        category=category,
        url=url,
        uuid=uuid,
        qr_code=code,
        created=now,
        changed=now,
    )
    return world.shelf.put_pos(row)


def search(world: World, call: Call) -> Answer:
    """`GET /pos`: the limit in the answer is 0 where none was asked for; an unknown external store is an error."""
    query = call.query
    offset, asked = whole(query, "offset", 0), whole(query, "limit", 0)
    ids = _found(world, call)
    page = world.page(call, ids, offset, min(_MOST, asked or _MOST))
    shown = world.shelf.shown("pos", page, lambda id_: _listed(world, world.shelf.pos[id_]))
    return Answer(200, listed(shown, total=len(ids), offset=offset, limit=asked))


def _found(world: World, call: Call) -> Sequence[int]:
    """The ids that fit all filters of a search, in order; without a filter nothing is gone through."""
    query, user, shelf = call.query, call.seller.id, world.shelf
    ids = shelf.pos_of(user)
    if "external_id" in query:
        checks.external_id(query["external_id"])
        ids = shelf.pos_named(user, query["external_id"])
    for store in checks.stores_of_search(world, call):
        inside = shelf.pos_in(store) if store in shelf.stores and shelf.stores[store].user == user else ()
        ids = inside if ids is shelf.pos_of(user) else [id_ for id_ in ids if id_ in inside]
    if "category" in query:
        checks.category(world, int(query["category"]) if query["category"].isdecimal() else None, new=True)
        ids = [id_ for id_ in ids if str(shelf.pos[str(id_)].category) == query["category"]]
    if call.fault == "stale-read":
        ids = [id_ for id_ in ids if not world.hidden(shelf.pos[str(id_)].created, call)]
    return ids


def _listed(world: World, row: PosRow) -> dict[str, Any]:
    """As searches show it."""
    return {**_row(world, row), "qr_code": row.qr_code, **_zulu_dates(row)}


def read(world: World, call: Call) -> Answer:
    """`GET /pos/{id}`: the whole object, with uuid, code and `compatible_id`."""
    row = find(world, call)
    if world.hidden(row.created, call):
        raise unknown()
    return Answer(200, world.shelf.shown("pos-read", [int(row.id)], lambda _: _read(world, row))[0])


def update(world: World, call: Call) -> Answer:
    """`PUT /pos/{id}`: an external id may be given where there is none, and never changed.

    One answer in three comes without the links of `qr`, as a public integration has seen.
    """
    row = find(world, call)
    body = checks.judge(world, call, new=False)
    store = checks.store(world, call, new=False)
    given = body.get("external_id")
    if given is not None and given != row.external_id:
        if row.external_id is not None:
            raise classic(400, "bad_request", "The EXTERNAL_ID field cannot be modified")
        _free(world, call, given)
    mode = row.mode
    if "fixed_amount" in body and body["fixed_amount"] != row.fixed_amount:
        mode = _V1_MODES[body["fixed_amount"]]
    row = replace(
        row,
        name=body.get("name", row.name),
        store_id=store.id if store else row.store_id,
        external_id=given or row.external_id,
        mode="unattended" if body.get("url") else mode,
        category=body.get("category", row.category),
        url=body.get("url", row.url),
        changed=world.now(),
    )
    world.shelf.put_pos(row)
    shown = {**_row(world, row), "site": world.site.id, "qr_code": row.qr_code, "uuid": row.uuid}
    if int(row.id) % _BARE == 0:
        del shown["qr"]
    return Answer(200, {**shown, **_zulu_dates(row)}, Effect("update", "pos", row.id, row.external_id))


def delete(world: World, call: Call) -> Answer:
    """`DELETE /pos/{id}`: no body."""
    row = find(world, call)
    world.shelf.drop_pos(row.id)
    return Answer(204, effect=Effect("delete", "pos", row.id, row.external_id))


@long
def picture(world: World, call: Call) -> Answer:
    """The links of a POS's `qr`: the code as PNG or PDF; open to all, as in life."""
    row = world.shelf.pos.get(call.params["id"])
    file = call.params["file"]
    if row is None or row.uuid not in file:
        raise unknown()
    if file.endswith(".pdf"):
        return Answer(200, symbol_pdf(row.qr_code, row.name), kind="application/pdf")
    return Answer(200, symbol_png(row.qr_code), kind="image/png")


def find(world: World, call: Call) -> PosRow:
    """The account's POS of the path."""
    if not call.params["id"].isdecimal():
        raise classic(400, "invalid_pos_id", "The POS id must be numeric")
    row = world.shelf.pos.get(call.params["id"])
    if row is None or row.user != call.seller.id:
        raise unknown()
    return row


def unknown() -> Refusal:
    """There is no such POS."""
    return classic(404, "not_found", "Point of sale not found")


def links(world: World, row: PosRow) -> dict[str, str]:
    """Where the pictures of a POS are: served by the sandbox itself."""
    base = f"{world.url}/instore/merchant/qr/{row.id}"
    return {
        "image": f"{base}/{row.uuid}.png",
        "template_document": f"{base}/template_{row.uuid}.pdf",
        "template_image": f"{base}/template_{row.uuid}.png",
    }


def external_store_id(world: World, row: PosRow) -> str | None:
    """The external id of the POS's store."""
    store = world.shelf.stores.get(row.store_id or "")
    return store.external_id if store else None


def _read(world: World, row: PosRow) -> dict[str, Any]:
    more = {"site": world.site.id, "qr_code": row.qr_code, "uuid": row.uuid, "compatible_id": _compatible(row)}
    dates = {"date_created": minus_four(row.created), "date_last_updated": minus_four(row.changed)}
    return {**_row(world, row), **more, **dates}


def _row(world: World, row: PosRow) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": int(row.id),
        "user_id": int(row.user),
        "name": row.name,
        "fixed_amount": row.fixed_amount,
        "store_id": row.store_id,
        "external_store_id": external_store_id(world, row),
        "external_id": row.external_id,
        "status": "active",
        "qr": links(world, row),
    }
    if row.category is not None:
        shown["category"] = row.category
    if row.url is not None:
        shown["url"] = row.url
    return shown


def _zulu_dates(row: PosRow) -> dict[str, str]:
    return {"date_created": zulu(row.created), "date_last_updated": zulu(row.changed)}


def _compatible(row: PosRow) -> str:
    return hashlib.blake2b(row.uuid.encode()).hexdigest()


def _free(world: World, call: Call, external_id: str | None) -> None:
    if external_id and world.shelf.pos_by_external_id(call.seller.id, external_id):
        text = "Point of sale with corresponding user and id exists"
        raise classic(409, "point_of_sale_exists", text)


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("POST", "/pos", create),
    ("GET", "/pos", search),
    ("GET", "/pos/{id}", read),
    ("PUT", "/pos/{id}", update),
    ("DELETE", "/pos/{id}", delete),
)
OPEN_ROUTES: Sequence[tuple[str, str, Any]] = (("GET", "/instore/merchant/qr/{id}/{file}", picture),)
