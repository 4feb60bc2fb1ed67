"""Jobs as rows: work asked for by a page or a command, who holds it, how far it is, how it ended.

Every change of a row that somebody holds names the holder: whoever was taken for dead and comes back changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mpkit.db import Connection, Engine, Json, Utc, metadata, reading, writing
from mpkit.errors import Busy, Refused
from mpkit.jobs.alive import is_dead
from mpkit.jobs.kinds import ALONE, ONCE, RESUMED
from mpkit.work import Clock

_ALIKE = 30  # jobs of one family looked at: the older ones tell nothing new

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),  # "" where the job has none yet
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),  # what the job is: a plan's hash, a file's, a handover's name
    sa.Column("arguments", Json, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("progress", Json, nullable=False),
    sa.Column("result", Json),
    sa.Column("error", Json),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("created", Utc, nullable=False),
    sa.Column("started", Utc),
    sa.Column("heartbeat", Utc),
    sa.Column("ended", Utc),
    sa.Column("worker", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
)
_LIVE = jobs.c.state.in_(["queued", "running"])
sa.Index("jobs_id", jobs.c.id, unique=True)
sa.Index("jobs_by_state", jobs.c.state, jobs.c.created)
sa.Index("jobs_latest", jobs.c.account, jobs.c.kind, jobs.c.created)
for _name, _columns, _where in (
    ("jobs_one_live", (jobs.c.account, jobs.c.kind, jobs.c.key), "state IN ('queued', 'running')"),
    ("jobs_one_alone", (jobs.c.account, jobs.c.kind), "state = 'running' AND kind IN ('apply')"),
):
    sa.Index(_name, *_columns, unique=True, sqlite_where=sa.text(_where), postgresql_where=sa.text(_where))


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands; `progress` is {done, total, step}, `error` {key, values, kind}."""

    id: str
    account: str
    kind: str
    key: str
    arguments: Mapping[str, Any]
    state: str  # queued, running, done, failed, cancelled, paused
    progress: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    who: str = ""
    created: datetime | None = None
    started: datetime | None = None
    heartbeat: datetime | None = None
    ended: datetime | None = None
    worker: str = ""
    attempts: int = 0
    cancel_requested: bool = False

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in {"done", "failed", "cancelled", "paused"}


def submit(
    engine: Engine,
    *,
    account: str,
    kind: str,
    key: str,
    arguments: Mapping[str, Any],
    who: str = "",
    clock: Clock,
    holder: str = "",
    once: bool = False,
) -> Job:
    """Ask for a job; the same account, kind and key give the same live row, however often it is asked.

    Of kinds in `ONCE`, and with `once`, a finished row is given back too, unless part of it failed. With `holder` a
    new row is not queued but held at once. Raises `Busy` where a kind of `ALONE` is at work for this account under
    another key.
    """
    with writing(engine) as connection:
        same = (jobs.c.account == account) & (jobs.c.kind == kind) & (jobs.c.key == key)
        row = connection.execute(sa.select(jobs).where(same & _LIVE)).one_or_none()
        if row is None and (once or kind in ONCE):
            newest = sa.select(jobs).where(same).order_by(jobs.c.created.desc()).limit(1)
            row = connection.execute(newest).one_or_none()
            row = row if row is not None and row.state == "done" and not (row.result or {}).get("failed") else None
        if row is not None:
            return _job(row)
        if kind in ALONE:
            _refuse_second(connection, account, kind, clock)
        now = clock.now()
        values: dict[str, Any] = {
            "account": account,
            "id": uuid.uuid4().hex,
            "kind": kind,
            "key": key,
            "arguments": dict(arguments),
            "state": "running" if holder else "queued",
            "progress": {},
            "who": who,
            "created": now,
            "started": now if holder else None,
            "heartbeat": now if holder else None,
            "worker": holder,
            "attempts": 1 if holder else 0,
            "cancel_requested": False,
        }
        connection.execute(jobs.insert().values(values))
        return Job(**values)


def refuse_second(engine: Engine, account: str, kind: str, key: str, *, clock: Clock) -> None:
    """Raise `Busy` where a job of this kind is at work for the account under another key: known before any work.

    It only looks, so that nobody who writes keeps it waiting; `submit` is what decides.
    """
    others = (jobs.c.account == account) & (jobs.c.kind == kind) & (jobs.c.key != key) & _LIVE
    with reading(engine) as connection:
        found = [_job(row) for row in connection.execute(sa.select(jobs).where(others))]
    for job in found:
        if job.state == "queued" or not is_dead(job, clock):
            raise _busy(job)


def _busy(job: Job) -> Busy:
    return Busy("job_busy", who=job.who or job.worker or "?", since=job.started or job.created)


def _refuse_second(connection: Connection, account: str, kind: str, clock: Clock) -> None:
    """Raise `Busy` where another job of a kind that is alone is queued or held; a dead holder's is ended."""
    held = sa.select(jobs).where((jobs.c.account == account) & (jobs.c.kind == kind) & _LIVE)
    row = connection.execute(held).first()
    if row is None:
        return
    job = _job(row)
    if job.state == "queued" or not is_dead(job, clock):
        raise _busy(job)
    error = {"key": "job_given_up", "values": {"n": job.attempts}, "kind": "Refused"}
    connection.execute(  # nobody would ever end it: other work of the account must not wait for it
        jobs.update().where(_held(job)).values(state="failed", error=error, ended=clock.now())
    )


def renew(engine: Engine, account: str, kind: str, key: str) -> None:
    """What was done under this key is to be done anew: finished rows of `ONCE` answer to it no longer."""
    mine = (jobs.c.account == account) & (jobs.c.kind == kind) & (jobs.c.key == key) & ~_LIVE
    with writing(engine) as connection:
        connection.execute(jobs.update().where(mine).values(key=jobs.c.key + "#" + jobs.c.id))


def find(engine: Engine, job_id: str) -> Job:
    """One job. Raises `Refused` where there is none."""
    with reading(engine) as connection:
        row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).one_or_none()
    if row is None:
        raise Refused("job_unknown")
    return _job(row)


def latest(engine: Engine, account: str, kind: str) -> Job | None:
    """The newest job of a kind, in whatever state."""
    query = sa.select(jobs).where((jobs.c.account == account) & (jobs.c.kind == kind))
    with reading(engine) as connection:
        row = connection.execute(query.order_by(jobs.c.created.desc()).limit(1)).one_or_none()
    return None if row is None else _job(row)


def recent(engine: Engine, account: str, kinds: Collection[str], limit: int) -> tuple[Job, ...]:
    """The newest jobs of some kinds, the newest first."""
    query = sa.select(jobs).where((jobs.c.account == account) & jobs.c.kind.in_(list(kinds)))
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(jobs.c.created.desc(), jobs.c.id).limit(limit)).all()
    return tuple(_job(row) for row in rows)


def page(
    engine: Engine, account: str, *, kinds: Collection[str] = (), first: int = 0, most: int = 50
) -> tuple[int, tuple[Job, ...]]:
    """How many jobs an account ever had, and `most` of them from the `first` on, newest first; `kinds` () is all."""
    mine = jobs.c.account == account
    if kinds:
        mine &= jobs.c.kind.in_(list(kinds))
    query = sa.select(jobs).where(mine).order_by(jobs.c.created.desc(), jobs.c.id).offset(first).limit(most)
    with reading(engine) as connection:
        total = connection.execute(sa.select(sa.func.count()).select_from(jobs).where(mine)).scalar_one()
        return int(total), tuple(_job(row) for row in connection.execute(query))


def of_keys(engine: Engine, account: str, kind: str, begins: str) -> tuple[Job, ...]:
    """The jobs of a kind whose key begins so, the newest first."""
    mine = (jobs.c.account == account) & (jobs.c.kind == kind) & jobs.c.key.startswith(begins, autoescape=True)
    with reading(engine) as connection:
        rows = connection.execute(sa.select(jobs).where(mine).order_by(jobs.c.created.desc()).limit(_ALIKE)).all()
    return tuple(_job(row) for row in rows)


def live(engine: Engine) -> tuple[Job, ...]:
    """Every queued or running job, oldest first: what a worker looks through."""
    with reading(engine) as connection:
        rows = connection.execute(sa.select(jobs).where(_LIVE).order_by(jobs.c.created, jobs.c.id)).all()
    return tuple(_job(row) for row in rows)


def request_cancel(engine: Engine, job_id: str, *, clock: Clock) -> Job:
    """Ask a job to stop: a queued one stops at once, a running one at its next sign of progress.

    One of `RESUMED` is paused by it, any other cancelled.
    """
    with writing(engine) as connection:
        mine = jobs.c.id == job_id
        stopped = sa.case((jobs.c.kind.in_(RESUMED), "paused"), else_="cancelled")
        connection.execute(
            jobs.update().where(mine & (jobs.c.state == "queued")).values(state=stopped, ended=clock.now())
        )
        connection.execute(jobs.update().where(mine & (jobs.c.state == "running")).values(cancel_requested=True))
    return find(engine, job_id)


def claim(engine: Engine, job: Job, holder: str, *, clock: Clock) -> Job | None:
    """Become the holder of a queued job, or of one whose holder (as seen in `job`) is dead; None: another was first.

    A kind of `ALONE` is not claimed while another of its account runs.
    """
    seen = (jobs.c.id == job.id) & (jobs.c.state == job.state) & (jobs.c.worker == job.worker)
    if job.state == "running":
        seen &= jobs.c.heartbeat == job.heartbeat  # it has not come back to life since we looked
    now = clock.now()
    with writing(engine) as connection:
        if job.kind in ALONE and _others_at_work(connection, job):
            return None
        changed = connection.execute(
            jobs.update()
            .where(seen)
            .values(
                state="running",
                worker=holder,
                started=sa.func.coalesce(jobs.c.started, sa.bindparam("now", now, Utc)),
                heartbeat=now,
                attempts=jobs.c.attempts + 1,
            )
        ).rowcount
    return find(engine, job.id) if changed else None


def _others_at_work(connection: Connection, job: Job) -> bool:
    others = sa.select(jobs.c.id).where(
        jobs.c.account == job.account, jobs.c.kind == job.kind, jobs.c.state == "running", jobs.c.id != job.id
    )
    return connection.execute(others).first() is not None


def beat(engine: Engine, job: Job, *, clock: Clock, progress: Mapping[str, Any] | None = None) -> str:
    """Say that the holder lives, and how far it is: "go on", "cancel", or "lost" where somebody else holds it now."""
    values: dict[str, Any] = {"heartbeat": clock.now()}
    if progress is not None:
        values["progress"] = dict(progress)
    with writing(engine) as connection:
        row = connection.execute(
            jobs.update().where(_held(job)).values(values).returning(jobs.c.cancel_requested)
        ).one_or_none()
    if row is None:
        return "lost"
    return "cancel" if row.cancel_requested else "go on"


def end(
    engine: Engine,
    job: Job,
    state: str,
    *,
    clock: Clock,
    result: Mapping[str, Any] | None = None,
    error: Mapping[str, Any] | None = None,
) -> Job:
    """Write how a held job ended; nothing where it is no longer held by who says so."""
    values = {"state": state, "result": result, "error": error, "ended": clock.now()}
    with writing(engine) as connection:
        connection.execute(jobs.update().where(_held(job)).values(values))
    return find(engine, job.id)


def drop_live(engine: Engine, *, clock: Clock) -> None:
    """Cancel what waits or runs: in a store that was put back to an older day nobody asks for it any more."""
    error = {"key": "job_cancelled", "values": {}, "kind": "Refused"}
    with writing(engine) as connection:
        connection.execute(jobs.update().where(_LIVE).values(state="cancelled", error=error, ended=clock.now()))


def give_back(engine: Engine, job: Job) -> None:
    """Put a held job back into the queue, because its worker is asked to go; it does not count as an attempt."""
    with writing(engine) as connection:
        connection.execute(
            jobs.update().where(_held(job)).values(state="queued", worker="", attempts=jobs.c.attempts - 1)
        )


def _held(job: Job) -> sa.ColumnElement[bool]:
    return (
        (jobs.c.id == job.id)
        & (jobs.c.state == "running")
        & (jobs.c.worker == job.worker)
        & (jobs.c.attempts == job.attempts)
    )


def _job(row: sa.Row[Any]) -> Job:
    return Job(**row._mapping)  # noqa: SLF001 - the library's public name for it
