"""Cell texts come in; what is wrong with their letters, and what would be right, comes out. Numbers are not touched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mpkit.sheet.encoding import plausibility

_BLANKS = re.compile(r"[ \t\u00a0\u2007\u202f]+")
_ODD_BLANKS = re.compile(r"[\u00a0\u2007\u202f\t]")
# How the two to four bytes of a UTF-8 letter look when they are read as letters each.
_TAIL = r"[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"  # noqa: RUF001 - a byte 80 to BF in Windows' code page
_BROKEN_UTF8 = re.compile(rf"[\u00c2-\u00df]{_TAIL}|[\u00e0-\u00ef]{_TAIL}{{2}}|[\u00f0-\u00f4]{_TAIL}{{3}}")
_CONTROLS = re.compile(r"[\u0080-\u009f]")  # bytes of a DOS code page, read as Latin-1
_CLEARLY = 0.7  # by how much another code page must read better
_LAST_LETTER, _DASH, _MARK = (
    "\u017f",
    "\u2010",
    "\u2122",
)  # what people write in addresses: Latin letters, dashes, quotes
_TIMES = 3  # a text may have been broken more than once
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_LOOKALIKES = str.maketrans(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαеаорсухАВЕЗКМНОРСТУХ",  # noqa: RUF001 - Greek and Cyrillic letters that look Latin
    "ABEZHIKMNOPTYXoaeaopcyxABE3KMHOPCTYX",
)
_UNSAFE = re.compile(r"[^A-Za-z0-9 _-]+")
_IS_SAFE = re.compile(r"[A-Za-z0-9_-]+(?: [A-Za-z0-9_-]+)*").fullmatch
# Letters that wrong code pages never make of others: a text of them alone has no fault but its blanks.
_FAULTY = re.compile(r"[^ -~áéíóúñüÁÉÍÓÚÑÜãõâêôçÃÕÂÊÔÇ]|  ").search
_LOST = re.compile(r"\ufffd")


@lru_cache(maxsize=100_000)
def faults(text: str) -> tuple[tuple[str, str], ...]:
    """The faults of one cell's text as (code, the text put right): the order in which they are repaired."""
    if text == text.strip(" ") and not _FAULTY(text):
        return ()
    return tuple(_faults(text))


def _faults(text: str) -> Iterator[tuple[str, str]]:
    if _LOST.search(text):
        yield "lost_letter", text
    broken = _BROKEN_UTF8.search(text) is not None or _CONTROLS.search(text) is not None
    whole = unscrambled(text) if broken else text
    seen = "".join(c for c in whole if c in "\t\n\r" or unicodedata.category(c) not in _UNSEEN)
    if seen != whole or _ODD_BLANKS.search(seen):
        yield "invisible_characters", tidy(seen)
    if seen.replace("\n", " ").replace("\r", " ") != tidy(seen) and not _ODD_BLANKS.search(seen):
        yield "padded_value", tidy(seen)
    right = whole if broken or not _FAULTY(seen) else unscrambled(_ODD_BLANKS.sub(" ", seen))
    if tidy(right) != tidy(text if broken else seen) and (broken or not right.isascii()):
        yield "mojibake", tidy(right)
    plain = seen.translate(_LOOKALIKES)
    if plain != seen and any(c.isascii() and c.isalpha() for c in seen):
        yield "lookalike_letters", tidy(plain)


def is_certain(text: str) -> bool:
    """Whether broken letters can only have been what they are put right to: they are the bytes of UTF-8."""
    return _BROKEN_UTF8.search(text) is not None


def tidy(text: str) -> str:
    """The text without what cannot be seen, blanks around it and double blanks in it: lossless."""
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    kept = "".join(c if unicodedata.category(c) not in _UNSEEN else " " if c in "\t\n\r" else "" for c in text)
    return _BLANKS.sub(" ", kept).strip(" ")


@lru_cache(maxsize=20_000)
def unscrambled(text: str) -> str:
    """The text as it was before a wrong code page, where that is certain or clearly reads better; else the text."""
    if text.isascii():
        return text
    for _ in range(_TIMES):
        whole = _BROKEN_UTF8.sub(lambda found: _as_utf8(found[0]), text)
        if whole == text:
            break
        text = whole
    try:
        other = text.encode("latin-1").decode("cp850")
    except UnicodeError:
        return text
    inside = all(_in_word(text, n) for n, letter in enumerate(other) if letter != text[n])
    return other if inside and plausibility(other) > plausibility(text) + _CLEARLY else text


def _in_word(text: str, n: int) -> bool:
    """Whether a letter stands beside the n-th character: £5 and § 3 are meant as they are."""
    return any(letter.isalpha() for letter in text[max(0, n - 1) : n] + text[n + 1 : n + 2])


def _as_utf8(letters: str) -> str:
    """The one letter whose bytes these are; they themselves where there is none."""
    codes = bytearray()
    for letter in letters:
        try:
            codes += letter.encode("cp1252")
        except UnicodeEncodeError:
            codes += letter.encode("latin-1")
    try:
        letter = codes.decode("utf-8")
    except UnicodeDecodeError:
        return letters
    return letter if letter <= _LAST_LETTER or _DASH <= letter <= _MARK else letters


def safe_name(text: str) -> str:
    """Letters, digits, blank, `_` and `-` without accents: a POS name both generations of the API take."""
    if _IS_SAFE(text):
        return text
    plain = text
    if not text.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_UNSAFE.sub(" ", plain).split())


def is_clean(cells: Sequence[str]) -> bool:
    """Whether no cell of a column can have a fault: ordinary letters, no blanks too many; each text looked at once."""
    whole = "|" + "|".join(set(cells)) + "|"
    if " |" in whole or "| " in whole:
        return False
    return "  " not in whole and whole.isprintable() if whole.isascii() else not _FAULTY(whole)


def tidy_all(cells: Sequence[str]) -> list[str]:
    """Each cell tidy."""
    return list(cells) if is_clean(cells) else [tidy(cell) for cell in cells]


def decimal_point(text: str, mark: str) -> str:
    """A number with `mark` ("." or ",") before its decimals, as one with a point and without thousands marks."""
    other = "," if mark == "." else "."
    return text.replace(other, "").replace(mark, ".")
