"""What the pages show of the sales: a mirror and a clock's day come in, frozen figures go out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from mpkit.model import Period
from mpkit.sales import said
from mpkit.sales.asking import ask, days_of, matrix, places_of
from mpkit.sales.entries import business_day
from mpkit.sales.freshness import Freshness
from mpkit.sales.mirror import Mirror
from mpkit.sales.question import Answer, Question, Row, change, rows_by_key

_WEEK = timedelta(days=7)
_LOOK_BACK = 14  # days before yesterday in which a register's habits are looked for
_HABIT = 5  # of them with a sale, for a silent day to mean something


@dataclass(frozen=True, slots=True)
class Today:
    """The day so far, by the hour, and the whole of the same weekday a week before."""

    day: date
    answer: Answer
    week_before: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """A period by days against the days right before it; every day stands in both, also those without sales.

    `rows` and `before` are in the order of the days, per currency; `before` has the earlier days' own keys.
    """

    answer: Answer
    rows: tuple[Row, ...]
    before: tuple[Row, ...]

    def changes(self, currency: str, measure: str = "gross") -> float | None:
        """The change of a measure's total against the period before, as a fraction; None without anything before."""
        now = sum(getattr(row, measure) for row in self.answer.totals if row.currency == currency)
        earlier = self.answer.previous.totals if self.answer.previous else ()
        return change(now, sum(getattr(row, measure) for row in earlier if row.currency == currency))


@dataclass(frozen=True, slots=True)
class Ranked:
    """One store or register of a ranking: its sums, those of the period before, and its share of the gross."""

    row: Row
    before: Row
    share: float


@dataclass(frozen=True, slots=True)
class SilentRegister:
    """A register that sold on most recent days, and on this weekday, and had no sale yesterday."""

    pos_id: str
    register: str
    store_id: str
    store: str
    last_sale: date
    days_sold: int  # of the 14 days before yesterday


@dataclass(frozen=True, slots=True)
class Yesterday:
    """The figures of the first sentence on Hoy; one row per currency, the one with most payments first."""

    day: date
    totals: tuple[Row, ...]
    week_before: tuple[Row, ...]
    registers: int  # that had a sale
    silent: tuple[SilentRegister, ...]

    def changes(self, currency: str) -> float | None:
        """Gross against the same weekday a week before, as a fraction."""
        now, before = (
            sum(row.gross for row in rows if row.currency == currency) for rows in (self.totals, self.week_before)
        )
        return change(now, before)


def local_day(mirror: Mirror) -> date:
    """Today, where most of the account's stores are."""
    return business_day(mirror.seams.clock.now(), mirror.zone)


def last_days(mirror: Mirror, days: int = 30) -> Period:
    """So many whole days, yesterday the last."""
    yesterday = local_day(mirror) - timedelta(days=1)
    return Period(yesterday - timedelta(days=days - 1), yesterday)


def freshness(mirror: Mirror) -> Freshness:
    """How far the account's payments are known."""
    return mirror.freshness()


def today(mirror: Mirror, stores: tuple[str, ...] = ()) -> Today:
    """Today so far."""
    day = local_day(mirror)
    asked = Question(mirror.account, Period(day, day), by="hour", stores=stores)
    before = replace(asked, period=Period(day - _WEEK, day - _WEEK), by="")
    return Today(day, ask(mirror, asked), ask(mirror, before).totals)


def overview(mirror: Mirror, question: Question | None = None) -> Overview:
    """A period by days against as many days before; without a question the last 30 whole days."""
    asked = question or Question(mirror.account, last_days(mirror))
    answer = ask(mirror, replace(asked, by="day", compare=asked.compare or "previous"))
    before = answer.previous
    currencies = sorted({row.currency for each in (answer, before) if each for row in each.totals})
    return Overview(answer, _every_day(answer, currencies), _every_day(before, currencies) if before else ())


def _every_day(answer: Answer, currencies: list[str]) -> tuple[Row, ...]:
    found = rows_by_key(answer.rows)
    return tuple(
        found.get((day.isoformat(), currency)) or Row(day.isoformat(), currency, label=day.isoformat())
        for currency in currencies
        for day in days_of(answer.question.period)
    )


def ranking(mirror: Mirror, question: Question, by: str = "store") -> tuple[Ranked, ...]:
    """Stores or registers by gross, most first, per currency; those that only sold before come last with nothing."""
    answer = ask(mirror, replace(question, by=by, compare=question.compare or "previous"))
    now = rows_by_key(answer.rows)
    before = rows_by_key(answer.previous.rows if answer.previous else ())
    whole = {row.currency: row.gross for row in answer.totals}
    ranked = []
    for key, currency in now.keys() | before.keys():
        empty = Row(key, currency, label=(now.get((key, currency)) or before[key, currency]).label)
        row = now.get((key, currency), empty)
        share = row.gross / whole[currency] if whole.get(currency) else 0.0
        ranked.append(Ranked(row, before.get((key, currency), empty), share))
    return tuple(sorted(ranked, key=lambda each: (each.row.currency, -each.row.gross, each.row.key)))


def hour_by_weekday(mirror: Mirror, question: Question) -> tuple[tuple[str, Row], ...]:
    """Weekday ("1" Monday) and the row of each hour with anything in it."""
    return matrix(mirror, question, "hour", "weekday")


def by_store_and_day(mirror: Mirror, question: Question) -> tuple[tuple[str, Row], ...]:
    """Day and the row of each store with anything on it."""
    return matrix(mirror, question, "store", "day")


def silent_registers(mirror: Mirror, day: date | None = None) -> tuple[SilentRegister, ...]:
    """Registers without a sale on `day` (yesterday) though they sell on most days and on this weekday.

    "Most days": at least 5 of the 14 before; "on this weekday": one or two weeks before. A register that rests on
    Sundays is so not called silent on Mondays. Most regular ones first.
    """
    silent_on = day or local_day(mirror) - timedelta(days=1)
    sold: dict[tuple[str, str], set[date]] = {}
    first = silent_on - timedelta(days=_LOOK_BACK)
    for pos_id, store_id, when, count in mirror.fetch(said.last_sales(mirror.account, first, silent_on)):
        if count > 0:
            sold.setdefault((pos_id, store_id), set()).add(when)
    places = places_of(mirror)
    usual = {silent_on - _WEEK, silent_on - 2 * _WEEK}
    found = [
        SilentRegister(
            pos_id, places.register_name(pos_id), store_id, places.store_name(store_id), max(days), len(days)
        )
        for (pos_id, store_id), days in sold.items()
        if silent_on not in days and len(days) >= _HABIT and days & usual
    ]
    return tuple(sorted(found, key=lambda each: (-each.days_sold, each.store, each.register, each.pos_id)))


def yesterday_sentence(mirror: Mirror) -> Yesterday:
    """The figures of yesterday's sentence."""
    day = local_day(mirror) - timedelta(days=1)
    answer = ask(mirror, Question(mirror.account, Period(day, day), by="register"))
    before = ask(mirror, Question(mirror.account, Period(day - _WEEK, day - _WEEK), by=""))
    selling = {row.key for row in answer.rows if row.key and row.count > 0}
    totals = tuple(sorted(answer.totals, key=lambda row: -row.count))
    return Yesterday(day, totals, before.totals, len(selling), silent_registers(mirror, day))
