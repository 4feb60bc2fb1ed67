"""The sandbox's memory across restarts: its first line says how it was made, every later line what one request changed.

What was generated is generated again from seed and birth, as the version that made the file did; only what came after
is written, one line for all changes of a request, before its answer leaves: a kill at any moment loses nothing that was
answered and leaves nothing half done (a torn last line is dropped). The file is locked while a world lives in it.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

import orjson

from mpkit.errors import Refused

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

Kinds = Mapping[str, Callable[[dict[str, Any]], object]]
_HEAD = {"asked", "born"}
_MADE = 2  # how a year is generated; 1: nothing happened months after a sale
_LONGEST_HEAD = 1_000_000  # bytes: what has no end of line by then is no file of ours
_LOCKED_AT = 2**40  # Windows locks bytes: one where nothing is ever written


class Family(Protocol):
    """One family of what the sandbox keeps (objects, money, keys …): it writes lines and knows how to apply them."""

    def kinds(self) -> Kinds:
        """The kind of each line it writes, to what applies such a line again."""
        ...


F = TypeVar("F", bound=Family)


class Journal:
    """The file of one world; without a path it keeps nothing."""

    def __init__(self, path: Path | None, asked: Mapping[str, Any], now: datetime) -> None:
        self.born, self.made = now, _MADE
        self._path, self._kinds = path, dict[str, Callable[[dict[str, Any]], object]]()
        self._file: IO[bytes] | None = None
        self._lines: Iterator[dict[str, Any]] = iter(())
        self._at = 1  # the line being read
        self._pending: list[dict[str, Any]] | None = None  # None until the world has been made
        self._broken: Refused | None = None
        if path is None:
            return
        try:
            self._begin(path, asked)
        except OSError as error:
            self.close()
            raise self._unusable(error) from error
        except Refused:
            self.close()
            raise

    def family(self, state: F) -> F:
        """Take in one family of state: its lines are replayed into it. Returns it."""
        self._kinds.update(state.kinds())
        return state

    def remember(self, kind: str, document: dict[str, Any]) -> None:
        """Note one change of the request that is being answered; nothing while the world is made or replayed."""
        if self._pending is not None:
            self._pending.append({"kind": kind, **document})

    def commit(self) -> None:
        """Write what one request changed. Raises `Refused` when it cannot be kept; from then on nothing is."""
        if self._broken is not None:
            raise self._broken
        if self._pending:
            try:
                self._write(orjson.dumps(self._pending, default=str) + b"\n")
            except OSError as error:
                self._broken = self._unusable(error, "sandbox_state_unwritable")
                raise self._broken from error
            self._pending.clear()

    def replay(self) -> None:
        """Apply what earlier lives of this world changed, then begin to write. Raises `Refused` for a damaged file."""
        try:
            for change in self._lines:
                self._kinds[change.pop("kind")](change)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            self.close()
            raise Refused("sandbox_state_damaged", file=str(self._path), line=str(self._at)) from error
        if self._file is not None:
            self._pending = []

    def close(self) -> None:
        """Let the file go; another world may live in it."""
        if self._file is not None:
            self._file.close()
        self._file = self._pending = None

    def _begin(self, path: Path, asked: Mapping[str, Any]) -> None:
        """Open and lock the file; read how an earlier life was made, or write the first line of this one."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from error
        if path.exists() and stat.S_ISFIFO(path.stat().st_mode):  # opening it would wait for ever
            raise Refused("sandbox_state_foreign", file=str(path))
        self._file = file = os.fdopen(
            os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600), "r+b", 0
        )
        if not _locked(file):
            raise Refused("sandbox_state_busy", file=str(path))
        has_end = stat.S_ISREG(os.fstat(file.fileno()).st_mode)  # a device is only ever written
        first, end, rest = (file.read(_LONGEST_HEAD) if has_end else b"").partition(b"\n")
        if not first + end:
            self._write(orjson.dumps({"asked": asked, "born": self.born.isoformat(), "made": _MADE}) + b"\n")
            return
        head = _head(first) if end else None
        if head is None:
            raise Refused("sandbox_state_foreign", file=str(path))
        if head["asked"] != asked:
            raise Refused("sandbox_state_differs", file=str(path), options=_differing(head["asked"], asked))
        self.born, self.made = datetime.fromisoformat(head["born"]), head.get("made", 1)
        if self.made not in range(1, _MADE + 1):
            raise Refused("sandbox_state_newer", file=str(path))
        whole, _, torn = (rest + file.read()).rpartition(b"\n")
        if torn:  # only now: nobody else's file is cut
            file.truncate(file.seek(-len(torn), os.SEEK_END))
        self._lines = self._changes(whole.splitlines())

    def _changes(self, lines: Sequence[bytes]) -> Iterator[dict[str, Any]]:
        for self._at, line in enumerate(lines, 2):
            yield from orjson.loads(line)

    def _write(self, line: bytes) -> None:
        """The whole line, or nothing of it."""
        assert self._file is not None
        before, written = self._file.tell(), 0
        try:
            while written < len(line):
                written += self._file.write(line[written:]) or 0
        except OSError:
            with suppress(OSError):  # a device has no length; the torn line is dropped when it is read
                self._file.truncate(before)
            raise

    def _unusable(self, error: OSError, key: str = "sandbox_state_unusable") -> Refused:
        return Refused(key, file=str(self._path), why=error.strerror or str(error))


def _locked(file: IO[bytes]) -> bool:
    """Whether this process now holds the file; the lock ends with the process, however that ends."""
    try:
        if sys.platform == "win32":
            file.seek(_LOCKED_AT)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            file.seek(0)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except PermissionError:  # how Windows says that it is held
        return False
    return True


def _head(line: bytes) -> dict[str, Any] | None:
    """The first line of a file of ours, None for any other."""
    try:
        head = orjson.loads(line)
        if not (isinstance(head, dict) and set(head) >= _HEAD and isinstance(head["asked"], dict)):
            return None
        datetime.fromisoformat(head["born"])
    except (ValueError, TypeError):
        return None
    return head


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """`--stores 12, --seed 7`: the options the file was made with, where they are others now."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return ", ".join(f"--{name} {before.get(name, '')}".strip() for name in names)
