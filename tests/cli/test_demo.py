"""`mpkit demo`: two at once take two ports, and nothing of one is left, however it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from mpkit import private
from mpkit.cli import demo

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="the children are looked up in /proc"),
]
ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120.0


def start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_")}
    bare |= {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    words = ["demo", "--port", "8740", "--stores", "1", "--registers", "1", *more]
    with (folder / "said.txt").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "mpkit", *words],
            env=bare,
            cwd=folder,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def said(folder: Path) -> str:
    return (folder / "said.txt").read_text(encoding="utf-8")


def ready(folder: Path, process: subprocess.Popen[bytes]) -> int:
    """The port it prints once it answers."""
    until = time.monotonic() + PATIENCE
    while "/ventas" not in said(folder):
        assert process.poll() is None, said(folder)
        assert time.monotonic() < until, said(folder)
        time.sleep(0.1)
    found = re.search(r"http://127\.0\.0\.1:(\d+)", said(folder))
    assert found
    return int(found[1])


def children(parent: int) -> list[int]:
    """The processes below this one, however deep."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        fields = stat(int(entry.name))
        if fields and int(fields[1]) == parent:
            found += [int(entry.name), *children(int(entry.name))]
    return found


def stat(pid: int) -> list[str]:
    """State, parent and the rest of /proc; nothing for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def gone(pids: list[int]) -> bool:
    until = time.monotonic() + PATIENCE
    while any((stat(pid) or ["Z"])[0] != "Z" for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_two_at_once_and_nothing_left_of_either(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    killed, asked = start(one, "--site", "MLB"), start(other, "--site", "MLC", "--payments", "50")
    try:
        assert ready(one, killed) != ready(other, asked)
        assert "O painel está em" in said(one), "in the language of the country"
        assert "El tablero está en" in said(other)
        trees = [children(process.pid) for process in (killed, asked)]
        assert [len(tree) >= 2 for tree in trees] == [True, True]
        killed.kill()
        os.kill(asked.pid, signal.SIGTERM)
        assert (killed.wait(30), asked.wait(30)) == (-signal.SIGKILL, 0)
        assert gone(trees[0]), "a parent that is killed takes its children along"
        assert gone(trees[1])
        assert not list(other.glob("mpkit-rehearsal-*"))
    finally:
        for process in (killed, asked):
            process.kill()


def test_a_country_that_is_none_is_said_at_once(tmp_path):
    process = start(tmp_path, "--site", "MLX")
    assert process.wait(60) == 2
    assert "MLX" in said(tmp_path)
    assert not list(tmp_path.glob("mpkit-rehearsal-*"))


def test_what_a_killed_rehearsal_left_goes_with_the_next(tmp_path, monkeypatch):
    """Its folder; not that of one that lives, and not of one that is just being made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, living, young = (tmp_path / f"mpkit-rehearsal-{name}" for name in ("old", "living", "young"))
    for folder in (old, living, young):
        folder.mkdir()
        (folder / "held").touch()
    for folder in (old, living):
        os.utime(folder, (1, 1))
    with private.locked(living / "held"), ExitStack() as stack:
        mine = demo._stage(stack)
        assert sorted(tmp_path.iterdir()) == sorted([living, young, mine])
    assert not mine.exists()
