"""What is printed ahead says, byte for byte, what is printed when it is asked for; and it never gets in the way."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mpkit.sandbox import ahead
from mpkit.sandbox.ahead import Ahead
from mpkit.sites import SITES
from mpkit.work import HttpRequest
from tests.sandbox.asking import Asking, ask
from tests.sandbox.test_typeset import ACTIONS, act

SHOP: dict[str, Any] = {"stores": 2, "registers": 3, "payments": 600}
SPAN = (("begin_date", "2025-12-01T00:00:00.000Z"), ("end_date", "2026-11-20T14:00:00.000Z"))
RANGES = ("date_created", "date_last_updated", "date_approved", "money_release_date")
ACTED = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 599), st.integers(0, 99))


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(ahead, "_STEP", 100)


def pages(it: Asking, *, afresh: bool = False) -> list[bytes]:
    """The bodies of all pages, by each date, upwards and downwards, page after page and in jumps.

    `afresh`: nothing that was printed before is used.
    """
    found = []
    for name in RANGES:
        for criteria, limit in (("asc", 90), ("desc", 100), ("asc", 3)):
            for offset in range(0, 600, limit if limit > 9 else 170):
                query = {"range": name, "sort": name, "criteria": criteria, "limit": str(limit), "offset": str(offset)}
                if afresh:
                    it.world.typesetter.stock.forget(np.arange(it.world.book.columns.count))
                sent = {"Authorization": f"Bearer {it.world.seller.token}"}
                answer = it.world.handle(HttpRequest("GET", "/v1/payments/search", (*SPAN, *query.items()), sent, b""))
                assert answer.status == 200
                found.append(answer.body)
    return found


def printed(it: Asking) -> Ahead:
    """A world whose payments have been printed ahead."""
    found = Ahead(it.world)
    found.wait()
    return found


def lacking(it: Asking) -> int:
    """How many payments have no text."""
    return int((it.world.book.columns.printed[: it.world.book.columns.count] <= 0).sum())


@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    seed=st.integers(0, 10**6),
    site=st.sampled_from(sorted(SITES)),
    before=st.lists(ACTED, max_size=4),
    after=st.lists(ACTED, min_size=1, max_size=4),
    later=st.integers(0, 40 * 86_400),
)
def test_a_page_is_the_same_to_the_byte(
    seed: int, site: str, before: list[tuple[str, int, int]], after: list[tuple[str, int, int]], later: int
) -> None:
    ready, plain = (ask(site=site, seed=seed, **SHOP) for _ in range(2))
    ids = list(ready.world.book.slips)

    def both(done: list[tuple[str, int, int]]) -> None:
        for action, which, n in done:
            for it in (ready, plain):
                act(it, action, ids[which], n)
                it.clock.sleep(60)

    both(before)
    assert printed(ready).bytes > 600 * 1_000
    assert lacking(ready) == 0
    assert pages(ready) == pages(plain, afresh=True)
    assert ready.world.typesetter.stock.kept == 0, "something was printed again"
    both(after)
    for it in (ready, plain):
        it.clock.sleep(later)
    assert pages(ready) == pages(plain, afresh=True)
    for it in (ready, plain):  # and the clock goes back, as the control route lets it
        it.world.ahead -= timedelta(days=20)
    assert pages(ready) == pages(plain, afresh=True)


def test_the_file_has_no_name(tmp_path: Path) -> None:
    it = ask(**SHOP)
    assert printed(it).bytes
    assert list(tmp_path.iterdir()) == []


def test_what_changes_on_its_way_to_the_file_is_not_taken_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    ready, plain = ask(**SHOP), ask(**SHOP)
    sale = next(slip for slip in ready.world.book.slips.values() if slip.pos and not slip.fate)
    refund = {"action": "refund", "payment_id": sale.id}
    bring_in, asked = ahead._bring_in, list[Any]()

    def meanwhile(*given: Any) -> None:
        if not asked:  # between the printing and the filing of the first rows
            asked.append(ready("POST", "/_sandbox/buyer", refund).status)
        bring_in(*given)

    monkeypatch.setattr(ahead, "_bring_in", meanwhile)
    monkeypatch.setattr(ahead, "_STEP", 600)
    printed(ready)
    assert asked == [201]
    assert lacking(ready) == 1
    plain("POST", "/_sandbox/buyer", refund)
    assert pages(ready) == pages(plain, afresh=True)


def _full_at(size: int) -> Callable[..., Any]:
    """Temporary files on a disk that is full after so many bytes."""
    real = tempfile.TemporaryFile

    class Full:
        def __init__(self, **given: Any) -> None:
            self.file, self.size = real(**given), 0

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

        def write(self, text: bytes) -> int:
            self.size += len(text)
            if self.size > size:
                raise OSError(errno.ENOSPC, "No space left on device")
            return len(text) if self.file.write(text) == len(text) else 0

    return Full


def _refused(**_: object) -> Any:
    raise OSError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize(
    ("name", "value", "some"),
    [
        ("tempfile.TemporaryFile", _full_at(1_000_000), True),
        ("tempfile.TemporaryFile", _full_at(0), False),
        ("tempfile.TemporaryFile", _refused, False),
        ("shutil.disk_usage", lambda _: type("Usage", (), {"free": 2_000_000}), True),
        ("shutil.disk_usage", lambda _: type("Usage", (), {"free": 0}), False),
    ],
    ids=["fills up", "full", "refused", "nearly full", "no room"],
)
def test_without_room_pages_are_the_same(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Callable[..., Any], *, some: bool
) -> None:
    monkeypatch.setattr(f"mpkit.sandbox.ahead.{name}", value)
    ready, plain = ask(**SHOP), ask(**SHOP)
    assert (printed(ready).bytes > 0) is some
    assert (0 < lacking(ready) < 600) if some else (lacking(ready) == 600)
    assert pages(ready) == pages(plain, afresh=True)


def test_after_a_restart_what_changed_is_printed(tmp_path: Path) -> None:
    state, options = tmp_path / "state", SHOP | {"site": "MLB"}
    first = ask(state=state, **options)
    ended = printed(first)
    for n, payment in enumerate(list(first.world.book.slips)[::40]):
        act(first, ACTIONS[n % len(ACTIONS)], payment, n)
    told = pages(first)
    ended.close()
    first.world.close()
    again = ask(state=state, **options)
    printed(again)
    again.world.trace.count = first.world.trace.count - len(told)  # the totals drift with it
    again.clock.sleep((first.clock.now() - again.clock.now()).total_seconds())
    assert pages(again) == told
    assert again.world.typesetter.stock.kept == 0
    again.world.close()


def test_it_ends_when_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    it = ask(**SHOP)
    it.world.lock.acquire()
    begun = Ahead(it.world)
    monkeypatch.setattr(begun, "_ended", type("Told", (), {"is_set": lambda _: True, "set": lambda _: None})())
    it.world.lock.release()
    begun.close()
    assert begun.bytes == 0
    assert pages(it) == pages(ask(**SHOP), afresh=True)


def test_only_large_books_are_printed_ahead() -> None:
    assert ahead.begin(ask(**SHOP).world) is None
