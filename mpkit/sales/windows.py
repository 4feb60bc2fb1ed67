"""Which stretches of time have to be read from the payments search: done and wanted ones in, windows to read out.

The search reaches back 12 months, takes windows shorter than 365 days and pages 10,000 rows deep (payments contract
1.1.1, 1.1.5): so the first import goes by months over `date_created`, a window that holds too many rows is cut in
halves, and what changed later is read over `date_last_updated`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

CREATED, UPDATED = "date_created", "date_last_updated"
REPORTED = "settlement_report"  # what is older than the search reaches, read from reports
REACH = timedelta(days=365)  # further back the search answers nothing
LONGEST = timedelta(days=360)
SLICE = timedelta(days=30)
DEEPEST = 9_000  # rows in one window, with room for a total that drifts
SECOND = timedelta(seconds=1)
OVERLAP = timedelta(minutes=10)  # late indexing, short polls
NIGHTLY_OVERLAP = timedelta(hours=24)  # late indexing, once a day
STATUSES = (  # payments contract 1.6: how a second that overflows is cut
    "approved",
    "refunded",
    "charged_back",
    "in_mediation",
    "rejected",
    "cancelled",
    "pending",
    "in_process",
    "authorized",
)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one date field, both ends included.

    `anchor` is when it was planned: changes after it are found by windows over `date_last_updated`.
    """

    range: str
    begin: datetime
    end: datetime
    anchor: datetime
    done: datetime | None = None


def sliced(kind: str, begin: datetime, end: datetime, anchor: datetime) -> tuple[Window, ...]:
    """Windows that cover the stretch, newest first, so that recent sales are there first."""
    longest = SLICE if kind == CREATED else LONGEST
    found = []
    while begin < end:
        start = max(begin, end - longest)
        found.append(Window(kind, start, end, anchor))
        end = start
    return tuple(found)


def halves(window: Window) -> tuple[Window, Window] | None:
    """A window cut in two on a whole second (times have whole seconds); None where it cannot be cut."""
    length = (window.end - window.begin) // SECOND
    if length < 2:  # noqa: PLR2004 - seconds: a shorter window has no second inside
        return None
    middle = (window.begin + SECOND * (length // 2)).replace(microsecond=0)
    if not window.begin < middle < window.end:
        return None
    return replace(window, end=middle), replace(window, begin=middle)


def covered(windows: Iterable[Window]) -> list[tuple[datetime, datetime]]:
    """The stretches that finished windows cover, in order, touching ones joined."""
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in sorted((w.begin, w.end) for w in windows if w.done is not None):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined


def gaps(begin: datetime, end: datetime, windows: Iterable[Window]) -> list[tuple[datetime, datetime]]:
    """What of the stretch no finished window covers."""
    missing = []
    for start, stop in covered(windows):
        if start > begin:
            missing.append((begin, min(start, end)))
        begin = max(begin, stop)
        if begin >= end:
            break
    if begin < end:
        missing.append((begin, end))
    return [(a, b) for a, b in missing if a < b]
