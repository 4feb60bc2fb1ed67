"""What every command shares: its workbench, its one answer, its sentences, its progress bar and its exit code."""

from __future__ import annotations

import getpass
import json
import locale
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from mpkit import log
from mpkit.errors import MpkitError, WrongUsage, of_system
from mpkit.i18n import LANGUAGES, say_error
from mpkit.i18n import say as said
from mpkit.settings import Settings, load
from mpkit.work import Cancelled, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from mpkit.jobs import Job, Workbench

DONE, REFUSED, WRONG_USAGE, LOOK, INTERRUPTED = 0, 1, 2, 3, 130

_log = log.get("cli")


@dataclass
class _Chosen:
    account: str = ""


_chosen = _Chosen()


def choose_account(name: str) -> None:
    """Remember what `--account` said; stronger than the settings."""
    _chosen.account = name
    settings.cache_clear()


@cache
def settings() -> Settings:
    """The settings of this command."""
    return load(account=_chosen.account) if _chosen.account else load()


def bench() -> Workbench:
    """Settings, an up-to-date store and the real seams: what a command works with."""
    from mpkit.db import open_store  # noqa: PLC0415 - heavy, and `--help` needs none of it
    from mpkit.jobs import Workbench  # noqa: PLC0415
    from mpkit.work import gather_rarely  # noqa: PLC0415

    chosen = settings()
    gather_rarely()
    return Workbench(chosen, open_store(chosen.database))


def who() -> str:
    """Who runs this command, as the system calls them; "" where it does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name for this user (a bare container)
        return ""


def language() -> str:
    """es, pt or en: `MPKIT_LANG`, else what the system speaks, else English."""
    with suppress(MpkitError):  # settings that cannot be read are told in the language of the surroundings
        if settings().lang:
            return settings().lang
    for name in ("MPKIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name) and (name != "MPKIT_LANG" or os.environ[name] in LANGUAGES):
            spoken = os.environ[name][:2].lower()
            return spoken if spoken in LANGUAGES else "en"
    spoken = (locale.getlocale()[0] or "")[:2].lower()
    return spoken if spoken in LANGUAGES else "en"


def answer(document: Mapping[str, Any], text: str = "", *, as_json: bool) -> None:
    """The one answer on stdout: the document as JSON, or the text for people."""
    spoken = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"  # else letters are written as \u00e1
    said_once = json.dumps(document, ensure_ascii=not spoken, indent=2) if as_json else text
    if not said_once:
        return
    try:
        print(said_once, flush=True)
    except BrokenPipeError:  # whoever read us has enough; the exit code still tells how it went
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - the interpreter flushes it last
    except OSError as error:  # a file behind it whose disk is full
        raise of_system(error, where=said("cli_stdout", language())) or error from error


def say(key: str, **values: object) -> None:
    """A sentence for people, on stderr: stdout is for the answer."""
    print(said(key, language(), **values), file=sys.stderr)


def ids(text: str) -> list[str]:
    """The parts of an option that takes several, with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def look() -> NoReturn:
    """Leave with "done, and there is something to look at"."""
    raise typer.Exit(LOOK)


def face(work: Callable[[], int]) -> int:
    """The one place where a command's errors are caught: one sentence on stderr, and the exit code given back."""
    _readable()
    try:
        _listen()
        code = work()
    except MpkitError as error:
        print(say_error(error, language()), file=sys.stderr)
        return error.exit_code
    except typer.TyperException as error:  # wrong options and arguments: the library's own text
        show = getattr(error, "show", None)
        if show is not None:
            show()
        return int(getattr(error, "exit_code", WRONG_USAGE))
    except (KeyboardInterrupt, typer.Abort, Cancelled):
        say("cli_interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read us has enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - the interpreter flushes it last
        return DONE
    except Exception as error:  # noqa: BLE001 - the face: whatever nobody expected gets a number
        return _unexpected(error)
    else:
        return code


def _unexpected(error: Exception) -> int:
    """What no room foresaw: a disk or folder as a sentence, anything else as a number; both with a trace in the log."""
    trouble = of_system(error, where=_place())
    if trouble is not None:
        _log.exception("the system refused", why=trouble.key)
        print(say_error(trouble, language()), file=sys.stderr)
        return trouble.exit_code
    number = secrets.token_hex(4)
    _log.exception("unexpected", number=number)
    say("job_unexpected", number=number)
    return REFUSED


def _readable() -> None:
    """Letters that a pipe's or terminal's encoding lacks become marks: a name must not end a command.

    What was closed before we came (`2>&-`) is opened on nothing: else the next file takes its number and its lines.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - for good
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def refuse_no_text(arguments: Sequence[str]) -> None:
    """Raise `WrongUsage` for a name whose bytes are no text: neither an answer nor the store could hold it."""
    for each in arguments:
        if each.encode(errors="ignore").decode() != each:
            raise WrongUsage("cli_not_text", text=each.encode(errors="replace").decode())


def _place() -> str:
    """The place meant where the system names none."""
    with suppress(MpkitError):
        return str(settings().data)
    return "."


def _listen() -> None:
    """Logs on stderr only where the settings ask for them; errors go to a file of the data folder as well."""
    try:
        chosen = settings()
    except MpkitError:  # the command will say so, unless it needs none (`--help`)
        log.setup("CRITICAL")
        return
    level = chosen.log_level if "log_level" in chosen.model_fields_set else "CRITICAL"
    log.setup(level, chosen.log_format, errors=chosen.data / "errors.log")


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar on stderr, with count, rate and time left, where a person watches; nothing where nobody does."""
    if not sys.stderr.isatty():
        yield _unseen
        return
    from rich.console import Console  # noqa: PLC0415 - only where it is drawn
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    columns = (*shown, TimeRemainingColumn(elapsed_when_finished=True))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Drawn(bar)


def _unseen(done: int, total: int | None, step: str = "") -> None:
    """A bar for nobody."""


class _Drawn:
    """One line of the bar at a time: a new step takes the place of the last."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._step = ""
        self._task = bar.add_task("", total=None, rate="")

    def __call__(self, done: int, total: int | None, step: str = "") -> None:
        described = said(step, language()) if step else ""
        if step != self._step:  # another kind of work has a speed of its own
            self._step = step
            self._bar.reset(self._task)
        speed = self._bar.tasks[0].speed
        rate = f"{speed:.1f}/s" if speed else ""
        self._bar.update(self._task, completed=done, total=total, description=described, rate=rate)


def finished(job: Job) -> dict[str, Any]:
    """The result of a job that ran here; a stopped one is an interruption, one that could not go on its own error."""
    from mpkit.jobs import outcome  # noqa: PLC0415 - heavy

    if job.state in {"cancelled", "paused"} and (job.error or {"key": "job_cancelled"})["key"] == "job_cancelled":
        raise Cancelled
    return outcome(job)
