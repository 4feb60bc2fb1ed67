"""Cases of a server's bad days: each fault of the sandbox, and what the client makes of it (contract S 1.4, P 8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mpkit.api import Window
from mpkit.work import NoAnswer
from tests.contract.stage import Cases, Stage

case = Cases("Bad days")
CREATE, LIST, SEARCH = "POST /users/{user}/stores", "GET /users/{user}/stores/search", "GET /v1/payments/search"
SHOPS = {"stores": 120, "registers": 120}
YEAR = {"stores": 2, "registers": 4, "payments": 400}
LIMITED, PLAIN = "429 too_many_requests · flat", "429 text/plain"
BROKEN = "500 internal_server_error · flat"
LOST = "no whole answer"


def writing(fault: str, situation: str, answers: str, makes: str = "UnknownOutcome", *, made: int = 0, at: int = 1):
    """A store is made while the fault strikes; afterwards there are `made` stores, found before anything is sent again.

    `at` is the number in its external id: by it the sandbox draws which of two variants of a fault strikes.
    """

    @case(CREATE, f"`{fault}`: {situation}", "S 1.4", answers, makes)
    def play(on: Stage):
        on.control("faults", {fault: 1})

        def check(_):
            on.control("faults", {})
            assert len(list(on.account.stores())) == made

        return lambda: on.store(external_id=f"SUC{at:03d}"), check


def reading(fault: str, situation: str, answers: str, often: float = 0.5, *, makes: str = "list of Store"):
    """A list is read whole while the fault strikes that often."""

    @case(LIST, f"`{fault}`: {situation}", "S 1.4", answers, makes, **SHOPS)
    def play(on: Stage):
        on.control("faults", {fault: often})

        def check(found):
            if isinstance(found, list):
                assert {store.id for store in found} == set(on.world.shelf.stores)
                assert len(found) == len(on.world.shelf.stores)
            assert on.world.faults.fired[fault]

        return lambda: list(on.account.stores()), check


def paying(fault: str, situation: str, answers: str):
    """A year of payments is read whole while the fault strikes every third time."""

    @case(SEARCH, f"`{fault}`: {situation}", "P 1.1.6", answers, "list of Payment", **YEAR)
    def play(on: Stage):
        on.control("faults", {fault: 0.3})
        window = Window("date_created", on.clock.now() - timedelta(days=364), on.clock.now())

        def check(found):
            own = {str(id_) for id_, slip in on.world.book.slips.items() if slip.channel != "outgoing"}
            assert {row.id for row in found} == own
            assert len(found) == len(own)
            assert on.world.faults.fired[fault]

        return lambda: list(on.account.payments(window=window, collector_id=on.user)), check


writing("429", "too many requests, as the API says it", LIMITED, "RateLimited")
writing("429", "too many requests, as the proxy says it", PLAIN, "RateLimited", at=6)
writing("429-storm", "everybody is refused for some seconds", LIMITED, "RateLimited")
writing("token-expired", "the token is not known any more", "401 unauthorized · causes", "Unauthorised")
writing("403", "the account may not do it any more", "403 Forbidden · causes", "Unauthorised")
writing("reset", "the connection drops, nothing was carried out", LOST)
writing("500", "nothing was carried out", BROKEN)
writing("500", "it was carried out", BROKEN, made=1, at=2)
writing("502", "the proxy's text", "502 text/plain")
writing("503", "the proxy's text", "503 text/plain")
writing("html-error", "a page with 502", "502 text/html")
writing("html-error", "a page with 200", "200 text/html", at=5)
writing("lost-answer", "it was carried out, no answer came", LOST, made=1)
writing("half-answer", "it was carried out, half an answer came", LOST, made=1)
writing("changed-type", "it was carried out, a field has another type", "201", made=1)

reading("429", "it waits as long as it is told, or longer each time", f"{LIMITED} → {PLAIN} → 200")
reading("429-storm", "it waits the storm out", f"{LIMITED} → 200")
reading("500", "it asks again", f"200 → {BROKEN} → 200", 0.65)
for each, seen in {
    "502": "502 text/plain → 200",
    "503": "503 text/plain → 200",
    "reset": f"{LOST} → 200",
    "html-error": "502 text/html → 200 → 502 text/html → 200",
    "half-answer": f"200 → {LOST} → 200",
    "lost-answer": f"{LOST} → 200",
    "cut-page": "200",
    "changed-type": "200",
}.items():
    reading(each, "it asks again", seen)
reading("short-page", "it goes on by the rows that came", "200")
reading("duplicate-ids", "each store comes once", "200")
reading("token-expired", "nothing is asked again", "200 → 401 unauthorized · causes", makes="Unauthorised")
reading("403", "nothing is asked again", "200 → 403 Forbidden · causes", makes="Unauthorised")
paying("short-page", "it goes on by the rows that came", "200")
paying("duplicate-ids", "each payment comes once", "200")
paying("500", "it asks again", f"{BROKEN} → 200")

for fault, about in (("moving-page", "the rows have shifted by one"), ("order-flips", "the rows come the other way")):

    @case(
        LIST, f"`{fault}`: {about}; one pass may miss some, none comes twice", "S 2.6", "200", "list of Store", **SHOPS
    )
    def moving(on: Stage, fault=fault):
        on.control("faults", {fault: 0.7})

        def check(found):
            assert len({store.id for store in found}) == len(found) > 60
            assert {store.id for store in found} <= set(on.world.shelf.stores)
            assert on.world.faults.fired[fault]

        return lambda: list(on.account.stores()), check


@case(LIST, "`stale-read`: a store of this second is not seen yet", "S 2.10", "404 store_not_found · causes", "nothing")
def stale(on: Stage):
    on.store()
    on.control("faults", {"stale-read": 1})
    return lambda: on.account.store_by_external_id("SUC001")


@case(SEARCH, "`late-index`: a payment of this minute is not found yet", "P 1.1.6", "200", "list of Payment")
def unindexed(on: Stage):
    old = str(on.sale()["id"])
    on.clock.sleep(121)
    new = str(on.sale()["id"])
    on.control("faults", {"late-index": 1})

    def listed():
        window = Window("date_created", on.clock.now() - timedelta(days=1), on.clock.now())
        return list(on.account.payments(window=window, collector_id=on.user))

    def check(found):
        assert [row.id for row in found] == [old]
        on.clock.sleep(121)
        assert {row.id for row in listed()} == {old, new}

    return listed, check


@case(SEARCH, "`old-version`: a payment as it was before its last change", "P 1.1.6", "200", "list of Payment")
def lagging(on: Stage):
    sold = str(on.sale()["id"])
    on.clock.sleep(400)
    on.control("buyer", {"action": "refund", "payment_id": sold})
    on.control("faults", {"old-version": 1})

    def listed():
        window = Window("date_created", on.clock.now() - timedelta(days=1), on.clock.now())
        return list(on.account.payments(window=window, collector_id=on.user))

    def check(found):
        assert [(row.id, row.status, row.refunded) for row in found] == [(sold, "approved", 0)]
        on.clock.sleep(301)
        assert [(row.id, row.status) for row in listed()] == [(sold, "refunded")]

    return listed, check


@case("GET /v1/payments/{id}", "`old-version`: read as it was before its last change", "P 1.1.6", "200", "Payment")
def lagging_read(on: Stage):
    sold = str(on.sale()["id"])
    on.clock.sleep(400)
    on.control("buyer", {"action": "refund", "payment_id": sold, "amount": "1.00"})
    assert on.account.payment(sold).refunded == 100
    on.control("faults", {"old-version": 1})

    def check(found):
        assert (found.status_detail, found.refunded, found.updated) == ("accredited", 0, found.approved)
        on.control("faults", {})
        assert on.account.payment(sold).status_detail == "partially_refunded"

    return lambda: on.account.payment(sold), check


@case("GET /users/me", "`slow`: four seconds, within the time a request has", "P 8.4", "200", "Account")
def slow(on: Stage):
    on.control("faults", {"slow": 1})
    return lambda: on.account.seller(anew=True)


@case(CREATE, "`late`: lost on its way, carried out up to forty seconds later", "S 1.4", LOST, "UnknownOutcome")
def late(on: Stage):
    on.control("faults", {"late": 1})

    def check(_):
        on.control("faults", {})
        assert on.account.store_by_external_id("SUC001") is None
        on.clock.sleep(41)
        assert on.account.store_by_external_id("SUC001") is not None

    return on.store, check


@case(
    "POST /v2/pos",
    "`late`: the same key while the first is still on its way; afterwards its answer, one POS",
    "S 4.3",
    "409 conflict · errors",
    "UnknownOutcome",
)
def held(on: Stage):
    store = on.store()
    body = {"store_id": store.id, "external_id": "CAJA1", "name": "Caja 1"}
    on.control("faults", {"late": 1})
    with pytest.raises(NoAnswer):
        on.ask("POST", "/v2/pos", body, key="mine")
    on.control("faults", {})

    def check(_):
        on.clock.sleep(41)
        assert on.ask("POST", "/v2/pos", body, key="mine")["external_id"] == "CAJA1"
        assert len(list(on.account.pos_list())) == 1

    return lambda: on.ask("POST", "/v2/pos", body, key="mine"), check


@case(
    "GET /users/me",
    "more requests a second than are allowed: the pace falls, every answer comes",
    "P 8.4",
    f"{LIMITED} → 200",
    "list of Account",
    rate=3,
)
def too_fast(on: Stage):
    return lambda: [on.account.seller(anew=True) for _ in range(12)]


CASES = case.all
