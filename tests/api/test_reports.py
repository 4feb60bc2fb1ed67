"""The client of the reports over the real sandbox: asked for once, waited for, brought here whole."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from mpkit.api import Pace, connect
from mpkit.api.pouring import Pouring
from mpkit.api.report_files import COLUMNS, DAY, LONGEST, Asked, ReportFile, months
from mpkit.api.report_reading import release_rows, settlement_rows
from mpkit.errors import (
    NotFound,
    RateLimited,
    Refused,
    RefusedByApi,
    StoreTrouble,
    Unauthorised,
    UnknownOutcome,
    Unreachable,
)
from mpkit.i18n import say_error
from mpkit.sandbox.reports.columns import COLUMNS as THEIRS
from mpkit.sites import SITES
from mpkit.work import Cancelled, FixedClock, Seams, silent
from tests.api.conftest import TOKEN, said
from tests.sandbox.reporting import CONFIG, Reporting, reporting

SHOP = {"stores": 2, "registers": 3, "payments": 800}
OCTOBER = (datetime(2026, 10, 1, 3, tzinfo=UTC), datetime(2026, 11, 1, 3, tzinfo=UTC))
KINDS = ("settlement", "release")


@pytest.fixture
def it(tmp_path: Path) -> Reporting:
    return reporting(tmp_path, **SHOP)


def ready(it: Reporting, kind: Any = "settlement") -> Any:
    reports = it.account.reports(kind)
    reports.prepare(consent=True)
    return reports


# the configuration


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_never_configured_is_nothing(it: Reporting, kind: Any) -> None:
    assert it.account.reports(kind).config() is None


def test_a_wrong_token_is_not_a_missing_configuration(it: Reporting) -> None:
    other = connect("http://127.0.0.1:1", SecretStr("TEST-nobody"), transport=it.world)
    with pytest.raises(Unauthorised):
        other.reports("settlement").config()


@pytest.mark.parametrize("kind", KINDS)
def test_our_columns_are_columns_of_the_report(it: Reporting, kind: Any) -> None:
    assert set(COLUMNS[kind]) <= set(THEIRS[kind])
    assert ready(it, kind).config().columns == COLUMNS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_written_without_consent(it: Reporting, kind: Any) -> None:
    with pytest.raises(Refused) as caught:
        it.account.reports(kind).prepare(consent=False)
    assert caught.value.key == "api_report_no_config"
    assert it.account.reports(kind).config() is None
    assert it.requests("POST", "/config") == 0


def test_the_merchants_own_configuration_is_only_added_to(it: Reporting) -> None:
    own = {
        **CONFIG,
        "columns": [{"key": "PAYER_NAME"}, {"key": "SOURCE_ID"}],
        "notification_email_list": ["a@example.com"],
        "include_withdraw": False,
        "separator": ",",
    }
    assert (
        it.ask("POST", "/_sandbox/reports", {"action": "config", "report": "settlement", "config": own}).status == 201
    )
    it.ask("POST", "/v1/account/settlement_report/schedule")
    reports = it.account.reports("settlement")
    with pytest.raises(Refused) as caught:
        reports.prepare(consent=False)
    assert "TRANSACTION_DATE" in str(caught.value)
    assert it.requests("PUT", "/config") == 0
    changed = reports.prepare(consent=True)
    assert changed.columns == (
        "PAYER_NAME",
        "SOURCE_ID",
        *(name for name in COLUMNS["settlement"] if name != "SOURCE_ID"),
    )
    assert changed.scheduled
    kept = {name: value for name, value in changed.told.items() if name in own and name != "columns"}
    assert kept == {name: value for name, value in own.items() if name != "columns"}
    before = it.requests("PUT", "/config")
    assert reports.prepare(consent=False) == changed  # nothing is missing any more
    assert it.requests("PUT", "/config") == before


def test_a_password_that_is_not_shown_is_not_erased(other: Any) -> None:
    config = {**CONFIG, "sftp_info": {"server": "sftp.example.com", "username": "u", "remote_dir": "/"}}
    there = other(said(200, config))
    with pytest.raises(Refused) as caught:
        there.account.reports("settlement").prepare(consent=True)
    assert caught.value.key == "api_report_password"
    assert [request.method for request in there.transport.asked] == ["GET"]


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_lost_answer_to_a_configuration_is_looked_up(it: Reporting, carried_out: bool) -> None:
    sent: list[str] = []

    def losing(request: Any) -> Any:
        if request.method == "POST":
            sent.append(request.path)
            if carried_out:
                it.world(request)
            return said(500, {"message": "internal_server_error"})
        return it.world(request)

    account = connect("http://127.0.0.1:1", SecretStr(it.world.seller.token), transport=losing)
    reports = account.reports("release")
    if carried_out:
        assert reports.prepare(consent=True).columns == COLUMNS["release"]
    else:
        with pytest.raises(UnknownOutcome):
            reports.prepare(consent=True)
    assert len(sent) == 1


# asked for and waited for


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_asked_for_once_and_waited_for(it: Reporting, kind: Any) -> None:
    reports = ready(it, kind)
    noted: list[Asked] = []
    seen: list[tuple[int, int | None, str]] = []
    file = reports.obtain(*OCTOBER, note=noted.append, progress=lambda *step: seen.append(step))
    assert (file.begin, file.end) == (OCTOBER[0], OCTOBER[1] - timedelta(seconds=1))
    assert [asked.id for asked in noted] == [None, file.id]
    assert seen
    assert {step for *_, step in seen} == {"api_report_waiting"}
    assert reports.obtain(*OCTOBER) == file  # what is there is taken
    assert it.requests() == 1


def test_a_killed_client_does_not_ask_twice(it: Reporting) -> None:
    """Killed at every point of the wait: with its last note, the next process waits for the same report."""
    it.turn(delay_s=400)
    reports = ready(it)
    for kill_after in range(6):
        noted: list[Asked] = []
        steps = iter(range(100))

        def killed(*_: object, steps: Any = steps, last: int = kill_after) -> None:
            if next(steps) == last:
                raise Cancelled

        begin, end = OCTOBER[0] - kill_after * 10 * DAY, OCTOBER[1] - kill_after * 10 * DAY
        before = it.requests()
        with pytest.raises(Cancelled):
            reports.obtain(begin, end, note=noted.append, progress=killed)
        file = ready(it).obtain(begin, end, asked=noted[-1])
        assert (file.begin, file.id) == (begin, noted[-1].id)
        assert it.requests() == before + 1


def test_a_request_whose_answer_was_lost_is_looked_for_before_it_is_sent_again(it: Reporting) -> None:
    reports = ready(it)
    it.ask("PUT", "/_sandbox/faults", {"lost-answer": 0.0})
    lost = Asked("settlement", *OCTOBER, it.clock.at)  # noted, then the machine died: nobody knows whether it was sent
    it.ask(
        "POST",
        "/v1/account/settlement_report",
        {"begin_date": "2026-10-01T03:00:00Z", "end_date": "2026-11-01T02:59:59Z"},
    )
    assert reports.obtain(*OCTOBER, asked=lost).created_from == "manual"
    assert it.requests() == 1
    never = Asked("settlement", OCTOBER[0] - DAY, OCTOBER[1] - DAY, it.clock.at)
    at = it.clock.at
    assert reports.obtain(never.begin, never.end, asked=never).begin == never.begin
    assert it.requests() == 2
    assert it.clock.at - at > timedelta(minutes=10)  # only then it was sent


@pytest.mark.parametrize("quirks", [{"pending_rows": True}, {"whole_days": True}, {"ask_again": 3}, {"fail": 2}])
def test_every_oddity_of_the_list_is_lived_with(it: Reporting, tmp_path: Path, quirks: dict[str, Any]) -> None:
    it.turn(**quirks)
    reports, begun = ready(it), it.clock.at
    file = reports.obtain(*OCTOBER)
    assert file.name
    assert it.clock.at - begun < timedelta(minutes=10)  # an answer that says "ask again" is not waited for
    rows = list(settlement_rows(reports.download(file, tmp_path / "r.csv"), span=OCTOBER))
    assert rows
    made = 1 + quirks.get("fail", 0) + quirks.get("ask_again", 0)
    assert it.requests() == made


def test_a_generation_that_fails_again_and_again(it: Reporting) -> None:
    it.turn(fail=3)
    with pytest.raises(RefusedByApi) as caught:
        ready(it).obtain(*OCTOBER)
    assert caught.value.key == "api_report_failed"
    assert it.requests() == 3


def test_patience_ends_and_the_wait_goes_on_later(it: Reporting) -> None:
    it.turn(delay_s=5000)
    reports, noted = ready(it), list[Asked]()
    with pytest.raises(UnknownOutcome) as caught:
        reports.obtain(*OCTOBER, note=noted.append, patience=600)
    assert caught.value.key == "api_report_not_ready"
    assert reports.obtain(*OCTOBER, asked=noted[-1], patience=6000).id == noted[-1].id
    assert it.requests() == 1


def test_what_is_stuck_for_a_day_is_asked_for_again(it: Reporting) -> None:
    it.turn(delay_s=10**7)
    reports, noted = ready(it), list[Asked]()
    with pytest.raises(UnknownOutcome):
        reports.obtain(*OCTOBER, note=noted.append, patience=100)
    it.turn(delay_s=60)
    it.clock.sleep(86_400)
    assert reports.obtain(*OCTOBER, asked=noted[-1]).id != noted[-1].id


def test_without_a_configuration_it_says_so(it: Reporting) -> None:
    with pytest.raises(NotFound) as caught:
        it.account.reports("settlement").obtain(*OCTOBER)
    assert caught.value.key == "api_report_no_config"


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (OCTOBER[0], OCTOBER[0] + LONGEST + timedelta(seconds=1)),
        (OCTOBER[0], OCTOBER[0] + DAY - timedelta(seconds=1)),
        (OCTOBER[1], OCTOBER[0]),
        (OCTOBER[0].replace(tzinfo=None), OCTOBER[1].replace(tzinfo=None)),
        (datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)),  # not over yet
    ],
)
def test_a_span_a_report_cannot_have_is_not_sent(it: Reporting, begin: datetime, end: datetime) -> None:
    reports = ready(it)
    with pytest.raises(Refused) as caught:
        reports.obtain(begin, end)
    assert caught.value.key == "api_report_span"
    assert it.requests() == 0


def test_only_a_report_that_tells_the_whole_span_counts() -> None:
    asked = Asked("settlement", *OCTOBER, OCTOBER[1], "7")
    file = ReportFile("8", OCTOBER[0], OCTOBER[1] - timedelta(seconds=1), "x.csv", "manual", OCTOBER[1] + DAY)
    assert asked.answered_by(file)
    assert asked.answered_by(replace(file, begin=OCTOBER[0] - timedelta(hours=3), end=OCTOBER[1] + timedelta(hours=20)))
    assert asked.answered_by(replace(file, created_from="schedule", id="7"))
    for no in (
        {"name": ""},
        {"created": OCTOBER[1] - timedelta(seconds=1)},  # made before the span was over
        {"created_from": "schedule"},
        {"begin": OCTOBER[0] + timedelta(seconds=1)},
        {"end": OCTOBER[1] - timedelta(seconds=2)},
        {"begin": OCTOBER[0] - DAY - timedelta(seconds=1)},
    ):
        assert not asked.answered_by(replace(file, **no)), no


def test_files_made_before_the_columns_were_chosen_are_left_out(it: Reporting) -> None:
    it.ask("POST", "/v1/account/settlement_report/config", {**CONFIG, "columns": [{"key": "SOURCE_ID"}]})
    reports = it.account.reports("settlement")
    narrow = reports.obtain(*OCTOBER)
    it.clock.sleep(60)
    changed = it.clock.at
    reports.prepare(consent=True)
    assert reports.obtain(*OCTOBER) == narrow
    assert reports.obtain(*OCTOBER, made_since=changed) != narrow


def test_a_long_list_is_read_to_its_end(it: Reporting) -> None:
    reports = ready(it)
    it.turn(delay_s=0)
    for n in range(130):
        begin = f"2026-{1 + n // 28:02d}-{1 + n % 28:02d}"
        body = {"begin_date": f"{begin}T00:00:00Z", "end_date": f"{begin}T23:59:59Z"}
        assert it.ask("POST", "/v1/account/settlement_report", body).status == 202
    assert len({file.id for file in reports.files()}) == 130
    day = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    before = it.requests()
    assert reports.obtain(*day).begin == day[0]  # on the second page
    assert it.requests() == before


def test_a_wrapped_list_and_a_name_that_is_a_path(other: Any) -> None:
    row = {
        "id": 1,
        "begin_date": "2026-10-01T03:00:00Z",
        "end_date": "2026-11-01T02:59:59Z",
        "file_name": "a.csv",
        "created_from": "manual",
        "date_created": "2026-11-20T10:00:00.000-04:00",
    }
    there = other(said(200, {"paging": {"total": 1}, "results": [row]}), said(200, {"results": []}))
    assert [file.id for file in there.account.reports("release").files()] == ["1"]
    for name in ("../../etc/passwd", "a/b.csv", "a\\b.csv", ".hidden", "a\nb"):
        bad = other(said(200, [{**row, "file_name": name}]))
        with pytest.raises(UnknownOutcome):
            list(bad.account.reports("release").files())


# brought here


@pytest.mark.parametrize("fault", ["500", "502", "html-error", "lost-answer", "half-answer", "reset", "429"])
def test_a_file_is_whole_or_not_there(start_sandbox: Any, tmp_path: Path, fault: str) -> None:
    """Over real HTTP: broken answers are begun anew, and nothing half is left behind."""
    clock = FixedClock(datetime(2026, 11, 20, 15, tzinfo=UTC))
    running = start_sandbox(**SHOP, clock=clock, seed=3)
    seams = Seams(clock=clock, sleep=clock.sleep)
    account = connect(running.url, SecretStr(running.token), seams=seams)
    reports = account.reports("settlement")
    reports.prepare(consent=True)
    file = reports.obtain(*OCTOBER)
    whole = reports.download(file, tmp_path / "whole.csv").read_bytes()
    assert len(list(settlement_rows(tmp_path / "whole.csv"))) > 20
    running.put("/_sandbox/faults", {fault: 0.6})
    for n in range(4):
        target = tmp_path / f"{n}.csv"
        with contextlib.suppress(UnknownOutcome, RateLimited, Unreachable):
            assert reports.download(file, target).read_bytes() == whole
        assert not target.exists() or target.read_bytes() == whole
    assert not list(tmp_path.glob("*.part"))
    fired = running.get("/_sandbox/faults")["fired"]
    assert fired[fault] > 0
    account.close()


@pytest.mark.parametrize("streamed", [True, False])
def test_a_file_beyond_the_limit_is_refused(start_sandbox: Any, it: Reporting, tmp_path: Path, streamed: bool) -> None:
    account = it.account
    seams = Seams(clock=it.clock, sleep=it.clock.sleep)
    if streamed:
        running = start_sandbox(**SHOP, clock=it.clock)
        account = connect(running.url, SecretStr(running.token), seams=seams, pace=Pace.of(running.url, seams))
    reports = account.reports("release")
    reports.prepare(consent=True)
    file = reports.obtain(*OCTOBER)
    size = reports.download(file, tmp_path / "r.csv").stat().st_size
    assert reports.download(file, tmp_path / "r.csv", most=size).stat().st_size == size
    with pytest.raises(Refused) as caught:
        reports.download(file, tmp_path / "s.csv", most=size - 1)
    assert caught.value.key == "api_report_too_large"
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]
    account.close()


def test_a_file_is_for_its_owner_only_and_a_cancelled_one_leaves_nothing(it: Reporting, tmp_path: Path) -> None:
    reports = ready(it)
    file = reports.obtain(*OCTOBER)
    assert reports.download(file, tmp_path / "r.csv").stat().st_mode & 0o077 == 0

    def cancelled(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        reports.download(file, tmp_path / "s.csv", progress=cancelled)
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]
    with pytest.raises(StoreTrouble):
        reports.download(file, tmp_path / "nowhere" / "r.csv")
    with pytest.raises(NotFound):
        reports.download(replace(file, name="nothing.csv"), tmp_path / "t.csv")


def test_a_page_instead_of_a_file_is_no_file(other: Any, tmp_path: Path) -> None:
    there = other(said(200, b"<html></html>", content_type="text/html; charset=utf-8"))
    file = ReportFile("1", *OCTOBER, "r.csv", "manual", OCTOBER[1])
    with pytest.raises(UnknownOutcome):
        there.account.reports("settlement").download(file, tmp_path / "r.csv")
    assert not list(tmp_path.iterdir())
    assert all(request.headers["accept"] == "text/csv" for request in there.transport.asked)
    assert TOKEN not in repr(there.transport.asked)


@pytest.mark.parametrize("answer", [said(422, {"error": "unheard_of"}), said(400, {"error": "invalid_begin_date"})])
def test_a_refusal_is_told_by_status_and_code(other: Any, answer: Any) -> None:
    def transport(request: Any) -> Any:
        return said(200, []) if request.method == "GET" else answer

    there = other(transport=transport)
    there.clock.at = datetime(2026, 11, 20, tzinfo=UTC)
    with pytest.raises(RefusedByApi) as caught:
        there.account.reports("settlement").obtain(*OCTOBER)
    assert caught.value.code in {"unheard_of", "invalid_begin_date"}


def test_a_whole_bad_day_is_survived(start_sandbox: Any, tmp_path: Path) -> None:
    """Every fault at once while three months of both reports are brought here: the same rows as on a good day."""
    clock = FixedClock(datetime(2026, 11, 20, 15, tzinfo=UTC))
    bad = {
        "500": 0.05,
        "502": 0.05,
        "429": 0.05,
        "reset": 0.05,
        "lost-answer": 0.05,
        "half-answer": 0.05,
        "html-error": 0.05,
    }
    rows = []
    for faults in ({}, bad):
        running = start_sandbox(**SHOP, clock=clock, seed=5)
        account = connect(running.url, SecretStr(running.token), seams=Seams(clock=clock, sleep=clock.sleep))
        found: list[Any] = []
        for kind, read in (("settlement", settlement_rows), ("release", release_rows)):
            reports = account.reports(kind)  # type: ignore[arg-type]
            reports.prepare(consent=True)
            running.put("/_sandbox/faults", faults)
            for span in months(date(2026, 8, 1), date(2026, 10, 31), "America/Argentina/Buenos_Aires"):
                file = reports.obtain(*span)
                found += list(read(reports.download(file, tmp_path / file.name), span=span))  # type: ignore[operator]
            running.put("/_sandbox/faults", {})
        rows.append(found)
        account.close()
    assert rows[0] == rows[1]
    assert len(rows[0]) > 100


def test_what_came_of_an_attempt_that_broke_off_is_forgotten(tmp_path: Path) -> None:
    with Pouring(tmp_path / "r.csv", 10, silent) as sink:
        for parts in ((b"12345", b"67890"), (b"abc",)):
            sink.begin()
            for part in parts:
                sink(part)
        sink.sync()
        assert (tmp_path / "r.csv").read_bytes() == b"abc"
        with pytest.raises(Refused):
            sink(b"12345678")


def test_two_threads_may_use_one_object(it: Reporting, tmp_path: Path) -> None:
    reports = ready(it)
    file = reports.obtain(*OCTOBER)
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(reports.download(file, tmp_path / f"{n}.csv").read_bytes()))
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 4
    assert len(set(found)) == 1


# months


@given(
    st.dates(date(2018, 1, 1), date(2030, 12, 31)),
    st.integers(0, 800),
    st.sampled_from(
        [
            *sorted({site.zone for site in SITES.values()}),
            "America/Punta_Arenas",
            "America/Tijuana",
            "Chile/EasterIsland",
        ]
    ),
)
@example(date(2022, 9, 11), 0, "America/Santiago")  # a day of 23 hours, alone
@example(date(2019, 3, 31), 5, "Asia/Beirut")  # the last of a month
@example(date(2016, 3, 10), 22, "Asia/Amman")  # the first of a month
def test_months_cover_every_instant_once(first: date, days: int, zone: str) -> None:
    last = first + timedelta(days=days)
    spans = list(months(first, last, zone))
    where = ZoneInfo(zone)
    midnight = [datetime(day.year, day.month, day.day, tzinfo=where).astimezone(UTC) for day in (first, last + DAY)]
    assert spans[-1][1] == midnight[1]
    assert midnight[0] - timedelta(hours=1) <= spans[0][0] <= midnight[0]
    for (_, end), (begin, _) in pairwise(spans):
        assert end == begin
    for begin, end in spans:
        assert DAY <= end - begin <= LONGEST
        assert begin.tzinfo is UTC


def test_a_month_begins_at_local_midnight() -> None:
    spans = list(months(date(2026, 1, 15), date(2026, 3, 2), "America/Sao_Paulo"))
    assert [f"{begin:%m-%d %H}" for begin, _ in spans] == ["01-15 03", "02-01 03", "03-01 03"]
    assert f"{spans[-1][1]:%m-%d %H}" == "03-03 03"


def test_every_error_says_what_to_do_in_three_languages() -> None:
    errors = [
        Refused("api_report_span", begin=OCTOBER[0], end=OCTOBER[1]),
        Refused("api_report_consent", report="release", columns="DATE"),
        Refused("api_report_password", columns="DATE"),
        Refused("api_report_too_large", megabytes=1),
        NotFound("api_report_no_config", report="release", columns=""),
        UnknownOutcome("api_report_not_ready", report="release", minutes=1),
        RefusedByApi("api_report_failed", report="release", times=3),
    ]
    for error in errors:
        assert len({say_error(error, language) for language in ("es", "pt", "en")}) == 3
