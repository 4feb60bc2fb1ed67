"""The settlement report: every operation of a span, newest first; cells by the name of their column come out.

Refunds are rows of their own, and so are charges that are put right: the documents have no kind for them, ours is a
REFUND of nothing but charges; what the merchant paid is a settlement below zero, and a withdrawal says PAYOUTS, as real
files do (the documents say PAYOUT and WITHDRAWAL).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mpkit.sandbox.book import Book, Slip
from mpkit.sandbox.reports.available import Paid, payout_id
from mpkit.sandbox.reports.cells import Style, amount, identity, instant, of_payment, place, taxes
from mpkit.sandbox.reports.operations import Operation, within
from mpkit.sandbox.shelf import Shelf

_TYPES = {
    "payment": "SETTLEMENT",
    "refund": "REFUND",
    "correction": "REFUND",
    "chargeback": "CHARGEBACK",
    "dispute": "DISPUTE",
}
_ZEROES = ("SELLER_AMOUNT", "MKP_FEE_AMOUNT", "FINANCING_FEE_AMOUNT", "SHIPPING_FEE_AMOUNT", "TAX_AMOUNT_TELCO")
Key = tuple[int, int, int]


def settlement(
    book: Book,
    shelf: Shelf,
    found: Sequence[int],
    payouts: Sequence[Paid],
    *,
    span: tuple[int, int],
    until: int,
    config: Mapping[str, Any],
    style: Style,
) -> Iterator[dict[str, str]]:
    """The rows of a span, known before the instant `until`; the newest settlement first."""
    lines: list[tuple[Key, Slip | None, Operation, int]] = []
    for slip, every, wanted in within(book, found, span, until):
        left = sum(operation.net for operation in every)
        for operation in wanted:
            turn = every.index(operation)
            if (
                operation.kind == "chargeback"
                and operation.gross > 0
                and not config.get("show_chargeback_cancel", True)
            ):
                continue
            lines.append(((operation.at, slip.id, turn), slip, operation, left))
    if config.get("include_withdraw", True):
        for turn, (at, hundredths) in enumerate(payouts):
            if span[0] <= at <= span[1] and at < until:
                payout = Operation(at, "payout", -hundredths, 0, ())
                lines.append(((at, payout_id(turn), 0), None, payout, 0))
    lines.sort(key=lambda line: line[0], reverse=True)
    for key, slip_, operation, left in lines:
        if slip_ is None:
            yield _paid_out(key[1], operation, style)
        else:
            yield _row(shelf, slip_, operation, style, (left, until))


def _row(shelf: Shelf, slip: Slip, operation: Operation, style: Style, known: tuple[int, int]) -> dict[str, str]:
    left, until = known
    sale = operation.kind == "payment"
    settled = operation.at + (slip.lag if sale else 0)
    free = operation.at + slip.release if sale else operation.at
    row = dict.fromkeys(_ZEROES, "0.00") | place(shelf, slip) | of_payment(slip, operation, style)
    return row | {
        "SOURCE_ID": identity(slip.id, style, wanted=slip.id % 11 == 0),
        "USER_ID": style.user,
        "SITE": style.site,
        "TRANSACTION_TYPE": _TYPES[operation.kind],
        "TRANSACTION_AMOUNT": amount(operation.gross),
        "TRANSACTION_CURRENCY": style.currency,
        "TRANSACTION_DATE": instant(operation.at, style.zone),
        "FEE_AMOUNT": amount(operation.fee),
        "SETTLEMENT_NET_AMOUNT": amount(operation.net),
        "SETTLEMENT_CURRENCY": style.currency,
        "SETTLEMENT_DATE": instant(settled, style.zone),
        "REAL_AMOUNT": amount(left if sale else operation.net),
        "COUPON_AMOUNT": amount(slip.coupon if sale else 0),
        "DESCRIPTION": slip.description if slip.channel in {"qr", "online"} else "",
        "MONEY_RELEASE_DATE": instant(free, style.zone),
        "IS_RELEASED": "true" if free < until else "false",
        "TIP_AMOUNT": "0.00",
    }


def _paid_out(id_: int, operation: Operation, style: Style) -> dict[str, str]:
    """Money to the merchant's bank, or back from it: no method, no place, no date of release."""
    when, net = instant(operation.at, style.zone), amount(operation.net)
    return dict.fromkeys((*_ZEROES, "FEE_AMOUNT", "COUPON_AMOUNT", "TAXES_AMOUNT", "TIP_AMOUNT"), "0.00") | {
        "SOURCE_ID": str(id_),
        "USER_ID": style.user,
        "SITE": style.site,
        "TRANSACTION_TYPE": "PAYOUTS" if operation.net < 0 else "WITHDRAWAL_CANCEL",
        "TRANSACTION_AMOUNT": net,
        "TRANSACTION_CURRENCY": style.currency,
        "TRANSACTION_DATE": when,
        "SETTLEMENT_NET_AMOUNT": net,
        "SETTLEMENT_CURRENCY": style.currency,
        "SETTLEMENT_DATE": when,
        "REAL_AMOUNT": net,
        "METADATA": "[{}]",
        "INSTALLMENTS": "1",
        "TAXES_DISAGGREGATED": taxes((), style),
        "IS_RELEASED": "false",
    }
