"""A sale lands on its store's own business day; a register that was replaced keeps one line of history."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from mpkit import sales
from mpkit.api import connect
from mpkit.db import Engine
from mpkit.errors import WrongUsage
from mpkit.model import Period
from mpkit.sales import Mirror, Question, placing, rows
from mpkit.sales.entries import business_day
from mpkit.sales.places_of_sale import REGISTER, STORE, Place
from mpkit.sandbox import World
from mpkit.sites import SITES, zones_of
from mpkit.work import FixedClock, Seams
from tests.sales.making import ACCOUNT, NOON, PLACES, ZONE, every_booked, payment, refund
from tests.sales.test_mirror import in_columns, in_rows
from tests.sandbox.asking import Asking

DAY = timedelta(days=1)
CENTRE = Place(STORE, "900", "Centro", "CENTRO")
FIRST = Place(REGISTER, "700", "Caja 1", "CENTRO1", "900")


@pytest.mark.parametrize("site", sorted(SITES))
def test_a_minute_before_and_after_midnight_of_each_country(site: str, store: Engine, tmp_path: Path) -> None:
    zone = ZoneInfo(SITES[site].zone)
    day = date(2026, 9, 5)  # clocks are put forward in Chile at the end of it
    clock = FixedClock(datetime.combine(day, time(20), zone).astimezone(UTC))
    world = World(site=site, clock=clock, sleep=clock.sleep, stores=1, registers=1, payments=0)
    seams = Seams(clock=clock, sleep=clock.sleep)
    with connect("http://127.0.0.1:1", SecretStr(world.seller.token), seams=seams, transport=world) as api:
        account = api.seller()
        (register,) = api.pos_list()
        for at, amount in ((time(23, 59), 1_000), (time(0, 1), 2_000)):
            local = datetime.combine(day + (DAY if at.hour == 0 else 0 * DAY), at, zone)
            clock.at = local.astimezone(UTC)
            buyer = {"action": "pay", "pos": register.id, "amount": f"{amount // 100}", "as_order": True}
            assert Asking(world, clock)("POST", "/_sandbox/buyer", buyer).status == 201
        clock.sleep(600)
        mirror = sales.open_mirror(tmp_path, store, account, seams)
        sales.sync(api, mirror, account)
    answer = sales.ask(mirror, Question(account.id, Period(day - 9 * DAY, day + 9 * DAY)))
    assert [(row.key, row.gross) for row in answer.rows] == [
        (day.isoformat(), 1_000), ((day + DAY).isoformat(), 2_000),
    ]  # fmt: skip


@given(
    zone=st.sampled_from(sorted({name for site in SITES for name in zones_of(site)})),
    moment=st.datetimes(datetime(2023, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    cutoff=st.integers(0, 24 * 60 - 1),
)
def test_the_day_is_what_the_clock_on_the_wall_says_less_the_cut_off(zone: str, moment: datetime, cutoff: int) -> None:
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    early = wall.hour * 60 + wall.minute < cutoff
    assert business_day(moment, zone, cutoff) == wall.date() - (DAY if early else timedelta())


def test_a_cut_off_moves_what_is_sold_after_midnight_to_the_day_before(store: Engine, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror", store, ACCOUNT, ZONE)
    mirror.catch_up()
    at = datetime(2026, 3, 11, 3, tzinfo=ZoneInfo(ZONE))
    back = (refund(1, 500, at + DAY),)
    sold = [
        payment(1, approved=at, refunds=back),
        payment(2, approved=at + timedelta(hours=1)),
        payment(3, approved=at),
    ]
    sold[2] = payment(3, approved=at, store_id="901", pos_id="701")
    places = [CENTRE, FIRST, Place(STORE, "901", "Sur")]
    placing.keep_places(store, ACCOUNT, ZONE, places)
    rows.keep_payments(store, ACCOUNT, sold, rows.known_places(store, ACCOUNT, ZONE))
    assert _days(store) == {"1": 11, "2": 11, "3": 11}
    sales.set_day(store, ACCOUNT, "900", cutoff=240)
    assert placing.days_told(store, ACCOUNT) == {"900": ("", 240)}
    assert placing.keep_places(store, ACCOUNT, ZONE, places) == 2
    assert placing.keep_places(store, ACCOUNT, ZONE, places) == 0
    assert _days(store) == {"1": 10, "2": 11, "3": 11}
    assert [row["day"].day for each in every_booked(store) for row in each.refunds] == [11]
    again = payment(4, approved=at)  # what comes later is booked alike
    rows.keep_payments(store, ACCOUNT, [again], rows.known_places(store, ACCOUNT, ZONE))
    assert _days(store)["4"] == 10
    mirror.catch_up()
    assert in_columns(mirror) == in_rows(store)
    sales.set_day(store, ACCOUNT, "900", cutoff=0, zone="America/Mexico_City")  # three hours behind: still the 11th
    placing.keep_places(store, ACCOUNT, ZONE, places)
    assert _days(store) == {"1": 11, "2": 11, "3": 11, "4": 11}
    mirror.catch_up()
    assert in_columns(mirror) == in_rows(store)


def _days(store: Engine) -> dict[str, int]:
    return {each.payment["payment_id"]: each.payment["day"].day for each in every_booked(store)}


@pytest.mark.parametrize(("cutoff", "zone", "key"), [(1440, "", "sales_no_cutoff"), (0, "Luna/Mar", "sales_no_zone")])
def test_a_day_that_cannot_be_is_refused(cutoff: int, zone: str, key: str, store: Engine) -> None:
    with pytest.raises(WrongUsage) as wrong:
        sales.set_day(store, ACCOUNT, "900", cutoff=cutoff, zone=zone)
    assert wrong.value.key == key
    assert placing.days_told(store, ACCOUNT) == {}


def test_a_register_that_was_replaced_keeps_one_line(store: Engine, tmp_path: Path) -> None:
    """The POS was taken away and made again under its external id, twice; late words of the old ones come in too."""
    mirror = Mirror(tmp_path / "mirror", store, ACCOUNT, ZONE)
    mirror.catch_up()
    placing.keep_places(store, ACCOUNT, ZONE, [CENTRE, FIRST, PLACES.registers["701"]])

    def sold(number: int, pos: str) -> None:
        one = payment(number, approved=NOON + number * DAY, pos_id=pos, store_id=None if number % 2 else "900")
        rows.keep_payments(store, ACCOUNT, [one], rows.known_places(store, ACCOUNT, ZONE))

    for number in range(1, 5):
        sold(number, "700")
    sold(5, "701")
    for number, pos in ((6, "710"), (8, "720")):
        heir = Place(REGISTER, pos, "Caja 1", "CENTRO1", "900")
        assert placing.keep_places(store, ACCOUNT, ZONE, [CENTRE, heir, PLACES.registers["701"]]) == number - 2
        sold(number, pos)
        sold(number + 1, "700")  # told late
    booked = {each.payment["payment_id"]: each.payment for each in every_booked(store)}
    assert {key: row["pos_id"] for key, row in booked.items()} == {
        **dict.fromkeys("12346789", "720"), "5": "701",
    }  # fmt: skip
    assert {key: row["paid_at"] for key, row in booked.items()} == {
        **dict.fromkeys("123479", "700"), "6": "710", "8": "", "5": "",
    }  # fmt: skip
    assert {row["store_id"] for key, row in booked.items() if key != "5"} == {"900"}
    mirror.catch_up()
    assert in_columns(mirror) == in_rows(store)
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    answer = sales.ask(mirror, Question(ACCOUNT, year, by="register"))
    assert {row.key: row.count for row in answer.rows} == {"720": 8, "701": 1}
    places = sales.places_of(mirror)
    assert {places.find(REGISTER, text) for text in ("700", "710", "720", "CENTRO1")} == {"720"}


def test_a_sale_stays_in_the_store_that_made_it_when_its_register_moves(store: Engine) -> None:
    placing.keep_places(store, ACCOUNT, ZONE, [CENTRE, FIRST])
    rows.keep_payments(store, ACCOUNT, [payment(1)], rows.known_places(store, ACCOUNT, ZONE))
    moved = [CENTRE, Place(STORE, "901", "Sur"), Place(REGISTER, "700", "Caja 1", "CENTRO1", "901")]
    assert placing.keep_places(store, ACCOUNT, ZONE, moved) == 0
    assert every_booked(store)[0].payment["store_id"] == "900"


def test_moving_that_was_stopped_is_gone_on_with(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "_AT_ONCE", 7)
    placing.keep_places(store, ACCOUNT, ZONE, [CENTRE, FIRST])
    at = datetime(2026, 3, 11, 3, tzinfo=ZoneInfo(ZONE))
    many = [payment(number, approved=at) for number in range(100, 150)]
    rows.keep_payments(store, ACCOUNT, many, rows.known_places(store, ACCOUNT, ZONE))
    sales.set_day(store, ACCOUNT, "900", cutoff=300)
    real, left = placing.tell_mirrors, iter(range(3))

    def dying(*args: object) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(placing, "tell_mirrors", dying)
    with pytest.raises(KeyboardInterrupt):
        placing.keep_places(store, ACCOUNT, ZONE, [CENTRE, FIRST])
    monkeypatch.setattr(placing, "tell_mirrors", real)
    assert set(_days(store).values()) == {10, 11}
    assert placing.keep_places(store, ACCOUNT, ZONE, [CENTRE, FIRST]) == 50 - 21
    assert set(_days(store).values()) == {10}
