"""Fixtures every room's tests share."""

from __future__ import annotations

import json
import logging
import os
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from mpkit.db import Engine, open_store
from mpkit.sandbox import Served, World, serve
from tests.quick import copy_new_stores, forget_the_disk, step_by_step

pytest_plugins = ("tests.soak", "tests.chromium", "tests.postgres")
forget_the_disk()
copy_new_stores()
hypothesis.settings.register_profile("ours", deadline=None)  # a busy machine breaks no test
hypothesis.settings.load_profile("ours")

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
_OF_THE_STORE = {"test_db", "test_migrations", "test_migrations_killed", "test_postgresql"}


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


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A command run in this process sets the log up for itself; the next test finds it as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def _as_new_stores_are_made(request: pytest.FixtureRequest) -> Iterator[None]:
    """What is about the store itself sees how one comes to be."""
    with step_by_step() if request.path.stem in _OF_THE_STORE else nullcontext():
        yield


@pytest.fixture
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    """A new, empty store; on PostgreSQL where MPKIT_TEST_STORE says so, to run any room's tests there."""
    if os.environ.get("MPKIT_TEST_STORE") == "postgresql":
        team: Engine = request.getfixturevalue("team_store")
        return team
    return open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")


@dataclass(frozen=True)
class Running:
    """A sandbox on loopback; `get`, `put` and `post` speak to its control routes and the open ones."""

    url: str
    token: str
    user_id: str
    served: Served

    @property
    def world(self) -> World:
        return self.served.world

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def put(self, path: str, document: object) -> Any:
        return self._ask("PUT", path, document)

    def post(self, path: str, document: object) -> Any:
        return self._ask("POST", path, document)

    def _ask(self, method: str, path: str, document: object) -> Any:
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(
            self.url + path, body, {"authorization": f"Bearer {self.token}"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def close(self) -> None:
        self.served.close()


@pytest.fixture
def start_sandbox() -> Iterator[Callable[..., Running]]:
    """Start sandboxes over real HTTP on free ports, ended with the test; options as those of `World`.

    `start_sandbox(site="MLA", seed=7, stores=3, registers=5, payments=200, faults={"500": 0.1}, clock=…)`.
    """
    running: list[Running] = []

    def start(**options: Any) -> Running:
        served = serve(World(**options))
        seller = served.world.seller
        running.append(Running(served.url, seller.token, seller.id, served))
        return running[-1]

    yield start
    for each in running:
        each.close()
