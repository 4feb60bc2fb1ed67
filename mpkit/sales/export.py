"""Answers and payments become files: CSV and XLSX with real types, their zone, time and filters inside, no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from mpkit import __version__
from mpkit.i18n import say
from mpkit.sales.question import MEASURES, STORE_ZONES, Answer, PaymentFilter, PaymentLine, Question, Row, with_offset

_LIVE = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet read a text as a formula
_SUMS = (*MEASURES, "ticket")
_PAYMENT_TEXTS = ("payment_id", "status", "status_detail", "store", "register", "store_id", "pos_id", "method")
_MORE_TEXTS = ("method_type", "channel", "wallet", "order_id", "currency")
_PAYMENT_SUMS = ("gross", "refunds", "chargebacks", "fees", "taxes", "net")

Cell = str | int | Decimal | date | datetime
Table = tuple[list[str], list[list[Cell]]]


def as_csv(answer: Answer, language: str) -> bytes:
    """An answer as CSV (UTF-8 with mark, commas): the rows, the totals, then what the figures are about."""
    return _csv(_answer_table(answer, language), _about(answer.question, answer.as_of, answer.zone, language))


def as_xlsx(answer: Answer, language: str) -> bytes:
    """An answer as a workbook: amounts and days are numbers and dates, everything else is text."""
    return _xlsx(
        _answer_table(answer, language), _about(answer.question, answer.as_of, answer.zone, language), language
    )


def payments_as_csv(
    lines: Iterable[PaymentLine], asked: PaymentFilter, as_of: datetime | None, zone: str, language: str
) -> bytes:
    """Payments as CSV, one line each; times as their store's clock showed them, with offset."""
    return _csv(_payment_table(lines, language, aware=True), _about(asked, as_of, zone, language))


def payments_as_xlsx(
    lines: Iterable[PaymentLine], asked: PaymentFilter, as_of: datetime | None, zone: str, language: str
) -> bytes:
    """Payments as a workbook; times are local times of their store (a spreadsheet knows no offsets)."""
    return _xlsx(_payment_table(lines, language, aware=False), _about(asked, as_of, zone, language), language)


def defused(text: str) -> str:
    """A text no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_LIVE) else text


def _answer_table(answer: Answer, language: str) -> Table:
    by = answer.question.by or "total"
    header = [say(f"sales_by_{by}", language), say("sales_name", language), say("sales_currency", language)]
    header += [say(f"sales_{name}", language) for name in _SUMS]
    lines = [_answer_line(row, row.key, by, language) for row in answer.rows]
    lines += [_answer_line(row, say("sales_total", language), "", language) for row in answer.totals]
    return header, lines


def _answer_line(row: Row, key: str, by: str, language: str) -> list[Cell]:
    first: Cell = date.fromisoformat(key) if by == "day" else key
    label = spoken_key(by, key, language) if by in {"weekday", "hour"} else row.label
    amounts = [Decimal(getattr(row, name)) / 100 for name in _SUMS[1:]]
    return [first, label if label != key else "", row.currency, row.count, *amounts]


def spoken_key(by: str, key: str, language: str) -> str:
    """The name of a weekday or an hour; other keys as they are."""
    if by == "weekday":
        return say(f"sales_weekday_{key}", language)
    return f"{key}:00" if by == "hour" else key


def _payment_table(lines: Iterable[PaymentLine], language: str, *, aware: bool) -> Table:
    names = ("approved", "day", *_PAYMENT_TEXTS, *_MORE_TEXTS, *_PAYMENT_SUMS)
    table: list[list[Cell]] = []
    for line in lines:
        local = line.approved.astimezone(ZoneInfo(line.zone))
        when: Cell = local.isoformat(timespec="seconds") if aware else local.replace(tzinfo=None, microsecond=0)
        texts = [getattr(line, name) for name in (*_PAYMENT_TEXTS, *_MORE_TEXTS)]
        table.append([when, line.day, *texts, *(Decimal(getattr(line, name)) / 100 for name in _PAYMENT_SUMS)])
    return [say(f"sales_{name}", language) for name in names], table


def _about(asked: Question | PaymentFilter, as_of: datetime | None, zone: str, language: str) -> list[tuple[str, str]]:
    """What the figures are about, for whoever finds the file later."""
    filters = [
        f"{say(f'sales_{name}', language)}: {', '.join(values)}"
        for name, values in (
            ("store", asked.stores),
            ("register", asked.registers),
            ("method", asked.methods),
            ("channel", asked.channels),
            ("currency", (asked.currency,) if asked.currency else ()),
        )
        if values
    ]
    if isinstance(asked, PaymentFilter):
        filters += [text for text in (asked.only, asked.payment_id) if text]
    spoken = say("sales_zone_of_stores", language) if zone == STORE_ZONES else zone
    return [
        (say("sales_account", language), asked.account),
        (say("sales_from", language), asked.period.first.isoformat()),
        (say("sales_to", language), asked.period.last.isoformat()),
        (say("sales_filters", language), "; ".join(filters) or say("sales_no_filters", language)),
        (say("sales_zone", language), spoken),
        (say("sales_as_of", language), with_offset(as_of, zone) or say("sales_never", language)),
        (say("sales_program", language), f"mpkit {__version__}"),
    ]


def _csv(table: Table, about: Sequence[tuple[str, str]]) -> bytes:
    header, lines = table
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([defused(name) for name in header])
    writer.writerows(_plain(line) for line in lines)
    writer.writerow([])
    writer.writerows([defused(name), defused(text)] for name, text in about)
    return target.getvalue().encode("utf-8-sig")


def _plain(line: Iterable[Cell]) -> Iterator[str]:
    """Texts defused; amounts with a point; days and times as ISO. A negative amount is no text and stays a number."""
    for cell in line:
        if isinstance(cell, Decimal):
            yield f"{cell:.2f}"
        elif isinstance(cell, (date, datetime)):
            yield cell.isoformat()
        else:
            yield defused(cell) if isinstance(cell, str) else str(cell)


def _xlsx(table: Table, about: Sequence[tuple[str, str]], language: str) -> bytes:
    header, lines = table
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "amount": book.add_format({"num_format": "#,##0.00"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    sheet = book.add_worksheet(say("sales_sheet", language))
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, formats["head"])
        sheet.set_column(column, column, max(12, len(name) + 2))
    for number, line in enumerate(lines, start=1):
        for column, cell in enumerate(line):
            _write(sheet, number, column, cell, formats)
    sheet.autofilter(0, 0, max(1, len(lines)), len(header) - 1)
    notes = book.add_worksheet(say("sales_about", language))
    notes.set_column(0, 1, 32)
    for number, (name, text) in enumerate(about):
        notes.write_string(number, 0, name, formats["head"])
        notes.write_string(number, 1, defused(text))
    book.close()
    return target.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:  # noqa: ANN401 - untyped library
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, formats["time"])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), formats["day"])  # noqa: DTZ001 - a day
    elif isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), formats["amount"])
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, defused(cell))
