"""Checking files and taking them into the list, as jobs."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from mpkit import accounts, branches
from mpkit.errors import Refused, UnreadableFile
from mpkit.jobs import judging
from mpkit.jobs.kinds import check, mark, take_in
from mpkit.model import Account
from mpkit.sheet import rows
from mpkit.sheet.review import OfFile, Review
from mpkit.work import silent

HEAD = "codigo;nombre;direccion;ciudad;provincia;lat;lng\n"
GOOD = "1;Centro;San Martín 450;Rosario;Santa Fe;-32.9468;-60.6393\n"
BAD = "2;Norte;Mitre 12;Rosario;Salta;-32.9301;-60.6601\n"


@pytest.fixture
def listed(bench, tmp_path):
    accounts.pin(bench.store, Account("7", "CADENA", "MLA", test=True), "http://127.0.0.1:9")
    path = tmp_path / "sucursales.csv"
    path.write_text(HEAD + GOOD + BAD, encoding="utf-8")
    return path


def test_checking_needs_no_account(bench, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEAD + GOOD + BAD, encoding="utf-8")
    result = check.run(bench, {"paths": [str(path)], "site": "MLA"}, silent)
    assert (result["files"], result["branches"], result["registers"], result["blocked"]) == (1, 1, 1, 1)
    told = json.loads(Path(result["document"]).read_text(encoding="utf-8"))
    [document] = told["files"]
    assert document["findings"][0][:4] == ["state_mismatch", "blocking", 2, 3]
    assert document["records"][0][1] == "Centro"
    assert document["created"] == [1]
    assert [record for record, *_ in document["points"]] == [1, 2], "also where a row cannot be created yet"
    assert told["changes"] is None, "without an account there is no list to compare with"


def review_of(*paths, **changed):
    return {"review": Review(tuple(map(str, paths)), "MLA", **changed).to_plain()}


def test_a_review_is_judged_with_what_was_changed(bench, listed):
    of = OfFile(edits={(3, 5): "Santa Fe"})
    result = check.run(bench, {**review_of(listed, files={listed.name: of}), "account": "7"}, silent)
    assert (result["branches"], result["blocked"]) == (2, 0)
    told = json.loads(Path(result["document"]).read_text(encoding="utf-8"))
    assert told["files"][0]["records"][1][4] == "Santa Fe"
    assert told["changes"]["added"] == 4, "two branches and their registers"
    assert "Salta" in listed.read_text(encoding="utf-8"), "the merchant's file is never written to"


def test_columns_chosen_before_are_chosen_again_for_the_next_file_like_it(bench, tmp_path):
    headers = ["codigo", "nombre", "direccion", "ciudad", "provincia", "lat", "lng"]
    rows.remember(bench.store, "7", rows.digest(headers), {2: "region"}, clock=bench.seams.clock)
    other = tmp_path / "junio.csv"
    other.write_text((HEAD + GOOD).replace("codigo", "CÓDIGO"), encoding="utf-8")
    for account, meaning in (("7", "region"), ("8", "store_name")):
        told = judging.judge(bench, {**review_of(other), "account": account}, tmp_path, silent)
        assert told[0].checked.columns[1].meaning == meaning, account


def test_one_file_that_cannot_be_read_stops_no_other(bench, listed, tmp_path):
    broken = tmp_path / "b.xlsx"
    broken.write_bytes(b"PK\x03\x04 cut")
    result = check.run(bench, review_of(listed, broken), silent)
    told = json.loads(Path(result["document"]).read_text(encoding="utf-8"))["files"]
    assert (result["files"], result["branches"], told[1]["error"]) == (2, 1, "file_damaged")


def test_marked_files_go_back_one_as_a_workbook_several_as_an_archive(bench, listed, tmp_path):
    one = mark.run(bench, {**review_of(listed), "language": "pt", "name": "a"}, silent)
    assert one["path"].endswith("a.xlsx")
    other = tmp_path / "sur.csv"
    other.write_text(HEAD + GOOD.replace("1;", "9;"), encoding="utf-8")
    both = mark.run(bench, {**review_of(listed, other), "language": "es", "name": "b"}, silent)
    with zipfile.ZipFile(both["path"]) as archive:
        assert {"sucursales.xlsx", "sur.xlsx"} < set(archive.namelist()), "and a summary of all"


def test_who_has_not_answered_is_told(bench, listed):
    review = review_of(listed, expected=("Sucursales", "Cuyo"))
    result = check.run(bench, {**review, "account": "7"}, silent)
    told = json.loads(Path(result["document"]).read_text(encoding="utf-8"))["unanswered"]
    assert [one["name"] for one in told] == ["Cuyo"]


def test_a_file_is_taken_into_the_list_once(bench, listed):
    arguments = {"account": "7", "paths": [str(listed)], "who": "ana"}
    preview = take_in.run(bench, {**arguments, "preview": True}, silent)
    assert (preview["added"], preview["branches"]) == (2, 0)
    assert preview["kinds"]["added"] == {"branches": 1, "registers": 1}
    first = take_in.run(bench, arguments, silent)
    assert (first["added"], first["branches"], first["registers"]) == (2, 1, 1)
    assert first["files"] == [{"file": "sucursales.csv", "rows": 2, "branches": 1, "registers": 1, "blocking": 1}]
    again = take_in.run(bench, arguments, silent)
    assert (again["added"], again["changed"], again["same"], again["changes"]) == (0, 0, 2, [])
    origin = branches.listed(bench.store, "7")[0].origins["city"]
    assert (origin["kind"], origin["who"], origin["what"], origin["record"]) == ("file", "ana", "sucursales.csv", 1)


def test_nothing_is_taken_in_where_one_file_cannot_be(bench, listed, tmp_path):
    broken = tmp_path / "b.xlsx"
    broken.write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(UnreadableFile, match=r"b\.xlsx"):
        take_in.run(bench, {"account": "7", "paths": [str(listed), str(broken)]}, silent)
    assert branches.wanted(bench.store, "7").branches == ()


def test_a_file_of_another_country_is_refused(bench, listed):
    with pytest.raises(Refused, match="MLB"):
        take_in.run(bench, {"account": "7", "paths": [str(listed)], "site": "MLB"}, silent)
