"""The files of one run come in; each goes out judged, with what only all of them together, and the list, can tell.

Registers go to their branches, branches get the ids they have for good, and what differs between files is told in both.
The order of the files, of their rows and columns changes nothing but the order of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mpkit.branches import Memory, Origin, Source
from mpkit.errors import UnreadableFile
from mpkit.model import Severity
from mpkit.sheet import alike, book, conflicts, counters, ids, linking
from mpkit.sheet.book import check_book
from mpkit.sheet.checking import Checked
from mpkit.sheet.files import labels
from mpkit.sheet.naming import distinct
from mpkit.sheet.run import NOTHING, Decided, Returned, Run
from mpkit.work import Progress

__all__ = ["Decided", "check_all", "compared", "counted", "named", "source", "sources"]
NO_LIST = Memory()
_NAMES = ("register_name", "register_id", "register_count", "external_id", "store_name")


def check_all(
    paths: Sequence[Path],
    progress: Progress,
    *,
    memory: Memory = NO_LIST,
    decided: Decided = NOTHING,
    **options: Any,  # noqa: ANN401 - those of `check_book`, handed on
) -> tuple[Returned, ...]:
    """Each file of a run as `check_book` judges it, its sheets one after the other.

    One that cannot be read stands as its refusal (alone, it is raised).
    """
    results: list[Returned] = []
    for number, (path, label) in enumerate(zip(paths, labels(paths), strict=True)):
        progress(number, len(paths), "check_step")
        try:
            results += [Returned(path, checked) for checked in check_book(path, label=label, **options)]
        except UnreadableFile as refusal:
            if len(paths) == 1:
                raise
            results.append(Returned(path, refusal))
    return together(results, memory, decided)


def together(results: Sequence[Returned], memory: Memory, decided: Decided) -> tuple[Returned, ...]:
    """What `compared` makes of the files of a run that could be read, each where it stood; what is none of it goes."""
    checks = [each.result for each in results if isinstance(each.result, Checked)]
    told = iter(_compared(checks, memory, decided))
    after = ((each.path, next(told) if isinstance(each.result, Checked) else each.result) for each in results)
    return tuple(Returned(path, result) for path, result in after if result is not None)


def compared(checks: Sequence[Checked], memory: Memory = NO_LIST, decided: Decided = NOTHING) -> list[Checked]:
    """The same files in the same order, with what they and the list of the account say together.

    `memory` is what the list knows (`branches.memory`); without it nothing is linked to what came in before. A sheet of
    a workbook that turns out to be neither branches nor registers of them goes.
    """
    return [checked for checked in _compared(checks, memory, decided) if checked is not None]


def _compared(checks: Sequence[Checked], memory: Memory, decided: Decided) -> list[Checked | None]:
    run = Run(checks, decided)
    linking.find(run, memory)
    counters.find(run, memory)
    book.settle(run)
    linking.registers(run, memory)
    alike.find(run, memory.branches)
    conflicts.find(run)
    _named_once(run, memory)
    return run.results()


def _named_once(run: Run, memory: Memory) -> None:
    """No register of a file has the name of one in a file before it, or of one the list has besides."""
    ours = {register.external_id for checked in run.files for register in checked.registers}
    holders = {register.name: "" for register in memory.registers if register.external_id not in ours}
    for n, checked in enumerate(run.files):
        free = [register for register in checked.registers if not run.waits(n, register.branch_external_id)]
        here = {register.external_id for register in free}
        kept = [register.name for register in free if register.external_id in checked.sure]  # as the list has them
        asked = [register for register in free if register.external_id not in checked.sure]
        taken = [name for name, holder in holders.items() if holder not in here]
        named, anew = distinct(asked, [*taken, *kept])
        by_id = {register.external_id: register for register in named}
        found = [by_id.get(register.external_id, register) for register in free]
        holders = {**{register.name: register.external_id for register in found}, **holders}
        for register in found if anew else ():
            if register.external_id in anew:
                values = {"value": register.name}
                told = run.finding(
                    n, "register_name_twice", Severity.WARNING, register.record, meanings=_NAMES, values=values
                )
                run.put(n, [replace(told, suggestion=register.name)])
        if anew:
            waiting = tuple(r for r in checked.registers if run.waits(n, r.branch_external_id))
            run.becomes(n, registers=(*found, *waiting))


def source(checked: Checked, who: str = "") -> Source:
    """What a file proposes to the list (`branches.propose_all` takes those of a whole run)."""
    made = {ids.of_branch(b): b.external_id for b in checked.branches if not b.own_id}
    return Source(
        Origin("file", who, checked.file),
        checked.branches,
        checked.registers,
        reopens=any(column.meaning == "status" for column in checked.columns),
        made={rule: name for rule, name in made.items() if rule != name},
    )


def sources(checks: Sequence[Checked], who: str = "") -> tuple[Source, ...]:
    """What the files of a run propose, in the one order they count in: that of their names."""
    return tuple(source(checked, who) for checked in Run(checks).files)


def counted(checks: Sequence[Checked]) -> dict[str, int]:
    """How many open branches and registers there are in files or sheets together, each counted once."""
    branches = {branch.external_id for checked in checks for branch in checked.branches if not branch.closed}
    registers = {each.external_id for checked in checks for each in checked.registers if not each.closed}
    return {"branches": len(branches), "registers": len(registers)}


def named(checked: Checked) -> set[str]:
    """The external ids a file names, those of rows that wait too where they have an own id."""
    found = {branch.external_id for branch in checked.branches}
    found |= {register.branch_external_id for register in checked.registers}
    column = next((c.index - 1 for c in checked.columns if c.meaning == "external_id"), None)
    if column is not None:
        cells = [row[column].strip() for row in checked.cells.rows[checked.header_row :] if column < len(row)]
        found |= {ids.store_id(cell) for cell in cells if cell}
    return found
