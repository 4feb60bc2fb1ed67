"""Bars: properties held at a reduced count by `make test`, and at their stated count by `make soak`.

A test that takes the fixture `bar` runs in both. It asks for its rounds (seeds, one after the other) and says what it
saw; the count is asserted here, so that a bar that ran too few rounds fails:

    def test_killed_at_any_moment(bar):
        for seed in bar.rounds(stated=500, reduced=5):
            ...
        bar.saw("0 duplicates, 0 missing")

A slice (`--slice 20m`) shares its time among the bars: each runs at least its reduced rounds and stops at its part.
Tests that only carry the mark `soak` run whole. When the slice's time is over, what runs is cut off where it is and the
rest is not begun; the table says which.

The table keeps the lines of bars that were not asked for this time, so that one of them can be measured alone:
`make soak ARGS=tests/plan/test_traced.py`.
"""

from __future__ import annotations

import platform
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mpkit import __version__


@dataclass
class Row:
    """One line of the table."""

    test: str
    says: str
    stated: int = 0
    run: int = 0
    saw: str = ""
    outcome: str = "not run"
    seconds: float = 0.0
    cut_off: bool = False


@dataclass
class Bar:
    """What a test of a bar asks and says."""

    row: Row
    deadline: float | None  # on the monotonic clock; None where the bar runs whole
    whole: bool  # the stated count, rather than the reduced one

    def rounds(self, stated: int, reduced: int) -> Iterator[int]:
        """The seeds 0, 1, 2 …: `stated` of them in the soak, `reduced` in the tests, between the two in a slice."""
        assert 0 < reduced <= stated
        self.row.stated = stated
        for seed in range(stated if self.whole else reduced):
            if seed >= reduced and self.deadline is not None and time.monotonic() > self.deadline:
                return
            yield seed
            self.row.run = seed + 1

    @property
    def complete(self) -> bool:
        """Whether the stated count was reached; in a slice it need not be."""
        return self.row.run == self.row.stated

    def saw(self, text: str) -> None:
        """What the rounds came to, for the table."""
        self.row.saw = text


@dataclass
class Slice:
    """The time of one soak, shared out among the tests that are still to come."""

    seconds: float | None
    begun: float = field(default_factory=time.monotonic)
    to_come: int = 0
    rows: dict[str, Row] = field(default_factory=dict)

    @property
    def left(self) -> float | None:
        return None if self.seconds is None else self.begun + self.seconds - time.monotonic()

    def deadline(self) -> float | None:
        """When the test that begins now should end."""
        left = self.left
        return None if left is None else time.monotonic() + max(0.0, left) / max(1, self.to_come)


KEY = pytest.StashKey[Slice]()
_OVER = "the time of this slice is over"


def seconds_of(text: str) -> float | None:
    """'20m', '1h', '90s' or '90' as seconds; None where empty."""
    if not text:
        return None
    unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1])
    return float(text[:-1]) * unit if unit else float(text)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak-table", default="", help="run the bars at their stated counts and write this table")
    parser.addoption("--slice", default="", help="at most about this long, for example 20m")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "bar: a property with a count (a test that takes the fixture `bar`)")
    config.stash[KEY] = Slice(seconds_of(config.getoption("--slice")))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "bar" in getattr(item, "fixturenames", ()):
            item.add_marker("bar")


def pytest_collection_finish(session: pytest.Session) -> None:
    part = session.config.stash[KEY]
    bars = [i for i in session.items if i.get_closest_marker("bar") or i.get_closest_marker("soak")]
    part.to_come = len(bars)
    for item in bars:
        part.rows[item.nodeid] = Row(item.nodeid, _says(item))
        if session.config.getoption("--soak-table"):
            item.add_marker(pytest.mark.timeout(0))  # a bar at its stated count may take long; the slice bounds it


def _says(item: pytest.Item) -> str:
    """What the bar is called in the table: its test's docstring, else its name in words."""
    said = (getattr(getattr(item, "function", None), "__doc__", None) or "").strip().partition("\n")[0]
    return said or item.name.removeprefix("test_").replace("_", " ")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    part = item.config.stash[KEY]
    begun = time.monotonic()
    try:
        return (yield)
    finally:
        if row := part.rows.get(item.nodeid):
            row.seconds = time.monotonic() - begun
            part.to_come -= 1


def pytest_runtest_setup(item: pytest.Item) -> None:
    part = item.config.stash[KEY]
    if item.nodeid in part.rows and part.left is not None and part.left <= 0:
        pytest.skip(_OVER)


@pytest.hookimpl(wrapper=True, specname="pytest_runtest_setup")
def _setup_cut_off(item: pytest.Item) -> Iterator[None]:
    part = item.config.stash[KEY]
    left = part.left if item.nodeid in part.rows else None
    with _cut_off(left if left is None or left > 0 else None):  # one that is not begun needs no alarm
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    part = item.config.stash[KEY]
    row = part.rows.get(item.nodeid)
    try:
        with _cut_off(part.left if row else None):
            return (yield)
    except pytest.skip.Exception as skipped:
        if row and skipped.msg == _OVER:
            row.cut_off = True
            row.saw = f"cut off at the end of the slice{f'; {row.saw}' if row.saw else ''}"
        raise


@contextmanager
def _cut_off(seconds: float | None) -> Iterator[None]:
    """Leave what runs inside when so many seconds are over; where the system has no alarm, at the next round."""
    if seconds is None or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.skip(_OVER))
    signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    row = _RUNNING.rows.get(report.nodeid) if _RUNNING else None
    if row is not None and (report.when == "call" or report.outcome != "passed"):
        row.outcome = {"passed": "held", "failed": "FAILED", "skipped": "not run"}[report.outcome]


_RUNNING: Slice | None = None  # log reports carry no config; one session runs at a time


def pytest_sessionstart(session: pytest.Session) -> None:
    global _RUNNING  # noqa: PLW0603
    _RUNNING = session.config.stash[KEY]


def pytest_sessionfinish(session: pytest.Session) -> None:
    where = session.config.getoption("--soak-table")
    if where and not hasattr(session.config, "workerinput"):
        file = session.config.rootpath / where
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        text = table(session.config.stash[KEY], kept(before, session.config.rootpath))
        file.write_text(text, encoding="utf-8")


def kept(before: str, root: Path) -> dict[str, str]:
    """The lines of an earlier table by their tests, but for tests that are there no more."""
    lines = {}
    for line in before.splitlines():
        test = line.rpartition("| `")[2].removesuffix("` |")
        path, _, name = test.partition("::")
        if name and (root / path).exists() and f"def {name.partition('[')[0]}(" in (root / path).read_text("utf-8"):
            lines[test] = line
    return lines


def table(part: Slice, lines: dict[str, str]) -> str:
    """The Markdown page of one soak: its lines, and the `lines` of bars that were not asked for."""
    asked = "whole" if part.seconds is None else f"in a slice of {part.seconds / 60:g} minutes"
    today = datetime.now(UTC).date().isoformat()
    minutes = (time.monotonic() - part.begun) / 60
    head = [
        "# Soak",
        "",
        f"Written by `make soak`: mpkit {__version__}, Python {platform.python_version()}, {platform.system()}.",
        "One line is measured anew with `make soak ARGS=<its test>`; the others stay as they were. Seeds count up from",
        f"0, so each line repeats. Last asked for: {len(part.rows)} bars, {asked}, {minutes:.1f} minutes.",
        "",
        "| bar | rounds run of stated | seen | result | seconds | measured | test |",
        "|---|---|---|---|---|---|---|",
    ]
    for test, row in part.rows.items():
        counts = f"{row.run} of {row.stated}" if row.stated else "-"
        said = [row.says, counts, row.saw, row.outcome, f"{row.seconds:.0f}", today, f"`{test}`"]
        lines = lines | {test: f"| {' | '.join(one.replace('|', '/') for one in said)} |"}
    return "\n".join([*head, *(lines[test] for test in sorted(lines)), ""])


@pytest.fixture
def bar(request: pytest.FixtureRequest) -> Iterator[Bar]:
    """The bar of this test; its count is asserted when the test has passed."""
    part = request.config.stash[KEY]
    whole = bool(request.config.getoption("--soak-table"))
    it = Bar(part.rows[request.node.nodeid], part.deadline() if whole else None, whole=whole)
    yield it
    assert it.row.run > 0 or it.row.cut_off, "a bar that ran no round holds nothing"
