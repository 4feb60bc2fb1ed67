"""Answers that are not as they were: whatever is changed in one, a right noun or one of our errors comes of it."""

from __future__ import annotations

import copy
import json
import logging
import math
import typing
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from mpkit import model
from mpkit.api import Pace, PaymentPage, Window, connect
from mpkit.errors import ApiError
from mpkit.model import WEEK, Account, Branch, Chargeback, Location, Payment, Pos, Register, Store
from mpkit.sandbox import World
from mpkit.work import FixedClock, HttpRequest, Seams
from tests.api.conftest import TOKEN, said

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HUGE = 10**30
WINDOW = Window("date_created", datetime(2025, 6, 1, tzinfo=UTC), NOW)
BRANCH = Branch("S1", "Uno", Location("Caseros", "1", "Palermo", "Capital Federal", -34.58, -58.42))
REGISTER = Register("P1", "S1", "Caja")

ASKS = {
    "seller": lambda account: account.seller(),
    "stores": lambda account: list(account.stores()),
    "store by external id": lambda account: account.store_by_external_id("X"),
    "store": lambda account: account.store("1"),
    "create store": lambda account: account.create_store(BRANCH),
    "pos list": lambda account: list(account.pos_list()),
    "pos": lambda account: account.pos("1"),
    "create pos": lambda account: account.create_pos(REGISTER, store_id="1", waits_for_order=False),
    "states": lambda account: account.states("AR"),
    "cities": lambda account: account.cities("AR-C"),
    "payments": lambda account: account.payments_page(window=WINDOW, collector_id="1"),
    "payment": lambda account: account.payment("1"),
    "chargebacks": lambda account: account.chargebacks_of("1"),
}
V2 = {"pos list", "pos", "create pos"}


@cache
def recorded() -> dict[str, object]:
    """One honest answer for each question, as the sandbox gives it."""
    world = World("MLA", 7, FixedClock(NOW), stores=1, registers=1, payments=40)
    me, (store, *_), (pos, *_) = world.seller, world.shelf.stores, world.shelf.pos
    head = {"authorization": f"Bearer {me.token}"}

    def get(path, **query):
        request = HttpRequest("GET", path, tuple((k.replace("__", "."), v) for k, v in query.items()), head)
        return json.loads(world.handle(request).body, parse_float=str)

    stores, points = get(f"/users/{me.id}/stores/search"), get("/pos")
    payments = get(
        "/v1/payments/search",
        limit="1",
        begin_date="2025-06-01T00:00:00Z",
        end_date="2026-03-01T00:00:00Z",
        range="date_created",
    )
    one = payments["results"][0]
    charge = {
        "id": 9,
        "payment_id": 1,
        "amount": 10.5,
        "currency": "ARS",
        "coverage_applied": None,
        "date_created": "2026-01-01T00:00:00Z",
        "date_last_updated": "2026-01-02T00:00:00Z",
        "documentation_status": "pending",
        "documentation": [{"type": "image/png", "url": "https://x.example", "description": "File"}],
        "payments": [1],
    }
    return {
        "seller": get("/users/me"),
        "stores": stores,
        "store by external id": stores,
        "store": get(f"/stores/{store}"),
        "create store": get(f"/stores/{store}"),
        "pos list": points,
        "pos": get(f"/pos/{pos}"),
        "create pos": get(f"/pos/{pos}"),
        "states": get("/countries/AR"),
        "cities": get("/states/" + get("/countries/AR")["states"][0]["id"]),
        "payments": payments,
        "payment": one,
        "chargebacks": {"paging": {"total": 1, "offset": 0, "limit": 30}, "results": [charge]},
        "v2 pos list": get("/v2/pos"),
        "v2 pos": get(f"/v2/pos/{pos}"),
        "v2 create pos": get(f"/v2/pos/{pos}"),
    }


def asked(question, body, generation="v1", status=200):
    """What the client makes of one answer; `/users/me` is honest where it is not what is asked."""
    me = json.dumps(recorded()["seller"]).encode()
    first = [False]

    def transport(request):
        if request.path == "/users/me" and question != "seller":
            return said(200, me)
        if first[0] and dict(request.query).get("offset", "0") != "0":
            return said(200, {"paging": {"total": 0}, "results": [], "data": []})
        first[0] = True
        return said(status, body)

    clock = FixedClock(NOW)
    seams = Seams(clock=clock, sleep=clock.sleep)
    pace = Pace(per_second=1e6, in_flight=8, first_pause=0.1, seams=seams)
    account = connect(
        "https://api.example", SecretStr(TOKEN), transport=transport, seams=seams, pace=pace, generation=generation
    )
    return ASKS[question](account)


def sound(value, kind) -> None:
    """A noun is what its class says, down to the last field: nobody above has to look again."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if is_dataclass(kind):
        assert isinstance(value, kind)
        hints = typing.get_type_hints(kind, vars(model))
        for each in fields(kind):
            sound(getattr(value, each.name), hints[each.name])
            assert each.name != "id" or value.id != ""
    elif origin is tuple:
        assert isinstance(value, tuple)
        for n, one in enumerate(value):
            sound(one, inner[0] if inner[-1] is ... else inner[n])
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        assert set(value) <= set(WEEK)
        for one in value.values():
            sound(one, inner[1])
    elif inner:
        assert value is None or leaf(value, next(one for one in inner if one is not type(None)))
    else:
        assert leaf(value, kind)


def leaf(value, kind) -> bool:
    """Whether a plain value is of its kind, and can be stored, added up and sent on."""
    if type(value) is not kind:
        return isinstance(kind, type) and issubclass(kind, Enum) and isinstance(value, kind)
    if kind is datetime:
        return value.tzinfo is UTC
    if kind is str:
        return "\x00" not in value and value == value.encode().decode()
    return kind in {bool, bytes} or abs(value) < (math.inf if kind is float else 2**63)


KINDS = {
    "seller": Account,
    "stores": Store,
    "store by external id": Store | None,
    "store": Store,
    "create store": Store,
    "pos list": Pos,
    "pos": Pos,
    "create pos": Pos,
    "states": tuple[tuple[str, str], ...],
    "cities": tuple[tuple[str, str], ...],
    "payments": PaymentPage,
    "payment": Payment,
    "chargebacks": tuple[Chargeback, ...],
}


def right(question, found) -> None:
    if isinstance(found, list):
        for one in found:
            sound(one, KINDS[question])
    elif isinstance(found, PaymentPage):
        sound(found.total, int)
        sound(found.rows, tuple[Payment, ...])
    else:
        sound(found, KINDS[question])


def survives(question, body, generation) -> None:
    with suppress(ApiError):  # nothing else may come out
        right(question, asked(question, body, generation))


@pytest.fixture(autouse=True)
def _asked_once(monkeypatch):
    """A read that cannot be understood is not repeated here."""
    monkeypatch.setattr("mpkit.api.calls._ATTEMPTS", 1)
    logging.getLogger("mpkit.api").setLevel(logging.ERROR)
    yield
    logging.getLogger("mpkit.api").setLevel(logging.NOTSET)


QUESTIONS = [*((name, "v1") for name in ASKS), *((name, "v2") for name in sorted(V2))]
every_question = pytest.mark.parametrize(("question", "generation"), QUESTIONS)


def honest(question, generation):
    return copy.deepcopy(recorded()[f"v2 {question}" if generation == "v2" else question])


def places(document, here=()):
    """The path of every value in a document."""
    yield here
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, value in inside:
        yield from places(value, (*here, name))


def changed(document, path, change):
    if not path:
        return change(document)
    *way, last = path
    inner = document
    for name in way:
        inner = inner[name]
    inner[last] = change(inner[last])
    return document


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(
        ["", "null", "NaN", "-1", "0", "2026-01-01", "2026-99-99T00:00:00Z", "\x00", "\ud800", HUGE, "1e9999"]
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
LESS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@every_question
def test_the_honest_answer_is_read(question, generation):
    found = asked(question, json.dumps(honest(question, generation)).encode(), generation)
    assert found is None or found
    right(question, found)


@every_question
@LESS
@given(data=st.data())
def test_any_value_in_any_place(question, generation, data):
    document = honest(question, generation)
    path = data.draw(st.sampled_from(list(places(document))))
    value = data.draw(JSON)
    survives(question, json.dumps(changed(document, path, lambda _: value)).encode(), generation)


@every_question
def test_each_value_gone_null_wrapped_or_of_another_kind(question, generation):
    for path in list(places(honest(question, generation))):
        if any(isinstance(name, int) and name > 0 for name in path):
            continue  # every row is like the first
        for change in (
            lambda _: None,
            lambda old: [old],
            lambda old: {"it": old},
            lambda _: "",
            lambda _: -1,
            lambda _: True,
            str,
            lambda _: "1e9999",
            lambda _: "nan",
            lambda _: HUGE,
            lambda _: "\ud83d",
            lambda _: "a\x00b",
            lambda _: [],
            lambda _: {},
        ):
            survives(question, json.dumps(changed(honest(question, generation), path, change)).encode(), generation)
        if path and not isinstance(path[-1], int):
            document = honest(question, generation)
            changed(document, path[:-1], lambda old, name=path[-1]: {k: v for k, v in old.items() if k != name})
            survives(question, json.dumps(document).encode(), generation)


@every_question
@LESS
@given(data=st.data())
def test_bytes_cut_off_flipped_or_put_in(question, generation, data):
    body = bytearray(json.dumps(honest(question, generation)).encode())
    at = data.draw(st.integers(0, len(body) - 1))
    how = data.draw(st.sampled_from(["cut", "flip", "put in", "twice"]))
    if how == "cut":
        body = body[:at]
    elif how == "flip":
        body[at] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "put in":
        body[at:at] = data.draw(st.binary(max_size=4))
    else:
        body = body * 2
    survives(question, bytes(body), generation)


@every_question
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b"<html></html>", b"OK", b"true", b"[" * 100_000, b"\xff\xfe"]
)
def test_answers_that_are_something_else(question, generation, body):
    survives(question, body, generation)


# what changes nothing


def more(document):
    """Unknown fields everywhere, and unknown words in the lists of known ones."""
    if isinstance(document, dict):
        return {"zz_new": {"a": [1]}, **{name: more(value) for name, value in document.items()}, "_x": None}
    return [more(one) for one in document] if isinstance(document, list) else document


def turned(document, name=""):
    """Ids the other way round: texts of digits as numbers, numbers as texts; counts of pages as texts."""
    if isinstance(document, dict):
        return {key: turned(value, key) for key, value in document.items()}
    if isinstance(document, list):
        return [turned(one, name) for one in document]
    if (name == "id" or name.endswith("_id")) and str(document).isdecimal():
        return int(document) if isinstance(document, str) else str(document)
    return str(document) if name in {"total", "offset", "limit"} else document


def wrapped(document):
    return [document] if isinstance(document, dict) and ("results" in document or "data" in document) else document


def without_paging(document):
    return {k: v for k, v in document.items() if k != "paging"} if "paging" in document else document


@every_question
@pytest.mark.parametrize("quirk", [more, turned, wrapped])
def test_quirks_that_change_nothing(question, generation, quirk):
    plain, odd = (
        asked(question, json.dumps(each).encode(), generation)
        for each in (honest(question, generation), quirk(honest(question, generation)))
    )
    assert plain == odd


@pytest.mark.parametrize("question", ["stores", "pos list"])
@pytest.mark.parametrize("limit", [0, "0", None, -1])
def test_a_limit_that_says_nothing_and_no_paging_at_all(question, limit):
    document = honest(question, "v1")
    ids = [row["id"] for row in document["results"]]
    document["paging"]["limit"] = limit
    for each in (document, without_paging(document)):
        assert [row.id for row in asked(question, json.dumps(each).encode())] == [str(id_) for id_ in ids]


@pytest.mark.parametrize("question", ["stores", "store by external id", "pos list"])
def test_a_404_of_an_empty_search_is_nothing(question):
    assert not asked(question, json.dumps({"error": "store_not_found", "status": 404}).encode(), status=404)


def test_the_seller_in_full_and_with_parts_missing():
    document = honest("seller", "v1")
    document |= {
        "identification": {"type": "CUIT", "number": "20-1"},
        "company": {"brand_name": "Uno", "identification": ""},
    }
    document["status"] = {"site_status": "active", "sell": {"allow": True}}
    found = asked("seller", json.dumps(document).encode())
    assert (found.tax_kind, found.tax_id, found.name, found.active) == ("CUIT", "20-1", "Uno", True)
    assert "20-1" not in repr(found)
    document["company"]["identification"] = "30999"
    assert asked("seller", json.dumps(document).encode()).tax_id == "30999"
    document["status"]["site_status"] = "deactive"
    assert not asked("seller", json.dumps(document).encode()).active
    for part in ("identification", "company", "status", "tags", "nickname"):
        less = {name: value for name, value in document.items() if name != part}
        odd = [{**less, part: []}, {**less, part: {}}] if part != "nickname" else []
        for each in (less, {**less, part: None}, *odd):
            assert asked("seller", json.dumps(each).encode()).id == found.id


@pytest.mark.parametrize("generation", ["v1", "v2"])
def test_a_register_without_code_pictures_ids_or_store(generation):
    document = honest("pos", generation)
    for name in ("qr", "qr_code", "qr_response", "uuid", "external_id", "store_id", "external_store_id", "category"):
        if name in document:
            document[name] = None
    document["status"] = "a_word_of_tomorrow"
    found = asked("pos", json.dumps(document).encode(), generation)
    assert (found.qr_code, found.qr_image, found.external_id, found.store_id) == (None, None, None, None)
    assert found.status == "a_word_of_tomorrow"


def test_words_of_tomorrow_in_a_payment_are_kept():
    document = honest("payment", "v1")
    document |= {"status": "in_orbit", "operation_type": "beam", "payment_method_id": "shell", "payment_type_id": "sea"}
    found = asked("payment", json.dumps(document).encode())
    assert (found.status, found.operation_type, found.method, found.method_type) == ("in_orbit", "beam", "shell", "sea")
