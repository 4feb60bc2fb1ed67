"""What of the account's time has been read: windows are written down when planned and when done, and read back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from datetime import datetime

from mpkit import db
from mpkit.db import Connection, Engine
from mpkit.sales.rows import windows
from mpkit.sales.windows import REPORTED, Window

_KEY = ("account", "range", "begin", "end")
_NAMES = tuple(field.name for field in fields(Window))


def known_windows(engine: Engine, account: str) -> tuple[Window, ...]:
    """Every window planned or done; done ones that touch are one."""
    with db.reading(engine) as connection:
        found = connection.execute(windows.select().where(windows.c.account == account)).mappings()
        return tuple(Window(**{name: row[name] for name in _NAMES}) for row in found)


def plan_windows(engine: Engine, account: str, planned: Iterable[Window], instead_of: Iterable[Window] = ()) -> None:
    """Write windows to be read, in place of others (the halves for the whole); one that is done stays done."""
    with db.writing(engine) as connection:
        for window in instead_of:
            _remove(connection, account, window)
        lines = [{"account": account, **asdict(window)} for window in planned]
        db.upsert(connection, windows, lines, key=_KEY, keep=("done",))


def finish_window(engine: Engine, account: str, window: Window, now: datetime) -> None:
    """Mark a window done and join it with the done ones it touches, so that a poll a minute leaves one row."""
    with db.writing(engine) as connection:
        touching = windows.select().where(
            windows.c.account == account,
            windows.c.range == window.range,
            windows.c.done.is_not(None),
            windows.c.begin <= window.end,
            windows.c.end >= window.begin,
        )
        whole = replace(window, done=now)
        for row in connection.execute(touching).mappings().all():
            part = Window(**{name: row[name] for name in _NAMES})
            _remove(connection, account, part)
            whole = replace(
                whole,
                begin=min(part.begin, whole.begin),
                end=max(part.end, whole.end),
                anchor=min(part.anchor, whole.anchor),
            )
        _remove(connection, account, window)
        db.upsert(connection, windows, [{"account": account, **asdict(whole)}], key=_KEY)


def forget_windows(engine: Engine, account: str) -> None:
    """Start over: everything the search reaches has to be read again; what reports told stays told."""
    with db.writing(engine) as connection:
        connection.execute(windows.delete().where(windows.c.account == account, windows.c.range != REPORTED))


def _remove(connection: Connection, account: str, window: Window) -> None:
    connection.execute(
        windows.delete().where(
            windows.c.account == account,
            windows.c.range == window.range,
            windows.c.begin == window.begin,
            windows.c.end == window.end,
        )
    )
