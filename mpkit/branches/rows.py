"""The tables of the list: branches and registers, each value with its origin; and how they are read and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mpkit.db import Connection, Engine, Json, Utc, metadata, reading, upsert


def _entries(name: str, *more: sa.Column[Any]) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("external_id", sa.Text, primary_key=True),
        *more,
        sa.Column("values", Json, nullable=False),  # field → value
        sa.Column("origins", Json, nullable=False),  # field → {kind, who, what, record, at, instead_of}
        sa.Column("record", sa.Integer),  # of the file that proposed it last
        sa.Column("position", sa.Integer, nullable=False),  # the order things came in
        sa.Column("added", Utc, nullable=False),
        sa.Column("changed", Utc, nullable=False),
    )


branches = _entries("branches")
registers = _entries("registers", sa.Column("branch_external_id", sa.Text, nullable=False))
sa.Index("registers_branch", registers.c.account, registers.c.branch_external_id)
TABLES = {"branch": branches, "register": registers}


def read(connection: Connection, table: sa.Table, account: str) -> Sequence[Mapping[str, Any]]:
    """All entries of an account in the order they came in."""
    query = sa.select(table).where(table.c.account == account).order_by(table.c.position, table.c.external_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def read_both(engine: Engine, account: str) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
    """The branches and the registers of an account, as one moment saw them."""
    with reading(engine) as connection:
        return read(connection, branches, account), read(connection, registers, account)


def write(connection: Connection, table: sa.Table, entries: Iterable[Mapping[str, Any]]) -> None:
    """Insert entries or replace those with the same external id."""
    upsert(connection, table, list(entries), key=("account", "external_id"), keep=("added", "position"))


def next_position(connection: Connection, table: sa.Table, account: str) -> int:
    """The place after the last entry of an account."""
    last = connection.execute(sa.select(sa.func.max(table.c.position)).where(table.c.account == account)).scalar()
    return 0 if last is None else int(last) + 1


def stamp(engine: Engine, account: str) -> str:
    """Changes when anything in the list does: how many entries there are, and when one was changed last."""
    told = []
    with reading(engine) as connection:
        for table in (branches, registers):
            query = sa.select(sa.func.count(), sa.func.max(table.c.changed)).where(table.c.account == account)
            told += [str(value) for value in connection.execute(query).one()]
    return " ".join(told)
