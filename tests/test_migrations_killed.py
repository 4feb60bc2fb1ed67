"""A migration killed at every system call, from every version there ever was: the store is wholly old or wholly new."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from mpkit import db
from tests import forking
from tests.soak import Bar
from tests.tracing import Fate, Tracer, refusal

Shape = tuple[str | None, frozenset[str]]  # the version, and the statements of all tables and indexes


def versions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(files("mpkit") / "migrations"))
    return [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def at_version(file: Path, version: str) -> None:
    """A store as the program of that version left it."""
    config = Config()
    config.set_main_option("script_location", str(files("mpkit") / "migrations"))
    config.attributes["engine"] = engine = db.connect(f"sqlite:///{file}")
    command.upgrade(config, version)
    engine.dispose()


def shape(file: Path) -> Shape:
    with closing(sqlite3.connect(file)) as raw:
        made = frozenset(str(sql) for (sql,) in raw.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
        named = any("alembic_version" in sql for sql in made)
        row = raw.execute("SELECT version_num FROM alembic_version").fetchone() if named else None
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return (row[0] if row else None), made


class Migrated:
    """A data folder with a store of one version, and a command that brings it to ours and has nothing else to do."""

    def __init__(self, folder: Path, tracer: Tracer) -> None:
        self.folder, self.tracer, self.data = folder, tracer, folder / "data"
        self.file = self.data / "mpkit.sqlite"
        self.env = forking.settings(self.data, MPKIT_LANG="en", MPKIT_API_URL="http://127.0.0.1:9")
        self.old: dict[str, Path] = {}
        for version in versions()[:-1]:
            self.old[version] = folder / f"{version}.sqlite"
            at_version(self.old[version], version)

    def run(self, version: str, fate: Fate) -> int:
        """Begin at a version; how many calls were seen."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir()
        shutil.copy(self.old[version], self.file)
        told = self.tracer.run(("plan",), env=self.env, cwd=self.folder, under=self.data, disk=True, fate=fate)
        assert told.code in {2, -9}, told.said  # there is no account; that is all it has to say
        return told.total


@pytest.fixture
def migrated(tmp_path: Path) -> Migrated:
    if why := refusal():
        pytest.skip(why)
    with Tracer() as tracer:
        yield Migrated(tmp_path, tracer)


def test_killed_at_every_system_call_a_store_is_wholly_old_or_wholly_new(bar: Bar, migrated: Migrated) -> None:
    """SIGKILL at every write, fsync and open of the migration from every earlier version."""
    points, ends = [], {"old": 0, "new": 0}
    for version in migrated.old:
        total = migrated.run(version, Fate())
        points += [(version, n + 1) for n in range(total)]
    new = shape(migrated.file)
    assert new[0] == versions()[-1]
    few = 6
    for n in bar.rounds(stated=len(points), reduced=few):
        version, at = points[n if bar.whole else (2 * n + 1) * len(points) // (2 * few)]
        migrated.run(version, Fate(at=at))
        found, old = shape(migrated.file), shape(migrated.old[version])
        assert found in {old, new}, f"{version} killed at call {at}"
        ends["old" if found == old else "new"] += 1
        db.open_store(f"sqlite:///{migrated.file}").dispose()  # and the next start brings it to ours
        assert shape(migrated.file) == new
    bar.saw(
        f"{len(points)} calls from {len(migrated.old)} versions: {ends['old']} wholly old, {ends['new']} wholly new"
    )
