"""Holding one job: a claimed row in, an ended row out; a thread keeps its heart beating meanwhile.

Used alike by the worker, for jobs of pages, and by commands, which run their job in their own process.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Mapping
from typing import Any

from mpkit import errors, log
from mpkit.db import Engine
from mpkit.errors import ApiError, MpkitError
from mpkit.jobs import rows
from mpkit.jobs.anchors import anchor
from mpkit.jobs.kinds import RESUMED, runner
from mpkit.jobs.rows import Job
from mpkit.jobs.workbench import Workbench
from mpkit.work import Cancelled, Clock, GivenUp, Progress, silent

_BEAT_SECONDS = 1.0
_WRITE_SECONDS = 0.3  # progress is written no more often
_log = log.get("jobs")


class Stopping(Cancelled):
    """The worker is asked to go: the job goes back into the queue, it is not cancelled."""


def holder_name() -> str:
    """Who holds a job: this machine, this process, and a word that no later process with the same number has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Hold:
    """A claimed job while it runs: its progress callable, its heartbeat, its end."""

    def __init__(self, engine: Engine, job: Job, clock: Clock, watcher: Progress = silent) -> None:
        """`watcher` sees every progress too (the bar of a command)."""
        self._engine = engine
        self._job = job
        self._clock = clock
        self._watcher = watcher
        self._written = float("-inf")
        self._latest: dict[str, Any] = {}
        self._unwritten = False
        self._verdict = "go on"
        self._ended = threading.Event()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Ask the work to stop at its next sign of progress; it goes back into the queue."""
        self._verdict = "stop"

    def progress(self, done: int, total: int | None, step: str = "") -> None:
        """What the work calls; raises `Cancelled` where it must stop."""
        self._latest = {"done": done, "total": total, "step": step}
        self._unwritten = True
        now = self._clock.monotonic()
        if now - self._written >= _WRITE_SECONDS:
            self._beat()
        self._watcher(done, total, step)
        if self._verdict == "stop":
            raise Stopping
        if self._verdict != "go on":
            raise Cancelled

    def _beat(self) -> None:
        with self._lock:
            self._written = self._clock.monotonic()
            progress = self._latest if self._unwritten else None
            self._unwritten = False
            try:
                verdict = rows.beat(self._engine, self._job, clock=self._clock, progress=progress)
            except Exception:  # noqa: BLE001 - a locked or full store now: the work itself meets it where it matters
                _log.warning("heartbeat failed", job=self._job.id, exc_info=True)
                return
            if self._verdict == "go on":
                self._verdict = verdict

    def _keep_beating(self) -> None:
        while not self._ended.wait(_BEAT_SECONDS):
            self._beat()

    def run(self, bench: Workbench) -> Job:
        """Do the work and write how it ended."""
        heart = threading.Thread(target=self._keep_beating, name=f"heart-{self._job.id[:8]}", daemon=True)
        heart.start()
        try:
            state, outcome = self._outcome(bench)
        except KeyboardInterrupt:
            rows.end(self._engine, self._job, self._stopped(), clock=self._clock, error=_cancelled())
            raise
        finally:
            self._ended.set()
            heart.join()
            self._anchored(bench)
        if self._verdict == "lost":
            _log.warning("taken over by another", job=self._job.id)
            return rows.find(self._engine, self._job.id)
        if state == "queued":
            rows.give_back(self._engine, self._job)
            return rows.find(self._engine, self._job.id)
        if self._unwritten and self._latest:
            self._beat()
        return rows.end(self._engine, self._job, state, clock=self._clock, **outcome)

    def _anchored(self, bench: Workbench) -> None:
        """However it ended, what it wrote into the audit is known outside the store from now on."""
        try:
            if self._job.account:
                anchor(bench, self._job.account)
        except Exception:  # noqa: BLE001 - the next job's end writes it
            _log.warning("the end of the audit could not be kept", job=self._job.id, exc_info=True)

    def _outcome(self, bench: Workbench) -> tuple[str, dict[str, Any]]:
        job = self._job
        _log.info("started", job=job.id, kind=job.kind, account=job.account, attempt=job.attempts)
        try:
            result = runner(job.kind)(bench, dict(job.arguments), self.progress)
        except Stopping:
            return "queued", {}
        except Cancelled as stop:
            return "cancelled" if isinstance(stop, GivenUp) else self._stopped(), {"error": _cancelled()}
        except MpkitError as error:
            state = self._stopped() if job.kind in RESUMED and isinstance(error, ApiError) else "failed"
            _log.info(state, job=job.id, kind=job.kind, why=error.key)
            return state, {"error": told(error)}
        except Exception as error:  # noqa: BLE001 - a face of its own: whatever a job throws is logged here once
            trouble = errors.of_system(error, where=bench.settings.data)
            if trouble is not None:
                _log.exception("the system refused", job=job.id, kind=job.kind, why=trouble.key)
                return "failed", {"error": told(trouble)}
            number = secrets.token_hex(4)
            _log.exception("failed unexpectedly", job=job.id, kind=job.kind, number=number)
            return "failed", {"error": {"key": "job_unexpected", "values": {"number": number}, "kind": "MpkitError"}}
        _log.info("done", job=job.id, kind=job.kind)
        return "done", {"result": dict(result)}

    def _stopped(self) -> str:
        """What becomes of a job that stops half-way: a token that has expired, a server that is gone, a press."""
        return "paused" if self._job.kind in RESUMED else "cancelled"


def _cancelled() -> dict[str, Any]:
    return {"key": "job_cancelled", "values": {}, "kind": "Refused"}


def told(error: MpkitError) -> dict[str, Any]:
    """An error as it is kept: its sentence's key and values, and which error it was."""
    values = {
        name: value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
        for name, value in error.values.items()
    }
    return {"key": error.key, "values": values, "kind": type(error).__name__}


def retold(kept: Mapping[str, Any]) -> MpkitError:
    """The error back from what was kept, of the same kind."""
    kind = getattr(errors, str(kept.get("kind")), MpkitError)
    if not (isinstance(kind, type) and issubclass(kind, MpkitError)):
        kind = MpkitError
    error: MpkitError = kind(str(kept["key"]), **kept.get("values", {}))
    return error
