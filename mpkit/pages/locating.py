"""Where branches are: a link or a pair pasted into a row, the city's own point for all alike, or a sheet to fill in."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mpkit.pages import paging, proposing, reviews, uploads
from mpkit.pages.frame import language, plain, say, words
from mpkit.pages.judged import File, Found, Judged
from mpkit.pages.reviews import Shown
from mpkit.sheet import gaps, pasted
from mpkit.sheet.points import Point

PAGE = 10
Cells = list[tuple[int, int, str]]


def show(now: Shown, chosen: int | None) -> None:
    """The three ways out of missing coordinates, and the rows they are missing in."""
    judged = now.judged
    if judged is None:
        return
    lacking = [gap for gap in judged.gaps if chosen is None or gap[0] == chosen]
    rows = told(judged, lacking)
    with st.container(border=True):
        st.markdown(words("locate_what", n=len(lacking)))
        with st.container(horizontal=True, vertical_alignment="center"):
            if "missing_coordinates" in now.review.accept:
                st.markdown(f":material/check: {words('locate_accepted')}", width="content")
                if st.button(words("review_withdraw"), key=now.key("withdraw_gaps"), type="tertiary"):
                    reviews.act(now, {"do": "withdraw", "code": "missing_coordinates"})
            elif st.button(words("locate_city", n=len(lacking)), icon=":material/location_city:", key=now.key("city")):
                reviews.act(now, {"do": "accept", "code": "missing_coordinates"})
            st.download_button(
                words("locate_download"),
                partial(sheet_of, rows, language()[:2]),
                f"{say('gaps_sheet')}.xlsx",
                icon=":material/download:",
                on_click="ignore",
                key="gaps",
            )
        proposing.show(now, judged, rows)
        _filled(now)
    first = paging.pages(len(lacking), PAGE, key="gaps")
    for number, record in lacking[first : first + PAGE]:
        _row(now, judged.files[number], number, record)


def told(judged: Judged, lacking: list[tuple[int, int]]) -> list[gaps.Gap]:
    """What the rows without a place say of themselves."""

    def text(file: File, record: int, *meanings: str) -> str:
        cells = (file.cell(record, file.where.get(meaning)).strip() for meaning in meanings)
        return " ".join(dict.fromkeys(cell for cell in cells if cell))

    return [
        gaps.Gap(
            file.name,
            file.row(record),
            file.label(record),
            text(file, record, "street_and_number", "street_name", "street_number", "full_address"),
            text(file, record, "city"),
            text(file, record, "state"),
        )
        for number, record in lacking
        for file in (judged.files[number],)
    ]


def sheet_of(rows: list[gaps.Gap], spoken: str) -> bytes:
    """The workbook of the rows without a place."""
    with tempfile.TemporaryDirectory(prefix="mpkit-") as folder:
        return gaps.write(Path(folder) / "gaps.xlsx", rows, spoken).read_bytes()


def _filled(now: Shown) -> None:
    """The same sheet back, filled in: one step for each of its files."""
    with st.popover(words("locate_upload"), icon=":material/upload_file:"):
        st.caption(words("locate_upload_what"))
        back = uploads.box("locate_upload", "filled", key=now.key("filled"), kinds=("xlsx",))
        if not back or not st.button(words("locate_use"), type="primary", key=now.key("use_filled")):
            return
        cells, columns, odd = _read(now, [row for each in back for row in _rows(now, each)])
        if odd:
            st.warning(words("locate_odd", n=len(odd), rows=", ".join(str(row) for row in odd[:10])))
        if cells:
            reviews.act(now, *(edit(name, cells[name], columns[name]) for name in cells))


def _rows(now: Shown, back: UploadedFile) -> tuple[gaps.Filled, ...]:
    return gaps.read(uploads.keep(back.name, back.getvalue(), now.account))


def _read(now: Shown, filled: Iterable[gaps.Filled]) -> tuple[dict[str, Cells], dict[str, dict[str, str]], list[int]]:
    """By file, the cells to write and the columns to add; and the rows that say no point or are others by now."""
    files = {file.name: file for file in (now.judged.readable if now.judged else ())}
    cells: dict[str, Cells] = defaultdict(list)
    columns: dict[str, dict[str, str]] = {}
    odd: list[int] = []
    for one in filled:
        file = files.get(one.file)
        point = pasted.point(one.point)
        if file is None or point is None or file.label(one.row - int(file.told["header_row"])) != one.name:
            odd.append(one.row)
            continue
        written, columns[one.file] = cells_of(file, one.row, point)
        cells[one.file] = [cell for cell in cells[one.file] if cell not in written] + written
    return cells, columns, odd


def cells_of(file: File, row: int, point: Point) -> tuple[Cells, dict[str, str]]:
    """The cells that say a point in this file: its own columns, else one more, with what that column is."""
    latitude, longitude = (f"{degrees:.6f}" for degrees in point)
    where = file.where
    if "latitude" in where and "longitude" in where:
        return [(row, where["latitude"], latitude), (row, where["longitude"], longitude)], {}
    if "lat_lng" in where:
        return [(row, where["lat_lng"], f"{latitude}, {longitude}")], {}
    return added(file, row, "lat_lng", f"{latitude}, {longitude}")


def added(file: File, row: int, meaning: str, text: str) -> tuple[Cells, dict[str, str]]:
    """A cell of one more column, with its heading, and what that column is."""
    column = len(file.columns) + 1
    heading = [(int(file.told["header_row"]), column, say(f"meaning_{meaning}"))] if file.told["header_row"] else []
    return [*heading, (row, column, text)], {str(column): meaning}


def _row(now: Shown, file: File, number: int, record: int) -> None:
    """One row without a place: what it says of itself, and where to paste."""
    with st.container(border=True, gap="small"):
        where = [file.name] if now.judged and len(now.judged.files) > 1 else []
        where += [say("review_where_row", row=str(file.row(record))), file.label(record)]
        st.caption(plain(" · ".join(text for text in where if text)))
        names = ("street_and_number", "street_name", "street_number", "full_address", "city", "state")
        told = [file.cell(record, file.where.get(name)).strip() for name in names]
        st.markdown(plain(", ".join(dict.fromkeys(text for text in told if text))) or "—")
        _paste(now, file, f"{number}_{file.row(record)}", file.row(record))


def card(now: Shown, one: Found, *, passing: bool, gone: bool) -> None:
    """The same for a finding about a point: what is proposed, where to paste another, and the other ways out."""
    if now.judged is None:
        return
    file = now.judged.files[one.file]
    name = f"{one.file}_{one.row}_{one.code}"
    _paste(now, file, name, one.row, one=one, passing=passing, gone=gone)


def _paste(
    now: Shown, file: File, name: str, row: int, *, one: Found | None = None, passing: bool = False, gone: bool = False
) -> None:
    better = one.suggestion or "" if one else ""
    city = str(one.values.get("nearest") or "") if one and one.code == "coordinates_far_from_city" else ""
    place = st.form(now.key(f"locate_{name}"), border=False)
    with place, st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(words("locate_paste"), key=now.key(f"paste_{name}"), width=330, placeholder=_example(file))
        saved = st.form_submit_button(words("review_save"), icon=":material/save:", key=now.key(f"keep_{name}"))
        used = pasted.point(better) is not None and st.form_submit_button(
            words("review_use", value=better), key=now.key(f"better_{name}")
        )
        moved = (
            bool(city)
            and "city" in file.where
            and st.form_submit_button(words("locate_use_city", city=city), key=now.key(f"town_{name}"))
        )
        passed = passing and st.form_submit_button(words("review_pass"), key=now.key(f"stay_{name}"))
        dropped = gone and st.form_submit_button(
            words("review_drop_row"), icon=":material/delete:", key=now.key(f"drop_{name}")
        )
    if moved:
        reviews.act(now, edit(file.name, [(row, file.where["city"], city)], {}))
    if passed and one is not None:
        reviews.act(now, {"do": "pass", "file": file.name, "row": row, "code": one.code})
    if dropped and one is not None:
        reviews.act(now, emptied(file, one))
    if saved or used:
        point = pasted.point(better if used else text)
        if point is None:
            st.warning(words("locate_unreadable"), icon=":material/wrong_location:")
            return
        reviews.act(now, edit(file.name, *cells_of(file, row, point)))


def _example(file: File) -> str:
    """A point as people write it: one of the file's own, else one we know."""
    known = say("locate_example")
    if not file.told["points"]:
        return known
    pair = "{:.5f}; {:.5f}" if ";" in known else "{:.5f}, {:.5f}"
    text = pair.format(*file.told["points"][0][1:])
    return text.replace(".", ",") if ";" in known else text


def emptied(file: File, one: Found) -> dict[str, object]:
    """The step that takes a row out: its cells are emptied, and an empty row is none."""
    cells = file.records[one.record - 1]
    return edit(file.name, [(one.row, n, "") for n, cell in enumerate(cells, start=1) if cell], {})


def edit(file: str, cells: Cells, columns: dict[str, str]) -> dict[str, object]:
    """The step that writes these cells of a file anew."""
    return {"do": "edit", "file": file, "cells": [list(cell) for cell in cells], "columns": columns}
