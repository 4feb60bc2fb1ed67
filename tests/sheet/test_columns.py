"""What a column means: header words and contents, jointly; and where the header and the separator are."""

import pytest

from mpkit import sheet


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_quoted_commas_do_not_make_commas_the_separator(tmp_path):
    head = "nome;endereco;km\n"
    rows = "".join(f'"L{n}";"Rua A, {n}, Centro, Recife - PE";"{n},5"\n' for n in range(1, 9))
    checked = sheet.check(write(tmp_path, "a.csv", head + rows), site="MLB")
    assert (checked.delimiter, checked.header_row, checked.rows) == (";", 1, 8)


@pytest.mark.parametrize(
    ("header", "cells", "meaning"),
    [
        ("CR_TIENDA", ["50016", "5003X", "5004T"], "external_id"),
        ("numero", ["2035", "3190", "3189"], "external_id"),  # no street in the file: it numbers the shops
        ("Número de empleados", ["50", "30", "40"], "ignore"),
        ("telephone1", ["4499180957", "4499164725", "4499174406"], "phone"),
        ("Telefone", ["", "", ""], "phone"),  # nothing contradicts the header
        ("precio abril", ["83", "92", "70"], "ignore"),
        ("endereco", ["Recife - PE", "Av. Norte, Recife - PE", "Rua Nova"], "street_and_number"),
    ],
)
def test_what_a_column_beside_names_and_places_means(tmp_path, header, cells, meaning):
    lines = [f"NOMBRE_TIENDA;ciudad;provincia;{header}"]
    lines += [f"Tienda {n};Rosario;Santa Fe;{cell}" for n, cell in enumerate(cells)]
    checked = sheet.check(write(tmp_path, "a.csv", "\n".join(lines) + "\n"), site="MLA")
    assert checked.columns[3].meaning == meaning, checked.columns
