"""Work outside the page: asked for as a row, done by the worker or by a command, the same row for the same work."""

from mpkit.jobs.alive import is_dead
from mpkit.jobs.command import outcome, run_now
from mpkit.jobs.rows import Job, find, latest, of_keys, page, recent, refuse_second, request_cancel, submit
from mpkit.jobs.starting import ensure_worker, start_worker
from mpkit.jobs.workbench import Workbench

__all__ = [
    "Job",
    "Workbench",
    "ensure_worker",
    "find",
    "is_dead",
    "latest",
    "of_keys",
    "outcome",
    "page",
    "recent",
    "refuse_second",
    "request_cancel",
    "run_now",
    "start_worker",
    "submit",
]
