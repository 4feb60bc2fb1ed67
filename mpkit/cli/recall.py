"""Signs that a plan makes useless become files: a workbook of what to take down, a list of what to print anew."""

from __future__ import annotations

from pathlib import Path

from mpkit import sheet
from mpkit.errors import Refused
from mpkit.i18n import say
from mpkit.plan import Plan, recall

_COLUMNS = ("store", "branch", "register", "name", "serial", "reason", "reprint")


def written(plan: Plan, beside: Path, language: str) -> tuple[Path, Path] | None:
    """The two files beside a plan's own, None where no sign becomes useless.

    The second holds the registers as `mpkit kit --registers` takes them. Raises `Refused` where they cannot be written.
    """
    if not recall(plan.changes):
        return None
    down, anew = beside.with_suffix(".recall.xlsx"), beside.with_suffix(".reprint.txt")
    try:
        headings = [f"plan_recall_{name}" for name in _COLUMNS]
        sheet.results(down, _rows(plan, language), language, headings=headings, sheet="plan_recall_sheet")
        again = [one.register for one in recall(plan.changes) if one.anew]
        anew.write_text(",".join(again) + "\n", encoding="utf-8")
    except OSError as error:
        raise Refused("plan_unwritable_file", file=str(down), why=error.strerror or str(error)) from error
    return down, anew


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
            say(f"plan_recall_{'yes' if one.anew else 'no'}", language),
        ]
        for one in found
        for serial in one.serials
    ]
