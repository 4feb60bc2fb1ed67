"""The words of mpkit in Spanish, Portuguese and English: `say(key, language, …)`.

The words stand in `words/*.toml`, one table a key, the languages side by side. A language tag may name a country
(`es_MX`); where an entry has no `es_MX`, `es` is taken. Plurals: an entry may have `es_one`, used when `n` is 1.
Values are written as the language writes them: dates and whole numbers by Babel, `Money` by the site's rule.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from mpkit.errors import MpkitError
from mpkit.money import Money, shown

LANGUAGES = ("es", "pt", "en")
_LOCALES = {"es": "es_AR", "pt": "pt_BR", "en": "en_US"}


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """All entries of all files; a key that stands in two files is a defect and refused."""
    found: dict[str, Mapping[str, str]] = {}
    for file in sorted((files("mpkit") / "words").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for key, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if key in found:
                message = f"the words of {key!r} stand twice"
                raise ValueError(message)
            found[key] = entry
    return found


def say(key: str, language: str, /, **values: object) -> str:
    """The sentence `key` in `language` ("es", "pt", "en" or with a country, "es_MX"), filled in with `values`."""
    entry = words()[key]
    for tag in (language, language.partition("_")[0], "en"):
        text = entry.get(f"{tag}_one") if values.get("n") == 1 else None
        text = text or entry.get(tag)
        if text is not None:
            filled = text.format(**{name: written(value, language) for name, value in values.items()})
            return filled.replace("….", "…")  # a list that was cut ends the sentence
    raise KeyError(key)


def say_error(error: MpkitError, language: str) -> str:
    """An error's sentence in the language of the session."""
    return say(error.key, language, **error.values)


def locale_of(language: str) -> str:
    """The Babel locale of a language tag."""
    return language if "_" in language else _LOCALES[language]


def written(value: object, language: str) -> object:
    """A value as the language writes it; texts and anything unknown stay as they are."""
    locale = locale_of(language)
    if isinstance(value, Money):
        return shown(value.hundredths, value.currency, locale)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return format_decimal(value, locale=locale)
    if isinstance(value, datetime):
        return format_datetime(value, "short", locale=locale)
    if isinstance(value, date):
        return format_date(value, "medium", locale=locale)
    return value
