"""Cases of the orders payments were made with, read in both generations (contract S 6, P 2.7 and P 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from mpkit.errors import NotFound
from tests.contract.stage import Cases, Stage

case = Cases("orders")
ORDER, NUMBER, SEARCH = "GET /v1/orders/{id}", "GET /merchant_orders/{id}", "GET /merchant_orders/search"
YEAR = {"stores": 2, "registers": 4, "payments": 300}
SOLD, GIVEN_BACK, PENDING = ("pay",), ("pay", "refund"), ("wait",)


def made(on: Stage, what: tuple[str, ...]) -> dict[str, object]:
    """A payment at a register, and what came of it."""
    payment = on.sale("150.00", as_order=True, reference="T1", **({"pending": True} if what == PENDING else {}))
    if "refund" in what:
        payment = on.control("buyer", {"action": "refund", "payment_id": payment["id"], "amount": "40.00"})
    return payment


def named(payment: dict[str, object]) -> str:
    return payment["point_of_interaction"]["references"][0]["id"]


def reading(situation: str, what: tuple[str, ...], *expected: object):
    """Both generations say the same of one payment, each in its own words: their status and detail, paid, refunded."""
    theirs, older, paid, refunded = expected

    def check(payment: dict[str, object], words: object) -> Callable[[object], None]:
        def checked(order) -> None:
            assert (order.status, order.detail) == words
            assert (order.amount, order.paid, order.refunded, order.reference) == (150_00, paid, refunded, "T1")
            assert order.payment_ids == ((str(payment["id"]),) if paid or words == older else ())

        return checked

    @case(ORDER, situation, "S 6.3", "200", "Order")
    def today(on: Stage):
        payment = made(on, what)
        return lambda: on.account.order(named(payment)), check(payment, theirs)

    @case(NUMBER, situation, "P 4.2", "200", "Order")
    def before(on: Stage):
        payment = made(on, what)
        return lambda: on.account.merchant_order(payment["order"]["id"]), check(payment, older)


reading("an order that was paid", SOLD, ("processed", "accredited"), ("closed", "paid"), 150_00, 0)
reading(
    "of which something was given back",
    GIVEN_BACK,
    ("processed", "partially_refunded"),
    ("closed", "partially_reverted"),
    150_00,
    40_00,
)
reading("an order that waits", PENDING, ("created", "created"), ("opened", "payment_in_process"), 0, 0)


@case(ORDER, "every order of a generated year that is young enough; the rest is not found", "P 2.7",
      "200 → 404 order_not_found · errors", "list of Order / nothing", **YEAR)  # fmt: skip
def generated(on: Stage):
    ours = [slip for slip in on.world.book.slips.values() if slip.order and slip.taken != "legacy"]
    young = on.clock.now() - timedelta(days=92)
    some = [*(slip for slip in ours[::-1] if slip.created > young.timestamp()), ours[0]]

    def read():
        found = []
        for slip in some:
            payment = on.account.payment(str(slip.id))
            found.append(payment and (payment, _order(on, payment.order_id)))
        on.wire.heard[:] = [each for each in on.wire.heard if b'"date_approved"' not in each.body]
        pairs.extend(found)
        return [order for _, order in found]

    pairs: list[object] = []

    def check(orders):
        assert len(orders) > 30
        assert orders[-1] is None
        for payment, order in pairs[:-1]:
            income = payment.status in {"approved", "refunded", "charged_back", "in_mediation"}
            assert (order.amount, order.refunded) == (payment.amount, payment.refunded)
            assert order.paid == (payment.amount if income else 0)
            assert order.reference == payment.external_reference
            if order.register:
                assert on.account.pos_by_external_id(order.register).id == payment.pos_id

    return read, check


def _order(on: Stage, order_id: str):
    try:
        return on.account.order(order_id)
    except NotFound:
        return None


@case(ORDER, "an order nobody made", "S 6.8", "404 order_not_found · errors", "NotFound")
def unknown(on: Stage):
    return lambda: on.account.order("ORD01JV3AW3NFSTSTB669F41NACDX")


@case(ORDER, "an id that is none", "S 6.8", "400 invalid_path_param · errors", "RefusedByApi")
def malformed(on: Stage):
    return lambda: on.account.order("123")


@case(ORDER, "another account's order", "S 6.8", "404 order_not_found · errors", "NotFound")
def foreign(on: Stage):
    name = named(made(on, SOLD))
    other = on.client(on.stranger())
    return lambda: other.order(name)


@case(NUMBER, "a number nobody has", "P 4.2", "404 not_found · cause", "NotFound")
def no_number(on: Stage):
    return lambda: on.account.merchant_order("36000000001")


@case(NUMBER, "an id that is no number", "P 4.2", "400 invalid_id · cause", "RefusedByApi")
def no_digits(on: Stage):
    return lambda: on.account.merchant_order("ORD1")


@case(SEARCH, "by the till's own reference", "P 4.1", "200", "list of Order")
def by_reference(on: Stage):
    ids = [made(on, what)["order"]["id"] for what in (SOLD, GIVEN_BACK)]
    on.sale("9.00", as_order=True, reference="T2")

    def check(found):
        assert [order.id for order in found] == ids

    return lambda: on.account.merchant_orders("T1"), check


@case(SEARCH, "nothing is found: `elements` is null", "P 4.1", "200", "an empty list")
def nothing(on: Stage):
    made(on, SOLD)
    return lambda: on.account.merchant_orders("T9")


@case(SEARCH, "by status and dates, page after page", "P 4.1", "200", "document", **YEAR)
def by_status(on: Stage):
    query = {"status": "closed", "date_created_from": (on.clock.now() - timedelta(days=60)).isoformat(), "limit": 20}
    query["last_updated_to"] = on.clock.now().isoformat()

    def check(page):
        rest = on.ask("GET", "/merchant_orders/search", query={**query, "offset": page["next_offset"], "limit": 100})
        elements = [*page["elements"], *rest["elements"]]
        assert len({row["id"] for row in elements}) == len(elements) == page["total"] > 20
        assert {row["status"] for row in elements} == {"closed"}
        assert all(row["paid_amount"] == row["total_amount"] for row in elements)

    return lambda: on.ask("GET", "/merchant_orders/search", query=query), check


@case(SEARCH, "a status there is not", "P 4.2", "400 invalid_status · cause", "RefusedByApi")
def no_status(on: Stage):
    return lambda: on.ask("GET", "/merchant_orders/search", query={"status": "paid"})


@case(SEARCH, "a date without a time", "P 4.2", "400 invalid_format · cause", "RefusedByApi")
def no_date(on: Stage):
    return lambda: on.ask("GET", "/merchant_orders/search", query={"date_created_from": "2026-11-01"})


@case("GET /merchant_orders", "the search by its other path", "P 4.1", "200", "document")
def other_path(on: Stage):
    made(on, SOLD)
    return lambda: on.ask("GET", "/merchant_orders", query={"external_reference": "T1"})


CASES = case.all
