"""A page on paper: its figures, charts as lines and areas, tables that total to the account, and what it is about."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from mpkit import __version__
from mpkit.db import Engine
from mpkit.sales import Question, ask, coverage, placing, rows
from mpkit.sales.mirror import Mirror
from mpkit.sales.printed import print_page
from mpkit.sales.windows import CREATED, Window
from tests.sales.making import ACCOUNT, NOON, PLACES, ZONE, charge, payment, refund
from tests.sales.test_export import MARCH
from tests.sales.test_mirror import opened

DAY = timedelta(days=1)


@pytest.fixture
def mirror(store: Engine, tmp_path: Path) -> Mirror:
    placing.keep_places(store, ACCOUNT, ZONE, [*PLACES.stores.values(), *PLACES.registers.values()])
    many = [payment(number, approved=NOON + number * DAY, charges=(charge("fee", 761),)) for number in range(1, 9)]
    many.append(payment(20, approved=NOON, refunds=(refund(1, 2_500, NOON + DAY),)))
    many.append(payment(21, store_id=None, pos_id=None, channel="transfer", method_type="bank_transfer"))
    rows.keep_payments(store, ACCOUNT, many, PLACES)
    coverage.finish_window(
        store, ACCOUNT, Window(CREATED, NOON - 99 * DAY, NOON + 20 * DAY, NOON + 20 * DAY), NOON + 20 * DAY
    )
    found = opened(store, tmp_path)
    found.catch_up()
    return found


def printed(mirror: Mirror, language: str, asked: Question) -> tuple[str, pypdfium2.PdfDocument]:
    file = io.BytesIO()
    print_page(mirror, asked, file, language=language, name="Farmacias <X> & Cía")
    document = pypdfium2.PdfDocument(file.getvalue())
    return "\n".join(page.get_textpage().get_text_range() for page in document), document


@pytest.mark.parametrize(
    ("language", "words"),
    [("es_AR", ("Ventas", "Sin sucursal", "Total")), ("pt_BR", ("Vendas", "Total")), ("en", ("Gross", "Total"))],
)
def test_figures_filters_zone_and_times_are_inside(language: str, words: tuple[str, ...], mirror: Mirror) -> None:
    asked = Question(ACCOUNT, MARCH, currency="ARS", compare="previous")
    text, document = printed(mirror, language, asked)
    (total,) = ask(mirror, replace(asked, by="")).totals
    assert total.gross == 100_000
    assert ("1.000,00" if language != "en" else "1,000.00") in text
    for said in (
        *words,
        "Farmacias <X> & Cía",
        "America/Argentina/Buenos_Aires",
        "2026-03-30T12:00:00-03:00",
        f"mpkit {__version__}",
    ):
        assert said in text, said
    assert "Centro" in text
    assert "Caja 1 · Centro" in text
    assert document.get_metadata_dict()["Creator"] == "mpkit"


def test_charts_are_drawn_not_photographed(mirror: Mirror) -> None:
    _, document = printed(mirror, "es_AR", Question(ACCOUNT, MARCH, currency="ARS"))
    kinds = [each.type for page in document for each in page.get_objects()]
    assert pypdfium2.raw.FPDF_PAGEOBJ_IMAGE not in kinds
    assert kinds.count(pypdfium2.raw.FPDF_PAGEOBJ_PATH) > 9 + 7 * 24, "a bar a day with sales, a square an hour"


def test_a_period_without_sales_is_a_page_too(mirror: Mirror) -> None:
    empty = Question(
        ACCOUNT, replace(MARCH, first=MARCH.first - 300 * DAY, last=MARCH.last - 300 * DAY), currency="ARS"
    )
    text, document = printed(mirror, "es_AR", empty)
    assert len(document) >= 1
    assert "0,00" in text
