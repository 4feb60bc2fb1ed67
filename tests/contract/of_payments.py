"""Cases of payments and chargebacks (contract P 1 and 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from mpkit.api import Window, answers, sales
from tests.contract.stage import Cases, Stage

case = Cases("Payments")
SEARCH, READ = "GET /v1/payments/search", "GET /v1/payments/{id}"
SHOP: Mapping[str, int] = {"stores": 2, "registers": 4, "payments": 400}


def year(on: Stage, range_: str = "date_created", days: int = 364) -> Window:
    return Window(range_, on.clock.now() - timedelta(days=days), on.clock.now())


def every(on: Stage, window: Window | None = None, **narrowed: str):
    return lambda: list(on.account.payments(window=window or year(on), collector_id=on.user, **narrowed))


def raw(on: Stage, **query: object):
    """A search with parameters the client does not use."""
    named = {name.replace("__", "."): value for name, value in query.items()}

    def call():
        found = on.account._calls.read(SEARCH.split()[1], named, parse=answers.page)
        return [sales.payment(row) for row in found["results"]]

    return call


@case(
    SEARCH,
    "a year, page by page: each payment once, whatever total is announced",
    "P 1.1.3",
    "200",
    "list of Payment",
    **SHOP,
)
def whole_year(on: Stage):
    def check(rows):
        assert len({row.id for row in rows}) == len(rows)
        own = [id_ for id_, slip in on.world.book.slips.items() if slip.channel != "outgoing"]
        assert len(rows) == len(own)
        assert {row.collector_id for row in rows} == {on.user}

    return every(on), check


@case(SEARCH, "without `collector.id`: also what the merchant paid", "P 0.1", "200", "list of Payment", **SHOP)
def outgoing(on: Stage):
    def check(rows):
        others = [row for row in rows if row.collector_id != on.user]
        assert others
        assert not any(row.pos_id for row in others)

    return raw(on, limit=100, begin_date=_text(year(on).begin)), check


def _text(at):
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


@case(SEARCH, "no dates: the last three months", "P 1.1.1", "200", "list of Payment", **SHOP)
def three_months(on: Stage):
    def check(rows):
        assert min(row.created for row in rows) >= on.clock.now() - timedelta(days=92)
        assert len(rows) <= 30

    return raw(on), check


@case(SEARCH, "relative dates", "P 1.1.2", "200", "list of Payment", **SHOP)
def relative(on: Stage):
    def check(rows):
        assert min(row.created for row in rows) >= on.clock.now() - timedelta(weeks=2)

    return raw(on, begin_date="NOW-2WEEKS", end_date="NOW"), check


@case(SEARCH, "dates in any offset, without milliseconds", "P 1.1.2", "200", "list of Payment", **SHOP)
def offsets(on: Stage):
    begin = on.clock.now() - timedelta(days=30)
    return raw(on, begin_date=f"{begin:%Y-%m-%dT%H:%M:%S}+00:00", end_date="NOW")


@case(SEARCH, "of one store, one register, one status", "P 1.1.1", "200", "list of Payment", **SHOP)
def narrowed(on: Stage):
    pos = next(pos for pos in on.account.pos_list() if pos.external_id)

    def check(rows):
        assert {(row.pos_id, row.store_id, row.status) for row in rows} == {(pos.id, pos.store_id, "approved")}

    return every(on, pos_id=pos.id, store_id=pos.store_id, status="approved"), check


for name, of in (
    ("payment_method_id", "method"),
    ("payment_type_id", "method_type"),
    ("operation_type", None),
    ("external_reference", "external_reference"),
    ("status_detail", "status_detail"),
):

    @case(SEARCH, f"by `{name}`", "P 1.1.1", "200", "list of Payment", **SHOP)
    def filtered(on: Stage, name=name, of=of or "operation_type"):
        wanted = getattr(next(row for row in every(on)() if row.pos_id and getattr(row, of)), of)

        def check(rows):
            assert {getattr(row, of) for row in rows} == {wanted}

        return raw(on, begin_date="NOW-364DAYS", limit=100, **{name: wanted}), check


for range_, of in (
    ("date_created", "created"),
    ("date_approved", "approved"),
    ("date_last_updated", "updated"),
    ("money_release_date", "released"),
):

    @case(SEARCH, f"by `{range_}`, both ends included, oldest first", "P 1.1.1", "200", "list of Payment", **SHOP)
    def ranged(on: Stage, range_=range_, of=of):
        all_of_it = every(on, year(on, range_))()
        middle = getattr(all_of_it[len(all_of_it) // 2], of)
        window = Window(range_, middle, middle + timedelta(days=20))

        def check(rows):
            dates = [getattr(row, of) for row in rows]
            assert dates == sorted(dates)
            assert dates[0] == middle
            assert {row.id for row in rows} == {
                row.id for row in all_of_it if window.begin <= getattr(row, of) <= window.end
            }

        return every(on, window), check


@case(SEARCH, "newest first", "P 1.1.1", "200", "list of Payment", **SHOP)
def descending(on: Stage):
    def check(rows):
        assert [row.created for row in rows] == sorted((row.created for row in rows), reverse=True)

    return raw(on, sort="date_created", criteria="desc"), check


@case(SEARCH, "the total announced drifts from call to call", "P 1.1.3", "200", "list of int", **SHOP)
def drifting(on: Stage):
    def totals():
        ask = on.account.payments_page
        return [ask(window=year(on), collector_id=on.user).total for _ in range(3)]

    return totals, lambda found: _is(len(set(found)), 3)


def _is(found, wanted):
    assert found == wanted


@case(SEARCH, "a page beyond the end: empty, the total stays", "P 1.1.3", "200", "PaymentPage", **SHOP)
def beyond(on: Stage):
    def check(page):
        assert page.rows == ()
        assert page.total > 300

    return lambda: on.account.payments_page(window=year(on), collector_id=on.user, offset=5000), check


@case(SEARCH, "more than 100 asked for: 100 come", "P 12-1", "200", "PaymentPage", **SHOP)
def capped(on: Stage):
    call = on.account.payments_page
    return lambda: call(window=year(on), collector_id=on.user, limit=500), lambda page: _is(len(page.rows), 100)


@case(SEARCH, "what lies more than twelve months back is silently not there", "P 0.1", "200", "an empty list", **SHOP)
def reach(on: Stage):
    on.control("clock", {"advance_s": 400 * 86_400})
    window = Window("date_created", on.clock.now() - timedelta(days=300), on.clock.now() - timedelta(days=1))
    return every(on, window)


@case(SEARCH, "another seller finds nothing of it", "P 1.1", "200", "an empty list", **SHOP)
def foreign(on: Stage):
    stranger = on.client(on.stranger())
    return lambda: list(stranger.payments(window=year(on), collector_id="999"))


def refused(situation: str, code: int, **query: object):
    case(SEARCH, situation, "P 1.1.4", f"400 bad_request/{code} · cause", "RefusedByApi")(lambda on: raw(on, **query))


refused("a limit that is no number", 1, limit="many")
refused("an unknown `range`", 1, range="date_of_birth")
refused("a limit above 1000", 1000, limit=1001)
refused("an offset above 10,000", 1000, offset=10_001)
refused("a date that is none", 1001, begin_date="2026-08-01")
refused("a plus sign that became a blank", 1001, begin_date="2026-08-01T00:00:00.000 03:00")
refused("an unknown `sort`", 1003, sort="amount")
refused("an unknown `criteria`", 1004, criteria="up")


@case(SEARCH, "a window of 365 days", "P 1.1.4", "400 bad_request/9062 · cause", "RefusedByApi")
def too_wide(on: Stage):
    return every(on, year(on, days=365))


@case(READ, "a payment, the same as in a search; charges add up to what came in", "P 1.4", "200", "Payment", **SHOP)
def read(on: Stage):
    row = next(row for row in every(on, status="approved")() if row.charges and row.pos_id)

    def check(payment):
        assert payment == row
        paid = sum(charge.original for charge in payment.charges if charge.payer == "collector")
        assert payment.amount - paid == payment.net_received

    return lambda: on.account.payment(row.id), check


@case(READ, "paid from another wallet: nobody's name, the wallet's name", "P 1.5", "200", "Payment")
def other_wallet(on: Stage):
    paid = on.sale(method="interop_transfer")

    def check(payment):
        assert (payment.channel, payment.method) == ("qr", "interop_transfer")
        assert payment.wallet

    return lambda: on.account.payment(str(paid["id"])), check


@case(READ, "paid with the wallet of Mercado Pago", "P 1.5", "200", "Payment")
def own_wallet(on: Stage):
    paid = on.sale("150.50")

    def check(payment):
        assert (payment.channel, payment.wallet, payment.amount, payment.currency) == ("qr", "", 15050, "ARS")

    return lambda: on.account.payment(str(paid["id"])), check


@case(READ, "refunded in part: it stays `approved`, what came in at approval stays", "P 0.1", "200", "Payment")
def partly(on: Stage):
    paid = on.sale("100.00")
    before = on.account.payment(str(paid["id"]))
    on.control("buyer", {"action": "refund", "payment_id": paid["id"], "amount": "40.00"})

    def check(payment):
        assert (payment.status, payment.status_detail) == ("approved", "partially_refunded")
        assert (payment.refunded, payment.net_received) == (4000, before.net_received)
        assert [refund.amount for refund in payment.refunds] == [4000]

    return lambda: on.account.payment(before.id), check


@case(READ, "refunded whole: `date_approved` is kept", "P 1.4", "200", "Payment")
def refunded(on: Stage):
    paid = on.sale()
    on.control("buyer", {"action": "refund", "payment_id": paid["id"]})

    def check(payment):
        assert (payment.status, payment.status_detail) == ("refunded", "refunded")
        assert payment.approved

    return lambda: on.account.payment(str(paid["id"])), check


@case(READ, "a payment nobody has", "P 1.2", "404 not_found/2000 · cause", "NotFound")
def unknown(on: Stage):
    return lambda: on.account.payment("130000000099")


@case(READ, "another seller's payment", "P 1.2", "404 not_found/2000 · cause", "NotFound")
def foreign_payment(on: Stage):
    paid, stranger = on.sale(), on.client(on.stranger())
    return lambda: stranger.payment(str(paid["id"]))


@case(READ, "in the seconds after it was made", "P 1.2", "404 not_found/2000 · cause", "NotFound")
def fresh(on: Stage):
    paid = on.sale()
    on.control("faults", {"stale-read": 1})
    return lambda: on.account.payment(str(paid["id"]))


disputes = Cases("Chargebacks")
FIND = "GET /v1/chargebacks/search"


def disputed(on: Stage, outcome: str = ""):
    paid = on.sale()
    on.control("buyer", {"action": "chargeback", "payment_id": paid["id"]})
    if outcome:
        on.control("buyer", {"action": "settle", "payment_id": paid["id"], "outcome": outcome})
    return str(paid["id"])


for outcome, covered, detail in (
    ("", None, "in_process"),
    ("reimbursed", True, "reimbursed"),
    ("settled", False, "settled"),
):

    @disputes(
        FIND, f"a payment `charged_back`/`{detail}`: covered {str(covered).lower()}", "P 3", "200", "list of Chargeback"
    )
    def found(on: Stage, outcome=outcome, covered=covered, detail=detail):
        id_ = disputed(on, outcome)

        def check(rows):
            assert [(row.payment_id, row.covered, row.amount) for row in rows] == [(id_, covered, 15000)]
            payment = on.account.payment(id_)
            assert (payment.status, payment.status_detail) == ("charged_back", detail)

        return lambda: on.account.chargebacks_of(id_), check


@disputes(FIND, "a payment without one", "P 3.2", "200", "an empty list")
def none(on: Stage):
    paid = on.sale()
    return lambda: on.account.chargebacks_of(str(paid["id"]))


@disputes(FIND, "without `payment_id`", "P 3.2", "400 bad_request · cause", "RefusedByApi")
def unnamed(on: Stage):
    return lambda: on.account.chargebacks_of("")


@disputes(FIND, "the limit asked for is ignored: 25", "P 3.2", "200", "document")
def ignored(on: Stage):
    id_ = disputed(on)
    return (
        lambda: on.ask("GET", FIND.split()[1], query={"payment_id": id_, "limit": 1}),
        lambda found: _is(found["paging"], {"offset": 0, "limit": 25, "total": 1}),
    )


@disputes("GET /v1/chargebacks/{id}", "a chargeback", "P 3.1", "200", "document")
def one(on: Stage):
    (row,) = on.account.chargebacks_of(disputed(on))
    return lambda: on.ask("GET", f"/v1/chargebacks/{row.id}"), lambda found: _is(found["id"], row.id)


@disputes("GET /v1/chargebacks/{id}", "a chargeback nobody has", "P 3.1", "404 not_found · cause", "NotFound")
def no_case(on: Stage):
    return lambda: on.ask("GET", "/v1/chargebacks/217000087000000999")


CASES = [*case.all, *disputes.all]
