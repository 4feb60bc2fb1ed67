"""The command as a script runs it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import forking

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def mpkit(tmp_path: Path) -> Run:
    """Run `mpkit …` in a process of its own, in an empty folder, `given` on its input, in Spanish."""

    def run(*arguments: object, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        environment = forking.settings(tmp_path / "data", **{"MPKIT_LANG": "es", **more})
        return forking.run([str(each) for each in arguments], env=environment, cwd=tmp_path, given=given)

    return run
