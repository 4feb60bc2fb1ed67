"""Acts of the rehearsal against a sandbox over HTTP: what happens there, what is told, and that it happens once."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mpkit import rehearsal
from mpkit.errors import Refused
from mpkit.model import Account
from mpkit.rehearsal import House
from mpkit.work import Cancelled, Seams, SystemClock, silent
from tests.conftest import Running

CLOCK = SystemClock()


@pytest.fixture
def shop(start_sandbox) -> Running:
    return start_sandbox(site="MLA", stores=3, registers=5, payments=60)


@pytest.fixture
def house(shop, tmp_path) -> House:
    return House(tmp_path, Account(shop.user_id, "TETE", "MLA", test=True))


def played(shop: Running, house: House, act: str, press: str = "one", progress=silent, /, **wanted):
    with rehearsal.opened(shop.url) as stage:
        return rehearsal.play(stage, house, {"act": act, "press": press, **wanted}, CLOCK, progress)


def scene_of(house: House):
    found = rehearsal.kept(house.data, house.account.id)
    assert found is not None
    return found


def test_a_sale_a_refund_and_a_dispute_are_movements_of_money(shop, house):
    before = shop.get("/_sandbox/state")["payments"]
    plain = played(shop, house, "pay", "a", amount=1_250_00)
    half = played(shop, house, "pay", "b", amount=1_250_00, then="part")
    every = played(shop, house, "pay", "c", amount=1_250_00, then="all")
    dispute = played(shop, house, "pay", "d", amount=1_250_00, then="dispute")
    assert shop.get("/_sandbox/state")["payments"] == before + 4
    assert (plain["amount"], plain["back"], half["back"], every["back"]) == (1_250_00, 0, 625_00, 1_250_00)
    book = shop.world.book

    def moved(event, kind):
        return sum(entry.hundredths for entry in book.money[int(event["paid"][0])] if entry.kind == kind)

    assert [moved(event, "refund") for event in (plain, half, every, dispute)] == [0, 625_00, 1_250_00, 0]
    assert moved(dispute, "chargeback") == 1_250_00


@pytest.mark.parametrize(
    ("site", "decimals"), [("MLA", 2), ("MLB", 2), ("MLM", 2), ("MLC", 0), ("MLU", 2), ("MCO", 0), ("MPE", 2)]
)
def test_every_site_has_its_prices_and_ways_to_pay(start_sandbox, tmp_path, site, decimals):
    shop = start_sandbox(site=site, stores=1, registers=2)
    house = House(tmp_path, Account(shop.user_id, "TETE", site, test=True))
    played(shop, house, "look")
    scene = scene_of(house)
    assert scene.usual >= 1_000
    for n, method in enumerate(scene.methods):
        assert played(shop, house, "pay", f"m{n}", amount=scene.usual, method=method)["method"] == method
    event = played(shop, house, "pay", "rush", amount=scene.usual, n=12)
    amounts = [shop.world.book.money[int(paid)][0].hundredths for paid in event["paid"]]
    assert sum(amounts) == event["amount"]
    assert len(set(amounts)) > 3, "prices around the usual one, not one price"
    assert all(amount % 100 == 0 for amount in amounts) or decimals


def test_another_wallet_is_the_one_chosen(shop, house):
    event = played(shop, house, "pay", amount=900_00, method="interop_transfer", wallet="Banco de la Muestra S.A.")
    assert shop.world.book.slips[int(event["paid"][0])].wallet == "Banco de la Muestra S.A."


def test_a_rush_that_was_killed_goes_on_where_it_was(shop, house):
    def killed(done, *_):
        if done == 3:
            raise Cancelled

    before = shop.get("/_sandbox/state")["payments"]
    with pytest.raises(Cancelled):
        played(shop, house, "pay", "a", killed, amount=500_00, n=5)
    assert shop.get("/_sandbox/state")["payments"] == before + 3
    event = played(shop, house, "pay", "a", amount=500_00, n=5)
    assert shop.get("/_sandbox/state")["payments"] == before + 5
    assert len(set(event["paid"])) == 5


def test_a_week_that_was_killed_late_sells_nothing_twice(shop, house):
    """The sandbox has forgotten the keys of the first days by then."""

    def killed(done, total, *_):
        if done == total - 3:
            raise Cancelled

    before = shop.get("/_sandbox/state")["payments"]
    with pytest.raises(Cancelled):
        played(shop, house, "time", "a", killed, how="week")
    at = shop.get("/_sandbox/clock")["now"]
    event = played(shop, house, "time", "a", how="week")
    assert shop.get("/_sandbox/state")["payments"] == before + len(event["paid"])
    assert len(set(event["paid"])) == len(event["paid"]) > 100
    sums = [shop.world.book.money[int(paid)][0].hundredths for paid in event["paid"]]
    assert sum(sums) == event["amount"]
    passed = datetime.fromisoformat(event["at"]) - datetime.fromisoformat(event["began"])
    assert timedelta(days=7) <= passed < timedelta(days=7, minutes=5)
    assert event["at"] > at


@pytest.mark.parametrize(
    ("act", "wanted"),
    [
        ("pay", {"amount": 500_00, "n": 3, "then": "part"}),
        ("rename", {"word": "2"}),
        ("hours", {}),
        ("amount", {}),
        ("delete", {}),
        ("new", {}),
        ("time", {"how": "hour"}),
    ],
)
def test_a_worker_killed_after_the_last_press_changes_nothing_more(shop, house, monkeypatch, act, wanted):
    with monkeypatch.context() as patched:
        patched.setattr("mpkit.rehearsal.scene.look", killed_there)
        with pytest.raises(Cancelled):
            played(shop, house, act, "a", **wanted)
    once = shop.get("/_sandbox/state")
    event = played(shop, house, act, "a", **wanted)
    twice = shop.get("/_sandbox/state")
    for state in (once, twice):
        del state["now"]
    assert once == twice
    if act == "delete":
        assert event["id"] not in {row["id"] for row in twice["pos"]}, "told of the one that went"
    if act == "rename":
        assert next(row["name"] for row in twice["stores"] if row["id"] == event["id"]) == event["after"]
    kept = (house.data / "accounts" / house.account.id / "rehearsal").glob("*.json")
    assert [file.name for file in kept] == ["scene.json"], "nothing is left of a press that is over"


def killed_there(*_):
    raise Cancelled


def test_whoever_edits_touches_what_the_list_has(shop, house):
    state = shop.get("/_sandbox/state")
    listed = next(row for row in state["pos"] if row["external_id"] and row["store_id"])
    ours = replace(house, listed=frozenset({listed["external_id"]}))
    for n in range(4):
        event = played(shop, ours, "amount", f"a{n}")
        assert event["external_id"] == listed["external_id"]
        now = next(row for row in shop.get("/_sandbox/state")["pos"] if row["id"] == listed["id"])
        assert now["fixed_amount"] == (event["after"] == "waits")
    assert played(shop, ours, "delete", "d")["id"] == listed["id"]


def test_hours_change_and_change_back(shop, house):
    shop_id = shop.get("/_sandbox/state")["stores"][0]["id"]

    def hours():
        return next(row["hours"] for row in shop.get("/_sandbox/state")["stores"] if row["id"] == shop_id)["monday"]

    assert played(shop, house, "hours", "a", shop=shop_id)["after"] == "10:00-21:30"
    assert hours() == [{"open": "10:00", "close": "21:30"}]
    assert played(shop, house, "hours", "b", shop=shop_id)["after"] == "09:00-18:00"
    assert hours() == [{"open": "09:00", "close": "18:00"}]


def test_an_app_that_waits_for_an_amount_nobody_sends(shop, house):
    till = shop.get("/_sandbox/state")["pos"][0]
    buyer = replace(house, orders_else=False)
    if not till["fixed_amount"]:
        played(shop, house, "amount", "a", till=till["id"])
    event = played(shop, buyer, "pay", "b", amount=100_00, till=till["id"])
    assert (event["paid"], event["waiting"]) == ([], 1)
    assert played(shop, house, "pay", "c", amount=100_00, till=till["id"])["paid"], "a till that sends orders sells"


def test_a_bad_day_is_counted_from_its_beginning(shop, house):
    shop.get("/users/me")
    played(shop, house, "faults", "a", kinds=["errors"])
    assert scene_of(house).bad == rehearsal.BadDay()
    shop.put("/_sandbox/faults", {"503": 1.0})
    with pytest.raises(OSError, match="503"):
        shop.get("/users/me")
    played(shop, house, "faults", "b", kinds=[])
    shop.get("/users/me")
    shop.get("/pos?limit=1")
    played(shop, house, "look", "c")
    bad = scene_of(house).bad
    assert (bad.asked, bad.struck, bad.again, dict(bad.kinds)) == (1, 1, 1, {"503": 1})
    assert not scene_of(house).faults
    played(shop, house, "faults", "d", kinds=["many"])
    assert scene_of(house).bad == rehearsal.BadDay(), "the next bad day is counted by itself"


@pytest.mark.parametrize("kind", [*rehearsal.FAULTS, "very-bad"])
def test_every_kind_of_bad_day_is_one_the_sandbox_knows(shop, house, kind):
    played(shop, house, "faults", kinds=[kind])
    wanted = rehearsal.VERY_BAD_DAY if kind == "very-bad" else rehearsal.FAULTS[kind]
    assert shop.get("/_sandbox/faults")["faults"] == wanted
    played(shop, house, "faults", "off", kinds=[])
    assert shop.get("/_sandbox/faults")["faults"] == {}


@pytest.mark.parametrize(("how", "least", "most"), [("hour", 1, 1), ("night", 0, 24), ("week", 24 * 7, 24 * 7)])
def test_time_passes_and_mpkit_goes_with_it(shop, house, how, least, most):
    begin = datetime.fromisoformat(shop.get("/_sandbox/clock")["now"])
    event = played(shop, house, "time", how=how)
    end = datetime.fromisoformat(shop.get("/_sandbox/clock")["now"])
    passed = (end - begin) / timedelta(hours=1)
    assert least <= passed + 0.02
    assert passed - 0.02 <= most
    seams = rehearsal.ahead(house.data, house.account.id, Seams())
    assert abs(seams.clock.now() - end) < timedelta(seconds=20)
    for paid in event["paid"]:
        at = datetime.fromtimestamp(shop.world.book.slips[int(paid)].created, begin.tzinfo)
        assert begin - timedelta(seconds=1) <= at <= end
    if how == "week":
        assert len(event["paid"]) > 50
    if how == "night":
        assert end.astimezone(shop.world.now().tzinfo).minute == 0


def test_a_scene_that_cannot_be_read_is_none(house):
    assert rehearsal.kept(house.data, house.account.id) is None
    file = house.data / "accounts" / house.account.id / "rehearsal" / "scene.json"
    file.parent.mkdir(parents=True)
    for text in ("", "[]", "{}", json.dumps({"bad": None, "looked": 1})):
        file.write_text(text)
        assert rehearsal.kept(house.data, house.account.id) is None
        assert rehearsal.ahead(house.data, house.account.id, seams := Seams()) is seams


def test_another_sandbox_begins_the_counts_anew(start_sandbox, shop, house):
    for _ in range(3):
        shop.get("/users/me")
    played(shop, house, "look")
    assert scene_of(house).seen == 3
    played(start_sandbox(site="MLA", stores=1, registers=1), house, "look", "b")
    assert scene_of(house).seen == 0


@pytest.mark.parametrize("url", ["https://api.mercadopago.com", "http://192.0.2.1:8700", "http://localhost.example:1"])
def test_nothing_is_asked_of_an_address_that_is_not_this_machine(url, monkeypatch):
    monkeypatch.setattr("mpkit.rehearsal.stage.HttpxTransport", None)
    with pytest.raises(Refused) as refused, rehearsal.opened(url):
        pass
    assert refused.value.key == "rehearse_not_here"


def test_what_is_no_sandbox_is_refused(free_server):
    with pytest.raises(Refused) as refused, rehearsal.opened(free_server):
        pass
    assert refused.value.key == "rehearse_not_here"


def test_who_may_play():
    test = Account("1", "TETE", "MLA", test=True)
    assert rehearsal.playable(test, "http://127.0.0.1:8700")
    assert not rehearsal.playable(test, "https://api.mercadopago.com")
    assert not rehearsal.playable(replace(test, test=False), "http://127.0.0.1:8700")


@pytest.fixture
def free_server():
    """Something on this machine that answers everything, as a proxy in front of the real API would."""

    class Everything(BaseHTTPRequestHandler):
        def do_GET(self):
            body = b'{"message": "hello"}'
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Everything)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_nobody_to_sell(start_sandbox, tmp_path):
    shop = start_sandbox(site="MLA")
    house = House(tmp_path, Account(shop.user_id, "TETE", "MLA", test=True))
    for act, wanted in (("pay", {"amount": 100}), ("delete", {}), ("rename", {})):
        with pytest.raises(Refused) as refused:
            played(shop, house, act, act, **wanted)
        assert refused.value.key == "rehearse_no_till"
    assert played(shop, house, "time", "t", how="week")["paid"] == []
