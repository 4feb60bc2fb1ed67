"""A grid comes in, a table goes out: the sheet to read, its header row, its columns' meanings, the country."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mpkit.errors import Refused, UnreadableFile, WrongUsage
from mpkit.places import Catalogue, listed
from mpkit.places.names import fold
from mpkit.sheet import heading, pasted, points
from mpkit.sheet.changed import Changed
from mpkit.sheet.columns import Column, recognise
from mpkit.sheet.grid import BY_EVIDENCE, Grid, ReadAs, Sheet
from mpkit.sheet.header import scores
from mpkit.sheet.idsheet import is_ours
from mpkit.sheet.profile import Profile, profile
from mpkit.sheet.text import tidy_all
from mpkit.sites import SITES

UNCHANGED = Changed()
_SAMPLE = 80
CALLED = frozenset({"store_name", "external_id"})
PLACED = frozenset(
    {"street_and_number", "street_name", "full_address", "city", "state", "latitude", "longitude", "lat_lng"}
)
_POINTS = 40
_HALF = 0.5
_MARKS = 1_000  # cells looked at for decimal marks
_MARK = re.compile(r"(?<=\d)[.,](?=\d)")


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet understood: `cells[c][n]` is column c (from 0) of record n + 1, exactly as typed."""

    sheet: Sheet
    header_row: int
    headers: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]
    site: str
    places: Catalogue
    decimal: str = ""  # "." or "," as told, "" where each cell speaks for itself

    @property
    def count(self) -> int:
        """How many records, empty ones counted."""
        return len(self.cells[0]) if self.cells else 0

    def column(self, meaning: str) -> Column | None:
        """The surest column of that meaning."""
        found = [column for column in self.columns if column.meaning == meaning]
        return max(found, key=lambda column: column.confidence, default=None)

    @property
    def decimal_mark(self) -> str:
        """The mark the coordinates are written with: as told, else ".", ",", both as ".,", "" where none is seen."""
        if self.decimal:
            return self.decimal
        found = [self.column(meaning) for meaning in ("latitude", "longitude", "lat_lng")]
        seen = {
            mark
            for column in found
            if column
            for cell in self.cells[column.index - 1][:_MARKS]
            for mark in _MARK.findall(cell)
        }
        return "".join(mark for mark in ".," if mark in seen)

    def values(self, meaning: str) -> list[str]:
        """The cells of a meaning without blanks around and unseen characters; "" for each where there is none."""
        column = self.column(meaning)
        return tidy_all(self.cells[column.index - 1]) if column else [""] * self.count


def understand(
    grid: Grid,
    *,
    site: str,
    mapping: Mapping[str, str],
    folder: Path | Catalogue | None,
    told: ReadAs = BY_EVIDENCE,
    changed: Changed = UNCHANGED,
) -> Table:
    """The table of a grid; raises `WrongUsage` for an unknown sheet, site or column, `Refused` where no site shows."""
    chosen = changed.rewritten(_sheet(grid, told.sheet))
    if told.header_row is not None and not 0 <= told.header_row <= len(chosen.rows):
        raise WrongUsage("header_row_unknown", found=told.header_row, known=len(chosen.rows))
    named = heading.find(chosen.rows, told.header_row)
    header_row = named.row
    records = chosen.rows[header_row:]
    while records and not any(cell.strip() for cell in records[-1]):
        records = records[:-1]
    if not records:
        raise UnreadableFile("file_no_rows")
    headers, cells = _columns(named.names, records)
    stripped = [list(map(str.strip, column)) for column in cells]
    if site and site.upper() not in SITES:
        raise WrongUsage("site_unknown", site=site, known=" ".join(SITES))
    found = site.upper() or guess_site(headers, stripped, folder)
    places = listed(found, folder)
    return Table(
        chosen,
        header_row,
        tuple(headers),
        tuple(cells),
        recognise(headers, stripped, places, mapping, changed.told(headers)),
        found,
        places,
        told.decimal,
    )


def _sheet(grid: Grid, name: str) -> Sheet:
    """The sheet asked for, or the one whose header row says most about branches (the first among equals)."""
    if name:
        for sheet in grid.sheets:
            if sheet.name is not None and fold(sheet.name) == fold(name):
                return sheet
        known = ", ".join(sheet.name or "" for sheet in grid.sheets)
        raise WrongUsage("sheet_unknown", sheet=name, known=known)
    return evident(grid.sheets)


def evident(sheets: Sequence[Sheet]) -> Sheet:
    """The sheet whose header row says most about branches, the first among equals; ours do not count."""
    theirs = [sheet for sheet in sheets if not is_ours(sheet)] or sheets
    return theirs[0] if len(theirs) == 1 else max(theirs, key=_richness)


def _richness(sheet: Sheet) -> float:
    named = heading.find(sheet.rows[: heading.FIRST_ROWS + 10])
    names = named.names if named.row else ()
    said = {m for cell in names for m, score in scores(cell).items() if score > 0.9}  # noqa: PLR2004
    return len(said & (CALLED | PLACED)) + 0.5 * (len(sheet.rows) > named.row > 0)


def _columns(header: Sequence[str], records: Sequence[Sequence[str]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Rows turned into columns; cells beyond the header are not shifted into it, and empty columns at the end go."""
    widths = set(map(len, records))
    width = len(header) or max(widths, default=0)
    longer = [row for row in records if len(row) > width and any(cell.strip() for cell in row[width:])]
    if header and len(longer) > len(records) / 2:
        width = max(map(len, longer))  # most records are wider: the header is short, not the records long
    if widths != {width}:
        records = [row[:width] if len(row) >= width else [*row, *[""] * (width - len(row))] for row in records]
    headers = list(header) + [""] * (width - len(header))
    cells: list[tuple[str, ...]] = list(zip(*records, strict=True)) if records else [()] * width
    while headers and not headers[-1] and not any(cell.strip() for cell in cells[-1]):
        headers.pop()
        cells.pop()
    return headers, cells


def guess_site(headers: Sequence[str], cells: Sequence[Sequence[str]], folder: Path | Catalogue | None) -> str:
    """The site whose states, cities, outline and name fit the cells best; `Refused` where none or two do."""
    step = max(1, len(cells[0]) // _SAMPLE) if cells else 1
    sample = [column[::step][:_SAMPLE] for column in cells]
    ranked = sorted(((_fit(headers, sample, site, folder), site) for site in SITES), reverse=True)
    if ranked[0][0] < 1.0 or ranked[0][0] < 1.25 * ranked[1][0]:
        raise Refused("site_not_clear", known=" ".join(SITES))
    return ranked[0][1]


def _fit(headers: Sequence[str], cells: Sequence[Sequence[str]], site: str, folder: Path | Catalogue | None) -> float:
    places = listed(site, folder)
    country = {fold(SITES[site].name), SITES[site].country_alpha3.lower()}
    profiles = [profile(column, places, SITES[site].box) for column in cells]
    state = max((p.state for p in profiles if p.count), default=0.0)
    city = max((p.city for p in profiles if p.count), default=0.0)
    said = any(fold(cell.rsplit(",", 1)[-1]) in country for column in cells for cell in column[:20] if len(cell) > 2)  # noqa: PLR2004
    tailed = max(
        (_tails(column, places) for column, p in zip(cells, profiles, strict=True) if p.commas > _HALF), default=0.0
    )
    return 1.5 * state + city + 2.0 * said + 3.0 * _inside(headers, cells, profiles, site, places) + 2.0 * tailed


def _tails(column: Sequence[str], places: Catalogue) -> float:
    """The share of long addresses that end in a state of the country."""
    filled = [cell for cell in column if cell][:_POINTS]
    parts = [[part.strip() for part in cell.replace(" - ", ",").split(",")][-3:] for cell in filled]
    hits = sum(any(len(p) > 1 and places.match_state(p).kind.lossless for p in tail) for tail in parts)
    return hits / (len(filled) or 1)


def _inside(
    headers: Sequence[str], cells: Sequence[Sequence[str]], profiles: Sequence[Profile], site: str, places: Catalogue
) -> float:
    """The share of points that lie in the outline of the country and near one of its towns, as latitude, longitude."""
    pairs = [pasted.pair(cell) for p, column in zip(profiles, cells, strict=True) if p.pair > _HALF for cell in column]
    numeric = [index for index, p in enumerate(profiles) if p.decimal > _HALF]
    named = [i for i in numeric if {"latitude", "longitude"} & set(scores(headers[i]))] if headers else []
    for a, b in zip(named or numeric, (named or numeric)[1:], strict=False):
        pairs += list(zip(cells[a], cells[b], strict=True))
    box, near, seen = SITES[site].box, 0, 0
    for latitude, longitude in pairs[:_POINTS]:
        lat, lng = points.degrees(latitude), points.degrees(longitude)
        if lat is None or lng is None or (lat == 0 and lng == 0):
            continue
        seen += 1
        for point in ((lat, lng), (lng, lat)):
            if box.holds(*point) and (town := places.nearest(*point)) and (town.distance_km or 0.0) < 40:  # noqa: PLR2004
                near += 1
                break
    return near / seen if seen else 0.0
