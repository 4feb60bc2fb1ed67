"""Migrations: they make what the rooms declare; a kill leaves the store wholly old or wholly new."""

from __future__ import annotations

import importlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from mpkit import db

ROOT = Path(__file__).parent.parent


def declared() -> sa.MetaData:
    for rows in sorted((ROOT / "mpkit").glob("*/rows.py")):
        importlib.import_module(f"mpkit.{rows.parent.name}.rows")
    return db.metadata


def shape(engine: db.Engine) -> dict[str, object]:
    """Tables, columns, keys, checks and indexes as the database itself tells them."""
    look = sa.inspect(engine)
    found: dict[str, object] = {}
    for table in sorted(set(look.get_table_names()) - {"alembic_version"}):
        columns = [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)]
        indexes = sorted(
            (i["name"], i["column_names"], i["unique"], {k: str(v) for k, v in i["dialect_options"].items()})
            for i in look.get_indexes(table)
        )
        unique = sorted((u["name"], u["column_names"]) for u in look.get_unique_constraints(table))
        checks = sorted((c["name"], c["sqltext"]) for c in look.get_check_constraints(table))
        found[table] = (columns, look.get_pk_constraint(table)["constrained_columns"], indexes, unique, checks)
    return found


def test_the_migrations_make_what_the_rooms_declare(store: db.Engine, tmp_path: Path) -> None:
    made = db.connect(f"sqlite:///{tmp_path / 'declared.sqlite'}")
    declared().create_all(made)
    assert shape(store) == shape(made)


def test_every_table_key_begins_with_the_account() -> None:
    for table in declared().sorted_tables:
        assert next(iter(table.primary_key)).name == "account", table.name
        for constraint in table.constraints:
            if isinstance(constraint, sa.UniqueConstraint):
                assert next(iter(constraint.columns)).name == "account", (table.name, constraint.name)


def test_the_versions_are_what_the_files_of_the_steps_are_called() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "mpkit" / "migrations"))
    script = ScriptDirectory.from_config(config)
    assert db.revisions() == {step.revision for step in script.walk_revisions()}
    assert max(db.revisions()) == script.get_current_head()


def test_a_migrated_store_is_left_as_it_is(store: db.Engine) -> None:
    file = Path(str(store.url.database))
    before = file.read_bytes()
    db.migrate(store)
    assert file.read_bytes() == before
    assert not list(file.parent.glob("*.backup"))


def test_a_kill_leaves_a_store_wholly_old_or_wholly_new(tmp_path: Path) -> None:
    program = "import sys; from mpkit import db; print('go', flush=True); db.open_store(sys.argv[1])"
    for number in range(12):
        file = tmp_path / f"{number}.sqlite"
        child = subprocess.Popen([sys.executable, "-c", program, f"sqlite:///{file}"], stdout=subprocess.PIPE, cwd=ROOT)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.015 * number)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        tables = set()
        if file.exists():
            with sqlite3.connect(file) as raw:
                tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert len(tables) in {0, 1 + len(declared().tables)}
        db.open_store(f"sqlite:///{file}").dispose()  # and it can always be opened again


def test_two_programs_that_start_at_once_make_one_store(tmp_path: Path) -> None:
    program = "import sys; from mpkit import db; db.open_store(sys.argv[1])"
    url = f"sqlite:///{tmp_path / 'one.sqlite'}"
    both = [subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE, cwd=ROOT) for _ in range(2)]
    for child in both:
        _, said = child.communicate(timeout=60)
        assert child.returncode == 0, said.decode()
