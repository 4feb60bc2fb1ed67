"""Files of branches are read and judged: a review in; counts, and a document a page shows pieces of, out. No account.

The document is a file beside the uploads, named by what was asked: rows and findings are too many for a job's row.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mpkit import branches
from mpkit.branches import Origin
from mpkit.db import canonical
from mpkit.jobs.judging import Judged, judge
from mpkit.jobs.workbench import Workbench
from mpkit.model import Account
from mpkit.sheet import Checked, rows, telling
from mpkit.work import Progress

KEPT = 12  # documents of reviews kept for an account; any of them can be made again


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {review, account} or {paths, site, sheet, map, accept, account}.

    The document is {files: [as `telling.document`, or {file, error, values}], changes: what the files would change in
    the account's list, None without an account}. The result is {document, files, rows, branches, registers, blocked}.
    """
    name = str(arguments.get("account") or "")
    with TemporaryDirectory(prefix="mpkit-") as aside:
        judged = judge(bench, arguments, Path(aside), progress)
    told = [_told(bench, name, one) for one in judged]
    account = bench.account(name) if name else None
    document = {"files": told, "changes": _changes(bench, account, judged) if account else None}
    progress(len(judged), len(judged), "check_step")
    sums = {each: sum(one.get(each, 0) for one in told) for each in ("rows", "branches", "registers", "blocked")}
    return {"document": str(_write(bench, name, arguments, document)), "files": len(told), **sums}


def _told(bench: Workbench, account: str, one: Judged) -> dict[str, Any]:
    if one.checked is None:
        refusal = one.refusal
        return {"file": one.path.name, "error": refusal.key, "values": refusal.values} if refusal else {}
    remembered = rows.recall(bench.store, account, [column.header for column in one.checked.columns])
    return {**telling.document(one.checked), "remembered": {str(c): meaning for c, meaning in remembered.items()}}


def _changes(bench: Workbench, account: Account, judged: tuple[Judged, ...]) -> dict[str, Any]:
    """What taking the files in would do to the list, value by value, with who or what wrote the old value."""
    listed = {(one.object, one.external_id): one for one in branches.listed(bench.store, account.id)}
    told: dict[str, Any] = {"added": 0, "changed": 0, "same": 0, "values": []}
    for one in judged:
        if one.checked is None or one.checked.site != account.site:
            continue
        proposed = propose(bench, account.id, one.checked, write=False)
        for name in ("added", "changed", "same"):
            told[name] += len(getattr(proposed, name))
        for change in proposed.changes:
            held = listed[change.object, change.external_id]
            origin = dict(held.origins.get(change.field, {}))
            label = held.values.get("name") or change.external_id
            value = [change.object, change.external_id, label, change.field, change.before, change.after, change.kept]
            told["values"].append([*value, origin, one.path.name])
    return told


def propose(
    bench: Workbench, account: str, checked: Checked, *, who: str = "", write: bool = True
) -> branches.Proposed:
    """Take a judged file into the list, or only say what that would do."""
    return branches.propose(
        bench.store,
        account,
        checked.branches,
        checked.registers,
        origin=Origin("file", who=who, what=checked.file),
        clock=bench.seams.clock,
        reopens=any(column.meaning == "status" for column in checked.columns),
        write=write,
    )


def _write(bench: Workbench, account: str, arguments: Mapping[str, Any], document: Mapping[str, Any]) -> Path:
    """Write the document whole or not at all; the oldest ones go."""
    folder = bench.folder(account or "nobody", "reviews")
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    asked = canonical(dict(arguments))
    path = folder / f"{hashlib.sha256((asked + text).encode()).hexdigest()[:24]}.json"
    aside = path.with_suffix(f".{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
    old = sorted(folder.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)[KEPT:]
    for each in old:
        each.unlink(missing_ok=True)
    return path
