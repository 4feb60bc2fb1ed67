"""Fixtures every room's tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mpkit.db import Engine, open_store

pytest_plugins = ("tests.soak", "tests.chromium")

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write the golden files anew instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a whole answer with tests/golden/<name>; `pytest --golden` writes it anew."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if request.config.getoption("--golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.exists(), f"no golden file {name}: run pytest --golden and read what it wrote"
        assert text == file.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of contract samples and real branch lists; where it is absent, the test is skipped."""
    folder = Path(os.environ.get("MPKIT_SHARED", HERE.parent.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("the shared test data is not on this machine (set MPKIT_SHARED)")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Engine:
    """A new, empty store."""
    return open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
