"""What still happens months after a sale: a believable number of late refunds, long disputes and charges put right.

A charge that was wrong is given back whole and, where something of it was right, charged anew the same moment under a
name of its own, as `charges_details` can tell it: the first charge wholly refunded, with the time of its last change,
and one more with the time it was made. How the real API tells it is not documented; this is what its fields can hold.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mpkit.sandbox.answers import number, payment_date
from mpkit.sandbox.believable import believable
from mpkit.sandbox.book import Book, Movement, Slip
from mpkit.sandbox.columns import Numbers
from mpkit.sandbox.dice import Dice
from mpkit.sandbox.sale import disputed, given_back
from mpkit.sites import Site

_DAY = 86_400
_MADE_AGAIN = (0.0, 0.4, 0.8, 1.5)  # of a wrong charge; above 1 it had been too small
BACK = {"fee": "fee_back", "tax": "tax_back"}  # kind of a charge to that of its return


def put_right(slip: Slip, money: Sequence[Movement], *, name: str, to: int, at: int) -> list[Movement]:
    """The movements of a charge that should have been `to` hundredths; of a payment of which nothing was given back.

    Raises `StopIteration` where it has no such charge.
    """
    wrong, root = next(entry for entry in in_force(money) if entry.name == name), _root(slip, name)
    found = [wrong._replace(at=at, kind=BACK[wrong.kind])]
    if to:
        turn = 1 + sum(entry.kind in BACK and _root(slip, entry.name) == root for entry in money)
        found.append(wrong._replace(at=at, name=f"{root}_{turn}", hundredths=to))
    return found


def _root(slip: Slip, name: str) -> str:
    """The name of the charge of the approval that one of this name stands for now."""
    return max((each for each, _ in slip.rates if name == each or name.startswith(f"{each}_")), key=len)


def in_force(money: Sequence[Movement]) -> list[Movement]:
    """The charges that were not put right since."""
    over = {entry.name for entry in money if entry.kind in BACK.values()}
    return [entry for entry in money if entry.kind in BACK and entry.name not in over]


def amended(found: dict[str, Any], slip: Slip, money: Sequence[Movement]) -> dict[str, Any]:
    """A payment's document of its approval, with the charges as they were put right since."""
    first, charges = money[0].at, list(found["charges_details"])
    over = {entry.name: entry for entry in money if entry.kind in BACK.values()}
    back = Counter[str]()
    for entry in money:
        back[entry.name] += entry.hundredths if entry.kind == "fee_refund" else 0
    for entry in (entry for entry in money if entry.kind in BACK and entry.at > first):
        like = next(charge for charge in charges if charge["name"] == _root(slip, entry.name))
        made = payment_date(entry.at)
        amounts = {"original": number(entry.hundredths), "refunded": number(back[entry.name])}
        id_ = f"{like['id'].rpartition('-')[0]}-{len(charges) + 1:03d}"
        new = {"id": id_, "name": entry.name, "rate": None, "amounts": amounts, "date_created": made}
        charges.append(like | new | {"last_updated": made})
    for n, charge in enumerate(charges):
        if charge["name"] in over:
            whole = charge["amounts"]["original"]
            ended = {"amounts": {"original": whole, "refunded": whole}}
            charges[n] = charge | ended | {"last_updated": payment_date(over[charge["name"]].at)}
    fees = [each for each in found["fee_details"] if each["type"] not in over]
    late = (entry for entry in in_force(money) if entry.kind == "fee" and entry.at > first)
    fees += [
        {"type": _root(slip, entry.name), "amount": number(entry.hundredths), "fee_payer": "collector"}
        for entry in late
    ]
    return found | {"charges_details": charges, "fee_details": fees}


def is_amended(money: Sequence[Movement]) -> bool:
    """Whether a charge was put right, or came after the approval."""
    return any(entry.kind in BACK.values() or (entry.kind in BACK and entry.at > money[0].at) for entry in money)


def months_later(
    book: Book, sold: Numbers, credit: Numbers, dice: Dice, *, known: Mapping[int, Any], seed: str, now: int,
    next_: dict[str, int],
) -> dict[int, Sequence[Movement]]:  # fmt: skip
    """By row what comes late in a generated year, of payments of which nothing is `known` to have come before.

    `sold` are settled sales, `credit` those by credit card; ids of refunds and disputes are taken from `next_`.
    """
    draw = random.Random(f"months later {seed}")  # noqa: S311 - a seed, not a secret
    words, luck = believable(book.site.id)["later"], dice.share(book.columns.count)
    limits = np.cumsum([words["refunded"], words["corrected"], words["disputed"]])
    found: dict[int, Sequence[Movement]] = {}
    for row in np.flatnonzero(sold & (luck < limits[-1])).tolist():
        what = _WHAT[int(np.searchsorted(limits, luck[row], side="right"))]
        if row in known or (what is _dispute and not credit[row]):
            continue
        slip, money = book.slip(row), book.movements_of(row)
        later = what(book.site, draw, slip, money, next_)
        if later and later[0].at < now - _DAY:
            found[row] = [entry for entry in later if entry.at < now - _DAY]
    return found


def _refund(
    site: Site, draw: random.Random, slip: Slip, money: list[Movement], next_: dict[str, int]
) -> list[Movement]:
    """All of it, at any time while the country's window is open."""
    at = money[0].at + draw.randrange(60 * _DAY, site.refund_days * _DAY)
    next_["refund"] += draw.randrange(3, 50)
    return given_back(site, slip, money, amount=money[0].hundredths, at=at, refund=next_["refund"])


def _correction(
    site: Site, draw: random.Random, slip: Slip, money: list[Movement], next_: dict[str, int]
) -> list[Movement]:
    """One charge, some months on."""
    del next_  # takes no id
    at, charges = money[0].at + draw.randrange(20 * _DAY, 170 * _DAY), money[1:]
    if not charges:
        return []
    wrong, share = draw.choice(charges), draw.choice(_MADE_AGAIN)
    unit = 1 if site.decimals else 100
    to = round(wrong.hundredths * share) // unit * unit
    return put_right(slip, money, name=wrong.name, to=to, at=at) if to != wrong.hundredths else []


def _dispute(
    site: Site, draw: random.Random, slip: Slip, money: list[Movement], next_: dict[str, int]
) -> list[Movement]:
    """Opened when a card's statement is long paid, decided months after that."""
    opened = money[0].at + draw.randrange(45 * _DAY, 120 * _DAY)
    ended = opened + draw.randrange(30 * _DAY, (150 if site.id == "MLC" else 140) * _DAY)
    next_["chargeback"] += draw.randrange(11, 900)
    case, amount = str(next_["chargeback"]), money[0].hundredths
    kind = draw.choice(("chargeback_back", "chargeback_lost"))
    return [
        disputed(site, slip, amount, opened, case=case),
        disputed(site, slip, amount, ended, case=case, kind=kind),
    ]


_WHAT = (_refund, _correction, _dispute)
