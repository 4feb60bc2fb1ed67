"""Mercado Pago as mpkit uses it: one object for one token; nouns of `model` in and out, errors of `errors` raised.

Lists are iterators that trust the rows they get and not the totals announced; see `lists`. Creates are sent once; see
`calls`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from mpkit.api import answers, bodies, sales
from mpkit.api.calls import Calls, Query
from mpkit.api.client import HttpxTransport
from mpkit.api.generations import First, Generation
from mpkit.api.lists import PAGE, SAME_PAGES, search, walk
from mpkit.api.pace import Pace
from mpkit.errors import RefusedByApi, Unauthorised, WrongUsage
from mpkit.model import Account, Branch, Chargeback, Payment, Pos, Register, Store
from mpkit.settings import REAL_API, on_this_machine
from mpkit.work import Progress, Seams, Transport, silent

_REAL_PLACES = "https://api.mercadolibre.com"  # the catalogue of states and cities is public and lives elsewhere
_TOKEN = re.compile(r"[!-~]+", re.ASCII)  # what a header can carry, blanks left out
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


def connect(
    url: str,
    token: SecretStr,
    *,
    seams: Seams | None = None,
    transport: Transport | None = None,
    pace: Pace | None = None,
) -> MercadoPago:
    """The account behind a token; nothing is asked yet.

    `url` may be plain HTTP only where it is this machine's own. Two objects of one account share their `pace`.
    Raises `WrongUsage` for an address a token must not be sent to, `Unauthorised` for a text no header can carry.
    """
    seams = seams or Seams()
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise Unauthorised("api_token_malformed")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - read to be checked: it is only looked at when asked for
    except ValueError as error:  # an open bracket, a port beyond the last
        raise WrongUsage("api_address_wrong", url=url) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise WrongUsage("api_address_wrong", url=url)
    if parts.scheme == "http" and not on_this_machine(url) and transport is None:
        raise WrongUsage("api_address_plain", url=url)
    url = url.rstrip("/")
    pace = pace or Pace.of(url, seams)
    owned = [] if transport else [HttpxTransport(url)]
    calls = Calls(transport or owned[0], token, pace, seams)
    places = calls
    if transport is None and url == REAL_API:
        owned.append(HttpxTransport(_REAL_PLACES, connections=1))
        places = Calls(owned[1], None, Pace.of(_REAL_PLACES, seams), seams)
    return MercadoPago(calls, places, owned)


class MercadoPago:
    """One seller's Mercado Pago; safe to share between threads, closed by `close` or as a context manager."""

    def __init__(self, calls: Calls, places: Calls, owned: list[HttpxTransport]) -> None:
        """Use `connect`."""
        self._calls = calls
        self._places = places
        self._owned = owned
        self._pos: Generation = First(calls)
        self._seller: Account | None = None
        self._asking = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        for transport in self._owned:
            transport.close()

    # the account

    @property
    def requests(self) -> int:
        """How many requests were sent so far, repetitions included."""
        return self._calls.requests

    def seller(self, *, anew: bool = False) -> Account:
        """Whose token this is; asked once, or `anew`."""
        with self._asking:
            if self._seller is None or anew:
                self._seller = self._calls.read("/users/me", parse=answers.account)
            return self._seller

    # stores

    def stores(self, progress: Progress = silent) -> Iterator[Store]:
        """Every store, also those made in the panel; one pass, which may miss rows that move meanwhile."""
        return walk(self._calls, self._stores_path("/search"), answers.store, progress)

    def store_by_external_id(self, external_id: str) -> Store | None:
        """The store with this external id, None where there is none (the API answers 404)."""
        found = search(self._calls, self._stores_path("/search"), external_id, answers.store)
        return next((store for store in found if store.external_id == external_id), None)

    def store(self, store_id: str) -> Store:
        """One store by its id. Raises `NotFound`."""
        return self._calls.read(f"/stores/{quote(store_id, safe='')}", parse=answers.store)

    def create_store(self, branch: Branch) -> Store:
        """Make a store for a branch; sent once. Raises `Conflict` where the external id is taken."""
        body = bodies.store_body(branch, external_id=branch.external_id)
        return self._calls.write("POST", self._stores_path(), body, parse=answers.store)

    def update_store(
        self, store_id: str, branch: Branch, *, fields: Collection[str] | None = None, external_id: str | None = None
    ) -> Store:
        """Change a store: `fields` of name, location, hours (None: all); `external_id` only where it changes."""
        body = bodies.store_body(branch, bodies.FIELDS if fields is None else fields, external_id=external_id)
        path = self._stores_path(f"/{quote(store_id, safe='')}")
        return self._calls.write("PUT", path, body, parse=answers.store)

    def _stores_path(self, rest: str = "") -> str:
        return f"/users/{quote(self.seller().id, safe='')}/stores{rest}"

    # points of sale

    def pos_list(self, progress: Progress = silent) -> Iterator[Pos]:
        """Every POS; rows may lack the code to print, `pos` has it."""
        return self._pos.every(progress)

    def pos_by_external_id(self, external_id: str) -> Pos | None:
        """The POS with this external id, None where there is none. Ids differ in more than capitals (documented)."""
        wanted = external_id.casefold()
        return next((pos for pos in self._pos.found(external_id) if (pos.external_id or "").casefold() == wanted), None)

    def pos(self, pos_id: str) -> Pos:
        """One POS with the code to print. Raises `NotFound`."""
        return self._pos.one(pos_id)

    def create_pos(self, register: Register, *, store_id: str, waits_for_order: bool) -> Pos:
        """Make a POS for a register; sent once. `NotFound`: the store is not known there (yet)."""
        return self._pos.create(register, store_id=store_id, waits_for_order=waits_for_order)

    def update_pos(
        self, pos_id: str, register: Register, *, store_id: str, waits_for_order: bool, external_id: str | None = None
    ) -> Pos:
        """Change a POS; `external_id` only to give one to a POS that has none. The answer may lack the code."""
        return self._pos.update(
            pos_id, register, store_id=store_id, waits_for_order=waits_for_order, external_id=external_id
        )

    # the catalogue of places

    def states(self, country: str) -> tuple[tuple[str, str], ...]:
        """Ids and names of the states of a country (ISO alpha-2), spelled as a store's location must be."""
        path = f"/countries/{quote(country, safe='')}"
        return self._places.read(path, parse=lambda answer: answers.places(answer, "states"))

    def cities(self, state_id: str) -> tuple[tuple[str, str], ...]:
        """Ids and names of the cities of a state."""
        path = f"/states/{quote(state_id, safe='')}"
        return self._places.read(path, parse=lambda answer: answers.places(answer, "cities"))

    # payments

    def payments_page(
        self,
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
        return self._calls.read("/v1/payments/search", query, parse=_payment_page)

    def payments(
        self, *, window: Window, collector_id: str, limit: int = PAGE, progress: Progress = silent, **narrowed: str
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
                page = self.payments_page(
                    window=window, offset=offset, limit=limit, collector_id=collector_id, **narrowed
                )
                fresh = [row for row in page.rows if row.id not in seen]
                seen.update(row.id for row in fresh)
                yield from fresh
                progress(len(seen), max(page.total, len(seen)), "api_reading_payments")
                same = 0 if fresh else same + 1
                if not page.rows or same >= SAME_PAGES:
                    return
                last = max(last, *(_date(row, window) for row in page.rows))
                offset += len(page.rows)
                if offset + limit > _DEEPEST:
                    break
            if last.replace(microsecond=0) <= window.begin.replace(microsecond=0):
                raise RefusedByApi("api_too_dense", at=last)
            window = replace(window, begin=last.replace(microsecond=0))

    def payment(self, payment_id: str) -> Payment:
        """One payment. Raises `NotFound`, also for some seconds after it was made."""
        return self._calls.read(f"/v1/payments/{quote(payment_id, safe='')}", parse=sales.payment)

    def chargebacks_of(self, payment_id: str) -> tuple[Chargeback, ...]:
        """The chargebacks of one payment; the API has no other way to find them."""
        return self._calls.read(
            "/v1/chargebacks/search",
            {"payment_id": payment_id},
            parse=lambda answer: tuple(
                answers.chargeback(row, payment_id) for row in answers.rows(answers.page(answer)["results"])
            ),
        )


def _payment_page(answer: object) -> PaymentPage:
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
