"""The cells of one column come in, what they look like goes out: shares from 0 to 1 of a sample."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from mpkit.places import Catalogue
from mpkit.places.names import fold
from mpkit.sheet import pasted, points, till_lists
from mpkit.sites import SITES, Box

SAMPLE = 300
_LISTED = 60  # characters of a cell that lists registers
_MOSTLY = 0.6
_SIGNS = frozenset("+-−0123456789")  # noqa: RUF001 - spreadsheets write a true minus too
_DECIMAL = re.compile(r"[+-−]?\s*\d{1,3}[.,]\d{3,}")  # noqa: RUF001 - spreadsheets write a true minus too
_INTEGER = re.compile(r"\d+")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")
_FINE = re.compile(r"\d[.,]\d{2}|\d\s*[°º]")  # a coordinate has decimals or minutes
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9./_-]{0,24}")
_PHONE = re.compile(r"\+?[\d ()./-]{7,25}")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}([:.]\d{2})?( ?[ap]\.? ?m\.?)?|\d{1,2} ?(h|hs|am|pm)", re.IGNORECASE)
_HOURS = re.compile(r"\d{1,2}([:.h]\d{2})? ?(h|hs|hrs)? ?(a|as|às|to|-|–) ?\d{1,2}|24 ?(h|hs|horas)", re.IGNORECASE)  # noqa: RUF001
_EMAIL = re.compile(r"\S+@\S+\.\S+")
_DATE = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2}))([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?"
)
_ROAD = re.compile(
    r"(?:av|avda|avenida|calle|cl|cra|kr|cr|carrera|diag|diagonal|rua|r|rod|rodovia|estrada|travessa|alameda|praca|praça"
    r"|pje|pasaje|ruta|camino|jr|jiron|jirón|blvd|boulevard|bulevar|calz|calzada|autopista|carretera|transversal|tv"
    r")\b[ .]",
    re.IGNORECASE,
)
_FLAGS = frozenset({"1", "0", "true", "false", "verdadero", "falso", "verdadeiro", "s", "n", "a", "i", "x", "y"})
_STREET = re.compile(r"[^\W\d]{3,}.*\d")
_ROAD_AND_NUMBER = re.compile(_ROAD.pattern + r".*\d", re.IGNORECASE)
_COMPANY = re.compile(
    r"\b(s\.? ?a\.?( ?s\.?)?|s\.? ?r\.? ?l\.?|ltda|s\.? ?a\.? de c\.? ?v|e\.?i\.?r\.?l|inc|cicsa)\b\.?", re.IGNORECASE
)
_STATUS = frozenset(
    [
        "activo",
        "activa",
        "inactivo",
        "inactiva",
        "ativo",
        "ativa",
        "inativo",
        "inativa",
        "active",
        "inactive",
        "abierto",
        "abierta",
        "cerrado",
        "cerrada",
        "aberto",
        "aberta",
        "fechado",
        "fechada",
        "open",
        "closed",
        "baja",
        "alta",
        "si",
        "no",
        "sim",
        "nao",
        "yes",
        "vigente",
        "habilitado",
        "habilitada",
        "suspendido",
        "operativo",
        "operativa",
        "inoperativo",
        "funcionando",
        "deshabilitado",
        "desactivado",
        "cierre temporal",
        "cerrado temporalmente",
        "fuera de servicio",
        "en obra",
        "suspenso",
        "ativada",
        "desativada",
        "desativado",
        "closed temporarily",
        "operating",
        "operational",
    ]
)
DAYS = frozenset(
    [
        "lunes",
        "martes",
        "miercoles",
        "jueves",
        "viernes",
        "sabado",
        "domingo",
        "segunda",
        "terca",
        "quarta",
        "quinta",
        "sexta",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "lun",
        "mar",
        "mie",
        "jue",
        "vie",
        "sab",
        "dom",
        "seg",
        "ter",
        "qua",
        "qui",
        "sex",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
    ]
)
_COUNTRIES = frozenset(
    name
    for site in SITES.values()
    for name in (fold(site.name), site.country.lower(), site.country_alpha3.lower(), fold(site.name).replace("s", "z"))
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a column holds; `distinct` and `fill` are taken over all cells, the rest over a sample."""

    count: int
    fill: float
    distinct: float
    constant: bool
    decimal: float
    degrees: float
    integer: float
    numeric: float
    pair: float
    code: float
    letters: float
    phone: float
    time: float
    hours: float
    email: float
    street: float
    commas: float
    company: float
    status: float
    flag: float
    dated: bool
    road: float
    alike: float
    even: float
    day: float
    country: float
    sequence: bool
    small: float
    counted: float
    latitude: float
    longitude: float
    state: float
    city: float


def profile(values: Sequence[str], catalogue: Catalogue | None, box: Box | None) -> Profile:
    """Look at the non-empty `values` of a column (stripped), against a site's catalogue and box where one is known."""
    filled = list(filter(None, values))
    step = max(1, len(filled) // SAMPLE)
    sample = filled[::step][:SAMPLE]
    size = len(sample) or 1
    counts = Counter(sample)  # of many columns few texts are different: each is looked at once
    folded: Counter[str] = Counter()
    for value, n in counts.items():
        folded[fold(value)] += n
    different = set(filled)
    share, among = partial(_share, counts, size), partial(_among, folded, size)
    numbers = [(degrees, n) for value, n in counts.items() if (degrees := _degrees(value)) is not None]
    return Profile(
        count=len(filled),
        fill=len(filled) / (len(values) or 1),
        distinct=len(different) / (len(filled) or 1),
        constant=len(different) <= 1,
        decimal=share(_DECIMAL.fullmatch),
        degrees=sum(n for _, n in numbers) / size,
        integer=share(_INTEGER.fullmatch),
        numeric=share(_NUMBER.fullmatch),
        pair=share(_is_pair),
        code=share(_CODE.fullmatch),
        letters=share(_is_worded),
        phone=share(_PHONE.fullmatch),
        time=share(_TIME.fullmatch),
        hours=share(_HOURS.search),
        email=share(_EMAIL.fullmatch),
        street=share(_is_street),
        commas=share(_is_whole_address),
        company=share(_COMPANY.search),
        status=among(_STATUS),
        flag=among(_FLAGS),
        dated=share(_DATE.fullmatch) >= _MOSTLY,
        road=share(_ROAD.match),
        alike=_most(folded, lambda value: value.partition(" ")[0]) / size,
        even=_most(counts, len) / size,
        day=_share(folded, size, lambda value: value.replace(" feira", "") in DAYS),
        country=among(_COUNTRIES),
        sequence=_counts(filled[:SAMPLE]),
        small=share(_is_small),
        counted=share(_is_counted),
        latitude=sum(n for at, n in numbers if box and box.south <= at <= box.north) / size,
        longitude=sum(n for at, n in numbers if box and box.west <= at <= box.east) / size,
        state=_states(different, catalogue),
        city=_share(folded, size, city_names(catalogue).__contains__) if catalogue else 0.0,
    )


def _share(counts: Mapping[str, int], size: int, is_one: Callable[[str], object]) -> float:
    """Of how many of `size` cells it is true, each text with how many cells have it; 0 where there are none."""
    return sum(n for value, n in counts.items() if is_one(value)) / size


def _among(counts: Mapping[str, int], size: int, known: frozenset[str]) -> float:
    return _share(counts, size, known.__contains__)


def _most(counts: Mapping[str, int], of: Callable[[str], Hashable]) -> int:
    """How many cells have the most frequent value of `of` in common."""
    found: Counter[Hashable] = Counter()
    for value, n in counts.items():
        found[of(value)] += n
    return max(found.values(), default=0)


def _is_worded(value: str) -> bool:
    return sum(c.isalpha() for c in value) > 2  # noqa: PLR2004 - two letters are an abbreviation


def _is_street(value: str) -> bool:
    return bool(_STREET.search(value) or _ROAD_AND_NUMBER.search(value))


def _is_whole_address(value: str) -> bool:
    return value.count(",") + value.count(" - ") > 1  # street, town, state


def _is_small(value: str) -> bool:
    """Whether it is a number that could count a branch's registers."""
    return value.isdigit() and len(value) < 4 and int(value) > 0  # noqa: PLR2004 - three digits


def _is_counted(value: str) -> bool:
    return len(value) < _LISTED and bool(till_lists.counted(value))


def _degrees(value: str) -> float | None:
    """A number that could be degrees, however few its decimals."""
    if not value[-1:].isdigit() or value[:1] not in _SIGNS:
        return None
    try:
        number = float(value.replace(",", ".").replace("−", "-").replace(" ", ""))  # noqa: RUF001
    except ValueError:
        return None
    return number if abs(number) <= 180 else None  # noqa: PLR2004 - degrees


def _is_pair(value: str) -> bool:
    """Whether a cell holds both coordinates, as a pair or as a map's link."""
    if "://" in value:
        return pasted.point(value) is not None
    if len(_FINE.findall(value)) < 2:  # noqa: PLR2004 - latitude, longitude
        return False
    first, second = map(points.degrees, points.split_pair(value))
    return first is not None and second is not None and abs(first) <= 180 and abs(second) <= 180  # noqa: PLR2004


def _counts(values: Sequence[str]) -> bool:
    """Whether the cells count from 0 or from 1."""
    if len(values) < 3 or values[0] not in {"0", "1"}:  # noqa: PLR2004 - two cells count nothing
        return False
    first = int(values[0])
    return all(value == str(first + n) for n, value in enumerate(values))


def _states(different: set[str], catalogue: Catalogue | None) -> float:
    """The share of different values that name a state; many different values cannot be states."""
    if catalogue is None or not different or len(different) > 6 * len(catalogue.states):
        return 0.0
    known = sum(1 for value in different if len(value) > 1 and catalogue.match_state(value).value)
    return known / len(different)


@lru_cache(maxsize=32)
def city_names(catalogue: Catalogue) -> frozenset[str]:
    """Every city name of a catalogue, folded."""
    return frozenset(fold(place.city) for place in catalogue.places)
