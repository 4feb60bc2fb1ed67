"""The release report: what moved the available balance in a span, oldest first, between the balance before and the sum.

Where the configuration says so, the balance is told before and after every withdrawal too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mpkit.sandbox.reports.available import Event
from mpkit.sandbox.reports.cells import Style, amount, identity, instant, of_payment, place
from mpkit.sandbox.reports.operations import Operation
from mpkit.sandbox.shelf import Shelf

_ZEROES = (
    *("NET_CREDIT_AMOUNT", "NET_DEBIT_AMOUNT", "SELLER_AMOUNT", "GROSS_AMOUNT", "MP_FEE_AMOUNT"),
    *("FINANCING_FEE_AMOUNT", "SHIPPING_FEE_AMOUNT", "TAXES_AMOUNT", "COUPON_AMOUNT", "EFFECTIVE_COUPON_AMOUNT"),
    "TAX_AMOUNT_TELCO",
)


def release(
    shelf: Shelf, before: int, events: Sequence[Event], *, begin: int, config: Mapping[str, Any], style: Style
) -> Iterator[dict[str, str]]:
    """The rows: the balance before, every movement with the balance it leaves, the total."""
    yield _balance("initial_available_balance", before, style) | {"DATE": instant(begin, style.zone)}
    held, sums = before, dict.fromkeys(("gross", "fee", "tax"), 0)
    shown = config.get("include_withdrawal", True)
    for event in events:
        at, id_, _, operation, _ = event
        told = bool(config.get("check_available_balance")) and operation.kind == "payout"
        if told:
            yield _checked(f"pre_payout_{id_}", at, held, style)
        held += operation.net
        sums = {
            "gross": sums["gross"] + operation.gross,
            "fee": sums["fee"] + operation.fee,
            "tax": sums["tax"] + operation.tax,
        }
        if operation.kind != "payout" or shown:
            yield _row(shelf, event, style) | {"BALANCE_AMOUNT": amount(held)}
        if told:
            yield _checked(f"pos_payout_{id_}", at, held, style)
    yield _balance("total", held, style) | {
        "GROSS_AMOUNT": amount(before + sums["gross"]),
        "MP_FEE_AMOUNT": amount(sums["fee"]),
        "TAXES_AMOUNT": amount(sums["tax"]),
        "BALANCE_AMOUNT": "0.00",  # so it stands in real files
    }


def _balance(record: str, held: int, style: Style) -> dict[str, str]:
    return dict.fromkeys(_ZEROES, "0.00") | {
        "RECORD_TYPE": record,
        "NET_CREDIT_AMOUNT": amount(max(held, 0)),
        "NET_DEBIT_AMOUNT": amount(max(-held, 0)),
        "GROSS_AMOUNT": amount(held),
        "INSTALLMENTS": "1",
        "CURRENCY": style.currency if record != "total" else "",
        "BALANCE_AMOUNT": amount(held),
    }


def _checked(description: str, at: int, held: int, style: Style) -> dict[str, str]:
    return _balance("available_balance", held, style) | {"DATE": instant(at, style.zone), "DESCRIPTION": description}


def _said(operation: Operation) -> str:
    """The kind of a movement; charges that were put right are told as what they are part of."""
    if operation.kind != "correction":
        return operation.kind
    return "tax_withholding" if operation.taxes else "refund"


def _row(shelf: Shelf, event: Event, style: Style) -> dict[str, str]:
    at, id_, _, operation, slip = event
    row = dict.fromkeys(_ZEROES, "0.00") | {"INSTALLMENTS": "1", "METADATA": "{}", "TAXES_DISAGGREGATED": "[]"}
    if slip is not None:
        row |= place(shelf, slip) | of_payment(slip, operation, style)
    return row | {
        "DATE": instant(at, style.zone),
        "SOURCE_ID": identity(id_, style, wanted=id_ % 11 == 0),
        "RECORD_TYPE": "release",
        "DESCRIPTION": _said(operation),
        "NET_CREDIT_AMOUNT": amount(max(operation.net, 0)),
        "NET_DEBIT_AMOUNT": amount(max(-operation.net, 0)),
        "GROSS_AMOUNT": amount(operation.gross),
        "MP_FEE_AMOUNT": amount(operation.fee),
        "TAXES_AMOUNT": amount(operation.tax),
        "COUPON_AMOUNT": amount(slip.coupon if slip is not None and operation.kind == "payment" else 0),
        "TRANSACTION_APPROVAL_DATE": instant(operation.at, style.zone),
        "CURRENCY": style.currency,
    }
