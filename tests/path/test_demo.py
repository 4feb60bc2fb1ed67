"""`mpkit demo` on each site: a page, a sandbox and a worker begin together, answer, and end together."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mpkit.sites import SITES
from tests.path.journey import some

ROOT = Path(__file__).parent.parent.parent
SIZE = ("--stores", "2", "--registers", "4", "--payments", "200")
PATIENCE = 120.0
READY = {"es": "El tablero está en", "pt": "O painel está em"}


@contextmanager
def rehearsal(site: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A demo with its files in `folder`; gives the process, the line that says where it is, and that address."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_")}
    environment |= {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}
    words = [sys.executable, "-m", "mpkit", "demo", "--site", site, "--port", "0", *SIZE]
    process = subprocess.Popen(words, cwd=folder, env=environment, text=True, stderr=subprocess.PIPE)
    watch = threading.Timer(PATIENCE, process.kill)
    watch.start()
    try:
        assert process.stderr is not None
        said = next((line for line in iter(process.stderr.readline, "") if "http://" in line), "")
        where = re.search(r"http://[\d.]+:\d+", said)
        assert where is not None, "it ended before it said where it is"
        yield process, said, where[0]
    finally:
        watch.cancel()
        process.kill()
        process.communicate(timeout=30)


def asked(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        assert answer.status == 200
        found: bytes = answer.read()
    return found


def family(of: int) -> set[int]:
    """The processes that come from this one, itself among them."""
    listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(parent) for pid, parent in (line.split() for line in listed.splitlines())}
    found = {of}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="ended by a signal Windows does not have")
@pytest.mark.parametrize("site", some("MLA", "MLB"))
def test_a_rehearsal_of_each_country_begins_and_ends(site: str, tmp_path: Path) -> None:
    with rehearsal(site, tmp_path) as (process, said, address):
        assert b"<html" in asked(address)
        assert asked(f"{address}/_stcore/health") == b"ok"
        (log,) = tmp_path.glob("*/sandbox.log")
        sandbox = re.search(r"http://[\d.]+:\d+", log.read_text(encoding="utf-8"))
        assert sandbox is not None
        state = json.loads(asked(f"{sandbox[0]}/_sandbox/state"))
        assert (state["site"], len(state["stores"]), len(state["pos"]), state["payments"]) == (site, 2, 4, 200)
        together = family(process.pid)
        assert len(together) >= 3, "a page, a sandbox and a worker"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        until = time.monotonic() + 10
        while (left := {pid for pid in together if lives(pid)}) and time.monotonic() < until:
            time.sleep(0.1)
        assert (process.returncode, left) == (0, set())
        assert list(tmp_path.iterdir()) == []
    assert READY[SITES[site].language] in said, "it speaks the country's language"
