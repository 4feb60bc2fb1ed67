"""`mpkit check` and `mpkit template` as a script sees them: one document, one sentence, an exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
HEAD = "codigo;nombre;direccion;ciudad;provincia;lat;lng\n"
GOOD = "1;Centro;San Martín 450;Rosario;Santa Fe;-32.9468;-60.6393\n"
BAD = "2;Norte;Mitre 12;Rosario;Salta;-32.9301;-60.6601\n"


@pytest.fixture
def mpkit(tmp_path):
    """Run `mpkit …` in a process of its own, in an empty folder."""

    def run(*arguments, **settings):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_")}
        environment |= {"PYTHONPATH": str(ROOT), "MPKIT_DATA": str(tmp_path / "data"), "MPKIT_LANG": "es", **settings}
        return subprocess.run(
            [sys.executable, "-m", "mpkit", *map(str, arguments)],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


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
        "findings",
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
        archive.write(folder / "a.csv", "../../a.csv")
        archive.write(folder / "b.csv", "deep/a.csv")
        archive.writestr("__MACOSX/a.csv", "x")
    packed = mpkit("check", tmp_path / "todo.zip", "--site", "MLA", "--json")
    assert [d["branches"] for d in json.loads(packed.stdout)["files"]] == [1, 1]
    assert not (tmp_path.parent / "a.csv").exists()


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
