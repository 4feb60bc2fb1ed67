"""A command under ptrace: at its n-th system call it is killed, or the call fails as a full or a broken disk fails it.

A process of its own forks the commands (it has imported them) and follows all their threads. Counted are
the calls by which a command changes anything outside of itself. Linux on x86-64, where the system allows it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, Self

from tests import forking

# numbers of x86-64; what they act on is in the first argument (a handle), or named by a path
_HANDLES = {1: "write", 18: "pwrite64", 20: "writev", 74: "fsync", 75: "fdatasync", 77: "ftruncate", 72: "fcntl"}
_PATHS = {87: "unlink", 83: "mkdir", 90: "chmod", 82: "rename"}  # in the first argument
_AT = {257: "openat", 263: "unlinkat", 258: "mkdirat", 264: "renameat", 316: "renameat2"}  # in the second
_SOCKETS = {42: "connect", 44: "sendto", 46: "sendmsg"}
DISK = frozenset({"write", "pwrite64", "fsync", "fdatasync", "openat"})  # what a disk refuses
_TRACEME, _PEEKUSER, _POKEUSER, _GO_ON, _SETOPTIONS = 0, 3, 6, 7, 0x4200
_OPTIONS = 0x80 | 8 | 0x100000  # the filter's calls are told, threads are followed, and nobody outlives us
_ORIG_RAX, _RAX, _RDI, _RSI = 15 * 8, 10 * 8, 14 * 8, 13 * 8
_WALL = 0x40000000
_FILTERED = 7 << 8 | 5  # how a stop at a call of the filter is told
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Fate:
    """What happens at the `at`-th call: "kill", or an error of `errno`, once or (`stays`) from there on."""

    at: int = 0  # counted from 1; 0: nothing happens
    what: str = "kill"
    stays: bool = False


@dataclass(frozen=True)
class Told:
    """What became of a traced command: its calls by name, its exit code (negative: the signal), what it said."""

    calls: Mapping[str, int]
    code: int
    said: str

    @property
    def total(self) -> int:
        """How many calls were counted."""
        return sum(self.calls.values())


def refusal() -> str:
    """Why nothing can be traced here, "" where it can."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "tracing knows the system calls of Linux on x86-64 alone"
    code = subprocess.run([sys.executable, "-m", "tests.tracing", "probe"], cwd=forking.ROOT, check=False).returncode
    return "" if code == 0 else "this system allows no ptrace"


class Tracer:
    """Starts commands one after the other, each with its fate."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.tracing", "serve"],
            cwd=forking.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        with suppress(BrokenPipeError):
            self._process.communicate(timeout=30)

    def run(
        self, words: Sequence[str], *, env: Mapping[str, str], cwd: Path, under: Path, disk: bool = False, fate: Fate
    ) -> Told:
        """`mpkit words…`. Counted are calls about files under a folder and, unless it is about the `disk`, sockets."""
        order = {"words": list(words), "env": dict(env), "cwd": str(cwd), "under": str(under), "disk": disk}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order | {"fate": vars(fate)}) + "\n")
        self._process.stdin.flush()
        return Told(**json.loads(self._process.stdout.readline()))


def _ptrace(request: int, task: int, address: int = 0, value: int = 0) -> int:
    assert _libc
    _libc.ptrace.restype = ctypes.c_long
    arguments = (ctypes.c_long(request), ctypes.c_long(task), ctypes.c_void_p(address), ctypes.c_void_p(value))
    return int(_libc.ptrace(*arguments))


@dataclass
class _Following:
    """One command being followed: it stops at the calls of the filter alone, before they are made."""

    pid: int
    under: str
    disk: bool
    fate: Fate
    calls: Counter[str] = field(default_factory=Counter)
    count: int = 0

    def to_its_end(self) -> int:
        os.waitpid(self.pid, 0)
        _ptrace(_SETOPTIONS, self.pid, 0, _OPTIONS)
        _ptrace(_GO_ON, self.pid)
        while True:
            task, status = os.waitpid(-1, _WALL)
            if os.WIFEXITED(status) or os.WIFSIGNALED(status):
                if task == self.pid:
                    return os.waitstatus_to_exitcode(status)
                continue
            told = os.WSTOPSIG(status)
            if status >> 8 == _FILTERED:
                self._call(task)
            _ptrace(_GO_ON, task, 0, 0 if told in {signal.SIGTRAP, signal.SIGSTOP} else told)

    def _call(self, task: int) -> None:
        name = self._named(task)
        if not name:
            return
        self.calls[name] += 1
        self.count += 1
        if not self.fate.at or self.count < self.fate.at or (self.count > self.fate.at and not self.fate.stays):
            return
        if self.fate.what == "kill":
            os.kill(self.pid, signal.SIGKILL)
        else:
            _ptrace(_POKEUSER, task, _ORIG_RAX, -1)  # the call is not made, and this is its answer
            _ptrace(_POKEUSER, task, _RAX, -getattr(errno, self.fate.what))

    def _named(self, task: int) -> str:
        """The name of a call that counts, else ""."""
        number = _ptrace(_PEEKUSER, task, _ORIG_RAX)
        if number in _SOCKETS:
            return "" if self.disk else _SOCKETS[number]
        name = _HANDLES.get(number) or _PATHS.get(number) or _AT.get(number, "")
        if not name or (self.disk and name not in DISK):
            return ""
        with suppress(OSError):
            if number in _HANDLES:
                about = str(Path(f"/proc/{task}/fd/{_ptrace(_PEEKUSER, task, _RDI)}").readlink())
            else:
                about = _text(task, _ptrace(_PEEKUSER, task, _RSI if number in _AT else _RDI))
            return name if about.startswith(self.under) else ""
        return ""


def _text(task: int, address: int) -> str:
    """The path at an address of a task's memory."""
    with open(f"/proc/{task}/mem", "rb", buffering=0) as memory:  # noqa: PTH123 - no file
        memory.seek(address)
        return os.fsdecode(memory.read(1024).partition(b"\0")[0])


def _followed(order: dict[str, Any]) -> Told:
    said = Path(order["cwd"], "said.txt")
    pid = os.fork()
    if pid == 0:
        _ptrace(_TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        _filter()
        _become(order, said)
    following = _Following(pid, order["under"], order["disk"], Fate(**order["fate"]))
    code = following.to_its_end()
    return Told(
        dict(following.calls), code, said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""
    )


class _Rule(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Rules(ctypes.Structure):
    _fields_ = (("count", ctypes.c_uint16), ("rules", ctypes.POINTER(_Rule)))


def _filter() -> None:
    """This process, and its threads to come, stop for the tracer at the calls that may count, and at no others."""
    numbers = [*_HANDLES, *_PATHS, *_AT, *_SOCKETS]
    load, equal, end, trace, allow = 0x20, 0x15, 0x06, 0x7FF00000, 0x7FFF0000
    rules = [_Rule(load, 0, 0, 0)]
    rules += [_Rule(equal, len(numbers) - n, 0, number) for n, number in enumerate(numbers)]
    rules += [_Rule(end, 0, 0, allow), _Rule(end, 0, 0, trace)]
    program = _Rules(len(rules), (_Rule * len(rules))(*rules))
    assert _libc
    if _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or _libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "no seccomp filter")


def _become(order: dict[str, Any], said: Path) -> NoReturn:
    """Be the command, and what it says in a file."""
    handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - as at a start
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["mpkit", *order["words"]]
    forking._leave(forking._run())


def _probe() -> int:
    """Whether a child of ours can be traced."""
    pid = os.fork()
    if pid == 0:
        stopped = _ptrace(_TRACEME, 0) == 0 and os.kill(os.getpid(), signal.SIGSTOP) is None
        _filter()
        os._exit(0 if stopped else 1)
    _, status = os.waitpid(pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        return 1
    if _ptrace(_SETOPTIONS, pid, 0, _OPTIONS) != 0:
        os.kill(pid, signal.SIGKILL)
    _ptrace(_GO_ON, pid)
    return 0 if os.waitpid(pid, 0)[1] == 0 else 1


def _serve() -> None:
    for file in sorted((forking.ROOT / "mpkit" / "cli").glob("*.py")):
        import_module(f"mpkit.cli.{file.stem}")
    for line in sys.stdin:
        sys.stdout.write(json.dumps(vars(_followed(json.loads(line)))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "probe":
        sys.exit(_probe())
    _serve()
