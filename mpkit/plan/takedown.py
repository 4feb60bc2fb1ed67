"""Signs that a plan makes useless become files: a workbook of what to take down, a list of what to print anew."""

from __future__ import annotations

from pathlib import Path

from mpkit import sheet
from mpkit.errors import Refused
from mpkit.i18n import say
from mpkit.plan.change import Plan
from mpkit.plan.cost import recall

_COLUMNS = ("store", "branch", "register", "name", "serial", "reason", "reprint")


def workbook(plan: Plan, file: Path, language: str) -> Path:
    """Every sign to take down as a row of a workbook, branch by branch."""
    headings = [f"plan_recall_{name}" for name in _COLUMNS]
    sheet.results(file, _rows(plan, language), language, headings=headings, sheet="plan_recall_sheet")
    return file


def anew(plan: Plan) -> tuple[str, ...]:
    """The registers whose signs are to be printed again, by external id."""
    return tuple(dict.fromkeys(one.anew for one in recall(plan.changes) if one.anew))


def written(plan: Plan, beside: Path, language: str) -> tuple[Path, Path] | None:
    """The two files beside a plan's own, None where no sign becomes useless.

    The second holds the registers as `mpkit kit --registers` takes them. Raises `Refused` where they cannot be written.
    """
    if not recall(plan.changes):
        return None
    down, again = beside.with_suffix(".recall.xlsx"), beside.with_suffix(".reprint.txt")
    try:
        workbook(plan, down, language)
        again.write_text(",".join(anew(plan)) + "\n", encoding="utf-8")
    except OSError as error:
        raise Refused("plan_unwritable_file", file=str(down), why=error.strerror or str(error)) from error
    return down, again


def _rows(plan: Plan, language: str) -> list[list[object]]:
    """One row for each sign, branch by branch."""
    found = sorted(recall(plan.changes), key=lambda one: (one.store, one.register))
    return [
        [
            one.store,
            one.branch,
            one.register,
            one.name,
            serial,
            say(f"plan_recall_reason_{'code' if one.dead else 'steps'}", language),
            one.anew or say("plan_recall_no", language),
        ]
        for one in found
        for serial in one.serials
    ]
