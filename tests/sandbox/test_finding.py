"""What a search finds is the same the first time, the second and the third, and after a change."""

from __future__ import annotations

from itertools import product

import pytest

from mpkit.sandbox import World
from mpkit.sandbox.book import RANGES
from mpkit.sandbox.documents import payment

FILTERS = (
    {"status": "approved"},
    {"status": "refunded"},
    {"payment_type_id": "credit_card"},
    {"status": "approved", "payment_type_id": "credit_card"},
    {"installments": "1", "status": "approved"},
    {"status": "nothing"},
)


@pytest.fixture(scope="module")
def world() -> World:
    return World(stores=3, registers=6, payments=3000)


def plainly(world: World, range_: str, span: tuple[int, int], filters: dict[str, str]) -> list[int]:
    """The same by reading every document."""
    found = []
    for at, id_ in world.book.between(range_, *span):
        document = payment(world.book, world.seller, id_)
        if all(str(document[name]) == wanted for name, wanted in filters.items()):
            found.append((at, world.book.columns.row_of(id_)))
    return [row for _, row in sorted(found)]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_a_filter_finds_the_same_however_often_it_is_asked(world: World, filters: dict[str, str]) -> None:
    first, last = int(world.book.dated["date_created"].at[0]), int(world.book.dated["date_created"].at[-1])
    part = (last - first) // 40
    for range_, n in product(RANGES, range(4)):
        span = (first + n * part, first + (n + 1) * part)
        found = world.finder.rows(range_, span, filters, range_, falling=False).rows
        assert found.tolist() == plainly(world, range_, span, filters), (range_, n)
    assert any(found is not None for found in world.finder._everywhere.values())


def test_a_change_is_seen(world: World) -> None:
    whole, cancelled = (0, 2**40), {"status": "cancelled"}
    before = [world.finder.rows("date_created", (n, 2**40), cancelled, "date_created", falling=False) for n in range(3)]
    waiting = next(
        id_
        for _, id_ in world.book.between("date_created", *whole)
        if payment(world.book, world.seller, id_)["status"] == "rejected"
    )
    world.book.refate(waiting, "cancelled/by_collector")
    after = [world.finder.rows("date_created", (n, 2**40), cancelled, "date_created", falling=False) for n in range(3)]
    expected = plainly(world, "date_created", whole, cancelled)
    assert world.book.columns.row_of(waiting) in expected
    assert [found.rows.tolist() for found in after] == [expected] * 3
    assert {found.number for found in before}.isdisjoint(found.number for found in after)
