"""Bad input at the command line: one sentence, the right exit code, nothing on stdout, nothing left behind."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mpkit.db import open_store
from mpkit.errors import StoreTrouble, of_system
from tests import forking
from tests.cli.conftest import Run
from tests.plan.chain import chain
from tests.plan.shop import Shop

ROOT = Path(__file__).parent.parent.parent
CANARY = "TEST-canary-5c1d9b7e4f"


@pytest.fixture
def mpkit(mpkit: Run) -> Run:
    """In English here."""
    return partial(mpkit, MPKIT_LANG="en")


@pytest.fixture
def shell(tmp_path: Path) -> Run:
    """The command as a shell starts it, its streams redirected by `through`."""

    def run(*arguments: str, through: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", f'"$@" {through}', "sh", sys.executable, "-m", "mpkit", *arguments],
            capture_output=True,
            cwd=tmp_path,
            env=forking.settings(tmp_path / "data", **{"MPKIT_LANG": "en", **more}),
            text=True,
            check=False,
            timeout=60,
        )

    return run


def one_sentence(done: Any, code: int, *words: str) -> None:
    """The exit code, nothing on stdout, and one line on stderr with these words, no trace and no error number."""
    said = done.stderr
    assert (done.returncode, done.stdout) == (code, ""), said
    assert len(said.strip().splitlines()) == 1, said
    assert "number" not in said
    assert "Traceback" not in said
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("env", "word"),
    [
        ({"MPKIT_LOG_LEVEL": "LOUD"}, "MPKIT_LOG_LEVEL"),
        ({"MPKIT_LOG_FORMAT": "banana"}, "MPKIT_LOG_FORMAT"),
        ({"MPKIT_API_URL": "http://[::1"}, "MPKIT_API_URL"),
        ({"MPKIT_API_URL": "http://127.0.0.1:99999"}, "MPKIT_API_URL"),
        ({"MPKIT_STORE_URL": "banana"}, "MPKIT_STORE_URL"),
        ({"MPKIT_ACCESS_TOKEN": "  "}, "account add"),  # blanks are no token
    ],
)
def test_a_setting_that_makes_no_sense_is_named(mpkit: Run, env: dict[str, str], word: str) -> None:
    one_sentence(mpkit("plan", "--json", **env), 2, word)


def test_a_token_no_header_can_carry_is_not_sent(mpkit: Run) -> None:
    for token in ("ñoño-1234567", "two words 123"):
        done = mpkit("plan", MPKIT_ACCESS_TOKEN=token, MPKIT_API_URL="http://127.0.0.1:9")
        one_sentence(done, 1, "nothing was sent")
        assert token not in done.stderr


def test_a_refused_token_is_not_left_lying_about(mpkit: Run, start_sandbox: Any, tmp_path: Path) -> None:
    sandbox = start_sandbox(site="MLA", seed=7, token=CANARY)
    env = {"MPKIT_API_URL": sandbox.url, "MPKIT_LOG_LEVEL": "DEBUG"}
    for wrong in ("wrong-token-000000", "\udcff\udcfe"):
        assert mpkit("account", "add", given=wrong, **env).returncode == 1
    left = [file for file in (tmp_path / "data" / "keys").rglob("*") if file.is_file()]
    assert left == []
    done = mpkit("account", "add", "--json", given=CANARY, **env)
    assert json.loads(done.stdout)["user_id"] == sandbox.user_id
    holding = [file for file in tmp_path.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()]
    assert holding == [tmp_path / "data" / "keys" / "tokens.json"]
    assert holding[0].stat().st_mode & 0o777 == 0o600
    assert CANARY not in done.stderr


@pytest.mark.parametrize("content", [b"\x8f" * 5000, "foreign", "newer"])
def test_a_store_that_is_none_of_ours_is_refused_and_stays(mpkit: Run, tmp_path: Path, content: bytes | str) -> None:
    file = tmp_path / "data" / "mpkit.sqlite"
    file.parent.mkdir()
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content == "foreign":
        with sqlite3.connect(file) as other:
            other.execute("CREATE TABLE bookmarks (url TEXT)")
    else:
        open_store(f"sqlite:///{file}").dispose()
        with sqlite3.connect(file) as newer:
            newer.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    one_sentence(mpkit("account", "list", "--json"), 1, str(file))
    assert file.read_bytes() == before


def test_a_data_folder_that_is_a_file(mpkit: Run, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    one_sentence(mpkit("account", "list"), 1, str(tmp_path / "data"))


def test_a_damaged_key_file_is_said_and_not_replaced(shop: Shop) -> None:
    shop.want(chain(1))
    assert shop.run("plan", "--amount", "buyer", "--out", "p.json")[0] == 3
    assert shop.run("apply", "p.json", "--yes")[0] == 0
    file = shop.folder / "data" / "keys" / "mpkit.key"
    for damaged in ("zzz", "", "abcd"):
        file.write_text(damaged)
        code, out, err = shop.run("plan", "--json")
        assert (code, out) == (1, "")
        assert str(file) in err
        assert file.read_text() == damaged


@pytest.fixture
def shop(tmp_path: Path, start_sandbox: Callable[..., Any]) -> Shop:
    return Shop(tmp_path, start_sandbox(site="MLA", seed=7))


def test_a_place_that_cannot_be_written_is_known_before_anything_is_sent(shop: Shop, tmp_path: Path) -> None:
    shop.want(chain(1))
    shop.run("plan", "--amount", "buyer", "--out", "p.json")
    for out in (str(tmp_path), "missing/r.xlsx"):
        code, said, err = shop.run("apply", "p.json", "--yes", "--out", out, "--json")
        assert (code, said) == (1, ""), err
    assert shop.creates() == {}
    code, _, err = shop.run("apply", "p.json", "--yes", "--out", "r.xlsx")
    assert code == 0, err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
def test_an_interruption_before_the_first_sentence(tmp_path: Path) -> None:
    code = (
        "import sys, mpkit.cli as cli\n"
        "def early(arguments): raise KeyboardInterrupt\n"
        "cli.run = early\n"
        "cli.main(['plan'])\n"
    )
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "MPKIT_DATA": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    one_sentence(done, 130, "Interrupted")


def test_a_device_is_no_plan(mpkit: Run) -> None:
    one_sentence(mpkit("apply", "/dev/zero", "--yes"), 1, "not a plan")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's")
def test_an_answer_whose_disk_is_full(shell: Run) -> None:
    one_sentence(shell("account", "list", "--json", through="> /dev/full"), 1, "standard output", "free some space")


@pytest.mark.skipif(sys.platform == "win32", reason="redirections of a shell")
def test_closed_streams_and_a_reader_that_leaves(shell: Run, tmp_path: Path) -> None:
    assert shell("account", "list", through="2>&-").returncode == 0
    assert shell("apply", "missing.json", through="2>&-").returncode == 1
    assert shell("account", "list", "--json", through=">&-").returncode == 0
    long = tmp_path / "long.csv"
    long.write_text("nombre;direccion;localidad\n" + "".join(f"Uno {n};;\n" for n in range(2000)))
    done = shell("check", "long.csv", "--site", "MLA", "--json", through='| { head -c 1 > /dev/null; }; echo "$?"')
    assert done.stderr == ""


def test_letters_the_terminal_lacks_end_nothing(shell: Run, tmp_path: Path) -> None:
    (tmp_path / "ñandú.csv").write_text("nombre;direccion\nPeñón;\n", encoding="utf-8")
    plain = {"PYTHONIOENCODING": "ascii", "MPKIT_LANG": "es"}
    done = shell("check", "ñandú.csv", "--site", "MLA", "--json", **plain)
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["file"] == "ñandú.csv"
    done = shell("check", "ñandú.csv", "--site", "MLA", **plain)
    assert done.returncode == 3, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text exist there")
def test_a_name_that_is_no_text(mpkit: Run) -> None:
    one_sentence(mpkit("check", "\udcff.csv"), 2, "name")


def test_files_that_cannot_be_written_leave_nothing_behind(mpkit: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("nombre;direccion\nUno;\n")
    (tmp_path / "folder").mkdir()
    one_sentence(mpkit("check", "a.csv", "--site", "MLA", "--out", "folder"), 1, "folder")
    one_sentence(mpkit("template", "--out", "a.csv"), 1, "a.csv")
    assert sorted(file.name for file in tmp_path.iterdir() if file.name != "data") == ["a.csv", "folder"]


def test_what_a_system_says_is_found_behind_what_a_library_says() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    wrapped = RuntimeError(full)
    found = of_system(wrapped, where="/there")
    assert isinstance(found, StoreTrouble)
    assert (found.key, found.values["where"]) == ("disk_full", "/there")
    named = of_system(OSError(errno.EACCES, "Permission denied", "a", None, "b"), where="/there")
    assert named is not None
    assert (named.key, named.values["where"]) == ("place_refused", "b")
    assert of_system(ConnectionResetError(errno.ECONNRESET, "reset"), where="x") is None
    assert of_system(ValueError("a fault of ours"), where="x") is None
