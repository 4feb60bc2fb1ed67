"""Cell texts come in; what is wrong with their letters, and what would be right, comes out. Numbers are not touched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mpkit.sheet.encoding import plausibility

_BLANKS = re.compile(r"[ \t\u00a0\u2007\u202f]+")
_ODD_BLANKS = re.compile(r"[\u00a0\u2007\u202f\t]")
_BROKEN_UTF8 = re.compile(r"[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")  # noqa: RUF001 - how UTF-8 looks when misread
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_LOOKALIKES = str.maketrans(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαеаорсухАВЕЗКМНОРСТУХ",  # noqa: RUF001 - Greek and Cyrillic letters that look Latin
    "ABEZHIKMNOPTYXoaeaopcyxABE3KMHOPCTYX",
)
_UNSAFE = re.compile(r"[^A-Za-z0-9 _-]+")
_LOST = re.compile(r"\ufffd")


@lru_cache(maxsize=100_000)
def faults(text: str) -> tuple[tuple[str, str], ...]:
    """The faults of one cell's text as (code, the text put right): the order in which they are repaired."""
    if text.isascii() and text.isprintable() and text == text.strip(" ") and "  " not in text:
        return ()
    return tuple(_faults(text))


def _faults(text: str) -> Iterator[tuple[str, str]]:
    if _LOST.search(text):
        yield "lost_letter", text
    seen = "".join(c for c in text if c in "\t\n\r" or unicodedata.category(c) not in _UNSEEN)
    if seen != text or _ODD_BLANKS.search(text):
        yield "invisible_characters", tidy(seen)
    if seen.replace("\n", " ").replace("\r", " ") != tidy(seen) and not _ODD_BLANKS.search(seen):
        yield "padded_value", tidy(seen)
    plain_blanks = _ODD_BLANKS.sub(" ", seen)
    right = unscrambled(seen) if _BROKEN_UTF8.search(seen) else unscrambled(plain_blanks)
    if right not in {seen, plain_blanks}:
        yield "mojibake", tidy(right)
    plain = seen.translate(_LOOKALIKES)
    if plain != seen and any(c.isascii() and c.isalpha() for c in seen):
        yield "lookalike_letters", tidy(plain)


def tidy(text: str) -> str:
    """The text without what cannot be seen, blanks around it and double blanks in it: lossless."""
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    kept = "".join(c if unicodedata.category(c) not in _UNSEEN else " " if c in "\t\n\r" else "" for c in text)
    return _BLANKS.sub(" ", kept).strip(" ")


@lru_cache(maxsize=20_000)
def unscrambled(text: str) -> str:
    """The text as it was before a wrong code page, where that is certain; else the text itself."""
    if text.isascii():
        return text
    if _BROKEN_UTF8.search(text):
        for page in ("cp1252", "latin-1"):
            try:
                return text.encode(page).decode("utf-8")
            except UnicodeError:
                continue
    try:
        other = text.encode("latin-1").decode("cp850")
    except UnicodeError:
        return text
    return other if plausibility(other) > plausibility(text) + 0.9 else text


def safe_name(text: str, most: int) -> str:
    """Letters, digits, blank, `_` and `-` without accents: a POS name both generations of the API take."""
    return _safe(text)[:most].strip()


@lru_cache(maxsize=20_000)
def _safe(text: str) -> str:
    plain = text
    if not text.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_UNSAFE.sub(" ", plain).split())


def is_clean(cells: Sequence[str]) -> bool:
    """Whether no cell of a column can have a fault: plain letters, no blanks too many; looked at all at once."""
    whole = "|" + "|".join(cells) + "|"
    return whole.isascii() and whole.isprintable() and not any(odd in whole for odd in ("  ", " |", "| "))


def tidy_all(cells: Sequence[str]) -> list[str]:
    """Each cell tidy."""
    return list(cells) if is_clean(cells) else [tidy(cell) for cell in cells]


def decimal_point(text: str, mark: str) -> str:
    """A number with `mark` ("." or ",") before its decimals, as one with a point and without thousands marks."""
    other = "," if mark == "." else "."
    return text.replace(other, "").replace(mark, ".")
