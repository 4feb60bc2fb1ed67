"""The account's own catalogue as rows: what Mercado Pago listed or named in a refusal goes in, its states come out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mpkit.db import Connection, Engine, Json, Utc, metadata, reading, upsert, writing

catalogue = sa.Table(
    "catalogue",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, primary_key=True),  # its name, as a store's location must have it
    sa.Column("state_id", sa.Text, nullable=False),  # "AR-B"; "" where only a refusal named it
    sa.Column("cities", Json),  # their names; null where not read yet
    sa.Column("origin", sa.Text, nullable=False),  # list | refusal
    sa.Column("at", Utc, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One state of an account: `cities` None where they are not known yet."""

    state: str
    state_id: str
    cities: tuple[str, ...] | None
    at: datetime


def kept(engine: Engine, account: str) -> tuple[Listed, ...]:
    """The states of an account as far as they are known, in name order."""
    query = sa.select(catalogue).where(catalogue.c.account == account).order_by(catalogue.c.state)
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return tuple(
        Listed(row.state, row.state_id, None if row.cities is None else tuple(row.cities), row.at) for row in rows
    )


def keep(engine: Engine, account: str, listed: Sequence[Listed]) -> None:
    """The whole catalogue as it was just read: states it no longer has go."""
    with writing(engine) as connection:
        names = [one.state for one in listed]
        gone = (catalogue.c.account == account) & catalogue.c.state.not_in(names)
        connection.execute(catalogue.delete().where(gone))
        _write(connection, account, listed, "list")


def learn(
    engine: Engine, account: str, field: str, state: str, values: Iterable[str], *, at: datetime
) -> tuple[str, ...]:
    """What a refusal said is valid: the cities of `state`, or the states; gives the states it changed.

    `field` is "city_name" or "state_name". A list already read of the same names stays as it is.
    """
    said = tuple(dict.fromkeys(value for value in values if value))
    if not said or field not in {"city_name", "state_name"}:
        return ()
    with writing(engine) as connection:
        query = sa.select(catalogue).where(catalogue.c.account == account)
        known = {row.state: row for row in connection.execute(query)}
        if field == "city_name":
            before = known.get(state)
            if before is not None and before.cities is not None and set(before.cities) == set(said):
                return ()
            new = [Listed(state, before.state_id if before else "", said, at)]
        else:
            new = [Listed(name, "", None, at) for name in said if name not in known]
            gone = (catalogue.c.account == account) & catalogue.c.state.not_in(said)
            connection.execute(catalogue.delete().where(gone))
        _write(connection, account, new, "refusal")
    return tuple(one.state for one in new)


def stamp(engine: Engine, account: str) -> str:
    """Changes when the account's catalogue does."""
    columns = sa.func.count(), sa.func.max(catalogue.c.at)
    with reading(engine) as connection:
        n, at = connection.execute(sa.select(*columns).where(catalogue.c.account == account)).one()
    return f"{n} {at.isoformat()}" if n else ""


def _write(connection: Connection, account: str, listed: Iterable[Listed], origin: str) -> None:
    rows = [
        {
            "account": account,
            "state": one.state,
            "state_id": one.state_id,
            "cities": None if one.cities is None else list(one.cities),
            "origin": origin,
            "at": one.at,
        }
        for one in listed
    ]
    upsert(connection, catalogue, rows, key=("account", "state"))
