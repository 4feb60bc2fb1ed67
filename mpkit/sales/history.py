"""Sales older than the payments search reaches: settlement reports come in month by month, booked rows go out.

Each month is asked for once, however often this is stopped: what was asked for is written down before it is sent, and
a month is done only when all of its rows are booked. Nothing of the account's report settings is changed unasked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

from mpkit import db
from mpkit.api import MercadoPago
from mpkit.api.report_files import Asked, ReportFile, months
from mpkit.api.report_reading import settlement_rows
from mpkit.api.report_rows import SettlementRow
from mpkit.api.reports import Reports
from mpkit.db import Engine
from mpkit.sales import coverage
from mpkit.sales.places_of_sale import PlacesOfSale
from mpkit.sales.reported import keep_reported
from mpkit.sales.rows import reports as asked_for
from mpkit.sales.windows import CREATED, REPORTED, Window
from mpkit.work import Progress, Seams, silent

_BATCH = 2_000  # rows of a report booked at once
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_WANTED = ("STORE_ID", "POS_ID")  # a report made before these were chosen is asked for anew
_LONGEST_HEADER = 100_000  # characters


class History:
    """The reports of one account as far as they are needed; `lost` counts rows whose payment's id the file has lost."""

    def __init__(
        self,
        mercadopago: MercadoPago,
        engine: Engine,
        account: str,
        *,
        zone: str,
        folder: Path,
        seams: Seams,
        progress: Progress = silent,
    ) -> None:
        """`zone` is the site's, `folder` for files on their way: none stays there."""
        self.reports: Reports = mercadopago.reports("settlement")
        self.engine = engine
        self.account = account
        self.zone = zone
        self.folder = folder
        self.seams = seams
        self.progress = progress
        self.lost = 0

    def prepare(self, *, consent: bool) -> None:
        """See to it that the report tells stores and registers. Raises `Refused` where that takes a consent not given.

        Only columns are ever added; everything else in the configuration stays as the merchant has it.
        """
        self.reports.prepare(consent=consent)

    def left(self, since: date, until: date | None = None) -> list[Window]:
        """The months that are still to be read, newest first, from a day on until another or the search's own reach."""
        known = coverage.known_windows(self.engine, self.account)
        reached = min((window.begin for window in known if window.range == CREATED), default=self.seams.clock.now())
        last = (reached + _DAY).date()  # a day more: what the search reaches moves on while it is read
        last = min(last, until or last)
        if since > last:
            return []
        done = {(window.begin, window.end) for window in known if window.range == REPORTED and window.done}
        now = self.seams.clock.now()
        spans = [(begin, min(end, now)) for begin, end in months(since, last, self.zone)]
        return [
            Window(REPORTED, begin, end, now)
            for begin, end in reversed(spans)
            if not any(a <= begin and end <= b for a, b in done)
        ]

    def read(self, months_left: list[Window], where: PlacesOfSale) -> int:
        """Read these months; returns how many payments were booked. May be stopped anywhere and called again."""
        self._sweep()
        booked = 0
        try:
            for number, month in enumerate(months_left):
                self.progress(number, len(months_left), "sales_step_history")
                booked += self._read(month, where)
                coverage.finish_window(self.engine, self.account, month, self.seams.clock.now())
        finally:
            self._sweep()
        return booked

    def _read(self, month: Window, where: PlacesOfSale) -> int:
        file = self._file(month)
        booked = 0
        rows = settlement_rows(file, span=(month.begin, month.end))
        while batch := list(islice(rows, _BATCH)):
            booked += keep_reported(self.engine, self.account, list(self._whole(batch)), where)
        file.unlink()
        return booked

    def _whole(self, batch: list[SettlementRow]) -> Iterator[SettlementRow]:
        for row in batch:
            if "SOURCE_ID" in row.rounded:
                self.lost += 1
            else:
                yield row

    def _file(self, month: Window) -> Path:
        """The month's report here on the disk; one without our columns is left and a newer one asked for."""
        made_since: datetime | None = None
        while True:
            found = self._obtained(month, made_since)
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            target = self.folder / f"{month.begin:%Y-%m-%d}.csv"
            self.reports.download(found, target, progress=self.progress)
            with target.open(encoding="utf-8-sig", errors="replace") as text:
                header = text.readline(_LONGEST_HEADER)
            if made_since is not None or all(name in header for name in _WANTED):
                return target
            made_since = found.created + _SECOND
            self._forget(month)

    def _obtained(self, month: Window, made_since: datetime | None) -> ReportFile:
        return self.reports.obtain(
            month.begin,
            month.end,
            asked=self._asked(month),
            note=self._note,
            made_since=made_since,
            progress=self.progress,
        )

    def _asked(self, month: Window) -> Asked | None:
        here = (asked_for.c.account == self.account) & (asked_for.c.begin == month.begin)
        with db.reading(self.engine) as connection:
            query = asked_for.select().where(here, asked_for.c.end == month.end)
            row = connection.execute(query).mappings().first()
        return Asked("settlement", row["begin"], row["end"], row["asked"], row["id"]) if row else None

    def _note(self, asked: Asked) -> None:
        line = {"account": self.account, "begin": asked.begin, "end": asked.end, "asked": asked.at, "id": asked.id}
        with db.writing(self.engine) as connection:
            db.upsert(connection, asked_for, [line], key=("account", "begin", "end"))

    def _forget(self, month: Window) -> None:
        here = (asked_for.c.account == self.account) & (asked_for.c.begin == month.begin)
        with db.writing(self.engine) as connection:
            connection.execute(asked_for.delete().where(here, asked_for.c.end == month.end))

    def _sweep(self) -> None:
        """Reports may name persons where the merchant has chosen those columns: no file outlives its reading."""
        if self.folder.exists():
            for file in self.folder.iterdir():
                file.unlink()
            self.folder.rmdir()
