"""Exports: real types, nothing a spreadsheet would run, and what the figures are about inside."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mpkit import __version__, sales
from mpkit.db import Engine
from mpkit.model import Period
from mpkit.sales import Answer, PaymentFilter, PaymentLine, Question, Row, placing, rows, workbook
from mpkit.sales.places_of_sale import STORE, Place, gather
from mpkit.sales.workbook import defused
from tests.sales.making import ACCOUNT, NOON, PLACES, ZONE, charge, payment, refund
from tests.sales.test_mirror import opened

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
HOSTILE = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")']


LINE = PaymentLine(
    "1", NOON, NOON.date(), "approved", "accredited", "900", "Centro", "700", "Caja 1", "visa", "credit_card", "qr", "",
    "", "ARS", 10_000, 0, 0, 761, 300, 8_939, 0, ZONE,
)  # fmt: skip


def answer(*rows_: Row, by: str = "store") -> Answer:
    return Answer(
        Question(ACCOUNT, MARCH, by=by, stores=("900",)), rows_, (Row("", "ARS", 2, 300, net=300),), NOON, ZONE
    )


def sheet_of(content: bytes, name: int = 0) -> list[list[object]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in line] for line in book.worksheets[name].iter_rows()]


def lines_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def written(write: Callable[..., None], lines: Iterable[PaymentLine], asked: PaymentFilter) -> bytes:
    file = io.BytesIO()
    write(file, lines, asked, NOON, ZONE, "es")
    return file.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_never_run(name: str) -> None:
    found = answer(Row("900", "ARS", 2, 300, net=300, label=name))
    cells = [cell for line in lines_of(sales.as_csv(found, "es")) for cell in line]
    assert f"'{name}" in cells
    assert name not in cells
    content = sales.as_xlsx(found, "es")
    assert sheet_of(content)[1][1] == f"'{name}".replace("\r", "_x000D_"), "as the format writes a carriage return"
    parts = zipfile.ZipFile(io.BytesIO(content))
    assert not any(b"<f>" in parts.read(part) or b"hyperlink" in parts.read(part) for part in parts.namelist())


def test_defused_leaves_the_rest_alone() -> None:
    assert defused("Centro = mejor") == "Centro = mejor"
    assert defused("") == ""


def test_an_answer_has_real_types() -> None:
    by_day = answer(Row("2026-03-10", "ARS", 2, 300, 100, net=-123_456, label="2026-03-10"), by="day")
    line = sheet_of(sales.as_xlsx(by_day, "en"))[1]
    assert line[0] == datetime(2026, 3, 10)  # noqa: DTZ001 - a workbook has no zones
    assert line[2:6] == ["ARS", 2, 3, 1]
    assert line[9] == -1234.56
    (header, first, total, *_) = lines_of(sales.as_csv(by_day, "en"))
    assert header[:5] == ["Day", "Name", "Currency", "Payments", "Gross"]
    assert first == ["2026-03-10", "", "ARS", "2", "3.00", "1.00", "0.00", "0.00", "0.00", "-1234.56", "1.50"]
    assert total[0] == "Total"


@pytest.mark.parametrize("language", ["es", "pt", "en"])
@pytest.mark.parametrize("by", ["", *sales.BY])
def test_it_says_what_it_is_about(language: str, by: str) -> None:
    found = answer(Row("1", "ARS", label="1") if by != "day" else Row("2026-03-10", "ARS"), by=by)
    for lines in (lines_of(sales.as_csv(found, language)), sheet_of(sales.as_xlsx(found, language), 1)):
        text = "\n".join(str(cell) for line in lines for cell in line)
        for said in (
            ACCOUNT,
            "2026-03-01",
            "2026-03-31",
            ZONE,
            "2026-03-10T12:00:00-03:00",
            f"mpkit {__version__}",
            "900",
        ):
            assert said in text


def test_payments_are_exported_line_by_line(store: Engine, tmp_path: Path) -> None:
    mirror = opened(store, tmp_path)
    placing.keep_places(store, ACCOUNT, ZONE, gather(ZONE, [Place(STORE, "900", "=Centro")]).stores.values())
    fee = (charge("fee", 761),)
    rows.keep_payments(store, ACCOUNT, [payment(1, charges=fee, refunds=(refund(5, 100, NOON),))], PLACES)
    mirror.catch_up()
    asked = PaymentFilter(ACCOUNT, MARCH, methods=("visa",))
    lines = sales.payments_page(mirror, asked).rows
    header, line, *_ = lines_of(written(sales.payments_as_csv, lines, asked))
    found = dict(zip(header, line, strict=True))
    assert (found["Acreditado"], found["Sucursal"], found["Neto"]) == ("2026-03-10T12:00:00-03:00", "'=Centro", "91.39")
    cells = sheet_of(written(sales.payments_as_xlsx, lines, asked))
    noon = datetime(2026, 3, 10, 12)  # noqa: DTZ001 - a workbook has no zones
    found_ = dict(zip(cells[0], cells[1], strict=True))
    assert (found_["Acreditado"], found_["Pago"], found_["Devoluciones"]) == (noon, "1", 1)


def test_a_year_of_payments_goes_over_sheets_and_is_never_all_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS", 4)  # with the header: three lines a sheet
    given: list[int] = []

    def lines() -> Iterator[PaymentLine]:
        for number in range(8):
            given.append(number)
            yield replace(LINE, payment_id=str(number))

    asked = PaymentFilter(ACCOUNT, MARCH)
    content = written(sales.payments_as_xlsx, lines(), asked)
    book = openpyxl.load_workbook(io.BytesIO(content))
    ids = [[row[2].value for row in sheet.iter_rows(min_row=2)] for sheet in book.worksheets[:-1]]
    assert ids == [["0", "1", "2"], ["3", "4", "5"], ["6", "7"]]
    assert all(sheet["C1"].value == "Pago" for sheet in book.worksheets[:-1])

    class Watched(io.BytesIO):
        def write(self, data: Any) -> int:
            given.append(-1)
            return super().write(data)

    given.clear()
    sales.payments_as_csv(Watched(), lines(), asked, NOON, ZONE, "es")
    assert -1 in given[: given.index(7)], "it is written before the last line is known"


def test_what_a_file_was_narrowed_down_to_is_inside() -> None:
    asked = PaymentFilter(
        ACCOUNT, MARCH, hours=(9,), weekdays=(1,), channels=("",), means=("credit_card",), only="refunded"
    )
    text = written(sales.payments_as_csv, [], asked).decode("utf-8-sig")
    for said in ("9:00", "lunes", "sin indicar", "tarjeta de crédito", "con devolución", "a medianoche"):
        assert said in text.lower(), said
    compared = Answer(Question(ACCOUNT, MARCH, compare="weekdays"), (), (), NOON, ZONE)
    assert "los mismos días de la semana" in sales.as_csv(compared, "es").decode()


def test_nothing_of_a_person_is_in_a_line() -> None:
    fields_ = {each.name for each in fields(PaymentLine)}
    assert not {name for name in fields_ if re.search("payer|card_|mail|document|phone|reference", name)}
