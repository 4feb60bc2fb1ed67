"""What a child saw in any PDF, ours or as it came back, and what the account says, come in; the proof goes out.

A print shop lays pages anew, turns them, changes their size: codes are taken where they are, and a sign is what lies
around its code. With a manifest each piece must be found once; without one, every code must be owned and lie beside its
own id as all others do.
"""

from __future__ import annotations

import base64
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from sys import intern
from typing import Any

from mpkit.kit.proofs import grading
from mpkit.kit.proofs.finding import Asked, Expected, Failure, Holders, Proof, Sign, packed, unpacked
from mpkit.kit.proofs.looking import Seen
from mpkit.kit.proofs.planned import Fault, faint, flaw, whole

_SAME_PLACE = 3.0  # mm within which ids lie alike beside their codes
_SCALED = 0.015  # of its size a code may differ from what was drawn
_CLOSE = 1.0  # mm a label may lie outside its sign and still be its own


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it was found, no more of it than is judged: a file may have tens of thousands."""

    page: int  # from 0
    hash: bytes  # of what it says
    version: int
    side: float  # mm, with its quiet zone
    module: float
    rotation: int | None
    quiet: int
    wrong: int
    measured: bytes
    labels: tuple[tuple[str, float, float], ...]  # texts that belong to it, and where: to its right and down (mm)

    @property
    def size(self) -> tuple[int, int]:
        """Codes of one size and version are taken for signs of one design."""
        return self.version, round(self.side)


def _code(number: int, found: Mapping[str, Any]) -> Code:
    """A code from what a child said of it."""
    return Code(
        number,
        sha256(base64.b64decode(found["bytes"])).digest(),
        int(found["version"]),
        float(found["side"]),
        float(found["module"]),
        found["rotation"],
        int(found["quiet"]),
        int(found["wrong"]),
        packed({name: float(found[name]) for name in grading.BOUNDS if name in found}),
        tuple((intern(label), across, down) for label, across, down in found["labels"]),
    )


class Comparison:
    """One file: every code wherever it lies; the pages are taken as they are seen and judged together."""

    def __init__(self, asked: Asked, holders: Holders, least: str, *, manifest: bool) -> None:
        """`least` is the worst grade that may leave; with a `manifest` its pieces are looked for."""
        self.asked, self._holders, self._least, self._manifest = asked, holders, least, manifest
        self._whole: Seen | None = None
        self._codes: list[Code] = []
        self._lettered: set[int] = set()

    def add(self, seen: Seen) -> None:
        """Some more of its pages."""
        self._whole = self._whole or replace(seen, looked=())
        self._lettered |= {page["page"] for page in seen.looked if page["letters"]}
        self._codes += [_code(page["page"], code) for page in seen.looked for code in page["codes"]]

    def proof(self) -> Proof:
        """The proof, when all pages were seen."""
        seen, codes, lettered = self._whole or Seen(0, ()), self._codes, self._lettered
        judge = partial(_with, self.asked) if self._manifest else _without
        failures, signs = [], []
        for number, register, fault, sign in judge(codes, lettered, self._holders):
            if fault is None and sign is not None:
                signs.append(sign)
                fault = faint(sign.measured, self._least)  # noqa: PLW2901 - the last thing that can be wrong
            if fault is not None:
                failures.append(Failure(number, register, *fault))
        matched = len(signs) - sum(one.reason == "kit_code_faint" for one in failures)
        if self.asked.mark:
            failures += [one for one in whole(self.asked, seen) if one.reason == "kit_mark_differs"]
        labelled = not self._manifest or any(one.labels for one in self.asked.codes)  # curves were proven with a twin
        unseen = {code.page + 1 for code in codes if labelled and code.page not in lettered}
        if unseen:
            failures.append(Failure(min(unseen), "", "kit_labels_unseen", {"n": len(unseen)}))
        if not codes:
            failures.append(Failure(1, "", "kit_no_codes"))
        failures.sort(key=lambda one: (one.page, one.register))
        counts = (seen.pages, len(codes), len(codes), matched)
        return Proof(self.asked.pdf.name, *counts, tuple(failures), tuple(signs))


Judged = tuple[int, str, Fault | None, Sign | None]  # page from 1, register, what is wrong, its grades


def _without(codes: Sequence[Code], lettered: set[int], holders: Holders) -> Iterator[Judged]:
    """Against the account alone."""
    usual = {size: _usual([code for code in codes if code.size == size]) for size in {code.size for code in codes}}
    for code in codes:
        number, register = code.page + 1, holders.by_hash(code.hash)
        if register is None:
            yield number, "", ("kit_code_foreign", {}), None
            continue
        fault: Fault | None = None
        place = usual[code.size]
        if code.page in lettered and not code.labels:
            fault = "kit_label_missing", {"label": register}
        elif code.page in lettered and (place is None or not any(_near(label, place) for label in code.labels)):
            fault = "kit_label_elsewhere", {"label": register}
        yield number, register, fault or _drawn(code), _sign(register, code, 0.0)


def _with(asked: Asked, codes: Sequence[Code], lettered: set[int], holders: Holders) -> Iterator[Judged]:
    """Against the pieces of a manifest: each is to be found once, its labels on its own sign."""
    left: dict[bytes, list[Expected]] = {}
    for one in asked.codes:
        left.setdefault(sha256((one.payload or "").encode()).digest(), []).append(one)
    for code in codes:
        number, pieces = code.page + 1, left.get(code.hash, [])
        if not pieces:
            yield _unasked(asked, code, holders)
            continue
        own = next((one for one in pieces if code.page not in lettered or not _unsaid(one, code)), None)
        piece = own or pieces[0]
        pieces.remove(piece)
        missing = [] if own else _unsaid(piece, code)
        fault = (
            ("kit_label_missing", {"label": ", ".join(missing)}) if missing else _scaled(piece, code) or _drawn(code)
        )
        yield number, piece.register, fault, _sign(piece.register, code, piece.distance)
    for piece in (one for pieces in left.values() for one in pieces):
        gone = piece.payload is None
        fault = ("kit_register_gone", {"register": piece.register}) if gone else ("kit_code_missing", {})
        yield piece.page + 1, piece.register, fault, None


def _unasked(asked: Asked, code: Code, holders: Holders) -> Judged:
    """A code no piece is left for: one of ours too many, one from before, or somebody else's."""
    number = code.page + 1
    if (holder := holders.by_hash(code.hash)) is not None:
        return number, holder, ("kit_code_extra", {}), None
    stale = next((one.register for one in asked.codes if one.printed == code.hash.hex()), "")
    return number, stale, ("kit_code_stale" if stale else "kit_code_foreign", {}), None


def _drawn(code: Code) -> Fault | None:
    """What is wrong with the drawing of a code nobody told us the place of."""
    return ("kit_code_askew", {}) if code.rotation is None else flaw(code.quiet, code.wrong)


def _scaled(piece: Expected, code: Code) -> Fault | None:
    """A page that was "fitted": the code is not as large as it was proven."""
    if not code.module:
        return None
    part = code.side / piece.side
    return ("kit_code_scaled", {"percent": round(part * 100)}) if abs(part - 1) > _SCALED else None


def _unsaid(piece: Expected, code: Code) -> list[str]:
    """The labels of a piece that do not stand on the sign around the code."""
    left, low, right, top = _around(piece)
    part = code.side / piece.side if code.module else 1.0
    said = {
        label
        for label, across, down in code.labels
        if left - _CLOSE <= across / part <= right + _CLOSE and low - _CLOSE <= down / part <= top + _CLOSE
    }
    return [label for label in piece.labels if label not in said]


def _around(piece: Expected) -> tuple[float, float, float, float]:
    """The sign around a code as seen from the code's middle, turned as its design has it: right and down (mm)."""
    x, y = piece.x + piece.side / 2, piece.y + piece.side / 2
    left, low, right, top = piece.frame
    ends = [(left - x, y - top), (right - x, y - low)]
    for _ in range(piece.rotation // 90):
        ends = [(down, -across) for across, down in ends]
    if piece.mirror:
        ends = [(-across, down) for across, down in ends]
    across, down = (sorted(values) for values in zip(*ends, strict=True))
    return across[0], down[0], across[1], down[1]


def _sign(register: str, code: Code, distance: float) -> Sign:
    if not distance or not code.module:
        return Sign(code.page + 1, register, code.measured)
    values = {**unpacked(code.measured), "reach": grading.reach(code.module, distance)}
    return Sign.of(code.page + 1, register, values)


def _usual(codes: Sequence[Code]) -> tuple[float, float] | None:
    """How ids lie beside their codes in this file: the place most of them agree on, the nearest of several such."""
    places = Counter((round(x / _SAME_PLACE), round(y / _SAME_PLACE)) for code in codes for _, x, y in code.labels)
    if not places:
        return None
    x, y = max(places, key=lambda place: (places[place], -math.hypot(*place)))
    return x * _SAME_PLACE, y * _SAME_PLACE


def _near(label: tuple[str, float, float], usual: tuple[float, float]) -> bool:
    return abs(label[1] - usual[0]) <= _SAME_PLACE and abs(label[2] - usual[1]) <= _SAME_PLACE
