"""The store: rules of a connection, instants, the one upsert, migrations."""

from __future__ import annotations

import sqlite3
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpkit import db, mounts
from mpkit.errors import StoreTrouble
from tests.quick import durable

things = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer),
    sa.Column("body", db.Json),
    sa.Column("at", db.Utc),
)


@pytest.fixture
def engine(tmp_path: Path) -> db.Engine:
    made = db.connect(f"sqlite:///{tmp_path / 'things.sqlite'}")
    things.metadata.create_all(made)
    return made


def put(engine: db.Engine, version: int, body: object = None) -> None:
    with db.writing(engine) as connection:
        row = {"account": "1", "id": "a", "version": version, "body": body, "at": None}
        db.upsert(connection, things, [row], key=("account", "id"), newer_by="version")


def version(engine: db.Engine) -> int:
    with db.reading(engine) as connection:
        return connection.execute(sa.select(things.c.version)).scalar_one()


def test_the_newest_version_wins_in_any_order(engine: db.Engine) -> None:
    for number in (2, 3, 1):
        put(engine, number)
    assert version(engine) == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.datetimes(
        datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=-4))]),
    )
)
def test_instants_come_back_to_the_microsecond(at: datetime) -> None:
    kind = db.Utc()
    dialect = sa.create_engine("sqlite://").dialect
    back = kind.process_result_value(kind.process_bind_param(at, dialect), dialect)
    assert back == at
    assert back is not None
    assert back.tzinfo is UTC


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        db.Utc().process_bind_param(datetime(2026, 1, 1), sa.create_engine("sqlite://").dialect)  # noqa: DTZ001


def test_two_writers_wait_for_each_other_and_nothing_is_lost(engine: db.Engine) -> None:
    put(engine, 0)

    def add() -> None:
        for _ in range(25):
            with db.writing(engine) as connection:
                now = connection.execute(sa.select(things.c.version)).scalar_one()
                connection.execute(things.update().values(version=now + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert version(engine) == 100


def test_a_reader_does_not_block_a_writer_that_has_not_committed(engine: db.Engine) -> None:
    put(engine, 7)
    with db.reading(engine) as connection:
        assert connection.execute(sa.select(things.c.version)).scalar_one() == 7
    put(engine, 8)
    assert version(engine) == 8


def test_the_connection_rules_hold(engine: db.Engine) -> None:
    engine.dispose()
    with durable(), db.reading(engine) as connection:  # newly opened
        ask = connection.exec_driver_sql
        assert ask("PRAGMA synchronous").scalar() == 2
        assert ask("PRAGMA foreign_keys").scalar() == 1
        expected = "wal" if db.wal_is_safe() else "delete"
        assert ask("PRAGMA journal_mode").scalar() == expected


@pytest.mark.parametrize(
    ("found", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 44, 5), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
    ],
)
def test_write_ahead_logging_only_where_it_is_safe(found: tuple[int, ...], safe: bool) -> None:
    assert db.wal_is_safe(found) is safe


def test_a_store_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    db.open_store(f"sqlite:///{file}").dispose()
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    with pytest.raises(StoreTrouble, match="newer"):
        db.open_store(f"sqlite:///{file}")
    assert file.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="its mounts are not told this way")
def test_a_store_on_a_network_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, shop = tmp_path / "mounts", tmp_path / "una tienda"
    escaped = str(shop).replace(" ", "\\040")
    lines = ["/dev/vda / ext4 rw 0 0", f"server:/x {escaped} nfs4 rw 0 0", f"/dev/vdb {escaped}/local xfs rw 0 0"]
    table.write_text("\n".join(lines))
    told = {name: mounts.over_network(shop / name, table) for name in ("a.sqlite", "local/a.sqlite", "../a.sqlite")}
    assert told == {"a.sqlite": "nfs4", "local/a.sqlite": "", "../a.sqlite": ""}
    assert mounts.over_network(shop, tmp_path / "nothing") == ""
    monkeypatch.setattr(db, "over_network", lambda path: mounts.over_network(path, table))
    with pytest.raises(StoreTrouble, match="nfs4"):
        db.open_store(f"sqlite:///{shop}/store.sqlite")
    assert not (shop / "store.sqlite").exists()


@pytest.mark.parametrize(("safe", "mode"), [(False, "delete"), (True, "wal")])
def test_each_way_of_writing_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, safe: bool, mode: str) -> None:
    """Both are forced once, whatever this SQLite would be given: writers take turns, a reader waits for nobody."""
    monkeypatch.setattr(db, "wal_is_safe", lambda: safe)
    for number, holds in enumerate(
        (
            test_two_writers_wait_for_each_other_and_nothing_is_lost,
            test_a_reader_does_not_block_a_writer_that_has_not_committed,
        )
    ):
        engine = db.open_store(f"sqlite:///{tmp_path / f'{number}.sqlite'}")
        with db.reading(engine) as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == mode
        things.metadata.create_all(engine)
        holds(engine)
        engine.dispose()


def test_an_unwritable_place_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.sqlite").mkdir()
    with pytest.raises(StoreTrouble, match="cannot be opened"):
        db.open_store(f"sqlite:///{tmp_path / 'folder.sqlite'}")


def test_the_backup_before_a_migration_holds_every_committed_row(tmp_path: Path) -> None:
    engine = db.connect(f"sqlite:///{tmp_path / 'things.sqlite'}")
    things.metadata.create_all(engine)
    put(engine, 5, {"ñ": [1, 2]})
    backup = db.backup_before_migration(engine, "0001")
    assert backup is not None
    copy = db.connect(f"sqlite:///{backup}")
    assert version(copy) == 5


def test_canonical_text_does_not_depend_on_the_order_of_keys() -> None:
    assert db.canonical({"b": 1, "a": "ñ"}) == db.canonical({"a": "ñ", "b": 1}) == '{"a":"ñ","b":1}'


def test_a_store_that_somebody_else_holds_is_said_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "PATIENCE", 0)
    file = tmp_path / "store.sqlite"
    db.open_store(f"sqlite:///{file}").dispose()
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreTrouble, match="Another process held the store"):
            db.open_store(f"sqlite:///{file}")
    finally:
        holder.close()
