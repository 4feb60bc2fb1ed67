"""Figures as people read them: amounts, counts and changes come in, short texts in the country's writing go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent

from mpkit.i18n import locale_of
from mpkit.model import Period
from mpkit.money import plain, shown
from mpkit.pages.charts import Bar
from mpkit.pages.charts_written import day_tick, weekdays
from mpkit.sales import Answer, Overview, Row
from mpkit.sales.question import MEASURES

WHOLE = 1_000_00  # hundredths: from a thousand on, cents say nothing in a headline
MONTH = 30
_SUNDAY = 6


def money(hundredths: int, currency: str, language: str, *, exact: bool = False) -> str:
    """An amount; in a headline (not `exact`) without cents from a thousand units on."""
    text = shown(hundredths, currency, locale_of(language))
    if exact or abs(hundredths) < WHOLE:
        return text
    rounded = shown((abs(hundredths) + 50) // 100 * 100 * (1 if hundredths >= 0 else -1), currency, locale_of(language))
    cents = format_decimal(0, "0.00", locale=locale_of(language))[1:]
    return rounded.removesuffix(cents)


def bare(hundredths: int, currency: str, language: str) -> str:
    """An amount to the cent without its currency, for a table that says it once."""
    pattern = f"#,##0{plain(0, currency)[1:]}"
    return str(format_decimal(Decimal(hundredths) / 100, pattern, locale=locale_of(language)))


def count(number: int, language: str) -> str:
    """A whole number with the country's grouping."""
    return str(format_decimal(number, locale=locale_of(language)))


def estimate(number: float, language: str) -> str:
    """A number that is not known to the last: whole from ten on, one decimal below."""
    about = round(number) if number >= 10 else number  # noqa: PLR2004 - tenths say nothing from here on
    return str(format_decimal(about, "#,##0.#", locale=locale_of(language)))


def share(fraction: float, language: str) -> str:
    """A fraction as whole per cent, one decimal below ten per cent, two below a tenth of one."""
    small = abs(fraction)
    digits = "0.00" if 0 < small < 0.001 else "0.0" if small < 0.1 else "0"  # noqa: PLR2004 - as said
    sign = "\u00a0%" if language.startswith("es") else "%"  # Spanish alone keeps them apart
    return str(format_percent(fraction, f"#,##{digits}{sign}", locale=locale_of(language)))


def change(now: int, before: int, language: str) -> str | None:
    """The change as a signed percentage; None where there was nothing before, or less (a dispute that was won)."""
    if before <= 0:
        return None
    fraction = (now - before) / before
    return ("+" if fraction > 0 else "") + share(fraction, language)


def day(value: date, language: str, *, with_weekday: bool = False) -> str:
    """A date as the country writes it: 22/11/2026, Nov 22, 2026, or "domingo 22 de noviembre"."""
    locale = locale_of(language)
    if with_weekday:
        patterns = {"es": "EEEE d 'de' MMMM", "pt": "EEEE, d 'de' MMMM", "en": "EEEE, MMMM d"}
        return str(format_date(value, patterns[language[:2]], locale=locale))
    return str(format_date(value, "medium" if language.startswith("en") else "short", locale=locale))


def moment(value: datetime, language: str) -> str:
    """A local date and time; Spanish and Portuguese on the clock of 24 hours, as tills print it."""
    clock = format_time(value, "short", locale=locale_of(language)) if language.startswith("en") else f"{value:%H:%M}"
    return f"{day(value, language)} {clock}"


def period_of(choice: str, today: date, chosen: tuple[date, ...] = ()) -> Period:
    """The days of a choice; whole days up to yesterday, but for "today".

    "7", "30", "90" and "365" are so many days; `chosen` are the first and last day for "dates", half a choice is one.
    """
    if choice == "today":
        return Period(today, today)
    yesterday = today - timedelta(days=1)
    if choice == "dates" and chosen:
        return Period(min(chosen), max(chosen))
    if choice == "yesterday":
        return Period(yesterday, yesterday)
    if choice == "month":
        return Period(yesterday.replace(day=1), yesterday)
    return Period(today - timedelta(days=int(choice) if choice.isdigit() else MONTH), yesterday)


def main_currency(answer: Answer, fallback: str) -> str:
    """The currency with most payments: figures of one currency are never added to another's."""
    return max(answer.totals, key=lambda row: row.count).currency if answer.totals else fallback


def total(answer: Answer | None, currency: str) -> Row:
    """The total of one currency, zeros where there is none."""
    rows = answer.totals if answer else ()
    return next((row for row in rows if row.currency == currency), Row("", currency))


def chart_days(overview: Overview, currency: str, names: str) -> list[Bar]:
    """The days of the main chart; what was charged back counts with what was given back."""
    week = weekdays(names)
    drawn = []
    for row, before in _beside(overview, currency):
        when = date.fromisoformat(row.key)
        name = f"{week[when.weekday()].capitalize()} {day(when, names)}"
        drawn.append(
            Bar(row.key, name, day_tick(when, names), row.gross / 100, _back(row), before, when.weekday() == _SUNDAY)
        )
    return drawn


def chart_hours(overview: Overview, currency: str) -> list[Bar]:
    """The hours of one day, likewise."""
    return [
        Bar(row.key, f"{row.key}:00", str(int(row.key)), row.gross / 100, _back(row), before)
        for row, before in _beside(overview, currency)
    ]


def _beside(overview: Overview, currency: str) -> Iterator[tuple[Row, float | None]]:
    rows = [row for row in overview.rows if row.currency == currency]
    before = [row.gross / 100 for row in overview.before if row.currency == currency]
    yield from zip_longest(rows, before[: len(rows)])


def _back(row: Row) -> float:
    return (row.refunds + row.chargebacks) / 100


def lines(rows: Iterable[Row], language: str, named: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows of sums as a table of texts without their currency; `named` says label, count and measures as headings."""
    return [
        {
            named["label"]: row.label or row.key,
            named["count"]: count(row.count, language),
            **{
                named[measure]: bare(getattr(row, measure), row.currency, language)
                for measure in (*MEASURES[1:], "ticket")
                if measure in named
            },
        }
        for row in rows
    ]
