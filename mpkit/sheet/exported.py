"""The list as a sheet: branches and registers come in, a workbook or CSV that reads back as the same list goes out.

A file of branches says little of what the list knows, so reading one guesses. The sheet written here has columns of
its own that name each branch and register by its external id (`restoring` reads them).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from mpkit.i18n import LANGUAGES, say, words
from mpkit.model import Branch, Register
from mpkit.sheet import hours
from mpkit.sheet.writing import results, write_whole

OURS = ("export_branch", "export_register", "export_register_status", "export_point")  # read here and nowhere else
ASIDE = ("tax_id", "route", "email", "contact", "phone")
FIELDS = (
    *("external_id", "store_name", "street_name", "street_number", "city", "state", "latitude", "longitude"),
    *("reference", "opening_hours", "region", "status", *ASIDE),
    *("register_id", "register_name", "till_code", "category", "amount_mode"),
)
LIVE = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula


def heading(name: str, language: str) -> str:
    """The heading of one column."""
    for key in (name, f"field_{name}", f"meaning_{name}"):
        if key in words():
            return say(key, language)
    raise KeyError(name)


@cache
def headings(language: str) -> tuple[str, ...]:
    """The header row."""
    return tuple(heading(name, language) for name in (*OURS, *FIELDS))


def meanings(headers: Sequence[str]) -> dict[int, str]:
    """Column index (from 0) → meaning, where the sheet is one of ours in any language; else nothing."""
    found = columns_of(tuple(headers))
    return {index: "ignore" if name in OURS else name for name, index in found.items()}


@cache
def columns_of(headers: tuple[str, ...]) -> Mapping[str, int]:
    """Name of a column → its index (from 0); nothing for a sheet that is none of ours."""
    for language in LANGUAGES:
        known = dict(zip(headings(language), (*OURS, *FIELDS), strict=True))
        found = {known[header]: index for index, header in enumerate(headers) if header in known}
        if {"export_branch", "export_register", "external_id"} <= set(found):
            return found
    return {}


def rows(branches: Sequence[Branch], registers: Sequence[Register], language: str) -> Iterator[list[str]]:
    """The list as cells: a row for each register, one for a branch without any."""
    tills: dict[str, list[Register]] = defaultdict(list)
    for register in registers:
        tills[register.branch_external_id].append(register)
    for branch in branches:
        first = _of_branch(branch, language)
        told = [first | _of_register(till, language) for till in tills[branch.external_id]] or [first]
        yield from ([cells.get(name, "") for name in (*OURS, *FIELDS)] for cells in told)


def _of_branch(branch: Branch, language: str) -> dict[str, str]:
    place = branch.location
    week = hours.said(branch.hours, language)
    return {
        "export_branch": branch.external_id,
        "export_point": say("export_point_city", language) if place.approximate else "",
        "external_id": branch.own_id or branch.external_id,
        "store_name": branch.name,
        "street_name": place.street_name,
        "street_number": place.street_number,
        "city": place.city,
        "state": place.state,
        "latitude": repr(place.latitude),
        "longitude": repr(place.longitude),
        "reference": place.reference,
        "opening_hours": week if hours.read(week) == branch.hours else "",  # blank leaves them as they are
        "region": branch.region,
        "status": say("export_closed", language) if branch.closed else "",
        **{name: getattr(branch, name) for name in ASIDE},
    }


def _of_register(till: Register, language: str) -> dict[str, str]:
    return {
        "export_register": till.external_id,
        "export_register_status": say("export_closed", language) if till.closed else "",
        "register_id": till.own_id,
        "register_name": till.name,
        "till_code": till.till_code,
        "category": "" if till.category is None else str(till.category),
        "amount_mode": say(f"export_amount_{till.amount.name.lower()}", language) if till.amount else "",
    }


def write(out: Path, branches: Sequence[Branch], registers: Sequence[Register], language: str) -> Path:
    """The list as a workbook, or as CSV where the file is called so; texts stay texts, and none is a formula."""
    cells = list(rows(branches, registers, language))
    if out.suffix.lower() != ".csv":
        return results(out, cells, language, headings=headings(language), sheet="mark_values_sheet")
    points = {len(OURS) + FIELDS.index(name) for name in ("latitude", "longitude")}
    told = [[cell if n in points else defused(cell) for n, cell in enumerate(row)] for row in cells]
    return write_whole(out, as_csv([headings(language), *told]))


def as_csv(lines: Sequence[Sequence[str]]) -> bytes:
    """Lines as CSV that a spreadsheet opens with its letters right."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(LIVE) else text
