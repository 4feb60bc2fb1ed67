"""Files and what to look at in them come in; what limited children saw there goes out, a few files to each child."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mpkit
from mpkit.errors import UnreadableFile
from mpkit.work import Progress, silent

_PAGES_A_CHILD = 64
_SECONDS_A_PAGE = 10  # of processor time, many times what a page takes
_LARGEST = 1 << 30  # bytes of a PDF we open
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "HOME", "LD_LIBRARY_PATH")  # no token, no setting of ours


@dataclass(frozen=True, slots=True)
class Look:
    """What a child is to look at: pages `first` to before `last` of a file, and the boxes and owned codes on them."""

    pdf: Path
    boxes: Sequence[Mapping[str, Any]]
    owned: Sequence[tuple[str, Sequence[str]]]
    dpi: int
    pages: int = 1  # as far as known before the file is opened
    first: int = 0
    last: int = _PAGES_A_CHILD

    def question(self) -> dict[str, Any]:
        """As it goes to the child."""
        boxes = [box for box in self.boxes if self.first <= box["page"] < self.last]
        return {
            "pdf": str(self.pdf.resolve()),
            "boxes": boxes,
            "owned": self.owned,
            "dpi": self.dpi,
            "first": self.first,
            "last": self.last,
        }


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands in a file: how many pages, and what each of them shows."""

    pages: int
    looked: Sequence[Mapping[str, Any]]
    mark: str = ""  # what the file says of the book it belongs to
    digest: str = ""  # and of its manifest


def see(looks: Sequence[Look], *, workers: int = 1, progress: Progress = silent) -> list[Seen]:
    """Look at each file, with `workers` children at a time; `UnreadableFile` names the one that cannot be read."""
    for look in looks:
        if not look.pdf.is_file() or look.pdf.stat().st_size > _LARGEST:
            raise UnreadableFile("kit_pdf_unreadable", file=look.pdf.name, why=str(look.pdf))
    progress(0, None, "kit_proving")
    done, known = 0, sum(look.pages for look in looks)
    answers: list[dict[str, Any]] = []
    with ThreadPoolExecutor(max(1, workers)) as pool:  # threads that only wait for their child
        for group in pool.map(_asked, _groups(looks)):
            answers += group
            done += sum(len(answer["looked"]) for answer in group)
            progress(done, max(known, done), "kit_proving")
        rest = [
            (at, replace(look, first=first, last=first + _PAGES_A_CHILD))
            for at, (look, answer) in enumerate(zip(looks, answers, strict=True))
            for first in range(_PAGES_A_CHILD, int(answer["pages"]), _PAGES_A_CHILD)
        ]
        for (at, _), group in zip(rest, pool.map(_asked, [[look] for _, look in rest]), strict=True):
            answers[at]["looked"] += group[0]["looked"]
            done += len(group[0]["looked"])
            progress(done, max(known, done), "kit_proving")
    return [Seen(int(answer["pages"]), answer["looked"], answer["mark"], answer["digest"]) for answer in answers]


def _groups(looks: Sequence[Look]) -> Iterator[list[Look]]:
    """Small files together: a child costs as much to start as twenty pages to look at."""
    group: list[Look] = []
    for look in looks:
        if group and sum(one.pages for one in group) + look.pages > _PAGES_A_CHILD:
            yield group
            group = []
        group.append(look)
    if group:
        yield group


def coded(content: bytes) -> str:
    """Bytes as JSON can carry them."""
    return base64.b64encode(content).decode()


def _asked(group: Sequence[Look]) -> list[dict[str, Any]]:
    """One child's answers, one for each look; `UnreadableFile` where a file broke it."""
    answers = _child(group)
    for look, answer in zip(group, answers, strict=True):
        if "broken" in answer:
            locked = "password" in str(answer["broken"])
            key = "kit_pdf_locked" if locked else "kit_pdf_unreadable"
            raise UnreadableFile(key, file=look.pdf.name, why=answer["broken"])
    return answers


def _child(group: Sequence[Look]) -> list[dict[str, Any]]:
    """A process of its own that looks, with limits on what a hostile file can make it take."""
    seconds = 60 + _SECONDS_A_PAGE * _PAGES_A_CHILD
    question = {"seconds": seconds, "looks": [look.question() for look in group]}
    names = ", ".join(look.pdf.name for look in group)
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"PYTHONPATH": str(Path(mpkit.__file__).parent.parent), "OPENBLAS_NUM_THREADS": "1"}
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "mpkit.kit.prover"],
            input=json.dumps(question).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("kit_pdf_unreadable", file=names, why="time") from error
    try:
        answers: list[dict[str, Any]] = json.loads(ended.stdout)
    except ValueError as error:
        why = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200] or f"exit {ended.returncode}"
        raise UnreadableFile("kit_pdf_unreadable", file=names, why=why) from error
    return answers
