"""Secrets do not reach a log, whoever writes it and whoever handles it."""

from __future__ import annotations

import io
import json
import logging
import stat
import sys
import threading

import pytest
from pydantic import SecretStr

from mpkit import log

LOOKS = "APP_" + "USR-8000-010203-abcdef-99"


@pytest.fixture(autouse=True)
def as_before():
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.getLogRecordFactory(), sys.excepthook, threading.excepthook)
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logging.setLogRecordFactory(before[2])
    sys.excepthook, threading.excepthook = before[3:]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"x {LOOKS} y", "x [hidden] y"),
        ("TEST-1234-5678-abcdefgh.", "[hidden]."),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [hidden]"),
        ("/x?access_token=abc&y=1", "/x?access_token=[hidden]&y=1"),
        ('{"access_token": "abc", "b": 1}', '{"access_token": "[hidden]", "b": 1}'),
        ("client_secret=abc", "client_secret=[hidden]"),
        ("TEST-1 is short, and a bearer of news", "TEST-1 is short, and a bearer [hidden] news"),
        ("nothing here", "nothing here"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text, cleaned):
    assert log.clean(text) == cleaned


def test_an_announced_secret_is_hidden_and_a_tiny_one_does_not_blank_out_words():
    log.conceal(SecretStr("announced-secret"))
    log.conceal("a")
    log.conceal(None)
    assert log.clean("an announced-secret here") == "an [hidden] here"


@pytest.mark.parametrize("form", ["text", "json"])
def test_events_and_records_come_out_in_one_form(capsys, form):
    log.setup("INFO", form)
    log.get("room").info("done", token=LOOKS, n=3)
    logging.getLogger("their.server").info("GET /?access_token=%s", "abcdefgh")
    log.get("room").debug("not this")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "mpkit.room" in lines[0]
    assert "abcdefgh" not in lines[1]
    if form == "json":
        first = json.loads(lines[0])
        assert (first["event"], first["n"], first["token"], first["level"]) == ("done", 3, "[hidden]", "info")
        assert json.loads(lines[1])["logger"] == "their.server"


def test_a_library_s_own_handler_is_guarded():
    theirs = io.StringIO()
    logger = logging.getLogger("their.library")
    logger.propagate = False
    handler = logging.StreamHandler(theirs)
    logger.addHandler(handler)
    try:
        log.setup("INFO")
        logger.warning("before %s", LOOKS)
        logger.warning({"an": "object"})
        logger.warning("broken %d", "x")
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
    assert "before [hidden]" in theirs.getvalue()
    assert "an" in theirs.getvalue()


def test_a_crash_of_a_thread_goes_through_the_log(capsys):
    log.setup("INFO", "json")

    def crash():
        message = f"with {LOOKS}"
        raise ValueError(message)

    thread = threading.Thread(target=crash)
    thread.start()
    thread.join()
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert LOOKS not in said


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_trace_has_no_values_of_variables(capsys, form):
    log.setup("INFO", form)
    kept = " ".join(f"{word}" for word in ("a", "value", "of", "a", "variable"))
    try:
        raise ValueError("shown")  # noqa: TRY301
    except ValueError:
        log.get("room").exception("failed", n=len(kept))
    said = capsys.readouterr().err
    assert "shown" in said
    assert kept not in said


def test_before_it_is_set_up_nothing_shows_variables(caplog):
    hidden = " ".join(f"{word}" for word in ("a", "value", "of", "a", "variable"))
    try:
        raise ValueError("shown")  # noqa: TRY301
    except ValueError:
        log.get("room").exception("failed", token=LOOKS)
    assert "failed" in caplog.text
    assert hidden not in caplog.text
    assert LOOKS not in caplog.text


def test_errors_go_to_a_private_file_as_well(tmp_path, capsys):
    file = tmp_path / "data" / "errors.log"
    log.setup("CRITICAL", errors=file)
    log.get("room").warning("not this")
    assert not file.exists()
    log.get("room").error("this", token=LOOKS)
    assert "this" in file.read_text()
    assert LOOKS not in file.read_text()
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert capsys.readouterr().err == ""


def test_a_folder_that_cannot_be_written_to_is_no_crash(tmp_path):
    (tmp_path / "file").write_text("")
    log.setup("CRITICAL", errors=tmp_path / "file" / "errors.log")
    log.get("room").error("this")
