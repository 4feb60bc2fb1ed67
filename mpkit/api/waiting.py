"""The order that waits at a POS for its buyer: a POS's external id in, the order out, None where none waits.

The calls of in-store orders (stores contract 7.2) are the only ones that can be asked so; the newer Orders API has no
question for it (6.4). An order of either stands in the same queue of the POS.
"""

from __future__ import annotations

from urllib.parse import quote

from mpkit.api.answers import amount, maybe_instant, record, text
from mpkit.api.calls import Calls
from mpkit.errors import NotFound
from mpkit.model import WaitingOrder


def at(calls: Calls, user: str, external_pos_id: str) -> WaitingOrder | None:
    """What waits at a POS of ours; a POS that is not known has nothing waiting."""
    path = f"/instore/qr/seller/collectors/{quote(user, safe='')}/pos/{quote(external_pos_id, safe='')}/orders"
    try:
        return calls.read(path, parse=order)
    except NotFound:
        return None


def order(value: object) -> WaitingOrder:
    """One order as it is read."""
    found = record(value)
    return WaitingOrder(
        reference=text(found.get("external_reference"), "external_reference"),
        amount=amount(found.get("total_amount"), "total_amount"),
        title=text(found.get("title"), "title"),
        expires=maybe_instant(found.get("expiration_date"), "expiration_date"),
    )
