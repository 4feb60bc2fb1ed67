"""What the pages show of the sales: a mirror and a clock's day come in, frozen figures go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from mpkit.model import Period
from mpkit.sales import coverage, said
from mpkit.sales.asking import Compared, ask, days_of, matrix, placed, ranked
from mpkit.sales.entries import business_day, zone_of
from mpkit.sales.freshness import Freshness
from mpkit.sales.mirror import Mirror
from mpkit.sales.question import MEASURES, Answer, Question, Row, change, earlier, rows_by_key
from mpkit.sales.windows import UPDATED, gaps

_INSTANT = timedelta(microseconds=1)
_WEEK = timedelta(days=7)


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
class Today:
    """The day so far by the hour, beside the day it is compared with; `hours` are over, so that both have them whole.

    `rows` and `before` hold every hour of the day, per currency.
    """

    overview: Overview
    hours: int

    def compared(self, currency: str) -> tuple[Row, Row]:
        """The sums of the hours that are over, and of the same hours of the other day."""
        now, before = (
            [row for row in rows if row.currency == currency and int(row.key) < self.hours]
            for rows in (self.overview.rows, self.overview.before)
        )
        empty = Row("", currency)
        return _sum(empty, now, 1), _sum(empty, before, 1)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Some of the `places` stores or registers, most sold first, and what makes them add up to the account.

    rows + rest + nowhere = whole: `rest` are the places not among the rows, `nowhere` what came without a place.
    """

    rows: tuple[Compared, ...]
    places: int
    rest: Compared
    nowhere: Compared
    whole: Compared

    def share(self, row: Row) -> float:
        """A row's part of all that was sold."""
        return row.gross / self.whole.now.gross if self.whole.now.gross else 0.0


NOTHING = Compared(Row("", ""), Row("", ""))


@dataclass(frozen=True, slots=True)
class Yesterday:
    """The figures of the first sentence on Hoy; one row per currency, the one with most payments first."""

    day: date
    totals: tuple[Row, ...]
    week_before: tuple[Row, ...]
    registers: int  # that had a sale

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


def today(mirror: Mirror, question: Question | None = None) -> Today:
    """Today so far, against the same weekday a week before where the question does not say otherwise."""
    day = local_day(mirror)
    asked = question or Question(mirror.account, Period(day, day))
    asked = replace(asked, period=Period(day, day), by="hour", compare=asked.compare or "weekdays")
    answer = ask(mirror, asked)
    hours = mirror.seams.clock.now().astimezone(zone_of(mirror.zone)).hour
    return Today(_filled(answer, [f"{hour:02d}" for hour in range(24)]), hours)


def missing(mirror: Mirror, period: Period) -> tuple[Period, ...]:
    """The days of a period, up to today, whose payments were not all fetched yet; days of the account's own zone."""
    zone = zone_of(mirror.zone)
    windows = [each for each in coverage.known_windows(mirror.engine, mirror.account) if each.range != UPDATED]
    if not windows:
        return ()
    begin = datetime.combine(period.first, time(), zone)
    end = datetime.combine(period.last + timedelta(days=1), time(), zone)
    until = max(each.end for each in windows)  # what came after is known by when it changed
    return tuple(
        Period(start.astimezone(zone).date(), (stop - _INSTANT).astimezone(zone).date())
        for start, stop in gaps(begin, min(end, until), windows)
    )


def overview(mirror: Mirror, question: Question | None = None) -> Overview:
    """A period by days against as many days before; without a question the last 30 whole days."""
    asked = question or Question(mirror.account, last_days(mirror))
    answer = ask(mirror, replace(asked, by="day", compare=asked.compare or "previous"))
    return _filled(answer)


def _filled(answer: Answer, keys: Sequence[str] = ()) -> Overview:
    """An answer and the one before with a row for every key (for every day of their periods where none are given)."""
    before = answer.previous
    currencies = sorted({row.currency for each in (answer, before) if each for row in each.totals})
    return Overview(answer, _every(answer, currencies, keys), _every(before, currencies, keys) if before else ())


def _every(answer: Answer, currencies: list[str], keys: Sequence[str]) -> tuple[Row, ...]:
    found = rows_by_key(answer.rows)
    wanted = keys or [day.isoformat() for day in days_of(answer.question.period)]
    return tuple(
        found.get((key, currency)) or Row(key, currency, label=key) for currency in currencies for key in wanted
    )


def ranking(mirror: Mirror, question: Question, by: str = "store", offset: int = 0, limit: int = 25) -> Ranking:
    """Stores or registers by gross, most first, from the place `offset` on, against the period before.

    Of one currency, the question's: without one the result has rows of several, and its sums mean nothing.
    """
    asked = replace(question, by=by)
    before = earlier(question.period, question.compare or "previous")
    rows = ranked(mirror, asked, before, offset, limit)
    places, nowhere, whole = 0, NOTHING, NOTHING
    for without, number, sums in placed(mirror, asked, before):
        whole = added(whole, sums)
        if without:
            nowhere = sums
        else:
            places = number
    rest = added(whole, nowhere, *rows, sign=-1)
    return Ranking(tuple(rows), places, rest, nowhere, whole)


def added(first: Compared, *more: Compared, sign: int = 1) -> Compared:
    """Sums of one currency put together, or with `sign` -1 taken off the first."""
    return Compared(
        _sum(first.now, [each.now for each in more], sign), _sum(first.before, [each.before for each in more], sign)
    )


def _sum(first: Row, more: list[Row], sign: int) -> Row:
    currency = next((row.currency for row in (first, *more) if row.currency), "")
    sums = {name: getattr(first, name) + sign * sum(getattr(row, name) for row in more) for name in MEASURES}
    return Row("", currency, **sums)


def hour_by_weekday(mirror: Mirror, question: Question) -> tuple[tuple[str, Row], ...]:
    """Weekday ("1" Monday) and the row of each hour with anything in it."""
    return matrix(mirror, question, "hour", "weekday")


def by_store_and_day(mirror: Mirror, question: Question) -> tuple[tuple[str, Row], ...]:
    """Day and the row of each store with anything on it."""
    return matrix(mirror, question, "store", "day")


def yesterday_sentence(mirror: Mirror) -> Yesterday:
    """The figures of yesterday's sentence."""
    day = local_day(mirror) - timedelta(days=1)
    asked = Question(mirror.account, Period(day, day), by="")
    before = ask(mirror, replace(asked, period=Period(day - _WEEK, day - _WEEK)))
    ((selling,),) = mirror.fetch(said.selling(asked)) or [(0,)]
    totals = tuple(sorted(ask(mirror, asked).totals, key=lambda row: -row.count))
    return Yesterday(day, totals, before.totals, int(selling))
