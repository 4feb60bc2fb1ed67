"""Two spellings of a name are compared: folded alike, abbreviated, one inside the other, or a few letters apart.

How far apart is measured twice: by the fingers (neighbouring keys, letters swapped, doubled, left out) and by the ear
(b and v, s, z and c, ll and y, a silent h).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate, pairwise
from math import inf

# Written short in addresses of all seven countries; a guess, never a lossless repair.
_SHORT = {
    "alte": "almirante",
    "arq": "arquitecto",
    "as": "aires",
    "bal": "balneario",
    "bo": "barrio",
    "bs": "buenos",
    "cap": "capitan",
    "ccion": "concepcion",
    "cd": "ciudad",
    "cdad": "ciudad",
    "cmdr": "comodoro",
    "cmdte": "comandante",
    "cmte": "comandante",
    "cnel": "coronel",
    "cnia": "colonia",
    "col": "colonia",
    "comod": "comodoro",
    "concep": "concepcion",
    "cte": "comandante",
    "dr": "doctor",
    "emp": "empalme",
    "est": "estacion",
    "fco": "francisco",
    "fdo": "fernando",
    "fte": "fuerte",
    "gdor": "gobernador",
    "gdora": "gobernadora",
    "gob": "gobernador",
    "gov": "governador",
    "gral": "general",
    "grl": "general",
    "ing": "ingeniero",
    "inte": "intendente",
    "jd": "jardim",
    "jdim": "jardim",
    "jto": "justo",
    "lib": "libertador",
    "ma": "maria",
    "mcal": "mariscal",
    "mons": "monsenor",
    "mte": "monte",
    "mtro": "maestro",
    "n": "nuestra",
    "ns": "nuestra senora",
    "nsa": "nossa",
    "ntra": "nuestra",
    "nva": "nueva",
    "nvo": "nuevo",
    "pcia": "presidencia",
    "pdcia": "presidencia",
    "pq": "parque",
    "pque": "parque",
    "pres": "presidente",
    "prof": "profesor",
    "pta": "punta",
    "pte": "presidente",
    "pto": "puerto",
    "qda": "quebrada",
    "rdo": "ricardo",
    "sgo": "santiago",
    "sn": "san",
    "snra": "senhora",
    "sra": "senora",
    "st": "santa",
    "sta": "santa",
    "stgo": "santiago",
    "sto": "santo",
    "tnte": "teniente",
    "tte": "teniente",
    "va": "villa",
    "vl": "vila",
    "vla": "villa",
    "vlle": "valle",
}
# Where Portuguese writes another word for it.
_SHORT_PT = {
    "cap": "capitao",
    "cel": "coronel",
    "col": "colonia",
    "eng": "engenheiro",
    "fco": "francisco",
    "mal": "marechal",
    "mons": "monsenhor",
    "n": "nossa",
    "ntra": "nossa",
    "nva": "nova",
    "nvo": "novo",
    "pta": "ponta",
    "pto": "porto",
    "snra": "senhora",
    "sra": "senhora",
    "st": "santo",
    "va": "vila",
    "vla": "vila",
}
_CLOSE = ((4, 0), (7, 1))  # names up to 4 letters must be right, up to 7 letters one may be wrong, longer ones two
_MOST = 2
_BEGUN_MOST = 3  # letters of a word that is only begun
_UNSEEN = frozenset({"Mn", "Mc", "Me", "Cf"})  # accents, and what joins or parts letters without being one
_WORDS = re.compile(r"[^\W_]+").findall

# Letters that sound alike in some country; those beside each other on a keyboard; in both orders.
_ALIKE = re.findall("..", "bvszsczcsxiyjgjxjhghkckqcqmnoueilylifpuw")
_ROWS = ("qwertyuiop", "asdfghjklñ", "zxcvbnm")
_SOUND, _KEY, _SWAP, _TWICE, _SILENT, _BLANK, _OTHER = 0.5, 0.8, 0.8, 0.5, 0.4, 0.3, 1.0
_EAR = 0.4  # how much less sure the ear is than the eye
# What letters sound like, in this order; `!` stands for ch and sh.
_SOUNDS = (
    (re.compile(r"[cs]h"), "!"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"ll|y"), "i"),
    (re.compile(r"qu(?=[ei])|q|ck"), "k"),
    (re.compile(r"gu(?=[ei])"), "g"),
    (re.compile(r"g(?=[ei])|x"), "j"),
    (re.compile(r"s?c(?=[ei])|z|ss"), "s"),
    (re.compile(r"c"), "k"),
    (re.compile(r"h"), ""),
    (re.compile(r"v"), "b"),
    (re.compile(r"w"), "u"),
    (re.compile(r"m(?=[bp])"), "n"),
    (re.compile(r"(.)\1+"), r"\1"),
)


def _costs() -> dict[tuple[str, str], float]:
    """What it costs to take one letter for another, where that is less than for any two."""
    found: dict[tuple[str, str], float] = {}
    for row in _ROWS:
        found |= dict.fromkeys(pairwise(row), _KEY)
    for upper, lower in pairwise(_ROWS):
        found |= dict.fromkeys(zip(upper, lower, strict=False), _KEY)
        found |= dict.fromkeys(zip(upper[1:], lower, strict=False), _KEY)
    found |= dict.fromkeys(((two[0], two[1]) for two in _ALIKE), _SOUND)
    return found | {(b, a): cost for (a, b), cost in found.items()}


_INSTEAD = _costs()


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """Lower case, no accents, one blank between words of letters and digits."""
    if text.isascii():
        return " ".join(_WORDS(text.lower()))
    parts = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in parts if unicodedata.category(c) not in _UNSEEN).casefold()
    return " ".join(_WORDS(plain))


def spelt_out(folded: str, *, portuguese: bool = False) -> str:
    """A folded name with its abbreviations written out."""
    if portuguese:
        return " ".join(_SHORT_PT.get(word) or _SHORT.get(word, word) for word in folded.split())
    return " ".join(_SHORT.get(word, word) for word in folded.split())


def abbreviates(short: str, long: str) -> bool:
    """Whether each word of `short` begins the word at its place: "s m de tucuman" and "san miguel de tucuman"."""
    a, b = short.split(), long.split()
    return len(a) == len(b) > 1 and a != b and all(y.startswith(x) for x, y in zip(a, b, strict=True))


def shortened(short: str, long: str, most: float) -> float:
    """The same with slips in the words written in full; infinite where no word is begun only, or beyond `most`."""
    a, b = short.split(), long.split()
    if not len(a) == len(b) > 1:
        return inf
    begun = [len(x) < len(y) and len(x) <= _BEGUN_MOST and y.startswith(x) for x, y in zip(a, b, strict=True)]
    if not any(begun):
        return inf
    return sum(0.0 if only else slips(x, y, most) for only, x, y in zip(begun, a, b, strict=True))


def initials(folded: str) -> str:
    """The first letters of the words: names that abbreviate one another have the same."""
    return "".join(word[0] for word in folded.split())


def holds(long: str, short: str) -> bool:
    """Whether the words of `short` stand together in `long`."""
    return f" {short} " in f" {long} "


def allowed(name: str) -> int:
    """How many letters may be wrong in a name of this length."""
    return next((errors for length, errors in _CLOSE if len(name) <= length), _MOST)


@lru_cache(maxsize=100_000)
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


@lru_cache(maxsize=200_000)
def sounds(folded: str) -> str:
    """What a folded name sounds like, in one word."""
    heard = folded.replace(" ", "")
    for pattern, sound in _SOUNDS:
        heard = pattern.sub(sound, heard)
    return heard


def apart(a: str, b: str, most: float) -> float:
    """How far a folded text is from a folded name: 0 to `most`, infinite beyond it; a wrong letter is about 1."""
    seen = slips(a, b, most)
    if seen <= _EAR:
        return seen
    heard = _EAR + distance(sounds(a), sounds(b), max(0, int(min(seen, most) - _EAR)))
    found = min(seen, heard)
    return found if found <= most else inf


@lru_cache(maxsize=100_000)
def slips(a: str, b: str, most: float) -> float:
    """Typing errors from `a` to `b`, weighed by how easily they happen; infinite beyond `most`."""
    if abs(len(a) - len(b)) * _BLANK > most or (letters(a) ^ letters(b)).bit_count() * _SOUND / 2 > most:
        return inf
    before: list[float] = []
    inserts = [_left_out(b, j) for j in range(len(b))]
    row = [0.0, *accumulate(inserts)]
    instead = _INSTEAD.get
    for i, x in enumerate(a):
        drop = _left_out(a, i)
        before, last, row = row, before, [row[0] + drop]
        least = left = row[0]
        for j, y in enumerate(b):
            cost = before[j] if x == y else before[j] + instead((x, y), _OTHER)
            if (dropped := before[j + 1] + drop) < cost:
                cost = dropped
            if (added := left + inserts[j]) < cost:
                cost = added
            if i and j and x != y and x == b[j - 1] and a[i - 1] == y and (swapped := last[j - 1] + _SWAP) < cost:
                cost = swapped
            row.append(cost)
            left = cost
            least = min(least, cost)
        if least > most:
            return inf
    return row[-1]


def _left_out(name: str, at: int) -> float:
    """What it costs that the letter at a place is missing on the other side."""
    letter = name[at]
    if letter == " ":
        return _BLANK
    if letter == "h":
        return _SILENT
    return _TWICE if at and name[at - 1] == letter else _OTHER
