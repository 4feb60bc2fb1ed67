"""The sums of movements, per day, store or POS: what a client's sales figures must equal to the cent.

Definitions: net is gross less refunds, chargebacks, fees and taxes. A refund counts on its own day, and with it the fee
that comes back; a chargeback on the day it was opened, the money that comes back is a negative one on its day. A charge
that is put right comes back, and is made anew, on the day that happens. The day
is the local one of the store, of the site for what came without. What the merchant paid, and its own money put in, is
no income and not here.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from mpkit.money import plain
from mpkit.sandbox.book import Book
from mpkit.sandbox.columns import Numbers
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
    "fee_back": ("fees", -1),
    "tax": ("taxes", 1),
    "tax_back": ("taxes", -1),
}
_COUNT = len(_COLUMNS)
WAYS = ("day", "store", "pos")


class _Entries(NamedTuple):
    """Movements as arrays: when, of which row of the book, in which column, how much (the count: one a sale)."""

    at: Numbers
    row: Numbers
    column: Numbers
    hundredths: Numbers


def ledger(world: World, by: str, begin: int = 0, end: int = 2**62, *, zone: str = "store") -> list[dict[str, Any]]:
    """The rows in key order; key "" is what came without a branch. `begin` ≤ instant < `end`, seconds since 1970.

    `zone`: days are those of each "store", of the "site" or of one IANA zone. Raises `ZoneInfoNotFoundError`.
    """
    entries = _entries(world.book)
    inside = (entries.at >= begin) & (entries.at < end)
    entries = _Entries(*(column[inside] for column in entries))
    keys, which = _keys(world, entries, by, zone)
    sums = np.zeros((len(keys), _COUNT + 1), dtype="i8")
    np.add.at(sums, (which, entries.column), entries.hundredths)
    return [_row(world, by, key, line) for key, line in sorted(zip(keys, sums.tolist(), strict=True))]


def _entries(book: Book) -> _Entries:
    """Every movement that is income or lessens it: the approvals from the columns, the later ones one by one."""
    all_, rows = book.columns, np.arange(book.columns.count)
    paid = (all_.approved[rows] > 0) & book.fits_form(lambda form: form.channel not in {"outgoing", "funding"})[
        all_.form[rows]
    ]
    rows = rows[paid]
    at, form, charges = all_.approved[rows], all_.form[rows], all_.charges[rows]
    taxed = np.zeros((len(book.forms.known), charges.shape[1]), dtype="i8")
    for n, each in enumerate(book.forms.known):
        taxed[n, : len(each.rates)] = [name.startswith("tax") for name, _ in each.rates[: charges.shape[1]]]
    taxes = (charges * taxed[form]).sum(axis=1)
    told = {"gross": all_.amount[rows], "fees": charges.sum(axis=1) - taxes, "taxes": taxes}
    parts = [_Entries(at, rows, np.full(len(rows), _COUNT), np.ones(len(rows), dtype="i8"))]
    parts += [_Entries(at, rows, np.full(len(rows), _COLUMNS.index(n)), value) for n, value in told.items()]
    later = [
        (entry.at, row, _COLUMNS.index(_POSTED[entry.kind][0]), _POSTED[entry.kind][1] * entry.hundredths)
        for row, money in book.later.items()
        for entry in money
        if entry.kind in _POSTED
    ]
    parts.append(_Entries(*np.array(later, dtype="i8").reshape(-1, 4).T))
    return _Entries(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _keys(world: World, entries: _Entries, by: str, zone: str) -> tuple[list[str], Numbers]:
    """The keys there are, and which of them each entry has."""
    all_ = world.book.columns
    if by != "day":
        found, which = np.unique(getattr(all_, by)[entries.row], return_inverse=True)
        return [str(key) if key else "" for key in found.tolist()], which
    stores, store_of = np.unique(all_.store[entries.row], return_inverse=True)
    zones = [_zone(world, str(store), zone) for store in stores.tolist()]
    distinct = list(dict.fromkeys(zones))
    place = np.array([distinct.index(each) for each in zones], dtype="i8")[store_of]
    # no zone here changes its offset within an hour
    hours, hour_of = np.unique((entries.at // 3600) * len(distinct) + place, return_inverse=True)
    days = [
        datetime.fromtimestamp(code // len(distinct) * 3600, distinct[code % len(distinct)]).date().isoformat()
        for code in hours.tolist()
    ]
    keys = sorted(set(days))
    return keys, np.array([keys.index(day) for day in days], dtype="i8")[hour_of]


def _zone(world: World, store: str, wanted: str) -> ZoneInfo:
    if wanted == "store":
        return zone_at(world, store)
    return ZoneInfo(world.site.zone if wanted == "site" else wanted)


def _row(world: World, by: str, key: str, sums: list[int]) -> dict[str, Any]:
    currency = world.site.currency
    row: dict[str, Any] = {"key": key, "currency": currency, "count": sums[_COUNT]}
    row |= {column: plain(sums[n], currency) for n, column in enumerate(_COLUMNS)}
    row["net"] = plain(sums[0] - sum(sums[1:_COUNT]), currency)
    if by == "store" and key in world.shelf.stores:
        row["external_id"] = world.shelf.stores[key].external_id
    if by == "pos" and key in world.shelf.pos:
        row["external_id"] = world.shelf.pos[key].external_id
    return row
