"""What each branch of a judged file is called by the merchant and by us: as data, and as a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from xlsxwriter.workbook import Workbook

from mpkit.i18n import LANGUAGES, say
from mpkit.sheet import ids
from mpkit.sheet.grid import Sheet
from mpkit.sheet.writing import Looks, fit, title, write_text

if TYPE_CHECKING:
    from mpkit.sheet.checking import Checked

ID_COLUMNS = (
    "ids_row",
    "ids_branch",
    "ids_own",
    "ids_ours",
    "ids_how",
    "ids_register",
    "ids_register_own",
    "ids_register_ours",
)


MARK_COLUMNS = ("mark_severity", "mark_row", "mark_column", "mark_what", "mark_suggestion")
MARK_COLUMNS_OF_SHEETS = (MARK_COLUMNS[0], "mark_sheet", *MARK_COLUMNS[1:])
_OURS = (ID_COLUMNS, ("mark_sheet", *ID_COLUMNS), MARK_COLUMNS, MARK_COLUMNS_OF_SHEETS)


@cache
def _headings() -> frozenset[tuple[str, ...]]:
    """The headings of the sheets that are ours, in every language."""
    return frozenset(tuple(say(key, language) for key in columns) for columns in _OURS for language in LANGUAGES)


def is_ours(sheet: Sheet) -> bool:
    """Whether a sheet is one that we put beside the merchant's when the file went back marked."""
    return bool(sheet.rows) and tuple(cell.strip() for cell in sheet.rows[0]) in _headings()


def identities(checked: Checked) -> list[dict[str, object]]:
    """What each branch of a file is called by the merchant and by us, and how we came by it; its registers too.

    `how`: own (it is the merchant's id), rule (the merchant's id spelt out), made (of name and address), linked (the
    one the branch has in the list).
    """
    tills: dict[str, list[dict[str, str]]] = {}
    for register in checked.registers:
        told = {"own_id": register.own_id, "external_id": register.external_id, "name": register.name}
        tills.setdefault(register.branch_external_id, []).append(told)
    found: list[dict[str, object]] = []
    for branch in checked.branches:
        rule = ids.of_branch(branch)
        how = "linked" if rule != branch.external_id else "own" if rule == branch.own_id else "rule"
        mine = {"own_id": branch.own_id, "external_id": branch.external_id, "name": branch.name}
        how = "made" if how == "rule" and not branch.own_id else how
        found.append({"record": branch.record, **mine, "how": how, "registers": tills.pop(branch.external_id, [])})
    for name, listed in tills.items():  # a list of registers alone
        found.append({"record": None, "own_id": "", "external_id": name, "name": "", "how": "", "registers": listed})
    return found


def id_rows(checked: Checked, language: str) -> list[list[str]]:
    """The same for people, a row a register."""
    rows: list[list[str]] = []
    for each in identities(checked):
        row = str(int(str(each["record"])) + checked.header_row) if each["record"] else ""
        how = say(f"ids_how_{each['how']}", language) if each["how"] else ""
        branch = [row, str(each["name"]), str(each["own_id"]), str(each["external_id"]), how]
        registers = each["registers"] if isinstance(each["registers"], list) else []
        tills = [[str(till["name"]), str(till["own_id"]), str(till["external_id"])] for till in registers]
        rows += [[*branch, *till] for till in tills or [["", "", ""]]]
    return rows


def write_sheet(
    book: Workbook,
    looks: Looks,
    name: str,
    *,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    language: str,
) -> None:
    """A sheet of texts under headings that are keys of `words/`."""
    page = book.add_worksheet(title(say(name, language)))
    titles = [say(column, language) for column in columns]
    for number, text in enumerate(titles):
        write_text(page, 0, number, text, looks["heading"])
    for line, row in enumerate(rows, start=1):
        for number, text in enumerate(row):
            write_text(page, line, number, text, looks["text"])
    page.freeze_panes(1, 0)
    fit(page, zip(titles, *rows, strict=True))
