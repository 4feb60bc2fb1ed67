"""Lengths, moves and parts as an SVG writes them come in; millimetres, matrices and numbers go out."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from mpkit.errors import Refused
from mpkit.kit.artwork.colours import Matrix, joined
from mpkit.kit.artwork.svg_paths import plain

PIXEL = 25.4 / 96  # mm
_UNITS = {"": PIXEL, "px": PIXEL, "mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72, "pc": 25.4 / 6, "q": 0.25}
_LENGTH = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([a-zA-Z%]*)\s*$")
_MOVES = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^)]*)\)")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_ASIDE = 2.0  # mm a text keeps from the cut
_CAPS, _JOINS = {"butt": 0, "round": 1, "square": 2}, {"miter": 0, "round": 1, "bevel": 2}


def millimetres(text: str) -> float | None:
    """A length in millimetres; None where it says no unit we know."""
    found = _LENGTH.match(text)
    return float(found[1]) * _UNITS[found[2].lower()] if found and found[2].lower() in _UNITS else None


def length(text: str, usual: float = 0.0) -> float:
    """A length in the drawing's own units."""
    found = _LENGTH.match(text)
    if not found or found[2] == "%":
        return usual
    return float(found[1]) * _UNITS.get(found[2].lower(), _UNITS[""]) / _UNITS[""]


def moved(text: str) -> Matrix:
    """The matrix of a transform attribute."""
    whole: Matrix = (1, 0, 0, 1, 0, 0)
    for name, inside in _MOVES.findall(text):
        n = [float(part) for part in NUMBER.findall(inside)]
        n += [0.0] * (6 - len(n)) if name == "matrix" else []
        whole = joined(_move(name, n), whole)
    return whole


def _move(name: str, n: list[float]) -> Matrix:
    if name == "matrix":
        return n[0], n[1], n[2], n[3], n[4], n[5]
    if not n:
        return 1, 0, 0, 1, 0, 0
    if name == "translate":
        return 1, 0, 0, 1, n[0], n[1] if len(n) > 1 else 0
    if name == "scale":
        return n[0], 0, 0, n[1] if len(n) > 1 else n[0], 0, 0
    angle = math.radians(n[0])
    if name == "rotate":
        x, y = (n[1], n[2]) if len(n) > 2 else (0.0, 0.0)  # noqa: PLR2004 - with a middle
        cos, sin = math.cos(angle), math.sin(angle)
        return cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y
    return (1, 0, math.tan(angle), 1, 0, 0) if name == "skewX" else (1, math.tan(angle), 0, 1, 0, 0)


def room(
    point: tuple[float, float], turn: int, size: float, anchor: str, within: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """The box of a text whose base line begins, is centred or ends at a point: as far as there is room to the cut."""
    x, y = point
    begin, top_, end, bottom = within
    ahead = {0: end - x, 90: y - top_, 180: x - begin, 270: bottom - y}[turn] - _ASIDE
    behind = {0: x - begin, 90: bottom - y, 180: end - x, 270: y - top_}[turn] - _ASIDE
    if anchor == "middle":
        behind = ahead = max(1.0, min(ahead, behind))
    else:
        ahead, behind = (0.0, max(1.0, behind)) if anchor == "end" else (max(1.0, ahead), 0.0)
    up, down = 0.9 * size, 0.22 * size
    edges = {
        0: (x - behind, y - up, x + ahead, y + down),
        90: (x - up, y - ahead, x + down, y + behind),
        180: (x - ahead, y - down, x + behind, y + up),
        270: (x - down, y - behind, x + up, y + ahead),
    }[turn]
    left, top, right, low = edges
    return round(left, 3), round(top, 3), round(right - left, 3), round(low - top, 3)


def at(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """A point moved by a matrix."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def inverse(matrix: Matrix) -> Matrix:
    """The matrix that undoes another."""
    a, b, c, d, e, f = matrix
    whole = a * d - b * c
    if not whole:
        raise Refused("artwork_unreadable", why="transform")
    return d / whole, -b / whole, -c / whole, a / whole, (c * f - d * e) / whole, (b * e - a * f) / whole


def numbers(matrix: Matrix) -> str:
    """A matrix as operators have it."""
    return " ".join(plain(part) for part in matrix)


def said_of(ink: tuple[float, ...]) -> str:
    """An ink as operators have it."""
    return " ".join(plain(part) for part in ink)


def part_of(text: str) -> float:
    """A part of one, also in percent; one where nothing is said."""
    found = _LENGTH.match(text)
    if not found:
        return 1.0
    return min(1.0, max(0.0, float(found[1]) / (100 if found[2] == "%" else 1)))


def line_of(style: Mapping[str, str]) -> str:
    """How a line ends, turns and is broken."""
    dashes = [abs(float(part)) for part in NUMBER.findall(style.get("stroke-dasharray", ""))]
    dash = f" [{' '.join(plain(part) for part in dashes)}] 0 d" if any(dashes) else ""
    limit = max(1.0, length(style.get("stroke-miterlimit", "4"), 4.0))
    cap, join = _CAPS.get(style.get("stroke-linecap", ""), 0), _JOINS.get(style.get("stroke-linejoin", ""), 0)
    return f"{cap} J {join} j {plain(limit)} M{dash}"
