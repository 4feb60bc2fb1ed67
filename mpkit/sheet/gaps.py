"""Rows without coordinates come in, a sheet to fill them in goes out; and filled, what was written at each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mpkit.errors import UnreadableFile
from mpkit.i18n import LANGUAGES, say
from mpkit.places import Catalogue
from mpkit.places.geocoder import Geocoder, Sought
from mpkit.places.names import fold
from mpkit.sheet import reading
from mpkit.sheet.checking import Checked
from mpkit.sheet.writing import results
from mpkit.work import Progress, silent

_HEADINGS = ("gaps_file", "mark_row", "gaps_name", "gaps_address", "gaps_city", "gaps_state", "gaps_point")
_ADDRESS = ("street_and_number", "street_name", "street_number", "full_address")
_BESIDE_KM = 45.0  # a city's centre is not its border


class Gap(NamedTuple):
    """One row whose place nobody has said; `row` is that of its sheet."""

    file: str
    row: int
    name: str
    address: str
    city: str
    state: str


class Filled(NamedTuple):
    """What somebody wrote for one of them; `name` tells whether it is still the same row."""

    file: str
    row: int
    name: str
    point: str


def of(checked: Checked) -> tuple[Gap, ...]:
    """The rows of a judged file that have no point, or none but their city's."""
    lacking = {finding.record for finding in checked.findings if finding.code == "missing_coordinates"}
    where = {column.meaning: column.index - 1 for column in reversed(checked.columns)}
    found: list[Gap] = []
    for row, cells in enumerate(checked.cells.rows[checked.header_row :], checked.header_row + 1):
        if not {0, row - checked.header_row} & lacking or not any(cell.strip() for cell in cells):
            continue
        name, city, state = (_cell(cells, where.get(meaning)) for meaning in ("store_name", "city", "state"))
        address = " ".join(dict.fromkeys(filter(None, (_cell(cells, where.get(meaning)) for meaning in _ADDRESS))))
        found.append(Gap(checked.file, row, name, address, city, state))
    return tuple(found)


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""


def write(out: Path, gaps: Iterable[Gap], language: str, filled: Iterable[Filled] = ()) -> Path:
    """The workbook: one row a gap, its last column empty, to be filled with a map's link or latitude and longitude.

    `filled` is what is known already (see `asked`): somebody looks at it before it is taken in.
    """
    known = {(one.file, one.row): one.point for one in filled}
    rows = [[*map(str, gap), known.get((gap.file, gap.row), "")] for gap in gaps]
    return results(out, rows, language, headings=_HEADINGS, sheet="gaps_sheet")


def asked(gaps: Iterable[Gap], geocoder: Geocoder, places: Catalogue, progress: Progress = silent) -> list[Filled]:
    """What a geocoder knows of the gaps; a point that does not lie in or beside the city its row names is left out."""
    every, found = list(gaps), list[Filled]()
    for number, gap in enumerate(every):
        progress(number, len(every), "gaps_step")
        answer = geocoder.find(Sought(gap.name, gap.address, gap.city, gap.state, places.country))
        if answer is None:
            continue
        state = places.match_state(gap.state).value
        city = places.match_city(gap.city, state or None)
        km = places.distance(city.state, city.value, answer.latitude, answer.longitude) if city.value else None
        if km is not None and km <= _BESIDE_KM:
            found.append(Filled(gap.file, gap.row, gap.name, f"{answer.latitude:.7f}, {answer.longitude:.7f}"))
    return found


def read(path: Path) -> tuple[Filled, ...]:
    """What was filled in; raises `UnreadableFile` where the file is none of these."""
    known = [tuple(fold(say(key, language)) for key in _HEADINGS) for language in LANGUAGES]
    for sheet in reading.read(path).sheets:
        for number, cells in enumerate(sheet.rows):
            if tuple(fold(cell) for cell in cells[: len(_HEADINGS)]) in known:
                return tuple(_filled(sheet.rows[number + 1 :]))
    raise UnreadableFile("gaps_other_file", file=path.name)


def _filled(rows: Sequence[Sequence[str]]) -> Iterable[Filled]:
    last = len(_HEADINGS) - 1
    for cells in rows:
        if len(cells) > last and cells[last].strip() and cells[1].strip().isdigit():
            yield Filled(cells[0].strip(), int(cells[1]), cells[2].strip(), cells[last].strip())
