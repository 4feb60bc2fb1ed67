"""The commands in processes of their own that need not begin with half a second of imports.

A launcher is started once for all tests of a process, imports every command and forks for each that is asked for: the
command has its own pid, environment, folder, pipes and exit code, and may be killed like any other. Where the system
has no such fork (Windows, macOS) a new interpreter is started instead. Tests of the start itself (how fast, what it
imports, what a shell hands over) start one too.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn

from mpkit.i18n import words
from tests.quick import copy_new_stores, forget_the_disk

ROOT = Path(__file__).parent.parent
_MOST = 1 << 20  # bytes of one order
_NUMBER = struct.Struct("i")  # a pid, then what came of it


class Command:
    """A command that runs: as much of `subprocess.Popen` as tests ask of it, its pipes in text."""

    def __init__(self, pid: int, status: int, pipes: Sequence[int]) -> None:
        self.pid, self._status, self.returncode = pid, status, None  # type: int, int, int | None
        self.stdin: IO[str] = os.fdopen(pipes[0], "w", encoding="utf-8", errors="surrogateescape")
        self.stdout: IO[str] = os.fdopen(pipes[1], encoding="utf-8", errors="surrogateescape")
        self.stderr: IO[str] = os.fdopen(pipes[2], encoding="utf-8", errors="surrogateescape")

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("mpkit", timeout or 0)
            self.returncode = _number(self._status)
            os.close(self._status)
        return self.returncode

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, which: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, which)

    def kill(self) -> None:
        self.send_signal(9)

    def terminate(self) -> None:
        self.send_signal(15)

    def communicate(self, given: str = "", timeout: float | None = None) -> tuple[str, str]:
        said: dict[str, str] = {}

        def read(name: str, pipe: IO[str]) -> None:
            said[name] = pipe.read()

        readers = [threading.Thread(target=read, args=(name, getattr(self, name))) for name in ("stdout", "stderr")]
        for reader in readers:
            reader.start()
        try:
            self.stdin.write(given)
            self.stdin.close()
        except BrokenPipeError:  # it read nothing and is gone
            pass
        end = None if timeout is None else time.monotonic() + timeout
        for reader in readers:
            reader.join(None if end is None else max(0.0, end - time.monotonic()))
        if any(reader.is_alive() for reader in readers):
            raise subprocess.TimeoutExpired("mpkit", timeout or 0)
        self.wait(None if end is None else max(0.0, end - time.monotonic()))
        self.stdout.close()
        self.stderr.close()
        return said["stdout"], said["stderr"]


Started = Command | subprocess.Popen[str]


def start(
    words: Sequence[str], *, env: Mapping[str, str], cwd: Path, hurried: bool = False, module: str = "mpkit"
) -> Started:
    """`mpkit words…` in a process of its own, with pipes; `hurried` where its waits between attempts are not tested.

    With `module` it is `python -m module words…` instead, a module that has a `main` and leaves with what that gives.
    """
    if sys.platform != "linux":
        command = [sys.executable, "-m", module, *words]
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(
            command, env=dict(env), cwd=cwd, text=True, encoding="utf-8", errors="surrogateescape", **pipes
        )
    (given, giving), *said = [os.pipe() for _ in range(4)]
    ours, theirs = [giving, *(read for read, _ in said)], [given, *(write for _, write in said)]
    wanted = {"words": list(words), "env": dict(env), "cwd": str(cwd), "hurried": hurried, "module": module}
    order = json.dumps(wanted).encode()
    with _LOCK:
        socket.send_fds(_launcher(), [order], theirs)
    for handle in theirs:
        os.close(handle)
    return Command(_number(ours[3]), ours[3], ours[:3])


def settings(data: Path, **more: str) -> dict[str, str]:
    """The environment of an installation in the folder `data`: none of ours, and what is said here."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_")}
    return others | {"PYTHONPATH": str(ROOT), "MPKIT_DATA": str(data)} | more


def run(
    words: Sequence[str], *, env: Mapping[str, str], cwd: Path, given: str = "", timeout: float = 240
) -> subprocess.CompletedProcess[str]:
    """`mpkit words…` to its end."""
    process = start(words, env=env, cwd=cwd)
    out, err = process.communicate(given, timeout=timeout)
    assert process.returncode is not None
    return subprocess.CompletedProcess(list(words), process.returncode, out, err)


def _number(pipe: int) -> int:
    """The next number somebody writes."""
    found: int = _NUMBER.unpack(os.read(pipe, _NUMBER.size))[0]
    return found


_LOCK = threading.Lock()
_ENDS: list[socket.socket] = []


def _launcher() -> socket.socket:
    """Our end of the launcher, started with the first command; it ends when this process does."""
    if not _ENDS:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.forking", str(theirs.fileno())], cwd=ROOT, pass_fds=[theirs.fileno()], **quiet
        )
        theirs.close()
        atexit.register(lambda: (ours.close(), process.wait(30)))
        _ENDS.append(ours)
    return _ENDS[0]


def _serve(orders: socket.socket) -> None:
    """Fork for each order. Returns in a forked process alone, which is to be the command."""
    while True:
        message, handles, _, _ = socket.recv_fds(orders, _MOST, 4)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            orders.close()
            told = json.loads(message)
            _attend(told, handles)
            if told["module"] != "mpkit":
                _be(told["module"])
            return
        for handle in handles:
            os.close(handle)
        while _ended():
            pass


def _ended() -> bool:
    """Whether one of those that attended a command has ended, and been taken note of."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _attend(order: dict[str, Any], handles: Sequence[int]) -> None:
    """Fork the command, say its pid and its end; returns in the command alone."""
    status = handles[3]
    pid = os.fork()
    if pid:
        for handle in handles[:3]:
            os.close(handle)
        os.write(status, _NUMBER.pack(pid))
        os.write(status, _NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
        os._exit(0)
    for number, handle in enumerate(handles[:3]):
        os.dup2(handle, number)
    for handle in handles:
        os.close(handle)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115 - as at a start
    sys.stderr = open(2, "w", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    sys.argv = ["mpkit", *order["words"]]
    if order["hurried"]:
        calls = import_module("mpkit.api.calls")
        calls._FIRST_WAIT /= 50  # type: ignore[attr-defined]


def _run() -> int:
    """The command itself; its exit code, as the interpreter would give it."""
    from mpkit.cli import main

    try:
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001 - said as at the end of any process
        traceback.print_exc()
        return 1
    return 0


def _be(module: str) -> NoReturn:
    """Another module than the command's, which leaves at once, whatever its threads do."""
    code = 1
    try:
        code = import_module(module).main()
    except BaseException:  # noqa: BLE001 - said as at the end of any process
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _leave(code: int) -> NoReturn:
    """What an interpreter does at its end, but for taking every module apart."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _imported() -> None:
    """Everything a command begins with."""
    for file in sorted((ROOT / "mpkit" / "cli").glob("*.py")):
        with suppress(Exception):  # the command itself will say so, and no other
            import_module(f"mpkit.cli.{file.stem}")
    words()
    forget_the_disk()
    copy_new_stores()


if __name__ == "__main__":
    _imported()
    gc.collect()
    gc.freeze()  # what is there by now is shared by all of them
    _serve(socket.socket(fileno=int(sys.argv[1])))
    _leave(_run())
