"""`mpkit check` and `mpkit template` as a script sees them: one document, one sentence, an exit code."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from mpkit import accounts, branches, sheet
from mpkit.db import open_store
from mpkit.model import Account
from mpkit.sheet import across
from mpkit.work import Seams, silent
from tests.sheet.test_book import OTHERS, book
from tests.sheet.test_kinds import HEAD as COLUMNS
from tests.sheet.test_kinds import SHOPS

ROOT = Path(__file__).parent.parent.parent
HEAD = "codigo;nombre;direccion;ciudad;provincia;lat;lng\n"
GOOD = "1;Centro;San Martín 450;Rosario;Santa Fe;-32.9468;-60.6393\n"
BAD = "2;Norte;Mitre 12;Rosario;Salta;-32.9301;-60.6601\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_clean_file_has_nothing_left_to_say(mpkit, tmp_path):
    done = mpkit("check", write(tmp_path / "a.csv", HEAD + GOOD), "--site", "MLA")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "a.csv (MLA): 1 filas; se pueden crear 1 sucursales con 1 cajas."


def test_findings_are_grouped_and_the_code_says_look(mpkit, tmp_path):
    out = tmp_path / "marcado.xlsx"
    done = mpkit("check", write(tmp_path / "a.csv", HEAD + GOOD + BAD), "--site", "MLA", "--out", out)
    assert (done.returncode, done.stderr) == (3, "")
    assert "state_mismatch" in done.stdout
    assert "Corregir la provincia" in " ".join(done.stdout.split())
    assert zipfile.is_zipfile(out)


def test_the_document(mpkit, tmp_path):
    done = mpkit("check", write(tmp_path / "a.csv", HEAD + GOOD + BAD), "--site", "MLA", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (3, "")
    assert list(document) == [
        "file",
        "site",
        "sheet",
        "encoding",
        "delimiter",
        "header_row",
        "rows",
        "columns",
        "branches",
        "registers",
        "hours",
        "findings",
        "ids",
    ]
    assert document["ids"] == [
        {
            "record": 1,
            "own_id": "1",
            "external_id": "1",
            "name": "Centro",
            "how": "own",
            "registers": [{"own_id": "", "external_id": "1C01", "name": "1 Caja 1"}],
        }
    ]
    assert document["columns"][0] == {"index": 1, "header": "codigo", "meaning": "external_id", "confidence": 1.0}
    [finding] = document["findings"]
    assert list(finding) == ["record", "row", "column", "header", "severity", "code", "message", "suggestion"]
    assert (finding["record"], finding["row"], finding["column"], finding["suggestion"]) == (2, 3, 5, "Santa Fe")


def test_repairs_and_columns_can_be_told(mpkit, tmp_path):
    path = write(tmp_path / "a.csv", HEAD.replace("ciudad", "zz") + GOOD + BAD)
    done = mpkit("check", path, "--site", "MLA", "--map", "city=zz", "--accept", "state_mismatch", "--json")
    assert json.loads(done.stdout)["branches"] == 2
    for wrong in (
        ("--map", "city"),
        ("--map", "towns=1"),
        ("--accept", "no_such"),
        ("--site", "XX"),
        ("--sheet", "Hoja9"),
    ):
        refused = mpkit("check", path, *(() if wrong[0] == "--site" else ("--site", "MLA")), *wrong)
        assert (refused.returncode, refused.stdout) == (2, ""), wrong
        assert len(refused.stderr.strip().splitlines()) == 1


def test_folders_and_archives(mpkit, tmp_path):
    folder = tmp_path / "listas"
    folder.mkdir()
    write(folder / "a.csv", HEAD + GOOD)
    write(folder / "b.csv", HEAD + GOOD.replace("1;Centro", "3;Sur"))
    (folder / "c.xlsx").write_bytes(b"PK\x03\x04 cut")
    write(folder / "notas.md", "no")
    done = mpkit("check", folder, "--site", "MLA", "--json")
    documents = json.loads(done.stdout)["files"]
    assert done.returncode == 1
    assert [(d["file"], d.get("branches")) for d in documents] == [("a.csv", 1), ("b.csv", 1), ("c.xlsx", None)]
    assert "dañado" in documents[2]["error"]
    with zipfile.ZipFile(tmp_path / "todo.zip", "w") as archive:
        archive.write(folder / "a.csv", "norte/a.csv")
        archive.write(folder / "b.csv", "sur/deep/a.csv")
        archive.writestr("__MACOSX/a.csv", "x")
    packed = mpkit("check", tmp_path / "todo.zip", "--site", "MLA", "--json", "--out", tmp_path / "vuelta.zip")
    assert packed.returncode == 0, packed.stderr
    documents = json.loads(packed.stdout)["files"]
    assert [(d["file"], d["branches"]) for d in documents] == [("norte - a.csv", 1), ("sur - deep - a.csv", 1)]
    with zipfile.ZipFile(tmp_path / "vuelta.zip") as archive:
        assert sorted(archive.namelist()) == ["norte - a.xlsx", "resumen.xlsx", "sur - deep - a.xlsx"]
    with zipfile.ZipFile(tmp_path / "mal.zip", "w") as archive:
        archive.write(folder / "a.csv", "../../a.csv")
    refused = mpkit("check", tmp_path / "mal.zip", "--site", "MLA", "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "mal.zip" in refused.stderr
    assert not (tmp_path.parent / "a.csv").exists()


def test_what_differs_between_files_and_who_is_missing(mpkit, tmp_path):
    write(tmp_path / "norte.csv", HEAD + GOOD)
    write(tmp_path / "sur.csv", HEAD + GOOD.replace("Centro", "Centro Viejo"))
    done = mpkit("check", "norte.csv", "sur.csv", "--site", "MLA", "--json", "--expect", "oeste", "--expect", "Norte")
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (3, "")
    assert [(c["file"], c["row"], c["code"]) for c in document["conflicts"]] == [
        ("norte.csv", 2, "files_differ"),
        ("sur.csv", 2, "files_differ"),
    ]
    assert [d["branches"] for d in document["files"]] == [0, 0]
    assert [(one["kind"], one["name"]) for one in document["unanswered"]] == [("expected", "oeste")]
    told = mpkit("check", "norte.csv", "sur.csv", "--site", "MLA", "--expect", "oeste")
    assert "Sin respuesta: oeste." in told.stdout
    agreed = mpkit("check", "norte.csv", "sur.csv", "--site", "MLA", "--json", "--accept", "files_differ")
    assert [d["branches"] for d in json.loads(agreed.stdout)["files"]] == [0, 1]


def test_a_file_is_compared_with_the_list(mpkit, tmp_path):
    """Once something was taken in, rows without ids are those of before, or somebody is asked."""
    store = open_store(f"sqlite:///{tmp_path / 'list.sqlite'}")
    accounts.pin(store, Account("7", "CADENA", "MLA", test=True), "http://127.0.0.1:9")
    bare = HEAD.partition(";")[2] + GOOD.partition(";")[2]
    run = [each.result for each in sheet.check_all([write(tmp_path / "a.csv", bare)], silent, site="MLA")]
    branches.propose_all(store, "7", across.sources(run), clock=Seams().clock)
    kept = branches.wanted(store, "7").branches[0].external_id
    settings = {"MPKIT_STORE_URL": f"sqlite:///{tmp_path / 'list.sqlite'}"}
    path = write(tmp_path / "b.csv", bare.replace("Centro", "Kiosco Sol"))
    asked = json.loads(mpkit("check", path, "--site", "MLA", "--json", **settings).stdout)
    assert ([f["code"] for f in asked["findings"]], asked["ids"]) == (["identity_doubtful"], [])
    same = json.loads(mpkit("check", path, "--site", "MLA", "--json", "--same", f"2={kept}", **settings).stdout)
    assert [(each["external_id"], each["how"]) for each in same["ids"]] == [(kept, "linked")]
    new = json.loads(mpkit("check", path, "--site", "MLA", "--json", "--same", "b.csv:2=new", **settings).stdout)
    assert [each["how"] for each in new["ids"]] == ["made"]
    for wrong in ("2", "x=new", "2="):
        assert mpkit("check", path, "--same", wrong, **settings).returncode == 2


def test_what_cannot_be_read_is_one_sentence(mpkit, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"%PDF-1.4")
    for path in ("a.xlsx", "no.csv"):
        done = mpkit("check", tmp_path / path, "--json")
        assert (done.returncode, done.stdout) == (1, "")
        assert path in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_the_template_speaks_the_country(mpkit, tmp_path):
    done = mpkit("template", "--site", "MLB", "--out", tmp_path / "t")
    assert done.returncode == 0
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == [
        "lojas-colunas.md",
        "lojas-exemplo.xlsx",
        "lojas.xlsx",
    ]
    assert mpkit("check", tmp_path / "t/lojas-exemplo.xlsx").returncode == 0
    assert mpkit("template", "--site", "MLB", "--lang", "fr").returncode == 2


def test_the_document_of_a_workbook_counts_its_sheets(mpkit, tmp_path):
    wrong = [*OTHERS[0][:4], "Salta", *OTHERS[0][5:]]
    path = book(tmp_path / "a.xlsx", Norte=[COLUMNS, *SHOPS], Sur=[COLUMNS, wrong, OTHERS[1]])
    done = mpkit("check", path, "--site", "MLA", "--json")
    told_ = json.loads(done.stdout)
    assert (told_["file"], told_["sheet"], told_["rows"], told_["branches"], told_["registers"]) == (
        "a.xlsx", "Norte", 5, 4, 4
    )  # fmt: skip
    (wrong_one,) = [f for f in told_["findings"] if f["severity"] == "blocking"]
    assert (wrong_one["sheet"], wrong_one["row"], wrong_one["code"]) == ("Sur", 2, "state_mismatch")
    assert [(each["sheet"], each["rows"]) for each in told_["sheets"]] == [("Norte", 3), ("Sur", 2)]
    one = json.loads(mpkit("check", path, "--site", "MLA", "--json", "--sheet", "Norte").stdout)
    assert (one["rows"], one["findings"], "sheets" in one) == (3, [], False)
    assert "--sheet NOMBRE" in mpkit("check", path, "--site", "MLA").stdout
