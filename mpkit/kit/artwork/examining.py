"""A merchant's own artwork comes in as bytes; what is on it, and what a print shop would say of it, goes out.

The bytes are opened in a limited child (`child`): whatever a hostile file does ends there, in one sentence.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import mpkit
from mpkit.errors import Refused
from mpkit.kit.artwork.fields import Field
from mpkit.kit.drawing.boxes import Quarter

LARGEST = 25 << 20  # bytes of a file
# For one file, waiting for a processor included: where the child's own limit ends it, only a stop behind that limit.
WALL_SECONDS = 30.0 if sys.platform == "win32" else 180.0
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TEMP")  # never a token
_BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from mpkit.kit.artwork.child import main; main()"


@dataclass(frozen=True, slots=True)
class Code:
    """A code on the artwork: its field (mm from the upper left corner of the cut, quiet zone included)."""

    content: bytes
    x: float
    y: float
    side: float
    turn: Quarter  # degrees clockwise
    askew: float
    version: int
    level: str
    mirrored: bool
    ground: str  # of its quiet zone: "white", "coloured" or "touched"
    unused: float = 1.0  # error correction that is left


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file holds; `form` is the drawing alone, clean, in a PDF of its own."""

    kind: Literal["pdf", "svg", "picture"]
    width: float  # mm of the cut
    height: float
    bleed: float
    trimmed: bool
    codes: tuple[Code, ...]
    fields: tuple[Field, ...]
    form: bytes = field(repr=False)
    picture: bytes = field(default=b"", repr=False)  # a PNG, with the codes framed
    fonts: tuple[str, ...] = ()  # not embedded
    inks: tuple[str, ...] = ()
    dots: float = 0.0  # an inch, of the coarsest picture
    thinnest: float = 0.0  # points of the thinnest line
    light: bool = False
    clear: bool = False


@lru_cache(maxsize=2)  # a file is looked at on the page, and once more when it is kept
def examine(content: bytes, mode: str = "artwork") -> Examined:
    """What the artwork holds; `Refused` where it is none, or has what no artwork needs."""
    found = examine_all([content], mode)[0]
    if isinstance(found, Refused):
        raise found
    return found


@lru_cache(maxsize=8)
def form_of(content: bytes, mode: str = "artwork") -> bytes:
    """The clean form of an artwork or, as `mode`, a "logo"; the child is asked once for each file.

    `Refused` where its letters are missing.
    """
    found = examine(content, mode)
    if found.fonts:
        raise Refused("artwork_fonts", names=", ".join(found.fonts))
    return found.form


def examine_all(contents: Sequence[bytes], mode: str = "artwork") -> list[Examined | Refused]:
    """Several files by one child, each answered for itself; one that breaks the child is asked about alone."""
    answers = _child(contents, mode)
    if answers is None and len(contents) > 1:
        return [examine_all([content], mode)[0] for content in contents]
    if answers is None:
        return [Refused("artwork_heavy")]
    return [_told(answer) for answer in answers]


def _child(contents: Sequence[bytes], mode: str) -> list[dict[str, Any]] | None:
    """The child's answers; None where it did not live to give them."""
    if any(len(content) > LARGEST for content in contents):
        return [
            {"refused": "artwork_large", "values": {"limit": LARGEST >> 20}} if len(content) > LARGEST else answer
            for content, answer in _apart(contents, mode)
        ]
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"OPENBLAS_NUM_THREADS": "1"}
    head = json.dumps({"mode": mode, "sizes": [len(content) for content in contents]}).encode() + b"\n"
    root = str(Path(mpkit.__file__).parent.parent)
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-I", "-c", _BOOT, root],
            input=head + b"".join(contents),
            capture_output=True,
            timeout=WALL_SECONDS * max(1, len(contents)),
            check=False,
            env=environment,
        )
        answers: list[dict[str, Any]] = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return answers


def _apart(contents: Sequence[bytes], mode: str) -> list[tuple[bytes, dict[str, Any]]]:
    """Each file with its answer where some are too large to be handed over; those get none."""
    small = [content for content in contents if len(content) <= LARGEST]
    answers = iter((_child(small, mode) if small else []) or [{"refused": "artwork_heavy", "values": {}}] * len(small))
    return [(content, next(answers) if len(content) <= LARGEST else {}) for content in contents]


def _told(answer: Mapping[str, Any]) -> Examined | Refused:
    if "refused" in answer:
        return Refused(answer["refused"], **answer["values"])
    plain = dict(answer)
    for name in ("form", "picture"):
        plain[name] = base64.b64decode(plain[name])
    plain["codes"] = tuple(Code(**{**one, "content": base64.b64decode(one["content"])}) for one in plain["codes"])
    plain["fields"] = tuple(Field(**{**one, "inks": tuple(one["inks"])}) for one in plain["fields"])
    return Examined(**{**plain, "fonts": tuple(plain["fonts"]), "inks": tuple(plain["inks"])})
