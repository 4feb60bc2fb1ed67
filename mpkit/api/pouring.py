"""A large answer written to a file: its parts come in, the file grows, within a number of bytes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Self

from mpkit.errors import Refused
from mpkit.work import Progress


class Pouring:
    """A file that is filled part by part, and begun anew whenever the answer is."""

    def __init__(self, path: Path, most: int, progress: Progress) -> None:
        """`most` is a number of bytes; beyond it `Refused` is raised."""
        self._path, self._most, self._progress = path, most, progress
        self._size = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        self._file = os.fdopen(handle, "wb")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def begin(self) -> None:
        """Forget what came of an attempt that broke off."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
        self._size = 0

    def __call__(self, part: bytes) -> None:
        """Take the next part."""
        self._size += len(part)
        if self._size > self._most:
            raise Refused("api_report_too_large", megabytes=self._most // 1024**2)
        if self._file is not None:
            self._file.write(part)
        self._progress(self._size, None, "api_report_downloading")

    def sync(self) -> None:
        """Make sure it is on the disk."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
