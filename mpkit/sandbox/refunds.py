"""The routes of refunds: asked for with a key, decided at once or by the bank in its own time, listed and read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from mpkit.sandbox import documents
from mpkit.sandbox.answers import Answer, Effect
from mpkit.sandbox.book import Movement
from mpkit.sandbox.keys import Told, digest, field, key_of
from mpkit.sandbox.office import Waiting
from mpkit.sandbox.payments import known
from mpkit.sandbox.refund_rules import asked_amount, closed_by_policy, named, not_yet, permitted, refusal
from mpkit.sandbox.sale import given_back

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_RENDER = "x-render-in-process-refunds"


def create(world: World, call: Call) -> Answer:
    """`POST /v1/payments/{id}/refunds`: all that is left, or `amount` of it.

    A key used within a day answers what it answered before; with another body it is refused. A Pix that takes its time
    is answered 201 `in_process` to who asks to see such refunds, and 400 to who does not, although it goes on.
    """
    closed_by_policy(world, "refunds")
    key, now, seller = key_of(call.request), world.now(), call.seller.id
    if not key:
        raise refusal(world, 4292)
    told = world.keys.told(seller, key, now)
    if told is not None:
        if told.digest != digest(call.request):
            raise named("idempotency_key_already_used")
        return _shown(call, told.answer)
    if world.keys.held(seller, key, now):
        raise named("post_processing_operation_pending")
    payment = known(world, call)
    asked = asked_amount(world, call.body)
    not_yet(world, payment, key)
    refund = _carried_out(world, payment, permitted(world, payment, asked))
    row = next(row for row in documents.refunds(world.book.money[payment], call.seller) if row["id"] == refund)
    answer = Answer(201, row, Effect("refund", "payment", str(payment), str(refund)))
    world.keys.keep(seller, key, Told(digest(call.request), answer, now))
    return _shown(call, answer)


def every(world: World, call: Call) -> Answer:
    """`GET /v1/payments/{id}/refunds`: a bare array; those in process only to who asks to see them."""
    closed_by_policy(world, "refunds")
    found = documents.refunds(world.book.money[known(world, call)], call.seller)
    return Answer(200, [row for row in found if _seen(call, row)])


def one(world: World, call: Call) -> Answer:
    """`GET /v1/payments/{id}/refunds/{refund_id}`."""
    closed_by_policy(world, "refunds")
    wanted = call.params["refund_id"]
    for row in documents.refunds(world.book.money[known(world, call)], call.seller):
        if str(row["id"]) == wanted and _seen(call, row):
            return Answer(200, row)
    raise refusal(world, 2032)


def decide(world: World, payment: int) -> None:
    """The bank has decided: the refund that waits is made, or comes to nothing where the payment is disputed by now."""
    waiting = world.office.waiting[payment]
    money, note = world.book.money[payment], str(waiting.refund)
    disputed = any(entry.kind.startswith("chargeback") for entry in money)
    told = _entry(world, payment, "refund_ended", 0, at=waiting.due, note=note)
    if waiting.outcome == "approved" and not disputed:
        slip, amount = world.book.slips[payment], waiting.hundredths
        back = given_back(world.site, slip, money, amount=amount, at=waiting.at, refund=waiting.refund)
        world.book.move(payment, [*back, told._replace(name="approved")])
    else:
        world.book.move(payment, [told._replace(name="rejected")])
    world.office.ended(payment)


def _carried_out(world: World, payment: int, amount: int) -> int:
    """Make the refund, or hand it to the bank; its id."""
    at, refund = int(world.now().timestamp()), world.book.next_refund
    slip, switches, money = world.book.slips[payment], world.office.switches, world.book.money[payment]
    if slip.method == "pix" and _drawn(world, "in process", refund) < switches.in_process:
        outcome = "rejected" if _drawn(world, "rejected", refund) < switches.rejected else "approved"
        due = at + max(1, round(switches.in_process_s))
        world.office.await_bank(Waiting(payment, refund, amount, at, due, outcome))
        world.book.move(payment, [_entry(world, payment, "refund_asked", amount, at=at, note=str(refund))])
    else:
        world.book.move(payment, given_back(world.site, slip, money, amount=amount, at=at, refund=refund))
    return refund


def _shown(call: Call, answer: Answer) -> Answer:
    """The answer as this request is to see it: one in process is an error to who does not ask to see it."""
    row = answer.document if isinstance(answer.document, dict) else orjson.loads(answer.body)
    if row["status"] != "in_process" or _wants_all(call):
        return answer
    return Answer(400, named("refund_in_process").answer.document, answer.effect)


def _entry(world: World, payment: int, kind: str, hundredths: int, *, at: int, note: str) -> Movement:
    slip = world.book.slips[payment]
    return Movement(at, payment, kind, hundredths, world.site.currency, slip.store, slip.pos, "", note)


def _drawn(world: World, of: str, refund: int) -> float:
    return world.faults.chance(of, str(refund).encode(), 1)


def _seen(call: Call, row: dict[str, Any]) -> bool:
    return row["status"] != "in_process" or _wants_all(call)


def _wants_all(call: Call) -> bool:
    return field(call.request, _RENDER).casefold() == "true"


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("POST", "/v1/payments/{id}/refunds", create),
    ("GET", "/v1/payments/{id}/refunds", every),
    ("GET", "/v1/payments/{id}/refunds/{refund_id}", one),
)
