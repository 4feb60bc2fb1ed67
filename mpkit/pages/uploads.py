"""Files people hand in: bytes come in, a private copy named by its content goes out."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from pathlib import Path, PurePath

from mpkit.errors import StoreTrouble
from mpkit.pages.frame import house

KINDS = ("xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt")
MEGABYTES = 20
_ODD = re.compile(r"[^\w.()-]+")
_LONGEST = 80


def keep(name: str, content: bytes, account: str) -> Path:
    """The path of our copy; the same bytes under the same name are one file."""
    folder = (
        house().settings.data
        / "accounts"
        / (account or "nobody")
        / "uploads"
        / hashlib.sha256(content).hexdigest()[:16]
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / safe(name)
    if not path.exists():
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            aside.write_bytes(content)
            aside.replace(path)
        except OSError as error:
            aside.unlink(missing_ok=True)
            if error.errno == errno.ENOSPC:
                raise StoreTrouble("disk_full", where=str(folder)) from error
            raise
    return path


def safe(name: str) -> str:
    """A file name without folders and odd letters, its ending kept."""
    bare = PurePath(name.replace("\\", "/")).name
    stem, dot, ending = bare.rpartition(".")
    cleaned = _ODD.sub("_", stem if dot else bare).strip("._") or "file"
    return f"{cleaned[:_LONGEST]}{dot}{_ODD.sub('', ending)[:8]}"
