"""One writer of a mirror at a time: a file comes in, the lock is held or not; it dies with its process.

SQLite's exclusive transaction is the lock: it works alike on every system, and no child inherits it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(file: Path, wait: float) -> Iterator[bool]:
    """Hold the lock for the block, waiting `wait` seconds for it; yields whether it is ours."""
    connection = sqlite3.connect(file, timeout=wait, isolation_level=None)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            yield False
            return
        yield True
        connection.execute("ROLLBACK")
    finally:
        connection.close()
