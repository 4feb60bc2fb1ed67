"""What each register or branch usually sells: the columns of a mirror come in, one line of figures for each goes out.

Texts are plain as in `said`: DuckDB reads them now, ClickHouse can. A habit is of the days up to the last sale, so that
it does not fade while a register is silent; days count half after four weeks.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from mpkit.sales.mirror import Mirror
from mpkit.sales.said import Said

WINDOW = 84  # days before the last sale that make a habit
LOOK = 90  # days back in which a last sale is looked for: older silences are no news
HALF = 28  # days after which a day counts half
RECENT = 28  # days whose hours are those of a shop
Numbers = npt.NDArray[Any]

_EPOCH = date(1970, 1, 1).toordinal()
_DAILY = (
    "SELECT {key} AS place, day, MAX(weekday) AS weekday, CAST(SUM(payments) AS BIGINT) AS sold, MAX(at_us) AS last_us "
    "FROM entries WHERE account = {{account:String}} AND day BETWEEN {{first:Date}} AND {{last:Date}} AND pos_id <> '' "
    "AND kind = 'sale' AND at_us < {{until:Int64}} GROUP BY {key}, day"
)
_BY_WEEKDAY = ", ".join(
    f"SUM(CASE WHEN weekday = {n} THEN sold * weight ELSE 0 END) AS sold_{n}, "
    f"CAST(SUM(CASE WHEN weekday = {n} THEN 1 ELSE 0 END) AS BIGINT) AS days_{n}"
    for n in range(1, 8)
)
_HABITS = (
    "WITH daily AS ({daily}), ends AS (SELECT place AS name, MIN(day) AS first_day, MAX(day) AS last_day, "
    "MAX(last_us) AS at_us FROM daily GROUP BY place), weighed AS (SELECT place, first_day, last_day, at_us, weekday, "
    "sold, POWER(0.5, (last_day - day) / {half}) AS weight FROM daily JOIN ends ON place = name "
    "WHERE last_day - day < {window}) "
    "SELECT place, first_day, last_day, at_us, {by_weekday}, SUM(sold * sold * weight) AS squares FROM weighed "
    "GROUP BY place, first_day, last_day, at_us ORDER BY place"
)


@dataclass(frozen=True, slots=True)
class Span:
    """The days a judgement looks at: `first` to `last`, of what happened before `until`."""

    first: date
    last: date
    until: datetime

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def weekdays(self) -> Numbers:
        """The weekday of each, 0 Monday."""
        return (np.arange(self.days) + self.first.weekday()) % 7


@dataclass(frozen=True, slots=True)
class Habits:
    """One line a place, in the order of `place`; days as places in the span.

    `sold` decayed sales by weekday, `days` days with a sale by weekday, `squares` decayed squares of the sales of days,
    `at` the last sale in seconds since 1970.
    """

    place: Numbers
    first: Numbers
    last: Numbers
    at: Numbers
    sold: Numbers
    days: Numbers
    squares: Numbers

    def __len__(self) -> int:
        return len(self.place)

    def take(self, which: Numbers) -> Habits:
        """Some of them."""
        return Habits(**{each.name: getattr(self, each.name)[which] for each in fields(self)})


def span_until(until: datetime, today: date) -> Span:
    """All days that matter to a judgement at that moment; `today` is the latest local day of any shop."""
    return Span(today - timedelta(days=WINDOW + LOOK), today, until)


def habits(mirror: Mirror, span: Span, key: str = "pos_id") -> Habits:
    """The habits of all registers ("pos_id") or branches ("store_id") that sold in the span."""
    text = _HABITS.format(daily=_DAILY.format(key=key), half=f"{HALF}.0", window=WINDOW, by_weekday=_BY_WEEKDAY)
    found = mirror.fetch_columns(_said(mirror, span, text))
    if not found:
        nothing, table = np.zeros(0, dtype="i8"), np.zeros((0, 7))
        return Habits(np.zeros(0, dtype=object), nothing, nothing, nothing, table, table, np.zeros(0))
    begin = span.first.toordinal() - _EPOCH

    def place(name: str) -> Numbers:
        days: Numbers = found[name].astype("datetime64[D]").astype("i8") - begin
        return days

    return Habits(
        found["place"],
        place("first_day"),
        place("last_day"),
        found["at_us"] // 1_000_000,
        np.stack([found[f"sold_{n}"] for n in range(1, 8)], axis=1).astype("f8"),
        np.stack([found[f"days_{n}"] for n in range(1, 8)], axis=1).astype("f8"),
        found["squares"].astype("f8"),
    )


def by_hour(mirror: Mirror, span: Span) -> dict[str, Numbers]:
    """The sales of each branch by hour of the day, of its last weeks; "" all of them."""
    recent = Span(span.last - timedelta(days=RECENT), span.last, span.until)
    text = (
        "SELECT store_id, hour, CAST(SUM(payments) AS BIGINT) AS sold FROM entries WHERE account = {account:String} "
        "AND day BETWEEN {first:Date} AND {last:Date} AND pos_id <> '' AND kind = 'sale' AND at_us < {until:Int64} "
        "GROUP BY store_id, hour ORDER BY store_id, hour"
    )
    found: dict[str, Numbers] = {"": np.zeros(24)}
    for store, hour, sold in mirror.fetch(_said(mirror, recent, text)):
        found.setdefault(store, np.zeros(24))[hour] += sold
        if store:
            found[""][hour] += sold
    return found


def by_day(mirror: Mirror, span: Span, stores: tuple[str, ...] = ()) -> dict[str, Numbers]:
    """The sales of the whole account ("") on each day of the span, and of these branches."""
    everything = (
        "SELECT '' AS place, day, CAST(SUM(payments) AS BIGINT) AS sold FROM entries WHERE account = {account:String} "
        "AND day BETWEEN {first:Date} AND {last:Date} AND pos_id <> '' AND kind = 'sale' AND at_us < {until:Int64} "
    )
    names = {f"store_{n}": store for n, store in enumerate(stores)}
    asked = [_said(mirror, span, f"{everything} GROUP BY day ORDER BY day")]
    if names:
        among = ", ".join(f"{{{name}:String}}" for name in names)
        text = everything.replace("'' AS place", "store_id AS place")
        text += f"AND store_id IN ({among}) GROUP BY store_id, day ORDER BY place, day"
        asked.append(_said(mirror, span, text, **names))
    found = {store: np.zeros(span.days) for store in ("", *stores)}
    for said in asked:
        for place, day, sold in mirror.fetch(said):
            found[place][(day - span.first).days] += sold
    return found


def _said(mirror: Mirror, span: Span, text: str, **more: str) -> Said:
    values: dict[str, str | int | date] = {"account": mirror.account, "first": span.first, "last": span.last}
    until = round(span.until.timestamp() * 1_000_000)
    return Said(text, {**values, "until": until, **more}, span.first, span.last)
