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
    r"(sin (direccion|domicilio|datos?)|pendiente|n\W?d|n\W?a|s\W?d|none|null|nan|no aplica|sem endereco|[\W_]*)( .*)?",
    re.IGNORECASE,
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
    r"\b(ruta|rn|rp|rodovia|rod|br|autopista|auto|carretera|km|kil[oó]metro|ruta nacional|ruta provincial|ruta nac|ruta prov)\.?\s*(n(ac(ional)?)?|p(rov(incial)?)?|n[°º])?\.?\s*$",
    re.IGNORECASE,
)
_GRID = re.compile(
    r"^(?P<street>(?:cl|cll|calle|kr|cr|cra|carrera|ak|ac|av|avenida|dg|diagonal|tv|transversal|trans)\.?\s*\d+\s?[a-z]?(?:\s?bis)?(?:\s(?:sur|norte|este|oeste))?)\s*(?:#|no\.?|n[°º])?\s*(?P<number>\d+\s?[a-z]?\s?-?\s?\d+)\b",
    re.IGNORECASE,
)
_POSTCODE = re.compile(
    r"\b(?:cep:?\s*)?\d{5}-?\d{3}\b|\b[A-Z]?\d{4,5}[A-Z]{0,3}\b|\bc\.?p\.?\s*\d{4,5}\b", re.IGNORECASE
)
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
        if found and not _ROAD.search(found["street"]):
            return Address(found["street"].strip(" ,.-"), found["number"].strip().replace(".", ""))
    return Address(street, "")


def split_full(text: str, catalogue: Catalogue) -> Address:
    """Street, number, city and state of an address in one cell, counted from its end: country, postcode, state, city."""
    country = {fold(site.name) for site in SITES.values()} | {catalogue.country.lower()}
    parts = [part.strip(" .") for part in _SPLIT.split(_spread(text)) if part and part.strip(" .")]
    parts = [kept for part in parts if (kept := _POSTCODE.sub("", part).strip(" .-") if _is_postcode(part) else part)]
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
    street = split_street(", ".join(parts[:2])) if parts else Address("", "")
    alone = split_street(parts[0]) if parts else street
    return Address(alone.street if alone.number else street.street, alone.number or street.number, city, state)


def _spread(text: str) -> str:
    return re.sub(r"\bCEP\b:?", ",", text)


def _is_postcode(part: str) -> bool:
    return bool(re.fullmatch(r"(?:.*\s)?\d{5}-?\d{3}|\d{5}-\d{3}\s.*|\d{4,5}|[A-Z]\d{4}[A-Z]{3}", part))


def _is_town(part: str, catalogue: Catalogue, state: str) -> bool:
    return catalogue.match_city(part, state).kind.lossless


def _last(parts: list[str], part: str) -> int:
    return len(parts) - 1 - parts[::-1].index(part)
