"""Rates with their bounds as a chart: rows of parts come in, a Vega-Lite specification in our colours goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.numbers import format_percent

from mpkit.pages.charts import BARE, PRESSED, SPOKEN, Look, Spec, distinct, dressed, tip


@dataclass(frozen=True)
class Span:
    """One place: its key, name, rate and bounds as parts of 1, what the others have, and whether it stands out."""

    key: str
    name: str
    rate: float
    low: float
    high: float
    others: float
    out: bool


def spans(rows: Sequence[Span], titles: Mapping[str, str], *, look: Look) -> Spec:
    """A line from bound to bound with the rate as a point on it, a grey tick where the others are.

    Who stands out is filled and orange; `titles` says name, rate, low, high and others.
    """
    ink = look.ink
    names = distinct([each.name for each in rows])
    drawn = [
        {
            "key": each.key, "name": name, "rate": each.rate, "low": each.low, "high": each.high,
            "others": each.others, "out": each.out,
            "said": f"{name}: {format_percent(each.rate, '#,##0.00%', locale=look.locale)}",
        }
        for each, name in zip(rows, names, strict=True)
    ]  # fmt: skip
    y = {
        "field": "name", "type": "nominal", "sort": names,
        "axis": {**BARE, "title": None, "labelLimit": 190, "labelPadding": 8},
    }  # fmt: skip
    axis = {**BARE, "format": ".1%", "title": None, "tickCount": 4}
    x = {"field": "low", "type": "quantitative", "axis": axis, "scale": {"zero": True}}
    colour = {"condition": {"test": "datum.out", "value": ink.refunds}, "value": ink.quiet}
    tips = [
        tip("name", titles["name"]),
        *(tip(name, titles[name], ".2%") for name in ("rate", "low", "high", "others")),
    ]
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 3, "aria": False},
            "encoding": {"y": y, "x": x, "x2": {"field": "high"}, "color": colour},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "aria": False},
            "encoding": {"y": y, "x": {"field": "rate", "type": "quantitative"}, "color": colour},
        },
        {
            "mark": {"type": "tick", "color": ink.past, "thickness": 3, "height": 18, "aria": False},
            "encoding": {"y": y, "x": {"field": "others", "type": "quantitative"}},
        },
        {
            "params": [{"name": PRESSED, "select": {"type": "point", "fields": ["key"]}}],
            "mark": {"type": "bar", "opacity": 0, "cursor": "pointer", "height": {"band": 1}},
            "encoding": {"y": y, "x": {"value": 0}, "x2": {"value": "width"}, "tooltip": tips, **SPOKEN},
        },
    ]
    return dressed({"height": 28 * max(1, len(rows)) + 30, "layer": layers}, drawn, look)
