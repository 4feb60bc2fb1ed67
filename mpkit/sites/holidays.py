"""The national holidays of a country: a site id and a year go in, the days its law keeps come out."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

_THURSDAY = 4  # of the days that move, those from here on go to the Monday after
_SATURDAY = 6


@cache
def holidays(site: str, year: int) -> frozenset[date]:
    """All of them, moved as the law moves them."""
    return frozenset(_day(text, year) for text in _table()[site])


@cache
def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by Gauss's rule with both of its exceptions."""
    century, leap = year // 100, year // 400
    moon = (19 * (year % 19) + 15 - (13 + 8 * century) // 25 + century - leap) % 30
    sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 4 + century - leap) % 7
    late = sunday == 6 and (moon == 29 or (moon == 28 and year % 19 > 10))  # noqa: PLR2004 - the rule's own numbers
    return date(year, 3, 22) + timedelta(days=moon + sunday - (7 if late else 0))


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads((files("mpkit.sites") / "holidays.toml").read_text(encoding="utf-8"))


def _day(text: str, year: int) -> date:
    if text.startswith("E"):
        return easter(year) + timedelta(days=int(text[1:]))
    month, *rest = (int(part) for part in text.lstrip(">~").split("-"))
    if len(rest) > 1:
        first = date(year, month, 1)
        return first + timedelta(days=(rest[1] - first.isoweekday()) % 7 + 7 * (rest[0] - 1))
    found = date(year, month, rest[0])
    weekday = found.isoweekday()
    if text.startswith(">"):
        return found + timedelta(days=(1 - weekday) % 7)
    if text.startswith("~") and 1 < weekday < _SATURDAY:
        return found - timedelta(days=weekday - 1) + timedelta(days=7 if weekday >= _THURSDAY else 0)
    return found
