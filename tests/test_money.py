"""Hundredths in, hundredths out: nothing is lost, nothing is mixed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.money import Money, hundredths, plain, sent, shown, typed
from mpkit.sites import SITES, Site

SITE = st.sampled_from(list(SITES.values()))
CENTS = st.integers(-(10**12), 10**12)


@given(CENTS)
def test_what_is_written_plainly_is_read_back(amount: int) -> None:
    for site in SITES.values():
        assert hundredths(plain(amount, site.currency)) == amount


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


@given(SITE, CENTS)
def test_what_is_shown_is_what_a_person_may_type(site: Site, amount: int) -> None:
    """Shown to the unit people count in: cents of a peso without cents are rounded on screen and nowhere else."""
    whole = amount if site.decimals else amount // 100 * 100
    assert typed(shown(whole, site.currency, site.locale), site.currency, site.locale) == whole


@given(SITE, CENTS)
def test_a_plain_amount_may_be_typed_anywhere(site: Site, amount: int) -> None:
    if site.decimals_taken == 0:
        amount = amount // 100 * 100
    for reader in SITES.values():
        assert typed(plain(amount, site.currency), site.currency, reader.locale) == amount


@given(SITE, st.integers(0, 10**12))
def test_what_is_sent_is_the_amount_by_the_rule_of_the_site(site: Site, amount: int) -> None:
    if site.decimals_taken == 0 and amount % 100:
        with pytest.raises(ValueError, match="cannot be sent"):
            sent(amount, site.currency)
        return
    text = sent(amount, site.currency)
    assert hundredths(text) == amount
    assert len(text.partition(".")[2]) == (2 if amount % 100 else site.decimals_sent)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (128450, "ARS", "1284.50"),
        (128400, "BRL", "1284.00"),
        (150000, "CLP", "1500"),
        (150000, "COP", "1500"),
        (150050, "COP", "1500.50"),
        (0, "PEN", "0.00"),
        (5, "UYU", "0.05"),
    ],
)
def test_amounts_as_orders_take_them(amount: int, currency: str, text: str) -> None:
    assert sent(amount, currency) == text


@pytest.mark.parametrize(("amount", "currency"), [(-1, "ARS"), (150050, "CLP")])
def test_what_no_country_takes_is_not_sent(amount: int, currency: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        sent(amount, currency)


@pytest.mark.parametrize("site", SITES.values(), ids=lambda site: site.id)
def test_the_sign_and_the_decimals_of_a_site(site: Site) -> None:
    assert (
        shown(128430050, site.currency, site.locale)
        == {
            "MLA": "$\u00a01.284.300,50",
            "MLB": "R$\u00a01.284.300,50",
            "MLM": "$1,284,300.50",
            "MLC": "$1.284.300",
            "MLU": "$\u00a01.284.300,50",
            "MCO": "$\u00a01.284.300",
            "MPE": "S/\u00a01,284,300.50",
        }[site.id]
    )


@pytest.mark.parametrize(
    ("text", "site", "amount"),
    [
        ("$ 1.284,50", "MLA", 128450),
        ("1284,5", "MLA", 128450),
        ("12.50", "MLA", 1250),
        ("1.284", "MLA", 128400),
        ("1,284", "MLM", 128400),
        ("1,284.50", "MLA", 128450),
        ("1 284 300,50", "MLB", 128430050),
        ("R$1.000", "MLB", 100000),
        ("$ 7,00", "MLB", 700),
        ("-S/ 15.90", "MPE", -1590),
        ("S/. 15.90", "MPE", 1590),
        ("$ -5", "MLA", -500),
        ("1.500 CLP", "MLC", 150000),
        ("1500,00", "MLC", 150000),
        ("$ 1.500,50", "MCO", 150050),
        ("  20 ", "MLU", 2000),
        ("0,05", "MLU", 5),
    ],
)
def test_amounts_as_people_type_them(text: str, site: str, amount: int) -> None:
    assert typed(text, SITES[site].currency, SITES[site].locale) == amount


@pytest.mark.parametrize(
    ("text", "site"),
    [
        *((text, "MLA") for text in ("", "$", "-", "abc", "1e5", "1.2.3", "12.34.567", "1,284", "0.500", ",5", "5,")),
        *(
            (text, "MLA")
            for text in (
                "1,2,3",
                "1.284,505",
                "1.284,50,1",
                "1 2",
                "USD 5",
                "5 5",
                "--5",
                "-$-5",
                "١٢",
                "9" * 14,
                "1'5",
            )
        ),
        *((text, "MLC") for text in ("1500,50", "1500,5", "0,01")),
        ("1.284", "MLM"),
        ("1.284.5", "MLM"),
    ],
)
def test_what_may_be_two_amounts_or_none_is_refused(text: str, site: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        typed(text, SITES[site].currency, SITES[site].locale)


@given(st.text("0123456789.,' -$R", max_size=20), SITE)
def test_any_text_is_an_amount_or_refused(text: str, site: Site) -> None:
    try:
        amount = typed(text, site.currency, site.locale)
    except ValueError:
        return
    assert typed(plain(amount, site.currency), site.currency, site.locale) == amount
