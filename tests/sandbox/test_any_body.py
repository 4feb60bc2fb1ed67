"""Whatever is sent, the sandbox answers; it never falls over and never makes an object it cannot show."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mpkit.work import HttpRequest
from tests.sandbox.asking import STORE, ask

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["A1", "AR-B"])
NAMES = st.sampled_from(
    [
        *("name", "external_id", "store_id", "external_store_id", "fixed_amount", "category", "url", "config", "qr"),
        *(
            "location",
            "business_hours",
            "monday",
            "open",
            "close",
            "action",
            "pos",
            "amount",
            "payment_id",
            "faults",
            "now",
            "advance_s",
        ),
        *STORE["location"],  # type: ignore[misc]
    ]
)
ANY = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6))
ROUTES = st.sampled_from(
    [
        ("POST", "/users/{user}/stores"),
        ("PUT", "/users/{user}/stores/{store}"),
        ("POST", "/pos"),
        ("PUT", "/pos/{pos}"),
        ("POST", "/v2/pos"),
        ("PATCH", "/v2/pos/{pos}"),
        ("POST", "/_sandbox/buyer"),
        ("PUT", "/_sandbox/faults"),
        ("PUT", "/_sandbox/clock"),
    ]
)

IT = ask(stores=1, registers=1)
PARTS = {"user": IT.user, "store": IT.state()["stores"][0]["id"], "pos": IT.state()["pos"][0]["id"]}


@settings(max_examples=300, deadline=None)
@given(route=ROUTES, body=ANY | st.builds(lambda patch: {**STORE, **patch}, st.dictionaries(NAMES, LEAVES, max_size=2)))
def test_any_document_is_answered(route: tuple[str, str], body: Any) -> None:
    answer = IT(route[0], route[1].format(**PARTS), body, X_Idempotency_Key=str(abs(hash(repr(body)))))
    assert answer.status in {200, 201, 204, 400, 403, 404, 409, 424}
    assert IT("GET", "/_sandbox/state").status == 200
    assert IT("PUT", "/_sandbox/faults", {}).status == 200
    assert IT("GET", f"/users/{IT.user}/stores/search").status == 200


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=60))
def test_any_bytes_are_answered(raw: bytes) -> None:
    headers = {"authorization": f"Bearer {IT.world.seller.token}"}
    answer = IT.world.handle(HttpRequest("POST", "/pos", (), headers, raw))
    assert 400 <= answer.status < 500


def test_half_a_character_and_a_deep_pit_are_refused() -> None:
    headers = {"authorization": f"Bearer {IT.world.seller.token}"}
    for raw in (json.dumps({**STORE, "name": "\ud800"}).encode(), b"[" * 100_000):
        answer = IT.world.handle(HttpRequest("POST", f"/users/{IT.user}/stores", (), headers, raw))
        assert answer.status == 400


@settings(max_examples=150, deadline=None)
@given(
    path=st.sampled_from(["/v1/payments/search", "/pos", "/v2/pos", f"/users/{IT.user}/stores/search"]),
    query=st.dictionaries(
        st.sampled_from(
            ["limit", "offset", "begin_date", "end_date", "range", "sort", "criteria", "external_id", "status"]
        ),
        st.text(max_size=8) | st.sampled_from(["NOW-1DAYS", "NOW-99999999999DAYS", "-1", "5", "٣", "²"]),
        max_size=3,
    ),
)
def test_any_query_is_answered(path: str, query: dict[str, str]) -> None:
    headers = {"authorization": f"Bearer {IT.world.seller.token}"}
    answer = IT.world.handle(HttpRequest("GET", path, tuple(query.items()), headers))
    assert answer.status in {200, 400, 404}
