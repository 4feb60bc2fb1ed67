"""What we write: the template that reads back, the marked copy, the results; never a live formula."""

import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpkit import sheet
from mpkit.errors import Refused, WrongUsage
from mpkit.places import catalogue
from mpkit.sheet import reading
from mpkit.sheet.address import is_placeholder
from mpkit.sheet.templates import FIELDS, _write, headings
from mpkit.sites import SITES

PREFIXES = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"]
places = catalogue("MLA")
towns = st.sampled_from([p for p in places.places if p.latitude is not None][::7])
words = (
    st.text("abcdefghij KLMNÑáéíóú'.,0123456789-_/=+@", min_size=3, max_size=25)
    .map(str.strip)
    .filter(lambda t: sum(c.isalpha() for c in t) > 2 and "  " not in t and not is_placeholder(t))
)
branches = st.lists(
    st.tuples(
        st.text("AB09-_x.", min_size=1, max_size=12), words, words, st.integers(10, 9999), towns, st.integers(1, 9)
    ),
    min_size=1,
    max_size=12,
    unique_by=(lambda b: b[0], lambda b: b[1].lower()),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(branches, st.sampled_from(["es", "pt", "en"]))
def test_our_template_reads_back_unchanged(tmp_path_factory, rows, language):
    """Generated branches, written as people would fill the template in: every value comes back as it was written."""
    path = tmp_path_factory.mktemp("round") / "a.xlsx"
    filled = [
        (
            own,
            name,
            street,
            str(number),
            town.city,
            town.state,
            str(town.latitude),
            str(town.longitude),
            str(tills),
            "",
            "",
        )
        for own, name, street, number, town, tills in rows
    ]
    _write(path, places, language, filled)
    checked = sheet.check(path, site="MLA")
    assert [column.meaning for column in checked.columns][:9] == list(FIELDS[:9])
    blocking = [finding.code for finding in checked.findings if finding.severity == "blocking"]
    assert set(blocking) <= {"duplicate_location"}, blocking
    back = [
        (
            b.own_id,
            b.name,
            b.location.street_name,
            b.location.street_number,
            b.location.city,
            b.location.state,
            str(b.location.latitude),
            str(b.location.longitude),
        )
        for b in checked.branches
    ]
    assert back == [row[:8] for row in filled]
    assert len(checked.registers) == sum(row[5] for row in rows)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_the_example_checks_clean(tmp_path, site, language):
    empty, example, reference = sheet.template(site, language, tmp_path)
    checked = sheet.check(example)
    assert (checked.site, checked.findings, len(checked.branches)) == (site, (), 5)
    assert reading.read(empty).sheets[0].rows == [list(headings(language))]
    assert all(heading in reference.read_text(encoding="utf-8") for heading in headings(language))


def test_the_template_lists_the_states(tmp_path):
    empty, *_ = sheet.template("MLB", "pt", tmp_path)
    with zipfile.ZipFile(empty) as parts:
        page = parts.read("xl/worksheets/sheet1.xml").decode()
    assert '<dataValidation type="list"' in page
    assert "$A$1:$A$27" in page


def test_a_template_of_nowhere(tmp_path):
    with pytest.raises(WrongUsage, match="XXX"):
        sheet.template("XXX", "es", tmp_path)


def hostile(folder):
    head = "codigo;nombre;direccion;ciudad;provincia;lat;lng"
    rows = [
        f'{n};"{text.replace(chr(34), chr(34) * 2)}";Mitre {n}0;Rosario;Santa Fe;-32.9{n};-60.6{n}'
        for n, text in enumerate(PREFIXES, 1)
    ]
    path = folder / "sucursales.csv"
    path.write_text("Listado;;;;;;\n\n" + "\n".join([head, *rows]) + "\n", encoding="utf-8", newline="")
    return path


def formulas(path) -> int:
    with zipfile.ZipFile(path) as parts:
        return sum(
            parts.read(name).count(b"<f>") + parts.read(name).count(b"<f ")
            for name in parts.namelist()
            if "worksheets/" in name
        )


def test_the_marked_copy_has_every_value_where_it_was(tmp_path):
    path = hostile(tmp_path)
    before = path.read_bytes()
    checked = sheet.check(path)
    out = sheet.mark(path, checked, tmp_path / "marked.xlsx", "es")
    grid = reading.read(out)
    assert [s.name for s in grid.sheets] == ["Para corregir", "Sucursales", "Códigos"]
    original = reading.read(path).sheets[0].rows
    marked = grid.sheets[1].rows
    for row, cells in enumerate(original):
        for column, cell in enumerate(cells):
            found = marked[row][column] if row < len(marked) else ""
            assert found.replace("_x000D_", "\r") == cell, (row, column)
    assert len(grid.sheets[0].rows) == len(checked.findings) + 1
    assert formulas(out) == 0
    assert path.read_bytes() == before


def test_the_marked_copy_notes_each_problem_cell(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "codigo;nombre;direccion;ciudad;provincia;lat;lng\n1;A;Mitre;Rosario;Salta;-32.94;-60.63\n", encoding="utf-8"
    )
    checked = sheet.check(path, site="MLA")
    out = sheet.mark(path, checked, tmp_path / "m.xlsx", "pt")
    with zipfile.ZipFile(out) as parts:
        notes = parts.read("xl/comments1.xml").decode()
    assert {f'ref="{cell}"' in notes for cell in ("C2", "E2")} == {True}
    assert sheet.message(checked.findings[0], "pt").split(".")[0] in notes


def test_the_own_file_is_never_written_over(tmp_path):
    path = hostile(tmp_path)
    before = path.read_bytes()
    with pytest.raises(Refused, match=r"sucursales\.csv"):
        sheet.mark(path, sheet.check(path), path, "es")
    assert path.read_bytes() == before


def test_results_are_text(tmp_path):
    rows = [[text, None, 12] for text in PREFIXES]
    out = sheet.results(tmp_path / "r.xlsx", rows, "en", headings=["check_rows", "plain", "n"])
    grid = reading.read(out).sheets[0]
    assert (grid.name, grid.rows[0]) == ("Result", ["Rows", "plain", "n"])
    assert [row[0].replace("_x000D_", "\r") for row in grid.rows[1:]] == PREFIXES
    assert formulas(out) == 0
