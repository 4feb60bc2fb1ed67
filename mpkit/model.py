"""The nouns of mpkit as frozen data: what is wanted (branch, register), what exists (store, POS), money, findings.

Nothing here reads, writes or computes more than a name. Ids of Mercado Pago are strings everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Hours = Mapping[str, tuple[tuple[str, str], ...]]  # day of WEEK to intervals of ("HH:MM", "HH:MM")


class Amount(StrEnum):
    """Who enters the amount of a payment: asked once per account, overridable per register, never assumed."""

    BUYER = "buyer"  # the buyer types it in the app
    OWN_SYSTEM = "own-system"  # the merchant's till software sends orders
    TILL = "till"  # mpkit's charge page sends orders

    @property
    def waits_for_order(self) -> bool:
        """Whether the buyer's app must wait for an order: `fixed_amount: true`, operating mode `pdv`."""
        return self is not Amount.BUYER


class Severity(StrEnum):
    """What a finding means for its row."""

    BLOCKING = "blocking"  # the row must not be created as it stands
    WARNING = "warning"  # created, with a remark or after the stated repair
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with one cell, as data; the sentence comes from `words/findings.toml` by `code`.

    `record` is the n-th record after the header (n-th at all where there is none), empty rows counted; `row` the row of
    the sheet; `column` counts from 1 (None: the whole row); `values` fill the sentence in; `suggestion` is a cell value
    that would be right, where we know one.
    """

    code: str
    severity: Severity
    record: int
    row: int
    column: int | None = None
    header: str = ""
    sheet: str | None = None
    suggestion: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """One Mercado Pago seller; `id` is its user id and stands in every row, key, job and file as `account`."""

    id: str
    nickname: str
    site: str
    test: bool
    name: str = ""  # trade or legal name, as Mercado Pago knows it
    amount: Amount | None = None  # None until somebody has answered
    # As Mercado Pago said last; no part of who the account is, and not kept.
    tax_kind: str = field(default="", compare=False)  # CUIT, CPF, RUT, RFC …; "" where none is said
    tax_id: str = field(default="", compare=False, repr=False)  # may be a person's: never in a log
    active: bool = field(default=True, compare=False)  # False: Mercado Pago has blocked it


@dataclass(frozen=True, slots=True)
class Learned:
    """How fast an account may be asked, as found out by asking: requests a second now, and the rate last refused."""

    per_second: float
    refused: float | None
    stopped_until: datetime | None  # a 429 has asked to wait
    at: datetime


@dataclass(frozen=True, slots=True)
class Location:
    """Where a branch is, in the words of the account's catalogue; degrees are decimal."""

    street_name: str
    street_number: str
    city: str
    state: str
    latitude: float
    longitude: float
    reference: str = ""
    approximate: bool = False  # the city's own point stands in until somebody says the branch's


@dataclass(frozen=True, slots=True)
class Branch:
    """What the merchant wants at one place. `external_id` is ours for good; `own_id` is the merchant's own code."""

    external_id: str
    name: str
    location: Location
    hours: Hours = field(default_factory=dict)
    own_id: str = ""
    region: str = ""
    zone: str = ""  # IANA; "" means the site's
    record: int | None = None  # of the file that proposed it last
    closed: bool = False
    # Kept for the merchant, never sent; may be a person's, so in no log.
    tax_id: str = field(default="", repr=False)  # as written; says whose account the branch is
    route: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    closed_until: str = ""  # ISO date it opens again on; nothing in the account changes for it
    handed_to: str = ""  # account that has the branch from now on, while this one's registers still fall silent
    handed_at: str = ""  # ISO date of that


@dataclass(frozen=True, slots=True)
class Register:
    """One counter of a branch; `amount` None means as the account says."""

    external_id: str
    branch_external_id: str
    name: str
    amount: Amount | None = None
    category: int | None = None
    record: int | None = None
    closed: bool = False
    own_id: str = ""  # the merchant's own code of the till
    till_code: str = ""  # what the merchant's till software calls it, where that is another one; never sent
    closed_until: str = ""  # ISO date it sells again from; nothing in the account changes for it


@dataclass(frozen=True, slots=True)
class Store:
    """A store as Mercado Pago answers it. Street, city and state are not echoed: `address_line` stands in."""

    id: str
    name: str
    external_id: str | None
    address_line: str = ""
    latitude: float | None = None
    longitude: float | None = None
    reference: str = ""
    hours: Hours = field(default_factory=dict)
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pos:
    """A POS as Mercado Pago answers it; `qr_code` is the text to print, byte for byte, None where not sent."""

    id: str
    name: str
    store_id: str | None
    external_id: str | None
    external_store_id: str | None = None
    fixed_amount: bool = False
    category: int | None = None
    qr_code: str | None = None
    qr_image: str | None = None
    template_document: str | None = None  # the address of Mercado Pago's own sign, as PDF
    template_image: str | None = None  # and as a picture
    uuid: str | None = None
    status: str = "active"
    created: datetime | None = None
    updated: datetime | None = None
    url: str | None = None  # of an unattended machine: where Mercado Pago asks for the order


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An amount that waits at a POS for its buyer, hundredths; `reference` is the till's own."""

    reference: str
    amount: int
    title: str = ""
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A till's order, of either generation; hundredths. `status` and `detail` are its generation's own words."""

    id: str
    status: str
    detail: str
    reference: str
    amount: int
    paid: int
    refunded: int
    payment_ids: tuple[str, ...]  # every attempt, also those that failed
    created: datetime
    updated: datetime
    register: str = ""  # its external id; merchant orders do not tell it


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of `charges_details`, hundredths; `payer` is who pays it (collector, ml, …)."""

    kind: str  # fee, tax, shipping, coupon
    name: str
    payer: str
    original: int
    refunded: int
    made: datetime | None = None  # None: with the approval of the payment
    changed: datetime | None = None  # when something of it last came back


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back on one payment, hundredths."""

    id: str
    payment_id: str
    amount: int
    status: str  # approved, in_process, rejected, cancelled, authorized
    created: datetime
    reason: str = ""
    source: str = ""  # who gave it back: collector, operator, admin, bpp, marketplace


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment, without personal data; amounts are hundredths of `currency`, times aware UTC."""

    id: str
    collector_id: str | None  # None or another's: the merchant is the payer, not income
    status: str
    status_detail: str
    operation_type: str
    currency: str
    amount: int
    refunded: int
    net_received: int
    coupon: int
    created: datetime
    approved: datetime | None
    updated: datetime
    method: str  # visa, account_money, interop_transfer …
    method_type: str  # credit_card, account_money, bank_transfer …
    store_id: str | None
    pos_id: str | None
    external_reference: str = ""
    order_id: str = ""  # ORD… where the payment came from an order
    channel: str = ""  # qr, point, transfer, online, "" where unknown
    wallet: str = ""  # the other wallet's or bank's name, never a person's
    charges: tuple[Charge, ...] = ()
    refunds: tuple[Refund, ...] = ()
    released: datetime | None = None
    told: bytes = field(default=b"", compare=False, repr=False)  # what may be kept of the answer, as JSON


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that was sent to defend a payment; `told` is Mercado Pago's line about it."""

    kind: str  # media type
    url: str
    told: str


@dataclass(frozen=True, slots=True)
class Chargeback:
    """A disputed payment, hundredths; `covered` True: money kept, False: lost, None: undecided."""

    id: str
    payment_id: str
    amount: int
    currency: str
    covered: bool | None
    created: datetime
    updated: datetime
    payment_ids: tuple[str, ...] = ()  # a dispute may be about several
    reason: str = ""
    can_be_covered: bool | None = None
    papers_wanted: bool = False
    papers_status: str = ""  # pending, review_pending, valid, invalid, not_supplied, not_applicable
    papers_until: datetime | None = None
    papers: tuple[Paper, ...] = ()

    @property
    def outcome(self) -> Literal["open", "won", "lost"]:
        """How it ended, or that it has not."""
        if self.covered is None:
            return "open"
        return "won" if self.covered else "lost"


@dataclass(frozen=True, slots=True)
class Claim:
    """A buyer's complaint that Mercado Pago mediates; the people in it are left out."""

    id: str
    resource: str  # payment, order, shipment, purchase: what `resource_id` is the id of
    resource_id: str
    status: str  # opened, closed
    kind: str  # mediations, cancel_purchase, return, cancel_sale, change
    stage: str  # claim, dispute, recontact, none
    reason: str  # begins with PNR (not received), PDD (different or defective), CS (cancelled)
    delivered: bool | None
    created: datetime | None
    updated: datetime | None
    resolution: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to pay in the account's country; amounts are hundredths of its currency."""

    id: str
    name: str
    type: str  # credit_card, account_money, bank_transfer …
    status: str  # active, deactive, temporally_deactive, testing
    least: int | None = None
    most: int | None = None
    minutes: int | None = None  # until the money is the merchant's


@dataclass(frozen=True, slots=True)
class Period:
    """Whole business days, both ends included."""

    first: date
    last: date
