"""The worker: looks for jobs in the store and does them, several at a time; `python -m mpkit.jobs.worker`.

One worker serves a data folder, on PostgreSQL several machines may have one each. It takes over jobs whose holder has
died, and gives its own back when it is asked to go.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from mpkit import log, private, settings
from mpkit.db import open_store
from mpkit.errors import MpkitError
from mpkit.jobs import clearing, rows, schedule
from mpkit.jobs.alive import is_dead
from mpkit.jobs.holding import Hold, holder_name
from mpkit.jobs.rows import Job
from mpkit.jobs.starting import _lock
from mpkit.jobs.workbench import Workbench
from mpkit.work import gather_rarely

MOST_AT_ONCE = 4
MOST_ATTEMPTS = 4  # the first and three takeovers: what kills its worker each time is not tried for ever
_LOOK_SECONDS = 0.3
_DUE_SECONDS = 60.0  # between two looks at what is due by itself
_CLEAR_SECONDS = 3600.0  # between two looks at what is over for long
_FAREWELL_SECONDS = 5.0
_log = log.get("worker")


class Worker:
    """One worker's loop; `stop` may be called from a signal or another thread."""

    def __init__(self, bench: Workbench, *, idle_exit: float | None = None) -> None:
        """`idle_exit`: seconds without work after which it goes; None: never."""
        self._bench = bench
        self._idle_exit = idle_exit
        self._holds: dict[str, Hold] = {}
        self._running: dict[str, Future[None]] = {}
        self._going = threading.Event()

    def stop(self) -> None:
        """Take no more work, give back what is held, and go."""
        self._going.set()
        for hold in list(self._holds.values()):
            hold.stop()

    def serve(self) -> None:
        """Work until asked to go."""
        clock = self._bench.seams.clock
        busy_at = clock.monotonic()
        due_at = clear_at = busy_at
        pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="job")
        try:
            while not self._going.is_set():
                try:
                    if clock.monotonic() >= due_at:
                        due_at = clock.monotonic() + _DUE_SECONDS
                        schedule.due(self._bench)
                    if clock.monotonic() >= clear_at:
                        clear_at = clock.monotonic() + _CLEAR_SECONDS
                        clearing.clear(self._bench)
                    self.look(pool)
                except Exception:  # noqa: BLE001 - a store that is down now may be up in a moment
                    _log.exception("the store could not be asked; trying again")
                if self._running:
                    busy_at = clock.monotonic()
                elif self._idle_exit is not None and clock.monotonic() - busy_at > self._idle_exit:
                    return
                self._going.wait(_LOOK_SECONDS)
        finally:
            self.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            until = clock.monotonic() + _FAREWELL_SECONDS
            while self._running and clock.monotonic() < until:
                self._bench.seams.sleep(0.05)

    def look(self, pool: ThreadPoolExecutor) -> None:
        """Claim what can be claimed, as far as there are hands."""
        clock = self._bench.seams.clock
        for job in rows.live(self._bench.store):
            if len(self._running) >= MOST_AT_ONCE or self._going.is_set():
                return
            if job.id in self._running or (job.state == "running" and not is_dead(job, clock)):
                continue
            claimed = rows.claim(self._bench.store, job, holder_name(), clock=clock)
            if claimed is None:
                continue
            if claimed.attempts > MOST_ATTEMPTS:
                self._give_up(claimed)
                continue
            self._holds[claimed.id] = Hold(self._bench.store, claimed, clock)
            self._running[claimed.id] = pool.submit(self._work, claimed.id)

    def _give_up(self, job: Job) -> None:
        _log.warning("given up", job=job.id, kind=job.kind, attempts=job.attempts)
        error = {"key": "job_given_up", "values": {"n": MOST_ATTEMPTS}, "kind": "Refused"}
        rows.end(self._bench.store, job, "failed", clock=self._bench.seams.clock, error=error)

    def _work(self, job_id: str) -> None:
        try:
            self._holds[job_id].run(self._bench)
        except Exception:  # noqa: BLE001 - the end could not be written (disk full): the row will be taken over
            _log.exception("the end of a job could not be written", job=job_id)
        finally:
            self._holds.pop(job_id, None)
            self._running.pop(job_id, None)


def _watch_stdin(worker: Worker) -> None:
    """Go when the other end of our standard input is gone: the process that started us has ended."""
    while sys.stdin.buffer.read(4096):
        pass
    worker.stop()
    threading.Timer(_FAREWELL_SECONDS + 1, os._exit, (1,)).start()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve this data folder until told to go; 0 at once where another worker serves it."""
    parser = argparse.ArgumentParser(prog="mpkit worker")
    parser.add_argument("--idle-exit", type=float, default=None)
    parser.add_argument("--until-stdin-ends", action="store_true")
    options = parser.parse_args(arguments)
    chosen = settings.load()
    os.environ.pop("MPKIT_ACCESS_TOKEN", None)  # children that draw and prove need none
    log.setup(chosen.log_level, chosen.log_format)
    gather_rarely()
    with private.locked(_lock(chosen), wait=False) as free:
        if not free:
            _log.info("a worker lives already")
            return 0
        try:
            bench = Workbench(chosen, open_store(chosen.database))
        except MpkitError as error:
            _log.critical("cannot start", why=str(error))
            return 1
        worker = Worker(bench, idle_exit=options.idle_exit)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        signal.signal(signal.SIGINT, lambda *_: worker.stop())
        if options.until_stdin_ends:
            threading.Thread(target=_watch_stdin, args=(worker,), daemon=True).start()
        _log.info("serving", data=str(chosen.data))
        worker.serve()
    _log.info("gone")
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # a job that does not stop in time must not keep the process; its row is taken over
