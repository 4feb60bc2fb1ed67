"""One window of the payments search is read whole: pages come in, payments go out in batches.

The announced total drifts, pages may be short and rows may move while we page (payments contract 1.1.3, 1.1.6). So each
page is asked to begin with the last row of the one before: if it does not, rows have moved, and the window is read
again until a reading was steady, and complete or without anything new, or two in a row found nothing new. Where no
row is seen at all it is looked at again, oftener where the total says that there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from mpkit import api
from mpkit.api import PaymentPage
from mpkit.errors import Refused
from mpkit.model import Payment
from mpkit.sales.windows import DEEPEST, Window
from mpkit.work import Cancelled

PAGE = 100  # the official SDKs page with it; the server may give fewer
_BATCH = 1_000
_READINGS = 8
_QUIET = 2
_SURE = 4


class Search(Protocol):
    """The part of the API a reading needs."""

    def payments_page(  # noqa: D102 - as the API client says it
        self, *, window: api.Window, offset: int, limit: int, collector_id: str, status: str
    ) -> PaymentPage: ...


class TooMany(Exception):
    """The window holds more rows than paging can safely reach: cut it."""


@dataclass(slots=True)
class Reading:
    """The state of reading one window; `seen` are the ids of all readings."""

    search: Search
    account: str
    window: Window
    keep: Callable[[Sequence[Payment]], None]
    stop: Event
    status: str = ""
    seen: set[str] = field(default_factory=set)
    waiting: list[Payment] = field(default_factory=list)

    def whole(self) -> int:
        """Read the window; returns how many payments it holds.

        Raises `TooMany` (before anything is kept, where the total says so), `Cancelled` when `stop` is set, an
        `ApiError`, or `Refused` where the rows never come to rest.
        """
        quiet = 0
        for reading in range(_READINGS):
            before = len(self.seen)
            steady, total = self._once()
            self._flush()
            quiet = quiet + 1 if reading and len(self.seen) == before else 0
            if self._settled(quiet, total, steady=steady):
                return len(self.seen)
        raise Refused("sales_rows_keep_moving", begin=self.window.begin, end=self.window.end)

    def _settled(self, quiet: int, total: int, *, steady: bool) -> bool:
        """Whether it was read whole; `quiet`: how many readings in a row found nothing that the ones before had not."""
        if not self.seen:  # a page moved by one hides an only row, and there is no page before to tell
            return quiet >= (_SURE if total else 1)
        return (steady and (quiet > 0 or len(self.seen) >= total)) or quiet >= _QUIET

    def _once(self) -> tuple[bool, int]:
        """One pass over the pages: whether no row moved, and the greatest total announced."""
        steady, place, total, last, confirmed = True, 0, 0, "", False
        while True:
            page = self._page(place if confirmed or not place else place - 1)
            rows = page.rows
            total = max(total, page.total)
            if place == 0 and page.total > DEEPEST:
                raise TooMany
            if place and not confirmed:
                if rows and rows[0].id == last:
                    rows = rows[1:]
                else:
                    steady = False
            if not rows:
                if confirmed or not place:
                    return steady, total
                confirmed = True  # a short page may look like the last one: look behind it
                continue
            confirmed = False
            self._take(rows)
            place, last = place + len(rows), rows[-1].id
            if place > DEEPEST + PAGE:
                raise TooMany  # the total was too small

    def _page(self, offset: int) -> PaymentPage:
        if self.stop.is_set():
            raise Cancelled
        window = self.window
        return self.search.payments_page(
            window=api.Window(window.range, window.begin, window.end),  # type: ignore[arg-type]
            offset=offset,
            limit=PAGE,
            collector_id=self.account,
            status=self.status,
        )

    def _take(self, rows: Sequence[Payment]) -> None:
        self.seen.update(row.id for row in rows)
        # The search also returns what the merchant paid to others (payments contract 0.1): never kept.
        self.waiting += [row for row in rows if row.collector_id == self.account]
        if len(self.waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self.waiting:
            self.keep(self.waiting)
            self.waiting = []
