"""The cells every report has in common: instants, amounts, places and the columns of a payment as a file says them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from mpkit.sandbox.book import Slip
from mpkit.sandbox.reports.operations import Operation
from mpkit.sandbox.shelf import Shelf

_CARDS = {"credit_card", "debit_card", "prepaid_card"}
_UNITS = {"qr": "QR", "transfer": "Bank Transfer", "online": "Checkout", "outgoing": "QR", "funding": "Money in"}
_DIGITS_KEPT = 6  # of an id as a spreadsheet writes it


@dataclass(frozen=True, slots=True)
class Style:
    """How one file writes its cells."""

    zone: timezone
    site: str
    user: str
    currency: str
    scientific: bool
    loose_taxes: bool
    refund_detailed: bool


def instant(seconds: int, zone: timezone) -> str:
    """`2026-08-29T07:26:19.000-03:00`."""
    return datetime.fromtimestamp(seconds, zone).isoformat(timespec="milliseconds")


def amount(hundredths: int) -> str:
    """Two decimals, a minus before what left the account."""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02d}"


def identity(number: int, style: Style, *, wanted: bool) -> str:
    """An id; for some of them, where the quirk is on, as a spreadsheet mangles it."""
    if style.scientific and wanted:
        return f"{number:.{_DIGITS_KEPT - 1}E}".replace("E+0", "E+")
    return str(number)


def taxes(found: Sequence[tuple[str, int]], style: Style) -> str:
    """The withholdings one by one: JSON, or what real files of 2026 had instead."""
    rows = [(each, f"tax_{name.removeprefix('tax_')}", name.rpartition("-")[2]) for name, each in found]
    if style.loose_taxes:
        told = (f"{{financial_entity:{who},amount:{amount(each)},detail:{detail}}}" for each, detail, who in rows)
        return f"[{','.join(told)}]"
    documents = [{"amount": each / 100, "detail": detail, "financial_entity": who} for each, detail, who in rows]
    return json.dumps(documents, separators=(",", ":"))


def place(shelf: Shelf, slip: Slip) -> dict[str, str]:
    """The store and register of a payment, as Mercado Pago and as the merchant name them; empty elsewhere."""
    store, pos = shelf.stores.get(slip.store), shelf.pos.get(slip.pos)
    return {
        "STORE_ID": slip.store,
        "POS_ID": slip.pos,
        "STORE_NAME": store.name if store else "",
        "EXTERNAL_STORE_ID": (store.external_id or "") if store else "",
        "POS_NAME": pos.name if pos else "",
        "EXTERNAL_POS_ID": (pos.external_id or "") if pos else "",
    }


def of_payment(slip: Slip, operation: Operation, style: Style) -> dict[str, str]:
    """What a payment says in every report, whatever happened to it."""
    tag, unit = ("PO", "Point") if slip.taken == "point" else ("QR" if slip.channel == "qr" else "", "")
    metadata = {"refund_id": int(operation.note)} if operation.kind == "refund" else {}
    detailed = operation.kind == "refund" and style.refund_detailed
    told = json.dumps(metadata, separators=(", ", ": ")) if metadata else "{}"
    return {
        "EXTERNAL_REFERENCE": f"refund-{operation.note}"
        if detailed
        else slip.reference
        if slip.channel != "transfer"
        else "",
        "PAYMENT_METHOD_TYPE": slip.type,
        "PAYMENT_METHOD": slip.method,
        "INSTALLMENTS": str(slip.installments),
        "METADATA": f"[{told}]",
        "ORDER_ID": identity(slip.order, style, wanted=slip.id % 5 == 0) if slip.order else "",
        "TAX_DETAIL": operation.taxes[0][0].removeprefix("tax_") if operation.taxes else "",
        "TAXES_AMOUNT": amount(operation.tax),
        "TAXES_DISAGGREGATED": taxes(operation.taxes, style),
        "OPERATION_TAGS": tag,
        "CARD_INITIAL_NUMBER": "450995" if slip.type in _CARDS else "",
        "POI_ID": "",
        "POI_WALLET_NAME": slip.wallet,
        "POI_BANK_NAME": "",
        "BUSINESS_UNIT": "Mercado Pago",
        "SUB_UNIT": unit or _UNITS[slip.channel],
    }
