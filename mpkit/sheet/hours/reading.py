"""A cell comes in, the week it says goes out; None where a part of it is not certain, and the merchant is asked.

Days and times gather in groups; a group of times belongs to the days beside it, before (`Lun a Vie 9 a 18`) or after
(`9 a 18 lunes a viernes`), and never to both: a text that can be read in two ways is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import product

from mpkit.model import WEEK, Hours
from mpkit.places.names import fold
from mpkit.sheet.hours.clock import Clock, by_day, clock_of, resolved
from mpkit.sheet.hours.units import Unit, units_of
from mpkit.sheet.hours.week import DAY_END, Span, week_of
from mpkit.sheet.hours.words import DAYS, times, tokens

_COMMA = 2
_ROUND_THE_CLOCK = (("00:00", "23:59"),)
_NOTHING = " \t\r\n-\u2013\u2014"
_BETWEEN = re.compile(r"[_/>\u203a]|(?<=[^\W\d_A-Z])(?=[A-Z])")  # words of a heading: `lunes_abre`, `lunesAbre`
_NO_DAY = re.compile(
    r"\b(?:apertura|cierre|abertura|fechamento|opens?|closes?|abre|cierra|fecha|hora)\b", re.IGNORECASE
)
_MOST_DOUBTS = 8  # commas that may part or join; more of them only join


@lru_cache(maxsize=20_000)
def read(text: str) -> Hours | None:
    """The hours a cell says; an empty mapping for an empty cell, None where a part of it cannot be understood."""
    if not text.strip(_NOTHING):
        return {}
    week = _spans(text)
    return week_of(week) if week and any(week.values()) else None


def by_columns(cells: Mapping[str, str]) -> Hours | None:
    """The hours of a row with a column for each day: heading (`Lunes`) → cell; an empty one says nothing."""
    week: dict[str, list[Span]] = {}
    for heading, cell in cells.items():
        if not cell.strip(_NOTHING):
            continue
        days = days_in(heading)
        found = _spans(f"{', '.join(sorted(days))}: {cell}")
        if found is None or set(found) - days or set(found) & set(week):
            return None
        week.update(found)
    if not week:
        return {}
    return week_of(week) if any(week.values()) else None


@lru_cache(maxsize=20_000)
def names_no_day(text: str) -> bool:
    """Whether a text says times and no day: `9 a 18`; what is open round the clock is clear without."""
    words = tokens(text) or ()
    week = read(text)
    if not week or any(word.kind in {"day", "set"} for word in words):
        return False
    return any(spans != _ROUND_THE_CLOCK for spans in week.values())


@lru_cache(maxsize=1_000)
def days_in(heading: str) -> frozenset[str]:
    """The week days a column's heading names (`Horario Sábado`, `Lunes a Viernes`); none where it names no day."""
    words = tokens(_NO_DAY.sub(" ", _BETWEEN.sub(" ", heading))) if len(heading) > 1 else None
    if not words or not any(word.kind in {"day", "set"} for word in words) or any(times(words)):
        return frozenset()
    units = units_of(words)
    if not units or any(unit.kind != "D" or unit.rest for unit in units):
        return frozenset()
    return frozenset().union(*(unit.days for unit in units))


def day_of(text: str) -> str | None:
    """The week day a cell names."""
    return DAYS.get(fold(text).removesuffix(" feira"))


@lru_cache(maxsize=20_000)
def _spans(text: str) -> Mapping[str, list[Span]] | None:
    """Day → intervals, none for a closed day; None where the text has no reading or several."""
    words = tokens(text)
    units = units_of(words) if words else None
    if not words or not units:
        return None
    clock = clock_of(list(times(words)))
    found = [week for groups in _groupings(units) if (week := _assigned(groups, clock)) is not None]
    different = {tuple(sorted((day, tuple(spans)) for day, spans in week.items())) for week in found}
    return found[0] if len(different) == 1 else None


def _groupings(units: list[Unit]) -> Iterator[list[Unit]]:
    """Every way to join neighbours of a kind: `y` always joins them, a comma may, a new line may join times only."""
    alike = [n for n in range(1, len(units)) if _alike(units[n - 1], units[n])]
    apart = {n for n in alike if units[n].before > _COMMA and units[n].kind in "DX"}
    doubts = [n for n in alike if units[n].before >= _COMMA and n not in apart]
    choices = product((True, False), repeat=len(doubts)) if len(doubts) <= _MOST_DOUBTS else [(True,) * len(doubts)]
    for choice in choices:
        parted = apart | {n for n, joins in zip(doubts, choice, strict=True) if not joins}
        groups: list[Unit] = []
        for n, unit in enumerate(units):
            if n and n not in parted and _alike(units[n - 1], unit):
                last = groups[-1]
                both = replace(last, days=last.days | unit.days, times=last.times + unit.times)
                groups[-1] = replace(both, rest=last.rest or unit.rest, holiday=last.holiday or unit.holiday)
            else:
                groups.append(unit)
        yield groups


def _alike(one: Unit, other: Unit) -> bool:
    return one.kind == other.kind or (one.kind == "X" and other.kind == "D" and other.before < _COMMA)


def _assigned(groups: list[Unit], clock: Clock) -> dict[str, list[Span]] | None:
    """Each group of days with the one group of times beside it; None where one is left over."""
    plain = _without_exceptions(groups)
    if plain is None:
        return None
    pairs: list[tuple[Unit, Unit]] | None
    if len(plain) == 1 and plain[0].kind in "TR":
        pairs = [(Unit("D", frozenset(WEEK)), plain[0])]
    elif len(plain) % 2 and plain[0].kind in "TR" and plain[1].before >= _COMMA:
        pairs = _pairs(plain[1:])
        if not pairs or any(said.kind != "C" for _, said in pairs):
            return None
        pairs.append((Unit("D", rest=True), plain[0]))  # `9 a 18, domingos cerrado`
    else:
        pairs = _pairs(plain)
    return _week(pairs, clock) if pairs else None


def _without_exceptions(groups: list[Unit]) -> list[Unit] | None:
    """Days left out (`menos domingo`) taken from the days before them."""
    found: list[Unit] = []
    for n, group in enumerate(groups):
        if group.kind != "X":
            found.append(group)
            continue
        back = next((b for b in (1, 2) if b <= len(found) and found[-b].kind == "D"), 0)
        if not back:
            if not found or found[-1].kind not in "TR" or len(found) > 1:
                return None
            found.insert(0, Unit("D", frozenset(WEEK) - group.days))
        else:
            found[-back] = replace(found[-back], days=found[-back].days - group.days)
        following = groups[n + 1].kind if n + 1 < len(groups) else ""
        if back != 1 and following in {"T", "R", "C"}:
            if len(group.days) + group.holiday != 1:
                return None
            found.append(replace(group, kind="D"))
    return found if all(g.kind != "D" or g.days or g.rest or g.holiday for g in found) else None


def _pairs(groups: list[Unit]) -> list[tuple[Unit, Unit]] | None:
    """Neighbours two by two, days first."""
    if len(groups) % 2:
        return None
    found = []
    for one, other in zip(groups[::2], groups[1::2], strict=True):
        if (one.kind == "D") == (other.kind == "D"):
            return None
        found.append((one, other) if one.kind == "D" else (other, one))
    return found


def _week(pairs: list[tuple[Unit, Unit]], clock: Clock) -> dict[str, list[Span]] | None:
    """The intervals of each day that was named; a day said to be closed has none."""
    named = frozenset().union(*(days.days for days, _ in pairs if not days.rest))
    spans = _resolved(pairs, clock)
    if spans is None:
        return None
    week: dict[str, list[Span]] = {}
    widest: dict[str, int] = {}
    shut: list[frozenset[str]] = []
    for (days, said), intervals in zip(pairs, spans, strict=True):
        meant = frozenset(WEEK) - named if days.rest else days.days
        if said.kind == "C":
            shut.append(meant)
            continue
        for day in meant:
            week.setdefault(day, []).extend(intervals)
            widest[day] = max(widest.get(day, 0), len(meant))
    for closed in shut:
        if any(widest.get(day, 8) <= len(closed) for day in closed):
            return None  # open and closed at once
        week.update({day: [] for day in closed})
    return week


def _resolved(pairs: list[tuple[Unit, Unit]], clock: Clock) -> list[list[Span]] | None:
    """The intervals of each pair; a second look knows that the others are of a working day."""
    for sight in range(2):
        found = [
            [(0, DAY_END)] if said.kind == "R" else [] if said.kind == "C" else resolved(said.times, clock)
            for _, said in pairs
        ]
        clear = [spans for spans in found if spans is not None]
        if len(clear) == len(found):
            return clear
        if sight == 0:
            clock = by_day(clock, [span for spans in clear for span in spans])
    return None
