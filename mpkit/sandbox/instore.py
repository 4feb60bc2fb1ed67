"""The routes of in-store orders, second generation: an amount is put on a POS, read, and taken off again.

One order stands at a POS at a time, a new one takes its place; it is gone when its time is over. Nobody can pay it here
yet: what a buyer does with it comes with the till.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mpkit.sandbox.answers import Answer, Effect, Refusal, classic
from mpkit.sandbox.journal import Kinds
from mpkit.sandbox.shelf import PosRow

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_TEXTS = ("external_reference", "title", "description")
_ITEM = {"title": str, "unit_measure": str, "unit_price": (int, float), "quantity": int, "total_amount": (int, float)}
_LONGEST = 256  # characters of a reference


class Queue:
    """What waits at each POS."""

    def __init__(self, remember: Callable[[str, dict[str, Any]], None]) -> None:
        self._orders: dict[str, dict[str, Any]] = {}
        self._remember = remember

    def kinds(self) -> Kinds:
        """How the lines it writes are applied again."""
        return {
            "instore": lambda line: self.put(line["pos"], line["order"]),
            "instore-gone": lambda line: self.drop(line["pos"]),
        }

    def put(self, pos: str, order: dict[str, Any]) -> None:
        """From now on this order waits there."""
        self._orders[pos] = order
        self._remember("instore", {"pos": pos, "order": order})

    def drop(self, pos: str) -> bool:
        """Nothing waits there any more; whether something did."""
        if self._orders.pop(pos, None) is None:
            return False
        self._remember("instore-gone", {"pos": pos})
        return True

    def at(self, pos: str, now: datetime) -> dict[str, Any] | None:
        """The order that waits there, None where there is none or its time is over."""
        order = self._orders.get(pos)
        until = order and order.get("expiration_date")
        return None if order is None or (until and datetime.fromisoformat(until) <= now) else order


def assign(world: World, call: Call) -> Answer:
    """`PUT …/stores/{store}/pos/{pos}/orders`: the order waits at the POS in place of any other; no body back."""
    row = _pos(world, call)
    store = world.shelf.stores.get(row.store_id or "")
    if "store" in call.params and (store is None or store.external_id != call.params["store"]):
        raise unknown()
    order = _judged(call.body, world.now())
    shown = {**order, "user_id": call.seller.id, "external_pos_id": row.external_id}
    world.waiting.put(row.id, shown)
    return Answer(204, effect=Effect("order", "pos", row.id, row.external_id))


def read(world: World, call: Call) -> Answer:
    """`GET …/pos/{pos}/orders`: the order that waits at a POS."""
    order = world.waiting.at(_pos(world, call).id, world.now())
    if order is None:
        raise classic(404, "point_of_sale_in_store_order_not_found", "No associated order found")
    return Answer(200, order)


def remove(world: World, call: Call) -> Answer:
    """`DELETE …/pos/{pos}/orders`: nothing there is an error of the server's own."""
    row = _pos(world, call)
    if world.waiting.at(row.id, world.now()) is None or not world.waiting.drop(row.id):
        raise classic(500, "in_store_order_creation_error", "Failed to delete order")
    return Answer(204, effect=Effect("unorder", "pos", row.id, row.external_id))


def _pos(world: World, call: Call) -> PosRow:
    """The POS of the path, by its external id; the account of the path must be the token's."""
    if call.params["user"] != call.seller.id:
        raise classic(403, "forbidden", "The user of the path is not the token's")
    row = world.shelf.pos_by_external_id(call.seller.id, call.params["pos"])
    if row is None:
        raise unknown()
    return row


def unknown() -> Refusal:
    """There is no such POS; the same for its numeric id."""
    return classic(404, "pos_obtainment_error", "Point of sale not found")


def _judged(body: object, now: datetime) -> dict[str, Any]:
    """The order of a body. Raises `Refusal` for the first thing wrong with it."""
    if not isinstance(body, dict):
        raise _wrong("external_reference")
    for name in _TEXTS:
        if not isinstance(body.get(name), str) or not 0 < len(body[name]) <= _LONGEST:
            raise _wrong(name)
    if not _is_amount(body.get("total_amount")):
        raise _wrong("total_amount")
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise _wrong("items")
    for item in items:
        _judge_item(item)
    if round(sum(item["total_amount"] for item in items) * 100) != round(body["total_amount"] * 100):
        raise _wrong("total_amount")
    _judge_end(body.get("expiration_date"), now)
    kept = (*_TEXTS, "total_amount", "items", "expiration_date", "notification_url", "sponsor")
    return {name: body[name] for name in kept if body.get(name) is not None}


def _judge_item(item: object) -> None:
    if not isinstance(item, Mapping):
        raise _wrong("items")
    for name, kind in _ITEM.items():
        value = item.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):  # type: ignore[arg-type]  # one kind or several
            raise _wrong(f"items.{name}")
    for name in ("unit_price", "quantity", "total_amount"):
        if not _is_amount(item[name]):
            raise _wrong(f"items.{name}")


def _is_amount(value: object) -> bool:
    most = 10**9  # far above what any register takes
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < most


def _judge_end(value: object, now: datetime) -> None:
    if value is None:
        return
    try:
        until = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        until = None
    if until is None or until.tzinfo is None or until <= now:
        raise _wrong("expiration_date")


def _wrong(name: str) -> Refusal:
    return classic(400, f"invalid_{name}", f"invalid {name}")


_AT = "/instore/qr/seller/collectors/{user}/pos/{pos}/orders"
ROUTES: Sequence[tuple[str, str, Any]] = (
    ("PUT", "/instore/qr/seller/collectors/{user}/stores/{store}/pos/{pos}/orders", assign),
    ("PUT", _AT, assign),
    ("GET", _AT, read),
    ("DELETE", _AT, remove),
)
