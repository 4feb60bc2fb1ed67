"""A review's files go back marked: the same arguments as `check` in; one workbook, or a ZIP of several, out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mpkit import sheet
from mpkit.errors import Refused
from mpkit.jobs.judging import judge
from mpkit.jobs.kinds.check import unanswered
from mpkit.jobs.workbench import Workbench
from mpkit.sheet.returning import send_back
from mpkit.sheet.run import Returned
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {review, account, language, name}; `name` is the file to write. The result is {path}.

    Of several files the ZIP has a summary too, with what could not be read and who has not answered. Raises `Refused`
    where none of them can be read.
    """
    language = str(arguments.get("language") or bench.settings.lang or "es")
    account = str(arguments.get("account") or "")
    target = bench.folder(account or "nobody", "marked") / str(arguments["name"])
    with TemporaryDirectory(prefix="mpkit-") as aside:
        judged = judge(bench, arguments, Path(aside), progress)
        if not any(one.checked for one in judged):
            raise Refused("review_nothing_to_mark")
        progress(len(judged), len(judged), "mark_step")
        if len({one.path for one in judged}) == 1:
            sheets = [one.checked for one in judged if one.checked]
            return {"path": str(sheet.mark(judged[0].path, sheets, target.with_suffix(".xlsx"), language))}
        back = [Returned(one.path, one.checked or one.refusal or Refused("review_nothing_to_mark")) for one in judged]
        missing = unanswered(bench, account, judged, arguments)
        (archive,) = send_back(back, target.with_suffix(".zip"), language, missing)
    return {"path": str(archive)}
