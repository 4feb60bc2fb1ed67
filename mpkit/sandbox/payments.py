"""The routes of payments: search within its limits, read, cancel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mpkit.sandbox import documents
from mpkit.sandbox.answers import Answer, Effect, Refusal, family
from mpkit.sandbox.book import RANGES, Book, Movement, Slip
from mpkit.sandbox.figures import figures
from mpkit.sandbox.window import window

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_PAGE, _MOST, _REFUSED = 30, 100, 1000
_DEEPEST = 10_000
_DRIFTS_FROM = 30
_CANCELLED_FROM = frozenset({"pending", "in_process", "authorized"})
_KEPT = 32  # remembered queries
_SORTS = {*RANGES, "id", "external_reference"}


def search(world: World, call: Call) -> Answer:
    """`GET /v1/payments/search`: also what the merchant paid; the total drifts; pages end at offset 10 000."""
    query = call.query
    limit, offset = _whole(query, "limit", _PAGE), _whole(query, "offset", 0)
    if offset > _DEEPEST or limit > _REFUSED:
        raise _wrong("The number of rows exceeds the limits", 1000)
    range_ = query.get("range", "date_created")
    if range_ not in RANGES:
        raise _wrong("Invalid range", 1)
    if query.get("sort", range_) not in _SORTS:
        raise _wrong("Invalid sort", 1003)
    if query.get("criteria", "asc") not in {"asc", "desc"}:
        raise _wrong("Invalid criteria", 1004)
    begin, end = window(query, world.now())
    rows = _found(world, call, range_, begin, end)
    page = world.page(call, rows, offset, min(limit, _MOST))
    # the real total changes from call to call: never the same twice in a row
    drift = world.trace.count % 3 if len(rows) >= _DRIFTS_FROM else 0
    paging = {"total": len(rows) - drift, "limit": min(limit, _MOST), "offset": offset}
    return Answer(200, {"paging": paging, "results": [documents.payment(world.book, call.seller, id_) for id_ in page]})


def read(world: World, call: Call) -> Answer:
    """`GET /v1/payments/{id}`."""
    return Answer(200, documents.payment(world.book, call.seller, known(world, call)))


def update(world: World, call: Call) -> Answer:
    """`PUT /v1/payments/{id}`: cancels what is not paid yet; nothing else is changed in a payment made at a counter."""
    slip = world.book.slips[known(world, call)]
    if not isinstance(call.body, dict) or call.body.get("status") != "cancelled":
        raise _wrong("Invalid status, only cancelled is allowed", 1)
    if figures(slip, world.book.money[slip.id]).status not in _CANCELLED_FROM:
        raise _wrong("The action requested is not valid for the payment state", 2018)
    at = int(world.now().timestamp())
    world.book.refate(slip.id, "cancelled/by_collector")
    world.book.move(slip.id, [Movement(at, slip.id, "touch", 0, world.site.currency, slip.store, slip.pos)])
    document = documents.payment(world.book, call.seller, slip.id)
    return Answer(200, document, Effect("cancel", "payment", str(slip.id)))


def _found(world: World, call: Call, range_: str, begin: int, end: int) -> Sequence[int]:
    """The ids a search finds, in its order; the same query, asked for its next page, is not made again."""
    if call.seller != world.seller:
        return ()
    filters = tuple(sorted((k, v) for k, v in call.query.items() if k in _FILTERS))
    order = (call.query.get("sort", range_), call.query.get("criteria", "asc"))
    key = (world.book.version, range_, begin, end, filters, order)
    remembered = world.searches.get(key)
    if remembered is None:
        remembered = _selected(world.book, call.seller.id, range_, begin=begin, end=end, filters=filters)
        if order[0] != range_:
            remembered.sort(key=_key(world.book, order[0]))
        if order[1] == "desc":
            remembered.reverse()
        while len(world.searches) >= _KEPT:
            world.searches.pop(next(iter(world.searches)))
        world.searches[key] = remembered
    return remembered


def _selected(
    book: Book, seller: str, range_: str, *, begin: int, end: int, filters: Sequence[tuple[str, str]]
) -> list[int]:
    ids = [id_ for _, id_ in book.between(range_, begin, end)]
    for name, wanted in filters:
        fits = _FILTERS[name]
        ids = [id_ for id_ in ids if fits(book, book.slips[id_], wanted, seller)]
    return ids


def _key(book: Book, name: str) -> Callable[[int], Any]:
    if name == "id":
        return lambda id_: id_
    if name == "external_reference":
        return lambda id_: book.slips[id_].reference
    return lambda id_: (book.dates(book.slips[id_], book.money[id_])[name], id_)


def _status(book: Book, slip: Slip) -> tuple[str, str]:
    found = figures(slip, book.money[slip.id])
    return found.status, found.detail


def _collector(_book: Book, slip: Slip, wanted: str, seller: str) -> bool:
    return (slip.channel != "outgoing") == (wanted == seller)


_FILTERS: Mapping[str, Callable[[Book, Slip, str, str], bool]] = {
    "collector.id": _collector,
    "status": lambda book, slip, wanted, _: _status(book, slip)[0] == wanted,
    "status_detail": lambda book, slip, wanted, _: _status(book, slip)[1] == wanted,
    "external_reference": lambda _b, slip, wanted, _: slip.reference == wanted,
    "operation_type": lambda _b, slip, wanted, _: (
        wanted == ("account_fund" if slip.channel == "funding" else "regular_payment")
    ),
    "payment_method_id": lambda _b, slip, wanted, _: slip.method == wanted,
    "payment_type_id": lambda _b, slip, wanted, _: slip.type == wanted,
    "installments": lambda _b, slip, wanted, _: str(slip.installments) == wanted,
    "store_id": lambda _b, slip, wanted, _: slip.store == wanted,
    "pos_id": lambda _b, slip, wanted, _: slip.pos == wanted,
    "payer.id": lambda _b, slip, wanted, seller: (
        (seller if slip.channel in {"outgoing", "transfer", "funding"} else str(slip.payer)) == wanted
    ),
}


def known(world: World, call: Call) -> int:
    """The payment a path names; refused where there is none, it is another account's, or too fresh to be seen."""
    id_ = call.params["id"]
    slip = world.book.slips.get(int(id_)) if id_.isdecimal() else None
    fresh = slip is not None and call.fault == "stale-read" and world.now().timestamp() - slip.created < _FRESH_S
    if slip is None or fresh or call.seller != world.seller:
        seen = f"{world.now():%d-%m-%YT%H:%M:%S}UTC;00000000-0000-4000-8000-{world.trace.count:012d}"
        raise family(404, "not_found", "Payment not found", 2000, seen)
    return slip.id


_FRESH_S = 5


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if text and not text.isdecimal():
        raise _wrong("Params error", 1)
    return int(text) if text else default


def _wrong(message: str, code: int) -> Refusal:
    return family(400, "bad_request", message, code)


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("GET", "/v1/payments/search", search),
    ("GET", "/v1/payments/{id}", read),
    ("PUT", "/v1/payments/{id}", update),
)
