"""Opening hours as people write them come in, intervals by week day go out; None where the text cannot be read.

Mercado Pago takes up to 4 intervals a day, `HH:MM` with `open` before `close`; hours past midnight are cut at midnight,
a day-round opening is 00:00 to 23:59.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from mpkit.model import WEEK, Hours
from mpkit.places.names import fold

Interval = tuple[str, str]
_MOST = 4
_DAY_END = 24 * 60 - 1
_NAMES = {
    "monday": "lunes lun lu segunda seg monday mon",
    "tuesday": "martes mar ma terca ter tuesday tue tues",
    "wednesday": "miercoles mie mier mi quarta qua wednesday wed",
    "thursday": "jueves jue ju quinta qui thursday thu thur thurs",
    "friday": "viernes vie vier vi sexta sex friday fri",
    "saturday": "sabado sabados sab sa saturday sat",
    "sunday": "domingo domingos dom do sunday sun",
}
_DAYS = {name: day for day, names in _NAMES.items() for name in names.split()}
_ALL = r"todos los dias|todos os dias|diariamente|diario|every day|daily|lunes a lunes"
_DAY = "|".join(sorted(_DAYS, key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?P<all>{_ALL})|(?P<day>\b(?:{_DAY})\b)(?: feira)?"
    r"|(?P<round>\b24 ?(?:h|hs|hrs|horas|hours)\b|\b24/7\b|\bdia y noche\b)"
    r"|(?P<holiday>\bferiados?\b|\bholidays?\b)"
    r"|(?P<closed>\bcerrado\b|\bcierra\b|\bfechado\b|\bclosed\b|\bno abre\b)"
    r"|(?P<time>\b\d{1,2}(?:[:.h] ?[0-5]\d)?(?::[0-5]\d)?(?: ?(?:hs|hrs|horas|h)\b)?\.?(?: ?(?:am|pm|a\.m\.|p\.m\.))?)"
    r"|(?P<to>\b(?:a|as|ate|hasta|to|al)\b|-)|(?P<and>\b(?:y|e|and|de|das|from|desde)\b|[,/+&;:|\n])"
)
_TIME = re.compile(
    r"(\d{1,2})(?:[:.h] ?([0-5]\d))?(?::[0-5]\d)?(?: ?(?:hs|hrs|horas|h))?\.?(?: ?(am|pm|a\.m\.|p\.m\.))?"
)


@lru_cache(maxsize=20_000)
def read(text: str) -> Hours | None:
    """The hours a cell says; an empty mapping for an empty cell, None where a part of it cannot be understood."""
    plain = _plain(text)
    if not plain.strip():
        return {}
    reader = _Reader()
    end = 0
    for token in _TOKEN.finditer(plain):
        if re.search(r"[a-z0-9]", plain[end : token.start()]):
            return None  # a word we do not know may change everything
        end = token.end()
        if not reader.take(str(token.lastgroup), token.group().strip()):
            return None
    if re.search(r"[a-z0-9]", plain[end:]):
        return None
    return reader.finished()


def _plain(text: str) -> str:
    """Lower case without accents, dashes alike; punctuation stays, it separates."""
    dashed = re.sub(r"[–—]", "-", text).replace("º", "").replace("ª", "")  # noqa: RUF001 - dashes people type
    return "".join(fold(c) if c.isalpha() else c for c in dashed.replace("-feira", "").replace("-Feira", ""))


class _Reader:
    """Days gather until times follow; times belong to the days before them."""

    def __init__(self) -> None:
        self.week: dict[str, list[tuple[int, int]]] = {}
        self.days: list[str] = []
        self.times: list[int] = []
        self.said = False  # times or "closed" were said for the gathered days
        self.range = False
        self.skipping = False  # what is said of holidays is not of a week day

    def take(self, kind: str, word: str) -> bool:
        """One word; False where it makes no sense here."""
        if kind in {"all", "day", "holiday"}:
            return self._day(kind, word)
        if kind == "to":
            self.range = True
        elif kind == "time":
            minute = minutes(word)
            if minute is None:
                return False
            self.times.append(minute)
            self.range = False
            if len(self.times) == 2:  # noqa: PLR2004 - opens, closes
                self._set((self.times[0], self.times[1]))
                self.times = []
        elif kind == "round":
            self._set((0, _DAY_END))
        elif kind == "closed":
            self.said = True
        return True

    def _day(self, kind: str, word: str) -> bool:
        if self.times:
            return False  # an opening time without a closing one
        if self.said:
            self.days, self.said, self.skipping = [], False, False
        if kind == "holiday":
            self.skipping = not self.days
        elif kind == "all":
            self.days = list(WEEK)
        elif self.range and self.days:
            first, last = WEEK.index(self.days[-1]), WEEK.index(_DAYS[word.removesuffix(" feira")])
            count = (last - first) % 7
            self.days += [WEEK[(first + step) % 7] for step in range(1, count + 1)]
        else:
            self.days.append(_DAYS[word.removesuffix(" feira")])
        self.range = False
        return True

    def _set(self, interval: tuple[int, int]) -> None:
        self.said, self.range = True, False
        if self.skipping:
            return
        for day in self.days or WEEK:
            self.week.setdefault(day, []).append(interval)

    def finished(self) -> Hours | None:
        if self.times or not (self.week or self.said):
            return None
        return week_of(self.week)


def minutes(text: str) -> int | None:
    """Minutes after midnight of a time of day; 24:00 is 1440."""
    found = _TIME.fullmatch(fold_time(text))
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] and hour <= 12:  # noqa: PLR2004 - the half-day clock
        hour = hour % 12 + (12 if found[3].startswith("p") else 0)
    return hour * 60 + minute if hour * 60 + minute <= 24 * 60 else None


def fold_time(text: str) -> str:
    """A time of day in lower case without blanks around."""
    return text.strip().lower()


def week_of(week: dict[str, list[tuple[int, int]]]) -> Hours | None:
    """Intervals in minutes as Mercado Pago wants them; None where they overlap, are empty or too many."""
    cut: dict[str, list[tuple[int, int]]] = {}
    for day, intervals in week.items():
        for opens, closes in intervals:
            if closes > opens:
                cut.setdefault(day, []).append((opens, min(closes, _DAY_END)))
            elif closes == opens:
                return None  # open day and night, or closed: only the merchant knows
            else:
                cut.setdefault(day, []).append((opens, _DAY_END))
                if closes:
                    cut.setdefault(WEEK[(WEEK.index(day) + 1) % 7], []).append((0, closes))
    found: dict[str, tuple[Interval, ...]] = {}
    for day in WEEK:
        intervals = sorted(cut.get(day, []))
        if len(intervals) > _MOST or any(a[1] > b[0] for a, b in pairwise(intervals)):
            return None
        if intervals:
            found[day] = tuple((_clock(a), _clock(b)) for a, b in intervals)
    return found


def day_of(text: str) -> str | None:
    """The week day a cell names."""
    return _DAYS.get(fold(text).removesuffix(" feira"))


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
