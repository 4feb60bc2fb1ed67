"""A window is read whole though pages are short, rows move and totals drift."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from threading import Event

import pytest

from mpkit import api
from mpkit.api import PaymentPage
from mpkit.errors import Refused
from mpkit.model import Payment
from mpkit.sales.reading import PAGE, Reading, TooMany
from mpkit.sales.windows import CREATED, Window
from mpkit.work import Cancelled
from tests.sales.making import ACCOUNT, NOON, payment

WINDOW = Window(CREATED, NOON, NOON + timedelta(days=1), NOON)


class Shelf:
    """A search over a list, with faults drawn by a seed."""

    def __init__(self, rows: Sequence[Payment], seed: int = 0, *, short: float = 0, moving: float = 0, drift: int = 0):
        self.rows = list(rows)
        self.chance = random.Random(seed)
        self.short, self.moving, self.drift = short, moving, drift
        self.asked: list[tuple[int, int]] = []

    def payments_page(
        self, *, window: api.Window, offset: int, limit: int, collector_id: str, status: str
    ) -> PaymentPage:
        assert (window.begin, collector_id) == (WINDOW.begin, ACCOUNT)
        self.asked.append((offset, limit))
        total = len(self.rows) + self.chance.randint(-self.drift, self.drift)
        if self.chance.random() < self.moving:
            offset = max(0, offset + self.chance.choice((-1, 1)))
        found = [row for row in self.rows if not status or row.status == status][offset : offset + limit]
        if self.chance.random() < self.short:
            found = found[: max(1, len(found) * 2 // 3)]
        return PaymentPage(max(0, total), tuple(found))


def read(shelf: Shelf) -> tuple[int, set[str]]:
    kept: set[str] = set()
    count = Reading(shelf, ACCOUNT, WINDOW, lambda batch: kept.update(row.id for row in batch), Event()).whole()
    return count, kept


def some(count: int) -> list[Payment]:
    return [payment(number, approved=NOON + timedelta(seconds=number)) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1, 3 * PAGE])
def test_a_steady_window_is_read_once(count: int) -> None:
    shelf = Shelf(some(count))
    assert read(shelf) == (count, {str(number) for number in range(count)})
    assert len(shelf.asked) <= count // (PAGE - 1) + 4


@pytest.mark.parametrize("shifted", [(0,), (0, 1), (0, 1, 2)])
@pytest.mark.parametrize("total", [0, 1])
def test_an_only_row_is_not_lost_where_its_page_moved(total: int, shifted: tuple[int, ...]) -> None:
    """The page comes empty, and there is no other page by which it shows."""
    shelf = Understating(some(1))
    shelf.shifted, shelf.total = shifted, total
    assert read(shelf) == ((1, {"0"}) if total or len(shifted) == 1 else (0, set()))


@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_missed_under_faults(seed: int) -> None:
    shelf = Shelf(some(437), seed, short=0.2, moving=0.1, drift=2)
    assert read(shelf)[1] == {str(number) for number in range(437)}


class Understating(Shelf):
    """Announces no rows at all, or `total`, and cuts or shifts the pages it is told to, by their number."""

    total = 0
    cut: tuple[int, ...] = ()
    shifted: tuple[int, ...] = ()

    def payments_page(self, *, offset: int, limit: int, **_: object) -> PaymentPage:  # type: ignore[override]
        number = len(self.asked)
        self.asked.append((offset, limit))
        found = self.rows[offset + (number in self.shifted) :][:limit]
        return PaymentPage(self.total, tuple(found[:1] if number in self.cut else found))


def test_a_page_with_nothing_new_is_looked_behind() -> None:
    shelf = Understating(some(150))
    shelf.cut = (1,)  # it holds the last row of the first page and no other
    assert read(shelf)[0] == 150


@pytest.mark.parametrize("count", [1, 50, 100, 150])
@pytest.mark.parametrize("page", [0, 1])
def test_a_page_that_was_shifted_is_noticed(page: int, count: int) -> None:
    shelf = Understating(some(count + 1))
    shelf.shifted = (page,)
    assert read(shelf)[0] == count + 1


def test_a_row_that_leaves_while_we_page_costs_no_other() -> None:
    shelf = Shelf(some(350))
    inner = shelf.payments_page
    state = {"calls": 0}

    def leaving(**asked: object) -> PaymentPage:
        state["calls"] += 1
        if state["calls"] == 2:  # updated meanwhile: it is now beyond the window's end
            del shelf.rows[3]
        return inner(**asked)  # type: ignore[arg-type]

    shelf.payments_page = leaving  # type: ignore[method-assign, assignment]
    _, kept = read(shelf)
    assert kept >= {row.id for row in shelf.rows}


def test_rows_that_never_come_to_rest_are_refused() -> None:
    class Restless(Shelf):
        def payments_page(self, **asked: object) -> PaymentPage:  # type: ignore[override]
            self.rows = [payment(self.chance.randint(0, 10**9)) for _ in range(250)]
            return super().payments_page(**asked)  # type: ignore[arg-type]

    with pytest.raises(Refused):
        read(Restless([]))


def test_a_window_too_deep_is_given_back_before_anything_is_kept() -> None:
    kept: list[Payment] = []
    shelf = Shelf(some(9_001))
    with pytest.raises(TooMany):
        Reading(shelf, ACCOUNT, WINDOW, kept.extend, Event()).whole()
    assert (kept, len(shelf.asked)) == ([], 1)


def test_what_the_merchant_paid_is_never_kept() -> None:
    shelf = Shelf([payment(1), payment(2, collector_id="99"), payment(3, collector_id=None)])
    assert read(shelf) == (3, {"1"})


def test_it_stops_when_told() -> None:
    stop = Event()
    stop.set()
    with pytest.raises(Cancelled):
        Reading(Shelf(some(3)), ACCOUNT, WINDOW, [].extend, stop).whole()
