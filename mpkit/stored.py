"""Values and conditions as the store keeps and asks them: alike in every database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

Condition = sa.ColumnElement[bool]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Unreadable(ValueError):
    """A stored value is none of ours: a flipped bit, a foreign hand."""


class Utc(sa.TypeDecorator[datetime]):
    """An aware UTC instant as microseconds since 1970: every database keeps and orders it alike."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        """Refuse naive times; store microseconds."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive time cannot be stored"
            raise ValueError(message)
        return (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware UTC time."""
        return _read_utc(value)


def _read_utc(value: int | None) -> datetime | None:
    if value is None:
        return None
    try:
        return EPOCH + timedelta(microseconds=value)
    except (TypeError, OverflowError) as error:
        raise Unreadable(str(error)) from error


def microseconds(since: timedelta) -> int:
    """The same as dividing by one, in half the time."""
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


class Json(sa.TypeDecorator[Any]):
    """Plain data as canonical JSON text: sorted keys, no blanks, UTF-8, so that equal data is equal text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:  # noqa: ANN401, ARG002
        """Write canonical JSON."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401, ARG002
        """Read it back."""
        return _read_json(value)


def _read_json(value: str | None) -> Any:  # noqa: ANN401 - plain data
    if value is None:
        return None
    try:
        return json.loads(value)
    except (TypeError, ValueError) as error:
        raise Unreadable(str(error)) from error


class _Texts(sa.TypeDecorator[Sequence[str]]):
    """Many texts in one value: an array where the database has them, else a JSON list."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """An array of PostgreSQL; a text elsewhere."""
        return dialect.type_descriptor(postgresql.ARRAY(sa.Text()) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401
        """The driver's own list, or JSON."""
        return value if dialect.name == "postgresql" or value is None else json.dumps(value)


class _Among(sa.sql.functions.FunctionElement[bool]):
    """What `among` gives; said in the database's own words below."""

    type = sa.types.NullType()  # type: ignore[assignment] # as a truth value it would be compared with 1, and no index be used
    inherit_cache = True


@compiles(_Among)
def _in_json(element: _Among, compiler: sa.sql.compiler.SQLCompiler, **more: Any) -> str:  # noqa: ANN401
    column, texts = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"  # noqa: S608 - both are the compiler's own


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: sa.sql.compiler.SQLCompiler, **more: Any) -> str:  # noqa: ANN401
    column, texts = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} = ANY ({texts})"


def among(column: sa.Column[Any], texts: Iterable[str] | str) -> Condition:
    """Whether a text column holds one of these, however many: one value and one statement for all.

    `texts` is the name of the value where the statement is a fixed one.
    """
    if isinstance(texts, str):
        return _Among(column, sa.bindparam(texts, type_=_Texts()))
    return _Among(column, sa.bindparam(None, list(texts), type_=_Texts(), unique=True))


def counted(query: sa.Select[Any]) -> sa.Select[Any]:
    """How many rows a query of one table finds, read from nothing but what its conditions need."""
    return query.with_only_columns(sa.func.count())


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))  # made once: it is asked often


def canonical(value: object) -> str:
    """The one JSON text of plain data: what hashes and MACs are taken over."""
    return _CANONICAL.encode(value)


def fetched(connection: sa.Connection, query: sa.Select[Any], table: sa.Table) -> list[dict[str, Any]]:
    """The rows of a query for all columns of a table, in their order, by name.

    The library makes an object of each row that converts its values one by one when they are asked for; where all of
    them are, reading the driver's own tuples takes a third of that.
    """
    found = connection.execute(query).cursor
    if found is None:
        return []
    names, change = table.c.keys(), _converting(table, connection.dialect)
    rows = []
    for line in found.fetchall():
        row = dict(zip(names, line, strict=True))
        for name, convert in change:
            row[name] = convert(row[name])
        rows.append(row)
    return rows


@lru_cache(maxsize=64)
def _converting(table: sa.Table, dialect: sa.Dialect) -> list[tuple[str, Callable[[Any], Any]]]:
    """The columns whose values the driver does not give as we want them."""
    found = ((column.name, column.type.dialect_impl(dialect)) for column in table.c)
    known = ((name, kind.result_processor(dialect, None)) for name, kind in found)
    return [(name, convert) for name, convert in known if convert is not None]


# Statements that are said at every single request: what the library does for one takes ten times what SQLite takes, so
# there the text made of it once goes to the driver itself. Any other database is asked through the library.

_SQLITE = sqlite.dialect(paramstyle="named")
Values = Mapping[str, object]


class _Fixed(NamedTuple):
    """A statement as SQLite's driver takes it, and what is done to the values that go in and come out."""

    text: str
    own: dict[str, Any]  # values of the statement itself
    into: tuple[tuple[str, Callable[[Any], Any]], ...]
    names: tuple[str, ...]
    out_of: tuple[tuple[int, Callable[[Any], Any]], ...]


def told(connection: sa.Connection, statement: sa.Insert | sa.Update | sa.Delete, values: Values) -> int:
    """Carry out a fixed statement with these values; returns how many rows it changed."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, dict(values)).rowcount
    return _said(connection, _fixed(statement, tuple(values)), values)[1]


def lines(connection: sa.Connection, query: sa.Select[Any], values: Values) -> list[tuple[Any, ...]]:
    """What a fixed query finds with these values, in its columns' order."""
    if connection.dialect.name != "sqlite":
        return [tuple(row) for row in connection.execute(query, dict(values))]
    fixed = _fixed(query, tuple(values))
    found, _ = _said(connection, fixed, values)
    if not found or not fixed.out_of:
        return found
    columns: list[Iterable[Any]] = [[line[n] for line in found] for n in range(len(fixed.names))]
    for n, change in fixed.out_of:
        columns[n] = map(change, columns[n])
    return list(zip(*columns, strict=True))


def asked(connection: sa.Connection, query: sa.Select[Any], values: Values) -> list[dict[str, Any]]:
    """What a fixed query finds with these values, each row by its columns' names."""
    names = query.selected_columns.keys() if connection.dialect.name != "sqlite" else _fixed(query, tuple(values)).names
    return [dict(zip(names, line, strict=True)) for line in lines(connection, query, values)]


def raw(connection: sa.Connection, text: str, values: Values | None = None) -> tuple[list[tuple[Any, ...]], int]:
    """Say a text to SQLite's driver: the rows it gives, and how many it changed; errors are raised as the library's."""
    driver: Any = connection.connection.driver_connection
    try:
        cursor = driver.execute(text, values or {})
        return cursor.fetchall(), cursor.rowcount
    except sqlite3.Error as error:
        raise sa.exc.DBAPIError.instance(text, None, error, sqlite3.Error) from error


def _said(connection: sa.Connection, fixed: _Fixed, values: Values) -> tuple[list[tuple[Any, ...]], int]:
    if not connection.in_transaction():
        connection.begin()
    given = {**fixed.own, **values}
    for name, change in fixed.into:
        given[name] = change(given[name])
    return raw(connection, fixed.text, given)


@lru_cache(maxsize=512)
def _fixed(statement: Any, names: tuple[str, ...]) -> _Fixed:  # noqa: ANN401 - one of several classes
    said = statement.compile(dialect=_SQLITE, column_keys=list(names))
    binds = {name: bind.type for bind, name in said.bind_names.items()}
    own = {name: value for name, value in said.params.items() if name not in names}
    columns = list(statement.selected_columns) if isinstance(statement, sa.Select) else []
    into = ((name, _writing(kind)) for name, kind in binds.items())
    out_of = ((n, _reading(column.type)) for n, column in enumerate(columns))
    return _Fixed(
        str(said),
        own,
        tuple((name, change) for name, change in into if change is not None),
        tuple(str(column.key) for column in columns),
        tuple((n, change) for n, change in out_of if change is not None),
    )


def _writing(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How a value becomes what the driver takes, None where it is that already."""
    if isinstance(kind, Utc):
        return _ticks
    found: Callable[[Any], Any] | None = kind.dialect_impl(_SQLITE).bind_processor(_SQLITE)
    return found


def _ticks(value: datetime | None) -> int | None:
    """As `Utc.process_bind_param`; a naive time is refused by subtracting."""
    return None if value is None else microseconds(value - EPOCH)


def _reading(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How what the driver gives becomes a value, None where it is one already."""
    if isinstance(kind, Json):
        return _plain
    if isinstance(kind, Utc):
        return _read_utc
    found: Callable[[Any], Any] | None = kind.dialect_impl(_SQLITE).result_processor(_SQLITE, None)
    return found


_decoded = json.JSONDecoder().raw_decode


def _plain(value: str | None) -> Any:  # noqa: ANN401 - plain data
    """As `Json.process_result_value`, of which most is looking for blanks around the text: ours has none."""
    if value is None:
        return None
    try:
        found, end = _decoded(value)
    except (TypeError, ValueError):
        end = -1
    return found if end == len(value) else _read_json(value)
