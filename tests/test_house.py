"""The words to remember: what make, the CI script and the search for a browser do without running all of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import chromium

ROOT = Path(__file__).parent.parent
WORDS = ("run", "test", "check", "soak", "bench")


def make(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("make") is None:
        pytest.skip("no make on this machine")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))} | environment
    return subprocess.run(["make", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_plain_make_names_the_words():
    said = make().stdout
    assert [w for w in WORDS if f"\n{w}: " in f"\n{said}"] == list(WORDS)


@pytest.mark.parametrize("word", WORDS)
def test_each_word_reads_well(word):
    done = make("--dry-run", "--always-make", word)
    assert done.returncode == 0, done.stderr


def test_a_machine_without_python_is_told_so(tmp_path):
    done = make("--always-make", f"BIN={tmp_path}/bin", f"VENV={tmp_path}", "PYTHON=", f"{tmp_path}/bin/python")
    assert done.returncode != 0
    assert "No Python 3.11 or newer" in done.stderr


def test_a_slice_of_the_soak_is_passed_on():
    said = make("--dry-run", "soak", "SLICE=20m", "TABLE=build/soak.md").stdout
    assert "--slice=20m" in said
    assert "--soak-table=build/soak.md" in said  # with `=`: a table that exists is else taken for the tests to run


@pytest.mark.parametrize("script", [".ci/run", ".ci/browser"])
def test_the_scripts_are_well_formed(script):
    shell = (ROOT / script).read_text(encoding="utf-8").splitlines()[0].rpartition("/")[2].rpartition(" ")[2]
    subprocess.run([shell, "-n", ROOT / script], check=True)
    assert os.access(ROOT / script, os.X_OK)


def search(path: Path) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("sh") or "/bin/sh"
    return subprocess.run(
        [shell, ROOT / ".ci/browser"], env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )


def test_a_browser_on_the_path_is_taken(tmp_path):
    for name in chromium.NAMES:
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
        done = search(folder)
        assert (done.returncode, done.stdout.strip()) == (0, str(folder / name))


def test_no_browser_and_no_package_manager_is_a_failure_without_a_path(tmp_path):
    done = search(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")


def test_the_ci_fails_without_a_browser(tmp_path):
    """With CI=true the target `browser` fails where none is found; elsewhere it lets the tests skip."""
    for tool in ("sh", "make", "test"):
        if where := shutil.which(tool):
            (tmp_path / tool).symlink_to(where)
    assert make("browser", CI="true", PATH=str(tmp_path)).returncode != 0
    assert make("browser", CI="", PATH=str(tmp_path)).returncode == 0
