"""The store: an engine from a URL, the rules of every connection, migrations after a backup, and the one upsert."""

from __future__ import annotations

import errno
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from itertools import repeat
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

from mpkit.errors import StoreTrouble, WrongUsage, of_system
from mpkit.mounts import over_network
from mpkit.stored import (
    EPOCH,
    Condition,
    Json,
    Unreadable,
    Utc,
    among,
    asked,
    canonical,
    counted,
    fetched,
    lines,
    microseconds,
    raw,
    told,
)

__all__ = [
    "EPOCH",
    "PATIENCE",
    "Condition",
    "Connection",
    "Engine",
    "Expression",
    "Json",
    "Query",
    "Rows",
    "Utc",
    "among",
    "asked",
    "backup_before_migration",
    "canonical",
    "connect",
    "counted",
    "fetched",
    "insert_many",
    "lines",
    "metadata",
    "migrate",
    "open_store",
    "reading",
    "revisions",
    "told",
    "upsert",
    "wal_is_safe",
    "where",
    "writing",
]


metadata = sa.MetaData()
Engine = sa.Engine  # other rooms name these without importing the library
Connection = sa.Connection
Expression = sa.ColumnElement[Any]
Query = sa.Select[Any]
Rows = Sequence[Mapping[str, object]]  # values by column name

_WRITER = 6_071_975  # the lock of whoever writes; any number, the same in every mpkit
PATIENCE = 30  # seconds a connection waits for others that hold the store

# Several connections on one file are safe in WAL mode only from these versions on (the WAL-reset fault of SQLite).
_WAL_SAFE = ((3, 51, 3),)
_WAL_SAFE_PATCHES = {(3, 50): 7, (3, 44): 6}
_OURS = re.compile(r"no such (table|column|function)|syntax error|has no column|too many", re.IGNORECASE)  # SQLite's


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite may use write-ahead logging with several connections."""
    if version >= _WAL_SAFE[0]:
        return True
    patch = _WAL_SAFE_PATCHES.get((version[0], version[1]))
    return patch is not None and version[2] >= patch


def connect(url: str) -> sa.Engine:
    """An engine with our connection rules; nothing is opened yet and no table is made (see `open_store`)."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _connect_server(parsed)
    engine = sa.create_engine(parsed, connect_args={"timeout": PATIENCE})
    mode = "WAL" if wal_is_safe() else "DELETE"

    @sa.event.listens_for(engine, "connect")
    def _rules(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
        cursor.execute(f"PRAGMA journal_mode = {mode}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA mmap_size = 0")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        raw(connection, f"BEGIN {connection.get_execution_options().get('mpkit_begin', 'IMMEDIATE')}")

    return engine


def _connect_server(url: sa.URL) -> sa.Engine:
    """PostgreSQL: one writer at a time, as with SQLite, so that what was read in a transaction still holds in it."""
    engine = sa.create_engine(url, pool_pre_ping=True)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("mpkit_begin") != "DEFERRED":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")

    return engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that only reads: it does not wait for writers to finish and does not block them.

    Raises `StoreTrouble` where the store cannot be read.
    """
    with _trouble_said(engine), engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            yield connection.execution_options(mpkit_begin="DEFERRED")
        else:  # all of it as it stood at one moment, which SQLite gives by itself
            yield connection.execution_options(mpkit_begin="DEFERRED", isolation_level="REPEATABLE READ")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One short write transaction (`BEGIN IMMEDIATE`), committed at the end.

    Raises `StoreTrouble`, one clear sentence, where the disk is full or the store cannot be written.
    """
    with _trouble_said(engine), engine.connect() as connection:
        connection.begin()
        yield connection
        connection.commit()  # what does not come here is rolled back as the connection is let go


@contextmanager
def _trouble_said(engine: sa.Engine) -> Iterator[None]:
    """What a database says of itself (full, closed, damaged), as a sentence; what it says of our SQL stays as it is."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        trouble = _trouble(engine, error)
        if trouble is None:
            raise
        raise trouble from error
    except Unreadable as error:
        raise StoreTrouble("store_damaged", where=where(engine), why=str(error)) from error


def _trouble(engine: sa.Engine, error: sa.exc.DBAPIError) -> StoreTrouble | None:
    why = str(error.orig)
    if "database or disk is full" in why or f"[Errno {errno.ENOSPC}]" in why:
        return StoreTrouble("disk_full", where=where(engine))
    if "malformed" in why or "is not a database" in why:
        return StoreTrouble("store_damaged", where=where(engine), why=why)
    if "is locked" in why:
        return StoreTrouble("store_busy", where=where(engine), n=PATIENCE)
    if isinstance(error, sa.exc.OperationalError) and not _OURS.search(why):
        return StoreTrouble("store_unreachable", where=where(engine), why=why)
    return None


def where(engine: sa.Engine) -> str:
    """The store's place as it may be shown: a file, or a URL without its password."""
    return engine.url.database or "" if engine.url.get_backend_name() == "sqlite" else engine.url.render_as_string()


def open_store(url: str) -> sa.Engine:
    """The engine of an up-to-date store: made where absent, migrated where older, refused where newer.

    Raises `StoreTrouble` where it cannot be opened or is none of ours, `WrongUsage` where the URL is none.
    """
    try:
        engine = connect(url)
    except (sa.exc.ArgumentError, ImportError) as error:  # not a URL, or of a database we have no driver for
        server = url.startswith("postgresql") and isinstance(error, ImportError)
        raise WrongUsage("store_no_driver" if server else "store_address_wrong") from error
    try:
        if engine.url.get_backend_name() == "sqlite" and engine.url.database:
            Path(engine.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if kind := over_network(Path(engine.url.database)):
                raise StoreTrouble("store_over_network", where=where(engine), kind=kind)
        with _trouble_said(engine):
            migrate(engine)
    except OSError as error:
        raise of_system(error, where=where(engine)) or error from error
    except sqlite3.Error as error:  # the backup before a migration
        raise StoreTrouble("store_unreachable", where=where(engine), why=str(error)) from error
    return engine


def revisions() -> frozenset[str]:
    """The versions of a store this program can read, its own and all before: what the steps' file names begin with."""
    steps = (step.name.partition("_")[0] for step in (files("mpkit") / "migrations" / "versions").iterdir())
    return frozenset(step for step in steps if step.isdecimal())


def migrate(engine: sa.Engine) -> None:
    """Bring the store to this program's version in one exclusive transaction, after a backup of what was there."""
    known = revisions()
    with reading(engine) as connection:
        tables = set(sa.inspect(connection).get_table_names())
        asked = sa.text("SELECT version_num FROM alembic_version")
        found = connection.execute(asked).scalar() if "alembic_version" in tables else None
    if found is None and tables - {"alembic_version"}:
        raise StoreTrouble("store_foreign", where=where(engine))
    if found == max(known):
        return
    if found is not None and found not in known:
        raise StoreTrouble("store_newer", where=where(engine), found=found)
    if found is not None:
        backup_before_migration(engine, found)
    from alembic import command  # noqa: PLC0415 - heavy, and nearly every start finds the store as it should be
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("mpkit") / "migrations"))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")


def backup_before_migration(engine: sa.Engine, revision: str) -> Path | None:
    """A consistent copy of a SQLite store beside it (online backup API); PostgreSQL has its own tools."""
    if engine.url.get_backend_name() != "sqlite" or not engine.url.database or engine.url.database == ":memory:":
        return None
    target = Path(f"{engine.url.database}.before-{revision}.backup")
    source = sqlite3.connect(engine.url.database)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    return target


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    rows: Rows,
    *,
    key: Iterable[str],
    newer_by: str | None = None,
    keep: Iterable[str] = (),
) -> int:
    """Insert rows or update those with the same `key`; returns how many were written.

    With `newer_by`, a stored row is only replaced by one whose value in that column is not smaller (newest version
    wins). Columns in `keep` keep what is stored. Rows all have the same columns.
    """
    if not rows:
        return 0
    key, kept = tuple(key), set(keep)
    columns = tuple(name for name in rows[0] if name not in key and name not in kept)
    return insert_many(connection, _upserting(connection.dialect.name, table, key, columns, newer_by), rows)


@lru_cache(maxsize=256)  # making a statement costs more than the database takes for it
def _upserting(
    dialect: str, table: sa.Table, key: tuple[str, ...], columns: tuple[str, ...], newer_by: str | None
) -> sqlite.Insert | postgresql.Insert:
    statement: sqlite.Insert | postgresql.Insert = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    if not columns:
        return statement.on_conflict_do_nothing(index_elements=key)
    condition = statement.excluded[newer_by] >= table.c[newer_by] if newer_by else None
    return statement.on_conflict_do_update(
        index_elements=key, set_={name: statement.excluded[name] for name in columns}, where=condition
    )


def insert_many(connection: sa.Connection, statement: sqlite.Insert | postgresql.Insert, rows: Rows) -> int:
    """Send one insert for many rows, all with the columns of the first; returns how many were written.

    SQLite's driver takes tuples, and making those of a row is most of what the library would do: done column by column
    it costs a quarter.
    """
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, list(rows)).rowcount
    if len(rows) == 1:
        return told(connection, statement, rows[0])
    names = list(rows[0])
    said = _compiled(statement, connection.dialect, tuple(names))
    columns = {name: [row[name] for row in rows] for name in names}
    values = [
        _written(connection.dialect, statement.table.c[name], columns[name])
        if name in columns
        else repeat(said.params[name], len(rows))  # a value of the statement itself
        for name in said.positiontup or ()
    ]
    return connection.exec_driver_sql(str(said), list(zip(*values, strict=True))).rowcount


@lru_cache(maxsize=256)
def _compiled(
    statement: sqlite.Insert | postgresql.Insert, dialect: sa.Dialect, names: tuple[str, ...]
) -> sa.sql.compiler.SQLCompiler:
    said = statement.compile(dialect=dialect, column_keys=list(names))
    assert isinstance(said, sa.sql.compiler.SQLCompiler)
    return said


def _written(dialect: sa.Dialect, column: sa.ColumnClause[Any], values: Sequence[Any]) -> Iterable[Any]:
    """A column's values as the driver takes them."""
    if isinstance(column.type, Utc):  # what `process_bind_param` does of one; a naive time is refused by subtracting
        return [None if value is None else microseconds(value - EPOCH) for value in values]
    change = column.type.dialect_impl(dialect).bind_processor(dialect)
    if change is None or isinstance(column.type, sa.Boolean):  # the driver takes truth values as they are
        return values
    if isinstance(column.type, sa.Date):  # few different ones
        known = {value: change(value) for value in set(values)}
        return [known[value] for value in values]
    return map(change, values)
