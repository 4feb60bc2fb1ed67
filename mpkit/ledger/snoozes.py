"""Alarms that are put off: a store or register, a reason and a day go in; what is put off on a day comes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from mpkit import db
from mpkit.db import Engine
from mpkit.ledger.rows import snoozes

REASONS = ("closed", "works", "broken", "unused", "known")


@dataclass(frozen=True, slots=True)
class Snooze:
    """The silence of one store or POS is known, and no news until a day."""

    object: str  # store, pos
    remote_id: str
    until: date
    reason: str  # of REASONS
    who: str
    at: datetime


def snooze(engine: Engine, account: str, put_off: Iterable[Snooze]) -> None:
    """Put alarms off; said again it is the last word that holds."""
    lines = [{"account": account, **asdict(each)} for each in put_off]
    with db.writing(engine) as connection:
        db.upsert(connection, snoozes, lines, key=("account", "object", "remote_id"))


def wake(engine: Engine, account: str, object_: str, remote_id: str) -> None:
    """The alarm is news again."""
    mine = (snoozes.c.account == account) & (snoozes.c.object == object_) & (snoozes.c.remote_id == remote_id)
    with db.writing(engine) as connection:
        connection.execute(snoozes.delete().where(mine))


def snoozed(engine: Engine, account: str, today: date) -> dict[tuple[str, str], Snooze]:
    """What is put off on this day, by object and id."""
    query = snoozes.select().where(snoozes.c.account == account, snoozes.c.until > today)
    with db.reading(engine) as connection:
        found = connection.execute(query).mappings().all()
    return {
        (row["object"], row["remote_id"]): Snooze(**{name: row[name] for name in Snooze.__dataclass_fields__})
        for row in found
    }
