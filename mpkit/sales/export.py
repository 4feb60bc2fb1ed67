"""Answers and payments become files: CSV and XLSX with real types, what they are about inside, and no formulas.

Lines are written as they come, however many: of a million of them one thousand may be in memory, never all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO
from zoneinfo import ZoneInfo

from mpkit.i18n import say
from mpkit.sales.about import about
from mpkit.sales.question import MEASURES, Answer, PaymentLine, Row, Which
from mpkit.sales.workbook import Cell, defused, write_workbook

_SUMS = (*MEASURES, "ticket")
_PAYMENT_TEXTS = ("payment_id", "status", "status_detail", "store", "register", "store_id", "pos_id", "method")
_MORE_TEXTS = ("method_type", "channel", "wallet", "order_id", "currency")
_PAYMENT_SUMS = ("gross", "refunds", "chargebacks", "fees", "taxes", "net")

Table = tuple[list[str], Iterable[list[Cell]]]


def as_csv(answer: Answer, language: str) -> bytes:
    """An answer as CSV (UTF-8 with mark, commas): the rows, the totals, then what the figures are about."""
    target = io.BytesIO()
    _csv(target, _answer_table(answer, language), about(answer.question, answer.as_of, answer.zone, language))
    return target.getvalue()


def as_xlsx(answer: Answer, language: str) -> bytes:
    """An answer as a workbook: amounts and days are numbers and dates, everything else is text."""
    target = io.BytesIO()
    facts = about(answer.question, answer.as_of, answer.zone, language)
    write_workbook(target, *_answer_table(answer, language), facts, language)
    return target.getvalue()


def payments_as_csv(  # noqa: PLR0917 - what a file is about
    target: BinaryIO, lines: Iterable[PaymentLine], asked: Which, as_of: datetime | None, zone: str, language: str
) -> None:
    """Payments as CSV, one line each; times as their store's clock showed them, with offset."""
    _csv(target, _payment_table(lines, language, aware=True), about(asked, as_of, zone, language))


def payments_as_xlsx(  # noqa: PLR0917 - likewise
    target: BinaryIO, lines: Iterable[PaymentLine], asked: Which, as_of: datetime | None, zone: str, language: str
) -> None:
    """Payments as a workbook; times are local times of their store (a spreadsheet knows no offsets)."""
    write_workbook(target, *_payment_table(lines, language, aware=False), about(asked, as_of, zone, language), language)


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
    return [say(f"sales_{name}", language) for name in names], (_payment_line(line, aware) for line in lines)


def _payment_line(line: PaymentLine, aware: bool) -> list[Cell]:
    local = line.approved.astimezone(ZoneInfo(line.zone))
    when: Cell = local.isoformat(timespec="seconds") if aware else local.replace(tzinfo=None, microsecond=0)
    texts = [getattr(line, name) for name in (*_PAYMENT_TEXTS, *_MORE_TEXTS)]
    return [when, line.day, *texts, *(Decimal(getattr(line, name)) / 100 for name in _PAYMENT_SUMS)]


def _csv(target: BinaryIO, table: Table, facts: Sequence[tuple[str, str]]) -> None:
    header, lines = table
    text = io.TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([defused(name) for name in header])
    writer.writerows(_plain(line) for line in lines)
    writer.writerow([])
    writer.writerows([defused(name), defused(value)] for name, value in facts)
    text.flush()
    text.detach()


def _plain(line: Iterable[Cell]) -> Iterator[str]:
    """Texts defused; amounts with a point; days and times as ISO. A negative amount is no text and stays a number."""
    for cell in line:
        if isinstance(cell, str):
            yield defused(cell)
        elif isinstance(cell, Decimal):
            yield f"{cell:.2f}"
        elif isinstance(cell, (date, datetime)):
            yield cell.isoformat()
        else:
            yield str(cell)
