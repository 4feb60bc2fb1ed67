"""A header cell's text comes in, how well it says each meaning goes out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from mpkit.places.names import fold

OVER = " > "  # between the two rows of a header: what stands above, what below
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBERED = re.compile(r"([a-z]{3,}) ?[1-9]$")  # telephone1, direccion 1
_ORDINAL = re.compile(r"\b[nN][°º]\.?|#")  # N° and # are numbers of something
_LETTERS = re.compile(r"\b(?:[a-z] ){2,}[a-z]\b")  # C.U.I.T. is one word
_LONGEST = 45  # characters: a longer cell is a sentence, not a header
_SURE = 0.7
_CORE, _NAME_OF, _UNKNOWN_NAME, _UNKNOWN_CODE = 0.95, 0.93, 0.6, 0.6
_FILLERS = frozenset({"de", "del", "la", "el", "da", "do", "a", "o", "y", "e", "of", "the", "los", "las", "en", "em"})
_OF_STREETS = frozenset({"street_name", "street_and_number", "full_address"})
_NUMBERED_THINGS = _OF_STREETS | {"postal_code", "phone", "tax_id", "register_id", "register_count", "route"}
_OF_PEOPLE = frozenset({"contact", "company_name", "chain_brand", "email", "phone", "tax_id"})


@dataclass(frozen=True)
class Lexicon:
    """What `headers.toml` knows: phrases by meaning, each as text and as a set of words, and what words are about."""

    phrases: Mapping[str, tuple[tuple[str, frozenset[str]], ...]]
    exact: Mapping[str, tuple[str, ...]]  # a phrase → the meanings that have it
    short: Mapping[str, str]
    shop: frozenset[str]
    code: frozenset[str]
    number: frozenset[str]
    name: frozenset[str]
    known_codes: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """The words of headers, read once."""
    told = tomllib.loads((files("mpkit") / "sheet" / "headers.toml").read_text(encoding="utf-8"))
    short, about = told.pop("short"), {name: frozenset(words) for name, words in told.pop("about").items()}
    spelled = {meaning: dict.fromkeys(_long(p, short) for p in known) for meaning, known in told.items()}
    exact: dict[str, list[str]] = {}
    for meaning, known in spelled.items():
        for phrase in known:
            exact.setdefault(phrase, []).append(meaning)
    phrases = {m: tuple((p, frozenset(p.split()) - _FILLERS) for p in known) for m, known in spelled.items()}
    return Lexicon(phrases, {p: tuple(m) for p, m in exact.items()}, short, **about)


def meanings() -> tuple[str, ...]:
    """Every meaning a column can have."""
    return tuple(lexicon().phrases)


def fold_header(text: str) -> str:
    """Lower case, no accents, words apart: `sucursalNombre`, `SUCURSAL_NOMBRE` and `Sucursal / nombre` are alike."""
    return _NUMBERED.sub(r"\1", fold(_CAMEL.sub(" ", text.replace("_", " "))))


def _long(folded: str, short: Mapping[str, str]) -> str:
    """Words written short, written out; fillers go."""
    words = [short.get(word, word) for word in folded.split()]
    return " ".join(word for word in words if word not in _FILLERS) or folded


def _spelled(header: str) -> str:
    folded = fold_header(_ORDINAL.sub(" numero ", header))
    return _long(_LETTERS.sub(lambda found: found[0].replace(" ", ""), folded), lexicon().short)


@lru_cache(maxsize=10_000)
def scores(header: str) -> Mapping[str, float]:
    """Meaning → 0 (says nothing) to 1 (says exactly this)."""
    above, found, below = header.rpartition(OVER)
    if not found:
        return _scores(header)
    whole = _scores(f"{above} {below}")
    if {meaning for meaning, score in _scores(above).items() if score >= _SURE} & _OF_PEOPLE:
        return whole  # "Contacto > Nombre" is no name of a shop
    alone = _scores(below)
    return {meaning: max(whole.get(meaning, 0.0), alone.get(meaning, 0.0)) for meaning in {**whole, **alone}}


def _scores(header: str) -> Mapping[str, float]:
    spelled = _spelled(header)
    words = spelled.split()
    if not words or len(spelled) > _LONGEST:
        return {}
    known = lexicon()
    found = dict.fromkeys(known.exact.get(spelled, ()), 1.0)
    about = [word for word in words if word not in known.shop]
    core = [word for word in about if word not in known.name]
    for part, score in ((about, _CORE), (core, _NAME_OF)):
        for meaning in known.exact.get(" ".join(part), ()) if 0 < len(part) < len(words) else ():
            if not set(part) <= known.code | known.number:
                found.setdefault(meaning, score)
    if set(words) & known.code or (set(words) & known.number and len(words) > 1):
        return _of_codes(words, core, found)
    if core and len(about) < len(words) and len(core) < len(about):
        return _partly(words, found) or {"store_name": _UNKNOWN_NAME}
    return _partly(core or words, found, len(words)) or _partly(words, found)


def _of_codes(words: list[str], core: list[str], found: dict[str, float]) -> Mapping[str, float]:
    """A code or a number of something: of the shop, of what has words of its own, or of we know not what."""
    known = lexicon()
    if max(found.values(), default=0.0) >= _CORE:
        return found
    codes = [word for word in core if word not in known.code | known.number]
    if not codes:
        return {"external_id": _CORE, **found} if set(words) & known.code else found
    if set(codes) <= known.known_codes:
        return {"external_id": 0.3, "alt_id": max(_UNKNOWN_CODE, found.get("alt_id", 0.0)), **found}
    others = {meaning: score for meaning, score in _partly(codes, {}).items() if score >= _UNKNOWN_CODE}
    if set(others) & _NUMBERED_THINGS and not set(words) & known.code:
        street = {"street_number": _SURE} if set(others) & _OF_STREETS else {}
        return {**street, **_partly(words, found)}
    if others or not set(words) & known.code:
        return {"ignore": _SURE, **found}
    return {"external_id": 0.3, "alt_id": _UNKNOWN_CODE, **found}


def _partly(words: list[str], found: dict[str, float], size: int = 0) -> Mapping[str, float]:
    """Phrases all words of which stand among `words`, the better the more of the header they are."""
    inside, size = set(words), size or len(words)
    result = dict(found)
    for meaning, phrases in lexicon().phrases.items():
        if result.get(meaning) == 1.0:
            continue
        best = max((len(parts) for _, parts in phrases if parts and parts <= inside), default=0)
        if best:
            result[meaning] = max(result.get(meaning, 0.0), 0.4 + 0.5 * best / size)
    return result
