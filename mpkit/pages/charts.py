"""Charts as data: rows of figures come in, Altair specifications in the country's numbers and our colours go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import pandas as pd
from babel.dates import get_day_names, get_month_names
from babel.numbers import get_decimal_symbol, get_group_symbol

Chart = Any  # altair's chart types share no base that has all of their methods
HEIGHT = 300
QUIET = 0.005  # share of all sales below which an hour at the end of a day is left out
CELL = 34  # height of a heat-map row


@dataclass(frozen=True)
class Ink:
    """The few colours of a chart, for a light or a dark page (look.md)."""

    income: str
    refunds: str
    past: str
    quiet: str  # text of axes
    line: str
    ramp: tuple[str, str]  # little to much


LIGHT = Ink("#0F766E", "#D9480F", "#98A1AE", "#5A6472", "#E3DFD4", ("#EDF5F4", "#0F766E"))
DARK = Ink("#2DD4BF", "#FF8A4C", "#6B7483", "#A3ACBA", "#2A303C", ("#1A2E2D", "#2DD4BF"))


@dataclass(frozen=True)
class Day:
    """One day of the main chart, whole units of the currency; `before` is the same day of the period before."""

    day: date
    income: float
    refunds: float
    before: float | None = None


def d3_locale(locale: str, names: str = "") -> dict[str, Any]:
    """The tables Vega needs to write numbers as `locale` (es_AR) does, days and months in the language of `names`."""
    names = names or locale
    days = [get_day_names("wide", locale=names)[n] for n in (6, 0, 1, 2, 3, 4, 5)]
    short = [get_day_names("abbreviated", locale=names)[n] for n in (6, 0, 1, 2, 3, 4, 5)]
    months = [get_month_names("wide", locale=names)[n] for n in range(1, 13)]
    abbreviated = [get_month_names("abbreviated", locale=names)[n].rstrip(".") for n in range(1, 13)]
    return {
        "number": {
            "decimal": get_decimal_symbol(locale),
            "thousands": get_group_symbol(locale),
            "grouping": [3],
            "currency": ["", ""],
        },
        "time": {
            "dateTime": "%x, %X",
            "date": "%d/%m/%Y",
            "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": days,
            "shortDays": short,
            "months": months,
            "shortMonths": abbreviated,
        },
    }


def daily(
    days: Sequence[Day],
    titles: Mapping[str, str],
    *,
    currency: str,
    locale: str,
    ink: Ink,
    names: str = "",
    height: int = HEIGHT,
) -> Chart:
    """Bars of income a day, refunds below the axis, and the period before as a thin grey line.

    `titles` says day, income, refunds, before as people read them in the tooltip and beside the line.
    """
    frame = pd.DataFrame(
        {
            "day": [pd.Timestamp(d.day) for d in days],
            "begin": [pd.Timestamp(d.day) + pd.Timedelta(hours=3) for d in days],
            "end": [pd.Timestamp(d.day) + pd.Timedelta(hours=21) for d in days],
            "middle": [pd.Timestamp(d.day) + pd.Timedelta(hours=12) for d in days],
            "income": [d.income for d in days],
            "refunds": [-d.refunds for d in days],
            "given": [d.refunds for d in days],
            "before": [d.before for d in days],
        }
    )
    tips = [
        alt.Tooltip("day:T", title=titles["day"], format="%A %d/%m/%Y"),
        alt.Tooltip("income:Q", title=titles["income"], format=",.0f"),
        alt.Tooltip("given:Q", title=titles["refunds"], format=",.0f"),
        alt.Tooltip("before:Q", title=titles["before"], format=",.0f"),
    ]
    x = alt.X(
        "begin:T",
        axis=alt.Axis(title=None, format="%-d %b", grid=False, values=_marks(days), domain=False, ticks=False),
        scale=alt.Scale(nice=False),
    )
    money = alt.Axis(title=currency, format="~s" if _large(days) else ",.0f", tickCount=5, domain=False, ticks=False)
    base = alt.Chart(frame).encode(tooltip=tips)
    bars = base.mark_bar(color=ink.income, cornerRadiusEnd=2).encode(
        x=x, x2="end:T", y=alt.Y("income:Q", axis=money, scale=alt.Scale(zero=True)), y2=alt.datum(0)
    )
    below = base.mark_bar(color=ink.refunds, cornerRadiusEnd=2).encode(x=x, x2="end:T", y="refunds:Q", y2=alt.datum(0))
    ghost = base.mark_line(color=ink.past, strokeWidth=1.5, interpolate="linear").encode(x="middle:T", y="before:Q")
    return _dress(alt.layer(bars, below, ghost).properties(height=height), locale, ink, names)


def heat(
    cells: Mapping[tuple[int, int], float], titles: Mapping[str, str], *, locale: str, ink: Ink, names: str = ""
) -> Chart:
    """Income by weekday (0 Monday) and hour of the day: the darker, the more. `titles` says weekday, hour, income."""
    week = [get_day_names("abbreviated", locale=names or locale)[n].capitalize().rstrip(".") for n in range(7)]
    span = _busy_hours(cells)
    frame = pd.DataFrame(
        [
            {"weekday": week[day], "hour": hour, "income": cells.get((day, hour), 0.0)}
            for day in range(7)
            for hour in span
        ]
    )
    chart = (
        alt.Chart(frame)
        .mark_rect(cornerRadius=3, stroke=None)
        .encode(
            x=alt.X(
                "hour:O",
                axis=alt.Axis(title=titles["hour"], labelAngle=0, domain=False, ticks=False, labelOverlap=True),
                scale=alt.Scale(paddingInner=0.08),
            ),
            y=alt.Y(
                "weekday:N",
                sort=week,
                axis=alt.Axis(title=None, domain=False, ticks=False),
                scale=alt.Scale(paddingInner=0.1),
            ),
            color=alt.Color("income:Q", legend=None, scale=alt.Scale(range=list(ink.ramp))),
            tooltip=[
                alt.Tooltip("weekday:N", title=titles["weekday"]),
                alt.Tooltip("hour:O", title=titles["hour"]),
                alt.Tooltip("income:Q", title=titles["income"], format=",.0f"),
            ],
        )
        .properties(height=CELL * 7)
    )
    return _dress(chart, locale, ink, names)


def ranking(
    rows: Sequence[tuple[str, float, float | None]],
    titles: Mapping[str, str],
    *,
    locale: str,
    ink: Ink,
    names: str = "",
) -> Chart:
    """Bars by name, the largest first, a grey tick where each stood the period before.

    `rows` are (name, income, income before); `titles` says name, income, before.
    """
    frame = pd.DataFrame(rows, columns=["name", "income", "before"])
    frame["end"] = frame[["income", "before"]].max(axis=1)
    furthest = float(frame["end"].max()) if len(frame) else 0.0
    order = [row[0] for row in rows]
    tips = [
        alt.Tooltip("name:N", title=titles["name"]),
        alt.Tooltip("income:Q", title=titles["income"], format=",.0f"),
        alt.Tooltip("before:Q", title=titles["before"], format=",.0f"),
    ]
    y = alt.Y(
        "name:N", sort=order, axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=190, labelPadding=8)
    )
    base = alt.Chart(frame).encode(y=y, tooltip=tips)
    bars = base.mark_bar(color=ink.income, cornerRadiusEnd=3, height=14).encode(
        x=alt.X("income:Q", axis=None, scale=alt.Scale(domain=[0, furthest * 1.6 or 1]))
    )
    past = base.mark_tick(color=ink.past, thickness=2, height=20).encode(x="before:Q")
    figures = base.mark_text(align="left", dx=6, color=ink.quiet, fontSize=12).encode(
        x="end:Q", text=alt.Text("income:Q", format=",.0f")
    )
    return _dress(alt.layer(bars, past, figures).properties(height=28 * max(1, len(rows)) + 10), locale, ink, names)


def _marks(days: Sequence[Day]) -> list[alt.DateTime]:
    """The middles of the days that get a label: every day of a week, about eight of a longer period."""
    step = max(1, -(-len(days) // 8))
    return [alt.DateTime(year=d.day.year, month=d.day.month, date=d.day.day, hours=12) for d in days[::step]]


def _busy_hours(cells: Mapping[tuple[int, int], float]) -> range:
    """The hours worth a column: without the ends of the day in which next to nothing is sold."""
    whole = sum(cells.values())
    sums = {hour: sum(cells.get((day, hour), 0.0) for day in range(7)) for hour in range(24)}
    busy = [hour for hour, sold in sums.items() if whole and sold >= QUIET * whole]
    return range(busy[0], busy[-1] + 1) if busy else range(24)


def distinct(rows: Sequence[tuple[str, float, float | None]]) -> list[tuple[str, float, float | None]]:
    """The rows with names told apart: two registers may be called alike, and a chart would pile them up."""
    seen: dict[str, int] = {}
    named: list[tuple[str, float, float | None]] = []
    for name, income, before in rows:
        seen[name] = seen.get(name, 0) + 1
        named.append((name if seen[name] == 1 else f"{name} ({seen[name]})", income, before))
    return named


def _large(days: Sequence[Day]) -> bool:
    return max((d.income for d in days), default=0.0) >= 1_000_000  # noqa: PLR2004 - from here whole figures crowd the axis


def _dress(chart: Chart, locale: str, ink: Ink, names: str) -> Chart:
    """The one look of all charts."""
    tables = d3_locale(locale, names)
    return (
        chart.configure(
            locale=alt.Locale(number=alt.NumberLocale(**tables["number"]), time=alt.TimeLocale(**tables["time"]))
        )
        .configure_view(stroke=None)
        .configure_axis(
            gridColor=ink.line, labelColor=ink.quiet, titleColor=ink.quiet, labelFontSize=12, titleFontSize=12
        )
    )
