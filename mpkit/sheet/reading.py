"""A file's path comes in, its grid goes out: the parent's side of the limited child."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import mpkit
from mpkit.errors import UnreadableFile, WrongUsage
from mpkit.sheet.delimited import DELIMITERS
from mpkit.sheet.encoding import NAMES
from mpkit.sheet.grid import BY_EVIDENCE, Grid, ReadAs

WALL_SECONDS = 30.0
_BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from mpkit.sheet.child import main; main()"
_KEEP = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP")  # never a token


def read(path: Path, told: ReadAs = BY_EVIDENCE) -> Grid:
    """The grid of the file at `path`, encoding and separator as `told` where something is.

    Raises `UnreadableFile` with one clear sentence, whatever the file is; `WrongUsage` where what is told is senseless.
    """
    _understood(told)
    if not path.is_file():
        raise UnreadableFile("file_missing", file=path.name)
    root = str(Path(mpkit.__file__).parent.parent)
    command = [sys.executable, "-I", "-c", _BOOT, root, str(path.resolve()), told.encoding, told.delimiter]
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


def _understood(told: ReadAs) -> None:
    for key, value, known in (
        ("encoding_unknown", told.encoding, NAMES),
        ("delimiter_unknown", told.delimiter, DELIMITERS),
        ("decimal_unknown", told.decimal, (".", ",")),
    ):
        if value and value not in known:
            raise WrongUsage(key, found=value, known=" ".join(repr(each)[1:-1] for each in known))
