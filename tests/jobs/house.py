"""An installation in this process against a sandbox over real HTTP: a list wanted and applied; the panel pressed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mpkit import accounts, branches, cli, ledger, settings
from mpkit.branches import Origin
from mpkit.cli import console
from mpkit.db import open_store
from mpkit.jobs import Workbench
from mpkit.jobs.kinds import runner
from mpkit.model import Account, Amount
from mpkit.plan import Plan
from mpkit.work import Seams, silent
from tests.plan.chain import Listed


def command(house: House, *words: str) -> int:
    """Run one command in this process on the house's folder; its exit code."""
    said = {"MPKIT_DATA": str(house.folder), "MPKIT_API_URL": house.sandbox.url, "MPKIT_LANG": "en"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (said | {"MPKIT_ACCESS_TOKEN": house.sandbox.token, "MPKIT_PACE": "100"}).items():
            patch.setenv(name, value)
        console.settings.cache_clear()
        try:
            return cli.run(words)
        finally:
            console.settings.cache_clear()


class House:
    """One data folder and one account; every job is run here, as a worker would run it."""

    def __init__(self, folder: Path, sandbox: Any, *, seams: Seams | None = None) -> None:
        self.folder, self.sandbox = folder, sandbox
        chosen = settings.load(
            data=folder, store_url="", access_token=SecretStr(sandbox.token), api_url=sandbox.url, pace=100
        )
        self.bench = Workbench(chosen, open_store(chosen.database), seams or Seams())
        self.account: Account = self.bench.account()
        accounts.set_amount(self.bench.store, self.account.id, Amount.BUYER)

    def want(self, listed: Listed, what: str = "list.csv") -> None:
        """Take a list in, as from a file."""
        origin = Origin("file", what=what)
        clock = self.bench.seams.clock
        branches.propose(
            self.bench.store, self.account.id, listed.branches, listed.registers, origin=origin, clock=clock
        )

    def job(self, kind: str, **arguments: Any) -> Mapping[str, Any]:
        """Do the work of a kind."""
        given = {"account": self.account.id, "who": "ana", "language": "en", **arguments}
        return runner(kind)(self.bench, given, silent)

    def plan(self, **arguments: Any) -> Plan:
        """The plan made now."""
        return self.kept(self.job("plan", **arguments))

    def kept(self, head: Mapping[str, Any]) -> Plan:
        """The plan of a head."""
        document = ledger.find_plan(self.bench.store, self.account.id, str(head["plan"]))
        assert document is not None
        return Plan.read(document)

    def apply(self, plan: Plan | None = None, **arguments: Any) -> Mapping[str, Any]:
        """Carry a plan out, confirming its own numbers."""
        plan = plan or self.plan()
        numbers = {f"confirm_{name}": number for name, number in plan.confirm.items()}
        done = self.job("apply", plan=plan.hash, **numbers, **arguments)
        assert done["failed"] == done["skipped"] == 0, done
        return done

    def press(self, action: str, **wanted: Any) -> str:
        """One press in Mercado Pago's own panel; the id of what it was about."""
        return str(self.sandbox.post("/_sandbox/panel", {"action": action, **wanted})["id"])

    def id_of(self, object_: str, external_id: str) -> str:
        """Mercado Pago's id of an object on record."""
        found = ledger.known(self.bench.store, self.account.id, seal=self.seal)
        return found[object_, external_id].remote_id

    def seal(self, text: str) -> str:
        """The ledger's seal of this folder."""
        from mpkit import keys

        return keys.mac("ledger", text, data=self.folder)
