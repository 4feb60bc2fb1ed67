"""The stores and POS of the sandbox: rows go in, are found by id and external id, and leave a trace for the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from mpkit.sandbox.journal import Kinds

Remember = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store as the sandbox keeps it; `location` as it was sent."""

    id: str
    user: str
    name: str
    external_id: str | None
    hours: Mapping[str, Any]
    location: Mapping[str, Any]
    created: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class PosRow:
    """A POS as the sandbox keeps it; `mode` is the operating mode of /v2/pos, of which `fixed_amount` is a shadow."""

    id: str
    user: str
    name: str
    store_id: str | None
    external_id: str | None
    mode: str
    category: int | None
    url: str | None
    uuid: str
    qr_code: str
    created: datetime
    changed: datetime

    @property
    def fixed_amount(self) -> bool:
        """Whether the buyer's app waits for an order."""
        return self.mode != "standalone"


@dataclass
class Shelf:
    """All objects of all accounts, in the order of their ids."""

    remember: Remember
    stores: dict[str, StoreRow] = field(default_factory=dict)
    pos: dict[str, PosRow] = field(default_factory=dict)
    next_store: int = 61_000_001
    next_pos: int = 104_000_001
    _store_ids: dict[tuple[str, str], str] = field(default_factory=dict)
    _pos_ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def kinds(self) -> Kinds:
        """How the lines it writes are applied again."""
        return {
            "store": lambda line: self.put_store(StoreRow(**_dated(line))),
            "pos": lambda line: self.put_pos(PosRow(**_dated(line))),
            "store-gone": lambda line: self.drop_store(line["id"]),
            "pos-gone": lambda line: self.drop_pos(line["id"]),
        }

    def put_store(self, row: StoreRow) -> StoreRow:
        """Keep a store, new or changed."""
        before = self.stores.get(row.id)
        if before and before.external_id:
            self._store_ids.pop((before.user, before.external_id), None)
        self.stores[row.id] = row
        if row.external_id:
            self._store_ids[row.user, row.external_id] = row.id
        self.next_store = max(self.next_store, int(row.id) + 1)
        self.remember("store", asdict(row))
        return row

    def put_pos(self, row: PosRow) -> PosRow:
        """Keep a POS, new or changed."""
        before = self.pos.get(row.id)
        if before and before.external_id:
            self._pos_ids.pop((before.user, before.external_id.casefold()), None)
        self.pos[row.id] = row
        if row.external_id:
            self._pos_ids[row.user, row.external_id.casefold()] = row.id
        self.next_pos = max(self.next_pos, int(row.id) + 1)
        self.remember("pos", asdict(row))
        return row

    def drop_store(self, id_: str) -> None:
        """Forget a store."""
        row = self.stores.pop(id_)
        if row.external_id:
            self._store_ids.pop((row.user, row.external_id), None)
        self.remember("store-gone", {"id": id_})

    def drop_pos(self, id_: str) -> None:
        """Forget a POS."""
        row = self.pos.pop(id_)
        if row.external_id:
            self._pos_ids.pop((row.user, row.external_id.casefold()), None)
        self.remember("pos-gone", {"id": id_})

    def store_by_external_id(self, user: str, external_id: str) -> StoreRow | None:
        """The account's store with this external id."""
        found = self._store_ids.get((user, external_id))
        return self.stores[found] if found else None

    def pos_by_external_id(self, user: str, external_id: str) -> PosRow | None:
        """The account's POS with this external id, in any case of letters."""
        found = self._pos_ids.get((user, external_id.casefold()))
        return self.pos[found] if found else None

    def stores_of(self, user: str) -> Iterator[StoreRow]:
        """The account's stores."""
        return (row for row in self.stores.values() if row.user == user)

    def pos_of(self, user: str) -> Iterator[PosRow]:
        """The account's POS."""
        return (row for row in self.pos.values() if row.user == user)


def _dated(line: dict[str, Any]) -> dict[str, Any]:
    return line | {name: datetime.fromisoformat(line[name]) for name in ("created", "changed")}
