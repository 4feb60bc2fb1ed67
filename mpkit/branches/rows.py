"""The tables of the list: branches and registers, own ids, what was taken in; and how they are read and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mpkit.db import Connection, Engine, Json, Utc, lines, metadata, reading, upsert


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
Value = tuple[str, Mapping[str, Any], int | None]
TABLES = {"branch": branches, "register": registers}

own_ids = sa.Table(
    "own_ids",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("object", sa.Text, primary_key=True),  # branch, register; made: an id of ours for a row without one
    sa.Column("branch", sa.Text, primary_key=True),  # external id of a register's branch: till 1 stands in each; or ""
    sa.Column("own", sa.Text, primary_key=True),  # as the merchant writes it
    sa.Column("external_id", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),  # that said it first
    sa.Column("at", Utc, nullable=False),
)
take_ins = sa.Table(
    "take_ins",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("files", Json, nullable=False),  # names
    sa.Column("before", Json, nullable=False),  # [[object, external id, {values, origins, record} or None: added]]
    sa.Column("undone", Utc),
)


def read(connection: Connection, table: sa.Table, account: str) -> Sequence[Mapping[str, Any]]:
    """All entries of an account in the order they came in."""
    query = sa.select(table).where(table.c.account == account).order_by(table.c.position, table.c.external_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def read_both(engine: Engine, account: str) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
    """The branches and the registers of an account, as one moment saw them."""
    with reading(engine) as connection:
        return read(connection, branches, account), read(connection, registers, account)


def read_values(engine: Engine, account: str) -> tuple[Sequence[Value], Sequence[Value]]:
    """Of the branches and the registers of an account, only what they are: external id, values, record."""
    with reading(engine) as connection:
        stores, tills = (lines(connection, query, {"of_account": account}) for query in _values)
    return stores, tills


_values = [
    sa.select(table.c.external_id, table.c["values"], table.c.record)
    .where(table.c.account == sa.bindparam("of_account"))
    .order_by(table.c.position, table.c.external_id)
    for table in (branches, registers)
]


def read_origins(engine: Engine, account: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """What each entry's values come from, one after the other: object, external id, field → origin."""
    with reading(engine) as connection:
        for name, table in TABLES.items():
            query = sa.select(table.c.external_id, table.c.origins).where(table.c.account == account)
            for row in connection.execute(query).yield_per(500):
                yield name, row.external_id, row.origins


def write(connection: Connection, table: sa.Table, entries: Iterable[Mapping[str, Any]]) -> None:
    """Insert entries or replace those with the same external id."""
    upsert(connection, table, list(entries), key=("account", "external_id"), keep=("added", "position"))


def delete(connection: Connection, table: sa.Table, account: str, names: Sequence[str]) -> None:
    """Take entries out of the list: only what an undo of their own taking in takes back."""
    mine = (table.c.account == account) & (table.c.external_id == sa.bindparam("name"))
    if names:
        connection.execute(table.delete().where(mine), [{"name": name} for name in names])


def next_position(connection: Connection, table: sa.Table, account: str) -> int:
    """The place after the last entry of an account."""
    last = connection.execute(sa.select(sa.func.max(table.c.position)).where(table.c.account == account)).scalar()
    return 0 if last is None else int(last) + 1


def read_ids(engine: Engine, account: str) -> dict[tuple[str, str, str], str]:
    """(object, branch of a register, own id) → external id."""
    names = (own_ids.c.object, own_ids.c.branch, own_ids.c.own, own_ids.c.external_id)
    with reading(engine) as connection:
        found = connection.execute(sa.select(*names).where(own_ids.c.account == account)).all()
    return {(each.object, each.branch, each.own): each.external_id for each in found}


def write_ids(
    connection: Connection, account: str, ids: Mapping[tuple[str, str, str], tuple[str, str]], at: datetime
) -> None:
    """Keep who is meant by which own id; one that is known stays who it was."""
    names = ("object", "branch", "own")
    entries = [
        {"account": account, **dict(zip(names, key, strict=True)), "external_id": name, "file": file, "at": at}
        for key, (name, file) in ids.items()
    ]
    upsert(connection, own_ids, entries, key=("account", *names), keep=("external_id", "file", "at"))


def forget_ids(connection: Connection, account: str, at: datetime) -> None:
    """Forget the own ids that were learnt at that moment."""
    connection.execute(own_ids.delete().where((own_ids.c.account == account) & (own_ids.c.at == at)))


def read_runs(connection: Connection, account: str, limit: int | None = None) -> Sequence[sa.Row[Any]]:
    """What was taken in, the newest first."""
    query = sa.select(take_ins).where(take_ins.c.account == account).order_by(take_ins.c.at.desc(), take_ins.c.id)
    return connection.execute(query.limit(limit)).all()


def write_run(connection: Connection, run: Mapping[str, Any], kept: int) -> None:
    """Keep a run; those older than the `kept` newest lose what they would need to be taken back."""
    connection.execute(take_ins.insert(), [dict(run)])
    mine = (take_ins.c.account == run["account"]) & (take_ins.c.id == sa.bindparam("name"))
    old = [{"name": each.id} for each in read_runs(connection, run["account"])[kept:] if each.before]
    if old:
        connection.execute(take_ins.update().where(mine).values(before=[]), old)


def write_undone(connection: Connection, account: str, name: str, at: datetime) -> None:
    """A run was taken back."""
    mine = (take_ins.c.account == account) & (take_ins.c.id == name)
    connection.execute(take_ins.update().where(mine).values(undone=at))


def stamp(engine: Engine, account: str) -> str:
    """Changes when anything in the list does: how many entries there are, and when one was changed last."""
    told = []
    with reading(engine) as connection:
        for table in (branches, registers):
            query = sa.select(sa.func.count(), sa.func.max(table.c.changed)).where(table.c.account == account)
            told += [str(value) for value in connection.execute(query).one()]
    return " ".join(told)
