"""Files of branches are read and judged: a review in; counts, and a document a page shows pieces of, out. No account.

The document is a file beside the uploads, named by what was asked: rows and findings are too many for a job's row.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mpkit import branches
from mpkit.branches import Choice, Origin, Proposed
from mpkit.branches.comparing import Word
from mpkit.db import canonical
from mpkit.jobs import evidence
from mpkit.jobs.judging import Judged, judge
from mpkit.jobs.workbench import Workbench
from mpkit.model import Account
from mpkit.sheet import Checked, across, rows, telling
from mpkit.work import Progress

KEPT = 12  # documents of reviews kept for an account; any of them can be made again


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {review, account} or {paths, site, sheets, map, accept, account}.

    The document is {files: [as `telling.document`, or {file, error, values}], changes: what the files would change in
    the account's list, None without an account; unanswered: whose files are missing}. The result is {document, files,
    rows, branches, registers, blocked}.
    """
    name = str(arguments.get("account") or "")
    with TemporaryDirectory(prefix="mpkit-") as aside:
        judged = judge(bench, arguments, Path(aside), progress)
    told = [_told(bench, name, one) for one in judged]
    account = bench.account(name) if name else None
    document: dict[str, Any] = {"files": told, "changes": None, "unanswered": []}
    if account:
        document["changes"] = _changes(bench, account, judged, arguments)
    document["unanswered"] = [asdict(one) for one in unanswered(bench, name, judged, arguments)]
    progress(len(judged), len(judged), "check_step")
    sums = {each: sum(one.get(each, 0) for one in told) for each in ("rows", "blocked")}
    sums |= across.counted([one.checked for one in judged if one.checked])
    return {
        "document": str(_write(bench, name, arguments, document)),
        "files": len({one.path for one in judged}),
        **sums,
    }


def _told(bench: Workbench, account: str, one: Judged) -> dict[str, Any]:
    if one.checked is None:
        refusal = one.refusal
        names = {"file": one.path.name, "book": one.path.name}
        return {**names, "error": refusal.key, "values": refusal.values} if refusal else {}
    remembered = rows.recall(bench.store, account, [column.header for column in one.checked.columns])
    return {**telling.document(one.checked), "remembered": {str(c): meaning for c, meaning in remembered.items()}}


def _changes(
    bench: Workbench, account: Account, judged: Sequence[Judged], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """What taking the files in would do to the list, value by value, with who or what wrote the old value."""
    ours = [one.checked for one in judged if one.checked is not None and one.checked.site == account.site]
    proposed = propose(bench, account.id, ours, arguments, write=False)
    names = {branch.external_id: branch.name for checked in ours for branch in checked.branches}
    names |= {register.external_id: register.name for checked in ours for register in checked.registers}
    counts = {"added": len(proposed.added), "changed": len(proposed.changed), "same": len(proposed.same)}
    values = [
        {**asdict(change), "name": names.get(change.external_id, change.external_id)} for change in proposed.changes
    ]
    return {**counts, "kinds": proposed.kinds, "values": values}


def unanswered(
    bench: Workbench, account: str, judged: Sequence[Judged], arguments: Mapping[str, Any]
) -> tuple[branches.Unanswered, ...]:
    """Who has not answered yet: earlier files, regions and names whose branches are in none of these files."""
    review = dict(arguments.get("review") or {})
    named = {name for one in judged if one.checked for name in across.named(one.checked)}
    listed = branches.listed(bench.store, account) if account else ()
    names = dict.fromkeys(one.checked.file if one.checked else one.path.name for one in judged)
    return branches.unanswered(listed, list(names), named, tuple(review.get("expected", ())))


def propose(
    bench: Workbench, account: str, files: Sequence[Checked], arguments: Mapping[str, Any], *, write: bool = True
) -> Proposed:
    """Take judged files into the list as one run, or only say what that would do; a person's choices go before."""
    who, chosen = str(arguments.get("who") or ""), dict(arguments.get("review") or {}).get("chosen", ())
    sources = across.sources(files, who)
    words: dict[str, Word] = {"file": "file", "list": "list"}
    others = words.get(str(arguments.get("conflicts") or ""))
    choice = Choice({(kind, name, field): word for kind, name, field, word in chosen}, others)
    origin = Origin("file", who=who)
    seen = evidence.witness(bench, account, "import", origin, list(dict.fromkeys(one.origin.what for one in sources)))
    clock = bench.seams.clock
    return branches.propose_all(bench.store, account, sources, clock=clock, write=write, choice=choice, witness=seen)


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
