"""A review's files go back marked: the same arguments as `check` in; one workbook, or a ZIP of several, out."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mpkit import sheet
from mpkit.errors import Refused
from mpkit.jobs.judging import judge
from mpkit.jobs.workbench import Workbench
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {review, account, language, name}; `name` is the file to write. The result is {path}.

    A file that cannot be read is not among them. Raises `Refused` where none of them can be.
    """
    language = str(arguments.get("language") or bench.settings.lang or "es")
    folder = bench.folder(str(arguments.get("account") or "nobody"), "marked")
    with TemporaryDirectory(prefix="mpkit-") as aside:
        judged = [one for one in judge(bench, arguments, Path(aside), progress) if one.checked is not None]
        if not judged:
            raise Refused("review_nothing_to_mark")
        made = Path(aside) / "marked"
        made.mkdir()
        books = []
        for number, one in enumerate(judged):
            progress(number, len(judged), "mark_step")
            assert one.checked is not None
            out = made / f"{one.path.stem}.xlsx"
            out = made / f"{one.path.stem}-{number + 1}.xlsx" if out.exists() else out
            books.append(sheet.mark(one.path, one.checked, out, language))
        target = folder / str(arguments["name"])
        if len(books) == 1:
            books[0].replace(target.with_suffix(".xlsx"))
            return {"path": str(target.with_suffix(".xlsx"))}
        with zipfile.ZipFile(target.with_suffix(".zip"), "w", zipfile.ZIP_STORED) as archive:
            for book in books:
                archive.write(book, book.name)
        return {"path": str(target.with_suffix(".zip"))}
