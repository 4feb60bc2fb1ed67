"""The seven countries: one test a rule that money or paper depends on."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.core import get_global

from mpkit.sites import BY_COUNTRY, SITES

# A point in each capital, and one abroad that a lost sign or a swapped pair would make of it.
CAPITALS = {
    "MLA": (-34.61, -58.38),
    "MLB": (-15.79, -47.88),
    "MLM": (19.43, -99.13),
    "MLC": (-33.45, -70.66),
    "MLU": (-34.90, -56.19),
    "MCO": (4.71, -74.07),
    "MPE": (-12.05, -77.04),
}
# ISO 4217 numbers as the standard lists them.
NUMBERS = {"ARS": 32, "BRL": 986, "MXN": 484, "CLP": 152, "UYU": 858, "COP": 170, "PEN": 604}


def test_the_seven_sites_are_there() -> None:
    assert set(SITES) == set(CAPITALS)
    assert len(BY_COUNTRY) == 7


@pytest.mark.parametrize("site", SITES.values(), ids=lambda site: site.id)
def test_a_site_is_consistent_with_the_standards(site) -> None:  # type: ignore[no-untyped-def]
    assert int(site.currency_number) == NUMBERS[site.currency]
    assert len(site.currency_number) == 3
    assert ZoneInfo(site.zone)
    assert Locale.parse(site.locale).territory == site.country
    assert site.locale.startswith(site.language)
    assert get_global("territory_currencies")[site.country][-1][0] == site.currency or site.currency in {
        entry[0] for entry in get_global("territory_currencies")[site.country]
    }


@pytest.mark.parametrize(("site_id", "point"), CAPITALS.items())
def test_the_box_holds_the_capital_and_neither_its_mirror_nor_its_swap(
    site_id: str, point: tuple[float, float]
) -> None:
    box = SITES[site_id].box
    latitude, longitude = point
    assert box.holds(latitude, longitude)
    assert not box.holds(latitude, -longitude)
    assert not box.holds(longitude, latitude)


def test_refunds_end_earlier_in_peru() -> None:
    assert {site.id: site.refund_days for site in SITES.values() if site.refund_days != 180} == {"MPE": 90}


def test_any_wallet_is_said_only_where_it_is_documented() -> None:
    assert {site.id for site in SITES.values() if site.any_wallet} == {"MLA", "MLB"}
