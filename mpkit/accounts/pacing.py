"""The pace an account may be asked at, remembered between processes: worker and command line learn from each other."""

from __future__ import annotations

from dataclasses import dataclass

from mpkit import log
from mpkit.accounts.rows import keep_learned, learned
from mpkit.db import Engine
from mpkit.errors import StoreTrouble
from mpkit.model import Learned

_log = log.get("accounts")


@dataclass(frozen=True)
class PaceOf:
    """What one account's pace is kept by; a store that is full or busy stops no request."""

    store: Engine
    account: str

    def load(self) -> Learned | None:
        """What was learned last, None where nothing was."""
        try:
            return learned(self.store, self.account)
        except StoreTrouble as trouble:
            _log.info("pace not read", account=self.account, why=trouble.key)
            return None

    def save(self, found: Learned) -> None:
        """Keep what was learned."""
        try:
            keep_learned(self.store, self.account, found)
        except StoreTrouble as trouble:
            _log.info("pace not kept", account=self.account, why=trouble.key)
