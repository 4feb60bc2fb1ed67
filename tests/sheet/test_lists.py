"""Lists in the styles people keep them in: every column's meaning, the header's row and the country are found."""

import csv
import io

import pytest
import xlsxwriter

from mpkit import sheet
from tests.sheet.lists import STYLES

BY_NAME = {style.name: style for style in STYLES}


def write(path, rows, delimiter=";", encoding="utf-8"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def found(checked, style):
    meanings = [column.meaning for column in checked.columns]
    return meanings + ["ignore"] * (len(style.columns) - len(meanings))


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_each_column_means_what_it_means(tmp_path, style):
    checked = sheet.check(write(tmp_path / "a.csv", style.rows()))
    headers = [header for header, _, _ in style.columns]
    assert list(zip(headers, found(checked, style), strict=True)) == list(zip(headers, style.meanings, strict=True))
    assert (checked.site, checked.header_row, checked.rows) == (style.site, style.header_row, style.count)


@pytest.mark.parametrize("name", ["plain-es", "portuguese", "brands-and-people", "two-ids", "wide-and-noisy"])
def test_the_order_of_columns_does_not_matter(tmp_path, name):
    style = BY_NAME[name]
    order = sorted(range(len(style.columns)), key=lambda c: (c * 7) % len(style.columns))
    checked = sheet.check(write(tmp_path / "a.csv", [[row[c] for c in order] for row in style.rows()]))
    assert [column.meaning for column in checked.columns] == [style.meanings[c] for c in order]


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [("\t", "utf-16"), (",", "cp1252"), ("|", "mac-roman"), (";", "cp850"), (",", "utf-8-sig")],
)
def test_the_bytes_do_not_matter(tmp_path, delimiter, encoding):
    style = BY_NAME["plain-es"]
    checked = sheet.check(write(tmp_path / "a.csv", style.rows(), delimiter, encoding))
    assert checked.cells.rows == style.rows()
    assert found(checked, style) == style.meanings


def test_a_guess_is_asked_about_and_a_clear_meaning_is_not(tmp_path):
    clear = sheet.check(write(tmp_path / "a.csv", BY_NAME["plain-es"].rows()))
    bare = sheet.check(write(tmp_path / "b.csv", BY_NAME["no-header"].rows()))
    assert clear.asks == ()
    assert {column.meaning for column in bare.asks} >= {"store_name", "street_and_number", "city"}


TWO_ROWS = [
    ["Sucursal", "", "Ubicación", "", "", "Contacto", ""],
    ["Código", "Nombre", "Dirección", "Localidad", "Provincia", "Nombre", "Teléfono"],
]


def two_rows(tmp_path, above):
    style = BY_NAME["plain-es"]
    rows = [[r[0], r[1], f"{r[2]} {r[3]}", r[4], r[5], "Ana Pérez", r[7]] for r in style.rows()[1:]]
    return sheet.check(write(tmp_path / "a.csv", [*above, *TWO_ROWS, *rows]))


@pytest.mark.parametrize("above", [[], [["Cadena del Sur"], []]])
def test_a_header_over_two_rows(tmp_path, above):
    checked = two_rows(tmp_path, above)
    assert [column.meaning for column in checked.columns] == [
        "external_id",
        "store_name",
        "street_and_number",
        "city",
        "state",
        "contact",
        "phone",
    ]
    assert (checked.header_row, checked.rows) == (len(above) + 2, 24)


def test_a_column_for_each_week_day(tmp_path):
    days = ["Lunes", "Martes", "Miércoles", "Jueves", "Viernes", "Sábado", "Domingo"]
    rows = BY_NAME["plain-es"].rows()
    weeks = [["9 a 18"] * 5 + ["9 a 13", "Cerrado"] for _ in rows[1:]]
    checked = sheet.check(
        write(tmp_path / "a.csv", [rows[0] + days] + [a + b for a, b in zip(rows[1:], weeks, strict=True)])
    )
    assert [column.meaning for column in checked.columns[-7:]] == ["opening_hours"] * 7


def test_the_list_is_not_on_the_first_sheet(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    for name, rows in (
        ("Precios", [["Producto", "Precio"], *[[f"P{n}", str(n)] for n in range(40)]]),
        ("Locales", BY_NAME["titles-and-capitals"].rows()),
        ("Resumen", [["Provincia", "Cantidad"], ["Salta", "3"], ["Jujuy", "2"]]),
    ):
        page = book.add_worksheet(name)
        for r, row in enumerate(rows):
            page.write_row(r, 0, row)
    book.close()
    checked = sheet.check(tmp_path / "a.xlsx")
    assert (checked.sheet, checked.sheets) == ("Locales", ("Precios", "Locales", "Resumen"))
    assert found(checked, BY_NAME["titles-and-capitals"]) == BY_NAME["titles-and-capitals"].meanings
