"""Address cells come in, street, number, city and state go out; simple cases only, nothing is invented."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mpkit.places import Catalogue
from mpkit.places.names import fold
from mpkit.sites import SITES

NO_NUMBER = "s/n"
_PLACEHOLDER = re.compile(
    r"[\s,.-]*\b(none|null|nan|s\s?/\s?n[°º.]?|sin\s+n(umero|[úu]mero|ro\.?|°|º)|s\.n\.|sn|0+)\s*\.?$", re.IGNORECASE
)
_EMPTY = re.compile(
    r"((sin (direccion|domicilio|datos?)|sem endereco|pendiente)( .*)?|n ?d|n ?a|s ?d|none|null|nan|no aplica|)"
)
_BRACKETS = re.compile(r"\([^)]*\)?")
_PREMISES = re.compile(
    r"[,;-]?\s*\b(local(es)?|lc|loc|l|of|oficina|piso|pb|dpto|depto|km|loja|sala|apto|bloco|bl|int|interior|lote|manzana|mz|esq(uina)?|entre|e/|y)\b\.?.*$",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"\b(?:n[°ºo]\.?|nº|nro\.?|num\.?|n[úu]mero|#)\s*(\d[\d.]*(?:\s?[-/]\s?\d+)?[A-Za-z]?)\b", re.IGNORECASE
)
_LAST = re.compile(
    r"^(?P<street>.*[^\W\d_].*?)[\s,]+(?P<number>\d{1,6}(?:\.\d{3})?(?:\s?[-/]\s?\d{1,5})*\s?[A-Za-z]?)(?:\s+(?:sur|norte|este|oeste|bis|s|n|e|o))?\.?$",
    re.IGNORECASE,
)
_FIRST_COMMA = re.compile(
    r"^(?P<street>[^,]*[^\W\d_][^,]*),\s*(?:n[°ºo.]*\s*)?(?P<number>\d[\d.]*[A-Za-z]?)\b", re.IGNORECASE
)
_ROAD = re.compile(
    r"\b(ruta( nacional| provincial| nac| prov)?|rn|rp|rodovia|rod|br|autopista|auto|carretera|km|kil[oó]metro)\.?\s*"
    r"(n(ac(ional)?)?|p(rov(incial)?)?|n[°º])?\.?\s*$",
    re.IGNORECASE,
)
_GRID = re.compile(
    r"^(?P<street>(?:cl|cll|calle|kr|cr|cra|carrera|ak|ac|av|avenida|dg|diagonal|tv|transversal|trans)\.?\s*\d+\s?[a-z]?(?:\s?bis)?(?:\s(?:sur|norte|este|oeste))?)\s*(?:#|no\.?|n[°º])?\s*(?P<number>\d+\s?[a-z]?\s?-?\s?\d+)\b",
    re.IGNORECASE,
)
_NONE = re.compile(r"\bs\s?/\s?n\b|\bsin n[uú]mero\b", re.IGNORECASE)
_ANY = re.compile(
    r"(?<![\d.,/-])\b(?P<number>\d{2,6}[A-Za-z]?(?:\s?-\s?[A-Z\d]{1,4})?)\b(?!\s*(?:de\b|y medio|[.,]\d|[°º]))",
    re.IGNORECASE,
)
_NOT_A_HOUSE = re.compile(
    r"(?:\b(?:ruta(?: nacional| provincial| nac| prov)?|rn|rp|rod|rodovia|br|autopista|carretera|km|kil[oó]metro"
    r"|local(?:es)?|lc|loc|l|lt|of|oficina|piso|sala|loja"
    r"|apto|bloco|int|lote|lotes|mz|manzana|m[oó]dulo|parada|agencia|calle|entre|esq|esquina|y|e|etapa|torre|block|solar|s)"
    r"\b\.?\s*(?:n\s?[°º])?\s*[-.]?\s*)$",
    re.IGNORECASE,
)
_LETTERS = 3
_HOUSE = re.compile(r"(?:n[°ºo.]*\s*)?(\d[\d.]*\s?[A-Za-z]?)", re.IGNORECASE)
_CEP = re.compile(r"\b\d{5}-?\d{3}\b")
_CODE = re.compile(r"\d{4,5}|[A-Z]\d{4}[A-Z]{3}")
_SPLIT = re.compile(r"\s*[,;|]\s*|\s+-\s+|\s+[–—]\s+")  # noqa: RUF001 - dashes people type


@dataclass(frozen=True, slots=True)
class Address:
    """What one address cell says; "" where it says nothing."""

    street: str
    number: str
    city: str = ""
    state: str = ""


def is_placeholder(text: str) -> bool:
    """Whether an address cell holds words for "none" only."""
    return bool(_EMPTY.fullmatch(fold(text))) and not re.search(r"\d", text)


@lru_cache(maxsize=100_000)
def split_street(text: str) -> Address:
    """Street and house number of one cell: `Cabred 23`, `Uruguay 1470 None`, `KR 43 58 23`, `Ruta 12 Km 1639 0`.

    A number of a road, a kilometre or a date in a street's name is no house number; none gives number "".
    """
    bare = " ".join(_BRACKETS.sub(" ", text).split())
    without = _PLACEHOLDER.sub("", bare).strip(" ,.-") if not bare.isdigit() else bare
    street = without or bare
    grid = _GRID.match(street)
    if grid:
        return Address(grid["street"].strip(), re.sub(r"(?<=\d)\s+(?=\d)", "-", grid["number"].strip()))
    marked = _MARKED.search(street)
    if marked and not _ROAD.search(street[: marked.start()]):
        return Address(street[: marked.start()].strip(" ,.-") or street, marked[1].replace(".", ""))
    for candidate in dict.fromkeys((street, _PREMISES.sub("", street).strip(" ,.-"))):
        found = _LAST.match(candidate) or _FIRST_COMMA.match(candidate)
        if found and not any(odd.search(found["street"]) for odd in (_ROAD, _NONE, _NOT_A_HOUSE)):
            return Address(found["street"].strip(" ,.-"), found["number"].strip().replace(".", ""))
    return _within(street)


def _within(street: str) -> Address:
    """The first number of two digits or more that stands after a street's name and is no road, date or premises."""
    none = _NONE.search(street)
    if none:
        return Address(street[: none.start()].strip(" ,.-") or street, "")
    for found in _ANY.finditer(street):
        before = street[: found.start()]
        if sum(c.isalpha() for c in before) < _LETTERS or _NOT_A_HOUSE.search(before):
            continue
        return Address(before.strip(" ,.-°º"), found["number"].replace(" ", ""))
    return Address(street, "")


def remainder(text: str, found: Address) -> str:
    """What stands after the house number (premises, corner, district): it helps to find the shop and is not lost."""
    if not found.number:
        return ""
    start = text.find(found.number.split("-")[0], len(found.street) if text.startswith(found.street) else 0)
    if start < 0:
        return ""
    rest = _PLACEHOLDER.sub("", text[start + len(found.number) :]).strip(" ,;.-()")
    return rest if sum(c.isalnum() for c in rest) > 1 else ""


def split_full(text: str, catalogue: Catalogue) -> Address:
    """Street, number, city and state of an address in one cell, read from its end: country, postcode, state, city."""
    country = {fold(site.name) for site in SITES.values()} | {catalogue.country.lower()}
    parts = [part.strip(" .") for part in _SPLIT.split(_spread(text)) if part and part.strip(" .")]
    parts = [kept for n, part in enumerate(parts) if (kept := _without_postcode(part, first=n < 2))]  # noqa: PLR2004
    while len(parts) > 1 and fold(parts[-1]) in country:
        parts.pop()
    state = city = ""
    for back in range(1, min(4, len(parts)) if parts else 0):
        found = catalogue.match_state(parts[-back])
        if found.value and (found.kind.lossless or len(parts[-back]) > 3):  # noqa: PLR2004 - two letters are a code or nothing
            state, rest = found.value, parts[:-back]
            city = next(
                (part for part in reversed(rest[1:]) if _is_town(part, catalogue, state)),
                rest[-1] if len(rest) > 1 else "",
            )
            parts = rest[: _last(rest, city)] if city else rest
            break
    else:
        city = next((p for p in reversed(parts[1:]) if catalogue.match_city(p, None).kind.lossless), "")
        parts = parts[: _last(parts, city)] if city else parts
    street = _first_numbered(parts)
    return Address(street.street, street.number, city, state)


def _first_numbered(parts: list[str]) -> Address:
    """Street and number of an address in parts: the number may be in the street's part or alone in the next."""
    for n, part in enumerate(parts[:3]):
        house = _HOUSE.fullmatch(parts[n + 1]) if n + 1 < len(parts) else None
        if house and not any(c.isdigit() for c in part):
            return Address(part, house[1].replace(".", ""))
        found = split_street(part)
        if found.number:
            return found
    return Address(split_street(parts[0]).street, "") if parts else Address("", "")


def _spread(text: str) -> str:
    return re.sub(r"\bCEP\b:?", ",", text)


def _without_postcode(part: str, *, first: bool) -> str:
    """The part without a postcode; a bare number in one of the first two parts is a house number."""
    found = _CEP.search(part) or (None if first else _CODE.fullmatch(part))
    return part.replace(found[0], "").strip(" .-") if found else part


def _is_town(part: str, catalogue: Catalogue, state: str) -> bool:
    return catalogue.match_city(part, state).kind.lossless


def _last(parts: list[str], part: str) -> int:
    return len(parts) - 1 - parts[::-1].index(part)
