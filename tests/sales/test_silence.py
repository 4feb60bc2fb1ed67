"""Who stopped selling: closings, hours, feasts, one line a branch, old data, what is put off, and the rule itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit import ledger, sales
from mpkit.db import Engine
from mpkit.ledger import Snooze
from mpkit.model import WEEK
from mpkit.sales import Standing, coverage, placing, rows
from mpkit.sales.clocks import clocks
from mpkit.sales.habits import LOOK, Habits
from mpkit.sales.mirror import Mirror
from mpkit.sales.patience import Clock, Usual, since, usual
from mpkit.sales.places_of_sale import REGISTER, STORE, Place, gather
from mpkit.sales.waiting import ALLOWED, LEAST, SOON, SURE, waiting
from mpkit.sales.windows import CREATED, Window
from mpkit.work import FixedClock, Seams
from tests.sales.making import ACCOUNT, ZONE, payment

DAY = timedelta(days=1)
LAST = date(2026, 6, 17)  # a Wednesday
MORNING = datetime(2026, 6, 18, 11, tzinfo=UTC)  # eight o'clock there
PLACES = gather(
    ZONE,
    [
        Place(STORE, "900", "Centro", "CENTRO"),
        Place(STORE, "901", "Norte", "NORTE"),
        *(Place(REGISTER, f"70{n}", f"Caja {n + 1}", f"C{n}", "900") for n in range(3)),
        *(Place(REGISTER, f"71{n}", f"Caja {n + 1}", f"N{n}", "901") for n in range(2)),
    ],
)
Sold = Callable[[date], int]
Watch = Callable[..., Mirror]


def always(a_day: int) -> Sold:
    return lambda _day: a_day


def until(last: date, a_day: int = 8) -> Sold:
    return lambda day: a_day if day <= last else 0


@pytest.fixture
def watch(store: Engine, tmp_path: Path) -> Watch:
    """A mirror of registers that sold so many times on each of some days up to `LAST`, from ten o'clock on."""

    def made(
        sold: Mapping[str, Sold], now: datetime = MORNING, as_of: datetime | None = None, days: int = 70
    ) -> Mirror:
        placing.keep_places(store, ACCOUNT, ZONE, [*PLACES.stores.values(), *PLACES.registers.values()])
        many, number = [], 0
        for pos_id, how_many in sold.items():
            for back in range(days):
                day = LAST - back * DAY
                for n in range(how_many(day)):
                    number += 1
                    at = datetime.combine(day, time(13), UTC) + n * timedelta(hours=1)
                    store_id = "900" if pos_id.startswith("70") else "901"
                    many.append(payment(number, approved=at, store_id=store_id, pos_id=pos_id))
        rows.keep_payments(store, ACCOUNT, many, PLACES)
        known = as_of or now
        coverage.finish_window(store, ACCOUNT, Window(CREATED, known - 200 * DAY, known, known), known)
        mirror = Mirror(tmp_path / "mirror", store, ACCOUNT, ZONE, Seams(clock=FixedClock(now)))
        mirror.catch_up()
        return mirror

    return made


def lines(mirror: Mirror, standing: Standing | None = None) -> list[tuple[str, str]]:
    return [(each.object, each.id) for each in sales.silences(mirror, standing or Standing()).lines]


def test_a_register_silent_for_two_days_is_named_and_its_busy_neighbours_are_not(watch: Watch) -> None:
    mirror = watch({"700": always(8), "701": until(LAST - 2 * DAY), "710": always(8), "711": always(8)})
    seen = sales.silences(mirror, Standing())
    assert [(each.object, each.id, each.name, each.store) for each in seen.lines] == [
        ("pos", "701", "Caja 2", "Centro")
    ]
    (line,) = seen.lines
    assert (line.last, line.registers) == (datetime(2026, 6, 15, 20, tzinfo=UTC), ("701",))
    assert line.usual == pytest.approx(8.0, abs=0.5)
    assert line.missed == pytest.approx(16.0, abs=2.0)
    assert line.days == pytest.approx(2.0, abs=0.2)
    assert (seen.watched, seen.registers) == (4, 1)


def test_a_branch_all_of_whose_registers_are_silent_is_one_line(watch: Watch) -> None:
    mirror = watch({"700": until(LAST - 3 * DAY), "701": until(LAST - 3 * DAY), "710": always(8), "711": always(8)})
    assert lines(mirror) == [("store", "900")]
    (line,) = sales.silences(mirror, Standing()).lines
    assert (line.name, set(line.registers)) == ("Centro", {"700", "701"})


@pytest.mark.parametrize(("days", "named"), [(10, []), (40, [("pos", "700")])])
def test_few_sales_a_week_are_given_more_time(watch: Watch, days: int, named: list[tuple[str, str]]) -> None:
    def sometimes(day: date) -> int:
        return int(day <= LAST - days * DAY and day.toordinal() % 3 == 0)

    assert lines(watch({"700": sometimes, "710": always(8), "711": always(8)})) == named


def test_who_sells_too_rarely_is_named_with_the_days_it_takes(watch: Watch) -> None:
    mirror = watch({"700": always(8), "701": lambda day: int(day.toordinal() % 3 == 0), "710": always(8)})
    seen = sales.silences(mirror, Standing())
    (rare,) = seen.waited
    assert (rare.id, rare.name, rare.store) == ("701", "Caja 2", "Centro")
    assert rare.usual == pytest.approx(1 / 3, abs=0.1)
    assert 14 <= rare.days <= 42
    assert seen.to_json()["waited_longer"][0]["told_after_open_days"] == rare.days
    assert sales.silences(mirror, Standing(over=frozenset({"701"}))).waited == ()


def test_what_the_list_knows_to_be_closed_is_no_news(watch: Watch) -> None:
    mirror = watch({"700": until(LAST - 3 * DAY), "701": until(LAST - 3 * DAY), "710": always(8), "711": always(8)})
    assert lines(mirror, Standing(until={"900": date(2026, 7, 1)})) == []
    assert lines(mirror, Standing(until={"900": date(2026, 6, 18)})) == [], "it opens today: nobody could sell yet"
    assert lines(mirror, Standing(over=frozenset({"900"}))) == []
    assert lines(mirror, Standing(over=frozenset({"700", "701"}))) == []
    assert lines(mirror, Standing(over=frozenset({"700"}))) == [("pos", "701")], "the other one is left alone with it"


def test_a_branch_that_is_shut_on_these_weekdays_has_not_fallen_silent(watch: Watch) -> None:
    mirror = watch({"700": until(LAST - 2 * DAY), "710": always(8), "711": always(8)})
    week = {day: (("10:00", "20:00"),) for day in WEEK if day not in {"tuesday", "wednesday"}}
    assert lines(mirror, Standing(hours={"900": week})) == []
    assert lines(mirror, Standing(hours={"900": dict.fromkeys(WEEK, (("10:00", "20:00"),))})) == [("pos", "700")]


def test_a_day_on_which_the_whole_account_rests_raises_no_alarm(watch: Watch) -> None:
    mirror = watch({name: until(LAST - 1 * DAY) for name in ("700", "701", "702", "710", "711")})
    assert lines(mirror) == []


@pytest.mark.parametrize(
    ("last", "named"),
    [
        (date(2026, 6, 13), []),  # Monday the 15th was a holiday in Argentina
        (date(2026, 6, 6), [("pos", "700")]),  # Monday the 8th was a day like any
    ],
)
def test_a_shop_alone_knows_a_holiday_by_the_calendar(watch: Watch, last: date, named: list[tuple[str, str]]) -> None:
    tuesday = datetime.combine(last + 3 * DAY, time(11), UTC)
    assert lines(watch({"700": until(last)}, tuesday)) == named


@pytest.mark.parametrize(("hours", "state"), [(2, "known"), (30, "old")])
def test_old_sales_raise_no_alarm_and_say_so(watch: Watch, hours: int, state: str) -> None:
    sold = {"700": always(8), "701": until(LAST - 3 * DAY), "710": always(8)}
    mirror = watch(sold, MORNING + timedelta(hours=hours), as_of=MORNING)
    seen = sales.silences(mirror, Standing())
    assert (seen.state, bool(seen.lines)) == (state, state == "known")
    assert seen.as_of == MORNING


def test_without_any_sales_nothing_is_known(store: Engine, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror", store, ACCOUNT, ZONE)
    assert sales.silences(mirror, Standing()).state == "never"
    assert sales.unsold(mirror) == ()


def test_a_young_register_needs_to_be_known_first(watch: Watch) -> None:
    young = {"701": lambda day: 8 if LAST - 3 * DAY <= day <= LAST - 2 * DAY else 0}
    assert lines(watch({"700": always(8), "710": always(8), "711": always(8), **young})) == []


def test_never_sold_and_long_silent_registers_are_a_list_of_their_own(watch: Watch) -> None:
    mirror = watch({"700": always(8), "710": always(8), "711": always(8)})
    assert [(each.id, each.last) for each in sales.unsold(mirror)] == [("701", None), ("702", None)]


@pytest.mark.parametrize(("back", "silent"), [(LOOK - 1, True), (LOOK, False)])
def test_a_silence_that_is_no_news_any_more_stands_in_one_list_only(watch: Watch, back: int, silent: bool) -> None:
    sold = {"700": always(4), "701": until(LAST - back * DAY, 4), "710": until(LAST - back * DAY, 4), "711": always(4)}
    mirror = watch(sold, days=LOOK + 50)
    seen = sales.silences(mirror, Standing())
    assert {each.id for each in seen.lines} == ({"701", "710"} if silent else set())
    assert seen.watched == (4 if silent else 2)
    long = [each.id for each in sales.unsold(mirror) if each.last is not None]
    assert long == ([] if silent else ["701", "710"]), "who is in neither list would be forgotten"


def test_what_is_put_off_comes_back_on_its_day(watch: Watch, store: Engine) -> None:
    mirror = watch({"700": always(8), "701": until(LAST - 2 * DAY), "710": always(8), "711": always(8)})
    seen = sales.silences(mirror, Standing())
    put_off = Snooze("pos", "701", date(2026, 6, 25), "works", "screen", MORNING)
    ledger.snooze(store, ACCOUNT, [put_off])
    ledger.snooze(store, ACCOUNT, [put_off])  # pressed twice
    answered = seen.answered(ledger.snoozed(store, ACCOUNT, date(2026, 6, 24)))
    assert (answered.lines, [each.snooze for each in answered.put_off]) == ((), [put_off])
    document = answered.to_json()
    assert document["silent"] == []
    assert (document["put_off"][0]["until"], document["put_off"][0]["reason"]) == ("2026-06-25", "works")
    assert seen.answered(ledger.snoozed(store, ACCOUNT, date(2026, 6, 25))).lines == seen.lines
    assert ledger.snoozed(store, "another account", date(2026, 6, 24)) == {}
    ledger.wake(store, ACCOUNT, "pos", "701")
    assert seen.answered(ledger.snoozed(store, ACCOUNT, date(2026, 6, 24))).lines == seen.lines


# The rule, without a store


def judged(counts: Iterable[int], gap: int) -> float:
    """The surprise of a place that sold so on as many days and then nothing for `gap` whole days, alone."""
    sold = list(counts)
    days = len(sold) + gap + 1
    weekdays = np.arange(days) % 7
    last = max(n for n, each in enumerate(sold) if each)
    weight = 0.5 ** ((last - np.arange(last + 1)) / 28)
    weekly, unsold = np.zeros((1, 7)), np.zeros((1, 7))
    for n in range(last + 1):
        weekly[0, n % 7] += sold[n] * weight[n]
        unsold[0, n % 7] += sold[n] > 0
    squares = np.array([(np.array(sold[: last + 1]) ** 2 * weight).sum()])
    first = np.array([next(n for n, each in enumerate(sold) if each)])
    habits = Habits(np.array(["1"]), first, np.array([last]), np.zeros(1), weekly, unsold, squares)
    busy = np.ones(days)
    found = usual(habits, weekdays, busy, np.ones((1, 7)))
    nought = np.zeros(1, dtype="i8")
    clock = Clock(weekdays, np.array([last + gap]), np.zeros(1), np.ones(1), nought, busy[None, :], nought)
    return float(since(habits, found, clock, np.zeros(1)).surprise[0])


@given(st.lists(st.integers(1, 30), min_size=14, max_size=80), st.integers(1, 20))
def test_surprise_grows_with_the_days_of_silence(counts: list[int], gap: int) -> None:
    assert judged(counts, gap) < judged(counts, gap + 1)


@given(st.integers(10, 60), st.integers(14, 60))
def test_a_steady_busy_register_is_known_silent_after_two_days(a_day: int, days: int) -> None:
    assert judged([a_day] * days, 2) >= SURE


def test_a_register_used_on_some_days_only_is_given_more_time() -> None:
    irregular = [20 if n % 3 == 0 else 0 for n in range(64)]
    assert judged(irregular, 3) < SURE < judged([20] * 64, 2)


def test_a_habit_of_few_sales_is_believed_less() -> None:
    assert judged([4] * 5, 6) < judged([4] * 60, 6)


def selling(*a_day: float, off: float = 1e-4) -> Usual:
    """Places known for long, each with so many sales on every day of the week."""
    rate = np.array(a_day)[:, None].repeat(7, axis=1)
    surprise = -np.log(off + (1.0 - off) * np.exp(-np.log1p(0.15 * rate) / 0.15))
    return Usual(rate, surprise, np.ones_like(rate, dtype=bool), np.full(len(rate), 1e6), np.zeros(len(rate)))


def test_how_long_each_is_waited_for() -> None:
    waits = waiting(selling(30.0, 6.0, 1.0, 2 / 7))
    assert waits.days.tolist()[:2] == [1, 2]
    assert SOON < waits.days[2] < waits.days[3], "who sells less is waited for longer"
    assert waits.enough.tolist() == [SURE] * 4, "one of four is no fleet to spend false alarms on"


@given(st.lists(st.floats(0.1, 40.0), min_size=1, max_size=80))
def test_the_false_alarms_foretold_stay_below_what_is_allowed(a_day: list[float]) -> None:
    found = selling(*a_day)
    waits = waiting(found)
    lowered = waits.enough < SURE
    assert waits.chance.sum() <= ALLOWED * len(a_day) + 1e-9 or not lowered.any()
    assert (waits.enough[lowered] >= LEAST).all()
    assert (waits.days[lowered] <= SOON).all()


def test_who_sells_little_is_told_in_two_days_where_the_rest_raise_no_false_alarms() -> None:
    alone, among = waiting(selling(4.0)), waiting(selling(4.0, *[30.0] * 200))
    assert (alone.days[0], alone.enough[0]) == (3, SURE)
    assert among.days[0] == SOON
    assert LEAST <= among.enough[0] < SURE


@given(st.floats(0.05, 9.0), st.floats(1.0, 200.0), st.integers(0, 6))
def test_the_days_foretold_are_those_of_a_silence_lived_through(a_day: float, believed: float, best: int) -> None:
    found = replace(selling(a_day), believed=np.array([believed]))
    found.sales[0, best] *= 2
    found.surprise[0, best] *= 2
    took = []
    for fell in range(7):
        surprise = missed = 0.0
        for ahead in range(1, LOOK + 1):
            surprise += found.surprise[0, (fell + ahead) % 7]
            missed += found.sales[0, (fell + ahead) % 7]
            if surprise * believed * np.log1p(missed / believed) / missed >= SURE:
                break
        took.append(ahead)
    assert waiting(found).days[0] == max(took)


def test_a_register_that_would_take_long_is_told_when_it_was_said() -> None:
    found = selling(1.0)
    days = int(waiting(found).days[0])
    reached = [found.surprise[0, 0] * n for n in (days - 1, days)]
    assert reached[0] < SURE <= reached[1] + 0.01


def test_the_day_follows_the_shop_s_hours() -> None:
    hours = dict.fromkeys(WEEK, (("10:00", "14:00"), ("18:00", "20:30")))
    known = clocks(["900"], {}, {"900": hours}, PLACES)
    at = [datetime(2026, 6, 17, h, m, tzinfo=UTC).timestamp() for h, m in ((13, 0), (15, 0), (19, 0), (23, 30))]
    made = known.passed(["900"] * 4, np.array(at))  # 10:00, 12:00, 16:00 and 20:30 there
    assert made == pytest.approx([0.0, 2 / 6.5, 4 / 6.5, 1.0], abs=0.04)
