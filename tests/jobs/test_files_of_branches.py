"""Checking files and taking them into the list, as jobs."""

from __future__ import annotations

import json

import pytest

from mpkit import accounts, branches
from mpkit.errors import Refused, UnreadableFile
from mpkit.jobs.kinds import check, take_in
from mpkit.model import Account
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
    arguments = {"paths": [str(path)], "site": "MLA", "language": "pt", "marked": str(tmp_path / "out")}
    result = check.run(bench, arguments, silent)
    [document] = json.loads(json.dumps(result))["files"]
    assert (result["branches"], result["registers"], result["blocking"]) == (1, 1, 1)
    assert "Corrigir o estado" in document["findings"][0]["message"]
    assert (tmp_path / "out").joinpath(document["marked"].rsplit("/", 1)[-1]).exists()


def test_a_file_is_taken_into_the_list_once(bench, listed):
    arguments = {"account": "7", "paths": [str(listed)], "who": "ana"}
    preview = take_in.run(bench, {**arguments, "preview": True}, silent)
    assert (preview["added"], preview["branches"]) == (2, 0)
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
