from __future__ import annotations

import json
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from mpkit.cli import main
from mpkit.kit.printing import printers


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MPKIT_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["printer", *words])
    return int(ended.value.code or 0)


def test_a_printer_is_measured_and_kept(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("till-3", "--paper", "avery-l7165", "--out", "c.pdf", "--json") == 0
    assert json.loads(capsys.readouterr().out)["file"] == "c.pdf"
    assert len(pdfium.PdfDocument("c.pdf")) == 2
    assert run("till-3", "--left", "21", "--top", "19", "--across", "170.4", "--down", "257.5", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert printers.printer(data, "till-3").model_dump() == found["printer"]
    assert found["printer"]["x"] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    "words", [["--left", "21"], ["--paper", "alone"], ["--left=90", "--top=9", "--across=9", "--down=9"]]
)
def test_what_cannot_be_is_told_and_nothing_kept(data: Path, words: list[str]) -> None:
    assert run("till-3", *words) in {1, 2}
    assert not (data / "printers").exists()
