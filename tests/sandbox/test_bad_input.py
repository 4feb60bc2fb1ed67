"""`mpkit sandbox` told what cannot be: one sentence that says what, where and what to do, and the right exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mpkit.sandbox import reserve
from tests.sandbox.processes import Process

Prepared = Callable[[Path], tuple[str, ...]]


def folder(home: Path) -> tuple[str, ...]:
    return ("--state", str(home))


def foreign(home: Path) -> tuple[str, ...]:
    (home / "notes.bin").write_bytes(b"\x89\xff\x00 somebody's work")
    return ("--state", str(home / "notes.bin"))


def below_a_file(home: Path) -> tuple[str, ...]:
    (home / "notes").write_text("mine", encoding="utf-8")
    return ("--state", str(home / "notes" / "state"))


def pipe(home: Path) -> tuple[str, ...]:
    os.mkfifo(home / "pipe")
    return ("--state", str(home / "pipe"))


def no_room(_home: Path) -> tuple[str, ...]:
    return ("--state", "/dev/full")


def broken_places(home: Path) -> tuple[str, ...]:
    (home / "AR.csv").write_bytes(b"\xff\xfe\x00nothing\nof,the,kind")
    return ("--places", str(home))


def no_places(home: Path) -> tuple[str, ...]:
    return ("--places", str(home / "nowhere"))


def odd_token(_home: Path) -> tuple[str, ...]:
    return ("--token", "se\u00f1a")


def nowhere_to_stand(_home: Path) -> tuple[str, ...]:
    return ("--registers", "3")


unix = pytest.mark.skipif(sys.platform == "win32", reason="no such files there")


@pytest.mark.parametrize(
    ("prepared", "code", "said"),
    [
        (folder, 1, "--state"),
        (foreign, 1, "left as it is"),
        (below_a_file, 1, "Not a directory"),
        pytest.param(pipe, 1, "left as it is", marks=unix),
        pytest.param(no_room, 1, "No space left on device", marks=unix),
        (broken_places, 1, "AR.csv"),
        (no_places, 1, "nowhere"),
        (odd_token, 2, "plain letters"),
        (nowhere_to_stand, 2, "--stores"),
    ],
)
def test_it_is_one_sentence(tmp_path: Path, prepared: Prepared, code: int, said: str) -> None:
    before = {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    process = Process(tmp_path, *prepared(tmp_path))
    assert process.end() == "", "more than one line"
    assert process.child.returncode == code
    assert said in process.said
    assert all(file.read_bytes() == content for file, content in before.items())


def test_a_taken_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    taken = reserve(0)
    port = str(taken.getsockname()[1])
    try:
        # a year of this size would take minutes to make
        process = Process(tmp_path, "--port", port, "--stores", "9000", "--registers", "90000", "--payments", "9000000")
        assert process.end() == ""
    finally:
        taken.close()
    assert process.child.returncode == 1
    assert f"Port {port} is already in use" in process.said
