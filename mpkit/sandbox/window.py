"""The dates of a payments search: its parameters and the time of day go in, two instants or a refusal come out."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from mpkit.sandbox.answers import family

_ABSOLUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)")
_RELATIVE = re.compile(r"NOW(?:-(\d+)(MINUTE|HOUR|DAY|WEEK|MONTH)S?)?")
# how many of each the guide documents; any other number is refused
_UNITS = {
    "MINUTE": (60, timedelta(minutes=1)),
    "HOUR": (24, timedelta(hours=1)),
    "DAY": (365, timedelta(days=1)),
    "WEEK": (8, timedelta(weeks=1)),
}
_MONTHS = 12
_REACH = timedelta(days=365)


def window(query: Mapping[str, str], now: datetime) -> tuple[int, int]:
    """Both ends, inclusive, whole seconds since 1970.

    Default: the last three months. Refused from 365 days on (9062) and for any other form of date (1001); what lies
    more than twelve months back is silently not there.
    """
    begin = _instant(query.get("begin_date", "NOW-3MONTHS"), now)
    end = _instant(query.get("end_date", "NOW"), now)
    if end - begin >= _REACH:
        message = "Invalid range interval: it must be less than 365 days"
        raise family(400, "bad_request", message, 9062)
    begin = max(begin, now - _REACH)
    return math.ceil(begin.timestamp()), math.floor(end.timestamp())


def _instant(text: str, now: datetime) -> datetime:
    try:
        if relative := _RELATIVE.fullmatch(text):
            return _before(now, int(relative[1] or 0), relative[2])
        return _absolute(text)
    except (ValueError, OverflowError):  # the 31st of February, 90 minutes
        pass
    raise family(400, "bad_request", "Invalid date format, expected yyyy-MM-dd'T'HH:mm:ss.SSSZ", 1001)


@lru_cache(maxsize=256)
def _absolute(text: str) -> datetime:
    if not _ABSOLUTE.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def months_before(now: datetime, count: int) -> datetime:
    """The same day so many months ago, or the last of that month."""
    year, month = divmod(now.year * 12 + now.month - 1 - count, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


def _before(now: datetime, count: int, unit: str | None) -> datetime:
    """`NOW-3MONTHS`, on the same day of that month or its last."""
    if unit is None:
        return now
    if unit == "MONTH":
        if not 1 <= count <= _MONTHS:
            raise ValueError(count)
        return months_before(now, count)
    most, each = _UNITS[unit]
    if not 1 <= count <= most:
        raise ValueError(count)
    return now - count * each
