"""What charts write and say aloud: figures, days and names of a locale come in, short texts go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from math import floor
from typing import Any

from babel.dates import get_day_names, get_month_names
from babel.numbers import format_compact_decimal, format_decimal, get_decimal_symbol, get_group_symbol

MILLION = 1_000_000  # from here on whole figures crowd an axis
_LONG = 10_000_000  # and the labels of a chart
_SHORT = 100_000  # below it millions say nothing


@cache
def number_locale(locale: str) -> Mapping[str, Any]:
    """The table Vega needs to write numbers as `locale` (es_AR) does."""
    return {
        "decimal": get_decimal_symbol(locale),
        "thousands": get_group_symbol(locale),
        "grouping": [3],
        "currency": ["", ""],
    }


@cache
def millions(locale: str) -> str:
    """What stands behind a number of millions: 65,6 M; 65,6 mi; 65.6M."""
    return str(format_compact_decimal(MILLION, locale=locale)).removeprefix("1")


def brief(value: float, furthest: float, locale: str) -> str:
    """A figure beside a mark: where the `furthest` is long, in millions with one decimal, else whole."""
    if furthest < _LONG or abs(value) < _SHORT:
        return str(format_decimal(round(value), locale=locale))
    return f"{format_decimal(value / MILLION, '#,##0.0', locale=locale)}{millions(locale)}"


def spoken(name: str, told: Sequence[tuple[str, float | None]], locale: str) -> str:
    """What is read aloud of a mark: its name, then each figure with its title."""
    figures = [
        f"{title} {format_decimal(floor(value + 0.5), locale=locale)}" for title, value in told if value is not None
    ]  # rounded as the headlines are
    return f"{name}: {', '.join(figures)}"


@cache
def weekdays(names: str, width: str = "wide") -> tuple[str, ...]:
    """The days of the week in a language, Monday first."""
    found = get_day_names(width, locale=names)  # type: ignore[arg-type]
    return tuple(str(found[number]).rstrip(".") for number in range(7))


@cache
def _months(names: str) -> tuple[str, ...]:
    found = get_month_names("abbreviated", locale=names)
    return tuple(str(found[number]).rstrip(".") for number in range(1, 13))


def day_tick(day: date, names: str) -> str:
    """A day as it stands under a bar: 22 nov."""
    month = _months(names)[day.month - 1]
    return f"{month} {day.day}" if names.startswith("en") else f"{day.day} {month}"
