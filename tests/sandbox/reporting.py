"""A world with reports and a client that waits on its clock, for the tests of both sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from mpkit.api import MercadoPago, connect
from mpkit.api.report_files import months
from mpkit.api.report_reading import release_rows, settlement_rows
from mpkit.api.report_rows import ReleaseRow, SettlementRow
from mpkit.sandbox import World
from mpkit.work import FixedClock, Seams
from tests.sandbox.asking import NOON, Asking

CONFIG = {
    "file_name_prefix": "informe",
    "columns": [],
    "frequency": {"hour": 0, "type": "monthly", "value": 1},
    "display_timezone": "GMT-03",
    "separator": ";",
}


@dataclass
class Reporting:
    """A world, its clock, plain requests (`ask`) and the client (`account`), which sleeps on that clock."""

    world: World
    clock: FixedClock
    account: MercadoPago
    folder: Path

    @property
    def ask(self) -> Asking:
        return Asking(self.world, self.clock)

    def turn(self, **quirks: Any) -> None:
        heard = self.ask("PUT", "/_sandbox/reports", quirks)
        assert heard.status == 200, heard.body

    def requests(self, method: str = "POST", ending: str = "_report") -> int:
        """How many requests of this kind the sandbox has seen."""
        rows = self.ask.requests()["requests"]
        return sum(row["method"] == method and row["path"].endswith(ending) for row in rows)

    def year(self) -> tuple[date, date]:
        """All days of the generated year that are over."""
        today = NOON.astimezone(ZoneInfo(self.world.site.zone)).date()
        return today - timedelta(days=400), today - timedelta(days=1)

    def settlement(self, first: date, last: date) -> list[SettlementRow]:
        """The settlement rows of some days, month by month through the client."""
        return [
            row for file, span in self._files("settlement", first, last) for row in settlement_rows(file, span=span)
        ]

    def release(self, first: date, last: date) -> list[list[ReleaseRow]]:
        """The release rows of some days, a list a month."""
        return [list(release_rows(file, span=span)) for file, span in self._files("release", first, last)]

    def _files(self, kind: Any, first: date, last: date) -> list[tuple[Path, tuple[datetime, datetime]]]:
        reports = self.account.reports(kind)
        reports.prepare(consent=True)
        found = []
        for span in months(first, last, self.world.site.zone):
            file = reports.obtain(*span)
            found.append((reports.download(file, self.folder / file.name), span))
        return found


def reporting(folder: Path, **options: Any) -> Reporting:
    clock = FixedClock(NOON)
    world = World(clock=clock, sleep=clock.sleep, **options)
    seams = Seams(clock=clock, sleep=clock.sleep)
    account = connect("http://127.0.0.1:1", SecretStr(world.seller.token), seams=seams, transport=world)
    return Reporting(world, clock, account, folder)
