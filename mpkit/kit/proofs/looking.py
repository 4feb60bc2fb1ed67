"""Files and what to look at in them come in; what limited children saw there goes out, some pages at a time."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import tee
from pathlib import Path
from typing import Any

import mpkit
from mpkit.errors import UnreadableFile
from mpkit.work import Progress, in_order, silent

_PAGES_A_CHILD = 64
_SECONDS_A_PAGE = 10  # of processor time, many times what a page takes
_LARGEST = 1 << 30  # bytes of a PDF we open
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "HOME", "LD_LIBRARY_PATH")  # no token, no setting of ours


@dataclass(frozen=True, slots=True)
class Look:
    """What a child is to look at: pages `first` to before `last` of a file, the boxes on them, the codes owned."""

    pdf: Path
    boxes: Callable[[int, int], Sequence[Mapping[str, Any]]]  # on the pages from one to before another
    owned: Sequence[tuple[str, Sequence[str]]]  # labels of codes, by the start of their hash
    dpi: int
    pages: int = 1  # as far as known before the file is opened
    first: int = 0
    last: int = _PAGES_A_CHILD

    def question(self) -> dict[str, Any]:
        """As it goes to the child."""
        return {
            "pdf": str(self.pdf.resolve()),
            "boxes": self.boxes(self.first, self.last),
            "owned": self.owned,
            "dpi": self.dpi,
            "first": self.first,
            "last": self.last,
        }


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands in a file: how many pages, and what some of them show."""

    pages: int
    looked: Sequence[Mapping[str, Any]]
    mark: str = ""  # what the file says of the book it belongs to
    digest: str = ""  # and of its manifest


Part = tuple[int, Look]  # a file's place among those that are looked at, and some of its pages


def see(looks: Sequence[Look], *, workers: int = 1, progress: Progress = silent) -> Iterator[tuple[int, Seen]]:
    """Look at each file, some pages at a time, with `workers` children; each file's pages come in their order.

    With them comes the file's place among `looks`. `UnreadableFile` names the one that cannot be read.
    """
    for look in looks:
        if not look.pdf.is_file() or look.pdf.stat().st_size > _LARGEST:
            raise UnreadableFile("kit_pdf_unreadable", file=look.pdf.name, why=str(look.pdf))
    progress(0, None, "kit_proving")
    done, known = 0, sum(look.pages for look in looks)
    rest: list[Part] = []  # pages nobody knew of
    with ThreadPoolExecutor(max(1, workers)) as pool:  # threads that only wait for their child
        for parts in (_parts(looks), rest):
            for at, look, answer in _answers(pool, parts, 2 * workers):
                if look.first == 0:
                    rest += _further(at, look, int(answer["pages"]))
                done += len(answer["looked"])
                yield at, Seen(int(answer["pages"]), answer["looked"], answer["mark"], answer["digest"])
                progress(done, max(known, done), "kit_proving")


def _parts(looks: Sequence[Look]) -> Iterator[Part]:
    """Each file in parts for one child, as far as its pages are known."""
    for at, look in enumerate(looks):
        for first in range(0, max(1, look.pages), _PAGES_A_CHILD):
            yield at, replace(look, first=first, last=first + _PAGES_A_CHILD)


def _further(at: int, look: Look, pages: int) -> Iterator[Part]:
    """The parts of a file that has more pages than were known."""
    begun = -(-max(1, look.pages) // _PAGES_A_CHILD) * _PAGES_A_CHILD
    for first in range(begun, pages, _PAGES_A_CHILD):
        yield at, replace(look, pages=pages, first=first, last=first + _PAGES_A_CHILD)


def _answers(pool: Executor, parts: Iterable[Part], ahead: int) -> Iterator[tuple[int, Look, dict[str, Any]]]:
    """Each part with what a child saw; a few children at a time, so that no answer waits long in memory."""
    here, there = tee(_groups(parts))
    seen = in_order(pool, _asked, ([look for _, look in group] for group in there), ahead=max(1, ahead))
    for group, answers in zip(here, seen, strict=True):
        for (at, look), answer in zip(group, answers, strict=True):
            yield at, look, answer


def _groups(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Small files together: a child costs as much to start as twenty pages to look at."""
    group: list[Part] = []
    pages = 0
    for at, look in parts:
        its = min(look.pages - look.first, _PAGES_A_CHILD)
        if group and pages + its > _PAGES_A_CHILD:
            yield group
            group, pages = [], 0
        group.append((at, look))
        pages += its
    if group:
        yield group


def known_by(content: bytes) -> str:
    """What a code is known by where it need not be said whole."""
    return sha256(content).hexdigest()[:32]


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
            [sys.executable, "-m", "mpkit.kit.proofs.prover"],
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
