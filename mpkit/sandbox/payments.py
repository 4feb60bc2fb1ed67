"""The routes of payments: search within its limits, read, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mpkit.sandbox import documents
from mpkit.sandbox.answers import Answer, Effect, Refusal, counted, encoded, family
from mpkit.sandbox.book import RANGES, Movement
from mpkit.sandbox.columns import Numbers
from mpkit.sandbox.figures import figures
from mpkit.sandbox.finding import FILTERS, NOTHING, SORTS
from mpkit.sandbox.late import Sheets
from mpkit.sandbox.window import window

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_PAGE, _REFUSED = 30, 1000
_DEEPEST = 10_000
_DRIFTS_FROM = 30
_CANCELLED_FROM = frozenset({"pending", "in_process", "authorized"})
_FRESH_S = 5
_INDEXED_S = 120  # after its last change a payment may be missing in the search for up to so long
_COPIED_S = 300  # and be answered as it was before for so long


def search(world: World, call: Call) -> Answer:
    """`GET /v1/payments/search`: also what the merchant paid; the total drifts; pages end at offset 10 000."""
    query = {name: value for name, value in call.query.items() if value}
    limit, offset = _whole(query, "limit", _PAGE), _whole(query, "offset", 0)
    if offset > _DEEPEST or limit > _REFUSED:
        raise _wrong("The number of rows exceeds the limits", 1000)
    range_ = query.get("range", "date_created")
    if range_ not in RANGES:
        raise _wrong("Invalid range", 1)
    sort, criteria = query.get("sort", range_), query.get("criteria", "asc")
    if sort not in SORTS:
        raise _wrong("Invalid sort", 1003)
    if criteria not in {"asc", "desc"}:
        raise _wrong("Invalid criteria", 1004)
    span = window(query, world.now())
    filters = {name: value for name, value in query.items() if name in FILTERS}
    if call.seller == world.seller:
        found = world.finder.rows(range_, span, filters, sort, falling=criteria == "desc")
    else:
        found = NOTHING
    limit = min(limit, world.page_cap)
    # the real total changes from call to call: never the same twice in a row
    drift = world.trace.count % 3 if len(found.rows) >= _DRIFTS_FROM else 0
    shown: Sequence[int] = range(len(found.rows))
    if call.fault == "late-index":  # what has just changed is not in the index of the search yet
        shown = _indexed(world, found.rows)
    places = world.page(call, shown, offset, limit)
    rows: Sequence[bytes | memoryview] = world.typesetter.page(found, places)
    if call.fault == "old-version":
        ids = world.book.columns.id[found.rows[np.array(places, dtype="i8")]].tolist()
        rows = [b",".join(encoded(_older(world, call, id_)) for id_ in ids)]
    paging = b'{"paging":{"total":%d,"limit":%d,"offset":%d},"results":[' % (len(found.rows) - drift, limit, offset)
    pieces: Sequence[bytes | memoryview] = (paging, *rows, b"]}")
    return Answer(200, Sheets(pieces) if call.fault is None else b"".join(pieces))  # a fault spoils the whole body


def read(world: World, call: Call) -> Answer:
    """`GET /v1/payments/{id}`."""
    id_ = known(world, call)
    older = call.fault == "old-version"
    return Answer(200, _older(world, call, id_) if older else documents.payment(world.book, call.seller, id_))


def update(world: World, call: Call) -> Answer:
    """`PUT /v1/payments/{id}`: cancels what is not paid yet; nothing else is changed in a payment made at a counter."""
    slip = world.book.slips[known(world, call)]
    if not isinstance(call.body, dict) or call.body.get("status") != "cancelled":
        raise _wrong("Invalid status, only cancelled is allowed", 1)
    if figures(slip, world.book.money[slip.id]).status not in _CANCELLED_FROM:
        text = "The action requested is not valid for the payment state"
        raise family(400, "bad_request", text, 2018, seen(world))
    at = int(world.now().timestamp())
    world.book.refate(slip.id, "cancelled/by_collector")
    world.book.move(slip.id, [Movement(at, slip.id, "touch", 0, world.site.currency, slip.store, slip.pos)])
    document = documents.payment(world.book, call.seller, slip.id)
    return Answer(200, document, Effect("cancel", "payment", str(slip.id)))


def _indexed(world: World, rows: Numbers) -> list[int]:
    """Which of the rows the search shows when its index is late: each change in its own time, not in their order."""
    changed = world.book.date_of("date_last_updated", rows)
    takes = 1 + (world.book.columns.id[rows] * 2_654_435_761 + changed * 40_503 + world.seed) % _INDEXED_S
    found: list[int] = np.flatnonzero(changed <= int(world.now().timestamp()) - takes).tolist()
    return found


def _older(world: World, call: Call, id_: int) -> dict[str, Any]:
    """A payment as a copy has it that lags behind: before one or more of its changes of the last minutes."""
    slip, money, now = world.book.slips[id_], world.book.money[id_], int(world.now().timestamp())
    # what became of an unpaid or a claimed payment is kept without its past
    told = [] if any(entry.kind == "touch" for entry in money) else money[1:]
    changes = sorted({entry.at for entry in told if entry.at > max(money[0].at, now - _COPIED_S)})
    if changes:
        first = changes[int(world.faults.draw(call.request, f"copy {id_}") * len(changes))]
        money = [entry for entry in money if entry.at < first]
    return documents.version(world.book, call.seller, slip, money)


def seen(world: World) -> str:
    """The instant and the request's id, as the causes of this family tell them."""
    return f"{world.now():%d-%m-%YT%H:%M:%S}UTC;00000000-0000-4000-8000-{world.trace.count:012d}"


def known(world: World, call: Call) -> int:
    """The payment a path names; refused where there is none, it is another account's, or too fresh to be seen."""
    id_ = call.params["id"]
    slip = world.book.slips.get(int(id_)) if id_.isdecimal() and len(id_) < 19 else None
    fresh = slip is not None and call.fault == "stale-read" and world.now().timestamp() - slip.created < _FRESH_S
    if slip is None or fresh or call.seller != world.seller:
        raise family(404, "not_found", "Payment not found", 2000, seen(world))
    return slip.id


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    found = counted(query, name, default)
    if found is None:
        raise _wrong("Params error", 1)
    return found


def _wrong(message: str, code: int) -> Refusal:
    return family(400, "bad_request", message, code)


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("GET", "/v1/payments/search", search),
    ("GET", "/v1/payments/{id}", read),
    ("PUT", "/v1/payments/{id}", update),
)
