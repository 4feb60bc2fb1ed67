"""National holidays: the days each law keeps, moved as it moves them."""

from __future__ import annotations

from datetime import date

import pytest

from mpkit.sites import SITES, holidays
from mpkit.sites.holidays import easter


@pytest.mark.parametrize(
    ("year", "day"),
    [(1954, (4, 18)), (1981, (4, 19)), (2000, (4, 23)), (2025, (4, 20)), (2026, (4, 5)), (2038, (4, 25))],
)
def test_easter(year: int, day: tuple[int, int]) -> None:
    assert easter(year) == date(year, *day)


@pytest.mark.parametrize(
    ("site", "day"),
    [
        ("MLA", date(2026, 11, 23)),  # 20 November, a Friday, kept on the Monday after
        ("MLA", date(2026, 8, 17)),  # a Monday as it is
        ("MLM", date(2026, 11, 16)),  # third Monday
        ("MCO", date(2026, 1, 12)),  # Epiphany, kept on the Monday after
        ("MCO", date(2026, 6, 8)),  # Corpus Christi
        ("MLB", date(2026, 6, 4)),
        ("MLC", date(2026, 9, 18)),
        ("MLU", date(2026, 8, 25)),
        ("MPE", date(2026, 7, 28)),
    ],
)
def test_a_holiday(site: str, day: date) -> None:
    assert day in holidays(site, day.year)


def test_a_moved_day_is_no_holiday_itself() -> None:
    assert date(2026, 11, 20) not in holidays("MLA", 2026)
    assert date(2026, 1, 6) not in holidays("MCO", 2026)


@pytest.mark.parametrize("site", SITES)
def test_every_country_keeps_new_year_and_christmas(site: str) -> None:
    assert {date(2027, 1, 1), date(2027, 12, 25)} <= holidays(site, 2027)
