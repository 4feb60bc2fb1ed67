"""Times of day as written come in, opening and closing minutes go out; None where two readings are possible.

People write `9 a 5`, `9 a 13 y 17 a 21` and `8 a 1 pm`: whether 5 is the morning or the afternoon is decided by the
other times of the same text, by their order and by what shops do, and left to the merchant where that is not enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

NOON, DAY = 12 * 60, 24 * 60
_NIGHT = 5 * 60  # who closes after midnight closes by then
_LONGEST = 20 * 60  # a shop open longer than this says so in other words
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?: ?[:.h'] ?(?P<minute>[0-5]\d)(?: ?min)?)?(?P<second>:[0-5]\d)?"
    r"(?P<unit> ?(?:hs|hrs?|horas?|hours?|h))?\.?(?P<half> ?(?:y|e) (?:media|meia))?"
    r"(?: ?(?P<mark>[ap])\.? ?m\.?)?(?P<noon> ?m)?(?: (?:de la|da|por la|in the) (?P<part>\w+))?"
)
_DIGITS = re.compile(r"(?P<hour>\d{1,2})(?P<minute>[0-5]\d)(?: ?(?:hs|hrs?|h))?(?: ?(?P<mark>[ap])\.? ?m\.?)?")
_MORNING = frozenset({"manana", "mananas", "manha", "manhas", "morning", "madrugada"})
_AFTERNOON = frozenset({"tarde", "tardes", "afternoon"})
PARTS = _MORNING | _AFTERNOON | {"noche", "noches", "noite", "noites", "evening"}


@dataclass(frozen=True, slots=True)
class Time:
    """A time as written: minutes after midnight; `sure` where nothing else can be meant by it."""

    minute: int
    sure: bool = False
    marked: bool = False  # am or pm stands beside it
    padded: bool = False  # written 09:00, 9 hs or 9:00:00: by a program, or by a clock of 24 hours

    @property
    def of_24(self) -> bool:
        """Whether only a clock of 24 hours writes this."""
        return not self.marked and (self.minute >= NOON + 60 or self.minute < 60)  # noqa: PLR2004 - one o'clock


@dataclass(frozen=True, slots=True)
class Clock:
    """What a whole text says about how it counts hours."""

    strong: bool = False  # 13:00 or later stands in it
    weak: bool = False  # 09:00 stands in it
    marked: bool = False  # am or pm stands in it
    by_day: bool = False  # another interval runs from a morning to an afternoon

    @property
    def of_24(self) -> bool:
        """Whether a time is what it says."""
        return self.strong or (self.weak and not self.marked)


def time_of(text: str) -> Time | None:
    """One time of day of a folded text; None where it is none: `25`, `9:75`, `13 am`."""
    found = _DIGITS.fullmatch(text) or _TIME.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    hour, minute = int(parts["hour"]), int(parts["minute"] or 0) + (30 if parts.get("half") else 0)
    at = hour * 60 + minute
    if at > DAY or minute >= 60:  # noqa: PLR2004 - minutes
        return None
    if parts.get("noon"):
        return Time(NOON, sure=True, marked=True) if at == NOON else None
    padded = bool(parts.get("second") or parts.get("unit") or parts["hour"][0] == "0")
    if parts["mark"]:
        return _halved(at, parts["mark"])
    bare = Time(at, sure=not 60 <= at < NOON + 60, padded=padded)  # noqa: PLR2004 - one o'clock
    return in_part(bare, parts["part"]) if parts.get("part") else bare


def _halved(at: int, mark: str) -> Time | None:
    """A time with am or pm; `13 pm` is thirteen o'clock, `13 am` nothing."""
    if at >= NOON + 60:
        return Time(at, sure=True) if mark == "p" else None
    if at < 60 and mark == "p":  # noqa: PLR2004 - one o'clock
        return None
    return Time(at % NOON + (NOON if mark == "p" else 0), sure=True, marked=True)


def in_part(time: Time, part: str) -> Time | None:
    """A time of the morning, afternoon or night; None where that cannot be."""
    if part not in PARTS:
        return None
    if time.sure:
        return time
    at = time.minute
    if part in _AFTERNOON:
        at = at if at >= NOON else at + NOON
        return Time(at, sure=True, marked=True) if at < 21 * 60 else time
    if part in _MORNING:
        return Time(at, sure=True, marked=True)
    return Time(at if at < 5 * 60 else at + NOON, sure=True, marked=True)


def minutes(text: str) -> int | None:
    """Minutes after midnight of a time that stands alone; 24:00 is 1440."""
    found = time_of(" ".join(text.lower().split()))
    return found.minute if found else None


def clock_of(times: Sequence[Time]) -> Clock:
    """How a text counts hours, by all its times."""
    return Clock(any(t.of_24 for t in times), any(t.padded for t in times), any(t.marked for t in times))


def resolved(pairs: Sequence[tuple[Time, Time]], clock: Clock) -> list[tuple[int, int]] | None:
    """The intervals of one group of days, in the order written; None where one of them is not certain."""
    found: list[tuple[int, int]] = []
    floor = 0
    for opens, closes in pairs:
        one = _interval(opens, closes, floor, clock, several=len(pairs) > 1)
        if one is None or (found and one[0] < floor):
            return None
        found.append(one)
        floor = one[1] if one[1] > one[0] else DAY
    return found


def _interval(opens: Time, closes: Time, floor: int, clock: Clock, *, several: bool) -> tuple[int, int] | None:
    if clock.of_24 or (opens.sure and closes.sure):
        return _literal(opens, closes, clock)
    if floor:
        return _following(opens, closes, floor)
    if opens.sure:
        return _closing(opens.minute, closes.minute, several=several)
    if closes.sure:
        return _opening(opens.minute, closes.minute or DAY)
    return _bare(opens.minute, closes.minute, clock, several=several)


def _literal(opens: Time, closes: Time, clock: Clock) -> tuple[int, int] | None:
    """Both as they say; past midnight only where that can be no slip of twelve hours."""
    a, b = opens.minute, closes.minute
    if a % DAY == b % DAY and not (a == 0 and b == DAY):
        return None  # open day and night, or closed: only the merchant knows
    if a >= DAY:
        return None
    if b > a or b == 0:
        return a, b or DAY
    if opens.marked and closes.marked:
        return (a, b) if b + DAY - a <= _LONGEST else None
    certain = a >= NOON or (clock.strong and b <= _NIGHT)
    return (a, b) if certain and b < NOON else None


def _choices(time: Time) -> list[int]:
    """What a time can mean, earliest first."""
    if time.sure:
        return [time.minute]
    return [time.minute, time.minute + NOON] if time.minute + NOON <= DAY else [time.minute]


def _following(opens: Time, closes: Time, floor: int) -> tuple[int, int] | None:
    """An interval after another one of the same day begins where that ended, or later: `9 a 12 y 4 a 8`."""
    a = next((a for a in _choices(opens) if a >= floor), None)
    b = next((b for b in _choices(closes) if a is not None and b > a), None)
    if a is None:
        return None
    if b is None:  # `17 a 21`: none; `8 pm a 2`: past midnight
        return (a, closes.minute) if a >= NOON and closes.minute <= _NIGHT else None
    return a, b


def _closing(a: int, b: int, *, several: bool) -> tuple[int, int] | None:
    """The opening time is certain, the closing one bare."""
    if a < NOON:
        if b <= a:
            return a, b + NOON
        return (a, b) if b >= NOON or several else None  # `8 am a 10`: two hours or fourteen
    if b + NOON > a:
        return a, b + NOON if b + NOON <= DAY else b
    return (a, b) if b <= _NIGHT else None


def _opening(a: int, b: int) -> tuple[int, int] | None:
    """The closing time is certain, the opening one bare: `8 a 1 pm` opens in the morning, `1 a 6 pm` after noon."""
    if b < NOON:
        return (a, b) if a < b else None
    if a >= NOON or a + NOON >= b:
        return (a, b) if a < b else None
    if a < 5 * 60:
        return a + NOON, b
    return (a, b) if b - a - NOON <= 2 * 60 and a >= 7 * 60 else None  # `7 a 10 pm`: three hours or fifteen


def _bare(a: int, b: int, clock: Clock, *, several: bool) -> tuple[int, int] | None:
    """Nothing but two numbers up to 12: `9 a 5` is a day's work, `8 a 2` may be a bar's night."""
    if several:
        later = next((t for t in (b, b + NOON) if t > a), None)
        return (a, later) if a >= 5 * 60 and later and later <= DAY else None
    if a < 5 * 60:
        return None
    if b >= NOON:
        return (a, b) if a < b else None
    if b > a or a < 7 * 60:
        return None  # `8 a 11`, `6 a 2`
    if 4 * 60 <= b < 9 * 60 and b < a:
        return a, b + NOON
    return (a, b + NOON) if clock.by_day and b < 4 * 60 else None


def by_day(clock: Clock, intervals: Sequence[tuple[int, int]]) -> Clock:
    """The clock of a text one of whose intervals runs from a morning to an afternoon."""
    return replace(clock, by_day=any(a < NOON < b for a, b in intervals))
