"""A workbook's path comes in; its sheets of branches and of registers go out judged, each like a file of its own.

A sheet a province, a region or a month is one list, and so is a sheet of branches beside one of their registers. Which
sheets are read is seen by what they hold, or said by somebody; the others are named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mpkit.errors import Refused, UnreadableFile, WrongUsage
from mpkit.model import Finding, Severity
from mpkit.places import Catalogue
from mpkit.places.names import fold
from mpkit.sheet import columns, joining, reading, table
from mpkit.sheet.changed import Changed
from mpkit.sheet.checking import Checked, judge, uncollected
from mpkit.sheet.columns import ASK, Column
from mpkit.sheet.grid import Grid, Kind, ReadAs, Seen, Sheet
from mpkit.sheet.heading import FIRST_ROWS
from mpkit.sheet.idsheet import is_ours
from mpkit.sheet.run import Run
from mpkit.sheet.table import CALLED, PLACED, Table
from mpkit.sheet.templates import own_headings, own_sheets

BETWEEN = " · "  # a sheet's name stands behind its workbook's
_SAMPLE = FIRST_ROWS + 60  # rows a sheet is known by
_CELLS = 250_000  # looked at to tell what sheets hold: a workbook of hundreds of wide ones is not looked through
_ALIKE, _WITHIN, _SHARED = 0.6, 0.8, 4
_NAMED = 20  # sheets a sentence lists
_SEEN_BY_CELLS = frozenset({"city", "state", "latitude", "longitude", "lat_lng", "postal_code", "phone", "email"})
# Names of sheets that list something else, or branches that are not meant to be created.
_ASIDE = re.compile(
    r"\b(proveedor|fornecedor|supplier|vendor|client|customer|competen|concorren|competitor|contact|contat|emplead"
    r"|funcionari|employee|staff|personal|cerrad|fechad|encerrad|closed|baja|inactiv|inativ|viej|antig|velh|old\b"
    r"|anterior|previous|backup|respaldo|copia|copy|histor|borrador|rascunho|draft|ejemplo|exemplo|example|modelo"
    r"|plantilla|prueba|teste?\b)"
)
Of = Callable[
    [tuple[str, ...]], Mapping[str, Any]
]  # the names a sheet goes by → the options of `check` that are its own


def sheet_name(file: str, sheet: str | None) -> str:
    """What a sheet of a workbook goes by where a file's name is asked for."""
    return f"{file}{BETWEEN}{sheet}"


def _nothing(_: tuple[str, ...]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class _Book:
    """One workbook being read: its name, its sheets, which were asked for, and what is the same for all of them."""

    path: Path
    label: str
    grid: Grid
    asked: frozenset[str]  # folded names, none where nobody has said
    evident: Sheet  # the sheet that would be read if there were one to read
    of: Of
    mapping: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def names(self, sheet: Sheet) -> tuple[str, ...]:
        """What a sheet goes by; the evident one by its workbook's name too."""
        own = sheet_name(self.label, sheet.name)
        return (own, self.label) if sheet is self.evident else (own,)

    def judged(self, sheet: Sheet, mapping: Mapping[str, str], preset: Mapping[int, str] | None = None) -> Checked:
        """One sheet as `check` judges it, under its own name."""
        told, changed, more = _apart({**self.options, **self.of(self.names(sheet))})
        if preset and told.header_row is None:
            told, changed = replace(told, header_row=0), replace(changed, columns={**preset, **changed.columns})
        grid = replace(self.grid, sheets=(sheet,))
        own, *also = self.names(sheet)
        done = judge(self.path, grid, told, changed, mapping=mapping, **more)
        names = tuple(each.name for each in self.grid.sheets if each.name is not None)
        place = self.grid.sheets.index(sheet)
        return replace(done, file=own, book=self.label, also="".join(also), sheets=names, position=place)


def check_book(
    path: Path | str,
    *,
    label: str = "",
    sheets: Collection[str] = (),
    mapping: Mapping[str, str] | None = None,
    of: Of = _nothing,
    **options: Any,  # noqa: ANN401 - those of `check`, handed on
) -> tuple[Checked, ...]:
    """The sheets of a file that are read, the one that says most of branches first; of a text file the one there is.

    `label` is what the file is called in findings, its own name by default. `sheets` are the names of those to read,
    none for all that hold branches alike and the registers of them. `of` gives the options of one sheet; other options
    are those of `check`. Raises as `check` does.
    """
    path, mapping = Path(path), mapping or {}
    label = label or path.name
    with uncollected():
        read_as, _, _ = _apart({**options, **of((label,))})
        grid = reading.read(path, read_as)
        known = {fold(sheet.name or "") for sheet in grid.sheets}
        for name in sheets:
            if fold(name) not in known:
                raise WrongUsage("sheet_unknown", sheet=name, known=", ".join(s.name or "" for s in grid.sheets))
        evident = table.evident(grid.sheets)
        book = _Book(path, label, grid, frozenset(map(fold, sheets)), evident, of, mapping, options)
        return _told_of(book) if len(grid.sheets) > 1 else (_alone(book),)


def _alone(book: _Book) -> Checked:
    """The only sheet: it goes by its file's name."""
    told, changed, more = _apart({**book.options, **book.of((book.label,))})
    done = judge(book.path, book.grid, told, changed, mapping=book.mapping, **more)
    return replace(done, file=book.label, book=book.label)


def _told_of(book: _Book) -> tuple[Checked, ...]:
    """The sheets of a workbook of several."""
    meant = [sheet for sheet in book.grid.sheets if not book.asked or fold(sheet.name or "") in book.asked]
    first = book.evident if book.evident in meant else table.evident(meant)
    main = book.judged(first, book.mapping)
    book = replace(book, options={**book.options, "site": main.site})
    found, seen, left = [main], list[Seen](), _CELLS
    for sheet in book.grid.sheets:
        if sheet is first:
            seen.append(Seen(str(sheet.name), _filled(main), Kind.BRANCHES, read=True, said=bool(book.asked)))
        elif not is_ours(sheet) and not _of_template(sheet, main):
            left -= sum(map(len, sheet.rows[:_SAMPLE]))
            seen.append(_beside(book, sheet, main, found, look=left >= 0))
    several = len([each for each in seen if each.read and each.kind is not Kind.REGISTERS]) > 1
    if first is book.evident and not several:
        found[0] = replace(main, file=book.label)
    return (replace(found[0], seen=tuple(seen)), *found[1:])


def _beside(book: _Book, sheet: Sheet, main: Checked, found: list[Checked], *, look: bool) -> Seen:
    """What another sheet is; where it is read, it goes to what was found."""
    asked = fold(sheet.name or "") in book.asked
    known = _understood(book, sheet, main.site) if look or asked else None
    kind, preset = _kind(known, main, sheet) if known else (Kind.OTHER if look else Kind.ASKED, None)
    read = asked if book.asked else kind in {Kind.BRANCHES, Kind.REGISTERS}
    rows = sum(any(map(str.strip, cells)) for cells in sheet.rows[known.header_row if known else 0 :])
    if read:
        mapping = columns.fitting(known.headers, book.mapping) if known and kind is not Kind.REGISTERS else {}
        done = book.judged(sheet, mapping, preset)
        tentative = kind is Kind.REGISTERS and not book.asked
        found.append(replace(done, tentative=tentative))
    return Seen(str(sheet.name), rows, kind, read=read, said=bool(book.asked))


def _apart(options: Mapping[str, Any]) -> tuple[ReadAs, Changed, dict[str, Any]]:
    """The options of `check` as those of reading, what was changed on screen, and the rest."""
    more = {"site": "", "accept": (), "places": None, "names": "", **options}
    reading_ = {name: more.pop(name) for name in ("encoding", "delimiter", "decimal", "header_row") if name in more}
    edits, accepted = more.pop("edits", None) or {}, frozenset(more.pop("accepted", ()))
    return ReadAs(**reading_), Changed(edits, accepted, more.pop("columns", None) or {}, more.pop("recall", None)), more


def _understood(book: _Book, sheet: Sheet, site: str) -> Table | None:
    """The table in the first rows of a sheet, None where there is none."""
    told, changed, more = _apart({**book.options, **book.of(book.names(sheet))})
    places: Path | Catalogue | None = more["places"]
    part = Grid(book.grid.kind, (Sheet(sheet.name, sheet.rows[:_SAMPLE]),))
    with suppress(Refused, UnreadableFile, WrongUsage):
        return table.understand(part, site=site, mapping={}, folder=places, told=told, changed=changed)
    return None


def _kind(known: Table, main: Checked, sheet: Sheet) -> tuple[Kind, Mapping[int, str] | None]:
    """What a sheet holds, and where it has no header of its own what the main one's says of its columns."""
    meanings, ours = _meanings(known.columns), _meanings(main.columns)
    aside = _ASIDE.search(fold(sheet.name or ""))
    if not known.header_row and _goes_on(known, main):
        preset = {column.index: column.meaning for column in main.columns}
        return (Kind.ASKED if aside else Kind.BRANCHES), preset
    if meanings & CALLED and len(meanings & PLACED) > 1:
        shared = len(meanings & ours)
        alike = shared >= _ALIKE * len(meanings | ours) or (
            shared >= _SHARED and shared >= _WITHIN * min(len(meanings), len(ours))
        )
        return (Kind.BRANCHES if alike and not aside else Kind.ASKED), None
    if known.header_row and joining.may_be([column.meaning for column in known.columns]):
        return Kind.REGISTERS, None
    return Kind.OTHER, None


def _meanings(found: Collection[Column]) -> set[str]:
    return {column.meaning for column in found if column.meaning != "ignore" and column.confidence >= ASK}


def _goes_on(known: Table, main: Checked) -> bool:
    """Whether a sheet without a header goes on where the main one stops: the same things in the same columns."""
    theirs = {c.index: c.meaning for c in known.columns if c.meaning in _SEEN_BY_CELLS}
    ours = {c.index: c.meaning for c in main.columns if c.meaning in _SEEN_BY_CELLS}
    same = sum(theirs.get(index) == meaning for index, meaning in ours.items())
    return len(known.columns) <= len(main.columns) and same > 1 and same >= _ALIKE * len(ours)


def _of_template(sheet: Sheet, main: Checked) -> bool:
    """Whether a sheet is one our own template explains itself by."""
    return sheet.name in own_sheets() and own_headings().keys() >= {column.header for column in main.columns}


def _filled(checked: Checked) -> int:
    rows = checked.cells.rows[checked.header_row :]
    return sum(any(map(str.strip, cells)) for cells in rows)


def settle(run: Run) -> None:
    """Sheets of registers that found no branches go from the run; what became of the sheets is told of their workbook.

    Comes after the registers of the run were given to their branches.
    """
    for n in range(len(run.files)):
        if run.files[n].tentative:
            run.leave(n)
    for n, checked in enumerate(run.files):
        if checked.seen:
            gone = {each.sheet for m, each in enumerate(run.files) if run.left(m) and each.book == checked.book}
            seen = tuple(replace(s, read=False, kind=Kind.OTHER) if s.name in gone else s for s in checked.seen)
            run.becomes(n, seen=seen)
            run.put(n, list(_findings(run.files[n])))


def _findings(checked: Checked) -> Iterator[Finding]:
    """Which sheets were read as one list, which look like one and were not, which are something else."""
    nobody = [each for each in checked.seen if not each.said]
    lists = [each for each in nobody if each.read and each.kind is Kind.BRANCHES]
    asked = [each for each in nobody if not each.read and each.kind is Kind.ASKED]
    others = [each for each in nobody if not each.read and each.kind is Kind.OTHER and each.rows]
    told = {
        "sheets_read": (Severity.INFO, lists if len(lists) > 1 else []),
        "sheets_unread": (Severity.WARNING, asked),
        "sheets_left_out": (Severity.INFO, others),
    }
    for code, (severity, sheets) in told.items():
        if sheets:
            names = ", ".join(f"{each.name} ({each.rows})" for each in sheets[:_NAMED])
            names += " …" if len(sheets) > _NAMED else ""
            values = {"names": names, "n": len(sheets)}
            yield Finding(code, severity, 0, max(1, checked.header_row), None, "", checked.sheet, values=values)
