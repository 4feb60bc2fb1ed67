"""The columns questions go to: booked rows come in through the outbox, rows of answers go out through DuckDB.

A mirror belongs to one account on one machine. It is read by many processes while one writes, may be killed anywhere,
thrown away, and built anew from the rows; nothing in it is the truth.
"""

# ruff: noqa: S608 - texts hold our own file and column names; values from outside are placeholders

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow.parquet as pq

from mpkit.db import Engine
from mpkit.sales import chunks, coverage, freshness, rows
from mpkit.sales.freshness import Freshness
from mpkit.sales.mirror_columns import as_table
from mpkit.sales.mirror_files import (
    Manifest,
    laid_over,
    read_manifest,
    swap_manifest,
    sync_file,
    trouble,
    write_table,
)
from mpkit.sales.mirror_lock import held
from mpkit.sales.said import Said
from mpkit.work import Progress, Seams, silent

_BATCH = 20_000  # changes read at once
_FOLD_AT = 20_000  # payments laid over before they are folded into the months, or a twentieth of the months' rows
# Version 2 writes numbers as differences: read three times faster than the pages of version 1, and no larger.
_WRITTEN = "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd"
_FORGOTTEN = timedelta(days=30)  # a mirror not seen for so long is told nothing more, and builds itself anew
_PLACEHOLDER = re.compile(r"\{(\w+):(\w+)\}")
Answer = TypeVar("Answer")
_TYPES = {"String": "VARCHAR", "Date": "DATE", "Int64": "BIGINT"}


class Mirror:
    """The columns of one account on this machine; safe to share between threads."""

    def __init__(self, folder: Path, engine: Engine, account: str, zone: str, seams: Seams | None = None) -> None:
        """`folder` is this account's own; `zone` the site's; nothing is read or written yet."""
        self.folder = folder
        self.engine = engine
        self.account = account
        self.zone = zone
        self.seams = seams or Seams()
        self._database: duckdb.DuckDBPyConnection | None = None
        self._opening = threading.Lock()

    # Reading

    def manifest(self) -> Manifest | None:
        """The current generation; None before the first."""
        found = read_manifest(self.folder)
        return found if found is not None and found.account == self.account else None

    def fetch(self, said: Said) -> list[tuple[Any, ...]]:
        """The answer's rows, all from one generation."""
        return self._fetch(said, lambda answer: answer.fetchall()) or []

    def fetch_columns(self, said: Said) -> dict[str, Any]:
        """The answer as numpy arrays by column, for faces that make tables of very long answers; {} without any."""
        return self._fetch(said, lambda answer: answer.fetchnumpy()) or {}

    def _fetch(self, said: Said, taken: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer | None:
        """A generation that was swept away meanwhile is asked again in the next one."""
        for attempt in range(5):
            manifest = self.manifest()
            if manifest is None or not manifest.names():
                return None
            try:
                return self._fetched(said, manifest, taken)
            except duckdb.IOException:
                if attempt == 4 or self.manifest() == manifest:  # noqa: PLR2004 - the last of the range
                    raise
        return None

    def _fetched(self, said: Said, manifest: Manifest, taken: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer:
        with self._cursor() as cursor:
            cursor.execute(f"CREATE OR REPLACE TEMP VIEW entries AS {self._entries(manifest, said.first, said.last)}")
            text = _PLACEHOLDER.sub(lambda found: f"CAST(${found[1]} AS {_TYPES[found[2]]})", said.text)
            used = {found[1] for found in _PLACEHOLDER.finditer(said.text)}
            return taken(cursor.execute(text, {name: said.values[name] for name in used}))

    def _entries(self, manifest: Manifest, first: date | None = None, last: date | None = None) -> str:
        """The months that may hold the period and the layers over them, each without what lies higher."""
        months = [
            name
            for month, name in sorted(manifest.months.items())
            if (first is None or month >= f"{first:%Y-%m}") and (last is None or month <= f"{last:%Y-%m}")
        ]
        parts: list[str] = []
        gone: list[str] = []
        for layer in reversed(manifest.layers):
            parts.append(f"SELECT * FROM {self._files([layer.entries])}{self._but(gone)}")
            gone.append(layer.gone)
        if months:
            parts.append(f"SELECT * FROM {self._files(months)}{self._but(gone)}")
        if not parts:  # all there is lies outside the period: any month tells the columns
            parts.append(f"SELECT * FROM {self._files(list(manifest.months.values())[:1])} WHERE false")
        return " UNION ALL ".join(parts)

    def _but(self, gone: Sequence[str]) -> str:
        return f" WHERE payment_id NOT IN (SELECT payment_id FROM {self._files(gone)})" if gone else ""

    def _files(self, names: Iterable[str]) -> str:
        quoted = ", ".join("'" + str(self.folder / name).replace("'", "''") + "'" for name in names)
        return f"read_parquet([{quoted}], hive_partitioning = false)"

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of one's own on the one database in memory; it holds nothing but settings."""
        with self._opening:
            if self._database is None:
                self._database = duckdb.connect(
                    ":memory:",
                    config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
                )
            return self._database.cursor()

    # Writing

    def freshness(self) -> Freshness:
        """How far the rows know the account's payments; the columns follow within one `catch_up`."""
        return freshness.judge(coverage.known_windows(self.engine, self.account))

    def behind(self) -> bool:
        """Whether the rows hold something the columns do not."""
        manifest = self.manifest()
        return (
            manifest is None
            or manifest.as_of != self.freshness().as_of
            or rows.changes_waiting(self.engine, self.account, manifest.mirror)
            or not rows.knows_mirror(self.engine, self.account, manifest.mirror)
        )

    def catch_up(self, *, wait: float = 30.0, progress: Progress = silent) -> bool:
        """Bring the columns up to the rows; False where another process is at it for longer than `wait` seconds."""
        if not self.behind():
            return True
        self._make_folder()
        with held(self.folder / "writer.lock", wait) as mine:
            if not mine:
                return False
            manifest = self.manifest()
            if manifest is None or not rows.knows_mirror(self.engine, self.account, manifest.mirror):
                manifest = self._build(manifest, progress)
            self._take_changes(manifest)
        return True

    def rebuild(self, progress: Progress = silent) -> None:
        """Throw the columns away and make them anew from the rows; readers keep the old ones until then."""
        self._make_folder()
        with held(self.folder / "writer.lock", 600.0) as mine:
            if mine:
                self._take_changes(self._build(self.manifest(), progress))

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise trouble(error, self.folder) from error

    def _take_changes(self, manifest: Manifest) -> Manifest:
        while True:
            as_of = self.freshness().as_of  # before the changes: all it promises is among them
            stamps, changed = chunks.changes(self.engine, self.account, manifest.mirror, _BATCH)
            if not stamps and as_of == manifest.as_of:
                return manifest
            new = replace(manifest, generation=manifest.generation + 1, as_of=as_of)
            if stamps:
                table = as_table(changed)
                new = replace(new, layers=laid_over(self.folder, manifest.layers, list(stamps), table, new.generation))
                if new.laid > max(_FOLD_AT, manifest.rows // 20):
                    new = self._folded(new)
            now = self.seams.clock.now()
            manifest = swap_manifest(self.folder, manifest, new, now)
            rows.acknowledge(self.engine, self.account, manifest.mirror, stamps, now)
            if len(stamps) < _BATCH:  # whatever came meanwhile is for the next time: writers may never stop
                return manifest

    def _folded(self, manifest: Manifest) -> Manifest:
        """The same entries with the layers written into the months they touch."""
        everything = self._entries(manifest)
        gone = f"payment_id IN (SELECT payment_id FROM {self._files(layer.gone for layer in manifest.layers)})"
        laid = self._files(layer.entries for layer in manifest.layers)
        touched = f"SELECT DISTINCT strftime(day, '%Y-%m') FROM {laid}"
        if manifest.months:
            base = self._files(manifest.months.values())
            touched += f" UNION SELECT DISTINCT strftime(day, '%Y-%m') FROM {base} WHERE {gone}"
        months = dict(manifest.months)
        with self._cursor() as cursor:
            for (month,) in cursor.execute(touched).fetchall():
                months.pop(month, None)
                name = f"{month}-{manifest.generation}.parquet"
                if self._copy(cursor, f"SELECT * FROM ({everything}) WHERE strftime(day, '%Y-%m') = '{month}'", name):
                    months[month] = name
        return replace(manifest, months=months, layers=(), rows=self._count(months.values()))

    def _copy(self, cursor: duckdb.DuckDBPyConnection, select: str, name: str) -> int:
        """Write one month; returns its rows (a month without any gets no file)."""
        file = self.folder / name
        target = str(file).replace("'", "''")
        try:
            ordered = f"{select} ORDER BY day, store_id, payment_id, kind"
            found = cursor.execute(f"COPY ({ordered}) TO '{target}' ({_WRITTEN})").fetchone()
            sync_file(file)
        except (duckdb.IOException, OSError) as error:
            raise trouble(error if isinstance(error, OSError) else OSError(str(error)), self.folder) from error
        if not found or not found[0]:
            file.unlink()
            return 0
        return int(found[0])

    def _count(self, names: Iterable[str]) -> int:
        return sum(pq.read_metadata(self.folder / name).num_rows for name in names)

    def _build(self, old: Manifest | None, progress: Progress) -> Manifest:
        """A first generation under a new name: registered before the rows are read, so that no change is missed."""
        now = self.seams.clock.now()
        started = self.folder / "building"
        if started.exists():  # a build that was killed: its name is told nothing more
            rows.leave_mirrors(self.engine, self.account, started.read_text(encoding="utf-8"))
        name = f"{self.seams.random.getrandbits(64):016x}"
        started.write_text(name, encoding="utf-8")
        rows.join_mirrors(self.engine, self.account, name, now, now - _FORGOTTEN)
        generation = old.generation + 1 if old else 1
        pieces: list[str] = []
        done = 0
        for number, booked in enumerate(chunks.every(self.engine, self.account)):
            pieces.append(f"piece-{generation}-{number}.parquet")
            write_table(self.folder / pieces[-1], as_table(booked))
            done += len(booked)
            progress(done, None, "sales_step_mirror")
        new = Manifest(name, self.account, generation, months=self._months(pieces, generation))
        new = replace(new, rows=self._count(new.months.values()))
        new = swap_manifest(self.folder, old, new, self.seams.clock.now())
        if old is not None:
            rows.leave_mirrors(self.engine, self.account, old.mirror)
        started.unlink()
        return new

    def _months(self, pieces: list[str], generation: int) -> dict[str, str]:
        months: dict[str, str] = {}
        if not pieces:
            return months
        files = self._files(pieces)
        with self._cursor() as cursor:
            for (month,) in cursor.execute(f"SELECT DISTINCT strftime(day, '%Y-%m') FROM {files}").fetchall():
                name = f"{month}-{generation}.parquet"
                self._copy(cursor, f"SELECT * FROM {files} WHERE strftime(day, '%Y-%m') = '{month}'", name)
                months[month] = name
        return months
