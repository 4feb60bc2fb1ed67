"""A cell that counts or lists registers comes in, how many or which ones goes out; None where it says neither."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mpkit.places.names import fold

MOST = 500  # registers of one branch
_WORD = (
    r"(?:cajas?|caixas?|registers?|tills?|checkouts?|pdvs?|pos|terminal(?:es)?|terminais|puestos?|cashiers?|cx|cj|c)"
)
_COUNT = re.compile(rf"(\d{{1,4}})(?:[.,]00?)?(?:\s*{_WORD}(?:\s+de\s+(?:cobro|pago))?)?|{_WORD}\s*[:x]\s*(\d{{1,4}})")
_NO = r"\s*\.?\s*(?:n[o°º]?\.?\s*)?"
_RANGE = re.compile(
    rf"(?P<word>{_WORD})?{_NO}(?P<first>\d{{1,4}})\s*(?:-|al?|hasta|ate|to)\s*(?:{_WORD}\s*)?(?P<last>\d{{1,4}})"
)
_PART = re.compile(rf"(?P<word>{_WORD})?{_NO}(?P<own>\d{{1,6}}|[a-z])")
_JOINTS = re.compile(r"\s*[,;/|+&\n]\s*|\s+(?:y|e|and)\s+")
_ONE_TO_TEN = {
    word: n
    for n, words in enumerate(
        (
            "cero zero ninguna nenhuma none",
            "uno una um uma one",
            "dos dois duas two",
            "tres three",
            "cuatro quatro four",
            "cinco five",
            "seis six",
            "siete sete seven",
            "ocho oito eight",
            "nueve nove nine",
            "diez dez ten",
        )
    )
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Told:
    """How many registers, or each one's own number or name."""

    count: int
    own: tuple[str, ...] = ()


@lru_cache(maxsize=10_000)
def counted(text: str) -> Told | None:
    """A cell of a column that counts: `3`, `3 cajas`, `tres`, and every kind of list; 0 is said as it is."""
    plain = _plain(text)
    word = re.fullmatch(rf"(\w+)(?:\s+{_WORD})?", plain)
    if word and word[1] in _ONE_TO_TEN:
        return Told(_ONE_TO_TEN[word[1]])
    count = _COUNT.fullmatch(plain)
    if count:
        number = int(count[1] or count[2])
        return Told(number) if number <= MOST else None
    return _listed(text, plain)


@lru_cache(maxsize=10_000)
def listed(text: str) -> Told | None:
    """A cell of a column that names registers, where it names several: `Caja 1, Caja 2`, `Cajas 1 a 4`.

    A bare `1-4` or `01/02` is an own code as good as any other and stays one.
    """
    plain = _plain(text)
    if not re.search(_WORD + r"\b", plain) and not re.search(r"[,;|\n]|\s(?:y|e|and)\s", plain):
        return None
    found = _listed(text, plain)
    return found if found and found.count > 1 else None


def _plain(text: str) -> str:
    """Lower case, no accents; what separates stays."""
    dashed = re.sub("[\u2010-\u2015\u2212]", "-", text)
    return " ".join("".join(fold(c) if c.isalpha() else c for c in dashed).split(" ")).strip(" .,;")


def _listed(text: str, plain: str) -> Told | None:
    own: list[str] = []
    shown = [part for part in _JOINTS.split(text.strip(" .,;")) if part]
    for part, said in zip(_JOINTS.split(plain), shown, strict=False):
        span = _RANGE.fullmatch(part)
        if span:
            first, last = int(span["first"]), int(span["last"])
            if not first < last <= first + MOST:
                return None
            width = len(span["first"]) if span["first"].startswith("0") else 0
            own += [str(n).zfill(width) for n in range(first, last + 1)]
            continue
        one = _PART.fullmatch(part)
        if one:
            own.append(one["own"].upper())
        elif len(shown) > 1 and re.fullmatch(r"[^\W_][\w .'-]{1,30}", said) and any(c.isalpha() for c in said):
            own.append(said.strip())
        else:
            return None
    if not own or len(own) > MOST or len({fold(each) for each in own}) < len(own):
        return None
    if own == [str(n) for n in range(1, len(own) + 1)]:
        return Told(len(own))  # `Caja 1, Caja 2` are two, as `2` is: the same registers whichever way they are told
    return Told(len(own), tuple(own))
