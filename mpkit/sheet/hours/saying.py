"""A week of hours comes in, one line a person can check goes out: `Lun a Vie 9:00–13:00 y 17:00–21:00; Dom cerrado`."""  # noqa: RUF002

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mpkit.i18n import say
from mpkit.model import WEEK, Hours

_NIGHT = "06:00"  # what begins at midnight and ends by then belongs to the day before
_Intervals = tuple[tuple[str, str], ...]


def said(week: Hours, language: str) -> str:
    """The hours in the words of a language; "" for none. `read` reads it back as the same week."""
    if not week:
        return ""
    joined = _whole_nights(week)
    groups: dict[_Intervals, list[str]] = {}
    for day in WEEK:
        groups.setdefault(joined[day], []).append(day)
    closed = groups.pop((), [])
    lines = [f"{_days(days, language)} {_intervals(spans, language)}" for spans, days in groups.items()]
    if closed:
        lines.append(f"{_days(closed, language)} {say('hours_closed', language)}")
    return "; ".join(lines)


def _whole_nights(week: Hours) -> Mapping[str, _Intervals]:
    """Hours past midnight, cut for Mercado Pago, put together again."""
    found: dict[str, list[tuple[str, str]]] = {day: list(week.get(day, ())) for day in WEEK}
    for number, day in enumerate(WEEK):
        today, tomorrow = found[day], found[WEEK[(number + 1) % 7]]
        if not today or not tomorrow or today[-1][1] != "23:59" or tomorrow[0][0] != "00:00":
            continue
        if today[-1][0] >= _NIGHT and tomorrow[0][1] <= _NIGHT:
            today[-1] = (today[-1][0], tomorrow.pop(0)[1])
    return {day: tuple(spans) for day, spans in found.items()}


def _days(days: Sequence[str], language: str) -> str:
    """`Lun a Vie`, `Sáb y Dom`, `Lun, Mié y Vie`; all seven have their own word."""
    if len(days) == len(WEEK):
        return say("hours_every_day", language)
    runs: list[list[str]] = []
    for day in days:
        if runs and WEEK.index(day) == WEEK.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names: list[str] = []
    for run in runs:
        short = [say(f"hours_{day}", language) for day in run]
        names += [f"{short[0]} {say('hours_to', language)} {short[-1]}"] if len(run) > 2 else short  # noqa: PLR2004 - two are a list
    return _listed(names, language)


def _intervals(spans: _Intervals, language: str) -> str:
    if spans == (("00:00", "23:59"),):
        return say("hours_round", language)
    return _listed([f"{_time(a)}–{_time('24:00' if b == '23:59' else b)}" for a, b in spans], language)  # noqa: RUF001


def _time(clock: str) -> str:
    """`9:00`, as people write it; `00:30` keeps its noughts."""
    return clock[1:] if clock[0] == "0" and clock[1] != "0" else clock


def _listed(parts: Sequence[str], language: str) -> str:
    """`a, b y c`."""
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} {say('hours_and', language)} {parts[-1]}"
