"""Whether whoever holds a job still lives: by the beat of its heart, and on this machine by its process."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import TYPE_CHECKING

from mpkit.work import Clock

if TYPE_CHECKING:
    from mpkit.jobs.rows import Job

SILENT_SECONDS = 15.0  # a holder whose heart has not beaten for so long is dead


def silent_since(job: Job, clock: Clock) -> timedelta:
    """How long the holder has given no sign."""
    return clock.now() - (job.heartbeat or job.started or job.created or clock.now())


def is_dead(job: Job, clock: Clock) -> bool:
    """Whether a running job's holder is dead: silent for too long, or a process of this machine that is gone."""
    if silent_since(job, clock).total_seconds() > SILENT_SECONDS:
        return True
    host, _, rest = job.worker.rpartition(":")[0].rpartition(":")
    return host == socket.gethostname() and rest.isdecimal() and not _lives(int(rest))


def _lives(pid: int) -> bool:
    if os.name == "nt":  # signal 0 would end the process there; the heartbeat decides
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """A killed child that its parent has not asked about yet still has its number."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False
