"""Starting the worker: settings in, a process out, unless one lives already."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mpkit
from mpkit import private
from mpkit.settings import Settings

_IDLE_SECONDS = 900  # a worker that a page has started goes when nothing was to do for so long


def worker_lives(settings: Settings) -> bool:
    """Whether a worker serves this data folder: it holds a lock that dies with it."""
    with private.locked(_lock(settings), wait=False) as free:
        return not free


def _lock(settings: Settings) -> Path:
    return settings.data / "worker.lock"


def ensure_worker(settings: Settings) -> None:
    """Start a worker that outlives this process, unless one lives; two started at once settle it among themselves."""
    if worker_lives(settings):
        return
    extra = [] if settings.access_token is not None else ["--idle-exit", str(_IDLE_SECONDS)]
    _start(settings, extra, stdin=subprocess.DEVNULL, detached=True)


def start_worker(settings: Settings) -> subprocess.Popen[bytes]:
    """Start a worker that ends with this process, however this process ends."""
    return _start(settings, ["--until-stdin-ends"], stdin=subprocess.PIPE, detached=False)


def _start(settings: Settings, extra: list[str], *, stdin: int, detached: bool) -> subprocess.Popen[bytes]:
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = os.open(settings.data / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if detached else None
    flags = getattr(subprocess, "DETACHED_PROCESS", 0) if detached else 0
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "mpkit.jobs.worker", *extra],
            stdin=stdin,
            stdout=log if detached else None,
            stderr=log if detached else None,
            env=_environment(settings),
            start_new_session=detached,
            creationflags=flags,
        )
    finally:
        if log is not None:
            os.close(log)


def _environment(settings: Settings) -> dict[str, str]:
    """The settings as this process has them; the token goes by the environment, which only the same user can read."""
    said = {
        "MPKIT_API_URL": settings.api_url,
        "MPKIT_STORE_URL": settings.store_url,
        "MPKIT_ANALYTICS_URL": settings.analytics_url,
        "MPKIT_EXECUTOR": settings.executor,
        "MPKIT_DATA": str(settings.data.resolve()),
        "MPKIT_LOG_LEVEL": settings.log_level,
        "MPKIT_LOG_FORMAT": settings.log_format,
        "MPKIT_LANG": settings.lang,
        "MPKIT_ACCOUNT": settings.account,
        "MPKIT_PLACES": str(settings.places.resolve()) if settings.places else "",
        "MPKIT_ACCESS_TOKEN": settings.access_token.get_secret_value() if settings.access_token else "",
    }
    here = str(Path(mpkit.__file__).parent.parent)
    path = os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH", "")) if part)
    inherited = {name: value for name, value in os.environ.items() if name not in said}
    return {**inherited, **{name: value for name, value in said.items() if value}, "PYTHONPATH": path}
