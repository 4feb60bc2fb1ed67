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
from hashlib import sha256
from typing import Any

from mpkit.kit import grading
from mpkit.kit.finding import Asked, Expected, Failure, Proof, Sign
from mpkit.kit.looking import Seen
from mpkit.kit.planned import Fault, faint, flaw, whole

_SAME_PLACE = 3.0  # mm within which ids lie alike beside their codes
_SCALED = 0.015  # of its size a code may differ from what was drawn
_CLOSE = 1.0  # mm a label may lie outside its sign and still be its own
Found = tuple[int, Mapping[str, Any]]  # page from 0, what was seen


def compare(asked: Asked, seen: Seen, owned: Mapping[str, str], least: str, *, manifest: bool) -> Proof:
    """Every code wherever it lies; `least` is the worst grade that may leave."""
    holders = {payload.encode(): register for register, payload in owned.items()}
    codes = [(page["page"], code) for page in seen.looked for code in page["codes"]]
    lettered = {page["page"] for page in seen.looked if page["letters"]}
    judged = _with(asked, codes, lettered, holders) if manifest else _without(codes, lettered, holders)
    failures, signs = [], []
    for number, register, fault, sign in judged:
        if fault is None and sign is not None:
            signs.append(sign)
            fault = faint(sign.measured, least)  # noqa: PLW2901 - the last thing that can be wrong
        if fault is not None:
            failures.append(Failure(number, register, *fault))
    matched = len(signs) - sum(one.reason == "kit_code_faint" for one in failures)
    failures += [] if not asked.mark else [one for one in whole(asked, seen) if one.reason == "kit_mark_differs"]
    labelled = not manifest or any(one.labels for one in asked.codes)  # a book in curves was proven with its twin
    unseen = {number + 1 for number, _ in codes if labelled and number not in lettered}
    if unseen:
        failures.append(Failure(min(unseen), "", "kit_labels_unseen", {"n": len(unseen)}))
    if not codes:
        failures.append(Failure(1, "", "kit_no_codes"))
    failures.sort(key=lambda one: (one.page, one.register))
    counts = (seen.pages, len(codes), len(codes), matched)
    return Proof(asked.pdf.name, *counts, tuple(failures), tuple(signs))


Judged = tuple[int, str, Fault | None, Sign | None]  # page from 1, register, what is wrong, its grades


def _without(codes: Sequence[Found], lettered: set[int], holders: Mapping[bytes, str]) -> Iterator[Judged]:
    """Against the account alone."""
    usual = {size: _usual([code for _, code in codes if _size(code) == size]) for size in {_size(c) for _, c in codes}}
    for number, code in codes:
        register = holders.get(base64.b64decode(code["bytes"]))
        if register is None:
            yield number + 1, "", ("kit_code_foreign", {}), None
            continue
        fault: Fault | None = None
        place = usual[_size(code)]
        if number in lettered and not code["labels"]:
            fault = "kit_label_missing", {"label": register}
        elif number in lettered and (place is None or not any(_near(label, place) for label in code["labels"])):
            fault = "kit_label_elsewhere", {"label": register}
        yield number + 1, register, fault or _drawn(code), _sign(number, register, code, 0.0)


def _with(asked: Asked, codes: Sequence[Found], lettered: set[int], holders: Mapping[bytes, str]) -> Iterator[Judged]:
    """Against the pieces of a manifest: each is to be found once, its labels on its own sign."""
    left: dict[bytes, list[Expected]] = {}
    for one in asked.codes:
        left.setdefault((one.payload or "").encode(), []).append(one)
    for number, code in codes:
        content = base64.b64decode(code["bytes"])
        pieces = left.get(content, [])
        if not pieces:
            yield _unasked(asked, number, content, holders)
            continue
        own = next((one for one in pieces if number not in lettered or not _unsaid(one, code)), None)
        piece = own or pieces[0]
        pieces.remove(piece)
        missing = [] if own else _unsaid(piece, code)
        fault = (
            ("kit_label_missing", {"label": ", ".join(missing)}) if missing else _scaled(piece, code) or _drawn(code)
        )
        yield number + 1, piece.register, fault, _sign(number, piece.register, code, piece.distance)
    for piece in (one for pieces in left.values() for one in pieces):
        gone = piece.payload is None
        fault = ("kit_register_gone", {"register": piece.register}) if gone else ("kit_code_missing", {})
        yield piece.page + 1, piece.register, fault, None


def _unasked(asked: Asked, number: int, content: bytes, holders: Mapping[bytes, str]) -> Judged:
    """A code no piece is left for: one of ours too many, one from before, or somebody else's."""
    if content in holders:
        return number + 1, holders[content], ("kit_code_extra", {}), None
    digest = sha256(content).hexdigest()
    stale = next((one.register for one in asked.codes if one.printed == digest), "")
    return number + 1, stale, ("kit_code_stale" if stale else "kit_code_foreign", {}), None


def _drawn(code: Mapping[str, Any]) -> Fault | None:
    """What is wrong with the drawing of a code nobody told us the place of."""
    return ("kit_code_askew", {}) if code["rotation"] is None else flaw(code)


def _scaled(piece: Expected, code: Mapping[str, Any]) -> Fault | None:
    """A page that was "fitted": the code is not as large as it was proven."""
    if not code["module"]:
        return None
    part = float(code["side"]) / piece.side
    return ("kit_code_scaled", {"percent": round(part * 100)}) if abs(part - 1) > _SCALED else None


def _unsaid(piece: Expected, code: Mapping[str, Any]) -> list[str]:
    """The labels of a piece that do not stand on the sign around the code."""
    left, low, right, top = _around(piece)
    part = float(code["side"]) / piece.side if code["module"] else 1.0
    said = {
        label
        for label, across, down in code["labels"]
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


def _sign(number: int, register: str, code: Mapping[str, Any], distance: float) -> Sign:
    values = {name: float(code[name]) for name in grading.BOUNDS if name in code}
    if distance and code["module"]:
        values["reach"] = grading.reach(float(code["module"]), distance)
    return Sign(number + 1, register, values)


def _size(code: Mapping[str, Any]) -> tuple[int, int]:
    """Codes of one size and version are taken for signs of one design."""
    return int(code["version"]), round(float(code["side"]))


def _usual(codes: Sequence[Mapping[str, Any]]) -> tuple[float, float] | None:
    """How ids lie beside their codes in this file: the place most of them agree on, the nearest of several such."""
    places = Counter((round(x / _SAME_PLACE), round(y / _SAME_PLACE)) for code in codes for _, x, y in code["labels"])
    if not places:
        return None
    x, y = max(places, key=lambda place: (places[place], -math.hypot(*place)))
    return x * _SAME_PLACE, y * _SAME_PLACE


def _near(label: Sequence[Any], usual: tuple[float, float]) -> bool:
    return abs(float(label[1]) - usual[0]) <= _SAME_PLACE and abs(float(label[2]) - usual[1]) <= _SAME_PLACE
