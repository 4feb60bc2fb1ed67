"""The money of one payment: what it is charged, what is given back and disputed, and what became of a generated one."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from mpkit.sandbox.believable import Method, believable, charges, method_of, methods
from mpkit.sandbox.book import Movement, Slip
from mpkit.sandbox.figures import fee_share
from mpkit.sites import Site

__all__ = [
    "Method",
    "charged",
    "charges",
    "disputed",
    "given_back",
    "method_of",
    "methods_of",
    "paid",
    "release_of",
    "usual",
    "wallets_of",
    "what_came_of_it",
]
_DAY = 86_400
_WHOLE_ONLY = frozenset({"ticket", "atm"})  # types that are not given back in part


def paid(site: Site, slip: Slip, at: int, amount: int) -> list[Movement]:
    """The movements of a payment at its approval: the sale, its fees and its withholdings."""

    def entry(kind: str, hundredths: int, name: str = "") -> Movement:
        return Movement(at, slip.id, kind, hundredths, site.currency, slip.store, slip.pos, name)

    if slip.channel in {"outgoing", "funding"}:
        return [entry(slip.channel, amount)]
    found = [entry("sale", amount)]
    for name, rate in slip.rates:
        charge = int(charged(site, amount, rate))
        if charge:
            found.append(entry("tax" if name.startswith("tax") else "fee", charge, name))
    return found


def charged(site: Site, amount: Any, rate: Any) -> Any:  # noqa: ANN401 - numbers, or arrays of them
    """A charge of `rate` per cent, hundredths; whole where the currency is, though COP keeps the decimals of fees."""
    found = np.rint(amount * rate / 100).astype(np.int64)
    return found if site.decimals or site.currency == "COP" else (found + 50) // 100 * 100


def given_back(site: Site, slip: Slip, money: list[Movement], *, amount: int, at: int, refund: int) -> list[Movement]:
    """The movements of one refund: the money, and of each fee the share that comes back with it."""
    sale = money[0].hundredths
    before = sum(entry.hundredths for entry in money if entry.kind == "refund")

    def entry(kind: str, hundredths: int, name: str = "") -> Movement:
        return Movement(at, slip.id, kind, hundredths, site.currency, slip.store, slip.pos, name, str(refund))

    found = [entry("refund", amount)]
    over = {entry.name for entry in money if entry.kind == "fee_back"}  # put right: nothing more of it can come back
    for fee in (entry for entry in money if entry.kind == "fee" and entry.name not in over):
        share = fee_share(fee.hundredths, sale, before + amount) - fee_share(fee.hundredths, sale, before)
        if share:
            found.append(entry("fee_refund", share, fee.name))
    return found


def disputed(site: Site, slip: Slip, amount: int, at: int, *, case: str, kind: str = "chargeback") -> Movement:
    """One entry of a chargeback: opened, won ("chargeback_back") or lost ("chargeback_lost", no money moves)."""
    hundredths = 0 if kind == "chargeback_lost" else amount
    return Movement(at, slip.id, kind, hundredths, site.currency, slip.store, slip.pos, "", case)


def what_came_of_it(
    site: Site,
    draw: random.Random,
    slip: Slip,
    money: list[Movement],
    *,
    refunded: bool,
    next_: dict[str, int],
    now: int,
) -> list[Movement]:
    """The later movements of a generated payment that is given back, or else disputed; takes its ids from `next_`."""
    if refunded:
        return _refunds(site, draw, slip, money, next_=next_, now=now)
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


def _refunds(
    site: Site, draw: random.Random, slip: Slip, money: list[Movement], *, next_: dict[str, int], now: int
) -> list[Movement]:
    words, found, at = believable(site.id), list[Movement](), money[0].at
    left = money[0].hundredths
    partial = draw.random() < words["partial"] and site.partial_refunds and slip.type not in _WHOLE_ONLY
    for _ in range(2 if partial and draw.random() < words["twice"] else 1):
        weeks = min(draw.randrange(60, 59 * _DAY) for _ in range(3))  # the later, the rarer
        at += draw.choice((draw.randrange(60, 3600), draw.randrange(60, _DAY), weeks))
        part = _rounded(site, left * draw.randrange(15, 70) // 100) if partial else left
        if at >= now or at - money[0].at > 60 * _DAY or not 0 < part <= left:
            break
        found += given_back(site, slip, money + found, amount=part, at=at, refund=next_["refund"])
        next_["refund"] += draw.randrange(3, 50)
        left -= part
    return found


def methods_of(site: str) -> tuple[Method, ...]:
    """The ways people pay at a register there, the commonest first."""
    found, weights = methods(site, "qr")
    order = sorted(range(len(found)), key=lambda n: -weights[n])
    return tuple(found[n] for n in order)


def release_of(site: str, method: Method) -> int:
    """Seconds from the approval of a payment until its money is free: cards take their time in some countries."""
    return int(believable(site)["release_days"]) * _DAY if method.type == "credit_card" else 0


def wallets_of(site: str) -> tuple[str, ...]:
    """The made-up banks and wallets that pay there beside Mercado Pago's own."""
    return tuple(believable(site)["wallets"])


def usual(site: Site) -> int:
    """The amount half of a kiosk's sales stay below, in hundredths, as two round digits."""
    value = int(believable(site.id)["price"])
    step = int(10 ** (len(str(value)) - 2))
    return (value + step // 2) // step * step


def _rounded(site: Site, hundredths: int) -> int:
    """To the currency's own unit."""
    return hundredths if site.decimals else (hundredths + 50) // 100 * 100
