"""`mpkit sandbox` as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest


def start(tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_")}
    environment |= {"MPKIT_DATA": str(tmp_path), "MPKIT_LANG": "en"}
    words = [sys.executable, "-c", "from mpkit.cli import main; main()", "sandbox", "--port", "0", *options]
    return subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def asked(url: str, token: str) -> dict[str, object]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, object] = json.loads(answer.read())
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="ended by a signal Windows does not have")
def test_it_says_where_it_is_and_ends_when_interrupted(tmp_path: Path) -> None:
    state = str(tmp_path / "state.jsonl")
    child = start(tmp_path, "--site", "MLU", "--stores", "2", "--registers", "3", "--payments", "30", "--state", state)
    assert child.stderr is not None
    where, secret = child.stderr.readline(), child.stderr.readline()
    url = where.split(" on ")[1].split()[0]
    me = asked(f"{url}/users/me", secret.split()[-1])
    assert me["site_id"] == "MLU"
    assert len(asked(f"{url}/_sandbox/state", "")["stores"]) == 2  # type: ignore[arg-type]
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=30)
    assert child.returncode == 130
    assert out == ""
    assert Path(state).exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--site", "MLX"), "MLX"),
        (("--fault", "earthquake=1"), "earthquake"),
        (("--fault", "500=often"), "500"),
        (("--fault", "500=7"), "500"),
    ],
)
def test_wrong_usage_is_one_sentence_and_code_2(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    child = start(tmp_path, *options)
    _, error = child.communicate(timeout=60)
    assert child.returncode == 2
    assert said in error
    assert len(error.strip().splitlines()) == 1
