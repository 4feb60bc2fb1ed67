"""One consistent copy of the store, as a press or a command asks for it: a file's name in, what it is out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mpkit.jobs import vault
from mpkit.jobs.workbench import Workbench
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {out, who}; `out` "" is a file of today in the folder `backups` of the data folder.

    Gives {file, bytes, sha256, heads: {account: "n:link"}, key, at}. Killed and run again it copies anew.
    """
    said = str(arguments.get("out") or "")
    today = f"mpkit-{bench.seams.clock.now():%Y%m%d}.backup"
    out = Path(said) if said else bench.settings.data / "backups" / today
    return vault.backup(bench, out, who=str(arguments.get("who") or ""), progress=progress)
