"""Mapa: branches as points over the country's own towns as faint dots; drawn here, no other host is asked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from mpkit.pages import correcting, paging
from mpkit.pages.frame import house, ink, plain, say, words
from mpkit.pages.judged import Judged, problem
from mpkit.pages.reviews import Shown
from mpkit.places import catalogue
from mpkit.sites import SITES

HEIGHT = 620  # pixels
_CROWDED = 2_000
_NEAR = 0.1  # degrees: a country is some 10 to 40 of them high, a mark some 5 pixels
FAINT = 3_000  # towns drawn to show the country's shape
KINDS = ("good", "warning", "blocking", "approximate")
_COLOURS = {
    "light": {"good": "#0F766E", "warning": "#B7791F", "blocking": "#D9480F", "approximate": "#3B5BDB"},
    "dark": {"good": "#2DD4BF", "warning": "#F2C14E", "blocking": "#FF8A4C", "approximate": "#8DA2FB"},
}
_SHAPES = {"good": "circle", "warning": "diamond", "blocking": "triangle-up", "approximate": "square"}


def show(now: Shown) -> None:
    """The points of one file or all, those beyond the country told apart, and the row that was clicked."""
    judged = now.judged
    if judged is None:
        return
    file = correcting.file_filter(judged)
    site = next((str(each.told["site"]) for each in judged.readable), "MLA")
    points, outside = placed(judged, file, site)
    told = [words("map_sentence", n=len(points))]
    told += [words("map_outside", n=outside)] if outside else []
    told += [words("map_without", n=len(judged.gaps))] if judged.gaps else []
    st.markdown(" ".join(told))
    if not points:
        st.info(words("map_none"), icon=":material/location_off:")
        return
    frame = pd.DataFrame(thinned(points))
    event = st.vega_lite_chart(
        frame,
        spec(frame, site),
        height=HEIGHT,
        theme=None,
        key=now.key("map"),
        on_select="rerun",
        selection_mode="picked",
        alt=say("map_alt", n=len(points), country=SITES[site].name),
    )
    picked = (event.get("selection", {}) if isinstance(event, dict) else {}).get("picked") or []
    if picked:
        _named(now, judged, picked[0])
    with st.expander(words("page_as_table"), icon=":material/table_rows:"):
        first = paging.pages(len(points), 50, key="map")
        shown = pd.DataFrame(points[first : first + 50])[["name", "row", "kind", "why"]]
        shown.columns = pd.Index([say(f"map_{name}") for name in ("branch", "row", "state", "why")])
        st.dataframe(shown, hide_index=True, alt=say("page_as_table"))


def placed(judged: Judged, only: int | None, site: str) -> tuple[list[dict[str, Any]], int]:
    """A point a row, in the country, with how it stands; and how many lie outside the country."""
    box = SITES[site].box
    kinds = {kind: say(f"map_kind_{kind}") for kind in KINDS}  # said once: there may be 20,000 points
    problems = {code: say(problem(code)) for code in judged.counts("code")}
    points: list[dict[str, Any]] = []
    outside = 0
    lacking = set(judged.gaps)
    for number, file in enumerate(judged.files):
        if file.error or (only is not None and number != only):
            continue
        worst, codes = judged.worst(number), judged.codes[number]
        for record, latitude, longitude in file.told["points"]:
            if not box.holds(latitude, longitude):
                outside += 1
                continue
            severity = worst.get(record, "good")
            kind = "approximate" if (number, record) in lacking else severity if severity != "info" else "good"
            found = [f for f in codes.get(record, ()) if f.severity != "info"]
            points.append(
                {
                    "latitude": latitude,
                    "longitude": longitude,
                    "name": file.label(record),
                    "row": str(file.row(record)),
                    "kind": kinds[kind],
                    "colour": kind,
                    "why": ", ".join(dict.fromkeys(problems[f.code] for f in found)),
                    "at": f"{number}:{record}",
                }
            )
    return points, outside


def thinned(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where there are too many to be told apart, one point for those of one state that would cover each other."""
    if len(points) <= _CROWDED:
        return points
    cells: dict[tuple[int, int, str], list[dict[str, Any]]] = {}
    for point in points:
        place = round(point["latitude"] / _NEAR), round(point["longitude"] / _NEAR), point["colour"]
        cells.setdefault(place, []).append(point)
    return [
        {**cell[0], "name": say("map_and_more", name=cell[0]["name"], n=len(cell) - 1)} if len(cell) > 1 else cell[0]
        for cell in cells.values()
    ]


@lru_cache(maxsize=8)
def towns(site: str, folder: str) -> list[dict[str, float]]:
    """The country's towns, thinned: their dots draw its shape."""
    del folder  # part of what is remembered
    known = [p for p in catalogue(site, house().settings.places).places if p.latitude is not None]
    step = max(1, len(known) // FAINT)
    return [{"latitude": round(p.latitude or 0.0, 3), "longitude": round(p.longitude or 0.0, 3)} for p in known[::step]]


def spec(frame: pd.DataFrame, site: str) -> dict[str, Any]:
    """The Vega-Lite drawing: towns faint below, branches above in colour and shape, a click picks one."""
    colours = _COLOURS["dark" if st.context.theme.type == "dark" else "light"]
    place = {
        "longitude": {"field": "longitude", "type": "quantitative"},
        "latitude": {"field": "latitude", "type": "quantitative"},
    }
    kinds = [kind for kind in KINDS if (frame["colour"] == kind).any()]
    names = [say(f"map_kind_{kind}") for kind in kinds]
    quiet = ink().quiet
    legend = {"title": None, "orient": "top", "labelColor": quiet, "labelFontSize": 13, "symbolSize": 90}
    faint = {
        "data": {"values": towns(site, str(house().settings.places or ""))},
        "mark": {"type": "circle", "size": 5, "color": ink().past, "opacity": 0.45, "tooltip": None},
        "encoding": place,
    }
    above = {
        "params": [{"name": "picked", "select": {"type": "point", "fields": ["at"]}}],
        "mark": {"type": "point", "filled": True, "size": 48 if len(frame) < _CROWDED else 18, "opacity": 0.85},
        "encoding": {
            **place,
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": names, "range": [colours[kind] for kind in kinds]},
                "legend": legend,
            },
            "shape": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": names, "range": [_SHAPES[kind] for kind in kinds]},
                "legend": legend,
            },
            "tooltip": [
                {"field": "name", "title": say("map_branch")},
                {"field": "row", "title": say("review_row")},
                {"field": "kind", "title": say("map_state")},
                {"field": "why", "title": say("rows_to_correct")},
            ],
        },
    }
    return {
        "background": None,
        "width": "container",
        "projection": {"type": "mercator"},
        "layer": [faint, above],
        "config": {"view": {"stroke": None}, "font": "IBM Plex Sans"},
    }


def _named(now: Shown, judged: Judged, picked: dict[str, Any]) -> None:
    """The row that was clicked, with all that is found in it."""
    number, _, record = str(picked.get("at", "")).partition(":")
    if not number.isdigit() or not record.isdigit():
        return
    file = judged.files[int(number)]
    name = file.label(int(record)) or say("review_where_row", row=str(file.row(int(record))))
    st.subheader(plain(name), anchor=False)
    found = judged.codes[int(number)].get(int(record), [])
    if not found:
        st.caption(words("map_fine"))
    for one in found:
        correcting.card(now, judged, one)
