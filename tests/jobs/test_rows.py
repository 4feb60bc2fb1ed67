"""One row for the same work, one holder for a row."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading

import pytest

from mpkit import jobs
from mpkit.errors import Busy, Refused
from mpkit.jobs import rows
from mpkit.jobs.rows import is_dead


def ask(bench, clock, kind="kit", key="k", account="1", **more):
    return jobs.submit(bench.store, account=account, kind=kind, key=key, arguments={"a": 1}, clock=clock, **more)


def test_asked_twice_is_one_row(bench, clock):
    first = ask(bench, clock)
    assert ask(bench, clock) == first
    assert first.state == "queued"
    assert jobs.find(bench.store, first.id) == first


def test_another_account_kind_or_key_is_another_row(bench, clock):
    ids = {ask(bench, clock, **other).id for other in ({}, {"account": "2"}, {"kind": "proof"}, {"key": "l"})}
    assert len(ids) == 4


def test_asked_by_many_at_once_is_one_row(bench, clock):
    start = threading.Barrier(8)
    ids = []

    def click():
        start.wait()
        ids.append(ask(bench, clock).id)

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_a_finished_one_is_asked_for_anew_but_not_of_kinds_that_are_done_once(bench, clock):
    for kind, same in (("kit", False), ("connect", True), ("apply", True)):
        job = rows.claim(bench.store, ask(bench, clock, kind=kind), "h", clock=clock)
        rows.end(bench.store, job, "done", clock=clock, result={"failed": 0})
        clock.sleep(1)
        assert (ask(bench, clock, kind=kind).id == job.id) is same


def test_a_second_of_its_kind_is_refused_by_looking_while_the_first_lives(bench, clock):
    job = ask(bench, clock, kind="apply", key="k", who="ana", holder=f"{socket.gethostname()}:{os.getpid()}:x")
    with bench.store.begin():  # somebody writes meanwhile
        with pytest.raises(Busy) as busy:
            jobs.refuse_second(bench.store, "1", "apply", "l", clock=clock)
        assert (busy.value.key, busy.value.values["who"]) == ("job_busy", "ana")
        for account, kind, key in (("1", "apply", "k"), ("2", "apply", "l"), ("1", "plan", "l")):
            jobs.refuse_second(bench.store, account, kind, key, clock=clock)
    clock.sleep(16)  # its heart stands still
    jobs.refuse_second(bench.store, "1", "apply", "l", clock=clock)
    assert jobs.find(bench.store, job.id).state == "running", "looking ends nothing"


@pytest.mark.parametrize(("state", "result"), [("failed", None), ("cancelled", None), ("done", {"failed": 2})])
def test_what_did_not_go_well_may_be_asked_for_again(bench, clock, state, result):
    job = rows.claim(bench.store, ask(bench, clock, kind="apply"), "h", clock=clock)
    rows.end(bench.store, job, state, clock=clock, result=result)
    assert ask(bench, clock, kind="apply").id != job.id


def test_a_second_apply_of_an_account_is_refused_and_told_who_holds_it(bench, clock):
    ask(bench, clock, kind="apply", key="plan1", who="ana@example.com")
    with pytest.raises(Busy) as told:
        ask(bench, clock, kind="apply", key="plan2")
    assert told.value.values["who"] == "ana@example.com"
    assert ask(bench, clock, kind="apply", key="plan1").who == "ana@example.com"
    assert ask(bench, clock, kind="apply", key="plan2", account="2").state == "queued"


def test_a_dead_apply_does_not_keep_the_account_for_ever(bench, clock):
    dead = rows.claim(bench.store, ask(bench, clock, kind="apply", key="plan1"), "elsewhere:1:a", clock=clock)
    with pytest.raises(Busy):
        ask(bench, clock, kind="apply", key="plan2")
    clock.sleep(16)
    assert ask(bench, clock, kind="apply", key="plan2").state == "queued"
    assert jobs.find(bench.store, dead.id).error["key"] == "job_given_up"


def test_a_job_is_claimed_once(bench, clock):
    job = ask(bench, clock)
    claimed = rows.claim(bench.store, job, "one", clock=clock)
    assert (claimed.state, claimed.worker, claimed.attempts) == ("running", "one", 1)
    assert rows.claim(bench.store, job, "two", clock=clock) is None


def test_a_holder_that_was_taken_for_dead_changes_nothing_any_more(bench, clock):
    old = rows.claim(bench.store, ask(bench, clock), "vanished:1:a", clock=clock)
    clock.sleep(16)
    assert is_dead(jobs.find(bench.store, old.id), clock)
    new = rows.claim(bench.store, jobs.find(bench.store, old.id), "two", clock=clock)
    assert new.attempts == 2
    assert rows.beat(bench.store, old, clock=clock, progress={"done": 9, "total": 9, "step": ""}) == "lost"
    assert rows.end(bench.store, old, "failed", clock=clock).state == "running"
    rows.give_back(bench.store, old)
    assert jobs.find(bench.store, old.id) == new


def test_a_dead_one_that_came_back_between_is_not_taken(bench, clock):
    held = rows.claim(bench.store, ask(bench, clock), "vanished:1:a", clock=clock)
    clock.sleep(16)
    seen = jobs.find(bench.store, held.id)
    assert rows.beat(bench.store, held, clock=clock) == "go on"
    assert rows.claim(bench.store, seen, "two", clock=clock) is None


def test_who_gave_a_job_back_does_not_end_it_for_the_next(bench, clock):
    first = rows.claim(bench.store, ask(bench, clock), "one", clock=clock)
    rows.give_back(bench.store, first)
    second = rows.claim(bench.store, jobs.find(bench.store, first.id), "two", clock=clock)
    assert (second.worker, second.attempts) == ("two", first.attempts)
    assert rows.end(bench.store, first, "failed", clock=clock) == second


def test_a_process_of_this_machine_that_is_gone_is_dead_at_once(bench, clock):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for key, pid, dead in (("gone", gone.pid, os.name != "nt"), ("here", os.getpid(), False)):
        holder = f"{socket.gethostname()}:{pid}:abcd"
        held = rows.claim(bench.store, ask(bench, clock, key=key), holder, clock=clock)
        assert is_dead(held, clock) is dead
    elsewhere = rows.claim(bench.store, ask(bench, clock, key="3"), f"another-host:{gone.pid}:abcd", clock=clock)
    assert not is_dead(elsewhere, clock)


def test_silence_is_death_only_after_fifteen_seconds(bench, clock):
    held = rows.claim(bench.store, ask(bench, clock), "elsewhere:1:a", clock=clock)
    clock.sleep(15)
    assert not is_dead(held, clock)
    clock.sleep(0.1)
    assert is_dead(held, clock)


def test_cancel_ends_a_queued_one_and_asks_a_running_one(bench, clock):
    queued = ask(bench, clock)
    assert jobs.request_cancel(bench.store, queued.id, clock=clock).state == "cancelled"
    running = rows.claim(bench.store, ask(bench, clock, key="2"), "h", clock=clock)
    assert jobs.request_cancel(bench.store, running.id, clock=clock).state == "running"
    assert rows.beat(bench.store, running, clock=clock) == "cancel"


def test_latest_and_unknown(bench, clock):
    assert jobs.latest(bench.store, "1", "kit") is None
    ask(bench, clock)
    clock.sleep(1)
    newest = ask(bench, clock, key="l")
    assert jobs.latest(bench.store, "1", "kit") == newest
    with pytest.raises(Refused):
        jobs.find(bench.store, "nothing")
