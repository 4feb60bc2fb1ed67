"""What somebody pastes to say where a shop is comes in (a map's link, a pair of degrees), its point goes out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from mpkit.sheet import points

_OF_NUMBERS = frozenset("0123456789.+-")  # a link has letters, a pair something between its halves
_D = r"(-?\d{1,3}\.\d+)"
# A link may hold the middle of the map and the place itself: what names the place is looked for first.
_LINKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"!3d{_D}!4d{_D}",  # the place of a Google Maps link
        rf"[?&](?:q|query|ll|sll|destination|daddr|center|cp|mlat|coordinate|to)=(?:loc:|ll\.)?\s*{_D}(?:,|~|%2C|\+|\s|&mlon=)+{_D}",
        rf"^geo:{_D},{_D}",
        rf"@{_D},{_D}",
        rf"#map=\d+(?:\.\d+)?/{_D}/{_D}",
        rf"/place/{_D},\+?{_D}",
        rf"/{_D},[\s+]*{_D}",
    )
)
# Services that shorten links to maps; what lies behind one cannot be read without asking them.
_SHORT = re.compile(
    r"//(?:maps\.app\.goo\.gl|goo\.gl|g\.co|g\.page|bit\.ly|tinyurl\.com|waze\.com/ul/|osm\.org/go|t\.co)",
    re.IGNORECASE,
)


def point(text: str) -> points.Point | None:
    """Latitude and longitude in decimal degrees, None where the text says no point."""
    text = unquote(text.strip())
    for pattern in _LINKS if _is_link(text) or "/" in text else ():
        found = pattern.search(text)
        if found:
            return _held(float(found[1]), float(found[2]))
    first, second = points.split_pair(text)
    latitude, longitude = points.degrees(first), points.degrees(second)
    return None if latitude is None or longitude is None else _held(latitude, longitude)


def pair(cell: str) -> tuple[str, str]:
    """The two coordinates of one cell as two cells: a pair, or the point a map's link shows; ("", "") for neither.

    A link that shows none is given back twice, so that it can be told apart from an empty cell.
    """
    if not _is_link(cell):
        return points.split_pair(cell)
    found = point(cell)
    return (f"{found[0]:.7f}", f"{found[1]:.7f}") if found else (cell, cell)


def spread(latitudes: Sequence[str], longitudes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Two columns in which some row may have a link, or both coordinates, in one cell and nothing in the other."""
    firsts, seconds = list(latitudes), list(longitudes)
    if _OF_NUMBERS.issuperset("".join(firsts)) and _OF_NUMBERS.issuperset("".join(seconds)):
        return firsts, seconds
    for n, (a, b) in enumerate(zip(latitudes, longitudes, strict=True)):
        alone = a or b
        if alone and (not (a and b) or _is_link(a) or _is_link(b)) and any(pair(alone)):
            firsts[n], seconds[n] = pair(alone)
    return firsts, seconds


def is_short(text: str) -> bool:
    """Whether this is a shortened link: only the map's own server knows what it stands for, and it is not asked."""
    return _is_link(text) and _SHORT.search(text.strip()) is not None


def _is_link(text: str) -> bool:
    return "://" in text or text.strip().lower().startswith(("geo:", "www.", "maps.", "goo.gl", "waze.com"))


def _held(latitude: float, longitude: float) -> points.Point | None:
    """The point where it is one of the Earth's, and not the middle of nowhere that empty maps give."""
    inside = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0.0, 0.0)  # noqa: PLR2004
    return (latitude, longitude) if inside else None
