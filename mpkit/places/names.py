"""Two spellings of a name are compared: folded alike, abbreviated, one inside the other, or a few letters apart."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Written short in addresses of all seven countries; a guess, never a lossless repair.
_SHORT = {
    "alte": "almirante",
    "bo": "barrio",
    "bs": "buenos",
    "as": "aires",
    "cap": "capitan",
    "cdad": "ciudad",
    "cd": "ciudad",
    "cnel": "coronel",
    "cmte": "comandante",
    "col": "colonia",
    "dr": "doctor",
    "est": "estacion",
    "fco": "francisco",
    "fdo": "fernando",
    "gdor": "gobernador",
    "gob": "gobernador",
    "gral": "general",
    "ing": "ingeniero",
    "inte": "intendente",
    "jto": "justo",
    "ma": "maria",
    "mons": "monsenor",
    "n": "nuestra",
    "ntra": "nuestra",
    "pcia": "presidencia",
    "pdcia": "presidencia",
    "pres": "presidente",
    "pte": "presidente",
    "pto": "puerto",
    "sgo": "santiago",
    "sra": "senora",
    "st": "santa",
    "sta": "santa",
    "sto": "santo",
    "tte": "teniente",
    "va": "villa",
    "vla": "villa",
}
_CLOSE = ((4, 0), (7, 1))  # names up to 4 letters must be right, up to 7 letters one may be wrong, longer ones two
_MOST = 2
_WORDS = re.compile(r"[^\W_]+").findall


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """Lower case, no accents, one blank between words of letters and digits."""
    if text.isascii():
        return " ".join(_WORDS(text.lower()))
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    return " ".join(_WORDS(plain))


def spelt_out(folded: str) -> str:
    """A folded name with its abbreviations written out."""
    return " ".join(_SHORT.get(word, word) for word in folded.split())


def abbreviates(short: str, long: str) -> bool:
    """Whether each word of `short` begins the word at its place: "s m de tucuman" and "san miguel de tucuman"."""
    a, b = short.split(), long.split()
    return len(a) == len(b) > 1 and a != b and all(y.startswith(x) for x, y in zip(a, b, strict=True))


def initials(folded: str) -> str:
    """The first letters of the words: names that abbreviate one another have the same."""
    return "".join(word[0] for word in folded.split())


def holds(long: str, short: str) -> bool:
    """Whether the words of `short` stand together in `long`."""
    return f" {short} " in f" {long} "


def allowed(name: str) -> int:
    """How many letters may be wrong in a name of this length."""
    return next((errors for length, errors in _CLOSE if len(name) <= length), _MOST)


def letters(name: str) -> int:
    """The letters of a name as a bit set: two names n edits apart differ in at most 2 n of them."""
    bits = 0
    for c in name:
        bits |= 1 << (ord(c) & 63)
    return bits


def distance(a: str, b: str, most: int) -> int:
    """Edits (insert, delete, replace, swap of neighbours) from `a` to `b`; `most + 1` as soon as it must be more."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, y in enumerate(b, 1):
            edits = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                edits = min(edits, last[j - 2] + 1)
            row.append(edits)
        if min(row) > most:
            return most + 1
    return row[-1]
