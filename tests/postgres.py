"""A PostgreSQL server of our own for the tests: found on this machine, started in a folder of its own, ended with them.

It listens on a socket in that folder only. Where no server is installed, the tests that need it are skipped and say so
(CI installs one: `.ci/run`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mpkit import db

_OWNER = "postgres"  # the server refuses to run as root
_NUMBERS = count(1)


def _programs() -> Path | None:
    """The folder of the newest server installed; Debian keeps it off the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def _run(program: Path, *arguments: str) -> None:
    owner: dict[str, Any] = {"user": _OWNER, "group": _OWNER, "extra_groups": []} if os.getuid() == 0 else {}
    done = subprocess.run(
        [program, *arguments], check=False, capture_output=True, text=True, cwd="/", timeout=60, **owner
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def _server() -> Iterator[str]:
    """A running server; its address without a database."""
    programs = _programs()
    if sys.platform == "win32" or programs is None:
        pytest.skip("no PostgreSQL server is installed on this machine (Debian: apt-get install postgresql)")
    pytest.importorskip("psycopg", reason="the PostgreSQL driver is not installed (pip install 'mpkit[postgres]')")
    folder = Path(tempfile.mkdtemp(prefix="mpkit-pg-", dir="/tmp"))  # short: a socket's path has 107 characters
    try:
        if os.getuid() == 0:
            shutil.chown(folder, _OWNER, _OWNER)
        _run(
            programs / "initdb", "-D", f"{folder}/data", "-U", _OWNER, "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
        )
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c full_page_writes=off -c max_connections=60"
        _run(programs / "pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://{_OWNER}@/{{name}}?host={folder}"
        finally:
            _run(programs / "pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _migrated(_server: str) -> str:
    """A database with an empty store, to be copied: faster than every migration anew."""
    _told(_server, "CREATE DATABASE mpkit_empty")
    db.open_store(_server.format(name="mpkit_empty")).dispose()
    return "mpkit_empty"


@pytest.fixture
def new_database(_server: str) -> Iterator[Callable[..., str]]:
    """Makes a database, empty or the copy of another one, and gives its URL, as often as asked."""
    made: list[str] = []

    def make(copied: str = "template1") -> str:
        name = f"mpkit_{os.getpid()}_{next(_NUMBERS)}"
        _told(_server, f"CREATE DATABASE {name} TEMPLATE {copied} STRATEGY FILE_COPY")
        made.append(name)
        return _server.format(name=name)

    yield make
    for name in made:
        _told(_server, f"DROP DATABASE {name} WITH (FORCE)")


def _told(server: str, sentence: str) -> None:
    engine = sa.create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(sentence)
    engine.dispose()


@pytest.fixture
def team_store(new_database: Callable[..., str], _migrated: str) -> Iterator[db.Engine]:
    """A new, empty store on PostgreSQL."""
    engine = db.open_store(new_database(_migrated))
    yield engine
    engine.dispose()
