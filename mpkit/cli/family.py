"""Processes that live and die together: a command line comes in, a child that cannot outlive its parent goes out."""

from __future__ import annotations

import _thread
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

PATIENCE = 8.0  # seconds a child gets to end by itself


class Child:
    """One `mpkit` command as a child; its standard input is a pipe whose end means that the parent is gone."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], *, output: int | IO[bytes]) -> None:
        self.words = tuple(words)
        self.process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "mpkit.cli.family", *words],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=dict(environment),
            start_new_session=sys.platform != "win32",
        )

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def end(self) -> None:
        """Ask it to end, wait, then insist."""
        if self.process.stdin:
            with suppress(OSError):
                self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def end_with_parent() -> None:
    """Watch standard input; when it ends, end like a Ctrl-C, and for certain a little later."""

    def watch() -> None:
        with suppress(OSError):
            while os.read(0, 4096):
                pass
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:
            _thread.interrupt_main()
        time.sleep(PATIENCE - 1)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def run() -> None:
    """Run the `mpkit` command named on the command line, tied to the parent."""
    from mpkit.cli import main  # noqa: PLC0415 - the children need it, the parent has it already

    signal.signal(signal.SIGINT, signal.default_int_handler)
    end_with_parent()
    main()


if __name__ == "__main__":
    run()
