"""One payment with its money: where and when goes in; slip and movements, with what came later, come out."""

from __future__ import annotations

import math
import random
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

from mpkit.sandbox.believable import believable
from mpkit.sandbox.book import Movement, Slip
from mpkit.sandbox.figures import fee_share
from mpkit.sites import Site

_DAY = 86_400
_REFUNDED, _PARTIAL, _TWICE = 0.015, 0.4, 0.25
_DISPUTED = 0.0015  # of card payments
_REJECTED, _CANCELLED, _MEDIATED = 0.02, 0.005, 0.0005
_COUPON = 0.01
_REASONS = ("cc_rejected_insufficient_amount", "cc_rejected_high_risk", "cc_rejected_other_reason")
_CENTRE = 6.6  # of the logarithm of an amount in the site's scale: a median near 735 units of it


class Ticket(NamedTuple):
    """Somebody at a counter (or elsewhere): the instant, a draw that tells equal instants apart, and where."""

    at: int
    lot: int
    channel: str
    store: str
    pos: str
    province: str


class Method(NamedTuple):
    """A way to pay and what it costs, per cent."""

    id: str
    type: str
    fee: float


@cache
def _tariff(site: str) -> tuple[tuple[Method, ...], tuple[float, ...], dict[str, Any]]:
    words = believable(site)
    methods = tuple(Method(id_, type_, fee) for id_, type_, _, fee in words["methods"])
    return methods, tuple(accumulate(weight for _, _, weight, _ in words["methods"])), words


def entries(
    site: Site, draw: random.Random, ticket: Ticket, next_: dict[str, int], now: int
) -> tuple[Slip, list[Movement]]:
    """The slip and all its movements up to `now`; takes its ids from `next_`."""
    methods, weights, words = _tariff(site.id)
    id_ = next_["payment"]
    next_["payment"] += draw.randrange(3, 40)
    method = draw.choices(methods, cum_weights=weights)[0]
    fate = ""
    luck = draw.random()
    if ticket.channel == "transfer":
        method = Method(words["transfer"][0], words["transfer"][1], 0.0)
    elif ticket.channel == "outgoing":
        method = Method(words["outgoing"][0], words["outgoing"][1], 0.0)
    elif ticket.channel == "funding":
        method = Method("account_money", "account_money", 0.0)
    elif luck < _REJECTED:
        fate = f"rejected/{_REASONS[id_ % len(_REASONS)]}"
    elif luck < _REJECTED + _CANCELLED:
        fate = "cancelled/expired"
    elif luck < _REJECTED + _CANCELLED + _MEDIATED:
        fate = "in_mediation/pending"
    amount = _amount(site, draw, words["scale"])
    wallets = words["wallets"] if method.id == "interop_transfer" else ("",)
    credit = method.type == "credit_card"
    slip = Slip(
        id=id_,
        created=ticket.at,
        method=method.id,
        type=method.type,
        channel=ticket.channel,
        store=ticket.store,
        pos=ticket.pos,
        reference=f"QR #{1 + ticket.lot % 9}" if ticket.channel == "qr" else f"WEB{id_ % 10**6}",
        description=words["description"],
        payer=1_000_000_000 + ticket.lot % 900_000_000,
        province=ticket.province,
        asked=amount if fate.startswith(("rejected", "cancelled")) else 0,
        fate=fate,
        installments=draw.choice((1, 1, 1, 1, 3, 6)) if credit else 1,
        wallet=wallets[ticket.lot % len(wallets)],
        coupon=_rounded(site, amount // 10) if ticket.channel == "qr" and draw.random() < _COUPON else 0,
        order=36_000_000_000 + id_ % 10**9 if ticket.channel == "qr" else 0,
        lag=2 + ticket.lot % 9,
        release=release_of(site.id, method),
        rates=charges(site.id, method, ticket.channel, ticket.province),
    )
    if slip.asked:
        return slip, []
    money = paid(site, slip, ticket.at, amount)
    money += _later(site, draw, slip, money, next_=next_, now=now)
    return slip, money


def paid(site: Site, slip: Slip, at: int, amount: int) -> list[Movement]:
    """The movements of a payment at its approval: the sale, its fees and its withholdings."""

    def entry(kind: str, hundredths: int, name: str = "") -> Movement:
        return Movement(at, slip.id, kind, hundredths, site.currency, slip.store, slip.pos, name)

    if slip.channel in {"outgoing", "funding"}:
        return [entry(slip.channel, amount)]
    found = [entry("sale", amount)]
    for name, rate in slip.rates:
        charge = _rounded(site, round(amount * rate / 100), fees=True)
        if charge:
            found.append(entry("tax" if name.startswith("tax") else "fee", charge, name))
    return found


def given_back(site: Site, slip: Slip, money: list[Movement], *, amount: int, at: int, refund: int) -> list[Movement]:
    """The movements of one refund: the money, and of each fee the share that comes back with it."""
    sale = money[0].hundredths
    before = sum(entry.hundredths for entry in money if entry.kind == "refund")

    def entry(kind: str, hundredths: int, name: str = "") -> Movement:
        return Movement(at, slip.id, kind, hundredths, site.currency, slip.store, slip.pos, name, str(refund))

    found = [entry("refund", amount)]
    for fee in (entry for entry in money if entry.kind == "fee"):
        share = fee_share(fee.hundredths, sale, before + amount) - fee_share(fee.hundredths, sale, before)
        if share:
            found.append(entry("fee_refund", share, fee.name))
    return found


def disputed(site: Site, slip: Slip, amount: int, at: int, *, case: str, kind: str = "chargeback") -> Movement:
    """One entry of a chargeback: opened, won ("chargeback_back") or lost ("chargeback_lost", no money moves)."""
    hundredths = 0 if kind == "chargeback_lost" else amount
    return Movement(at, slip.id, kind, hundredths, site.currency, slip.store, slip.pos, "", case)


def _later(
    site: Site, draw: random.Random, slip: Slip, money: list[Movement], *, next_: dict[str, int], now: int
) -> list[Movement]:
    """What became of it: mostly nothing; sometimes refunds, minutes or weeks later; rarely a dispute."""
    if slip.channel not in {"qr", "online"} or slip.fate:
        return []
    luck = draw.random()
    if luck < _REFUNDED:
        return _refunds(site, draw, slip, money, next_=next_, now=now)
    if slip.type == "credit_card" and luck > 1 - _DISPUTED:
        opened = slip.created + draw.randrange(8, 45) * _DAY + draw.randrange(_DAY)
        if opened >= now:
            return []
        case = str(next_["chargeback"])
        next_["chargeback"] += draw.randrange(11, 900)
        found = [disputed(site, slip, money[0].hundredths, opened, case=case)]
        decided = opened + draw.randrange(20, 80) * _DAY
        if decided < now:
            kind = draw.choice(("chargeback_back", "chargeback_lost"))
            found.append(disputed(site, slip, money[0].hundredths, decided, case=case, kind=kind))
        return found
    return []


def _refunds(
    site: Site, draw: random.Random, slip: Slip, money: list[Movement], *, next_: dict[str, int], now: int
) -> list[Movement]:
    sale, found, at = money[0].hundredths, list[Movement](), slip.created
    left = sale
    partial = draw.random() < _PARTIAL
    for _ in range(2 if partial and draw.random() < _TWICE else 1):
        at += draw.choice((draw.randrange(60, 3600), draw.randrange(_DAY), draw.randrange(60 * _DAY)))
        part = _rounded(site, left * draw.randrange(15, 70) // 100) if partial else left
        if at >= now or not 0 < part <= left:
            break
        found += given_back(site, slip, money + found, amount=part, at=at, refund=next_["refund"])
        next_["refund"] += draw.randrange(3, 50)
        left -= part
    return found


@cache
def charges(site: str, method: Method, channel: str, province: str) -> tuple[tuple[str, float], ...]:
    """The charges of a payment, name to per cent: the fee and, at a register, the province's withholdings."""
    rates: list[tuple[str, float]] = [("mercadopago_fee", method.fee)] if method.fee else []
    if channel == "qr":
        rates += [(f"tax_{name}", rate) for name, where, rate in believable(site)["taxes"] if where in {"", province}]
    return tuple(rates)


def release_of(site: str, method: Method) -> int:
    """Seconds from the approval of a payment until its money is free: cards take their time in some countries."""
    return int(believable(site)["release_days"]) * _DAY if method.type == "credit_card" else 0


def method_of(site: str, id_: str) -> Method:
    """The method of this id; `KeyError` where the site does not have it."""
    return {method.id: method for method in _tariff(site)[0]}[id_]


def methods_of(site: str) -> tuple[Method, ...]:
    """The ways people pay on a site, the commonest first."""
    return _tariff(site)[0]


def wallets_of(site: str) -> tuple[str, ...]:
    """The made-up banks and wallets that pay there beside Mercado Pago's own."""
    return tuple(believable(site)["wallets"])


def usual(site: Site) -> int:
    """The amount half of all sales stay below, in hundredths, as two round digits."""
    value = math.exp(_CENTRE) * believable(site.id)["scale"]
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return int(round(value / step) * step * 100)


def _amount(site: Site, draw: random.Random, scale: float) -> int:
    """A price: many small, few large, mostly round."""
    value = draw.lognormvariate(_CENTRE, 0.8) * scale
    step = 100 if draw.random() < 0.7 or site.decimals == 0 else 1
    return max(step, int(value * 100 / step) * step)


def _rounded(site: Site, hundredths: int, *, fees: bool = False) -> int:
    """To the currency's own unit; fees in COP keep their decimals."""
    if site.decimals or (fees and site.currency == "COP"):
        return hundredths
    return (hundredths + 50) // 100 * 100
