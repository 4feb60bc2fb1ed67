"""What a child saw in a file drawn by us, and what its manifest and the account say, come in; the proof goes out."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from mpkit.kit.proofs import grading, plates
from mpkit.kit.proofs.finding import Asked, Expected, Failure, Holders, Ladder, Proof, Sign
from mpkit.kit.proofs.looking import Seen, coded
from mpkit.kit.symbols import symbol

Fault = tuple[str, Mapping[str, object]]


class Comparison:
    """One file: every code at its own place, its pages judged as they are seen."""

    def __init__(self, asked: Asked, holders: Holders, least: str) -> None:
        """`least` is the worst grade that may leave."""
        self.asked, self._holders, self._least = asked, holders, least
        self._pages: dict[int, list[Expected]] = {}  # still to be seen
        for one in asked.codes:
            self._pages.setdefault(one.page, []).append(one)
        self._whole: Seen | None = None
        self._failures: list[Failure] = []
        self._signs: list[Sign] = []
        self._symbols = self._decoded = 0
        self._ladder: Ladder | None = None

    def add(self, seen: Seen) -> None:
        """Some more of its pages."""
        self._whole = self._whole or replace(seen, looked=())
        for page in seen.looked:
            for one, box in zip(self._pages.pop(page["page"], ()), page["boxes"], strict=True):
                self._judge(one, box)
            for code in page["codes"]:
                self._symbols += 1
                self._decoded += 1
                holder = self._holders.of(base64.b64decode(code["bytes"])) or ""
                self._failures.append(Failure(page["page"] + 1, holder, "kit_code_extra"))

    def _judge(self, one: Expected, box: Mapping[str, Any]) -> None:
        self._symbols += 1
        self._decoded += box["decoded"] is not None
        found, sign = _wrong(one, box, self._holders), sign_of(one, box)
        if found is None:
            self._signs.append(sign)
            found = faint(sign.measured, self._least)
        if found is not None:
            self._failures.append(Failure(one.page + 1, one.register, *found))
        if fault := _coloured(one, box):
            self._failures.append(Failure(one.page + 1, one.register, *fault))
        if "ladder" in box:
            self._ladder = Ladder(**box["ladder"])

    def proof(self) -> Proof:
        """The proof, when all pages were seen."""
        seen = self._whole or Seen(0, ())
        failures = [*whole(self.asked, seen), *self._failures]
        failures += [
            Failure(number + 1, one.register, "kit_code_missing")
            for number, codes in self._pages.items()
            for one in codes
        ]
        if self._ladder is not None and self._ladder.grade > self._least:
            failures.append(Failure(1, "", "kit_design_weak", {"grade": self._ladder.grade}))
        failures.sort(key=lambda one: (one.page, one.register))
        flawed = sum(one.reason == "kit_code_faint" for one in failures)
        matched = len(self._signs) - flawed
        counts = (seen.pages, self._symbols, self._decoded, matched)
        found = (tuple(failures), tuple(self._signs), self._ladder)
        return Proof(self.asked.pdf.name, *counts, *found, coded=bool(self.asked.codes))


def _coloured(one: Expected, box: Mapping[str, Any]) -> Fault | None:
    """A code that is printed with other inks than black alone; seen of the first of each size."""
    if one.as_it_is:
        return None  # its colours are somebody else's
    other = [ink for ink in box.get("inks", ()) if ink != plates.BLACK]
    return ("kit_code_inks", {"inks": ", ".join(other)}) if other else None


def whole(asked: Asked, seen: Seen) -> Iterator[Failure]:
    """What is wrong with the file as a whole: pages too few or too many, or a mark of another book."""
    if asked.pages and seen.pages != asked.pages:
        yield Failure(min(seen.pages, asked.pages), "", "kit_pages_differ", {"n": seen.pages, "wanted": asked.pages})
    differs = asked.mark and seen.mark and seen.mark != asked.mark
    if differs or (asked.digest and seen.digest and seen.digest != asked.digest):
        yield Failure(1, "", "kit_mark_differs")


def sign_of(one: Expected, box: Mapping[str, Any]) -> Sign:
    """What was measured for a code, and how far it reaches."""
    values = {name: float(box[name]) for name in grading.BOUNDS if name in box}
    if one.distance:
        values["reach"] = grading.reach(one.side / symbol.side_of(one.version), one.distance)
    return Sign.of(one.page + 1, one.register, values)


def faint(measured: Mapping[str, float], least: str) -> Fault | None:
    """Why a code that is the right one may not leave; the parameter that is worst is named."""
    letters = grading.grades(measured)
    name = max(letters, key=letters.__getitem__)
    return ("kit_code_faint", {"grade": letters[name], "by": name}) if letters[name] > least else None


def _wrong(one: Expected, box: Mapping[str, Any], holders: Holders) -> Fault | None:
    """The first thing wrong with one code, None where it is as it should be."""
    if one.payload is None:
        return "kit_register_gone", {"register": one.register}
    if box["decoded"] is None:
        return "kit_code_unread", {}
    content = base64.b64decode(box["decoded"])
    if content != one.payload.encode():
        return another(content, one.printed, holders)
    said = "".join(box["text"].split())
    missing = [label for label in one.labels if "".join(label.split()) not in said]
    if missing:
        return "kit_label_missing", {"label": ", ".join(missing)}
    return flaw(box["quiet"], box["wrong"])


def another(content: bytes, printed: str, holders: Holders) -> Fault:
    """Whose a code is that is not the register's."""
    if (holder := holders.of(content)) is not None:
        return "kit_code_of_other", {"other": holder}
    return ("kit_code_stale" if sha256(content).hexdigest() == printed else "kit_code_foreign"), {}


def flaw(quiet: int, wrong: int) -> Fault | None:
    """What is wrong with the drawing of a code, None where nothing is."""
    if quiet:
        return "kit_quiet_zone", {}
    return ("kit_code_damaged", {"n": wrong}) if wrong else None


def questions(codes: Sequence[Expected], first: int = 0, last: int = sys.maxsize) -> list[dict[str, Any]]:
    """The boxes on some pages as a child takes them; the first of each size in the file is put on the ladder."""
    names = ("page", "x", "y", "side", "frame", "version", "level", "rotation", "mirror", "as_it_is")
    found, sizes = [], set()
    for one in codes:
        size = (one.version, one.level, round(one.side, 1), one.mirror)
        if first <= one.page < last:
            box = {name: getattr(one, name) for name in names} | {"payload": coded((one.payload or "").encode())}
            found.append(box | {"ladder": size not in sizes and one.payload is not None})
        sizes.add(size)
    return found
