"""Files of branches are read and judged: paths in; documents, branches counted and marked workbooks out. No account."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mpkit import sheet
from mpkit.errors import UnreadableFile
from mpkit.i18n import say_error
from mpkit.jobs.workbench import Workbench
from mpkit.sheet import files
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {paths, site, sheet, map, accept, language, marked}, all but `paths` optional.

    `marked` is a folder for the marked workbooks. The result is {files: [document of `check --json`, with `marked`],
    branches, registers, blocking}; a file that cannot be read is a document of `file` and `error`.
    """
    language = str(arguments.get("language") or bench.settings.lang or "es")
    out = arguments.get("marked")
    documents: list[dict[str, Any]] = []
    with TemporaryDirectory(prefix="mpkit-") as aside:
        found = files.gather([Path(path) for path in arguments["paths"]], Path(aside))
        results = sheet.check_all(found, progress, **options(bench, arguments))
        for number, (path, checked) in enumerate(zip(found, results, strict=True)):
            if isinstance(checked, UnreadableFile):
                documents.append({"file": path.name, "error": say_error(checked, language)})
                continue
            document = checked.to_json(language)
            if out:
                target = Path(out) / f"{path.stem}-{number + 1}.xlsx"
                document["marked"] = str(sheet.mark(path, checked, target, language))
            documents.append(document)
        progress(len(found), len(found), "check_step")
    return {"files": documents, **_sums(documents)}


def options(bench: Workbench, arguments: dict[str, Any]) -> dict[str, Any]:
    """The options of `sheet.check` among a job's arguments."""
    return {
        "site": str(arguments.get("site") or ""),
        "sheet": str(arguments.get("sheet") or ""),
        "mapping": dict(arguments.get("map") or {}),
        "accept": tuple(arguments.get("accept") or ()),
        "places": bench.settings.places,
    }


def _sums(documents: list[dict[str, Any]]) -> dict[str, int]:
    findings = [finding for document in documents for finding in document.get("findings", ())]
    return {
        "branches": sum(document.get("branches", 0) for document in documents),
        "registers": sum(document.get("registers", 0) for document in documents),
        "blocking": sum(finding["severity"] == "blocking" for finding in findings),
    }
