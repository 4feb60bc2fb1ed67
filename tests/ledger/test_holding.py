"""One at a time: who holds the work, whether that process lives, and that a child inherits nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from mpkit import db, ledger
from mpkit.db import Engine
from mpkit.errors import Busy
from mpkit.ledger.rows import holders
from mpkit.work import FixedClock

CLOCK = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))


def take(store: Engine, account: str = "1") -> ledger.Hold:
    return ledger.take(store, account, "apply", who="ana", clock=CLOCK)


def change(store: Engine, **values: object) -> None:
    with db.writing(store) as connection:
        connection.execute(holders.update().values(**values))


def test_the_second_is_told_who_has_it_until_it_is_given_back(store: Engine) -> None:
    hold = take(store)
    with pytest.raises(Busy) as busy:
        take(store)
    assert "ana" in str(busy.value)
    assert str(os.getpid()) in str(busy.value)
    take(store, account="2")
    ledger.give_back(store, hold)
    take(store)


def test_a_dead_holder_is_replaced_at_once(store: Engine) -> None:
    take(store)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    change(store, process=gone.pid)
    take(store)


def test_a_later_process_with_the_same_number_is_not_the_holder(store: Engine) -> None:
    take(store)
    change(store, born="1")
    take(store)


def test_a_holder_elsewhere_counts_as_dead_after_a_silence(store: Engine) -> None:
    take(store)
    change(store, host="another-machine")
    with pytest.raises(Busy):
        take(store)
    change(store, heartbeat=CLOCK.now() - timedelta(seconds=91))
    take(store)


def test_a_holder_here_that_stands_still_is_still_the_holder(store: Engine) -> None:
    take(store)
    change(store, heartbeat=CLOCK.now() - timedelta(days=1))
    with pytest.raises(Busy):
        take(store)


def test_whoever_lost_the_hold_writes_nothing_more(store: Engine) -> None:
    old = take(store)
    change(store, born="1")
    new = take(store)
    with pytest.raises(Busy), ledger.writing_held(store, old):
        pass
    with pytest.raises(Busy):
        ledger.beat(store, old, clock=CLOCK)
    ledger.give_back(store, old)  # not ours any more: nothing happens
    with ledger.writing_held(store, new):
        pass


def test_what_was_written_under_a_lost_hold_is_undone(store: Engine) -> None:
    old = take(store)
    with db.writing(store) as connection:
        connection.execute(holders.delete())
    with pytest.raises(Busy), ledger.writing_held(store, old) as connection:
        connection.execute(holders.insert().values(account="9"))
    with db.reading(store) as connection:
        assert connection.execute(holders.select()).all() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_does_not_inherit_the_hold(store: Engine) -> None:
    hold = take(store)
    store.dispose()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            ledger.give_back(store, hold)
            with ledger.writing_held(store, hold):
                code = 2
        except Busy:
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with ledger.writing_held(store, hold):
        pass
