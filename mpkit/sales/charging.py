"""What a payment was charged, and what of it came back when: payment and refunds go in, sums by their times go out.

Fees come back with refunds, in proportion (payments contract 2.5). A charge can also be put right months later, without
any refund: it then comes back whole on a day of its own, and what was right of it is charged anew. `charges_details`
tells both by their times: `date_created` of a charge, `last_updated` of what came back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mpkit.model import Charge, Payment, Refund

_MERCHANT = frozenset({"collector", ""})
_AT_ONCE = timedelta(minutes=10)  # taxes were seen to be added some seconds after an approval


@dataclass(slots=True)
class Charged:
    """Fees and taxes, hundredths, always in this order: of the sale, and all that changed since."""

    sale: list[int]
    back: list[int]  # what came back, less what was charged later


def paid_by_collector(charge: Charge) -> bool:
    """Whether the merchant pays this charge; a charge that names nobody was seen to be the merchant's (MLC)."""
    return charge.payer in _MERCHANT


def charged(payment: Payment) -> Charged:
    """What the merchant was charged with the sale, and how much of it, or less than none, came back since."""
    sale, back = [0, 0], [0, 0]
    for charge in payment.charges:
        if charge.payer not in _MERCHANT:
            continue
        which = charge.kind == "tax"
        back[which] += charge.refunded
        if charge.made is not None and _is_late(charge.made, payment.approved or payment.created):
            back[which] -= charge.original
        else:
            sale[which] += charge.original
    return Charged(sale, back)


def moved_later(payment: Payment) -> bool:
    """Whether any charge changed after the sale, be it with a refund or without."""
    for charge in payment.charges:  # asked of every payment: `any` takes thrice as long for two charges  # noqa: SIM110
        if charge.refunded or charge.made is not None:
            return True
    return False


def since(payment: Payment, refunds: Sequence[Refund]) -> tuple[list[tuple[int, int]], list[tuple[datetime, int, int]]]:
    """What came back with each of the refunds (oldest first), and what was put right without one, by its time.

    The API gives the refunded part of a charge once, not by refund. Each refund gets what the running sum of refunds
    had earned, less what earlier ones got; the sum is exactly what came back in all.
    """
    shares = [[0, 0] for _ in refunds]
    alone: dict[datetime, list[int]] = {}
    approved = payment.approved or payment.created
    for charge in filter(paid_by_collector, payment.charges):
        which, first, last = charge.kind == "tax", 0, len(refunds)
        if charge.made is not None and _is_late(charge.made, approved):
            alone.setdefault(charge.made, [0, 0])[which] -= charge.original
            first = sum(refund.created < charge.made for refund in refunds)
        if not charge.refunded:
            continue
        ended = _ended(charge, approved, refunds)
        if ended is not None:
            last = sum(refund.created <= ended for refund in refunds)
            parts = _parts(charge, refunds[first:last], payment.amount) if not which else [0] * (last - first)
            alone.setdefault(ended, [0, 0])[which] += charge.refunded - sum(parts)
        else:
            parts = _earned(charge, refunds[:first], refunds[first:], payment.amount)
        for share, part in zip(shares[first:last], parts, strict=True):
            share[which] += part
    return [(fee, tax) for fee, tax in shares], [(at, fee, tax) for at, (fee, tax) in sorted(alone.items())]


def _is_late(made: datetime, approved: datetime) -> bool:
    return made - approved > _AT_ONCE


def _ended(charge: Charge, approved: datetime, refunds: Sequence[Refund]) -> datetime | None:
    """When a charge came back by itself; None where it came with refunds, or nothing tells when."""
    at = charge.changed
    if at is None or not _is_late(at, approved):
        return None
    if refunds and charge.refunded != charge.original:
        return None
    with_a_refund = any(timedelta(0) <= at - refund.created <= _AT_ONCE for refund in refunds)
    return None if with_a_refund else at


def _parts(charge: Charge, refunds: Sequence[Refund], amount: int) -> list[int]:
    """What each refund gave back of a charge, in proportion to the payment."""
    parts, running = list[int](), 0
    for refund in refunds:
        running += refund.amount
        parts.append(part(charge.original, running, amount) - sum(parts))
    return parts


def _earned(charge: Charge, before: Sequence[Refund], refunds: Sequence[Refund], amount: int) -> list[int]:
    """What came back of a charge with each refund; those `before` it was made got nothing of it."""
    earlier, whole = (sum(refund.amount for refund in some) for some in (before, refunds))
    if not whole:
        return [0] * len(refunds)
    start = part(charge.original, earlier, amount) if amount > 0 else 0
    proportional = amount > 0 and part(charge.original, earlier + whole, amount) - start == charge.refunded
    parts, given, running = list[int](), 0, 0
    for refund in refunds:
        running += refund.amount
        if proportional:
            so_far = part(charge.original, earlier + running, amount) - start
        else:
            so_far = part(charge.refunded, running, whole)
        parts.append(so_far - given)
        given = so_far
    return parts


def part(amount: int, share: int, whole: int) -> int:
    """`amount` times `share` over `whole`, rounded half up."""
    return (2 * amount * share + whole) // (2 * whole)
