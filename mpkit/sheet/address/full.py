"""An address in one cell comes in, with the country's catalogue; its parts go out: street, district, city, postcode."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from mpkit.places import Catalogue
from mpkit.places.names import fold
from mpkit.sheet.address import words
from mpkit.sheet.address.street import Address, split_street
from mpkit.sites import SITES

_SPLIT = re.compile(r"\s*(?:(?<!\d),|,(?!\d)|[;|\n])\s*|\s+[-–—]+\s+|\s+[-–—]\b")  # noqa: RUF001 - dashes people type
_SAID = re.compile(
    r"\b(?:c\.?\s?p\.?|cep|c[oó]digo postal|cod\.? postal|zip)\s*:?\s*(?P<code>[A-Z]?\d{4,5}(?:-?[A-Z\d]{3})?)\b",
    re.IGNORECASE,
)
_CODES = {  # postcodes as they stand beside a town; a bare number elsewhere is something else
    "AR": r"[A-Z]\d{4}(?:[A-Z]{3})?|\d{4}",
    "BR": r"\d{5}-?\d{3}",
    "MX": r"\d{5}",
    "CL": r"\d{7}|\d{3}-\d{4}",
    "CO": r"\d{6}",
    "PE": r"\d{5}|\d{1,2}",
    "UY": r"\d{5}",
}
_BARE_HOUSE = re.compile(rf"(?:{words.MARK})?\s*(\d[\d.]*(?:\s?[-/]\s?\d+)?\s?[A-Za-z]?)", re.IGNORECASE)
_MOST_WORDS = 5  # of a place's name
_SHORTEST = 4  # letters of a name that may be meant otherwise; two letters are a code or nothing


@dataclass(slots=True)
class _Taking:
    """The segments of an address while places are taken off them."""

    segments: list[str]
    city: str = ""
    state: str = ""
    postcode: str = ""
    between: list[str] = field(default_factory=list)  # what stood between the street and the city


def split_full(text: str, catalogue: Catalogue) -> Address:
    """The parts of an address in one cell, read from its end: country, postcode, state, city, district."""
    said = _SAID.search(text)
    postcode = said["code"] if said else ""
    spread = _SAID.sub(",", text) if said else text
    segments = [part.strip(" .") for part in _SPLIT.split(_brackets_aside(spread)) if part and part.strip(" .")]
    taking = _Taking(segments, postcode=postcode)
    _country(taking, catalogue)
    _postcodes(taking, catalogue)
    _places(taking, catalogue)
    return _rest(taking)


def _brackets_aside(text: str) -> str:
    """`… 1234 (Palermo)`: what stands in brackets is a segment of its own."""
    return re.sub(r"\(([^)]*)\)?", r", \1, ", text)


def _country(taking: _Taking, catalogue: Catalogue) -> None:
    names = {fold(site.name) for site in SITES.values()} | {catalogue.country.lower()}
    while len(taking.segments) > 1 and fold(taking.segments[-1]) in names:
        taking.segments.pop()


def _postcodes(taking: _Taking, catalogue: Catalogue) -> None:
    """Postcodes at the edge of a segment that is not the street's, or alone; one that was named is known already."""
    code = _CODES[catalogue.country]
    for n in range(len(taking.segments) - 1, 0, -1):
        part = taking.segments[n]
        found = re.match(rf"(?P<code>{code})\b[\s.-]*(?=[^\W\d_]|$)", part, re.IGNORECASE) or re.search(
            rf"(?<=[^\W\d_])[\s.-]+(?P<code>{code})$", part, re.IGNORECASE
        )
        if not found or taking.postcode:
            continue
        left = (part[: found.start()] + part[found.end() :]).strip(" .-")
        house = not left and n == 1 and not any(c.isdigit() for c in taking.segments[0])
        if house or words.WAY.match(left) or words.STARTS_PREMISES.match(left):
            continue
        if left and catalogue.country == "PE" and len(found["code"]) <= 2:  # noqa: PLR2004 - `Lima 27`
            pass
        elif not left and len(found["code"]) < 4:  # noqa: PLR2004 - a number alone is no district of Lima
            continue
        taking.postcode = found["code"]
        taking.segments[n] = left
    taking.segments = [part for part in taking.segments if part]


def _places(taking: _Taking, catalogue: Catalogue) -> None:
    """State and city, taken off the end."""
    _state(taking, catalogue)
    start = 0 if _alone(taking) else 1
    for n in range(len(taking.segments) - 1, start - 1, -1):
        part = taking.segments[n]
        if n and not _is_place(part):
            continue
        if n and catalogue.match_city(part, taking.state or None).kind.lossless:
            taking.city, taking.between = part, taking.segments[n + 1 :]
            taking.segments = taking.segments[:n]
            return
    if _from_tail(taking, catalogue):
        return
    last = taking.segments[-1]
    if taking.state and len(taking.segments) > 1 and _is_place(last) and not words.DISTRICT.match(last):
        taking.city = taking.segments.pop()
    if taking.state and not taking.city and catalogue.match_city(taking.between[0], taking.state).value:
        taking.city = taking.between[0]  # `…, CABA`: state and city in one
    taking.between = []


def _state(taking: _Taking, catalogue: Catalogue) -> None:
    """The state among the last three segments; what stood behind it stays with the rest."""
    for back in range(1, min(4, len(taking.segments))):
        part = taking.segments[-back]
        found = catalogue.match_state(part)
        if found.value and (found.kind.lossless or len(part) >= _SHORTEST):
            taking.state, taking.between = found.value, [part]
            behind = taking.segments[len(taking.segments) - back + 1 :]
            taking.segments = taking.segments[: len(taking.segments) - back] + behind
            return
        split = re.fullmatch(r"(?P<city>.*[^\W\d_].*?)\s*[/-]\s*(?P<state>[A-Z]{2,3})", part)
        found = catalogue.match_state(split["state"]) if split else found
        if split and found.kind.lossless:
            taking.state, taking.between = found.value, [split["state"]]
            taking.segments[-back] = split["city"]
            return


def _alone(taking: _Taking) -> bool:
    return len(taking.segments) == 1


def _is_place(part: str) -> bool:
    """Whether a segment may be a town: no street, no premises, no number."""
    return not (words.WAY.match(part) or words.STARTS_PREMISES.match(part) or any(c.isdigit() for c in part))


def _from_tail(taking: _Taking, catalogue: Catalogue) -> bool:
    """City (and state) at the end of the last segment without a comma: `Av. Mitre 450 Avellaneda Buenos Aires`."""
    last = taking.segments[-1] if taking.segments else ""
    house = split_street(last)
    tail = house.reference.split() if house.number and "," not in house.reference else []
    for start in range(max(0, len(tail) - 2 * _MOST_WORDS), len(tail)):
        for middle in range(start + 1, len(tail) + 1):
            city, state = " ".join(tail[start:middle]), " ".join(tail[middle:])
            known = catalogue.match_state(state) if state else None
            if state and not (known and known.kind.lossless):
                continue
            inside = known.value if known else taking.state or None
            if catalogue.match_city(city, inside).kind.lossless and (inside or start == 0):
                taking.city, taking.state = city, inside or ""
                cut = len(" ".join(tail[start:]))
                taking.segments[-1] = last[: len(last.rstrip()) - cut].rstrip(" -")
                taking.between = []
                return True
    return False


def _rest(taking: _Taking) -> Address:
    """Street and number out of the segments that are left, the others as premises or district."""
    segments = [*taking.segments, *taking.between]
    if not segments:
        return Address("", "", city=taking.city, state=taking.state, postcode=taking.postcode)
    street, used = _street(segments)
    rest = [part for n, part in enumerate(segments) if n not in used]
    district = next((part for part in reversed(rest) if words.DISTRICT.match(part)), "")
    if not district and rest and taking.city and _is_place(rest[-1]) and not words.PREMISES.match(rest[-1]):
        district = rest[-1]
    rest = [part for part in rest if part is not district]
    reference = ", ".join(filter(None, [street.reference, *rest]))
    whole = replace(street, reference=reference, neighborhood=district)
    return replace(whole, city=taking.city, state=taking.state, postcode=taking.postcode)


def _street(segments: list[str]) -> tuple[Address, set[int]]:
    """The street and its number, and which segments they stand in: the number may be alone in the next one."""
    ways = [n for n, part in enumerate(segments) if words.WAY.match(part)]
    for n in dict.fromkeys([*ways[:1], *range(min(3, len(segments)))]):
        part = segments[n]
        following = segments[n + 1] if n + 1 < len(segments) else ""
        alone = split_street(part)
        joined = split_street(f"{part}, {following}") if following else alone
        if alone.number:
            return alone, {n}
        if _BARE_HOUSE.fullmatch(following) or (joined.number and following[:1].isdigit()):
            return joined, {n, n + 1}
        if words.NONE.fullmatch(f" {following}") or words.LOT.match(following):
            return joined, {n, n + 1}
    first = (ways or [0])[0]
    following = segments[first + 1] if first + 1 < len(segments) else ""
    if re.match(r"k(?:m|il[oó]metro)", following, re.IGNORECASE):
        return Address(f"{segments[first]}, {following}", ""), {first, first + 1}
    return split_street(segments[first]), {first}
