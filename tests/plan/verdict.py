"""What a seed came to: the account and the ledger against the list, everything in which they may not differ."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from mpkit import ledger
from mpkit.db import Engine
from mpkit.model import Account
from mpkit.plan import Applied
from mpkit.sandbox import World
from mpkit.sandbox.shelf import PosRow, StoreRow
from tests.plan.chain import Listed

Key = tuple[str, str]  # "store" or "pos", external id


def seal(text: str) -> str:
    """A seal for tests: no key, the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Run:
    """What one seed came to; `applied` is the last apply, None where it never came to an end."""

    applied: Applied | None
    world: World
    store: Engine
    account: Account
    listed: Listed
    fired: Counter[str]
    lives: int
    trace: list[str]
    keys: dict[str, set[str]] = field(default_factory=dict)
    lapses: list[str] = field(default_factory=list)  # what else was seen on the way that must never be
    twins: frozenset[Key] = frozenset()  # external ids that stood there twice from the beginning, or in such a store

    @property
    def conflicts(self) -> set[Key]:
        """What was told to a person instead of being decided, and the POS of such a store."""
        ends = self.applied.outcomes if self.applied else ()
        told = {(one.change.object, one.change.external_id) for one in ends if one.end in {"conflict", "skipped"}}
        return told | self.twins

    def faults(self) -> list[str]:
        """Everything that must never be: doubles, gaps, objects not on record, records that are wrong."""
        rows: list[tuple[str, StoreRow | PosRow]] = []
        rows += [("store", row) for row in self.world.shelf.stores.values() if row.external_id]
        rows += [("pos", row) for row in self.world.shelf.pos.values() if row.external_id]
        there = Counter((kind, str(row.external_id)) for kind, row in rows)
        wanted = {("store", one.external_id) for one in self.listed.branches if not one.closed}
        wanted |= {("pos", one.external_id) for one in self.listed.registers if not one.closed}
        wrong = list(self.lapses)
        wrong += [f"two keys for one register: {name}" for name, keys in self.keys.items() if len(keys) > 1]
        uses = Counter(key for keys in self.keys.values() for key in keys)
        wrong += [f"one key for {count} registers" for count in uses.values() if count > 1]
        wrong += [f"made twice: {key}" for key, count in there.items() if count > 1 + (key in self.twins)]
        wrong += [f"not ours: {key}" for key in there if key not in wanted]
        wrong += [f"missing: {key}" for key in sorted(wanted) if key not in there and key not in self.conflicts]
        return wrong + list(self._records({(kind, str(row.external_id)): row for kind, row in rows}))

    def _records(self, there: dict[Key, StoreRow | PosRow]) -> Iterator[str]:
        """What is on record, against what is there."""
        known = ledger.known(self.store, self.account.id, seal=seal)
        stores = {name: one.remote_id for (kind, name), one in known.items() if kind == "store"}
        names = {("store", one.external_id): one.name for one in self.listed.branches}
        names |= {("pos", one.external_id): one.name for one in self.listed.registers}
        homes = {one.external_id: one.branch_external_id for one in self.listed.registers}
        for key, row in there.items():
            record = known.get(key)
            if key in self.conflicts or key not in names:
                continue
            if record is None:
                yield f"not on record: {key}"
                continue
            if not record.sound or record.remote_id != row.id or not record.sent["name"] == row.name == names[key]:
                yield f"wrong on record: {key}"
            if isinstance(row, PosRow) and (
                record.qr_payload != row.qr_code or row.store_id != stores.get(homes[key[1]])
            ):
                yield f"wrong code or store: {key}"
