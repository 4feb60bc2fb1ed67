"""Words of headers: each of some 480 stands over a column of a list, and the cells below it are what it says."""

import csv
import io
from pathlib import Path

import pytest

from mpkit.sheet import delimited, header, heading, table
from tests.sheet.lists import CELLS, shops

BASE = (
    ("Sucursal", "name", "store_name"),
    ("Ciudad", "city", "city"),
    ("Provincia", "state", "state"),
    ("Dirección", "snumber", "street_and_number"),
    ("Código", "code", "external_id"),
)
STREETS = frozenset({"full_address", "street_name", "street_number"})
# The country, what the cells are (`lists.CELLS`), what that means, and headers people write over it.
with (Path(__file__).parent / "headers_said.csv").open(encoding="utf-8", newline="") as opened:
    SAID = tuple(map(tuple, list(csv.reader(opened))[1:]))


def understood(site, columns):
    rows = [[name for name, _, _ in columns], *([CELLS[kind](shop) for _, kind, _ in columns] for shop in shops(site))]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    return table.understand(delimited.read(out.getvalue().encode()), site=site, mapping={}, folder=None)


@pytest.mark.parametrize(("site", "kind", "meaning", "said"), SAID, ids=lambda value: value if len(value) < 20 else "")
def test_a_header_and_its_cells_say_one_meaning(site, kind, meaning, said):
    rest = [column for column in BASE if column[2] != meaning and not (meaning in STREETS and column[1] == "snumber")]
    rest += [("Calle", "street", "street_name")] if meaning == "street_number" else []
    for name in said.split("; "):
        columns = [*rest[:2], (name, kind, meaning), *rest[2:]]
        found = [column.meaning for column in understood(site, columns).columns]
        assert (name, found) == (name, [column[2] for column in columns][: len(found)])


@pytest.mark.parametrize(
    ("above", "below", "names"),
    [
        (
            ["Local", "", "Contacto"],
            ["Código", "Nombre", "Nombre"],
            ("Local > Código", "Local > Nombre", "Contacto > Nombre"),
        ),
        (
            ["Código", "Ubicación", ""],
            ["", "Latitud", "Longitud"],
            ("Código", "Ubicación > Latitud", "Ubicación > Longitud"),
        ),
    ],
)
def test_two_rows_make_one_name_a_column(above, below, names):
    data = [["1", "-32.1", "-60.2"], ["2", "-32.3", "-60.4"]]
    assert heading.find([above, below, *data]) == heading.Heading(2, names)


def test_a_title_in_two_cells_is_no_upper_row():
    rows = [["Cadena del Sur", "", "Actualizado"], ["Código", "Nombre", "Ciudad"], ["1", "Centro", "Salta"]]
    assert heading.find(rows) == heading.Heading(2, ("Código", "Nombre", "Ciudad"))


def test_the_name_of_a_person_is_no_name_of_a_shop():
    assert "store_name" not in {m for m, score in header.scores("Contacto > Nombre").items() if score > 0.7}
    assert header.scores("Sucursal > Nombre")["store_name"] == 1.0
