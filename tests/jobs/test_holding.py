"""How one job runs and ends, in this process."""

from __future__ import annotations

import pytest

from mpkit import jobs
from mpkit.errors import Busy, MpkitError, RateLimited, Refused, WrongAccount
from mpkit.jobs import alive, holding, rows
from mpkit.jobs.kinds import names, runner
from mpkit.work import Cancelled


@pytest.fixture
def kind(monkeypatch):
    """Let every job do this."""

    def use(run):
        monkeypatch.setattr(holding, "runner", lambda _kind: run)

    return use


def run(bench, key="k", kind="kit", **more):
    return jobs.run_now(bench, account="1", kind=kind, key=key, arguments={"n": 3}, **more)


def test_a_job_runs_and_its_result_and_progress_are_kept(bench, kind):
    seen = []

    def work(bench, arguments, progress):
        for n in range(arguments["n"]):
            bench.seams.sleep(1)
            progress(n + 1, 3, "api_reading_list")
        return {"made": 3}

    kind(work)
    job = run(bench, progress=lambda *said: seen.append(said))
    assert (job.state, job.attempts) == ("done", 1)
    assert jobs.outcome(job) == {"made": 3}
    assert job.progress == {"done": 3, "total": 3, "step": "api_reading_list"}
    assert seen == [(1, 3, "api_reading_list"), (2, 3, "api_reading_list"), (3, 3, "api_reading_list")]
    assert jobs.find(bench.store, job.id) == job


def test_progress_is_written_at_most_every_third_of_a_second(bench, kind, monkeypatch):
    written = []
    beat = rows.beat
    monkeypatch.setattr(rows, "beat", lambda *a, progress=None, **k: (written.append(progress), beat(*a, **k))[1])
    monkeypatch.setattr(holding, "_BEAT_SECONDS", 60)

    def work(bench, arguments, progress):  # noqa: ARG001
        for n in range(100):
            bench.seams.sleep(0.01)
            progress(n, 100)
        return {}

    kind(work)
    run(bench)
    assert 4 <= len(written) <= 6
    assert written[-1]["done"] == 99, "the last progress is not lost"


@pytest.mark.parametrize(
    "error",
    [
        WrongAccount("account_other", found="A", wanted="B"),
        RateLimited("api_rate_limited", status=429, retry_after=3.0),
        Busy("job_busy", who="ana", since=None),
    ],
)
def test_our_errors_come_back_as_they_were(bench, kind, error):
    def work(*_):
        raise error

    kind(work)
    job = run(bench)
    assert job.state == "failed"
    with pytest.raises(type(error)) as told:
        jobs.outcome(job)
    assert str(told.value) == str(error)
    assert told.value.exit_code == error.exit_code


def test_an_unexpected_one_gets_a_number_and_its_text_stays_in_the_log(bench, kind, caplog):
    def work(*_):
        message = "the inner text"
        raise KeyError(message)

    kind(work)
    job = run(bench)
    assert (job.state, job.error["key"]) == ("failed", "job_unexpected")
    assert "inner" not in str(job.error)
    with pytest.raises(MpkitError, match=job.error["values"]["number"]):
        jobs.outcome(job)
    assert job.error["values"]["number"] in caplog.text


def test_a_cancelled_one_stops_at_its_next_progress(bench, kind, clock):
    reached = []

    def work(bench, arguments, progress):  # noqa: ARG001
        job = jobs.latest(bench.store, "1", "kit")
        progress(1, 3)
        jobs.request_cancel(bench.store, job.id, clock=clock)
        bench.seams.sleep(1)
        progress(2, 3)
        reached.append("the end")
        return {}

    kind(work)
    job = run(bench)
    assert (job.state, reached) == ("cancelled", [])
    with pytest.raises(Refused):
        jobs.outcome(job)


def test_an_interrupted_command_leaves_no_running_row(bench, kind):
    def work(*_):
        raise KeyboardInterrupt

    kind(work)
    with pytest.raises(KeyboardInterrupt):
        run(bench)
    assert jobs.latest(bench.store, "1", "kit").state == "cancelled"


def test_a_job_asked_to_make_room_goes_back_into_the_queue(bench, kind, clock):
    queued = jobs.submit(bench.store, account="1", kind="kit", key="k", arguments={}, clock=clock)
    held = rows.claim(bench.store, queued, "h", clock=clock)
    hold = holding.Hold(bench.store, held, clock)

    def work(bench, arguments, progress):  # noqa: ARG001
        hold.stop()
        progress(1, 3)
        return {}

    kind(work)
    job = hold.run(bench)
    assert (job.state, job.worker, job.attempts) == ("queued", "", 0)


def test_a_command_takes_over_a_dead_holder_and_a_queued_row(bench, kind, clock):
    kind(lambda *_: {"ok": True})
    jobs.submit(bench.store, account="1", kind="kit", key="queued", arguments={}, clock=clock)
    assert run(bench, key="queued").state == "done"
    job = jobs.submit(bench.store, account="1", kind="kit", key="dead", arguments={}, clock=clock)
    rows.claim(bench.store, job, "elsewhere:1:a", clock=clock)
    done = run(bench, key="dead")  # waits out the silence: our clock moves only by its sleeping
    assert (done.state, done.attempts) == ("done", 2)
    assert clock.elapsed > alive.SILENT_SECONDS


def test_a_cancelled_exception_of_the_work_itself_is_a_cancel(bench, kind):
    def work(*_):
        raise Cancelled

    kind(work)
    assert run(bench).state == "cancelled"


def test_kinds_are_found_by_their_files():
    assert {"look", "connect"} <= set(names())
    assert callable(runner("look"))
    with pytest.raises(Refused):
        runner("../look")
