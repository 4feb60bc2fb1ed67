"""Files of branches go into an account's list: paths in; what was added, changed and left, value by value, out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mpkit import branches
from mpkit.branches import Proposed
from mpkit.errors import Refused
from mpkit.jobs import firms
from mpkit.jobs.judging import judge
from mpkit.jobs.kinds import places
from mpkit.jobs.kinds.check import propose
from mpkit.jobs.workbench import Workbench
from mpkit.model import Account, Branch
from mpkit.sheet import Checked, taxes
from mpkit.sites import SITES
from mpkit.work import Progress

_SHOWN = 500  # changes kept in the job's result; the list itself has them all


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, review, who}, or {account, paths, site, sheets, map, accept, who, preview} of a command.

    Every file is read before anything is written: one that cannot be read, or of another country than the account's,
    takes nothing in. A row whose tax number is that of another connected account goes into that account's list. The
    result is {files: [{file, rows, branches, registers, blocking}], added, changed, same, conflicts, take_in, changes,
    branches, registers, elsewhere: [{account, user_id, branches, registers}]}.
    """
    account = bench.account(str(arguments.get("account") or ""))
    places.freshen(bench, account, progress)
    read = _read(bench, account, arguments, progress)
    owners = firms.owners(bench, account, [branch for checked in read for branch in checked.branches])
    mine = [_only(one, lambda branch: _owner(branch, owners) is None) for one in read]
    elsewhere = [
        _handed_on(bench, owner, number, arguments, progress)
        for number, owner in owners.items()
        if any(_owner(branch, owners) == owner for checked in read for branch in checked.branches)
    ]
    taken = propose(bench, account.id, mine, arguments, write=not arguments.get("preview"))
    progress(len(read), len(read), "check_step")
    heads = {"files": [_head(checked) for checked in read], "elsewhere": elsewhere}
    return heads | _together(taken) | _counted(bench, account.id)


def _read(bench: Workbench, account: Account, arguments: dict[str, Any], progress: Progress) -> list[Checked]:
    """Every file, judged by what this account's list knows."""
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
    return read


def _owner(branch: Branch, owners: Mapping[str, Account]) -> Account | None:
    """Whose other account a branch belongs to; None for ours, and for one that names nobody."""
    same = (one for number, one in owners.items() if taxes.same_firm(branch.tax_id, number, SITES[one.site].country))
    return next(same, None) if branch.tax_id else None


def _only(checked: Checked, meant: Callable[[Branch], bool]) -> Checked:
    """A file with some of its branches, and their registers."""
    branches_ = tuple(branch for branch in checked.branches if meant(branch))
    names = {branch.external_id for branch in branches_}
    left_out = {branch.external_id for branch in checked.branches} - names
    registers = tuple(one for one in checked.registers if one.branch_external_id not in left_out)
    return replace(checked, branches=branches_, registers=registers)


def _handed_on(
    bench: Workbench, owner: Account, number: str, arguments: dict[str, Any], progress: Progress
) -> dict[str, Any]:
    """The rows of another account, judged by its own list and taken into it."""
    theirs = [
        _only(one, lambda branch: _owner(branch, {number: owner}) is not None)
        for one in _read(bench, owner, arguments, progress)
    ]
    propose(bench, owner.id, theirs, arguments, write=not arguments.get("preview"))
    return {
        "account": owner.nickname or owner.id,
        "user_id": owner.id,
        "branches": sum(len(one.branches) for one in theirs),
        "registers": sum(len(one.registers) for one in theirs),
    }


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
