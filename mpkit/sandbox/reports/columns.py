"""The columns of the two reports in Mercado Pago's own order: a configuration goes in, a header comes out.

Order: files exported by real accounts (Argentina, August 2026) and the contract's lists; names that were never seen in
a file stand at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal["settlement", "release"]
KINDS: tuple[Kind, ...] = ("settlement", "release")

_PLACE = ("POS_ID", "STORE_ID", "STORE_NAME", "EXTERNAL_POS_ID", "POS_NAME", "EXTERNAL_STORE_ID")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "settlement": (
        *("EXTERNAL_REFERENCE", "SOURCE_ID", "USER_ID", "PAYMENT_METHOD_TYPE", "PAYMENT_METHOD", "SITE"),
        *("TRANSACTION_TYPE", "TRANSACTION_AMOUNT", "TRANSACTION_CURRENCY", "SELLER_AMOUNT", "TRANSACTION_DATE"),
        *("FEE_AMOUNT", "SETTLEMENT_NET_AMOUNT", "SETTLEMENT_CURRENCY", "SETTLEMENT_DATE", "REAL_AMOUNT"),
        *("COUPON_AMOUNT", "METADATA", "MKP_FEE_AMOUNT", "FINANCING_FEE_AMOUNT", "SHIPPING_FEE_AMOUNT"),
        *("TAXES_AMOUNT", "INSTALLMENTS", "TAX_DETAIL", "TAX_AMOUNT_TELCO", *_PLACE),
        *("ORDER_ID", "SHIPPING_ID", "SHIPMENT_MODE", "PACK_ID", "TAXES_DISAGGREGATED", "POI_ID"),
        *("POI_WALLET_NAME", "POI_BANK_NAME", "DESCRIPTION", "MONEY_RELEASE_DATE", "IS_RELEASED"),
        *("CARD_INITIAL_NUMBER", "OPERATION_TAGS", "PAYER_NAME", "PAYER_ID_TYPE", "PAYER_ID_NUMBER"),
        *("BUSINESS_UNIT", "SUB_UNIT", "PRODUCT_SKU", "SALE_DETAIL", "TIP_AMOUNT"),
    ),
    "release": (
        *("DATE", "SOURCE_ID", "EXTERNAL_REFERENCE", "RECORD_TYPE", "DESCRIPTION", "NET_CREDIT_AMOUNT"),
        *("NET_DEBIT_AMOUNT", "SELLER_AMOUNT", "GROSS_AMOUNT", "METADATA", "MP_FEE_AMOUNT", "FINANCING_FEE_AMOUNT"),
        *("SHIPPING_FEE_AMOUNT", "TAXES_AMOUNT", "COUPON_AMOUNT", "EFFECTIVE_COUPON_AMOUNT", "INSTALLMENTS"),
        *("PAYMENT_METHOD", "PAYMENT_METHOD_TYPE", "TAX_DETAIL", "TAX_AMOUNT_TELCO", "TRANSACTION_APPROVAL_DATE"),
        *("POS_ID", "POS_NAME", "EXTERNAL_POS_ID", "STORE_ID", "STORE_NAME", "EXTERNAL_STORE_ID", "CURRENCY"),
        *("ORDER_ID", "SHIPPING_ID", "SHIPMENT_MODE", "PACK_ID", "TAXES_DISAGGREGATED", "POI_ID"),
        *("CARD_INITIAL_NUMBER", "OPERATION_TAGS", "ITEM_ID", "BALANCE_AMOUNT", "PAYOUT_BANK_ACCOUNT_NUMBER"),
        *("PRODUCT_SKU", "SALE_DETAIL"),
    ),
}
_DEFAULTS: Mapping[str, frozenset[str]] = {
    "settlement": frozenset(
        {
            *("EXTERNAL_REFERENCE", "SOURCE_ID", "USER_ID", "PAYMENT_METHOD_TYPE", "PAYMENT_METHOD", "SITE"),
            *("TRANSACTION_TYPE", "TRANSACTION_AMOUNT", "TRANSACTION_CURRENCY", "TRANSACTION_DATE", "FEE_AMOUNT"),
            *("SETTLEMENT_NET_AMOUNT", "SETTLEMENT_CURRENCY", "SETTLEMENT_DATE", "REAL_AMOUNT", "COUPON_AMOUNT"),
            *("METADATA", "MKP_FEE_AMOUNT", "FINANCING_FEE_AMOUNT", "SHIPPING_FEE_AMOUNT", "TAXES_AMOUNT"),
            *("INSTALLMENTS", "ORDER_ID", "SHIPPING_ID", "SHIPMENT_MODE", "PACK_ID"),
        }
    ),
    "release": frozenset(
        {
            *("DATE", "SOURCE_ID", "EXTERNAL_REFERENCE", "RECORD_TYPE", "DESCRIPTION", "NET_CREDIT_AMOUNT"),
            *("NET_DEBIT_AMOUNT", "GROSS_AMOUNT", "MP_FEE_AMOUNT", "FINANCING_FEE_AMOUNT", "SHIPPING_FEE_AMOUNT"),
            *("TAXES_AMOUNT", "COUPON_AMOUNT", "INSTALLMENTS", "PAYMENT_METHOD"),
        }
    ),
}
_ONLY_IN_ARGENTINA = frozenset({"PAYER_NAME", "PAYER_ID_TYPE", "PAYER_ID_NUMBER"})


def header(kind: str, config: Mapping[str, Any], site: str) -> tuple[str, ...]:
    """The columns a file has: those asked for, in the fixed order; the default ones where none were."""
    asked = {column["key"] for column in config.get("columns") or ()} or _DEFAULTS[kind]
    hidden = frozenset() if site == "MLA" else _ONLY_IN_ARGENTINA
    return tuple(name for name in COLUMNS[kind] if name in asked and name not in hidden)
