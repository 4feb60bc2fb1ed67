"""Mercado Pago as mpkit uses it: one object for one token; nouns of `model` in and out, errors of `errors` raised.

Lists are iterators that trust the rows they get and not the totals announced; see `lists`. Creates are sent once; see
`calls`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from mpkit.api import answers, bodies, disputes, methods, orders, payments, refunds, sales, waiting
from mpkit.api.calls import Calls, Reread
from mpkit.api.client import HttpxTransport
from mpkit.api.generations import Name
from mpkit.api.lists import PAGE, search, walk
from mpkit.api.pace import Pace
from mpkit.api.payments import PaymentPage, Window
from mpkit.api.points import Points
from mpkit.api.refusals import taken, unclear
from mpkit.api.report_files import Kind
from mpkit.api.reports import Reports
from mpkit.errors import NotFound, RefusedByApi, Unauthorised, WrongUsage
from mpkit.model import (
    Account,
    Branch,
    Chargeback,
    Claim,
    Order,
    Payment,
    PaymentMethod,
    Pos,
    Refund,
    Register,
    Store,
    WaitingOrder,
)
from mpkit.settings import REAL_API, on_this_machine
from mpkit.sites import SITES
from mpkit.work import Progress, Seams, Transport, silent

_REAL_PLACES = "https://api.mercadolibre.com"  # the catalogue of states and cities is public and lives elsewhere
_TOKEN = re.compile(r"[!-~]+", re.ASCII)  # what a header can carry, blanks left out


def connect(
    url: str,
    token: SecretStr,
    *,
    seams: Seams | None = None,
    transport: Transport | None = None,
    pace: Pace | None = None,
    generation: Name = "v1",
    moved: Callable[[Name], None] = lambda _: None,
) -> MercadoPago:
    """The account behind a token; nothing is asked yet.

    `url` may be plain HTTP only where it is this machine's own. Two objects of one account share their `pace`.
    `generation` is that of the POS calls to begin with, `moved` is told where the account turns out to have left it.
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
    owned = [] if transport else [HttpxTransport(url, connections=pace.in_flight)]
    calls = Calls(transport or owned[0], token, pace, seams)
    places = calls
    if transport is None and url == REAL_API:
        owned.append(HttpxTransport(_REAL_PLACES, connections=1))
        places = Calls(owned[1], None, Pace.of(_REAL_PLACES, seams), seams)
    return MercadoPago(calls, places, Points(calls, generation, moved), owned)


class MercadoPago:
    """One seller's Mercado Pago; safe to share between threads, closed by `close` or as a context manager."""

    def __init__(self, calls: Calls, places: Calls, points: Points, owned: list[HttpxTransport]) -> None:
        """Use `connect`."""
        self._calls = calls
        self._places = places
        self._points = points
        self._owned = owned
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

    @property
    def in_flight(self) -> int:
        """How many requests of this account may be under way at once."""
        return self._calls.in_flight

    @property
    def generation(self) -> Name:
        """Which generation of POS calls answers for this account."""
        return self._points.generation

    def seller(self, *, anew: bool = False) -> Account:
        """Whose token this is; asked once, or `anew`."""
        with self._asking:
            if self._seller is None or anew:
                self._seller = self._calls.read("/users/me", parse=answers.account)
            return self._seller

    # stores

    def stores(self, progress: Progress = silent, again: Reread | None = None) -> Iterator[Store]:
        """Every store, also those made in the panel; one pass, which may miss rows that move meanwhile.

        `again`, where the next pass is handed the same, spares parsing what comes as it came before.
        """
        try:
            yield from walk(self._calls, self._stores_path("/search"), answers.store, progress, again)
        except NotFound:
            return  # an account without stores may be told so

    def store_by_external_id(self, external_id: str) -> Store | None:
        """The store with this external id, None where there is none (the API answers 404)."""
        try:
            found = search(self._calls, self._stores_path("/search"), external_id, answers.store)
        except NotFound:
            return None
        return next((store for store in found if store.external_id == external_id), None)

    def store(self, store_id: str) -> Store:
        """One store by its id. Raises `NotFound`."""
        return self._calls.read(f"/stores/{quote(store_id, safe='')}", parse=answers.store)

    def create_store(self, branch: Branch) -> Store:
        """Make a store for a branch; sent once. Raises `Conflict` where the external id is taken."""
        body = bodies.store_body(branch, external_id=branch.external_id)
        try:
            return self._calls.write("POST", self._stores_path(), body, parse=answers.store)
        except RefusedByApi as error:
            if not unclear(error) or self.store_by_external_id(branch.external_id) is None:
                raise
            refusal = error
        raise taken(refusal)

    def update_store(
        self, store_id: str, branch: Branch, *, fields: Collection[str] | None = None, external_id: str | None = None
    ) -> Store:
        """Change a store: `fields` of name, location, hours (None: all); `external_id` only where it changes.

        Raises `Conflict` where another store has the external id it is to get.
        """
        body = bodies.store_body(branch, bodies.FIELDS if fields is None else fields, external_id=external_id)
        try:
            return self._calls.write("PUT", self._one_store(store_id), body, parse=answers.store)
        except RefusedByApi as error:
            holder = self.store_by_external_id(external_id) if external_id is not None and unclear(error) else None
            if holder is None or holder.id == store_id:
                raise
            refusal = error
        raise taken(refusal)

    def delete_store(self, store_id: str) -> None:
        """Take a store away; its POS stay, without a store. Raises `NotFound` where there is none."""
        self._calls.remove(self._one_store(store_id))

    def _stores_path(self, rest: str = "") -> str:
        return f"/users/{quote(self.seller().id, safe='')}/stores{rest}"

    def _one_store(self, store_id: str) -> str:
        return self._stores_path(f"/{quote(store_id, safe='')}")

    # points of sale

    def pos_list(self, progress: Progress = silent, again: Reread | None = None) -> Iterator[Pos]:
        """Every POS; rows may lack the code to print, `pos` has it. `again` as for `stores`."""
        return self._points.every(progress, again)

    def pos_by_external_id(self, external_id: str) -> Pos | None:
        """The POS with this external id, None where there is none. Ids differ in more than capitals (documented)."""
        return next(iter(self._points.found(external_id)), None)

    def pos(self, pos_id: str) -> Pos:
        """One POS with the code to print. Raises `NotFound`."""
        return self._points.one(pos_id)

    def create_pos(
        self, register: Register, *, store_id: str, waits_for_order: bool, key: str = "", url: str = ""
    ) -> Pos:
        """Make a POS for a register; sent once. `NotFound`: the store is not known there (yet).

        `key` is the register's own idempotency key, the same at every attempt; `url` makes it an unattended machine.
        """
        return self._points.create(register, store_id=store_id, waits_for_order=waits_for_order, key=key, url=url)

    def update_pos(
        self,
        pos_id: str,
        register: Register,
        *,
        store_id: str,
        waits_for_order: bool,
        external_id: str | None = None,
        key: str = "",
    ) -> Pos:
        """Change a POS; `external_id` only to give one to a POS that has none. The answer may lack the code."""
        return self._points.update(
            pos_id, register, store_id=store_id, waits_for_order=waits_for_order, external_id=external_id, key=key
        )

    def delete_pos(self, pos_id: str, *, key: str = "") -> None:
        """Take a POS away: a sticker with its code is void. Raises `NotFound` where there is none."""
        self._points.delete(pos_id, key=key)

    def waiting_order(self, external_pos_id: str) -> WaitingOrder | None:
        """The order that waits at a POS, by its external id; None where none does."""
        return waiting.at(self._calls, self.seller().id, external_pos_id)

    def order(self, order_id: str) -> Order:
        """One order (ORD…). Raises `NotFound`, also for one older than three months."""
        return orders.one(self._calls, order_id)

    def merchant_order(self, number: str) -> Order:
        """One order by the number an older generation gave it. Raises `NotFound`."""
        return orders.by_number(self._calls, number)

    def merchant_orders(self, reference: str) -> tuple[Order, ...]:
        """Every order with this reference: a sign's own is on many."""
        return orders.by_reference(self._calls, reference)

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
        self, *, window: Window, offset: int = 0, limit: int = PAGE, collector_id: str, **narrowed: str
    ) -> PaymentPage:
        """One page of the payments in a window, oldest first by the window's date; see `payments.page`."""
        return payments.page(
            self._calls, window=window, offset=offset, limit=limit, collector_id=collector_id, **narrowed
        )

    def payments(
        self, *, window: Window, collector_id: str, limit: int = PAGE, progress: Progress = silent, **narrowed: str
    ) -> Iterator[Payment]:
        """Every payment in a window, oldest first, each once; `narrowed` by status, store_id or pos_id.

        Raises `RefusedByApi` where more than 10,000 payments share one second.
        """
        return payments.every(
            self._calls, window=window, collector_id=collector_id, limit=limit, progress=progress, **narrowed
        )

    def payment(self, payment_id: str) -> Payment:
        """One payment. Raises `NotFound`, also for some seconds after it was made."""
        return self._calls.read(f"/v1/payments/{quote(payment_id, safe='')}", parse=sales.payment)

    def reports(self, kind: Kind) -> Reports:
        """The "settlement" report (every operation of the account) or the "release" report (its available balance)."""
        return Reports(self._calls, kind)

    def cancel_payment(self, payment_id: str) -> Payment:
        """Cancel a payment that is not paid yet. Raises `RefusedByApi` where there is nothing to cancel."""
        return refunds.cancel(self._calls, payment_id)

    def payment_methods(self) -> tuple[PaymentMethod, ...]:
        """Every way to pay in the account's country."""
        return methods.every(self._calls)

    # what comes after

    def refund(self, payment_id: str, *, amount: int | None, key: str) -> Refund:
        """Give back `amount` hundredths, None for all that is left; `key` was written down before. See `refunds`."""
        return refunds.create(self._calls, SITES[self.seller().site], payment_id, amount=amount, key=key)

    def refunds_of(self, payment_id: str) -> tuple[Refund, ...]:
        """Every refund of a payment, oldest first, those in process among them."""
        return refunds.every(self._calls, payment_id)

    def refund_by_id(self, payment_id: str, refund_id: str) -> Refund:
        """One refund. Raises `NotFound`."""
        return refunds.one(self._calls, payment_id, refund_id)

    def chargebacks_of(self, payment_id: str) -> tuple[Chargeback, ...]:
        """The chargebacks of one payment; the API has no other way to find them."""
        return disputes.of_payment(self._calls, payment_id)

    def chargeback(self, chargeback_id: str) -> Chargeback:
        """One chargeback. Raises `NotFound`."""
        return disputes.one(self._calls, chargeback_id)

    def chargeback_documents(self, chargeback_id: str, files: Sequence[tuple[str, bytes]]) -> Chargeback:
        """Send the papers (name and content) that defend a payment; sent once. See `disputes.send_papers`."""
        return disputes.send_papers(self._calls, chargeback_id, files)

    def claims_of(self, payment_id: str) -> tuple[Claim, ...]:
        """What buyers have complained about in one payment."""
        return disputes.claims_of(self._calls, payment_id)

    def claim(self, claim_id: str) -> Claim:
        """One claim. Raises `NotFound`."""
        return disputes.one_claim(self._calls, claim_id)
