"""The dates of a payments search: its parameters and the time of day go in, two instants or a refusal come out."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from mpkit.sandbox.answers import family

_ABSOLUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)")
_RELATIVE = re.compile(r"NOW(?:-(\d+)(MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?)?")
_UNITS = {
    "MINUTE": timedelta(minutes=1),
    "HOUR": timedelta(hours=1),
    "DAY": timedelta(days=1),
    "WEEK": timedelta(weeks=1),
    "MONTH": timedelta(days=30),
    "YEAR": timedelta(days=365),
}
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
    relative = _RELATIVE.fullmatch(text)
    try:
        if relative:
            count, unit = relative.groups()
            return now - int(count) * _UNITS[unit] if count else now
        if _ABSOLUTE.fullmatch(text):
            return datetime.fromisoformat(text)
    except (ValueError, OverflowError):  # the 31st of February, a billion days ago
        pass
    raise family(400, "bad_request", "Invalid date format, expected yyyy-MM-dd'T'HH:mm:ss.SSSZ", 1001)
