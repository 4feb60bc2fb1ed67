"""Rows set from templates say, byte for byte as JSON, what the plain construction of the document says."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mpkit.sandbox import documents, stock
from mpkit.sandbox.sale import paid
from mpkit.sites import SITES
from tests.sandbox.asking import Asking, ask

SEARCH = "/v1/payments/search?begin_date=2026-10-01T00:00:00.000Z&end_date=2026-11-20T00:00:00.000Z&limit=20"
ACTIONS = ("refund", "part", "chargeback", "settle", "claim", "close_claim", "pay", "correct")


def both(it: Asking) -> tuple[list[Any], list[Any]]:
    """All payments, set and built."""
    world = it.world
    rows = np.arange(world.book.columns.count)
    return json.loads(world.typesetter.set(rows)), [
        documents.payment(world.book, world.seller, id_) for id_ in world.book.slips
    ]


def act(it: Asking, action: str, payment: int, n: int) -> None:
    """A buyer does something, allowed or not; or a charge is put right, as no template foresees."""
    pos = it.state()["pos"][0]["id"]
    told: dict[str, Any] = {"action": action, "payment_id": payment, "outcome": "settled", "pos": pos, "as_order": True}
    if action == "part":
        told |= {"action": "refund", "amount": 1}
    if action == "correct":
        told |= {"charge": ("fee", "tax")[n % 2], "to": n % 5}
    if action == "pay":
        told |= {"amount": 100 + n, "reference": 'a "quoted" 100% ref', "description": "Café 100% {n} \\ñ"}
    it("POST", "/_sandbox/buyer", told)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    site=st.sampled_from(sorted(SITES)),
    done=st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 299), st.integers(0, 99)), max_size=12),
)
def test_a_set_row_is_the_document(seed: int, site: str, done: list[tuple[str, int, int]]) -> None:
    it = ask(site=site, seed=seed, stores=2, registers=3, payments=300)
    ids = list(it.world.book.slips)
    for action, which, n in done:
        act(it, action, ids[which], n)
        it.clock.sleep(60)
    seen, told = both(it)
    assert [json.dumps(row, sort_keys=True) for row in seen] == [json.dumps(row, sort_keys=True) for row in told]


def test_pages_read_one_after_another_are_set_ahead_and_are_the_same() -> None:
    it = ask(stores=2, registers=3, payments=1_200)
    world = it.world
    path = "/v1/payments/search?begin_date=2025-12-01T00:00:00.000Z&end_date=2026-11-20T00:00:00.000Z&limit=70"

    def read() -> list[Any]:
        offset, rows = 0, list[Any]()
        while page := it("GET", f"{path}&offset={offset}").body["results"]:
            rows, offset = [*rows, *page], offset + len(page)
        return rows

    first = read()
    assert len(first) > 1_000
    assert first == [documents.payment(world.book, world.seller, int(row["id"])) for row in first] == read()
    sale = next(row for row in first if row["status_detail"] == "accredited" and row["pos_id"])
    it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": sale["id"]})
    changed = read()
    assert [row["status"] for row in changed if row["id"] == sale["id"]] == ["refunded"]
    assert [row for row in changed if row["id"] != sale["id"]] == [row for row in first if row["id"] != sale["id"]]


@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    asked=st.lists(st.tuples(st.integers(0, 700), st.integers(1, 100), st.integers(0, 4)), min_size=1, max_size=4),
    done=st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 699), st.integers(0, 99)), min_size=1, max_size=2),
)
def test_any_pages_of_a_query_are_its_documents(
    asked: list[tuple[int, int, int]], done: list[tuple[str, int, int]]
) -> None:
    it = ask(stores=2, registers=3, payments=700)
    ids, book = list(it.world.book.slips), it.world.book
    path = "/v1/payments/search?begin_date=2025-12-01T00:00:00.000Z&end_date=2026-11-20T00:00:00.000Z"
    begin, end = (int(datetime.fromisoformat(f"{day}T00:00:00Z").timestamp()) for day in ("2025-12-01", "2026-11-20"))
    for action, which, n in [("", 0, 0), *done]:
        if action:
            act(it, action, ids[which], n)
        told = [payment for _, payment in book.between("date_created", begin, end)]
        for start, limit, more in asked:  # a page, and those that come after it
            for offset in range(start, start + limit * (more + 1), limit):
                seen = it("GET", f"{path}&limit={limit}&offset={offset}").body["results"]
                rows = [documents.payment(book, it.world.seller, id_) for id_ in told[offset : offset + limit]]
                assert seen == rows


def test_what_is_kept_of_pages_is_bounded_and_goes_with_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock, "_MEMORY", 3_000_000)
    it = ask(stores=2, registers=3, payments=3_000)
    path = "/v1/payments/search?begin_date=2025-12-01T00:00:00.000Z&end_date=2026-11-20T00:00:00.000Z&limit=50"
    world, kept = it.world, it.world.typesetter.stock
    sizes = []
    for _ in range(2):
        for offset in range(0, 2_500, 50):
            rows = it("GET", f"{path}&offset={offset}").body["results"]
            sizes.append(kept.kept)
            if not offset % 500:
                assert rows == [documents.payment(world.book, world.seller, int(row["id"])) for row in rows]
    assert 2_000_000 < max(sizes) <= 3_000_000
    sale = next(slip for slip in world.book.slips.values() if slip.pos and not slip.fate)
    row = world.book.columns.row_of(sale.id)
    assert it("GET", f"{path}&offset=0").body["results"]
    kept.keep(np.array([row]), world.typesetter.printed(np.array([row])))
    it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": sale.id})
    assert kept.lacking(np.array([row])).tolist() == [row]


def test_a_release_is_seen_when_its_time_has_come() -> None:
    it = ask(site="MLB", stores=1, registers=1, payments=6_000)
    path = f"{SEARCH}&status=approved&payment_type_id=credit_card&criteria=desc"
    it("GET", path)
    kept = it("GET", f"{path}&offset=20").body["results"]  # the second page: set ahead and kept
    waiting = min(row["money_release_date"] for row in kept if row["money_release_status"] == "pending")
    version = it.world.book.version
    it.clock.sleep((datetime.fromisoformat(waiting) - it.clock.now()).total_seconds())
    after = it("GET", f"{path}&offset=20").body["results"]
    assert it.world.book.version == version, "something else changed: the test shows nothing"
    assert [row["money_release_status"] for row in after if row["money_release_date"] == waiting] == ["released"]
    seen, told = both(it)
    assert seen == told


def test_a_payment_is_approved_after_it_was_made() -> None:
    it = ask(stores=1, registers=1, payments=50)
    book = it.world.book
    pattern = next(slip for slip in book.slips.values() if slip.channel == "qr" and slip.rates)
    slip = pattern._replace(id=book.next_payment, asked=5_000, fate="pending/pending_waiting_payment", coupon=0)
    book.add(slip, [])
    book.refate(slip.id, "")
    at = slip.created + 7_200
    book.move(slip.id, paid(it.world.site, slip, at, 5_000))
    seen, told = both(it)
    assert seen == told
    assert (seen[-1]["status"], seen[-1]["transaction_amount"]) == ("approved", 50)
    assert seen[-1]["date_approved"] > seen[-1]["date_created"]
    assert [id_ for _, id_ in book.between("date_approved", at, at)] == [slip.id]
