"""The two reports of an account: configured, asked for, waited for, downloaded and read; for history and reconciling.

A report takes minutes and may be asked for by anybody, so nothing here asks twice: what is there already is taken, what
was asked for before (`Asked`, written down by the caller) is waited for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mpkit.api.calls import Calls
from mpkit.api.lists import SAME_PAGES
from mpkit.api.pouring import Pouring
from mpkit.api.report_files import (
    COLUMNS,
    DAY,
    LONGEST,
    SECOND,
    Asked,
    Kind,
    ReportConfig,
    ReportFile,
    asked_id,
    report_config,
    report_files,
    task_status,
)
from mpkit.errors import (
    ApiError,
    NotFound,
    RateLimited,
    Refused,
    RefusedByApi,
    Unauthorised,
    UnknownOutcome,
    Unreachable,
    of_system,
)
from mpkit.work import Progress, silent

MOST_BYTES = 1024**3  # a month of a million sales has some 300 MB
PATIENCE = 3600.0  # seconds one report is waited for

_PAGE = 100
_ACCEPTED, _NOT_MADE = 202, 203
_NOT_CONFIGURED = {400, 404}
_NO_CONFIG = "config_not_found_for_user"
_FIRST_WAIT, _LONGEST_WAIT, _SLOWER = 30.0, 120.0, 1.5  # seconds between two looks, and how it grows
_SETTLED = timedelta(minutes=10)  # a request that was lost would be on the list by then
_STUCK = timedelta(hours=24)  # generations that never ended were seen; the day after it worked
_FAILURES = 3
_SENDS = 5
_SECONDS = 900.0  # for one file
_PREFIX = "mpkit"


def nothing(asked: Asked) -> None:
    """Writes nothing down: the report is asked for anew by the next process."""


class Reports:
    """One kind of report of one account; safe to share between threads, slow ones to be asked for one at a time."""

    def __init__(self, calls: Calls, kind: Kind) -> None:
        """Use `MercadoPago.reports`."""
        self.kind = kind
        self._calls = calls
        self._path = f"/v1/account/{kind}_report"

    def config(self) -> ReportConfig | None:
        """The account's configuration, None where it never had one (404, or 400 for the settlement report)."""
        try:
            return self._calls.read(f"{self._path}/config", parse=report_config)
        except (NotFound, RefusedByApi) as error:
            if error.status in _NOT_CONFIGURED and error.code == _NO_CONFIG:
                return None
            raise

    def prepare(self, columns: Collection[str] = (), *, consent: bool, prefix: str = _PREFIX) -> ReportConfig:
        """Make sure that the report has these columns (none named: those we read), and only add what is missing.

        The configuration belongs to the account's panel and to other programs too: everything else in it stays. Nothing
        is written where nothing is missing. Raises `Refused` where something is and the merchant has not agreed
        (`consent`), or where writing would lose a password that Mercado Pago does not show.
        """
        wanted = tuple(columns) or COLUMNS[self.kind]
        found = self.config()
        missing = tuple(name for name in wanted if found is None or name not in found.columns)
        if found is not None and not missing:
            return found
        if not consent:
            key = "api_report_no_config" if found is None else "api_report_consent"
            raise Refused(key, report=self.kind, columns=", ".join(missing))
        method, body = ("POST", _first(wanted, prefix)) if found is None else ("PUT", _widened(found, missing))
        try:
            return self._calls.write(method, f"{self._path}/config", body, parse=report_config)
        except UnknownOutcome:
            after = self.config()  # it may have been carried out: look before anybody sends it again
            if after is not None and set(wanted) <= set(after.columns):
                return after
            raise

    def files(self) -> Iterator[ReportFile]:
        """The reports of the account, each once, also those of its panel and schedule; some not ready (no name)."""
        seen: set[str] = set()
        offset = same = 0
        while same < SAME_PAGES:
            page = self._calls.read(f"{self._path}/list", {"limit": _PAGE, "offset": offset}, parse=report_files)
            fresh = [file for file in page if file.id not in seen]
            seen.update(file.id for file in fresh)
            yield from fresh
            if not page:
                return
            same = 0 if fresh else same + 1
            offset += len(page)

    def obtain(
        self,
        begin: datetime,
        end: datetime,
        *,
        asked: Asked | None = None,
        note: Callable[[Asked], None] = nothing,
        made_since: datetime | None = None,
        patience: float = PATIENCE,
        progress: Progress = silent,
    ) -> ReportFile:
        """The report of a span (`end` excluded), asked for where it is not there, once it is ready.

        `note` is called before and after the request is sent; what it was given last is `asked` after a restart.
        `made_since` leaves out files made before the columns were chosen. Raises `Refused` for a span a report cannot
        have, `NotFound` without a configuration, `RefusedByApi` where it fails again and again, `UnknownOutcome` where
        `patience` (seconds) is over: then it can be waited for again.
        """
        now = self._calls.seams.clock.now()
        if begin.tzinfo is None or end.tzinfo is None or not DAY <= end - begin <= LONGEST or end > now:
            raise Refused("api_report_span", begin=begin, end=end)
        wanted = asked or Asked(self.kind, begin, end, now)
        waiting = _Waiting(self, asked, note, patience, progress)
        while True:
            for file in self.files():
                recent = made_since is None or file.created >= made_since
                if recent and (waiting.asked or wanted).answered_by(file):
                    return file
            waiting.step(wanted)

    def ask(self, wanted: Asked, note: Callable[[Asked], None], pause: Callable[[], None]) -> Asked:
        """Ask for a report, until the API has taken it: 203 is accepted, but nothing is made. `pause` between tries."""
        body = {"begin_date": _zulu(wanted.begin), "end_date": _zulu(wanted.end - SECOND)}
        lost = 0
        while True:
            asked = replace(wanted, at=self._calls.seams.clock.now(), id=None)
            note(asked)
            try:
                status, document = self._calls.send("POST", self._path, body)
            except NotFound as error:
                raise NotFound("api_report_no_config", status=error.status, report=self.kind, columns="") from error
            except UnknownOutcome:
                return asked  # it may be on its way: the list will show it
            except (RateLimited, Unreachable):
                lost += 1
                if lost == _SENDS:
                    raise
                pause()
                continue
            if status != _NOT_MADE:
                asked = replace(asked, id=asked_id(document))
                note(asked)
                return asked
            pause()

    def status(self, asked: Asked) -> str:
        """How far the generation is, as far as the API says; "" where it does not."""
        if asked.id is None:
            return ""
        try:
            return self._calls.read(f"{self._path}/task/{quote(asked.id, safe='')}", parse=task_status)
        except Unauthorised:
            raise
        except ApiError:  # the task is in no document we trust; the list decides
            return ""

    def download(self, file: ReportFile, target: Path, *, most: int = MOST_BYTES, progress: Progress = silent) -> Path:
        """Bring a file here; `target` appears once it is whole. Raises `Refused` beyond `most` bytes."""
        part = target.with_name(f"{target.name}.part")
        try:
            with Pouring(part, most, progress) as sink:
                path = f"{self._path}/{quote(file.name, safe='')}"
                self._calls.fetch(path, sink, accept="text/csv", seconds=_SECONDS)
                sink.sync()
            part.replace(target)
        except OSError as error:
            raise of_system(error, where=target) or error from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink()
        return target

    def pause(self, seconds: float) -> None:
        """Wait through the seams."""
        self._calls.seams.sleep(seconds)

    def now(self) -> tuple[datetime, float]:
        """Both clocks."""
        return self._calls.seams.clock.now(), self._calls.seams.clock.monotonic()


class _Waiting:
    """The wait for one report: what was asked for, how long it may take, how often it failed."""

    def __init__(
        self, reports: Reports, asked: Asked | None, note: Callable[[Asked], None], patience: float, progress: Progress
    ) -> None:
        self.asked = asked
        self._reports = reports
        self._note = note
        self._patience = patience
        self._progress = progress
        self._begun = reports.now()[1]
        self._wait = _FIRST_WAIT
        self._failures = 0
        self._tells = True

    def step(self, wanted: Asked) -> None:
        """What is next where the report is not there: ask for it, ask again, or wait a while."""
        if self.asked is None or self._gone(self.asked):
            self.asked = self._reports.ask(wanted, self._note, self.pause)
        self.pause()

    def pause(self) -> None:
        """Wait, a little longer each time. Raises `UnknownOutcome` once patience is over."""
        passed = self._reports.now()[1] - self._begun
        if passed + self._wait > self._patience:
            raise UnknownOutcome("api_report_not_ready", report=self._reports.kind, minutes=round(passed / 60))
        self._progress(int(passed), int(self._patience), "api_report_waiting")
        self._reports.pause(self._wait)
        self._wait = min(self._wait * _SLOWER, _LONGEST_WAIT)

    def _gone(self, asked: Asked) -> bool:
        """Whether what was asked for will not come: it was lost, it failed, or it has been stuck for a day."""
        if self._reports.now()[0] - asked.at > (_SETTLED if asked.id is None else _STUCK):
            return True
        status = self._reports.status(asked) if self._tells else ""
        self._tells = bool(status)
        if status != "failed":
            return False
        self._failures += 1
        if self._failures == _FAILURES:
            raise RefusedByApi("api_report_failed", report=self._reports.kind, times=_FAILURES)
        return True


def _first(columns: Collection[str], prefix: str) -> dict[str, Any]:
    """Our own configuration; `frequency` is mandatory and enables nothing."""
    return {
        "file_name_prefix": prefix,
        "columns": [{"key": name} for name in columns],
        "frequency": {"hour": 0, "type": "monthly", "value": 1},
        "display_timezone": "GMT-04",
        "separator": ";",
    }


def _widened(found: ReportConfig, missing: Collection[str]) -> dict[str, Any]:
    """The merchant's own configuration with columns added."""
    sftp = found.told.get("sftp_info")
    if isinstance(sftp, dict) and sftp and not sftp.get("password"):
        raise Refused("api_report_password", columns=", ".join(missing))
    kept = {name: value for name, value in found.told.items() if name != "scheduled"}
    return kept | {"columns": [{"key": name} for name in (*found.columns, *missing)]}


def _zulu(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
