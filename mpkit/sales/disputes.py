"""Disputed payments: what sales are meant comes in; disputes, newest first, and how many are open, lost and won go out.

They are dated on the day they were opened, as the figures count them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mpkit import db
from mpkit.sales import rows
from mpkit.sales.mirror import Mirror
from mpkit.sales.narrowing import of_rows
from mpkit.sales.question import Which
from mpkit.sales.rows import chargebacks, payments

OPEN, LOST, WON = "open", "lost", "won"
_STATES: Mapping[bool | None, str] = {None: OPEN, False: LOST, True: WON}


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute, hundredths; `changed` is when something last happened to it."""

    chargeback_id: str
    payment_id: str
    state: str
    amount: int
    currency: str
    day: date
    changed: date
    store: str
    register: str


@dataclass(frozen=True, slots=True)
class Disputes:
    """Some of the disputes, and of all of them by state how many there are and their sum in hundredths."""

    rows: tuple[Dispute, ...]
    counts: Mapping[str, int]
    sums: Mapping[str, int]


def disputes(mirror: Mirror, asked: Which, offset: int = 0, limit: int = 25) -> Disputes:
    """The disputes of a period's days, of one currency: `asked.currency`."""
    found = _found(mirror, asked)
    ids = {each[name] for each in found[offset : offset + limit] for name in ("store_id", "pos_id")}
    places = rows.known_places(mirror.engine, mirror.account, mirror.zone, ids)
    states = [_STATES[each["covered"]] for each in found]
    return Disputes(
        tuple(
            Dispute(
                each["chargeback_id"],
                each["payment_id"],
                state,
                each["amount"],
                asked.currency,
                each["day"],
                each["back_day"],
                places.store_name(each["store_id"]),
                places.register_name(each["pos_id"]),
            )
            for each, state in list(zip(found, states, strict=True))[offset : offset + limit]
        ),
        {state: states.count(state) for state in (OPEN, LOST, WON)},
        {
            state: sum(each["amount"] for each, its in zip(found, states, strict=True) if its == state)
            for state in (OPEN, LOST, WON)
        },
    )


def _found(mirror: Mirror, asked: Which) -> list[Mapping[str, Any]]:
    columns, its = chargebacks.c, payments.c
    same = (its.account == columns.account) & (its.payment_id == columns.payment_id)
    query = (
        chargebacks.join(payments, same)
        .select()
        .with_only_columns(*chargebacks.c, its.store_id, its.pos_id)
        .where(*of_rows(asked), columns.day.between(asked.period.first, asked.period.last))
        .order_by(columns.created.desc(), columns.chargeback_id.desc())
    )
    with db.reading(mirror.engine) as connection:
        return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - its public name
