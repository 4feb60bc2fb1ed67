"""The rows of the two reports as frozen nouns: signed hundredths, times in UTC, ids as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Spot:
    """The store and register of a row; "" where it was none, or the report does not carry the column."""

    store_id: str = ""
    store_name: str = ""
    external_store_id: str = ""
    pos_id: str = ""
    pos_name: str = ""
    external_pos_id: str = ""


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """One operation that touched the account. Amounts None where the report has no such column.

    `kind` is Mercado Pago's word: SETTLEMENT, REFUND, CHARGEBACK, DISPUTE, WITHDRAWAL, WITHDRAWAL_CANCEL, PAYOUT (real
    files say PAYOUTS) … Fees and taxes are negative where they were taken. `rounded` names the id columns whose last
    digits a spreadsheet program has lost: such ids say what the file says, and join to nothing.
    """

    source_id: str
    kind: str
    at: datetime
    amount: int
    net: int
    currency: str
    fee: int | None
    taxes: int | None
    real: int | None
    coupon: int | None
    marketplace_fee: int | None
    financing_fee: int | None
    shipping_fee: int | None
    settled: datetime | None
    released: datetime | None  # when the money is, or becomes, free
    is_released: bool | None
    external_reference: str
    order_id: str
    refund_id: str
    method: str
    method_type: str
    installments: int | None
    spot: Spot
    tags: tuple[str, ...]
    wallet: str
    bank: str
    unit: str  # SUB_UNIT: QR, Point …
    taxes_by: tuple[tuple[str, int], ...]  # as far as the file's own breakdown can be read
    rounded: tuple[str, ...] = ()

    @property
    def is_sale(self) -> bool:
        """Whether money came in for something: what the merchant paid is a SETTLEMENT below zero."""
        return self.kind == "SETTLEMENT" and self.amount > 0


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One movement of the available balance, or (`record`) a balance: initial_available_balance, total and others.

    `at` is None for the total. `credit` and `debit` are both positive; `balance` is what was there afterwards.
    """

    record: str
    description: str  # payment, refund, chargeback, dispute, mediation, payout, reserve_for_…
    source_id: str
    at: datetime | None
    credit: int
    debit: int
    gross: int | None
    fee: int | None
    financing_fee: int | None
    shipping_fee: int | None
    taxes: int | None
    coupon: int | None
    balance: int | None
    approved: datetime | None
    external_reference: str
    order_id: str
    currency: str
    method: str
    method_type: str
    installments: int | None
    spot: Spot
    tags: tuple[str, ...]
    taxes_by: tuple[tuple[str, int], ...]
    rounded: tuple[str, ...] = ()

    @property
    def is_movement(self) -> bool:
        """Whether money moved; everything else is a balance."""
        return self.record == "release"
