"""One cell that should hold a coordinate comes in; what it says in decimal degrees goes out, and what it may say."""

from __future__ import annotations

import re
from math import asin, atan, atan2, cos, cosh, degrees, exp, pi, sin, sinh
from typing import NamedTuple

Point = tuple[float, float]

is_fine = re.compile(r"[+-]?[0-9]+\.[0-9]{2,}").fullmatch  # a number with the decimals of a place
is_ordinary = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?").fullmatch  # nearly every cell: worth a way of its own
# North, south, east and west by letter or word, in Spanish, Portuguese and English; Spanish and Portuguese O is west.
_SIDE = r"norte|north|sur|sul|south|este|leste|east|oeste|west|n|s|e|l|w|o"
_NUMBER = re.compile(
    rf"(?P<before>{_SIDE})?\s*(?P<sign>[+-]?)\s*(?P<value>\d+(?:[.,]\d+)?|[.,]\d+)\s*[°º]?\s*(?P<after>{_SIDE})?",
    re.IGNORECASE,
)
_MARK = r"(?:\s*[°ºd:]\s*|\s+)"
_MINUTE = r"(?:\s*['’′:m]\s*|\s+)"  # noqa: RUF001
_SECOND = r"\s*(?:[\"”″]|''|’’|′′)?\s*"  # noqa: RUF001
_SEXAGESIMAL = re.compile(
    rf"(?P<before>{_SIDE})?\s*(?P<sign>[+-]?)(?P<degrees>\d{{1,3}}){_MARK}(?P<minutes>\d{{1,2}}(?:[.,]\d+)?)"
    rf"(?:{_MINUTE}(?P<seconds>\d{{1,2}}(?:[.,]\d+)?){_SECOND}|\s*['’′m]\s*)?\s*(?P<after>{_SIDE})?",  # noqa: RUF001
    re.IGNORECASE,
)
_MINUS = frozenset({"s", "sur", "sul", "south", "w", "west", "o", "oeste"})
_DIGITS = re.compile(r"([+-]?)\s*(\d{4,})")
_SIXTY = 60.0

# The Earth as UTM (WGS 84) and the maps of the web measure it.
_RADIUS, _FLATTENING, _SCALE = 6_378_137.0, 1 / 298.257223563, 0.9996
_FALSE_EAST, _FALSE_NORTH = 500_000.0, 10_000_000.0


class Read(NamedTuple):
    """What a cell says: degrees, whether it has a sign or side of its own, and how many decimals it gives."""

    value: float
    signed: bool
    decimals: int


def read(text: str) -> Read | None:
    """One coordinate: point or comma, degrees-minutes-seconds, a letter or word for the hemisphere; None for no number.

    Whole numbers beyond 180 are read too: they are no degrees, and `marks` says what they may be.
    """
    if is_ordinary(text):
        return Read(float(text), text[0] in "+-", len(text.partition(".")[2]))
    cell = text.replace("−", "-").replace("–", "-").strip().rstrip(".")  # noqa: RUF001 - a true minus, and a dash
    plain = _NUMBER.fullmatch(cell)
    if plain:
        value = float(plain["value"].replace(",", "."))
        decimals = len(plain["value"].replace(",", ".").partition(".")[2])
        return _sided(plain, value, decimals)
    parts = _SEXAGESIMAL.fullmatch(cell)
    if not parts:
        return None
    minutes, seconds = _of(parts["minutes"]), _of(parts["seconds"] or "0")
    if minutes >= _SIXTY or seconds >= _SIXTY:
        return None
    return _sided(parts, int(parts["degrees"]) + minutes / 60 + seconds / 3600, 4)


def _of(text: str) -> float:
    return float(text.replace(",", "."))


def _sided(found: re.Match[str], value: float, decimals: int) -> Read:
    side = (found["before"] or found["after"] or "").lower()
    negative = found["sign"] == "-" or side in _MINUS
    return Read(-value if negative else value, bool(found["sign"] or side), decimals)


def marks(text: str) -> tuple[float, ...]:
    """Degrees a cell may mean whose decimal mark was lost or stands more than once: -34603722, -34.603.722."""
    found = _DIGITS.fullmatch(re.sub(r"[.,'’ ]", "", text.replace("−", "-").strip()))  # noqa: RUF001
    if not found:
        return ()
    sign = -1.0 if found[1] == "-" else 1.0
    values = (float(f"{found[2][:n]}.{found[2][n:]}") for n in (1, 2, 3) if n < len(found[2]))
    return tuple(sign * value for value in values if value <= 180)  # noqa: PLR2004 - degrees


def from_web_metres(x: float, y: float) -> Point:
    """Metres east and north of the point 0, 0 on the maps of the web, as latitude and longitude."""
    return degrees(2 * atan(exp(y / _RADIUS)) - pi / 2), degrees(x / _RADIUS)


def from_utm(east: float, north: float, zone: int, *, southern: bool) -> Point:
    """Metres of a UTM zone (WGS 84) as latitude and longitude; Krüger's series, good to a metre."""
    n = _FLATTENING / (2 - _FLATTENING)
    radius = _RADIUS / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    xi = (north - (_FALSE_NORTH if southern else 0.0)) / (_SCALE * radius)
    eta = (east - _FALSE_EAST) / (_SCALE * radius)
    series = (n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96, n**2 / 48 + n**3 / 15, 17 * n**3 / 480)
    turned = xi - sum(b * sin(2 * k * xi) * cosh(2 * k * eta) for k, b in enumerate(series, 1))
    moved = eta - sum(b * cos(2 * k * xi) * sinh(2 * k * eta) for k, b in enumerate(series, 1))
    chi = asin(sin(turned) / cosh(moved))
    back = (2 * n - 2 * n**2 / 3 - 2 * n**3, 7 * n**2 / 3 - 8 * n**3 / 5, 56 * n**3 / 15)
    latitude = chi + sum(d * sin(2 * k * chi) for k, d in enumerate(back, 1))
    return degrees(latitude), 6 * zone - 183 + degrees(atan2(sinh(moved), cos(turned)))
