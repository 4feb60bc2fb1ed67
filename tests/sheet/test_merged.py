"""Cells merged over rows say their value for each row; titles merged over columns stay where they are."""

import xlsxwriter

from mpkit import sheet
from tests.sheet.lists import STYLES

STYLE = next(style for style in STYLES if style.name == "plain-es")


def test_a_state_merged_over_its_branches_is_the_state_of_each(tmp_path):
    rows = STYLE.rows()
    state = STYLE.meanings.index("state")
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet("Locales")
    page.merge_range(0, 0, 0, 4, "Cadena del Sur")
    body = sorted(rows[1:], key=lambda row: row[state])
    for r, row in enumerate([rows[0], *body], start=1):
        for c, cell in enumerate(row):
            if c != state or r == 1:
                page.write_string(r, c, cell)
    states = [row[state] for row in body]
    for name in dict.fromkeys(states):
        first, last = states.index(name) + 2, states.index(name) + 1 + states.count(name)
        if first < last:
            page.merge_range(first, state, last, state, name)
        else:
            page.write_string(first, state, name)
    book.close()
    checked = sheet.check(tmp_path / "a.xlsx", site="MLA")
    assert [branch.location.state for branch in checked.branches] == states
    assert [f.severity.value for f in checked.findings if f.code == "merged_cells"] == ["info"]
    assert checked.header_row == 2
