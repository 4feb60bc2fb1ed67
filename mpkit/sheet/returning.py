"""The judged files of a run come in; marked workbooks of the same names go out, with a summary of all of them.

They go into a ZIP, a folder, or beside the summary. No file that is there already is written over, least of all the
merchant's own.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from mpkit.branches import Unanswered
from mpkit.errors import Refused
from mpkit.i18n import say, say_error
from mpkit.model import Severity
from mpkit.sheet import conflicts
from mpkit.sheet.checking import Checked, message
from mpkit.sheet.idsheet import ID_COLUMNS, id_rows, write_sheet
from mpkit.sheet.marking import mark
from mpkit.sheet.run import Returned
from mpkit.sheet.writing import formats, workbook

BETWEEN = frozenset({conflicts.CODE, conflicts.COUNT, "in_other_file", "identity_doubtful"})


def send_back(
    files: Sequence[Returned], out: Path, language: str, unanswered: Sequence[Unanswered] = ()
) -> tuple[Path, ...]:
    """Write the marked workbooks of a run and its summary; what was written, the summary first. A workbook is one file.

    `out` ending in .zip is one archive of all; ending in .xlsx the summary, the marked ones beside it with its name in
    front; anything else a folder. Raises `Refused` where `out` is one of the files themselves.
    """
    for each in files:
        if out.exists() and each.path.exists() and out.samefile(each.path):
            raise Refused("mark_own_file", file=each.path.name)
    if out.suffix.lower() != ".zip":
        folder, front = (out.parent, f"{out.stem}-") if out.suffix.lower() == ".xlsx" else (out, "")
        whole = out if front else _free(folder, say("summary_file", language), set())
        return _write(files, folder, whole, language, front=front, unanswered=unanswered)
    with TemporaryDirectory(prefix="mpkit-") as aside:
        name = Path(aside) / say("summary_file", language)
        books = _write(files, Path(aside), name, language, front="", unanswered=unanswered)
        packed = Path(aside) / "all.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for book in books:
                archive.write(book, book.name)
        out.parent.mkdir(parents=True, exist_ok=True)
        part = out.with_name(f".{out.name}.part")
        part.write_bytes(packed.read_bytes())
        part.replace(out)
    return (out,)


def _write(
    files: Sequence[Returned], folder: Path, whole: Path, language: str, *, front: str, unanswered: Sequence[Unanswered]
) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    taken = {whole.name.casefold()}
    books: dict[int, Path] = {}
    number = 0
    for sheets in by_file(files):
        if read := _judged(sheets):
            target = _free(folder, f"{front}{_stem(read[0])}.xlsx", taken)
            books |= dict.fromkeys(range(number, number + len(read)), mark(sheets[0].path, read, target, language))
        number += len(sheets)
    _summary(whole, files, books, language, unanswered)
    return (whole, *dict.fromkeys(books.values()))


def by_file(back: Sequence[Returned]) -> list[list[Returned]]:
    """Sheets of one workbook together; they stand one after the other."""
    return [list(sheets) for _, sheets in groupby(back, key=lambda each: each.path)]


def _stem(checked: Checked) -> str:
    """The file's own name; of files of one name the one they were judged under, folder and all."""
    return Path((checked.book or checked.file).replace("/", " - ")).stem


def _free(folder: Path, name: str, taken: set[str]) -> Path:
    """A file there is not yet: the name, else with a number behind; it is taken from now on."""
    path, number = folder / name, 2
    while path.name.casefold() in taken or path.exists():
        path, number = folder / f"{Path(name).stem} ({number}){Path(name).suffix}", number + 1
    taken.add(path.name.casefold())
    return path


def _summary(
    out: Path, files: Sequence[Returned], books: dict[int, Path], language: str, unanswered: Sequence[Unanswered]
) -> None:
    """The workbook on top: the files, what differs between them, who is missing, the ids of all."""
    with workbook(out) as book:
        looks = formats(book)
        headings = ("name", "marked", "rows", "branches", "registers", "blocked", "warnings", "refused")
        rows = [_file(each, books.get(number), language) for number, each in enumerate(files)]
        columns = [f"summary_{name}" for name in headings]
        write_sheet(book, looks, "summary_sheet", columns=columns, rows=rows, language=language)
        between = [
            [checked.file, str(finding.row), finding.header, message(finding, language)]
            for checked in _judged(files)
            for finding in checked.findings
            if finding.code in BETWEEN
        ]
        if between:
            columns = ["summary_name", "mark_row", "mark_column", "mark_what"]
            write_sheet(book, looks, "conflicts_sheet", columns=columns, rows=between, language=language)
        if unanswered:
            missing = [
                [say(f"missing_{one.kind}", language, name=one.name), f"{one.missing or ''}", ", ".join(one.names)]
                for one in unanswered
            ]
            columns = ["missing_who", "missing_branches", "ids_branch"]
            write_sheet(book, looks, "missing_sheet", columns=columns, rows=missing, language=language)
        known = [[checked.file, *row] for checked in _judged(files) for row in id_rows(checked, language)]
        columns = ["summary_name", *ID_COLUMNS]
        write_sheet(book, looks, "ids_sheet", columns=columns, rows=known, language=language)


def _judged(files: Sequence[Returned]) -> list[Checked]:
    return [each.result for each in files if isinstance(each.result, Checked)]


def _file(each: Returned, marked: Path | None, language: str) -> list[str]:
    if not isinstance(each.result, Checked):
        return [each.path.name, *[""] * 6, say_error(each.result, language)]
    checked = each.result
    warnings = sum(finding.severity is Severity.WARNING for finding in checked.findings)
    branches = sum(not branch.closed for branch in checked.branches)
    registers = sum(not register.closed for register in checked.registers)
    counts = (checked.rows, branches, registers, len(checked.blocked), warnings)
    return [checked.file, marked.name if marked else "", *map(str, counts), ""]
