"""Fees and taxes kind by kind: what sales are meant comes in; the charges of their payments, summed by name, go out.

They are read from the rows, which know every charge by its name: what it costs grows with the payments of the period,
so a page asks for it only when somebody wants to see it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from mpkit import db
from mpkit.sales import rows
from mpkit.sales.mirror import Mirror
from mpkit.sales.narrowing import of_rows
from mpkit.sales.question import Row, Which
from mpkit.sales.rows import payments

FEE, TAX = "fee", "tax"
_BATCH = 50_000
_OURS = frozenset({"collector", ""})  # who pays: a charge that names nobody was seen to be the merchant's


@dataclass(frozen=True, slots=True)
class Kind:
    """What was charged under one name, hundredths; `name` "" is what was given back of all charges of this kind."""

    kind: str
    name: str
    amount: int


def kinds(mirror: Mirror, asked: Which, total: Row) -> tuple[Kind, ...]:
    """Every kind of fee and tax of the payments of a period, most first; they add up to those of `total`.

    `total` is the answer to the same question. `asked` has one currency, and neither hours nor weekdays: rows are not
    found by these.
    """
    columns = payments.c
    query = (
        payments.select()
        .with_only_columns(columns.charges)
        .where(*of_rows(asked), columns.day.between(asked.period.first, asked.period.last))
    )
    sums: Counter[tuple[str, str]] = Counter()
    with db.reading(mirror.engine) as connection:
        for some in connection.execute(query).scalars().partitions(_BATCH):
            sums.update(_summed(some))
    found = [
        Kind(kind, name, amount)
        for (kind, name), amount in sorted(sums.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    ]
    for kind, known in ((FEE, total.fees), (TAX, total.taxes)):
        back = known - sum(each.amount for each in found if each.kind == kind)
        if back:
            found.append(Kind(kind, "", back))
    return tuple(found)


def charged(mirror: Mirror, payment_id: str) -> tuple[Kind, ...]:
    """What one payment was charged, name by name, before anything was given back."""
    booked = rows.booked(mirror.engine, mirror.account, [payment_id])
    return tuple(Kind(*each) for one in booked for each in charges_of(one.payment["charges"]))


def _summed(texts: Iterable[str]) -> Counter[tuple[str, str]]:
    sums: Counter[tuple[str, str]] = Counter()
    for text, times in Counter(texts).items():
        for kind, name, amount in charges_of(text):
            sums[kind, name] += amount * times
    return sums


def charges_of(text: str) -> list[tuple[str, str, int]]:
    """The merchant's own charges of one payment, as its row keeps them: fee or tax, name, hundredths."""
    return [
        (TAX if kind == TAX else FEE, name, original)
        for kind, name, payer, original, _ in orjson.loads(text)
        if payer in _OURS
    ]
