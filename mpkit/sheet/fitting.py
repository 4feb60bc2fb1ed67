"""What a column's header says and what its cells hold come in; how well each meaning fits the column goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mpkit.sheet.header import fold_header, meanings, scores
from mpkit.sheet.profile import Profile

_SOME, _HALF, _MOSTLY, _FEW = 0.3, 0.5, 0.6, 3
_HEADER, _CONTENT = 0.6, 0.4
_ALONE = 0.75  # content alone is never as sure as content with a header
_UNKNOWN = 0.8  # of that, where there is a header and it says nothing
_LEAST, _GUESS = 0.43, 0.14  # without a header, where the cells could be several things: never sure enough not to ask
_STRONG = 0.6
_SECOND = 0.62  # a second id of the shop is another id: less sure than any meaning of its own

# Meanings that headers mix up: what one word says counts a part for the other, and the cells decide.
_KIN: Mapping[str, tuple[tuple[str, float], ...]] = {
    "street_and_number": (("street_name", 0.9), ("full_address", 0.9)),
    "full_address": (("street_and_number", 0.9), ("street_name", 0.7), ("lat_lng", 0.5)),
    "city": (("state", 0.6), ("neighborhood", 0.6)),
    "state": (("city", 0.6), ("region", 0.8)),
    "latitude": (("longitude", 0.7), ("lat_lng", 0.5)),
    "longitude": (("latitude", 0.7), ("lat_lng", 0.5)),
    "lat_lng": (("latitude", 0.7), ("longitude", 0.7), ("street_and_number", 0.5)),
    "chain_brand": (("store_name", 0.5),),
    "format_type": (("category", 0.9),),
}
# Meanings whose cells speak for themselves, whatever the header says, and those a column without any header may have.
_SPEAKING = frozenset({"latitude", "longitude", "lat_lng", "state", "full_address", "email", "country"})
_UNNAMED = frozenset(
    {"store_name", "external_id", "street_and_number", "city", "phone", "opening_hours", "status", "row_index"}
)
_MEASURED = frozenset({"latitude", "longitude"})
_LISTED = 0.9  # of what a number counts for: `Caja 1 y 2`
_MANY_BRANDS = 0.3


def fit(header: str, p: Profile) -> dict[str, float]:
    """How well each meaning fits one column, from 0 to 1; a meaning the cells cannot have is absent."""
    said = scores(header)
    if not p.count:  # nothing to contradict the header
        return {meaning: score for meaning, score in said.items() if score == 1.0} or {"ignore": 1.0}
    if said.get("ignore", 0.0) >= max(_STRONG, max(said.values(), default=0.0)):
        return {"ignore": 1.0}
    named = bool(fold_header(header))
    found: dict[str, float] = {}
    for meaning in meanings():
        words = _said(meaning, said, p)
        content = _content(meaning, p, words)
        if content is None:
            continue
        if words:
            found[meaning] = _HEADER * words + _CONTENT * content
        elif meaning in _SPEAKING and (meaning not in _MEASURED or p.decimal >= _HALF):
            found[meaning] = _ALONE * content * (_UNKNOWN if named else 1.0)
        elif meaning in _UNNAMED and not named:
            found[meaning] = _ALONE if meaning == "row_index" else (_LEAST + _GUESS * content) * (content >= _SOME)
    if "external_id" in found and "alt_id" not in found and _content("alt_id", p, 1.0) is not None:
        found["alt_id"] = min(found["external_id"] - 0.05, _SECOND)
    return found


def _said(meaning: str, said: Mapping[str, float], p: Profile) -> float:
    """What the header says for a meaning: in its own words, or in those of one that is easily mixed up with it."""
    if meaning == "chain_brand" and p.distinct > _MANY_BRANDS:
        return said.get(meaning, 0.0)
    kin = max((said.get(other, 0.0) * part for other, part in _KIN.get(meaning, ())), default=0.0)
    return max(said.get(meaning, 0.0), kin)


def _content(meaning: str, p: Profile, words: float) -> float | None:
    """How well the cells fit a meaning, None where they cannot have it; `words` is what the header says for it."""
    if meaning in _MEASURED and words == 1.0 and p.numeric >= _MOSTLY and p.degrees < _SOME:
        return 0.0  # no degrees, and yet the header leaves no doubt: each row will say so
    if meaning == "ignore":
        return 0.0
    test = _TESTS.get(meaning)
    if test is None:
        return 0.5
    value, least = test(p)
    return value if value >= least else None


def _own_id(p: Profile) -> tuple[float, float]:
    """Codes of which each stands once; a constant or a measure is no id."""
    possible = p.code >= _MOSTLY and p.decimal <= _HALF and not (p.constant and p.count > _FEW) and not p.dated
    return (1.0 if p.distinct == 1.0 else 0.3 * p.distinct) if possible else -1.0, 0.0


def _other_id(p: Profile) -> tuple[float, float]:
    return p.code if p.distinct > _HALF and p.decimal < _HALF and not p.dated else 0.0, _HALF


def _name(p: Profile) -> tuple[float, float]:
    if p.letters < _HALF and p.numeric < _MOSTLY:
        return 0.1, 0.1  # names as short as "A" or "N10": only a header can say so
    strange = max(p.city, p.hours, p.email, p.pair, p.road)
    return p.letters * (1 - 0.5 * strange) * (1 - 0.4 * p.commas) * (0.4 + 0.6 * p.distinct), 0.1


def _street(p: Profile) -> tuple[float, float]:
    if p.letters > _HALF and p.street < _SOME:
        return 0.2 * (1 - p.commas), 0.0  # corners and buildings only: a header must say so
    return p.street * (1 - 0.6 * p.commas) * (1 - 0.5 * (p.alike > _MOSTLY and p.road < _SOME)), 0.1


def _label(p: Profile) -> tuple[float, float]:
    """Words of a kind that is not numbers: brands, companies, districts, formats."""
    return 0.0 if p.constant else 0.5 * (1 - p.decimal), 0.3


_Test = Callable[[Profile], tuple[float, float]]
_TESTS: dict[str, _Test] = {
    "external_id": _own_id,
    "alt_id": _other_id,
    "latitude": lambda p: (p.latitude if p.degrees >= _SOME else -1.0, 0.0),
    "longitude": lambda p: (p.longitude if p.degrees >= _SOME else -1.0, 0.0),
    "store_name": _name,
    "street_and_number": _street,
    "street_name": lambda p: (p.letters * (1 - p.street), 0.4),
    "street_number": lambda p: (p.small + p.integer * 0.5 if not p.sequence else 0.0, 0.3),
    "full_address": lambda p: (p.street * p.commas, 0.3),
    "city": lambda p: (p.city * (1.0 if p.letters > _HALF else 0.0), 0.12),
    "state": lambda p: (p.state, 0.5),
    "country": lambda p: (p.country, 0.8),
    "postal_code": lambda p: (p.code, 0.6),
    "lat_lng": lambda p: (p.pair, 0.6),
    "opening_hours": lambda p: (p.hours, 0.3),
    "opens_at": lambda p: (p.time, 0.5),
    "closes_at": lambda p: (p.time, 0.5),
    "opening_day": lambda p: (p.day, 0.5),
    "register_id": lambda p: (p.code, 0.5),
    "register_name": lambda p: (p.letters, 0.5),
    "register_count": lambda p: (max(p.small, _LISTED * p.counted), 0.5),
    "status": lambda p: (max(p.status, 0.7 * p.flag, 0.6 * p.dated), 0.5),
    "phone": lambda p: (p.phone * (1 - p.decimal), 0.3),
    "row_index": lambda p: (1.0 if p.sequence else 0.0, 0.9),
    "email": lambda p: (p.email, 0.5),
    "neighborhood": lambda p: (0.5 * p.letters, 0.2),
    "chain_brand": _label,
    "company_name": _label,
    "format_type": _label,
    "category": lambda p: (p.integer, 0.6),
    "contact": lambda p: (p.letters, 0.5),
    "region": lambda p: (0.5 * (p.distinct <= _HALF or p.count <= 2 * _FEW) * (1 - p.decimal), 0.3),
    "reference": lambda p: (0.0 if p.constant else 0.5, 0.0),
}
_TESTS |= dict.fromkeys(("route", "mode", "amount_mode", "till_code"), _TESTS["reference"])
