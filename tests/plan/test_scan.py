"""Reading an account that changes meanwhile: two passes that agree, or a sentence."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from pydantic import SecretStr

from mpkit.api import connect
from mpkit.errors import NotFound, Refused
from mpkit.ledger import Known
from mpkit.model import Pos, Store
from mpkit.plan import Existing, read
from mpkit.sandbox import World
from mpkit.work import Progress, Seams, silent
from tests.plan.chain import account_with, chain


@dataclass
class Restless:
    """An account whose rows move between pages while it is read."""

    existing: Existing
    rng: random.Random
    moves: int  # so many pages are shifted
    page: int = 5
    asked: list[str] = field(default_factory=list)

    def _rows(self, rows: tuple[Store, ...] | tuple[Pos, ...], progress: Progress) -> Iterator[Store | Pos]:
        seen: set[str] = set()
        offset = 0
        while True:
            at = offset
            if offset and self.moves and self.rng.random() < 0.5:
                self.moves -= 1
                at += 1  # a row before this page is gone: one is missed
            page = rows[at : at + self.page]
            if not page:
                return
            for row in page:
                if row.id not in seen:
                    seen.add(row.id)
                    yield row
            progress(len(seen), len(rows))
            offset += len(page)

    def stores(self, progress: Progress = silent, _again: object = None) -> Iterator[Store]:
        return self._rows(self.existing.stores, progress)  # type: ignore[return-value]

    def pos_list(self, progress: Progress = silent, _again: object = None) -> Iterator[Pos]:
        return self._rows(self.existing.pos, progress)  # type: ignore[return-value]

    def store(self, store_id: str) -> Store:
        self.asked.append(store_id)
        raise NotFound("api_not_found")

    def pos(self, pos_id: str) -> Pos:
        self.asked.append(pos_id)
        return replace(self.existing.pos[0], id=pos_id)


def test_no_row_is_missed_however_the_pages_move() -> None:
    missed_by_one_pass = 0
    for seed in range(200):
        existing = account_with(chain(23))
        api = Restless(existing, random.Random(seed), moves=3)
        missed_by_one_pass += len(list(api.stores())) < 23
        found = read(Restless(existing, random.Random(seed), moves=3))
        assert {store.id for store in found.stores} == {store.id for store in existing.stores}
        assert {pos.id for pos in found.pos} == {pos.id for pos in existing.pos}
    assert missed_by_one_pass > 10


@dataclass
class Shrinking(Restless):
    """An account where somebody deletes a store while a page is turned, in each of the first passes."""

    deletions: int = 2

    def stores(self, progress: Progress = silent, _again: object = None) -> Iterator[Store]:
        offset, seen = 0, 0
        while page := self.existing.stores[offset : offset + self.page]:
            yield from page
            seen += len(page)
            offset += len(page)
            if self.deletions and offset == self.page:
                self.deletions -= 1
                self.existing = replace(self.existing, stores=self.existing.stores[1:])
            progress(seen, len(self.existing.stores))


def test_as_many_rows_as_announced_are_not_yet_all_rows() -> None:
    api = Shrinking(account_with(chain(23)), random.Random(0), moves=0)
    found = read(api)
    assert len(api.existing.stores) == 21
    assert {store.id for store in found.stores} == {store.id for store in api.existing.stores}


def test_an_account_that_never_rests_is_not_planned_for() -> None:
    with pytest.raises(Refused) as refused:
        read(Restless(account_with(chain(23)), random.Random(1), moves=10_000))
    assert refused.value.key == "plan_scan_restless"


def test_absence_of_what_we_know_is_proven_by_asking_for_it() -> None:
    existing = account_with(chain(2))
    api = Restless(existing, random.Random(0), moves=0)
    known = [Known("store", "S9", "690"), Known("pos", "P9", "990"), Known("store", "S000", existing.stores[0].id)]
    found = read(api, known)
    assert api.asked == ["690", "990"]
    assert "690" not in {store.id for store in found.stores}
    assert "990" in {pos.id for pos in found.pos}


def test_reading_takes_at_most_twice_the_pages() -> None:
    world = World("MLA", 7, stores=120, registers=230)
    seams = Seams()
    with connect("http://127.0.0.1", SecretStr(world.seller.token), seams=seams, transport=world) as api:
        steps: list[int] = []
        found = read(api, progress=lambda done, _total, _step="": steps.append(done))
        rows = len(found.stores) + len(found.pos)
        assert rows >= 350
        assert api.requests <= 2 * rows / 50 + 10
    assert steps[0] == 0
    assert steps == sorted(steps)


def test_what_the_sandbox_shows_is_read_whole_with_moving_and_short_pages() -> None:
    world = World("MLA", 3, stores=80, registers=160, faults={"short-page": 0.3, "moving-page": 0.1})
    with connect("http://127.0.0.1", SecretStr(world.seller.token), transport=world) as api:
        found = read(api)
    assert {store.id for store in found.stores} == set(world.shelf.stores)
    assert {pos.id for pos in found.pos} == set(world.shelf.pos)
