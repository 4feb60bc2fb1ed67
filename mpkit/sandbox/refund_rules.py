"""What may be given back: a payment and an amount go in, the hundredths to give or the API's refusal come out.

Codes and statuses: the contract's table 2.4. Where it gives two codes for one reason, which comes when is ours: too old
is 15016 for bank transfers and 2024 for all else; not enough money is 2031 while some is not released yet, else 2030;
2063 is said while something is still going on, 2018 when nothing can be given back (any more).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mpkit.money import hundredths
from mpkit.sandbox.answers import Answer, Refusal, family
from mpkit.sandbox.balance import balance
from mpkit.sandbox.book import Slip
from mpkit.sandbox.figures import figures
from mpkit.sandbox.payments import seen
from mpkit.sandbox.sale import given_back

if TYPE_CHECKING:
    from mpkit.sandbox.world import World

_DAY = 86_400
_TOO_EARLY = 0.7
_ONLY_WHOLE = frozenset({"ticket", "atm", "digital_currency"})  # types of payment; which is not documented by method
_CODES: dict[int, tuple[int, str]] = {
    2000: (404, "Payment not found"),
    2017: (400, "Invalid amount for update"),
    2018: (400, "The action requested is not valid for the payment state"),
    2020: (400, "Customer not allowed"),
    2021: (400, "Collector not allowed"),
    2022: (400, "The maximum number of refunds was exceeded"),
    2024: (400, "Payment too old to be refunded"),
    2025: (400, "Operation type not allowed to be refunded"),
    2027: (400, "The action requested is not valid for the payment method type"),
    2029: (400, "Payment without movements"),
    2030: (400, "Collector hasn't enough money"),
    2031: (400, "Collector hasn't enough available money"),
    2032: (404, "Refund not found"),
    2041: (403, "Only admins can perform the requested action"),
    2063: (400, "The action requested is not valid for the current payment state"),
    2085: (400, "Invalid operation for gateway"),
    3024: (400, "Partial refund unsupported for this transaction"),
    4040: (400, "The amount must be positive"),
    4041: (400, "The amount must be a number"),
    4211: (400, "The refund of a charge failed"),
    4248: (400, "The refund of a charge failed"),
    4291: (400, "The refund of a charge failed"),
    4292: (400, "Header X-Idempotency-Key can't be null"),
    4293: (400, "The refund of a charge failed"),
    4294: (400, "The refund of a charge failed"),
    4295: (400, "The refund of a charge failed"),
    4296: (400, "The refund of a charge failed"),
    4297: (400, "The refund of a charge failed"),
    15016: (400, "The payment is too old"),
}
_NAMED: dict[str, tuple[int, str]] = {  # refusals without a code of the table
    "idempotency_key_already_used": (409, "The idempotency key was already used with another request"),
    "post_processing_operation_pending": (409, "An operation on the payment is pending"),
    "unprocessable_entity": (422, "The payment cannot be processed yet"),
    "refund_in_process": (400, "The refund could not be completed"),
}
_BAD_REQUEST = 400
_ERRORS = {_BAD_REQUEST: "bad_request", 403: "forbidden", 404: "not_found"}


def codes() -> frozenset[int]:
    """Every code there is."""
    return frozenset(_CODES)


def named(code: str) -> Refusal:
    """The refusal of this name: it tells no cause."""
    status, message = _NAMED[code]
    return family(status, "bad_request" if status == _BAD_REQUEST else code, message)


def refusal(world: World, code: int) -> Refusal:
    """The refusal of a code of the table, with the instant and a request id as its cause tells them."""
    status, message = _CODES[code]
    return family(status, _ERRORS[status], message, code, seen(world))


def closed_by_policy(world: World, name: str) -> None:
    """Refuse as the gateway does where the token is not let in (reported for test accounts)."""
    if name in world.office.switches.policy:
        message = "At least one policy returned UNAUTHORIZED."
        told = {"code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES", "status": 403, "blocked_by": "PolicyAgent"}
        raise Refusal(Answer(403, {"message": message, **told}))


def asked_amount(world: World, body: Any) -> int | None:  # noqa: ANN401 - whatever was sent
    """The hundredths a body asks for, None for all that is left. A text is no number, not even "12.34"."""
    if body is not None and not isinstance(body, dict):
        raise refusal(world, 4041)
    value = (body or {}).get("amount")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not Decimal(value).is_finite():
        raise refusal(world, 4041)
    exact = Decimal(str(value))
    if exact <= 0:
        raise refusal(world, 4040)
    if exact >= 10**13 or exact != round(exact, world.site.decimals_taken):
        raise refusal(world, 2017)
    return hundredths(value)


def not_yet(world: World, payment: int, key: str) -> None:
    """Right after its approval a payment cannot be given back; measured: 422 seven times in ten, else 409."""
    approved = world.book.dates(world.book.slips[payment], world.book.money[payment])["date_approved"]
    since = world.now().timestamp() - approved
    if 0 <= since < world.office.switches.not_yet_s:
        early = world.faults.chance("not yet", f"{payment}|{key}".encode(), int(since)) < _TOO_EARLY
        raise named("unprocessable_entity" if early else "post_processing_operation_pending")


def permitted(world: World, payment: int, asked: int | None) -> int:
    """The hundredths to give back; refused where a rule is against it."""
    slip, switches = world.book.slips[payment], world.office.switches
    if switches.refuse:
        raise refusal(world, switches.refuse)
    left = _left(world, slip)
    amount = left if asked is None else asked
    if amount > left:
        raise refusal(world, 2017)
    if amount < left and not _divisible(world, slip):
        raise refusal(world, 3024)
    if sum(entry.kind == "refund" for entry in world.book.money[payment]) >= switches.most:
        raise refusal(world, 2022)
    _affordable(world, slip, amount)
    return amount


def _affordable(world: World, slip: Slip, amount: int) -> None:
    """Refuse where the account does not hold the money: the fees that come back count, withholdings do not."""
    held, money = balance(world), world.book.money[slip.id]
    back = given_back(world.site, slip, money, amount=amount, at=0, refund=0)
    needed = amount - sum(entry.hundredths for entry in back if entry.kind == "fee_refund")
    if needed > held.available:
        raise refusal(world, 2031 if needed <= held.available + held.unavailable else 2030)


def _left(world: World, slip: Slip) -> int:
    """What is left of a payment that can be given back at all."""
    money = world.book.money[slip.id]
    sums = figures(slip, money)
    if slip.channel == "outgoing":  # the merchant is the payer
        raise refusal(world, 2021)
    if slip.channel == "funding":
        raise refusal(world, 2025)
    if slip.channel == "transfer":
        raise refusal(world, 2027)
    if sums.status in {"charged_back", "in_mediation"} or slip.id in world.office.waiting:
        raise refusal(world, 2063)
    if sums.status != "approved":
        raise refusal(world, 2018)
    age = world.now().timestamp() - world.book.dates(slip, money)["date_approved"]
    if age > world.site.refund_days * _DAY:
        raise refusal(world, 15016 if slip.type == "bank_transfer" else 2024)
    return sums.amount - sums.refunded


def _divisible(world: World, slip: Slip) -> bool:
    return world.office.switches.partials and slip.type not in _ONLY_WHOLE
