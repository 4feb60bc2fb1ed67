"""Hundredths in, hundredths out: nothing is lost, nothing is mixed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.money import Money, hundredths, plain, shown

CENTS = st.integers(-(10**12), 10**12)


@given(CENTS)
def test_what_is_written_plainly_is_read_back(amount: int) -> None:
    for currency in ("ARS", "CLP", "COP"):
        assert hundredths(plain(amount, currency)) == amount


@given(CENTS, CENTS)
def test_amounts_of_one_currency_add_up(a: int, b: int) -> None:
    assert Money(a, "ARS") + Money(b, "ARS") - Money(b, "ARS") == Money(a, "ARS")


def test_currencies_are_never_added() -> None:
    with pytest.raises(ValueError, match="ARS and BRL"):
        Money(1, "ARS") + Money(1, "BRL")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(395.72, 39572), ("24.90", 2490), (5200, 520000), (None, 0), ("", 0), (37831.755, 3783176), (Decimal("0.1"), 10)],
)
def test_amounts_as_the_api_sends_them(sent: object, kept: int) -> None:
    assert hundredths(sent) == kept


@pytest.mark.parametrize("sent", ["abc", "1,50", "NaN", "Infinity", [], "1.2.3"])
def test_what_is_no_amount_is_refused(sent: object) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        hundredths(sent)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(128450, "ARS", "1284.50"), (150000, "CLP", "1500"), (150050, "CLP", "1500.50"), (-5, "BRL", "-0.05")],
)
def test_plain_amounts(amount: int, currency: str, text: str) -> None:
    assert plain(amount, currency) == text


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (128430050, "ARS", "es_AR", "$\u00a01.284.300,50"),
        (128430050, "BRL", "pt_BR", "R$\u00a01.284.300,50"),
        (150000, "CLP", "es_CL", "$1.500"),
        (128430050, "MXN", "es_MX", "$1,284,300.50"),
        (-100, "ARS", "es_AR", "-$\u00a01,00"),
    ],
)
def test_amounts_as_people_write_them(amount: int, currency: str, locale: str, text: str) -> None:
    assert shown(amount, currency, locale) == text
