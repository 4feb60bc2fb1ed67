"""The sums of movements, per day, store or POS: what a client's sales figures must equal to the cent.

Definitions: net is gross less refunds, chargebacks, fees and taxes. A refund counts on its own day, and with it the fee
that comes back; a chargeback on the day it was opened, the money that comes back is a negative one on its day. The day
is the local one of the store, of the site for what came without. What the merchant paid, and its own money put in, is
no income and not here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mpkit.money import plain
from mpkit.sandbox.book import Movement
from mpkit.sandbox.hours import zone_at

if TYPE_CHECKING:
    from mpkit.sandbox.world import World

_COLUMNS = ("gross", "refunds", "chargebacks", "fees", "taxes")
_POSTED = {  # kind to column and sign
    "sale": ("gross", 1),
    "refund": ("refunds", 1),
    "chargeback": ("chargebacks", 1),
    "chargeback_back": ("chargebacks", -1),
    "fee": ("fees", 1),
    "fee_refund": ("fees", -1),
    "tax": ("taxes", 1),
}
WAYS = ("day", "store", "pos")


def ledger(world: World, by: str, begin: int = 0, end: int = 2**62) -> list[dict[str, Any]]:
    """The rows in key order; key "" is what came without a branch. `begin` ≤ instant < `end`, seconds since 1970."""
    keys = _keys(world, by)
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for entry in world.book.movements():
        posted = _POSTED.get(entry.kind)
        if posted is None or not begin <= entry.at < end:
            continue
        column, sign = posted
        row = sums.setdefault((keys(entry), entry.currency), dict.fromkeys((*_COLUMNS, "count"), 0))
        row[column] += sign * entry.hundredths
        row["count"] += entry.kind == "sale"
    return [_row(world, by, *key, row) for key, row in sorted(sums.items())]


def _keys(world: World, by: str) -> Callable[[Movement], str]:
    if by == "store":
        return lambda entry: entry.store
    if by == "pos":
        return lambda entry: entry.pos
    zones: dict[str, ZoneInfo] = {}  # of each store
    hours: dict[tuple[ZoneInfo, int], str] = {}  # no zone here changes its offset within an hour

    def day(entry: Movement) -> str:
        zone = zones.get(entry.store)
        if zone is None:
            zone = zones[entry.store] = zone_at(world, entry.store)
        hour = zone, entry.at // 3600
        if hour not in hours:
            hours[hour] = datetime.fromtimestamp(hour[1] * 3600, zone).date().isoformat()
        return hours[hour]

    return day


def _row(world: World, by: str, key: str, currency: str, sums: dict[str, int]) -> dict[str, Any]:
    net = sums["gross"] - sum(sums[column] for column in _COLUMNS[1:])
    row: dict[str, Any] = {"key": key, "currency": currency, "count": sums["count"]}
    row |= {column: plain(sums[column], currency) for column in _COLUMNS}
    row["net"] = plain(net, currency)
    if by == "store" and key in world.shelf.stores:
        row["external_id"] = world.shelf.stores[key].external_id
    if by == "pos" and key in world.shelf.pos:
        row["external_id"] = world.shelf.pos[key].external_id
    return row
