"""What differs from country to country: `sites.toml` comes in, one frozen row a site goes out; nothing is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from tomllib import loads
from typing import Any


class Orders(StrEnum):
    """A generation of the calls that put an amount on a register (the contract's sections 6 and 7)."""

    ORDERS = "orders"  # POST /v1/orders, today's
    ATTENDED = "attended"  # the amount waits on the register's own code
    DYNAMIC = "dynamic"  # each order a code of its own, shown on a screen


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of latitudes and longitudes in decimal degrees."""

    south: float
    north: float
    west: float
    east: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether the point lies inside or on the border."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay as the payments API names it. Source: the contract's 1.8 of payments (docs and live samples)."""

    id: str
    type: str  # credit_card, debit_card, prepaid_card, bank_transfer, account_money, digital_currency, ticket, atm …
    listed_only: bool = False  # in the published description, in no page of the docs


@dataclass(frozen=True, slots=True)
class Layout:
    """The text in a register's own QR, tag by tag. Source: the contract's 13 (stores) and print-and-qr 1.2.

    `seen` False: no real register code of this country is public; Argentina's without the tax id is then assumed.
    """

    initiation: str  # tag 01: Brazil's fixed signs carry 12, so it tells nothing
    trade: str  # tag 52
    pix: bool  # tag 26 where the account has a Pix key, and 62 with *** always
    tax_id: bool  # tag 50
    room: int  # characters a design must have room for: the structure's limit, 512 where it is not known
    seen: bool
    name: int = 25  # most characters of tag 59, cut by Mercado Pago
    city: int = 15  # of tag 60


@dataclass(frozen=True, slots=True)
class Site:
    """One country, each fact with its source.

    Contract on stores and POS: currency and its number 1.2, categories 3.3, interoperable codes and wallets 10, order
    generations and partial refunds 11. Contract on payments: methods 1.8, decimals and `country_code` 1.9, windows 2.5.
    Ours: zone, locale, form of address (look.md's words), the box (the outline of the country with its islands).
    """

    id: str
    country: str  # ISO 3166 alpha-2
    country_alpha3: str  # as `country_code` of an order
    name: str  # in its own language
    currency: str
    currency_number: str  # ISO 4217 numeric, as the QR payload carries it
    decimals: int  # shown to people; stored are hundredths everywhere
    decimals_sent: int  # of an amount we send
    decimals_taken: int  # at most, of an amount the API takes or answers as a price (fees may have more)
    zone: str  # IANA zone of most branches; `zone_of` knows the others, a branch may override it
    language: str  # "es" or "pt"
    locale: str  # Babel; also the tag its words are said with ("es_AR")
    address: str  # how a sign speaks to a buyer: "vos", "tú" or "você"
    box: Box
    gastronomy: int  # POS category
    gas_station: int  # POS category
    refund_days: int  # after approval
    partial_refunds: bool  # False: old docs know only whole ones; offered with a remark, a refusal is handled
    any_wallet: bool  # may any wallet or bank app pay the fixed sign (documented for AR and, with Pix, BR)
    interoperable: str  # the scheme by which they may, "" where only Mercado Pago's own apps are documented
    other_wallets: str  # the payment method such a payment has, "" likewise
    methods: tuple[Method, ...]
    layout: Layout
    on_register: tuple[
        Orders, ...
    ]  # to charge on the register's fixed code: the first to try, then what to fall back to
    on_screen: tuple[Orders, ...]  # to charge with a code of its own, likewise

    @property
    def categories(self) -> frozenset[int]:
        """The POS categories there are; a shop that is neither sends none."""
        return frozenset({self.gastronomy, self.gas_station})

    def method(self, id_: str) -> Method | None:
        """The method of this id; None for one that is new to us, which is shown as it is named."""
        return next((method for method in self.methods if method.id == id_), None)


def _site(id_: str, row: Mapping[str, Any]) -> Site:
    plain = {name: value for name, value in row.items() if not isinstance(value, dict | list)}
    methods = [Method(id_, kind) for kind, ids in row["methods"].items() for id_ in ids]
    methods += [Method(id_, kind, listed_only=True) for kind, ids in row["listed_only"].items() for id_ in ids]
    return Site(
        id=id_,
        **plain,
        box=Box(**row["box"]),
        methods=tuple(methods),
        layout=Layout(**row["layout"]),
        on_register=tuple(Orders(name) for name in row["on_register"]),
        on_screen=tuple(Orders(name) for name in row["on_screen"]),
    )


def read(name: str) -> dict[str, Any]:
    """A table of this room."""
    return loads((files("mpkit.sites") / name).read_text(encoding="utf-8"))


SITES: dict[str, Site] = {id_: _site(id_, row) for id_, row in read("sites.toml").items()}
BY_COUNTRY = {site.country: site for site in SITES.values()}
