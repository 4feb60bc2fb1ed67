"""The wheel: what it carries, and that it starts the rehearsal in an empty folder, far from the checkout."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from mpkit import __version__

ROOT = Path(__file__).parent.parent
BIN = "Scripts" if os.name == "nt" else "bin"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _done([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT], cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a new environment: the wheel's own, the libraries by reference, no checkout."""
    place = tmp_path_factory.mktemp("installed")
    _done([sys.executable, "-m", "venv", "--without-pip", place], cwd=place)
    python = place / BIN / "python"
    _done(
        [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel], cwd=place
    )
    ours = _done([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], cwd=place).strip()
    # A path line adds the libraries but does not read the .pth files among them, so no editable mpkit comes along.
    theirs = [p for p in sys.path if Path(p).name == "site-packages"]
    (Path(ours) / "libraries.pth").write_text("\n".join(theirs), encoding="utf-8")
    return place / BIN


def _done(command: list[object], cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(c) for c in command], cwd=cwd, env=env, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_carries_all_that_runs_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in (
        "mpkit/_shipped/app.py",
        "mpkit/_shipped/.streamlit/config.toml",
        "mpkit/words/errors.toml",
        "mpkit/migrations/env.py",
        "mpkit/migrations/versions/0001_first_store.py",
    ):
        assert needed in names
    for folder, ending in (
        ("mpkit/_shipped/templates/signs/", "/design.json"),
        ("mpkit/_shipped/static/fonts/", ".woff2"),
        ("mpkit/fonts/", ".ttf"),
        ("mpkit/places/catalogue/", ".csv"),
    ):
        assert [n for n in names if n.startswith(folder) and n.endswith(ending)], folder
    missing = {f.relative_to(ROOT).as_posix() for f in (ROOT / "mpkit").rglob("*.py")} - names
    assert not missing
    strangers = {n for n in names if not n.startswith(("mpkit/", "mpkit-"))}
    assert not strangers


def test_the_licences_travel_with_it(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {Path(n).name for n in names if "/licenses/" in n} >= {"LICENSE", "NOTICE"}


def test_its_command_answers_far_from_the_checkout(installed, tmp_path):
    env = _alone(tmp_path)
    where = _done([installed / "python", "-c", "import mpkit; print(mpkit.__file__)"], cwd=tmp_path, env=env)
    assert not Path(where.strip()).is_relative_to(ROOT)
    assert __version__ in _done([installed / "mpkit", "--version"], cwd=tmp_path, env=env)
    assert "--port" in _done([installed / "mpkit", "demo", "--help"], cwd=tmp_path, env=env)


@pytest.mark.timeout(300)
def test_the_rehearsal_starts_in_an_empty_folder_and_ends_as_one(installed, tmp_path):
    """Health answers, Ctrl-C ends it, and no process of it is left, a detached one neither."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mark = uuid.uuid4().hex
    here = tmp_path / "empty"
    here.mkdir()
    env = {**_alone(tmp_path), "REHEARSAL_MARK": mark}
    command = [
        installed / "mpkit",
        "demo",
        "--port",
        str(port),
        "--stores",
        "3",
        "--registers",
        "5",
        "--payments",
        "60",
    ]
    with _running(command, here, env, tmp_path / "said.txt") as demo:
        _until(lambda: _healthy(port), demo, tmp_path / "said.txt", seconds=150)
        os.killpg(demo.pid, signal.SIGINT)
        assert demo.wait(60) in {0, 130}, (tmp_path / "said.txt").read_text(encoding="utf-8")
    if sys.platform == "linux":
        deadline = time.monotonic() + 20
        while (left := _marked(mark)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not left


def _alone(tmp_path: Path) -> dict[str, str]:
    """An environment that knows neither this checkout nor this person's settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MPKIT_", "PYTHON", "STREAMLIT_"))}
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return {**kept, "HOME": str(home), "XDG_DATA_HOME": str(home), "PYTHONUNBUFFERED": "1"}


@contextmanager
def _running(command: list[object], cwd: Path, env: dict[str, str], said: Path) -> Iterator[subprocess.Popen[bytes]]:
    with said.open("wb") as out:
        process = subprocess.Popen(
            [str(c) for c in command], cwd=cwd, env=env, stdout=out, stderr=out, start_new_session=True
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(30)


def _until(ready, process: subprocess.Popen[bytes], said: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert process.poll() is None, said.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, said.read_text(encoding="utf-8")
        time.sleep(0.3)


def _healthy(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def _marked(mark: str) -> list[str]:
    """The command lines of the processes that carry the mark in their environment, detached ones too."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # gone, or another person's
            continue
    return found
