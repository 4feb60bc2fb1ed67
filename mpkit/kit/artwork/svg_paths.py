"""The shapes of an SVG come in as their attributes; PDF operators of their paths go out, in the SVG's own units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from mpkit.errors import Refused

_TOKEN = re.compile(r"([MmLlHhVvCcSsQqTtAaZz])|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_FLAGS = re.compile(r"\s*,?\s*([01])\s*,?\s*([01])\s*,?\s*")
_EACH = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_ROUND = 0.5522847  # how far a Bézier's handles reach for a quarter of a circle
_FAR = 1e7  # units: further off is nothing of a sign, nor is what is no number
_LONGEST = 2_000_000  # letters of one path
Shape = Mapping[str, float]
SHAPES = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon")


def plain(number: float) -> str:
    """A number as PDF knows them: without exponents."""
    if not abs(number) < _FAR:
        raise Refused("artwork_unreadable", why=f"{number:g}")
    return f"{number:.7f}".rstrip("0").rstrip(".")


def path(tag: str, said: Mapping[str, str], number: Shape) -> str:
    """The path of a shape; `number` has its lengths already read."""
    if tag == "path":
        return " ".join(_drawn(said.get("d", "")))
    if tag == "rect":
        return _rect(number)
    if tag in {"circle", "ellipse"}:
        across, down = (number["r"], number["r"]) if tag == "circle" else (number["rx"], number["ry"])
        return _oval(number["cx"], number["cy"], across, down) if across > 0 and down > 0 else ""
    if tag == "line":
        return f"{plain(number['x1'])} {plain(number['y1'])} m {plain(number['x2'])} {plain(number['y2'])} l"
    points = [float(part) for _, part in _TOKEN.findall(said.get("points", "")) if part]
    pairs = list(zip(points[::2], points[1::2], strict=False))
    drawn = " ".join(f"{plain(x)} {plain(y)} {'l' if at else 'm'}" for at, (x, y) in enumerate(pairs))
    return f"{drawn} h" if drawn and tag == "polygon" else drawn


def _rect(number: Shape) -> str:
    x, y, wide, high = (number[name] for name in ("x", "y", "width", "height"))
    if wide <= 0 or high <= 0:
        return ""
    across, down = number["rx"] or number["ry"], number["ry"] or number["rx"]
    across, down = min(across, wide / 2), min(down, high / 2)
    if across <= 0 or down <= 0:
        return f"{plain(x)} {plain(y)} {plain(wide)} {plain(high)} re"
    a, b = across * (1 - _ROUND), down * (1 - _ROUND)
    right, low = x + wide, y + high
    parts = (
        (x + across, y), (right - across, y), (right - a, y, right, y + b, right, y + down), (right, low - down),
        (right, low - b, right - a, low, right - across, low), (x + across, low),
        (x + a, low, x, low - b, x, low - down), (x, y + down), (x, y + b, x + a, y, x + across, y),
    )  # fmt: skip
    letters = {2: "l", 6: "c"}
    drawn = [_said(part, letters[len(part)] if at else "m") for at, part in enumerate(parts)]
    return " ".join([*drawn, "h"])


def _oval(x: float, y: float, across: float, down: float) -> str:
    a, b = across * _ROUND, down * _ROUND
    parts = (
        (x + across, y + b, x + a, y + down, x, y + down),
        (x - a, y + down, x - across, y + b, x - across, y),
        (x - across, y - b, x - a, y - down, x, y - down),
        (x + a, y - down, x + across, y - b, x + across, y),
    )
    return " ".join([_said((x + across, y), "m"), *(_said(part, "c") for part in parts), "h"])


def _said(numbers: tuple[float, ...], operator: str) -> str:
    return " ".join(plain(number) for number in numbers) + f" {operator}"


def _commands(text: str) -> Iterator[tuple[str, list[float]]]:
    """Each command of a path with its numbers, repeated ones apart (SVG 1.1, 8.3)."""
    if len(text) > _LONGEST:
        raise Refused("artwork_heavy")
    command, at = "", 0
    while at < len(text):
        found = _TOKEN.search(text, at)
        if found is None:
            return
        if found[1]:
            command, at = found[1], found.end()
            if command in "Zz":
                yield command, []
            continue
        if not command or command in "Zz":
            raise Refused("artwork_unreadable", why="path")
        numbers, at = _numbers(text, at, command)
        yield command, numbers
        command = {"M": "L", "m": "l"}.get(command, command)


def _numbers(text: str, at: int, command: str) -> tuple[list[float], int]:
    """The numbers of one command, and where the next begin; the two flags of an arc may stand without blanks."""
    numbers: list[float] = []
    while len(numbers) < _EACH[command.upper()]:
        if command in "Aa" and len(numbers) == 3:  # noqa: PLR2004 - the flags follow
            flags = _FLAGS.match(text, at)
            if flags is None:
                raise Refused("artwork_unreadable", why="path")
            numbers += [float(flags[1]), float(flags[2])]
            at = flags.end()
            continue
        found = _TOKEN.search(text, at)
        if found is None or not found[2]:
            raise Refused("artwork_unreadable", why="path")
        numbers.append(float(found[2]))
        at = found.end()
    return numbers, at


def _drawn(text: str) -> Iterator[str]:
    """The operators of a path's data; curves of every kind become cubic ones."""
    x = y = start_x = start_y = 0.0
    handle: tuple[float, float] | None = None
    before = ""
    for command, given in _commands(text):
        kind, numbers = command.upper(), list(given)
        if command.islower() and kind != "Z":
            numbers = _absolute(kind, numbers, x, y)
        if not before and kind != "M":
            raise Refused("artwork_unreadable", why="path")
        reflected = (2 * x - handle[0], 2 * y - handle[1]) if handle and before in _AFTER.get(kind, "") else (x, y)
        handle = None
        if kind == "Z":
            yield "h"
            x, y = start_x, start_y
        elif kind in "MLHV":
            x, y = {"H": (numbers[0], y), "V": (x, numbers[0])}.get(kind) or (numbers[0], numbers[1])
            yield _said((x, y), "m" if kind == "M" else "l")
            if kind == "M":
                start_x, start_y = x, y
        elif kind == "A":
            yield from _arc(x, y, numbers)
            x, y = numbers[5], numbers[6]
        else:
            curve, handle = _cubic(kind, (x, y), numbers, reflected)
            yield _said(curve, "c")
            x, y = curve[4], curve[5]
        before = kind


_AFTER = {"S": "CS", "T": "QT"}  # whose last handle is reflected
Curve = tuple[float, float, float, float, float, float]


def _cubic(
    kind: str, at: tuple[float, float], numbers: list[float], reflected: tuple[float, float]
) -> tuple[Curve, tuple[float, float]]:
    """A curve of any kind as a cubic one, and the handle the next may reflect."""
    if kind in "CS":
        a, b, c, d, e, f = numbers if kind == "C" else [*reflected, *numbers]
        return (a, b, c, d, e, f), (c, d)
    p, q, e, f = numbers if kind == "Q" else [*reflected, *numbers]
    x, y = at
    return (x + 2 / 3 * (p - x), y + 2 / 3 * (q - y), e + 2 / 3 * (p - e), f + 2 / 3 * (q - f), e, f), (p, q)


def _absolute(kind: str, numbers: list[float], x: float, y: float) -> list[float]:
    if kind == "H":
        return [numbers[0] + x]
    if kind == "V":
        return [numbers[0] + y]
    if kind == "A":
        return [*numbers[:5], numbers[5] + x, numbers[6] + y]
    return [number + (y if at % 2 else x) for at, number in enumerate(numbers)]


def _arc(x: float, y: float, numbers: list[float]) -> Iterator[str]:
    """An elliptical arc as cubic curves of at most a quarter each (SVG 1.1, F.6)."""
    across, down, turn, large, sweep, to_x, to_y = numbers
    across, down = abs(across), abs(down)
    if not across or not down or (x, y) == (to_x, to_y):
        yield _said((to_x, to_y), "l")
        return
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    half_x, half_y = (x - to_x) / 2, (y - to_y) / 2
    u, v = cos * half_x + sin * half_y, -sin * half_x + cos * half_y
    grown = max(1.0, math.sqrt((u / across) ** 2 + (v / down) ** 2))
    across, down = across * grown, down * grown
    inner = (across * down) ** 2 - (across * v) ** 2 - (down * u) ** 2
    factor = math.sqrt(max(0.0, inner / ((across * v) ** 2 + (down * u) ** 2)))
    factor = -factor if large == sweep else factor
    s, t = factor * across * v / down, -factor * down * u / across
    middle_x, middle_y = cos * s - sin * t + (x + to_x) / 2, sin * s + cos * t + (y + to_y) / 2
    begin = math.atan2((v - t) / down, (u - s) / across)
    end = math.atan2((-v - t) / down, (-u - s) / across)
    if sweep and end < begin:
        end += 2 * math.pi
    if not sweep and end > begin:
        end -= 2 * math.pi
    steps = max(1, math.ceil(abs(end - begin) / (math.pi / 2) - 1e-9))
    step = (end - begin) / steps
    reach = 4 / 3 * math.tan(step / 4)

    def at(angle: float, along: float) -> tuple[float, float]:
        p, q = math.cos(angle) - along * math.sin(angle), math.sin(angle) + along * math.cos(angle)
        return middle_x + across * p * cos - down * q * sin, middle_y + across * p * sin + down * q * cos

    for number in range(steps):
        one, two = begin + number * step, begin + (number + 1) * step
        yield _said((*at(one, reach), *at(two, -reach), *at(two, 0)), "c")


def bounds(drawn: str) -> tuple[float, float, float, float]:
    """Width, height, left and top of a path, by its points and handles: close enough for a shade."""
    xs, ys = [], []
    waiting: list[float] = []
    for word in drawn.split():
        if word in {"m", "l", "c", "h"}:
            xs += waiting[::2]
            ys += waiting[1::2]
            waiting = []
        elif word == "re":
            x, y, wide, high = waiting
            xs += [x, x + wide]
            ys += [y, y + high]
            waiting = []
        else:
            waiting.append(float(word))
    return max(xs) - min(xs), max(ys) - min(ys), min(xs), min(ys)
