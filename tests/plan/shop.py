"""One installation driven by its commands, each a process of its own, against a sandbox over real HTTP."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from mpkit import branches
from mpkit.branches import Origin
from mpkit.db import open_store
from mpkit.work import SystemClock
from tests import forking
from tests.forking import Started
from tests.plan.chain import Listed


class Shop:
    """One installation in a folder of its own, against one sandbox."""

    def __init__(self, folder: Path, sandbox: Any) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.env = forking.settings(
            folder / "data", MPKIT_API_URL=sandbox.url, MPKIT_ACCESS_TOKEN=sandbox.token, MPKIT_LANG="en"
        )

    def want(self, listed: Listed) -> None:
        store = open_store(f"sqlite:///{self.folder / 'data' / 'mpkit.sqlite'}")
        origin = Origin("file", what="list.csv")
        branches.propose(
            store, self.sandbox.user_id, listed.branches, listed.registers, origin=origin, clock=SystemClock()
        )
        store.dispose()

    def start(self, *words: str, hurried: bool = False) -> Started:
        return forking.start(words, env=self.env, cwd=self.folder, hurried=hurried)

    def run(self, *words: str) -> tuple[int, str, str]:
        done = forking.run(words, env=self.env, cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def creates(self) -> Counter[tuple[str, str]]:
        """How often each object was made, by the sandbox's own log of requests."""
        rows = self.sandbox.world.trace.rows()
        return Counter(
            (row["object"], row["external_id"]) for row in rows if str(row["effect"] or "").startswith("create")
        )
