"""Small files nobody else may read: whole text in, a 0600 file out at once or not at all; and a lock beside it.

On Windows the folder of the user's own profile gives the privacy that 0600 gives elsewhere.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


def write(path: Path, content: bytes) -> None:
    """Replace `path` by `content` in one step: written aside, flushed to the disk, renamed."""
    _folder(path.parent)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        _write_new(aside, content)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    _flush_folder(path.parent)


def create(path: Path, content: bytes) -> bool:
    """Make `path` with `content` unless it exists; False where somebody else was first. Never a half-written file."""
    _folder(path.parent)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        _write_new(aside, content)
        os.link(aside, path)  # a hard link fails where the name is taken: the first one wins
    except FileExistsError:
        return False
    finally:
        aside.unlink(missing_ok=True)
    _flush_folder(path.parent)
    return True


def _folder(folder: Path) -> None:
    """Make the folder and what is missing above it, each closed to others (`parents=True` would leave those open)."""
    if not folder.is_dir():
        if folder != folder.parent:
            _folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _write_new(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the rename itself durable; Windows cannot open folders and needs it not."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock file `path` while inside; gives False at once where it is held and `wait` is off.

    The lock belongs to the open file: it ends with the process, however that ends, and no child inherits it.
    """
    _folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _take(handle, wait=wait)
    finally:
        os.close(handle)


def _take(handle: int, *, wait: bool) -> bool:
    with suppress(OSError):
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        return True
    return False
