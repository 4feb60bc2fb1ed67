"""One worker at a time: who holds an account's apply, on which machine, and whether that process still lives.

The hold is a row, so that it works for every process that shares the store. It belongs to one process: a child does
not inherit it, and a process that died without letting go is recognised and replaced.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from mpkit import db
from mpkit.db import Connection, Engine
from mpkit.errors import Busy
from mpkit.ledger.rows import held, holders, let_go
from mpkit.work import Clock

SILENCE = timedelta(seconds=90)  # without a heartbeat a holder elsewhere counts as dead
HEARTBEAT = 10.0  # seconds between heartbeats


@dataclass(frozen=True, slots=True)
class Hold:
    """The right to do one thing for one account, until it is given back."""

    account: str
    purpose: str
    holder: str
    process: int


def take(engine: Engine, account: str, purpose: str, *, who: str, clock: Clock) -> Hold:
    """Take the hold or raise `Busy`, which names the one who has it; asked at once, never waited for."""
    now = clock.now()
    mine = Hold(account, purpose, secrets.token_hex(16), os.getpid())
    with db.writing(engine) as connection:
        for found in _holder(connection, account, purpose):
            alive = _lives(found["host"], found["process"], found["born"])
            if alive is None:
                alive = now - found["heartbeat"] < SILENCE
            if alive:
                raise Busy(
                    "ledger_busy",
                    who=found["who"] or "mpkit",
                    host=found["host"],
                    process=str(found["process"]),
                    since=found["taken"],
                )
        row = {
            "account": account,
            "purpose": purpose,
            "holder": mine.holder,
            "host": socket.gethostname(),
            "process": mine.process,
            "born": _born(mine.process),
            "who": who,
            "taken": now,
            "heartbeat": now,
        }
        db.upsert(connection, holders, [row], key=("account", "purpose"))
    return mine


def beat(engine: Engine, hold: Hold, *, clock: Clock) -> None:
    """Say that the holder lives; raises `Busy` when the hold is no longer ours."""
    with db.writing(engine) as connection:
        confirm(connection, hold)
        connection.execute(
            holders.update()
            .where(holders.c.account == hold.account, holders.c.purpose == hold.purpose)
            .values(heartbeat=clock.now())
        )


def confirm(connection: Connection, hold: Hold) -> None:
    """Within a transaction: raise `Busy` unless the hold is still ours and this is the process that took it."""
    found = next(iter(_holder(connection, hold.account, hold.purpose)), None)
    if found is None or found["holder"] != hold.holder or hold.process != os.getpid():
        raise Busy("ledger_hold_lost", who=found["who"] if found else "mpkit", host=found["host"] if found else "")


def _holder(connection: Connection, account: str, purpose: str) -> list[dict[str, Any]]:
    """Who has the hold, as a list of none or one."""
    return db.asked(connection, held, {"of_account": account, "of_purpose": purpose})


@contextmanager
def writing_held(engine: Engine, hold: Hold) -> Iterator[Connection]:
    """One write transaction that only goes through while the hold is ours; raises `Busy` when it is not."""
    with db.writing(engine) as connection:
        confirm(connection, hold)
        yield connection


def give_back(engine: Engine, hold: Hold) -> None:
    """Let go; nothing happens when somebody else has taken over, or in a child of the holder."""
    if hold.process != os.getpid():
        return
    with db.writing(engine) as connection:
        mine = {"of_account": hold.account, "of_purpose": hold.purpose, "of_holder": hold.holder}
        db.told(connection, let_go, mine)


def drop_holds(engine: Engine) -> None:
    """Let go of everything: in a store that was put back to an older day its holders are at work no longer."""
    with db.writing(engine) as connection:
        connection.execute(holders.delete())


def _lives(host: str, process: int, born: str) -> bool | None:
    """Whether the process lives; None where that cannot be seen from here (another machine, Windows)."""
    if host != socket.gethostname() or sys.platform == "win32":  # there, signal 0 would end the process
        return None
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if not born:
        return None
    return _born(process) == born


def _born(process: int) -> str:
    """When the process began, in the kernel's ticks; "" where the system does not say, and for one that has ended."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    after_name = text.rpartition(")")[2].split()  # the name may hold blanks and brackets
    return "" if after_name[0] in "ZX" else after_name[19]
