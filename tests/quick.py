"""What makes the tests quicker and nothing else: a store does not wait until the disk has taken what was written.

That wait guards against a power cut, which no test makes; a process that is killed loses nothing without it. What the
store really asks of the disk is looked at in tests/test_db.py, under `durable`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
import sqlalchemy.pool

_SLOW = False


def forget_the_disk() -> None:
    """From now on, in this process."""
    sa.event.listen(sqlalchemy.pool.Pool, "checkout", _hurry)


@contextmanager
def durable() -> Iterator[None]:
    """Connections as they are outside of tests."""
    global _SLOW  # noqa: PLW0603 - one switch for the process
    _SLOW = True
    try:
        yield
    finally:
        _SLOW = False


def _hurry(connection: Any, _record: object, _proxy: object) -> None:
    if not _SLOW and type(connection).__module__ == "sqlite3":
        connection.execute("PRAGMA synchronous = OFF").close()
