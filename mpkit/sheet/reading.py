"""A file's path comes in, its grid goes out: the parent's side of the limited child."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import mpkit
from mpkit.errors import UnreadableFile
from mpkit.sheet.grid import Grid

WALL_SECONDS = 30.0
_BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from mpkit.sheet.child import main; main()"
_KEEP = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP")  # never a token


def read(path: Path) -> Grid:
    """The grid of the file at `path`; raises `UnreadableFile` with one clear sentence, whatever the file is."""
    if not path.is_file():
        raise UnreadableFile("file_missing", file=path.name)
    root = str(Path(mpkit.__file__).parent.parent)
    command = [sys.executable, "-I", "-c", _BOOT, root, str(path.resolve())]
    environment = {name: os.environ[name] for name in _KEEP if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell, the path is an argument
            command, capture_output=True, timeout=WALL_SECONDS, env=environment, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("file_too_heavy", file=path.name) from error
    try:
        answer = json.loads(done.stdout)
        if "error" not in answer:
            return Grid.from_plain(answer)
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableFile("file_too_heavy", file=path.name) from error
    raise UnreadableFile(answer["error"], **{"file": path.name, **answer["values"]})
