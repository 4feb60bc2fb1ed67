"""A header cell's text comes in, how well it says each meaning goes out; and the row the headers stand in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from mpkit.places.names import fold

FIRST_ROWS = 30
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NUMBERED = re.compile(r"([a-z]{4,}) ?1$")  # telephone1, direccion 1
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_LONGEST = 45  # characters: a longer cell is a sentence, not a header
_SURE = 0.7
_IDS = frozenset({"id", "fk", "cod", "codigo", "code"})
_NUMBERS = frozenset({"nro", "numero", "number", "num"})  # of what, the other words say: of staff is no id
_OF_SHOPS = frozenset(
    ["sap", "erp", "interno", "cliente", "sucursal", "tienda", "local", "loja", "filial", "comercio", "establecimiento"]
)
_FILLERS = frozenset({"de", "del", "la", "el", "da", "do", "a", "o", "y", "e", "of", "the", "los", "las"})


@cache
def phrases() -> Mapping[str, tuple[tuple[str, frozenset[str]], ...]]:
    """Meaning → its phrases, each as text and as a set of words."""
    text = (files("mpkit") / "sheet" / "headers.toml").read_text(encoding="utf-8")
    return {
        meaning: tuple((phrase, frozenset(phrase.split()) - _FILLERS) for phrase in known)
        for meaning, known in tomllib.loads(text).items()
    }


def fold_header(text: str) -> str:
    """Lower case, no accents, words apart: `sucursalNombre`, `SUCURSAL_NOMBRE` and `Sucursal / nombre` are alike."""
    return _NUMBERED.sub(r"\1", fold(_CAMEL.sub(" ", text.replace("_", " "))))


@lru_cache(maxsize=10_000)
def scores(header: str) -> Mapping[str, float]:
    """Meaning → 0 (says nothing) to 1 (says exactly this); an id of something else than a shop says nothing else."""
    folded = fold_header(header)
    words = frozenset(folded.split()) - _FILLERS
    if not words or len(folded) > _LONGEST:
        return {}
    found: dict[str, float] = {}
    for meaning, known in phrases().items():
        best = 0.0
        for phrase, parts in known:
            if folded == phrase:
                best = 1.0
                break
            if parts and parts <= words:
                best = max(best, 0.4 + 0.5 * len(parts) / len(words))
        if best:
            found[meaning] = best
    names_one = bool(words & _IDS or (words & _NUMBERS and words & _OF_SHOPS))
    if not names_one and words & _NUMBERS and len(words) > 1 and max(found.values(), default=0.0) < _SURE:
        return {"ignore": found.get("ignore", 0.0)}
    if names_one and 1.0 not in found.values():
        return {"external_id": 0.3, "alt_id": max(0.6, found.get("alt_id", 0.0)), "ignore": found.get("ignore", 0.0)}
    return found


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The row (from 1) the headers stand in, 0 where the file has none."""
    best, best_score = 0, 0.0
    for number, row in enumerate(rows[:FIRST_ROWS], start=1):
        cells = [cell for cell in row if cell.strip()]
        known = sum(max(scores(cell).values(), default=0.0) >= _SURE for cell in cells)
        data = sum(1 for cell in cells if _NUMBER.fullmatch(cell.strip()))
        score = known - 2.0 * data
        if score > best_score and (known > 1 or (known == 1 and len(cells) <= 2)):  # noqa: PLR2004 - one or two columns
            best, best_score = number, score
    return best or _unknown_header(rows)


def _unknown_header(rows: Sequence[Sequence[str]]) -> int:
    """A first row of different texts above a column of numbers or codes is a header, whatever its words."""
    filled = [(number, row) for number, row in enumerate(rows[:FIRST_ROWS], start=1) if any(c.strip() for c in row)]
    if len(filled) < 3:  # noqa: PLR2004 - one record cannot show what the columns hold
        return 0
    number, first = filled[0]
    texts = [cell.strip() for cell in first if cell.strip()]
    if len(set(texts)) != len(texts) or any(_NUMBER.fullmatch(text) or len(text) > _LONGEST for text in texts):
        return 0
    below = [row for _, row in filled[1:]]
    for c, cell in enumerate(first):
        values = [row[c].strip() for row in below if c < len(row) and row[c].strip()]
        if cell.strip() and values and not _has_digit(cell) and all(map(_has_digit, values)):
            return number
    return 0


def _has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)
