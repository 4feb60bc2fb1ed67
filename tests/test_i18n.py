"""Words: the right language, the right plural, values as the language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mpkit import i18n
from mpkit.money import Money


@pytest.fixture(autouse=True)
def _own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {
        "signs": {
            "es": "{n} carteles",
            "es_one": "{n} cartel",
            "es_MX": "{n} letreros",
            "es_MX_one": "{n} letrero",
            "pt": "{n} placas",
            "pt_one": "{n} placa",
            "en": "{n} signs",
            "en_one": "{n} sign",
        },
        "value": {"es": "{v}", "pt": "{v}", "en": "{v}"},
    }
    monkeypatch.setattr(i18n, "words", lambda: entries)


@pytest.mark.parametrize(
    ("language", "n", "text"),
    [
        ("es", 1, "1 cartel"),
        ("es", 1200, "1.200 carteles"),
        ("es_MX", 1, "1 letrero"),
        ("es_MX", 1200, "1,200 letreros"),
        ("es_CL", 3, "3 carteles"),
        ("pt", 2, "2 placas"),
        ("en", 1200, "1,200 signs"),
    ],
)
def test_country_language_and_plural(language: str, n: int, text: str) -> None:
    assert i18n.say("signs", language, n=n) == text


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (Money(128430050, "ARS"), "es_AR", "$\u00a01.284.300,50"),
        (date(2026, 3, 9), "es_AR", "9 mar 2026"),
        (datetime(2026, 3, 9, 15, 4, tzinfo=UTC), "pt", "09/03/2026 15:04"),
        ("as it is", "en", "as it is"),
        (None, "en", "None"),
    ],
)
def test_values_are_written_as_the_language_writes_them(value: object, language: str, text: str) -> None:
    assert i18n.say("value", language, v=value) == text
