"""Several processes and one store: nothing runs twice at once, nothing killed is lost."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from mpkit import jobs
from mpkit.jobs import starting
from mpkit.jobs.worker import MOST_ATTEMPTS
from tests.jobs.conftest import until
from tests.jobs.lab import marks

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")


def submit(bench, key, kind="mark", account="1"):
    return jobs.submit(
        bench.store, account=account, kind=kind, key=key, arguments={"name": key}, clock=bench.seams.clock
    )


def test_two_processes_and_a_worker_asked_for_the_same_job_run_it_once(real_bench, lab, tmp_path):
    commands = [lab("run", "mark", "same") for _ in range(2)]
    worker = lab("worker")
    until(lambda: len(list(tmp_path.glob("ready-*"))) == 2 and starting.worker_lives(real_bench.settings))
    (tmp_path / "start").touch()
    until(lambda: len(list(tmp_path.glob("asked-*"))) == 2 and marks(tmp_path))
    (tmp_path / "go").touch()
    said = [command.communicate(timeout=60)[0].split() for command in commands]
    assert said[0] == said[1]
    assert said[0][1] == "done"
    assert marks(tmp_path) == ["same begun", "same done"]
    assert worker.poll() is None
    assert jobs.find(real_bench.store, said[0][0]).attempts == 1


@posix
def test_a_command_killed_while_it_works_is_taken_over_at_once(real_bench, lab, tmp_path):
    (tmp_path / "start").touch()
    first = lab("run", "apply", "plan")
    until(lambda: marks(tmp_path))
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    (tmp_path / "go").touch()
    second = lab("run", "apply", "plan")
    job_id, state, pid = second.communicate(timeout=60)[0].split()
    assert (state, pid) == ("done", str(second.pid))
    assert jobs.find(real_bench.store, job_id).attempts == 2
    assert marks(tmp_path) == ["plan begun", "plan begun", "plan done"]
    again = lab("run", "apply", "plan")
    assert again.communicate(timeout=60)[0].split()[0] == job_id
    assert len(marks(tmp_path)) == 3, "done is done"


@posix
def test_a_killed_worker_s_jobs_go_on_in_the_next(real_bench, lab, tmp_path):
    job = submit(real_bench, "long")
    first = lab("worker")
    until(lambda: marks(tmp_path))
    first.kill()
    first.wait()
    second = lab("worker")
    until(lambda: len(marks(tmp_path)) == 2)
    (tmp_path / "go").touch()
    until(lambda: jobs.find(real_bench.store, job.id).finished)
    found = jobs.find(real_bench.store, job.id)
    assert (found.state, found.attempts, found.result["pid"]) == ("done", 2, second.pid)


@posix
def test_what_kills_its_worker_is_given_up_after_three_takeovers(real_bench, lab):
    job = submit(real_bench, "deadly", kind="die")
    for _ in range(MOST_ATTEMPTS):
        assert lab("worker").wait(60) == 9
    last = lab("worker")
    until(lambda: jobs.find(real_bench.store, job.id).finished)
    found = jobs.find(real_bench.store, job.id)
    assert (found.state, found.error["key"]) == ("failed", "job_given_up")
    assert last.poll() is None


@posix
def test_a_worker_asked_to_go_gives_its_job_back(real_bench, lab, tmp_path):
    job = submit(real_bench, "long")
    worker = lab("worker")
    until(lambda: marks(tmp_path))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    found = jobs.find(real_bench.store, job.id)
    assert (found.state, found.attempts) == ("queued", 0)


def test_a_worker_does_several_at_once_but_one_apply_for_an_account(real_bench, lab, tmp_path):
    for key, kind, account in (("a1", "apply", "1"), ("a2", "apply", "2"), ("m", "mark", "1")):
        submit(real_bench, key, kind, account)
    lab("worker")
    until(lambda: len(marks(tmp_path)) == 3)
    (tmp_path / "go").touch()
    until(lambda: len(marks(tmp_path)) == 6)


def test_a_worker_ends_with_the_process_that_holds_its_input(lab, tmp_path, real_bench):
    worker = lab("worker", "--until-stdin-ends")
    until(lambda: starting.worker_lives(real_bench.settings))
    worker.stdin.close()
    worker.stdin = None
    assert worker.wait(60) == 0
    assert not starting.worker_lives(real_bench.settings)
    assert tmp_path.exists()


def test_one_worker_for_a_folder(lab, real_bench):
    first = lab("worker")
    until(lambda: starting.worker_lives(real_bench.settings))
    assert lab("worker").wait(60) == 0, "the second leaves at once"
    assert first.poll() is None


def test_an_idle_worker_goes(lab):
    assert lab("worker", "--idle-exit", "0.5").wait(60) == 0


def test_ensure_worker_starts_one_and_only_one(real_bench, monkeypatch):
    started = []
    real = starting.subprocess.Popen
    monkeypatch.setattr(starting.subprocess, "Popen", lambda *a, **k: started.append(real(*a, **k)) or started[-1])
    starting.ensure_worker(real_bench.settings)
    until(lambda: starting.worker_lives(real_bench.settings))
    starting.ensure_worker(real_bench.settings)
    assert len(started) == 1
    job = submit(real_bench, "x", kind="nothing_like_it")
    until(lambda: jobs.find(real_bench.store, job.id).finished)
    assert jobs.find(real_bench.store, job.id).error["key"] == "job_kind_unknown"
    started[0].terminate()
    assert started[0].wait(60) == 0
