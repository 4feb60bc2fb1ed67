"""What jobs do: one file a kind, each with `run(bench, arguments, progress) -> result`; found by name.

`result` is plain data. A kind may be run again after a kill at any moment; it must then lose and double nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from mpkit.errors import Refused
from mpkit.work import Progress

if TYPE_CHECKING:
    from mpkit.jobs.workbench import Workbench

Run = Callable[["Workbench", dict[str, Any], Progress], Mapping[str, Any]]

ALONE = frozenset({"apply"})  # one at a time for an account
RESUMED = frozenset({"apply"})  # stopped half-way it is paused, and goes on where it stopped when it is asked for again
ONCE = frozenset({"apply", "connect"})  # done is done: asked again, the finished row answers


def names() -> tuple[str, ...]:
    """The kinds there are."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def runner(kind: str) -> Run:
    """The function of a kind. Raises `Refused` for one this program does not know (a newer page, an older worker)."""
    if kind not in names():
        raise Refused("job_kind_unknown", kind=kind)
    run: Run = import_module(f"{__name__}.{kind}").run
    return run
