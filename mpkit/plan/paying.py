"""What happens at a POS, asked just before it is taken away: when somebody last paid there, and what waits there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from mpkit.api import MercadoPago, Window
from mpkit.errors import RefusedByApi, UnknownOutcome
from mpkit.model import Payment, Pos, WaitingOrder
from mpkit.work import Progress, silent

YEAR = timedelta(days=364)  # a search looks back a year at most
_PAGE = 50
_FAR = 10_000  # rows of one search; beyond them it answers no more
_PAID = frozenset({"approved", "refunded", "charged_back", "in_mediation", "authorized"})


def last_payments(
    api: MercadoPago,
    pos_ids: Sequence[str],
    *,
    now: datetime,
    since: datetime | None = None,
    progress: Progress = silent,
) -> dict[str, datetime | None]:
    """The last payment of each POS within a year, or since a moment; None where it has none.

    Asks for the whole account where that takes fewer pages than asking for each POS.
    """
    if not pos_ids:
        return {}
    begin = max(since, now - YEAR) if since else now - YEAR
    window = Window("date_created", begin, now + timedelta(minutes=1))
    collector = api.seller().id
    progress(0, len(pos_ids), "plan_step_paid")
    rows = api.payments_page(window=window, limit=1, collector_id=collector).total
    if rows <= _FAR and rows <= _PAGE * len(pos_ids):
        found = _newest(list(api.payments(window=window, collector_id=collector)) if rows else [])
        return {id_: found.get(id_) for id_ in pos_ids}
    told: dict[str, datetime | None] = {}
    for done, id_ in enumerate(pos_ids):
        progress(done, len(pos_ids), "plan_step_paid")
        told[id_] = _of_one(api, id_, window, collector)
    return told


def _of_one(api: MercadoPago, pos_id: str, window: Window, collector: str) -> datetime | None:
    """The search is oldest first: the last page first, and all of them where that one holds no payment that counts."""
    total = api.payments_page(window=window, limit=1, collector_id=collector, pos_id=pos_id).total
    if not total:
        return None
    last = api.payments_page(
        window=window, offset=max(0, min(total, _FAR) - _PAGE), limit=_PAGE, collector_id=collector, pos_id=pos_id
    )
    found = _newest(last.rows).get(pos_id)
    if found is None or total > _FAR:
        found = _newest(list(api.payments(window=window, collector_id=collector, pos_id=pos_id))).get(pos_id)
    return found


def waiting_orders(
    api: MercadoPago, going: Sequence[Pos], progress: Progress = silent
) -> dict[str, WaitingOrder | None]:
    """What waits at each POS whose buyers wait for an order, by its id; left out where Mercado Pago does not say."""
    asked = [pos for pos in going if pos.fixed_amount and pos.external_id]
    told: dict[str, WaitingOrder | None] = {}
    for done, pos in enumerate(asked):
        progress(done, len(asked), "plan_step_waiting")
        with suppress(RefusedByApi, UnknownOutcome):
            told[pos.id] = api.waiting_order(pos.external_id or "")
    return told


def _newest(payments: Sequence[Payment]) -> dict[str, datetime]:
    """By POS; what was tried and not paid does not count."""
    newest: dict[str, datetime] = {}
    for one in payments:
        if one.pos_id and one.status in _PAID:
            newest[one.pos_id] = max(newest.get(one.pos_id, one.created), one.created)
    return newest
