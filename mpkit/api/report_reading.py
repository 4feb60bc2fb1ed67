"""The rows of a settlement or release report: a CSV file goes in, frozen rows come out one by one.

Files differ in separator, mark at their beginning, order and number of columns and in the offset of their dates; all of
that is read from the file. Amounts become signed hundredths, times UTC, ids text. What persons are called is not read.
A line that cannot be read ends it with one `UnreadableFile` that names file, line and column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from mpkit.api.answers import instant
from mpkit.api.calls import Unreadable
from mpkit.api.report_rows import ReleaseRow, SettlementRow, Spot
from mpkit.errors import UnreadableFile
from mpkit.money import hundredths

Span = tuple[datetime, datetime]  # begin included, end not


Row = TypeVar("Row", SettlementRow, ReleaseRow)
_NEEDED = {
    "settlement": ("SOURCE_ID", "TRANSACTION_TYPE", "TRANSACTION_DATE", "TRANSACTION_AMOUNT", "SETTLEMENT_NET_AMOUNT"),
    "release": ("DATE", "SOURCE_ID", "RECORD_TYPE", "DESCRIPTION", "NET_CREDIT_AMOUNT", "NET_DEBIT_AMOUNT"),
}
_SEPARATORS = ";,\t|"
_PLAIN_AMOUNT = re.compile(r"(-?)(\d{1,15})\.(\d\d)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{0,10})?", re.ASCII)
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d*))?[eE]\+?(\d{1,2})", re.ASCII)
_REFUND = re.compile(r"refund_?id\W{1,6}(\d{1,20})", re.IGNORECASE | re.ASCII)
_RECORD = re.compile(r"\{([^{}]*)\}")
_PART = re.compile(r"\"?(amount|detail|financial_entity)\"?\s*:\s*\"?([^\",}]*)", re.ASCII)
_LONGEST_HEADER = 100_000  # characters


def settlement_rows(file: Path, *, span: Span | None = None) -> Iterator[SettlementRow]:
    """The rows of a settlement report, in its order; of `span` only, as files reach beyond what was asked for."""
    for row in _read(file, "settlement", _settlement):
        if span is None or span[0] <= row.at < span[1]:
            yield row


def release_rows(file: Path, *, span: Span | None = None) -> Iterator[ReleaseRow]:
    """The rows of a release report, in its order; of `span` only, where balances and the total always are."""
    for row in _read(file, "release", _release):
        if span is None or row.at is None or not row.is_movement or span[0] <= row.at < span[1]:
            yield row


class _Line:
    """One line under its header: cells by the names of their columns."""

    def __init__(self, columns: Mapping[str, int], cells: Sequence[str]) -> None:
        self._columns = columns
        self._cells = cells
        self.rounded: list[str] = []

    def text(self, column: str) -> str:
        """A cell, "" where it is empty or there is no such column."""
        place = self._columns.get(column)
        return "" if place is None else self._cells[place].strip()

    def words(self, column: str) -> tuple[str, ...]:
        """The labels of a cell, apart from each other by anything but letters, digits and underscores."""
        return tuple(re.findall(r"\w+", self.text(column)))

    def amount(self, column: str) -> int:
        """Hundredths; an empty cell is nothing. Raises `Unreadable`."""
        text = self.text(column)
        plain = _PLAIN_AMOUNT.fullmatch(text)
        if plain is not None:
            whole = int(plain[2]) * 100 + int(plain[3])
            return -whole if plain[1] else whole
        if text and not _NUMBER.fullmatch(text):
            raise Unreadable(column)
        return hundredths(text)

    def maybe_amount(self, column: str) -> int | None:
        """As `amount`, None where there is no such column."""
        return self.amount(column) if column in self._columns else None

    def at(self, column: str) -> datetime:
        """A time in UTC. Raises `Unreadable` for one without an offset, too."""
        return instant(self.text(column), column)

    def maybe_at(self, column: str) -> datetime | None:
        """As `at`, None for an empty cell or no such column."""
        return self.at(column) if self.text(column) else None

    def count(self, column: str) -> int | None:
        """A small number, None for an empty cell or no such column."""
        text = self.text(column)
        if not text:
            return None
        if not re.fullmatch(r"\d{1,4}(\.0+)?", text, re.ASCII):
            raise Unreadable(column)
        return int(text.partition(".")[0])

    def flag(self, column: str) -> bool | None:
        """Whether it says true, None for an empty cell or no such column."""
        text = self.text(column).lower()
        if text not in {"", "true", "false"}:
            raise Unreadable(column)
        return None if not text else text == "true"

    def identity(self, column: str) -> str:
        """An id; one in scientific notation is written out where all its digits are there, and noted where not."""
        text = self.text(column)
        found = _SCIENTIFIC.fullmatch(text)
        if found is None:
            return text.removesuffix(".0") if re.fullmatch(r"\d+\.0", text, re.ASCII) else text
        digits, power = found[1] + (found[2] or ""), int(found[3])
        if len(digits) - 1 >= power and not digits[power + 1 :].strip("0"):
            return digits[: power + 1]
        self.rounded.append(column)
        return text


def _settlement(line: _Line) -> SettlementRow:
    return SettlementRow(
        source_id=line.identity("SOURCE_ID"),
        kind=line.text("TRANSACTION_TYPE").upper(),
        at=line.at("TRANSACTION_DATE"),
        amount=line.amount("TRANSACTION_AMOUNT"),
        net=line.amount("SETTLEMENT_NET_AMOUNT"),
        currency=line.text("TRANSACTION_CURRENCY"),
        fee=line.maybe_amount("FEE_AMOUNT"),
        taxes=line.maybe_amount("TAXES_AMOUNT"),
        real=line.maybe_amount("REAL_AMOUNT"),
        coupon=line.maybe_amount("COUPON_AMOUNT"),
        marketplace_fee=line.maybe_amount("MKP_FEE_AMOUNT"),
        financing_fee=line.maybe_amount("FINANCING_FEE_AMOUNT"),
        shipping_fee=line.maybe_amount("SHIPPING_FEE_AMOUNT"),
        settled=line.maybe_at("SETTLEMENT_DATE"),
        released=line.maybe_at("MONEY_RELEASE_DATE"),
        is_released=line.flag("IS_RELEASED"),
        external_reference=line.text("EXTERNAL_REFERENCE"),
        order_id=line.identity("ORDER_ID"),
        refund_id=_refund(line.text("METADATA")),
        method=line.text("PAYMENT_METHOD"),
        method_type=line.text("PAYMENT_METHOD_TYPE"),
        installments=line.count("INSTALLMENTS"),
        spot=_spot(line),
        tags=line.words("OPERATION_TAGS"),
        wallet=line.text("POI_WALLET_NAME"),
        bank=line.text("POI_BANK_NAME"),
        unit=line.text("SUB_UNIT"),
        taxes_by=_taxes(line.text("TAXES_DISAGGREGATED")),
        rounded=tuple(line.rounded),
    )


def _release(line: _Line) -> ReleaseRow:
    record = line.text("RECORD_TYPE").lower()
    return ReleaseRow(
        record=record,
        description=line.text("DESCRIPTION"),
        source_id=line.identity("SOURCE_ID"),
        at=line.maybe_at("DATE") if record == "total" else line.at("DATE"),
        credit=line.amount("NET_CREDIT_AMOUNT"),
        debit=line.amount("NET_DEBIT_AMOUNT"),
        gross=line.maybe_amount("GROSS_AMOUNT"),
        fee=line.maybe_amount("MP_FEE_AMOUNT"),
        financing_fee=line.maybe_amount("FINANCING_FEE_AMOUNT"),
        shipping_fee=line.maybe_amount("SHIPPING_FEE_AMOUNT"),
        taxes=line.maybe_amount("TAXES_AMOUNT"),
        coupon=line.maybe_amount("COUPON_AMOUNT"),
        balance=line.maybe_amount("BALANCE_AMOUNT"),
        approved=line.maybe_at("TRANSACTION_APPROVAL_DATE"),
        external_reference=line.text("EXTERNAL_REFERENCE"),
        order_id=line.identity("ORDER_ID"),
        currency=line.text("CURRENCY"),
        method=line.text("PAYMENT_METHOD"),
        method_type=line.text("PAYMENT_METHOD_TYPE"),
        installments=line.count("INSTALLMENTS"),
        spot=_spot(line),
        tags=line.words("OPERATION_TAGS"),
        taxes_by=_taxes(line.text("TAXES_DISAGGREGATED")),
        rounded=tuple(line.rounded),
    )


def _spot(line: _Line) -> Spot:
    return Spot(
        store_id=line.identity("STORE_ID"),
        store_name=line.text("STORE_NAME"),
        external_store_id=line.text("EXTERNAL_STORE_ID"),
        pos_id=line.identity("POS_ID"),
        pos_name=line.text("POS_NAME"),
        external_pos_id=line.text("EXTERNAL_POS_ID"),
    )


def _refund(metadata: str) -> str:
    """The refund a row is about, where its metadata says so; "" elsewhere."""
    found = _REFUND.search(metadata)
    return found[1] if found else ""


def _taxes(text: str) -> tuple[tuple[str, int], ...]:
    """The withholdings one by one, JSON or not (real files of 2026 leave the quotes out); empty where unreadable."""
    found = []
    for one in _RECORD.findall(text):
        parts = {name: value.strip() for name, value in _PART.findall(one)}
        if not _NUMBER.fullmatch(parts.get("amount", "")):
            return ()
        name = parts.get("detail") or parts.get("financial_entity") or ""
        found.append((name, hundredths(parts["amount"])))
    return tuple(found)


def _read(file: Path, kind: str, parse: Callable[[_Line], Row]) -> Iterator[Row]:
    """Line by line. Raises `UnreadableFile`."""
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        separator = _separator(text.readline(_LONGEST_HEADER))
        text.seek(0)
        lines = csv.reader(text, delimiter=separator)
        columns: dict[str, int] | None = None
        for cells in _cells(lines, file):
            if columns is None:
                columns = _header(cells, kind, file)
            elif cells:
                yield _row(columns, cells, parse, (file, lines.line_num))
        if columns is None:
            raise UnreadableFile("api_report_no_header", file=file.name, columns=", ".join(_NEEDED[kind]))


def _cells(lines: Iterator[list[str]], file: Path) -> Iterator[list[str]]:
    """The cells of each line; quotes that never end and the like become our own error."""
    while True:
        try:
            cells = next(lines, None)
        except csv.Error as error:
            line = getattr(lines, "line_num", 0)
            raise UnreadableFile("api_report_line", file=file.name, line=line, why=str(error)) from error
        if cells is None:
            return
        yield cells


def _header(cells: Sequence[str], kind: str, file: Path) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, cell in enumerate(cells):
        columns.setdefault(cell.strip().upper(), place)
    missing = [name for name in _NEEDED[kind] if name not in columns]
    if missing:
        raise UnreadableFile("api_report_no_header", file=file.name, columns=", ".join(missing))
    columns[""] = len(cells)  # how many a line has to have
    return columns


def _row(
    columns: Mapping[str, int], cells: Sequence[str], parse: Callable[[_Line], Row], where: tuple[Path, int]
) -> Row:
    file, line = where
    if len(cells) != columns[""]:
        raise UnreadableFile("api_report_cells", file=file.name, line=line, found=len(cells), expected=columns[""])
    try:
        return parse(_Line(columns, cells))
    except Unreadable as error:
        raise UnreadableFile("api_report_cell", file=file.name, line=line, column=str(error)) from error


def _separator(header: str) -> str:
    """The separator of a header line: whichever stands in it most often."""
    return max(_SEPARATORS, key=header.count)
