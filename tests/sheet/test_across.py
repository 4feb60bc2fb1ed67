"""Several files of one run: a branch that stands in two of them is told in both, by the other's name and row."""

import pytest

from mpkit import sheet
from mpkit.errors import UnreadableFile
from mpkit.sheet import Checked
from mpkit.work import silent
from tests.sheet.test_kinds import HEAD, SHOPS


def write(path, *rows):
    path.write_text("\n".join(";".join(row) for row in rows) + "\n", encoding="utf-8")
    return path


def test_a_branch_of_two_files_is_told_in_both(tmp_path):
    north = write(tmp_path / "norte.csv", HEAD, *SHOPS)
    south = write(tmp_path / "sur.csv", ["Lista"], [], HEAD, SHOPS[2], ["0999", "Otra", *SHOPS[1][2:]])
    one, two = sheet.check_all([north, south], silent, site="MLA")
    (first,), (second,) = one.findings, two.findings
    assert (first.code, first.severity, first.record, first.row, first.column) == ("in_other_file", "warning", 3, 4, 1)
    assert dict(first.values) == {"value": "0427", "other": "sur.csv", "row": 4}
    assert (second.record, second.row, dict(second.values)["other"]) == (1, 4, "norte.csv")
    assert len(one.branches) == 3
    for language in ("es", "pt", "en"):
        assert "sur.csv" in one.to_json(language)["findings"][0]["message"]


def test_files_apart_have_nothing_to_say(tmp_path):
    files = [write(tmp_path / f"{n}.csv", HEAD, shop) for n, shop in enumerate(SHOPS)]
    assert [checked.findings for checked in sheet.check_all(files, silent, site="MLA")] == [(), (), ()]


def test_one_file_that_cannot_be_read_stops_no_other(tmp_path):
    good, bad = write(tmp_path / "a.csv", HEAD, *SHOPS), tmp_path / "b.csv"
    bad.write_bytes(b"%PDF-1.7")
    refusal, checked = sheet.check_all([bad, good], silent, site="MLA")
    assert isinstance(refusal, UnreadableFile)
    assert isinstance(checked, Checked)
    with pytest.raises(UnreadableFile):
        sheet.check_all([bad], silent, site="MLA")
