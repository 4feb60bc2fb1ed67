"""What the API says about reports: parsed JSON in, frozen nouns out; and the local months a history is asked for in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from mpkit.api.answers import identity, instant, maybe_identity, record, rows, text
from mpkit.api.calls import Unreadable

Kind = Literal["settlement", "release"]
DAY = timedelta(days=1)
LONGEST = timedelta(days=31, hours=1)  # 31 local days, the last of which may have 25 hours
SECOND = timedelta(seconds=1)

# What sales per branch need; Mercado Pago orders the columns itself.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "settlement": (
        *("TRANSACTION_DATE", "SOURCE_ID", "EXTERNAL_REFERENCE", "TRANSACTION_TYPE", "TRANSACTION_AMOUNT"),
        *("TRANSACTION_CURRENCY", "FEE_AMOUNT", "TAXES_AMOUNT", "SETTLEMENT_NET_AMOUNT", "SETTLEMENT_DATE"),
        *("REAL_AMOUNT", "COUPON_AMOUNT", "PAYMENT_METHOD", "PAYMENT_METHOD_TYPE", "INSTALLMENTS", "METADATA"),
        *("STORE_ID", "STORE_NAME", "EXTERNAL_STORE_ID", "POS_ID", "POS_NAME", "EXTERNAL_POS_ID", "ORDER_ID"),
        *("OPERATION_TAGS", "POI_WALLET_NAME", "POI_BANK_NAME", "SUB_UNIT", "TAXES_DISAGGREGATED"),
        *("MONEY_RELEASE_DATE", "IS_RELEASED"),
    ),
    "release": (
        *("DATE", "SOURCE_ID", "EXTERNAL_REFERENCE", "RECORD_TYPE", "DESCRIPTION", "NET_CREDIT_AMOUNT"),
        *("NET_DEBIT_AMOUNT", "GROSS_AMOUNT", "MP_FEE_AMOUNT", "FINANCING_FEE_AMOUNT", "SHIPPING_FEE_AMOUNT"),
        *("TAXES_AMOUNT", "COUPON_AMOUNT", "INSTALLMENTS", "PAYMENT_METHOD", "PAYMENT_METHOD_TYPE"),
        *("TRANSACTION_APPROVAL_DATE", "STORE_ID", "EXTERNAL_STORE_ID", "POS_ID", "EXTERNAL_POS_ID"),
        *("ORDER_ID", "OPERATION_TAGS", "TAXES_DISAGGREGATED", "CURRENCY", "BALANCE_AMOUNT"),
    ),
}


@dataclass(frozen=True, slots=True)
class ReportConfig:
    """The account's configuration of one report, shared by its panel and every other integration.

    `told` is the whole of it as Mercado Pago says it (may hold addresses of persons: never in a log).
    """

    columns: tuple[str, ...]
    prefix: str
    separator: str
    zone: str  # "GMT-04"
    scheduled: bool
    told: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One report of the account's list; `name` is "" until its file is there. Both ends belong to its span."""

    id: str
    begin: datetime
    end: datetime
    name: str
    created_from: str  # manual, schedule
    created: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """That a report was asked for, to be written down by the caller: before it is sent (`id` None), and after.

    `begin` is included and `end` is not. Given to `obtain` again, the report is waited for and not asked for twice.
    """

    kind: Kind
    begin: datetime
    end: datetime
    at: datetime
    id: str | None = None

    def answered_by(self, file: ReportFile) -> bool:
        """Whether a file tells of this span: Mercado Pago may widen it by up to a day on both sides.

        One that was made before the span was over is not whole, and never counts.
        """
        if not file.name or file.created < self.end:
            return False
        last = self.end - SECOND
        wide = file.begin <= self.begin < file.begin + DAY and last <= file.end < last + DAY
        return wide and (file.id == self.id or file.created_from == "manual")


def report_config(value: object) -> ReportConfig:
    """A configuration."""
    found = record(value, "config")
    columns = rows(found.get("columns"), "columns")
    return ReportConfig(
        columns=tuple(identity(row.get("key"), "columns") for row in columns),
        prefix=text(found.get("file_name_prefix")),
        separator=text(found.get("separator")) or ",",
        zone=text(found.get("display_timezone")) or "GMT-04",
        scheduled=found.get("scheduled") is True,
        told=found,
    )


def report_files(value: object) -> list[ReportFile]:
    """A page of the list: a bare array live, an object with `results` in the official description."""
    if isinstance(value, dict):
        value = value.get("results")
    return [_file(row) for row in rows(value, "results")]


def _file(row: Mapping[str, Any]) -> ReportFile:
    return ReportFile(
        id=identity(row.get("id"), "id"),
        begin=instant(row.get("begin_date"), "begin_date"),
        end=instant(row.get("end_date"), "end_date"),
        name=_name(row.get("file_name")),
        created_from=text(row.get("created_from")),
        created=instant(row.get("date_created"), "date_created"),
    )


def _name(value: object) -> str:
    """A file's name: part of a path on both sides, so nothing but a name will do."""
    name = text(value)
    if any(part in name for part in "/\\\0\r\n") or name.startswith("."):
        raise Unreadable("file_name")
    return name


def months(first: date, last: date, zone: str) -> Iterator[tuple[datetime, datetime]]:
    """The days from `first` to `last`, both included, cut at the months of a zone: spans in UTC, the end excluded.

    Each is from one day to 31 days long, as reports can be. Where a span is the one day on which the clocks were put
    forward, which has only 23 hours, it begins (or ends) an hour into its neighbour, and that one is shorter.
    """
    where = ZoneInfo(zone)
    cuts = [first]
    while (cut := (cuts[-1].replace(day=1) + timedelta(days=32)).replace(day=1)) <= last:
        cuts.append(cut)
    cuts.append(last + DAY)
    at = [datetime(day.year, day.month, day.day, tzinfo=where).astimezone(UTC) for day in cuts]
    for n in range(len(at) - 1):
        if at[n + 1] - at[n] < DAY:
            if n + 2 < len(at):
                at[n + 1] = at[n] + DAY
            else:
                at[n] = at[n + 1] - DAY
    yield from pairwise(at)


def task_status(value: object) -> str:
    """How far a report is: pending, in_progress, done, failed; "" where nothing is said."""
    return text(record(value, "task").get("status")).lower()


def asked_id(document: object) -> str | None:
    """The id a request was given, None where the answer has none."""
    return maybe_identity(document.get("id"), "id") if isinstance(document, dict) else None
