"""Intervals in minutes by week day come in, the hours Mercado Pago takes go out.

It takes up to 4 intervals a day, `HH:MM` with `open` before `close`; hours past midnight are cut at midnight, and a
day-round opening is 00:00 to 23:59.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from mpkit.model import WEEK, Hours
from mpkit.sheet.hours.clock import DAY, Clock, resolved, time_of

Span = tuple[int, int]  # minutes after midnight; a closing time not after the opening one is of the next day
MOST = 4
DAY_END = DAY - 1


def week_of(week: Mapping[str, Sequence[Span]]) -> Hours | None:
    """Intervals as Mercado Pago wants them; None where they overlap, are empty or more than four."""
    cut: dict[str, list[Span]] = {}
    for day, spans in week.items():
        for opens, closes in spans:
            if closes > opens:
                cut.setdefault(day, []).append((opens, min(closes, DAY_END)))
            elif closes == opens:
                return None  # open day and night, or closed: only the merchant knows
            else:
                cut.setdefault(day, []).append((opens, DAY_END))
                if closes:
                    cut.setdefault(WEEK[(WEEK.index(day) + 1) % 7], []).append((0, closes))
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for day in WEEK:
        sorted_spans = sorted(cut.get(day, []))
        if len(sorted_spans) > MOST or any(a[1] > b[0] for a, b in pairwise(sorted_spans)):
            return None
        if any(opens >= closes for opens, closes in sorted_spans):
            return None
        if sorted_spans:
            found[day] = tuple((_clock(a), _clock(b)) for a, b in sorted_spans)
    return found


@lru_cache(maxsize=10_000)  # most branches of a chain open and close alike
def span_of(opens: str, closes: str, clock: Clock) -> Span | None:
    """An interval from an opening and a closing cell; `clock` says how their columns count hours.

    Equal times (round the clock or closed?) and typed seconds (`0:00:09`) are not guessed.
    """
    first, last = (time_of(" ".join(cell.lower().split())) for cell in (opens, closes))
    if first is None or last is None:
        return None
    if any(cell.startswith("0:00:") and not cell.endswith(":00") for cell in (opens, closes)):
        return None
    found = resolved([(first, last)], clock)
    return found[0] if found else None


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
