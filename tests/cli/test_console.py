"""The face of every command: one answer, one sentence, one exit code."""

from __future__ import annotations

import json
import logging
import os
import signal
import struct
import subprocess
import sys
import threading
import types
from pathlib import Path
from typing import Annotated

import pytest
import typer

from mpkit import cli
from mpkit.cli import console
from mpkit.errors import Refused, StoreTrouble, WrongUsage
from mpkit.work import Cancelled
from tests import forking

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """Settings of this test only, and logging as it was."""
    for name in [name for name in os.environ if name.startswith("MPKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MPKIT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MPKIT_LANG", "en")
    monkeypatch.chdir(tmp_path)
    console.choose_account("")
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.getLogRecordFactory(), sys.excepthook, threading.excepthook)
    yield
    console.choose_account("")
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logging.setLogRecordFactory(before[2])
    sys.excepthook, threading.excepthook = before[3:]


@pytest.fixture
def doing(monkeypatch):
    """`mpkit account` doing something else."""

    def use(work):
        def command(as_json: Annotated[bool, typer.Option("--json")] = False):
            work(as_json)

        monkeypatch.setitem(sys.modules, "mpkit.cli.account", types.SimpleNamespace(command=command))

    return use


def raising(error):
    def work(_):
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Refused("job_unknown"), 1, "no longer exists"),
        (StoreTrouble("disk_full", where="here"), 1, "here"),
        (WrongUsage("account_none"), 2, "No Mercado Pago account"),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (Cancelled(), 130, "Interrupted"),
        (typer.Abort(), 130, "Interrupted"),
        (typer.Exit(3), 3, ""),
        (typer.BadParameter("not so"), 2, "not so"),
    ],
)
def test_an_error_is_one_sentence_and_a_code(doing, capsys, error, code, said):
    doing(raising(error))
    assert cli.run(["account"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err


def test_the_unexpected_is_a_number_for_the_person_and_a_trace_in_a_file(doing, capsys, tmp_path):
    doing(raising(KeyError("the inner text")))
    assert cli.run(["account"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    number = err.split("Error number: ")[1].split(".")[0]
    kept = (tmp_path / "data" / "errors.log").read_text()
    assert number in kept
    assert "the inner text" in kept
    assert "the inner text" not in err


def test_wrong_options_and_commands_are_wrong_usage(capsys):
    assert cli.run(["account", "list", "--jsn"]) == 2
    assert cli.run(["nothing-like-it"]) == 2
    assert cli.run(["../console"]) == 2
    assert cli.run(["console"]) == 2, "what commands share is no command"
    assert capsys.readouterr().out == ""


def test_settings_that_cannot_be_read_are_one_sentence(monkeypatch, capsys):
    monkeypatch.setenv("MPKIT_LANG", "klingon")
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    assert cli.run(["account", "list"]) == 2
    err = capsys.readouterr().err
    assert "MPKIT_LANG" in err
    assert "Corrigir" in err


@pytest.mark.parametrize(
    ("mpkit_lang", "lang", "spoken"),
    [("pt", "es_AR.UTF-8", "pt"), ("", "es_AR.UTF-8", "es"), ("", "pt_BR", "pt"), ("", "de_DE", "en"), ("", "C", "en")],
)
def test_the_language(monkeypatch, mpkit_lang, lang, spoken):
    monkeypatch.setenv("MPKIT_LANG", mpkit_lang)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", lang)
    assert console.language() == spoken


def test_json_is_the_only_thing_on_stdout(doing, capsys):
    def work(as_json):
        console.say("account_is_test")
        with console.progress() as progress:
            progress(1, 2, "api_reading_list")
        console.answer({"ñ": 1}, "for people", as_json=as_json)

    doing(work)
    assert cli.run(["account", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"ñ": 1}
    assert "test account" in err
    assert cli.run(["account"]) == 0
    assert capsys.readouterr().out == "for people\n"


def test_the_account_option_goes_before_the_settings(doing, monkeypatch):
    seen = []
    doing(lambda _: seen.append(console.settings().account))
    monkeypatch.setenv("MPKIT_ACCOUNT", "2")
    assert cli.run(["account"]) == 0
    assert cli.run(["--account", "1", "account"]) == 0
    assert cli.run(["account"]) == 0
    assert seen == ["2", "1", "2"]


def run(*arguments, **environment):
    given = {name: value for name, value in os.environ.items() if name not in environment}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**given, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_help_names_every_command_and_imports_none():
    code = (
        "import sys; from mpkit import cli; code = cli.run(['--help']);"
        "heavy = {'sqlalchemy', 'pandas', 'duckdb', 'reportlab', 'streamlit', 'httpx'} & set(sys.modules);"
        "sys.exit(code or ', '.join(heavy) or 0)"
    )
    answer = run("-c", code)
    assert (answer.returncode, answer.stderr) == (0, "")
    for name in ("account", "worker"):
        assert f"\n  {name} " in answer.stdout
    assert "\n  console " not in answer.stdout


def test_the_version_and_no_arguments():
    from mpkit import __version__

    assert run("-m", "mpkit", "--version").stdout == f"mpkit {__version__}\n"
    assert run("-m", "mpkit").returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")
def test_ctrl_c_is_130(tmp_path):
    process = forking.start(["account", "add"], env=dict(os.environ), cwd=tmp_path)
    process.stdin.write("half a to")  # it takes what there is and waits for the end of the line
    process.stdin.flush()
    until(lambda: unread(process.stdin) == 0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Interrupted" in err


def unread(pipe):
    """How many bytes of a pipe nobody has taken yet."""
    import fcntl
    import termios

    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]


def until(true):
    from tests.jobs.conftest import until as wait

    wait(true)
