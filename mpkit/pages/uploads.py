"""Files people hand in: the box to choose them in the page's language, and a private copy named by its content."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mpkit.errors import StoreTrouble
from mpkit.pages.frame import house, say, words

KINDS = ("xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt")
MEGABYTES = 20
_ODD = re.compile(r"[^\w.()-]+")
_LONGEST = 80
# Streamlit says these two in English alone, and has no setting for them: they are hidden here and said by us. Where its
# page is made otherwise one day, its own words show again.
_SPOKEN = """<style>
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzoneInstructions"] span {{ visibility: hidden; font-size: 0; }}
[data-testid="stFileUploaderDropzoneInstructions"] * {{ white-space: normal; overflow: visible; }}
[data-testid="stFileUploaderDropzone"] button p::after,
[data-testid="stFileUploaderDropzoneInstructions"] span::after {{ visibility: visible; font-size: 0.875rem; }}
[data-testid="stFileUploaderDropzone"] button p::after {{ content: "{press}"; }}
.st-key-box_{key} [data-testid="stFileUploaderDropzoneInstructions"] span::after {{ content: "{limit}"; }}
</style>"""


def box(label: str, name: str, *, key: str, kinds: Sequence[str] = (*KINDS, "zip")) -> list[UploadedFile]:
    """The place to choose files or drop them on; `name` tells the boxes of a page apart, `key` is the widget's."""
    limit = say("uploads_limit", limit=MEGABYTES, kinds=", ".join(kind.upper() for kind in kinds))
    with st.container(key=f"box_{name}"):
        st.html(_SPOKEN.format(key=name, press=say("uploads_press"), limit=limit))
        return st.file_uploader(
            words(label), type=list(kinds), accept_multiple_files=True, max_upload_size=MEGABYTES, key=key
        )


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
