"""A request for a report as it was sent: its two dates go in, the span or the refusal the API would give comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from mpkit.sandbox.answers import Refusal, family
from mpkit.sandbox.reports.configuring import offset

LONGEST = timedelta(days=60)
SHORTEST = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)", re.ASCII)


def span(body: object, now: datetime) -> tuple[int, int]:
    """Both ends of a span in whole seconds since 1970. Raises `Refusal`.

    At most 60 days; one day is the least, and a day that ends with its last second is one. What has not begun yet
    cannot be told of.
    """
    sent = body if isinstance(body, dict) else {}
    begin, end = _instant(sent, "begin_date"), _instant(sent, "end_date")
    if end < begin:
        raise _wrong("end_date_before_begin_date", "end_date must be after begin_date")
    if begin >= now:
        raise _wrong("invalid_begin_date", "begin_date is in the future")
    if end - begin > LONGEST:
        raise _wrong("invalid_end_date", "The period must not be longer than 60 days")
    if end - begin + _SECOND < SHORTEST:
        raise _wrong("invalid_end_date", "The period must be at least one day")
    return int(begin.timestamp()), int(end.timestamp())


def whole_days(found: tuple[int, int], config: Mapping[str, Any]) -> tuple[int, int]:
    """The span widened to whole days of the report's time zone, as two integrations saw it."""
    zone: timezone = offset(config)
    first, last = (datetime.fromtimestamp(at, zone).replace(hour=0, minute=0, second=0) for at in found)
    return int(first.timestamp()), int((last + timedelta(days=1) - _SECOND).timestamp())


def zulu(seconds: int) -> str:
    """`2019-05-01T00:00:00Z`."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _instant(sent: Mapping[str, Any], name: str) -> datetime:
    text = sent.get(name)
    try:
        if isinstance(text, str) and _DATE.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # the 31st of February
        pass
    raise _wrong(f"invalid_{name}", f"Must specify {name}")


def _wrong(code: str, message: str) -> Refusal:
    return family(400, code, message)
