"""The stores and POS of the sandbox: rows go in, are found by id and external id, and leave a trace for the journal."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mpkit.sandbox.answers import encoded
from mpkit.sandbox.journal import Kinds

Remember = Callable[[str, dict[str, Any]], None]
# Generated objects count up from the first; what a request makes gets an id above those, of as many digits.
_STORES, _POS = (61_000_001, 62_000_000, 38_000_000), (104_000_001, 105_000_000, 895_000_000)
VIEWS = ("store", "pos", "pos-read", "v2")


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store as the sandbox keeps it; `location` as it was sent."""

    id: str
    user: str
    name: str
    external_id: str | None
    hours: dict[str, Any]
    location: dict[str, Any]
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
class Ids:
    """The ids of one kind of object: none is ever given twice, also after its object is gone.

    The id of what a request makes follows from the seed, the account and the name it was given, and not from how many
    came before: several threads that make the same objects in another order get the same ids.
    """

    seed: int
    first: int
    above: int
    room: int
    _given: set[str] = field(default_factory=set)

    def next(self, user: str, name: str) -> str:
        """A new id for something of this name (an external id, or else a name)."""
        for turn in range(self.room):
            drawn = hashlib.blake2b(f"{self.seed}|{user}|{name}|{turn}".encode(), digest_size=8).digest()
            id_ = str(self.above + int.from_bytes(drawn) % self.room)
            if id_ not in self._given:
                return id_
        raise OverflowError  # tens of millions of objects

    def counted(self) -> str:
        """The next of the generated ones."""
        return str(self.first)

    def give(self, id_: str) -> None:
        """This id is taken from now on."""
        self._given.add(id_)
        if self.first <= int(id_) < self.above:
            self.first = int(id_) + 1


class Shelf:
    """All objects of all accounts; each account's in the order of their ids, however many others there are."""

    def __init__(self, remember: Remember, seed: int = 0) -> None:
        self.stores: dict[str, StoreRow] = {}
        self.pos: dict[str, PosRow] = {}
        self.store_numbers, self.pos_numbers = Ids(seed, *_STORES), Ids(seed, *_POS)
        self._remember = remember
        self._of: dict[tuple[str, str], list[int]] = {}  # what they have in common, and whose they are, to ids in order
        self._bytes: dict[str, dict[int, bytes]] = {view: {} for view in VIEWS}  # view to id to its JSON

    def kinds(self) -> Kinds:
        """How the lines it writes are applied again."""
        return {
            "store": lambda line: self.put_store(StoreRow(**_dated(line["row"]))),
            "pos": lambda line: self.put_pos(PosRow(**_dated(line["row"]))),
            "store-gone": lambda line: self.drop_store(line["id"]),
            "pos-gone": lambda line: self.drop_pos(line["id"]),
        }

    def put_store(self, row: StoreRow) -> StoreRow:
        """Keep a store, new or changed."""
        before = self.stores.get(row.id)
        if before is None:
            self.store_numbers.give(row.id)
        else:
            self._out(_store_keys(before), row.id)
        self.stores[row.id] = row
        self._in(_store_keys(row), row.id)
        if before is not None and before.external_id != row.external_id:
            self._forget_pos_in(row.id)
        self._remember("store", {"row": row})
        return row

    def put_pos(self, row: PosRow) -> PosRow:
        """Keep a POS, new or changed."""
        before = self.pos.get(row.id)
        if before is None:
            self.pos_numbers.give(row.id)
        else:
            self._out(_pos_keys(before), row.id)
        self.pos[row.id] = row
        self._in(_pos_keys(row), row.id)
        self._remember("pos", {"row": row})
        return row

    def drop_store(self, id_: str) -> None:
        """Forget a store."""
        row = self.stores.pop(id_)
        self._out(_store_keys(row), id_)
        self._forget_pos_in(id_)
        self._remember("store-gone", {"id": id_})

    def drop_pos(self, id_: str) -> None:
        """Forget a POS."""
        row = self.pos.pop(id_)
        self._out(_pos_keys(row), id_)
        self._remember("pos-gone", {"id": id_})

    def store_by_external_id(self, user: str, external_id: str) -> StoreRow | None:
        """The account's store with this external id."""
        found = self.stores_named(user, external_id)
        return self.stores[str(found[0])] if found else None

    def pos_by_external_id(self, user: str, external_id: str) -> PosRow | None:
        """The account's POS with this external id, in any case of letters."""
        found = self.pos_named(user, external_id)
        return self.pos[str(found[0])] if found else None

    def stores_named(self, user: str, external_id: str) -> Sequence[int]:
        """The ids of the account's stores with this external id: the panel can make two."""
        return self._of.get((f"store {external_id}", user), ())

    def pos_named(self, user: str, external_id: str) -> Sequence[int]:
        """The ids of the account's POS with this external id, in any case of letters."""
        return self._of.get((f"pos {external_id.casefold()}", user), ())

    def stores_of(self, user: str) -> Sequence[int]:
        """The ids of the account's stores, in order."""
        return self._of.get(("store", user), ())

    def pos_of(self, user: str) -> Sequence[int]:
        """The ids of the account's POS, in order."""
        return self._of.get(("pos", user), ())

    def pos_in(self, store: str) -> Sequence[int]:
        """The ids of the POS of a store, in order."""
        return self._of.get((f"in {store}", ""), ())

    def shown(self, view: str, ids: Sequence[int], make: Callable[[str], dict[str, Any]]) -> list[bytes]:
        """These objects as JSON; each made once for a view, until it or what it shows of its store changes."""
        known = self._bytes[view]
        try:
            return [known[id_] for id_ in ids]
        except KeyError:  # the first time
            pass
        for id_ in ids:
            if id_ not in known:
                known[id_] = encoded(make(str(id_)))
        return [known[id_] for id_ in ids]

    def forget_shown(self, *ids: int) -> None:
        """These objects, all where none is named, are shown anew."""
        for known in self._bytes.values():
            for id_ in ids:
                known.pop(id_, None)
            if not ids:
                known.clear()

    def _forget_pos_in(self, store: str) -> None:
        """They show the external id of their store."""
        if self.pos_in(store):
            self.forget_shown(*self.pos_in(store))

    def _in(self, keys: Iterable[tuple[str, str]], id_: str) -> None:
        for key in keys:
            insort(self._of.setdefault(key, []), int(id_))

    def _out(self, keys: Iterable[tuple[str, str]], id_: str) -> None:
        for key in keys:
            ids = self._of[key]
            del ids[bisect_left(ids, int(id_))]
            if not ids:
                del self._of[key]
        self.forget_shown(int(id_))


def _store_keys(row: StoreRow) -> Iterator[tuple[str, str]]:
    yield "store", row.user
    if row.external_id:
        yield f"store {row.external_id}", row.user


def _pos_keys(row: PosRow) -> Iterator[tuple[str, str]]:
    yield "pos", row.user
    if row.external_id:
        yield f"pos {row.external_id.casefold()}", row.user
    if row.store_id:
        yield f"in {row.store_id}", ""


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: datetime.fromisoformat(row[name]) for name in ("created", "changed")}
