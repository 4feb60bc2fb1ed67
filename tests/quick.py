"""What makes the tests quicker and nothing else: the disk is not waited for, and a new store is the copy of one.

That wait guards against a power cut, which no test makes; a process that is killed loses nothing without it. What the
store really asks of the disk is looked at in tests/test_db.py, under `durable`. The store that is copied was made by
all the migrations, once in each process; those who look at the migrations themselves do so `step_by_step`.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import sqlalchemy.pool

from mpkit import db

_SLOW = False
_STEPS = False
_migrate = db.migrate


def forget_the_disk() -> None:
    """From now on, in this process."""
    sa.event.listen(sqlalchemy.pool.Pool, "checkout", _hurry)


def copy_new_stores() -> None:
    """From now on, in this process and those it forks."""
    _new_store()
    db.migrate = _copied


@contextmanager
def durable() -> Iterator[None]:
    """Connections as they are outside of tests."""
    global _SLOW  # noqa: PLW0603 - one switch for the process
    _SLOW = True
    try:
        yield
    finally:
        _SLOW = False


@contextmanager
def step_by_step() -> Iterator[None]:
    """A new store is made by the migrations, one after the other."""
    global _STEPS  # noqa: PLW0603 - one switch for the process
    _STEPS = True
    try:
        yield
    finally:
        _STEPS = False


def _hurry(connection: Any, _record: object, _proxy: object) -> None:
    if not _SLOW and type(connection).__module__ == "sqlite3":
        connection.execute("PRAGMA synchronous = OFF").close()


def _copied(engine: db.Engine) -> None:
    """In place of `db.migrate`, which then finds nothing to do in what was not there before."""
    file = engine.url.database
    if not _STEPS and engine.url.get_backend_name() == "sqlite" and file and file != ":memory:":
        aside = Path(f"{file}.{secrets.token_hex(6)}")
        with suppress(OSError):  # a place where nothing can be written is told by the migrations themselves
            if not Path(file).exists():
                try:
                    aside.write_bytes(_new_store())
                    os.link(aside, file)  # whole, or somebody else's
                finally:
                    aside.unlink(missing_ok=True)
    _migrate(engine)


@cache
def _new_store() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "store.sqlite")
        engine = db.connect(f"sqlite:///{file}")
        _migrate(engine)
        engine.dispose()
        return file.read_bytes()
