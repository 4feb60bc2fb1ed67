"""The tokens of a cell come in, units go out: days, intervals, "closed"; None where a word makes no sense there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mpkit.model import WEEK
from mpkit.sheet.hours.clock import Time, in_part
from mpkit.sheet.hours.words import Token

_STRENGTH = {"and": 1, "to": 1, "comma": 2, "strong": 3}


@dataclass(frozen=True, slots=True)
class Unit:
    """A day or days (`D`), days left out (`X`), intervals (`T`), day and night (`R`) or closed (`C`)."""

    kind: str
    days: frozenset[str] = frozenset()
    times: tuple[tuple[Time, Time], ...] = ()
    before: int = 0  # how strongly it is parted from the unit before
    rest: bool = False  # the days nobody named
    holiday: bool = False


@dataclass(slots=True)
class _Cursor:
    """Walks along the tokens; each step is a unit, or stops where nothing makes sense."""

    tokens: list[Token]
    at: int = 0
    before: int = 0
    left_out: bool = False
    between: bool = False
    part: str = ""
    units: list[Unit] = field(default_factory=list)

    def peek(self, ahead: int = 0) -> str:
        """The kind of a token further on."""
        return self.tokens[self.at + ahead].kind if self.at + ahead < len(self.tokens) else ""

    def skip(self, *kinds: str) -> None:
        """Pass words that say nothing here."""
        while self.peek() in kinds:
            self.at += 1

    def put(self, unit: Unit) -> None:
        """One more unit."""
        self.units.append(replace(unit, before=self.before))
        self.before, self.between = 0, False


def units_of(words: list[Token]) -> list[Unit] | None:
    """The units of a text; None where a word makes no sense at its place."""
    cursor = _Cursor(words)
    steps = {"day": _day, "set": _day, "holiday": _day, "rest": _day, "time": _times, "round": _round, "until": _stray}
    while cursor.at < len(words):
        token = words[cursor.at]
        if token.kind in _STRENGTH:
            cursor.before = max(cursor.before, _STRENGTH[token.kind])
            cursor.at += 1
        elif token.kind in {"filler", "part", "between", "except"}:
            cursor.left_out = cursor.left_out or token.kind == "except"
            cursor.between = cursor.between or token.kind == "between"
            cursor.part = token.text if token.kind == "part" else cursor.part
            cursor.at += 1
        elif token.kind == "closed":
            cursor.put(Unit("C"))
            cursor.at += 1
        elif not steps[token.kind](cursor):
            return None
    return cursor.units if not cursor.left_out else None


def _stray(_: _Cursor) -> bool:
    """A closing time without an opening one."""
    return False


def _day(cursor: _Cursor) -> bool:
    """A day, a range of days, or several days under one name."""
    first = cursor.tokens[cursor.at]
    cursor.at += 1
    days = frozenset(first.days)
    if first.kind == "day" and cursor.peek() == "to":
        gap = 1
        while cursor.peek(gap) == "filler":
            gap += 1
        if cursor.peek(gap) == "day":
            days = _range(first.days[0], cursor.tokens[cursor.at + gap].days[0])
            cursor.at += gap + 1
            if cursor.peek() == "to" and cursor.peek(1) == "day":
                return False  # `Lun-Mié-Vie`: a range or a list
    elif first.kind == "day" and cursor.peek() == "and" and cursor.tokens[cursor.at].text == "/":
        alone = not (cursor.units and cursor.units[-1].kind == "D" and cursor.before == 1)
        if alone and cursor.peek(1) == "day" and not (cursor.peek(2) == "and" and cursor.peek(3) == "day"):
            second = cursor.tokens[cursor.at + 1].days[0]
            if (WEEK.index(second) - WEEK.index(first.days[0])) % 7 != 1:
                return False  # `Lun/Vie`: two days or five
    cursor.put(Unit("X" if cursor.left_out else "D", days, rest=first.kind == "rest", holiday=first.kind == "holiday"))
    cursor.left_out, cursor.part = False, ""
    return True


def _range(first: str, last: str) -> frozenset[str]:
    """The days from one to the other; from a day to itself is the whole week."""
    start, count = WEEK.index(first), (WEEK.index(last) - WEEK.index(first)) % 7 or 7
    return frozenset(WEEK[(start + step) % 7] for step in range(count + 1))


def _times(cursor: _Cursor) -> bool:
    """One interval: opening time, a word, closing time."""
    opens = cursor.tokens[cursor.at].time
    cursor.at += 1
    cursor.skip("filler")
    if cursor.peek() == "comma" and cursor.peek(1) in {"until", "filler"}:
        cursor.at += 1
        cursor.skip("filler")
    joint = cursor.tokens[cursor.at] if cursor.at < len(cursor.tokens) else None
    if joint is None or not (joint.kind in {"to", "until"} or (cursor.between and joint.kind == "and")):
        return False
    cursor.at += 1
    cursor.skip("filler")
    closes = _closing(cursor)
    if opens is None or closes is None:
        return False
    after = cursor.tokens[cursor.at] if cursor.at < len(cursor.tokens) else None
    if after and after.kind == "to" and cursor.peek(1) in {"time", "round"}:
        if (after.text == "-") == (joint.text == "-"):
            return False  # `9-13-17-21`
        cursor.put(Unit("T", times=((opens, closes),)))
        cursor.before = 1
        cursor.at += 1
        return True
    pair = _in_part(opens, closes, cursor.part)
    if pair is None:
        return False
    cursor.put(Unit("T", times=(pair,)))
    cursor.part = ""
    return True


def _closing(cursor: _Cursor) -> Time | None:
    """The closing time: `24 hs` after an opening one is midnight."""
    if cursor.at >= len(cursor.tokens):
        return None
    token = cursor.tokens[cursor.at]
    cursor.at += 1
    return token.time


def _in_part(opens: Time, closes: Time, part: str) -> tuple[Time, Time] | None:
    """Both times in the part of the day that was named before them."""
    if not part:
        return opens, closes
    first = in_part(opens, part)
    last = in_part(closes, part) if closes.minute > opens.minute else closes
    return (first, last) if first and last else None


def _round(cursor: _Cursor) -> bool:
    cursor.at += 1
    if cursor.peek() == "to" and cursor.peek(1) == "time":
        return False
    cursor.put(Unit("R"))
    return True
