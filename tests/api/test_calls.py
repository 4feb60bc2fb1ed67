"""What is asked, how often and how fast; with a clock that only moves when somebody sleeps."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from mpkit.api import Reread, Window, connect
from mpkit.errors import ApiError, RateLimited, RefusedByApi, UnknownOutcome, Unreachable, WrongUsage
from mpkit.model import Branch, Location, Register
from mpkit.settings import on_this_machine
from mpkit.work import NoAnswer, NotSent
from tests.api.conftest import TOKEN, said

ME = {"id": 1, "site_id": "MLA", "nickname": "TESTUSER1"}
PLACE = Location("Caseros", "3039", "Belgrano", "Capital Federal", -34.56, -58.45)
BRANCH = Branch("SUC1", "Uno", PLACE, hours={"monday": (("08:00", "12:00"), ("13:00", "18:00"))})
REGISTER = Register("SUC1POS1", "SUC1", "Caja 1", category=621102)


# repeating reads, never writes


@pytest.mark.parametrize(
    "trouble", [said(500), said(503), NoAnswer("x"), NotSent("x"), said(200, b"<html>"), said(429)]
)
def test_a_read_is_repeated_until_it_goes_well(other, trouble):
    o = other(trouble, trouble, said(200, ME))
    assert o.account.seller().id == "1"
    assert len(o.transport.asked) == 3
    assert o.clock.elapsed > 0


@pytest.mark.parametrize("refusal", [said(400, {}), said(401, {}), said(403, {}), said(404, {}), said(409, {})])
def test_a_refusal_is_not_repeated(other, refusal):
    o = other(refusal)
    with pytest.raises(ApiError):
        o.account.seller()
    assert len(o.transport.asked) == 1


TROUBLES = (
    (said(500), UnknownOutcome),
    (NoAnswer("x"), UnknownOutcome),
    (NotSent("x"), Unreachable),
    (said(429), RateLimited),
)


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        *TROUBLES,
        (said(200, b'{"id": '), UnknownOutcome),
        (said(200, {"id": {}}), UnknownOutcome),
    ],
)
def test_patience_ends(other, trouble, kind):
    o = other(trouble)
    with pytest.raises(kind):
        o.account.seller()
    assert len(o.transport.asked) == 6


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        *TROUBLES,
        (said(200, b"<html>"), UnknownOutcome),
        (said(201, b'{"id": "7", "na'), UnknownOutcome),
        (said(200, []), UnknownOutcome),
        (said(204, b""), UnknownOutcome),
    ],
)
def test_a_write_goes_out_once(other, trouble, kind):
    o = other(said(200, ME), trouble)
    for write in (
        lambda: o.account.create_store(BRANCH),
        lambda: o.account.create_pos(REGISTER, store_id="7", waits_for_order=False),
        lambda: o.account.update_store("7", BRANCH),
        lambda: o.account.update_pos("9", REGISTER, store_id="7", waits_for_order=True),
    ):
        before = len([r for r in o.transport.asked if r.method != "GET"])
        with pytest.raises(kind):
            write()
        assert len([r for r in o.transport.asked if r.method != "GET"]) == before + 1


# pace


def test_retry_after_is_honoured_and_stops_the_whole_account(other):
    o = other(said(429, retry_after="7"), said(200, ME), said(200, {"id": 7}))
    o.account.seller()
    assert o.clock.elapsed == pytest.approx(7, abs=0.01)


def test_retry_after_as_a_date_is_honoured(other):
    o = other(said(429, retry_after="Sun, 01 Mar 2026 12:00:20 GMT"), said(200, ME))
    o.account.seller()
    assert o.clock.elapsed == pytest.approx(20, abs=0.01)


def test_a_write_waits_out_the_stop_another_request_was_told_of(other):
    o = other(said(200, ME), said(429, retry_after="30"), said(201, {"id": "7"}))
    with pytest.raises(RateLimited) as told:
        o.account.create_store(BRANCH)
    assert told.value.retry_after == 30
    before = o.clock.elapsed
    o.account.create_store(BRANCH)
    assert o.clock.elapsed - before == pytest.approx(30, abs=0.01)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("https://api.mercadopago.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://10.0.0.1", False),
    ],
)
def test_what_is_this_machine(url, here):
    assert on_this_machine(url) is here


@pytest.mark.parametrize("url", ["http://api.mercadopago.com", "ftp://x", "x", "https://u:p@api.example", ""])
def test_a_token_goes_nowhere_it_should_not(url):
    with pytest.raises(WrongUsage):
        connect(url, SecretStr(TOKEN))


# lists


class Shelf:
    """A list that is asked by offset, and does what is told while it is asked."""

    def __init__(self, rows, size=2, total=None, ignore_offset=False):
        self.rows, self.size, self.total, self.ignore_offset = rows, size, total, ignore_offset
        self.offsets = []

    def __call__(self, request):
        if request.path == "/users/me":
            return said(200, ME)
        offset = 0 if self.ignore_offset else int(dict(request.query)["offset"])
        self.offsets.append(offset)
        page = self.rows[offset : offset + self.size]
        total = len(self.rows) if self.total is None else self.total
        return said(200, {"paging": {"total": total, "offset": offset, "limit": 0}, "results": page})


def stores(n):
    return [{"id": str(i), "name": f"S{i}"} for i in range(n)]


@pytest.mark.parametrize("total", [None, 0, 3, 1000, "7"])
def test_a_list_trusts_rows_and_not_totals(other, total):
    o = other(transport=Shelf(stores(7), total=total))
    assert [store.id for store in o.account.stores()] == [str(i) for i in range(7)]
    assert o.transport.offsets == [0, 2, 4, 6, 7]


def test_rows_that_come_twice_are_given_once(other):
    o = other(transport=Shelf([*stores(3), *stores(5)]))
    assert [store.id for store in o.account.stores()] == ["0", "1", "2", "3", "4"]


def test_a_server_that_ignores_the_offset_does_not_hold_us_for_ever(other):
    o = other(transport=Shelf(stores(2), ignore_offset=True))
    assert len(list(o.account.pos_list())) == 2


def test_an_account_without_stores_may_be_a_404(other):
    o = other(said(200, ME), said(404, {"error": "store_not_found"}))
    assert list(o.account.stores()) == []
    assert o.account.store_by_external_id("X") is None


def test_a_404_in_the_middle_of_a_list_is_no_end(other):
    page = {"paging": {"total": 9}, "results": stores(2)}
    o = other(said(200, ME), said(200, page), said(404, {"error": "store_not_found"}))
    with pytest.raises(UnknownOutcome):
        list(o.account.stores())


def test_a_search_by_external_id_believes_only_an_equal_one(other):
    other_one = {"paging": {"total": 1}, "results": [{"id": "1", "external_id": "ABC"}]}
    o = other(said(200, ME), said(200, other_one))
    assert o.account.store_by_external_id("ABD") is None
    assert o.account.store_by_external_id("ABC").id == "1"
    assert o.account.pos_by_external_id("abc").id == "1"


# payments


def payment(number, at):
    return {
        "id": number,
        "collector_id": 1,
        "status": "approved",
        "currency_id": "ARS",
        "transaction_amount": 1,
        "date_created": at.isoformat(),
        "date_last_updated": at.isoformat(),
    }


class Till:
    """A payments search over rows in order, which refuses to go deeper than the real one."""

    def __init__(self, rows, deepest=10_000, most=50):
        self.rows, self.deepest, self.most = rows, deepest, most
        self.queries = []

    def __call__(self, request):
        query = dict(request.query)
        self.queries.append(query)
        begin, end = (datetime.fromisoformat(query[name]) for name in ("begin_date", "end_date"))
        offset, limit = int(query["offset"]), min(int(query["limit"]), self.most)
        if offset + limit > self.deepest:
            return said(400, {"error": "bad_request", "cause": [{"code": 1000}]})
        found = [row for row in self.rows if begin <= datetime.fromisoformat(row["date_created"]) <= end]
        page = {"paging": {"total": len(found), "offset": offset}, "results": found[offset : offset + limit]}
        return said(200, page)


START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Window("date_created", START, START + timedelta(days=364))


def test_a_payments_search_asks_what_the_contract_says(other):
    o = other(transport=Till([]))
    o.account.payments_page(window=YEAR, offset=0, collector_id="1", status="approved")
    assert o.transport.queries[0] == {
        "range": "date_created",
        "begin_date": "2026-01-01T00:00:00.000Z",
        "end_date": "2026-12-31T00:00:00.000Z",
        "sort": "date_created",
        "criteria": "asc",
        "limit": "50",
        "offset": "0",
        "collector.id": "1",
        "status": "approved",
    }


def test_more_payments_than_the_search_can_reach_are_read_whole(other, monkeypatch):
    monkeypatch.setattr("mpkit.api.payments._DEEPEST", 500)
    rows = [payment(n, START + timedelta(seconds=n // 7)) for n in range(1_700)]  # seven share each second
    o = other(transport=Till(rows, deepest=500, most=30))
    got = [row.id for row in o.account.payments(window=YEAR, collector_id="1")]
    assert got == [str(n) for n in range(1_700)]


def test_too_many_in_one_second_are_not_dropped_in_silence(other, monkeypatch):
    monkeypatch.setattr("mpkit.api.payments._DEEPEST", 500)
    o = other(transport=Till([payment(n, START) for n in range(600)], deepest=500))
    with pytest.raises(RefusedByApi) as told:
        list(o.account.payments(window=YEAR, collector_id="1"))
    assert told.value.key == "api_too_dense"


# bodies


def test_what_is_sent_for_a_store_and_a_pos(other):
    o = other(said(200, ME), said(201, {"id": "7"}))
    o.account.create_store(BRANCH)
    o.account.create_pos(REGISTER, store_id="7", waits_for_order=True)
    store, pos = (json.loads(request.body) for request in o.transport.asked[1:])
    assert o.transport.asked[1].path == "/users/1/stores"
    assert store == {
        "name": "Uno",
        "external_id": "SUC1",
        "business_hours": {"monday": [{"open": "08:00", "close": "12:00"}, {"open": "13:00", "close": "18:00"}]},
        "location": {
            "street_number": "3039",
            "street_name": "Caseros",
            "city_name": "Belgrano",
            "state_name": "Capital Federal",
            "latitude": -34.56,
            "longitude": -58.45,
        },
    }
    assert pos == {"name": "Caja 1", "fixed_amount": True, "store_id": 7, "external_id": "SUC1POS1", "category": 621102}


def test_an_update_leaves_the_external_id_out_unless_it_is_given(other):
    o = other(said(200, ME), said(200, {"id": "7"}))
    o.account.update_store("7", BRANCH, fields={"name"})
    o.account.update_store("7", BRANCH, fields={"location"})
    o.account.update_store("7", BRANCH, fields=set(), external_id="NEW")
    o.account.update_pos("9", REGISTER, store_id="7", waits_for_order=False)
    o.account.update_pos("9", REGISTER, store_id="7", waits_for_order=False, external_id="P1")
    name, location, adopted, pos, named = (json.loads(request.body) for request in o.transport.asked[1:])
    assert name == {"name": "Uno"}
    assert set(location["location"]) == {
        "street_number",
        "street_name",
        "city_name",
        "state_name",
        "latitude",
        "longitude",
    }
    assert adopted == {"external_id": "NEW"}
    assert "external_id" not in pos
    assert named["external_id"] == "P1"


def test_a_reference_of_the_place_is_sent_and_ids_cannot_leave_their_path(other):
    o = other(said(200, ME), said(200, {"id": "7"}))
    o.account.update_store("7/../8?x=1", replace(BRANCH, location=replace(PLACE, reference="3er piso")))
    assert o.transport.asked[1].path == "/users/1/stores/7%2F..%2F8%3Fx%3D1"
    assert json.loads(o.transport.asked[1].body)["location"]["reference"] == "3er piso"


def test_a_page_that_comes_again_byte_for_byte_gives_the_same_rows_and_one_that_does_not_is_read_anew(other):
    o = other(transport=Shelf(stores(5)))
    again = Reread()
    first = list(o.account.stores(again=again))
    second = list(o.account.stores(again=again))
    assert all(one is two for one, two in zip(first, second, strict=True))
    assert len(o.transport.offsets) == 8  # every page is asked for all the same
    o.transport.rows[3]["name"] = "renamed"
    third = list(o.account.stores(again=again))
    assert [one.name for one in third] == ["S0", "S1", "S2", "renamed", "S4"]
    assert third[0] is first[0]
