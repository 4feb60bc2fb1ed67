"""How busy a country's days are: season, paydays, holidays and feasts of a site and a day go in, a factor comes out."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from mpkit.sandbox.believable import believable


def factor(site: str, day: date) -> float:
    """The sales of this day against a usual one of the same weekday; 0 where hardly a shop opens."""
    words = believable(site)
    closed, special = _feasts(site, day.year)
    if day in closed:
        return 0.0
    found = words["season"][day.month - 1] * special.get(day, 1.0)
    if day.month == 12 and 10 <= day.day <= 24:
        found *= 1.0 + 0.015 * (day.day - 9)  # the weeks before Christmas fill up
    days, more = words["paydays"]
    last = (day + timedelta(days=1)).month != day.month
    if day.day in days or (last and 0 in days):
        found *= more
    return float(found)


@cache
def _feasts(site: str, year: int) -> tuple[frozenset[date], dict[date, float]]:
    """The days on which hardly a shop opens, and the others that are not like any day."""
    words = believable(site)
    return (
        frozenset(_date(text, year) for text in words["closed"]),
        {_date(text, year): share for text, share in words["days"]},
    )


def _date(text: str, year: int) -> date:
    """`MM-DD`, `easter±N` or `MM-N-D`, the N-th (5: last) weekday D of a month."""
    if text.startswith("easter"):
        return easter(year) + timedelta(days=int(text.removeprefix("easter")))
    month, *rest = (int(part) for part in text.split("-"))
    if len(rest) == 1:
        return date(year, month, rest[0])
    nth, weekday = rest
    first = date(year, month, 1)
    found = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1))
    return found if found.month == month else found - timedelta(days=7)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the algorithm of Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
