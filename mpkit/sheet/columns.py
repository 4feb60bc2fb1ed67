"""The sheet's columns come in, what each means goes out: header words and contents decide jointly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mpkit.errors import WrongUsage
from mpkit.places import Catalogue
from mpkit.sheet.header import fold_header, phrases, scores
from mpkit.sheet.profile import Profile, profile
from mpkit.sheet.templates import FIELDS, own_headings
from mpkit.sites import SITES

_SEVERAL = frozenset(
    {"alt_id", "chain_brand", "phone", "company_name", "format_type", "neighborhood", "ignore", "contact", "reference"}
)
NOTHING: Mapping[int, str] = {}
_ENOUGH = 0.42
ASK = 0.6  # a meaning less sure than this is a guess: a person is asked
_SOME, _HALF, _MOSTLY, _FEW = 0.3, 0.5, 0.6, 3
_HEADER, _CONTENT = 0.6, 0.4
_ALONE = 0.75  # content alone is never as sure as content with a header
_PLAIN = frozenset(
    {
        "reference",
        "region",
        "route",
        "category",
        "mode",
        "amount_mode",
        "till_code",
        "contact",
        "tax_id",
        "ignore",
        "format_type",
        "chain_brand",
        "company_name",
        "neighborhood",
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet, counted from 1, and what it means, from 0 (a guess) to 1 (certain)."""

    index: int
    header: str
    meaning: str
    confidence: float


def recognise(
    headers: Sequence[str],
    cells: Sequence[Sequence[str]],
    catalogue: Catalogue,
    mapping: Mapping[str, str],
    chosen: Mapping[int, str] = NOTHING,
) -> tuple[Column, ...]:
    """The meaning of each column; raises `WrongUsage`.

    What was said goes before what is seen: `mapping` is meaning → header or number, `chosen` column number → meaning.
    """
    box = next(site.box for site in SITES.values() if site.country == catalogue.country)
    profiles = [profile(values, catalogue, box) for values in cells]
    told = {**{number - 1: meaning for number, meaning in chosen.items()}, **_told(headers, mapping)}
    mapping = {**mapping, **{meaning: str(index + 1) for index, meaning in told.items()}}
    decided = {**_own(headers), **told}
    taken = set(decided.values())
    ranked = sorted(
        (
            (score, -index, meaning)
            for index, p in enumerate(profiles)
            for meaning, score in _all_scores(headers[index], p).items()
            if score >= _ENOUGH
        ),
        reverse=True,
    )
    sure = dict.fromkeys(decided, 1.0)
    for score, back, meaning in ranked:
        index = -back
        if index in decided or (meaning in taken and meaning not in _SEVERAL):
            continue
        decided[index], sure[index] = meaning, min(1.0, score)
        taken.add(meaning)
    _number_of_what(decided, sure, profiles, mapping)
    _turn_points(decided, profiles, mapping)
    _prefer_separate(decided, profiles)
    decided.update(told)
    return tuple(
        Column(index + 1, header, decided.get(index, "ignore"), round(sure.get(index, 0.5), 2))
        for index, header in enumerate(headers)
    )


def _own(headers: Sequence[str]) -> dict[int, str]:
    """Column index → meaning where the header row is that of our own template, whatever the cells hold."""
    known = own_headings()
    found = {index: known[header] for index, header in enumerate(headers) if header in known}
    return found if len(set(found.values())) == len(FIELDS) else {}


def _told(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[int, str]:
    """Column index → meaning, as somebody said it; a column is named by its header or its number."""
    told: dict[int, str] = {}
    folded = [fold_header(header) for header in headers]
    for meaning, column in mapping.items():
        if meaning not in phrases():
            raise WrongUsage("map_meaning_unknown", meaning=meaning, known=", ".join(sorted(phrases())))
        exact = [index for index, header in enumerate(headers) if header.strip() == column.strip()]
        alike = [index for index, header in enumerate(folded) if header and header == fold_header(column)]
        if exact or alike:
            told[(exact or alike)[0]] = meaning
        elif column.strip().isdigit() and 1 <= int(column) <= len(headers):
            told[int(column) - 1] = meaning
        else:
            raise WrongUsage("map_column_unknown", column=column, known=", ".join(h for h in headers if h))
    return told


def _all_scores(header: str, p: Profile) -> dict[str, float]:
    """How well each meaning fits one column; a meaning the cells cannot have is absent."""
    said = scores(header)
    if not p.count:  # nothing to contradict the header
        return {meaning: score for meaning, score in said.items() if score == 1.0} or {"ignore": 1.0}
    if said.get("ignore", 0.0) >= max(_STRONG, max(said.values(), default=0.0)):
        return {"ignore": 1.0}
    speaking = _SPEAKING if fold_header(header) else _SPEAKING | _UNNAMED
    found: dict[str, float] = {}
    for meaning in phrases():
        content = _content(meaning, p)
        if content is None:
            continue
        words = said.get(meaning, 0.0)
        if words:
            found[meaning] = _HEADER * words + _CONTENT * content
        elif meaning in speaking and (meaning not in _MEASURED or p.decimal >= _HALF):
            found[meaning] = _ALONE * content * (1.0 if not fold_header(header) else 0.8)
    if "external_id" in found and "alt_id" not in found and _content("alt_id", p) is not None:
        found["alt_id"] = found["external_id"] - 0.05  # a second id of the shop is another id
    return found


_MEASURED = frozenset({"latitude", "longitude"})
# meanings whose cells speak for themselves, whatever the header says
_SPEAKING = frozenset({"latitude", "longitude", "lat_lng", "state", "full_address", "email", "country"})

# and those a column without any header may have
_UNNAMED = frozenset(
    {"store_name", "external_id", "street_and_number", "city", "phone", "opening_hours", "status", "row_index"}
)
_STRONG = 0.6


def _content(meaning: str, p: Profile) -> float | None:
    """How well the cells fit a meaning, None where they cannot have it; 0 where they say neither yes nor no."""
    if meaning in _PLAIN:
        return 0.0 if p.constant or meaning == "ignore" else 0.5
    if meaning not in _TESTS:
        return 0.5
    value, least = _TESTS[meaning](p)
    return value if value >= least else None


def _own_id(p: Profile) -> tuple[float, float]:
    """Codes of which each stands once; a constant or a measure is no id."""
    possible = p.code >= _MOSTLY and p.decimal <= _HALF and not (p.constant and p.count > _FEW)
    return (1.0 if p.distinct == 1.0 else 0.3 * p.distinct) if possible else -1.0, 0.0


def _other_id(p: Profile) -> tuple[float, float]:
    return p.code if p.distinct > _HALF and p.decimal < _HALF else 0.0, _HALF


def _name(p: Profile) -> tuple[float, float]:
    if p.letters < _HALF and p.numeric < _MOSTLY:
        return 0.1, 0.1  # names as short as "A" or "N10": only a header can say so
    return p.letters * (1 - 0.5 * p.city) * (1 - 0.4 * p.commas) * (0.4 + 0.6 * p.distinct), 0.1


def _street(p: Profile) -> tuple[float, float]:
    if p.letters > _HALF and p.street < _SOME:
        return 0.2 * (1 - p.commas), 0.0  # corners and buildings only: a header must say so
    return p.street * (1 - 0.6 * p.commas), 0.1


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
    "city": lambda p: (p.city * (1.0 if p.letters > 0.5 else 0.0), 0.12),  # noqa: PLR2004
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
    "register_count": lambda p: (p.small, 0.6),
    "status": lambda p: (p.status, 0.6),
    "phone": lambda p: (p.phone, 0.3),
    "row_index": lambda p: (1.0 if p.sequence else 0.0, 0.9),
    "email": lambda p: (p.email, 0.5),
}


_STREETS = frozenset({"street_name", "street_and_number", "full_address"})


def _number_of_what(
    decided: dict[int, str], sure: dict[int, float], profiles: Sequence[Profile], mapping: Mapping[str, str]
) -> None:
    """Without a street a number is none of a house: where each stands once, it numbers the shops."""
    found = set(decided.values())
    if found & _STREETS or "external_id" in found or "street_number" not in found or "street_number" in mapping:
        return
    index = next(index for index, meaning in decided.items() if meaning == "street_number")
    if profiles[index].distinct == 1.0:
        decided[index], sure[index] = "external_id", min(sure[index], _STRONG)
    else:
        del decided[index]


def _turn_points(decided: dict[int, str], profiles: Sequence[Profile], mapping: Mapping[str, str]) -> None:
    """Latitude is what holds latitudes, whatever the header says."""
    where = {meaning: index for index, meaning in decided.items()}
    if {"latitude", "longitude"} - set(where) or {"latitude", "longitude"} & set(mapping):
        return
    lat, lng = profiles[where["latitude"]], profiles[where["longitude"]]
    if lat.longitude > 0.8 and lng.latitude > 0.8 and lat.latitude < 0.2 and lng.longitude < 0.2:  # noqa: PLR2004
        decided[where["latitude"]], decided[where["longitude"]] = "longitude", "latitude"


def _prefer_separate(decided: dict[int, str], profiles: Sequence[Profile]) -> None:
    """Brand and company are told apart by what the cells look like, not by the header alone."""
    brands = [index for index, meaning in decided.items() if meaning == "chain_brand"]
    for index, meaning in list(decided.items()):
        if meaning == "company_name" and not brands and profiles[index].company < 0.3:  # noqa: PLR2004
            decided[index] = "chain_brand"
        if (
            meaning in {"chain_brand", "company_name", "format_type"}
            and profiles[index].constant
            and profiles[index].count > _FEW
        ):
            decided[index] = "ignore"
