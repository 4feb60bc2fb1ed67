"""What a payment's movements come to: the movements go in, its amounts and its status come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mpkit.sandbox.book import Movement, Slip

ACCREDITED = ("approved", "accredited")


@dataclass(frozen=True, slots=True)
class Figures:
    """The derived amounts, hundredths."""

    amount: int
    refunded: int
    net: int
    status: str
    detail: str


def figures(slip: Slip, money: Sequence[Movement]) -> Figures:
    """Derive them. `net` is what came in at approval: what comes later does not change it."""
    amount = refunded = charges = 0
    case = ""
    for entry in money:
        if entry.kind in {"sale", "outgoing", "funding"}:
            amount += entry.hundredths
        elif entry.kind in {"fee", "tax"} and entry.at == money[0].at:
            charges += entry.hundredths
        elif entry.kind == "refund":
            refunded += entry.hundredths
        elif entry.kind.startswith("chargeback"):
            case = entry.kind
    status, detail = _status(slip, amount, refunded, case)
    if not amount:
        return Figures(slip.asked, 0, 0, status, detail)
    return Figures(amount, refunded, amount - charges, status, detail)


def _status(slip: Slip, amount: int, refunded: int, case: str) -> tuple[str, str]:
    if slip.fate:
        status, _, detail = slip.fate.partition("/")
        return status, detail
    if case:
        details = {"chargeback": "in_process", "chargeback_back": "reimbursed", "chargeback_lost": "settled"}
        return "charged_back", details[case]
    if refunded == amount:
        return "refunded", "refunded"
    return ("approved", "partially_refunded") if refunded else ACCREDITED


def fee_share(fee: int, amount: int, refunded: int) -> int:
    """How much of a charge has come back once `refunded` of `amount` has been given back: its share, half up."""
    return (2 * fee * refunded + amount) // (2 * amount)
