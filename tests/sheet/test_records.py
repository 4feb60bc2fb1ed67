"""Rows that are no branches: totals, titles between regions, headers said again, warehouses, closed shops."""

import pytest

from mpkit import sheet
from tests.sheet.lists import STYLES
from tests.sheet.test_lists import write

STYLE = next(style for style in STYLES if style.name == "plain-es")
ROWS = STYLE.rows()
HEAD, BODY = ROWS[0], ROWS[1:]
WIDTH = len(HEAD)


def padded(*cells):
    return [*cells, *[""] * (WIDTH - len(cells))]


def checked(tmp_path, rows):
    return sheet.check(write(tmp_path / "a.csv", rows), site="MLA")


def said(found, code):
    return {f.record: f.severity.value for f in found.findings if f.code == code}


@pytest.mark.parametrize(
    "row",
    [
        padded("REGIÓN NORTE"),
        padded("", "Zona Sur"),
        padded("Subtotal", "12"),
        padded("TOTAL GENERAL", "", "", "24"),
        padded("Cantidad de sucursales:", "24"),
        [cell.upper() for cell in HEAD],
        padded("Suma total", "12", "4"),
    ],
)
@pytest.mark.parametrize("at", [3, 12, 24])
def test_a_row_between_the_branches_is_none(tmp_path, row, at):
    found = checked(tmp_path, [HEAD, *BODY[:at], row, *BODY[at:]])
    assert said(found, "not_a_store") == {at + 1: "blocking"}
    assert (found.rows, len(found.branches)) == (25, 24)


@pytest.mark.parametrize("row", [padded(), padded(" ", "\t"), ["  "] * WIDTH])
def test_an_empty_row_is_nothing_to_say(tmp_path, row):
    found = checked(tmp_path, [HEAD, *BODY[:5], row, *BODY[5:]])
    assert (found.findings, found.rows, len(found.branches)) == ((), 25, 24)


def renamed(names):
    return [HEAD, *[[row[0], name or row[1], *row[2:]] for row, name in zip(BODY, names + [""] * 24, strict=False)]]


@pytest.mark.parametrize(
    "name",
    [
        "CEDIS Norte",
        "Centro de Distribución 2",
        "Oficinas Centrales",
        "Vending Terminal",
        "Depósito Quilmes",
        "E-commerce",
    ],
)
def test_a_warehouse_or_an_office_is_remarked_on(tmp_path, name):
    found = checked(tmp_path, renamed(["", name]))
    assert said(found, "not_a_store") == {2: "warning"}
    assert len(found.branches) == 24


@pytest.mark.parametrize("name", ["Total Rosario", "Local Planta Baja", "Mercado La Oficinita", "Nodolini"])
def test_a_name_with_such_letters_is_a_branch(tmp_path, name):
    assert said(checked(tmp_path, renamed(["", name])), "not_a_store") == {}


def test_where_all_are_offices_none_is_set_apart(tmp_path):
    assert said(checked(tmp_path, renamed([f"Oficina {n}" for n in range(20)])), "not_a_store") == {}


@pytest.mark.parametrize(
    ("name", "closed"), [("Centro (CERRADA)", True), ("Norte - Inactivo", True), ("La Cerrada", False)]
)
def test_a_name_that_says_closed(tmp_path, name, closed):
    found = checked(tmp_path, renamed(["", name]))
    assert [branch.closed for branch in found.branches].count(True) == closed
    assert said(found, "closed") == ({2: "warning"} if closed else {})
