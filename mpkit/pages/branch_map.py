"""Mapa: branches as points over the country's towns, to be moved and zoomed; drawn here, no other host is asked."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from mpkit.pages import correcting, paging
from mpkit.pages.frame import house, ink, number, plain, say, words
from mpkit.pages.judged import Judged, problem
from mpkit.pages.reviews import Shown
from mpkit.places import catalogue
from mpkit.sites import SITES

KINDS = ("good", "approximate", "warning", "blocking")  # drawn in this order: what is to be corrected lies on top
_COLOURS = {
    "light": {"good": "#0F766E", "warning": "#B7791F", "blocking": "#D9480F", "approximate": "#3B5BDB"},
    "dark": {"good": "#2DD4BF", "warning": "#F2C14E", "blocking": "#FF8A4C", "approximate": "#8DA2FB"},
}
_PAGE = {"light": ("#FFFFFF", "#1C2230"), "dark": ("#12151C", "#ECEFF4")}  # paper and ink (look.md)
_SHAPES = {
    "good": ("circle", "●"),
    "approximate": ("square", "■"),
    "warning": ("diamond", "◆"),
    "blocking": ("triangle", "▲"),
}
_APART = 8.0  # degrees between the mainland and islands that would make the country small
Box = tuple[float, float, float, float]  # west, south, east, north


def show(now: Shown) -> None:
    """The points of one file or all, those beyond the country told apart, and the row that was picked."""
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
    with st.container():  # a place of its own: the map stays as it was moved while cards come below it
        drawn = _component()(
            key=f"map_{now.begun.id}_{file}",
            data=drawing(points, site, str(house().settings.places or "")),
            on_picked_change=lambda: None,
        )
    _named(now, judged, str(drawn.get("picked") or ""))
    with st.expander(words("page_as_table"), icon=":material/table_rows:"):
        first = paging.pages(len(points), 50, key="map")
        shown = pd.DataFrame(points[first : first + 50])[["name", "row", "kind", "why"]]
        shown.columns = pd.Index([say(f"map_{name}") for name in ("branch", "row", "state", "why")])
        st.dataframe(shown, hide_index=True, alt=say("page_as_table"))


@st.cache_resource(show_spinner=False)
def _component() -> Any:  # noqa: ANN401 - streamlit's own callable, public under no stable name
    """The drawing in the browser, from the files beside this one."""
    html, css, js = (
        Path(__file__).with_suffix(ending).read_text(encoding="utf-8") for ending in (".html", ".css", ".js")
    )
    return st.components.v2.component("mpkit_branch_map", html=html, css=css, js=js)


def placed(judged: Judged, only: int | None, site: str) -> tuple[list[dict[str, Any]], int]:
    """A point a row, in the country, with how it stands; and how many lie outside the country."""
    box = SITES[site].box
    kinds = {kind: say(f"map_kind_{kind}") for kind in KINDS}  # said once: there may be 20,000 points
    problems = {code: say(problem(code)) for code in judged.counts("code")}
    points: list[dict[str, Any]] = []
    outside = 0
    lacking = set(judged.gaps)
    for nth, file in enumerate(judged.files):
        if file.error or (only is not None and nth != only):
            continue
        worst, codes = judged.worst(nth), judged.codes[nth]
        for record, latitude, longitude in file.told["points"]:
            if not box.holds(latitude, longitude):
                outside += 1
                continue
            severity = worst.get(record, "good")
            kind = "approximate" if (nth, record) in lacking else severity if severity != "info" else "good"
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
                    "at": f"{nth}:{record}",
                }
            )
    return points, outside


def drawing(points: list[dict[str, Any]], site: str, folder: str) -> dict[str, Any]:
    """What the drawing needs: points by column, towns and states, where to look first, words and colours."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    kinds = [kind for kind in KINDS if any(point["colour"] == kind for point in points)]
    whys = list(dict.fromkeys(str(point["why"]) for point in points))
    at = {why: n for n, why in enumerate(whys)}
    paper, text = _PAGE[theme]
    towns_, states, country = towns(site, folder)
    return {
        "points": {
            "at": [point["at"] for point in points],
            "lng": [point["longitude"] for point in points],
            "lat": [point["latitude"] for point in points],
            "name": [point["name"] for point in points],
            "row": [point["row"] for point in points],
            "kind": [kinds.index(point["colour"]) for point in points],
            "why": [at[point["why"]] for point in points],
        },
        "whys": whys,
        "kinds": [
            {
                "id": kind,
                "name": say(f"map_kind_{kind}"),
                "count": number(sum(point["colour"] == kind for point in points)),
                "colour": _COLOURS[theme][kind],
                "shape": _SHAPES[kind][0],
                "sign": _SHAPES[kind][1],
            }
            for kind in kinds
        ],
        "towns": towns_,
        "states": states,
        "country": country,
        "branches": bounds([(point["longitude"], point["latitude"]) for point in points]),
        "ink": {
            "paper": paper,
            "text": text,
            "quiet": ink().quiet,
            "faint": ink().past,
            "font": '"IBM Plex Sans", sans-serif',
        },
        "words": {
            "alt": say("map_alt", n=len(points), country=SITES[site].name),
            "row": say("map_row"),
            **{name: say(f"map_{name}") for name in ("how", "go", "branches", "country", "zoom_in", "zoom_out")},
        },
    }


def bounds(places: list[tuple[float, float]]) -> Box:
    """The box around places given as (longitude, latitude)."""
    lngs, lats = [lng for lng, _ in places], [lat for _, lat in places]
    return min(lngs), min(lats), max(lngs), max(lats)


@lru_cache(maxsize=8)
def towns(site: str, folder: str) -> tuple[list[list[Any]], list[list[Any]], Box]:
    """[name, longitude, latitude] of the country's towns, [name, *box] of its states, and the box of its mainland."""
    del folder  # part of what is remembered
    known = [p for p in catalogue(site, house().settings.places).places if p.latitude is not None]
    at = [(round(p.longitude or 0.0, 3), round(p.latitude or 0.0, 3)) for p in known]
    by_state: dict[str, list[tuple[float, float]]] = {}
    for place, point in zip(known, at, strict=True):
        by_state.setdefault(place.state, []).append(point)
    told = [[place.city, *point] for place, point in zip(known, at, strict=True)]
    return told, [[name, *bounds(mainland(by_state[name]))] for name in sorted(by_state)], bounds(mainland(at))


def mainland(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The places without those far off to the west or the east of all others."""
    ordered = sorted(places)
    half = len(ordered) // 2
    gaps = [n for n in range(1, len(ordered)) if ordered[n][0] - ordered[n - 1][0] > _APART]
    first = max((n for n in gaps if n <= half), default=0)
    last = min((n for n in gaps if n > half), default=len(ordered))
    return ordered[first:last]


def _named(now: Shown, judged: Judged, picked: str) -> None:
    """The row that was picked, with all that is found in it."""
    number_, _, record = picked.partition(":")
    if not number_.isdigit() or not record.isdigit() or int(number_) >= len(judged.files):
        return
    file = judged.files[int(number_)]
    if not 1 <= int(record) <= len(file.records):
        return
    name = file.label(int(record)) or say("review_where_row", row=str(file.row(int(record))))
    st.subheader(plain(name), anchor=False)
    found = judged.codes[int(number_)].get(int(record), [])
    if not found:
        st.caption(words("map_fine"))
    for one in found:
        correcting.card(now, judged, one)
