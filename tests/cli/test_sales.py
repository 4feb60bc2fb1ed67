"""`mpkit sync` and `mpkit sales` as a script would use them: against a sandbox over HTTP, by exit code and JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mpkit.cli import console, run
from tests.conftest import Running
from tests.forking import settings


@pytest.fixture
def ask(
    start_sandbox: Callable[..., Running],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Run a command in a new data folder with a sandbox of 300 payments; gives exit code, stdout, stderr."""
    sandbox = start_sandbox(stores=3, registers=5, payments=300)
    for name, value in (
        ("MPKIT_API_URL", sandbox.url),
        ("MPKIT_ACCESS_TOKEN", sandbox.token),
        ("MPKIT_DATA", str(tmp_path / "data")),
        ("MPKIT_LANG", "en"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    console.settings.cache_clear()

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    command.sandbox = sandbox  # type: ignore[attr-defined]
    yield command
    console.settings.cache_clear()


def test_sync_then_sales_equal_the_ledger(ask: Any) -> None:
    code, out, err = ask("sync", "--json")
    assert code == 0, err
    synced = json.loads(out)
    assert (synced["payments"] > 250, synced["gaps"]) == (True, [])
    code, out, err = ask("sales", "--from", "2020-01-01", "--by", "day", "--json", "--to", "2035-01-01")
    assert code == 0, err
    document = json.loads(out)
    names = ("key", "currency", "count", "gross", "refunds", "chargebacks", "fees", "taxes", "net")
    ledger = ask.sandbox.get("/_sandbox/ledger?by=day")["rows"]
    assert [{name: row[name] for name in names} for row in document["rows"]] == [
        {name: row[name] for name in names} for row in ledger
    ]
    assert {"from", "to", "as_of", "zone", "rows", "total"} <= set(document)
    assert set(document["total"][0]) == {*names, "ticket"}
    assert document["as_of"] == synced["as_of"]


def test_a_table_for_people_and_files(ask: Any, tmp_path: Path) -> None:
    assert ask("sync")[0] == 0
    shop = ask.sandbox.get("/_sandbox/state")["stores"][0]
    code, out, err = ask(
        "sales",
        "--by",
        "register",
        "--store",
        shop["external_id"],
        "--compare",
        "previous",
        "--csv",
        "a.csv",
        "--xlsx",
        "a.xlsx",
    )
    assert code == 0, err
    assert "Register" in out
    assert "Total" in out
    assert "America/Argentina/Buenos_Aires" in out
    assert shop["id"] in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]["A1"].value == "Register"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["sales", "--by", "year"], 2, "year"),
        (["sales", "--from", "31/10/2026"], 2, "31/10/2026"),
        (["sales", "--from", "2026-03-02", "--to", "2026-03-01"], 2, "period"),
        (["sales", "--store", "nowhere"], 2, "nowhere"),
        (["sales", "--register", "nowhere"], 2, "nowhere"),
        (["sales", "--csv", "no/such/folder/a.csv"], 1, "a.csv"),
        (["sync", "--since", "yesterday"], 2, "yesterday"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments: list[str], code: int, says: str, ask: Any) -> None:
    found, out, err = ask(*arguments)
    assert (found, out) == (code, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1


def test_sales_before_the_first_sync_are_none_and_say_so(ask: Any) -> None:
    code, out, _ = ask("sales")
    assert code == 0
    assert "There are no sales in this period." in out
    assert "Not synced yet" in out
    document = json.loads(ask("sales", "--json")[1])
    assert (document["rows"], document["total"], document["as_of"]) == ([], [], None)


def test_silent_registers_by_exit_code_and_json(ask: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = ask("sales", "--silent", "--json")
    assert code == console.LOOK, "nothing is known before the first sync: there is something to look at"
    assert json.loads(out)["state"] == "never"
    assert ask("sync")[0] == 0
    code, out, _ = ask("sales", "--silent", "--json")
    seen = json.loads(out)
    assert (seen["state"], seen["put_off"], set(seen)) == (
        "known",
        [],
        {"as_of", "state", "importing", "watched", "waited_longer", "silent", "put_off"},
    )
    assert code == (console.LOOK if seen["silent"] else 0)
    assert str(seen["watched"]) in ask("sales", "--silent")[1] or seen["silent"]


def test_a_refusal_is_all_that_stands_on_the_screen(tmp_path: Path) -> None:
    """Libraries must not add at the end of the process what they think of its memory."""
    ended = subprocess.run(
        [sys.executable, "-m", "mpkit", "sales"],
        env=settings(tmp_path, MPKIT_LANGUAGE="en"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
