"""Charts as data: rows of figures come in, Vega-Lite specifications in the country's numbers and our colours go out.

They are written as they stand, not through a library that judges every part of them at every run. A mark that can be
pressed tells its `key`, which says what of the sales is behind it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpkit.pages.charts_written import MILLION, brief, millions, number_locale, spoken, weekdays

Spec = dict[str, Any]
HEIGHT = 300
QUIET = 0.005  # share of all sales below which an hour at the end of a day is left out
CELL = 34  # height of a heat-map row
PRESSED = "pressed"  # the selection of every chart: the key of the mark
GIVEN = "-"  # before the key of what is below the axis
_LABELS = 8  # under the bars
_FINGER = 0.08  # of the height: what can be pressed below the axis, however little was given back


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
class Bar:
    """One day or hour of the main chart, whole units of the currency; `before` is its like in the period before."""

    key: str
    name: str  # in full, where it is pointed at
    tick: str  # under it
    income: float
    refunds: float
    before: float | None = None
    off: bool = False  # a day of rest


@dataclass(frozen=True)
class Look:
    """How a chart writes and what it is painted with: `locale` of its figures, and the ink of the page."""

    locale: str
    ink: Ink


def bars(points: Sequence[Bar], titles: Mapping[str, str], *, currency: str, look: Look, height: int = HEIGHT) -> Spec:
    """Bars of income, refunds below the axis, and the period before as a thin grey line; days of rest are shaded.

    `titles` says name, income, refunds, before as people read them where a bar is pointed at.
    """
    ink = look.ink
    rows = [
        {"key": p.key, "income": p.income, "refunds": -p.refunds, "given": p.refunds, "before": p.before, "off": p.off}
        for p in points
    ]
    x = _along(points)
    money = {**BARE, "title": currency, "tickCount": 5, **_ticks(max((p.income for p in points), default=0.0), look)}
    up = {"field": "income", "type": "quantitative", "axis": money, "scale": {"zero": True}}
    down = {"field": "refunds", "type": "quantitative"}
    tips = [tip("name", titles["name"]), *(tip(name, titles[name], ",.0f") for name in ("income",))]
    tips += [tip("given", titles["refunds"], ",.0f"), tip("before", titles["before"], ",.0f")]
    whole = {"x": x, "y": {"value": 0}, "y2": {"value": "height"}}
    layers: list[Spec] = [
        {
            "transform": [{"filter": "datum.off"}],
            "mark": {"type": "bar", "color": ink.line, "opacity": 0.35, "width": {"band": 1}, "aria": False},
            "encoding": whole,
        },
        {"mark": _bar(ink.income, 2) | _BROAD, "encoding": {"x": x, "y": up}},
        {
            "mark": {"type": "line", "color": ink.past, "strokeWidth": 1.5, "aria": False},
            "encoding": {"x": x, "y": {"field": "before", "type": "quantitative"}},
        },
        {"mark": _bar(ink.refunds, 2) | _BROAD, "encoding": {"x": x, "y": down}},
        {
            "data": {"values": list(_reach(points, titles, look.locale))},
            "params": [_point(PRESSED, "press")],
            "mark": {"type": "bar", "opacity": 0, "cursor": "pointer", "width": {"band": 1}},
            "encoding": {
                "x": x, "y": {"field": "to", "type": "quantitative"}, "y2": {"datum": 0}, "tooltip": tips, **SPOKEN,
            },
        },
    ]  # fmt: skip
    return dressed({"height": height, "layer": layers}, rows, look)


def _along(points: Sequence[Bar]) -> Spec:
    """The axis of days or hours: few of them are named."""
    ticks = {p.key: p.tick for p in points[:: max(1, -(-len(points) // _LABELS))]}
    axis = {
        **BARE, "grid": False, "title": None, "values": list(ticks), "labelAngle": 0, "labelOverlap": True,
        "labelExpr": f"({json.dumps(ticks)})[datum.value]",
    }  # fmt: skip
    keys = [p.key for p in points]  # their order, whatever layer is drawn first
    return {"field": "key", "type": "ordinal", "axis": axis, "scale": {"domain": keys, "paddingInner": 0}}


def _ticks(furthest: float, look: Look) -> Spec:
    """How the axis of figures writes: in millions where whole ones would crowd it."""
    if furthest < MILLION:
        return {"format": ",.0f"}
    return {"labelExpr": f"datum.value ? format(datum.value / {MILLION}, ',~f') + '{millions(look.locale)}' : '0'"}


def _reach(points: Sequence[Bar], titles: Mapping[str, str], locale: str) -> Iterator[dict[str, Any]]:
    """Where a bar can be pressed: above the line all the height there is, below it where something was given back."""
    top = max((max(p.income, p.before or 0.0) for p in points), default=0.0)
    low = max(max((p.refunds for p in points), default=0.0), _FINGER * top)
    for p in points:
        told = {"key": p.key, "name": p.name, "income": p.income, "given": p.refunds, "before": p.before}
        said = spoken(p.name, [(titles["income"], p.income), (titles["before"], p.before)], locale)
        yield told | {"press": p.key, "to": top, "said": said}
        if p.refunds > 0:
            said = spoken(p.name, [(titles["refunds"], p.refunds)], locale)
            yield told | {"press": f"{GIVEN}{p.key}", "to": -low, "said": said}


def heat(cells: Mapping[tuple[int, int], float], titles: Mapping[str, str], *, look: Look, names: str) -> Spec:
    """Income by weekday (0 Monday) and hour of the day: the darker, the more. `titles` says weekday, hour, income.

    The key of a cell is "weekday-hour", the weekday from 1 (Monday) to 7.
    """
    week = [name.capitalize() for name in weekdays(names, "abbreviated")]
    rows = [
        {
            "key": f"{day + 1}-{hour}", "weekday": week[day], "hour": hour, "income": cells.get((day, hour), 0.0),
            "said": spoken(f"{week[day]} {hour}:00", [(titles["income"], cells.get((day, hour), 0.0))], look.locale),
        }
        for day in range(7)
        for hour in busy_hours(cells)
    ]  # fmt: skip
    hours = {**BARE, "title": titles["hour"], "labelAngle": 0, "labelOverlap": True}
    x = {"field": "hour", "type": "ordinal", "axis": hours, "scale": {"paddingInner": 0}}
    y = {"field": "weekday", "type": "nominal", "sort": week, "axis": {**BARE, "title": None},
         "scale": {"paddingInner": 0}}  # fmt: skip
    shade = {"field": "income", "type": "quantitative", "legend": None, "scale": {"range": list(look.ink.ramp)}}
    tips = [tip("weekday", titles["weekday"]), tip("hour", titles["hour"]), tip("income", titles["income"], ",.0f")]
    apart = {"width": {"band": 0.92}, "height": {"band": 0.9}}
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "cornerRadius": 3, "stroke": None, "aria": False, **apart},
            "encoding": {"x": x, "y": y, "color": shade},
        },
        {
            "params": [_point(PRESSED)],
            "mark": {"type": "rect", "opacity": 0, "cursor": "pointer"},
            "encoding": {"x": x, "y": y, "tooltip": tips, **SPOKEN},
        },
    ]
    return dressed({"height": CELL * 7, "layer": layers}, rows, look)


def ranking(
    rows: Sequence[tuple[str, str, float, float | None]], titles: Mapping[str, str], *, look: Look, colour: str = ""
) -> Spec:
    """Bars by name, the largest first, a grey tick where each stood the period before.

    `rows` are (key, name, income, income before); `titles` says name, income, before.
    """
    ink = look.ink
    furthest = max((max(income, before or 0.0) for *_, income, before in rows), default=0.0)
    names = distinct([name for _, name, *_ in rows])
    drawn = [
        {
            "key": key, "name": name, "income": income, "before": before, "end": max(income, before or 0.0),
            "label": brief(income, furthest, look.locale),
            "said": spoken(name, [(titles["income"], income), (titles["before"], before)], look.locale),
        }
        for (key, _, income, before), name in zip(rows, names, strict=True)
    ]  # fmt: skip
    y = {
        "field": "name", "type": "nominal", "sort": names,
        "axis": {**BARE, "title": None, "labelLimit": 190, "labelPadding": 8},
    }  # fmt: skip
    tips = [tip("name", titles["name"]), *(tip(name, titles[name], ",.0f") for name in ("income", "before"))]
    room = 1.2 + 0.04 * len(
        brief(furthest, furthest, look.locale)
    )  # the figure beside the longest bar is read on a phone too
    far = {"domain": [0, furthest * room or 1]}
    layers: list[Spec] = [
        {
            "mark": _bar(colour or ink.income, 3) | {"height": 14},
            "encoding": {"y": y, "x": {"field": "income", "type": "quantitative", "axis": None, "scale": far}},
        },
        {
            "mark": {"type": "tick", "color": ink.past, "thickness": 2, "height": 20, "aria": False},
            "encoding": {"y": y, "x": {"field": "before", "type": "quantitative"}},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 6, "color": ink.quiet, "fontSize": 12, "aria": False},
            "encoding": {"y": y, "x": {"field": "end", "type": "quantitative"}, "text": {"field": "label"}},
        },
        {
            "params": [_point(PRESSED)],
            "mark": {"type": "bar", "opacity": 0, "cursor": "pointer", "height": {"band": 1}},
            "encoding": {"y": y, "x": {"value": 0}, "x2": {"value": "width"}, "tooltip": tips, **SPOKEN},
        },
    ]
    return dressed({"height": 28 * max(1, len(rows)) + 10, "layer": layers}, drawn, look)


def busy_hours(cells: Mapping[tuple[int, int], float]) -> range:
    """The hours worth a column: without the ends of the day in which next to nothing is sold."""
    whole = sum(cells.values())
    sums = {hour: sum(cells.get((day, hour), 0.0) for day in range(7)) for hour in range(24)}
    busy = [hour for hour, sold in sums.items() if whole and sold >= QUIET * whole]
    return range(busy[0], busy[-1] + 1) if busy else range(24)


def distinct(names: Sequence[str]) -> list[str]:
    """Names told apart: two registers may be called alike, and a chart would pile them up."""
    seen: dict[str, int] = {}
    told: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


BARE: Mapping[str, Any] = {"domain": False, "ticks": False, "labelFlush": False}
SPOKEN: Spec = {"description": {"field": "said"}}
_BROAD: Spec = {"width": {"band": 0.75}}  # of the room a bar has, all of which can be pressed


def _bar(colour: str, round_: int) -> Spec:
    return {"type": "bar", "color": colour, "cornerRadiusEnd": round_, "aria": False}


def tip(field: str, title: str, format_: str = "") -> Spec:
    """A line of what is told where a mark is pointed at."""
    return {"field": field, "title": title, **({"type": "quantitative", "format": format_} if format_ else {})}


def _point(name: str, field: str = "key") -> Spec:
    return {"name": name, "select": {"type": "point", "fields": [field]}}


def dressed(chart: Spec, rows: list[dict[str, Any]], look: Look) -> Spec:
    """The one look of all charts."""
    ink = look.ink
    axis = {"aria": False, "gridColor": ink.line, "labelColor": ink.quiet, "titleColor": ink.quiet}
    return {
        **chart,
        "data": {"values": rows},
        "config": {
            "locale": {"number": dict(number_locale(look.locale))},
            "view": {"stroke": None},
            "axis": {**axis, "labelFontSize": 12, "titleFontSize": 12},
        },
    }
