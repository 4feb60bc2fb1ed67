"""The store as one file: a consistent copy out while others work, and a copy back in place of what is there.

The copy holds everything that stands in rows. What stands in files of their own is not in it: the key that seals rows
(`keys/mpkit.key`), tokens, printed books and the columns, which are made again from the rows.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mpkit import accounts, db, keys, ledger
from mpkit.db import EPOCH, Engine
from mpkit.errors import Refused, StoreTrouble, UnreadableFile, of_system
from mpkit.jobs import rows
from mpkit.jobs.anchors import anchor, verify
from mpkit.jobs.idle import nobody_applies
from mpkit.jobs.rekeying import bring_up
from mpkit.jobs.seals import LEDGER, key_of, seal_of
from mpkit.jobs.starting import worker_lives
from mpkit.jobs.workbench import Workbench
from mpkit.ledger import By, Done, audit, sealing
from mpkit.settings import Settings
from mpkit.work import Progress, Seams

_PAGES = 2_000  # copied between two breaths, in which others may write
_AGAIN = 5  # beginnings anew because others wrote; then the rest is copied in one go
_NEWEST = (  # columns of ticks by which two copies of a store are compared
    *(("audit", "at"), ("jobs", "created"), ("jobs", "ended"), ("plans", "made"), ("objects", "seen")),
    *(("intents", "ended"), ("pieces", "printed"), ("branches", "changed"), ("registers", "changed")),
)


def backup(bench: Workbench, out: Path, *, who: str, progress: Progress) -> dict[str, Any]:
    """Copy the store to `out`, whole or not at all; refused while a plan is being carried out or waits to be.

    Raises `Refused` where the store is no SQLite file (PostgreSQL has tools of its own) or `out` is the store itself.
    """
    source = _file(bench.store)
    if out.exists() and out.samefile(source):
        raise Refused("backup_own_file", file=str(out))
    clock = bench.seams.clock
    with nobody_applies(bench, who=who, sentence="backup_apply"):
        heads: dict[str, str] = {}
        seal = seal_of(bench)
        with db.writing(bench.store) as connection:
            sealing.confirm(connection, seal, at=clock.now())  # the copy says which key it needs
        for account in accounts.known(bench.store):
            done = Done("backup", "ledger", out.name, {"key": seal.key})
            audit.record(bench.store, account.id, [done], By(who, clock.now(), out.name), seal=seal)
            heads[account.id] = str(anchor(bench, account.id))
        aside = out.with_name(f".{out.name}.{secrets.token_hex(6)}")
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            aside.touch(mode=0o600)
            _copied(source, aside, bench.seams, progress)
            aside.replace(out)
        except OSError as error:
            raise of_system(error, where=out) or error from error
        finally:
            aside.unlink(missing_ok=True)
    content = hashlib.sha256(out.read_bytes()).hexdigest()
    told = {"file": str(out), "bytes": out.stat().st_size, "sha256": content, "heads": heads, "at": _now(bench.seams)}
    return told | {"key": str(keys.file(bench.settings.data)), "key_id": seal.key}


def _now(seams: Seams) -> str:
    return seams.clock.now().isoformat(timespec="seconds")


def _file(store: Engine) -> Path:
    """The file of a store. Raises `Refused` where it is none."""
    if store.url.get_backend_name() != "sqlite" or not store.url.database:
        raise Refused("backup_not_a_file")
    return Path(store.url.database)


def _copied(source: Path, target: Path, seams: Seams, progress: Progress) -> None:
    """A consistent copy by the online backup API: others may write meanwhile, and what they write is in it or not."""
    begun = {"left": 0, "again": 0}

    def step(_status: int, left: int, total: int) -> None:
        progress(total - left, total, "backup_step")
        begun["again"] += left > begun["left"] > 0  # others wrote: it has begun anew
        begun["left"] = left
        if begun["again"] >= _AGAIN:
            raise _Restless
        seams.sleep(0)

    with closing(sqlite3.connect(source, timeout=db.PATIENCE)) as ours, closing(sqlite3.connect(target)) as copy:
        try:
            ours.backup(copy, pages=_PAGES, progress=step, sleep=0.01)
        except _Restless:
            ours.backup(copy)  # in one go: whoever writes waits for it
        copy.execute("PRAGMA journal_mode = DELETE")
        _whole(copy, target)
    _flushed(target)


class _Restless(Exception):
    """Others write faster than a copy in steps can follow."""


def _whole(copy: sqlite3.Connection, file: Path) -> None:
    told = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if told != "ok":
        raise StoreTrouble("store_damaged", where=str(file), why=str(told))


def _flushed(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def restore(settings: Settings, file: Path, *, over_newer: bool, who: str, seams: Seams) -> dict[str, Any]:
    """Put a copy in place of the store; what was there stays beside it. Nothing is asked of Mercado Pago.

    Raises `Refused` while a worker lives or somebody uses the store, for a file that is no copy of ours, for a newer
    program's, and where the store there has newer entries and nobody consented (`over_newer`).
    """
    target = _file(db.connect(settings.database))
    if worker_lives(settings):
        raise Refused("restore_worker")
    told = _newest(_checked(file))
    found = _present(target)
    if found is not None and found > told and not over_newer:
        raise Refused("restore_over_newer", ours=found, theirs=told)
    kept = _aside(target, seams) if target.exists() else None
    _placed(file, target)
    bench = Workbench(settings, db.open_store(settings.database), seams)
    rows.drop_live(bench.store, clock=seams.clock)
    ledger.drop_holds(bench.store)
    done = {"file": str(file), "kept": str(kept) if kept else None, "as_of": told.isoformat()}
    ids = [account.id for account in accounts.known(bench.store)]
    try:
        key_of(settings.data, bench.store, of_any_day=True)
    except StoreTrouble as trouble:  # it is told, and nothing is printed or paid until the key is there
        lacking = {"same_key": False, "needs": str(trouble.values.get("id") or "")}
        return done | {"accounts": [{"account": id_, **lacking} for id_ in ids], "turned": None}
    told_of = [_recorded(bench, id_, file, who=who) for id_ in ids]
    return done | {"accounts": told_of, "turned": bring_up(bench, who=who)}


def _recorded(bench: Workbench, account: str, file: Path, *, who: str) -> dict[str, Any]:
    """The restore in the audit of one account, under the key of the copy."""
    before, seal = verify(bench, account, of_any_day=True), key_of(bench.settings.data, bench.store, of_any_day=True)
    cut = [fault for fault in before.faults if fault.code == "cut"]
    details = {"rows": before.rows, "lost_upto": max((fault.upto for fault in cut), default=0)}
    by = By(who, bench.seams.clock.now(), file.name)
    audit.record(bench.store, account, [Done("restore", "ledger", file.name, details)], by, seal=seal.seal(LEDGER))
    anchor(bench, account, restored=True)
    return {"account": account, "rows": before.rows, "lost_upto": details["lost_upto"], "same_key": True}


def _checked(file: Path) -> Path:
    """The file, if it is a whole copy of a store of ours that this program can read. Raises `UnreadableFile`."""
    try:
        with file.open("rb") as opened:
            magic = opened.read(16)
        if magic != b"SQLite format 3\0":
            raise UnreadableFile("restore_not_ours", file=str(file))
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            _whole(copy, file)
            names = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"alembic_version", "jobs", "objects"} <= names:
                raise UnreadableFile("restore_not_ours", file=str(file))
            found = str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except OSError as error:
        raise of_system(error, where=file) or error from error
    except sqlite3.DatabaseError as error:
        raise UnreadableFile("restore_not_ours", file=str(file)) from error
    if found not in db.revisions():
        raise StoreTrouble("store_newer", where=str(file), found=found)
    return file


def _newest(file: Path) -> datetime:
    """The latest moment anything in a store was written at."""
    last = 0
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        names = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table, column in _NEWEST:
            if table in names:
                found = copy.execute(f'SELECT max("{column}") FROM "{table}"').fetchone()[0]  # noqa: S608 - our own names
                last = max(last, int(found or 0))
    return EPOCH + timedelta(microseconds=last)


def _present(target: Path) -> datetime | None:
    """The latest moment of the store that is there, None where there is none or it cannot be read any more."""
    if not target.exists():
        return None
    try:
        return _newest(_checked(target))
    except (UnreadableFile, StoreTrouble, sqlite3.DatabaseError):
        return None


def _aside(target: Path, seams: Seams) -> Path:
    """A copy of the store that is about to go, beside it; nobody may be using it."""
    stamp = seams.clock.now().astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    kept = target.with_name(f"{target.name}.before-restore-{stamp}.backup")
    try:
        with closing(sqlite3.connect(target, timeout=1)) as now:
            now.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            now.execute("BEGIN EXCLUSIVE")
            now.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise Refused("restore_in_use", file=str(target)) from error
    except sqlite3.DatabaseError:
        pass  # it cannot be read: that is why it is being replaced
    shutil.copy2(target, kept)
    _flushed(kept)
    return kept


def _placed(file: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        aside.touch(mode=0o600)
        shutil.copyfile(file, aside)
        _flushed(aside)
        for ending in ("-wal", "-shm", "-journal"):  # of the store that goes: they would be read into the new one
            target.with_name(target.name + ending).unlink(missing_ok=True)
        aside.replace(target)
    except OSError as error:
        raise of_system(error, where=target) or error from error
    finally:
        aside.unlink(missing_ok=True)
