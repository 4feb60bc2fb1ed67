"""The payments search: a window in, pages of `Payment` or all of them out, however many there are.

The search reaches 10,000 rows deep: a deeper window is asked for again from the last date seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from mpkit.api import answers, sales
from mpkit.api.calls import Calls, Query
from mpkit.api.lists import PAGE, SAME_PAGES
from mpkit.errors import RefusedByApi
from mpkit.model import Payment
from mpkit.work import Progress, silent

_DEEPEST = 10_000  # offset the payments search reaches


@dataclass(frozen=True, slots=True)
class Window:
    """A span of one of a payment's dates, both ends included; `range` is that date's name in the search."""

    range: Literal["date_created", "date_last_updated", "date_approved", "money_release_date"]
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """One page of a payments search; `total` is a hint and changes between pages."""

    total: int
    rows: tuple[Payment, ...]


def page(
    calls: Calls,
    *,
    window: Window,
    offset: int = 0,
    limit: int = PAGE,
    collector_id: str,
    status: str = "",
    store_id: str = "",
    pos_id: str = "",
) -> PaymentPage:
    """One page of the payments in a window, oldest first by the window's date; own income only if it obeys.

    Raises `RefusedByApi` for a window of a year or more, or an offset beyond 10,000.
    """
    query: Query = {
        "range": window.range,
        "begin_date": _said(window.begin),
        "end_date": _said(window.end),
        "sort": window.range,
        "criteria": "asc",
        "limit": limit,
        "offset": offset,
        "collector.id": collector_id,
        "status": status,
        "store_id": store_id,
        "pos_id": pos_id,
    }
    return calls.read("/v1/payments/search", query, parse=_page)


def every(
    calls: Calls,
    *,
    window: Window,
    collector_id: str,
    limit: int = PAGE,
    progress: Progress = silent,
    **narrowed: str,
) -> Iterator[Payment]:
    """Every payment in a window, oldest first, each once; `narrowed` by status, store_id or pos_id.

    Where the search cannot reach further, it starts again at the last date seen, so that a window of any number of
    payments is read whole. Raises `RefusedByApi` where more than 10,000 payments share one second.
    """
    seen: set[str] = set()
    while True:
        last = window.begin
        offset = same = 0
        while True:
            found = page(calls, window=window, offset=offset, limit=limit, collector_id=collector_id, **narrowed)
            rows = {row.id: row for row in found.rows}  # one may come twice, and counts once
            fresh = [row for id_, row in rows.items() if id_ not in seen]
            seen.update(rows)
            yield from fresh
            progress(len(seen), max(found.total, len(seen)), "api_reading_payments")
            same = 0 if fresh else same + 1
            if not found.rows or same >= SAME_PAGES:
                return
            last = max(last, *(_date(row, window) for row in found.rows))
            offset += len(rows)
            if offset + limit > _DEEPEST:
                break
        if last.replace(microsecond=0) <= window.begin.replace(microsecond=0):
            raise RefusedByApi("api_too_dense", at=last)
        window = replace(window, begin=last.replace(microsecond=0))


def _page(answer: object) -> PaymentPage:
    found = answers.page(answer)
    return PaymentPage(answers.total(found), tuple(sales.payment(row) for row in answers.rows(found["results"])))


def _said(at: datetime) -> str:
    """A date as the search reads it: milliseconds and an offset are expected."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _date(row: Payment, window: Window) -> datetime:
    """The date of a payment that the window is about."""
    dates = {
        "date_created": row.created,
        "date_last_updated": row.updated,
        "date_approved": row.approved,
        "money_release_date": row.released,
    }
    return dates[window.range] or window.begin
