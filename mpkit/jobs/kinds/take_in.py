"""Files of branches go into an account's list: paths in; what was added, changed and left, value by value, out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mpkit import branches
from mpkit.branches import Proposed
from mpkit.errors import Refused
from mpkit.jobs.judging import judge
from mpkit.jobs.kinds import places
from mpkit.jobs.kinds.check import propose
from mpkit.jobs.workbench import Workbench
from mpkit.sheet import Checked
from mpkit.work import Progress

_SHOWN = 500  # changes kept in the job's result; the list itself has them all


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, review, who}, or {account, paths, site, sheet, map, accept, who, preview} of a command.

    Every file is read before anything is written: one that cannot be read, or of another country than the account's,
    takes nothing in. The result is {files: [{file, rows, branches, registers, blocking}], added, changed, same,
    conflicts, take_in, changes, branches, registers}.
    """
    account = bench.account(str(arguments.get("account") or ""))
    places.freshen(bench, account, progress)
    told = {**arguments, "account": account.id, "site": str(arguments.get("site") or account.site)}
    read: list[Checked] = []
    with TemporaryDirectory(prefix="mpkit-") as aside:
        for one in judge(bench, told, Path(aside), progress):
            if one.refusal is not None:
                raise one.refusal
            assert one.checked is not None
            read.append(one.checked)
    for checked in read:
        if checked.site != account.site:
            raise Refused("file_of_other_site", file=checked.file, site=checked.site, account=account.site)
    taken = propose(bench, account.id, read, arguments, write=not arguments.get("preview"))
    progress(len(read), len(read), "check_step")
    return {"files": [_head(checked) for checked in read], **_together(taken), **_counted(bench, account.id)}


def _head(checked: Checked) -> dict[str, Any]:
    counts = {"branches": len(checked.branches), "registers": len(checked.registers)}
    return {"file": checked.file, "rows": checked.rows, **counts, "blocking": len(checked.blocked)}


def _together(taken: Proposed) -> dict[str, Any]:
    """Counts, what `branches.undo` takes to bring the list back, and the first of the changes."""
    told = taken.to_json()
    return {**told, "changes": told["changes"][:_SHOWN]}


def _counted(bench: Workbench, account: str) -> dict[str, int]:
    wanted = branches.wanted(bench.store, account)
    return {"branches": len(wanted.branches), "registers": len(wanted.registers)}
