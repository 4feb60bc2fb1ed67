"""Prints every payment of a large book before it is asked for: a world goes in, texts come to lie in its stock.

They are written into a file without a name, in a thread beside the server, and read where the system maps it. The file
is gone with the process, however that ends. Where there is no room for all, or none, the rest is printed when it is
asked for.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mpkit.sandbox.world import World

FROM = 10_000  # payments; fewer are printed fast enough when they are asked for
_MOST = 8_000_000_000  # bytes of the file, and never more than half of what is free
_ROW = 8_000  # bytes of a text at most, on the average
_POPULATE_READ = 22  # a word for `madvise` that Python has no name for; Linux 5.14
_STEP = 500  # rows at once: the world is held for 2 ms


def begin(world: World) -> Ahead | None:
    """Print ahead where that is worth it."""
    return Ahead(world) if world.book.columns.count >= FROM else None


class Ahead:
    """The thread that prints."""

    def __init__(self, world: World) -> None:
        self._world, self._ended = world, threading.Event()
        self.bytes = 0  # of the file
        self._thread = threading.Thread(target=self._run, name="sandbox-ahead", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until all is printed that has room."""
        self._thread.join()

    def close(self) -> None:
        """Stop where it is."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        folder = _folder()
        with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            count = self._world.book.columns.count
            room = min(_MOST, shutil.disk_usage(folder).free // 2, count * _ROW)
            if room:  # nothing cannot be mapped
                file.truncate(room)  # holes: what is not written takes no room
                self._print(file, mmap.mmap(file.fileno(), room, access=mmap.ACCESS_READ), count)

    def _print(self, file: IO[bytes], paper: mmap.mmap, count: int) -> None:
        world, setter, stock = self._world, self._world.typesetter, self._world.typesetter.stock
        with world.lock:
            number = stock.spread(memoryview(paper))
        for first in range(0, count, _STEP):
            rows = np.arange(first, min(first + _STEP, count))
            with world.lock:
                setter.turn()
                text, ends = setter.printed(rows)
                stock.announce(rows)
            # the file takes its time; meanwhile others ask, and what they change is not announced any more
            if self._ended.is_set() or self.bytes + len(text) > len(paper) or file.write(text) != len(text):
                return
            _bring_in(paper, self.bytes, len(text))
            with world.lock:
                stock.file(rows, number, ends + np.int64(self.bytes))
            self.bytes += len(text)


def _bring_in(paper: mmap.mmap, begin: int, size: int) -> None:
    """Let the pages of memory be there before somebody reads them; where it cannot be, they come one by one."""
    if sys.platform == "linux":
        first = begin - begin % mmap.PAGESIZE
        with contextlib.suppress(OSError):
            paper.madvise(_POPULATE_READ, first, begin + size - first)


def _folder() -> str:
    """Where large files that pass have their place: what `TMPDIR` says, and rather the disk than memory."""
    large = "/var/tmp"  # noqa: S108 - the file never has a name there
    return large if "TMPDIR" not in os.environ and Path(large).is_dir() else tempfile.gettempdir()
