"""The files of one run come in; each goes out judged, and branches that stand in two of them are told in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mpkit.errors import UnreadableFile
from mpkit.model import Branch, Finding, Severity
from mpkit.sheet.checking import Checked, check
from mpkit.work import Progress


def check_all(
    paths: Sequence[Path],
    progress: Progress,
    **options: Any,  # noqa: ANN401 - those of `check`, handed on
) -> tuple[Checked | UnreadableFile, ...]:
    """Each file of a run as `check` judges it; one that cannot be read stands as its refusal (alone, it is raised)."""
    results: list[Checked | UnreadableFile] = []
    for number, path in enumerate(paths):
        progress(number, len(paths), "check_step")
        try:
            results.append(check(path, **options))
        except UnreadableFile as refusal:
            if len(paths) == 1:
                raise
            results.append(refusal)
    told = iter(compared([result for result in results if isinstance(result, Checked)]))
    return tuple(next(told) if isinstance(result, Checked) else result for result in results)


def compared(checks: Sequence[Checked]) -> list[Checked]:
    """The same files, with a warning at each branch that another file has too: the one taken in last counts."""
    where: dict[str, dict[int, Branch]] = {}
    for number, checked in enumerate(checks):
        for branch in checked.branches:
            where.setdefault(branch.external_id, {})[number] = branch
    found: dict[int, list[Finding]] = {}
    for places in where.values():
        if len(places) > 1:
            for number, branch in places.items():
                other = next(n for n in places if n != number)
                found.setdefault(number, []).append(_finding(checks[number], branch, checks[other], places[other]))
    return [
        replace(checked, findings=tuple(sorted((*checked.findings, *found[n]), key=_place))) if n in found else checked
        for n, checked in enumerate(checks)
    ]


def _finding(checked: Checked, branch: Branch, other: Checked, there: Branch) -> Finding:
    record = branch.record or 0
    column = next((c for c in checked.columns if c.meaning == ("external_id" if branch.own_id else "store_name")), None)
    values = {
        "value": branch.own_id or branch.name,
        "other": other.file,
        "row": (there.record or 0) + other.header_row,
    }
    return Finding(
        "in_other_file",
        Severity.WARNING,
        record,
        record + checked.header_row,
        column.index if column else None,
        column.header if column else "",
        checked.sheet,
        values=values,
    )


def _place(finding: Finding) -> tuple[int, int, str]:
    return finding.record, finding.column or 0, finding.code
